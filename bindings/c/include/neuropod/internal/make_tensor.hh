/// @file
/// From the C API's handles to tensors.
#pragma once

#include "neuropod/internal/string_tensor.hh"
#include "neuropod/internal/typed_tensor.hh"

#include <memory>
#include <utility>

namespace neuropod
{
namespace internal
{

/// The tensor of a handle, of the class for its type.
inline std::unique_ptr<NeuropodTensor> make_tensor(TensorHandle handle)
{
    return visit_type(NP_GetType(handle.get()), [&](auto tag) -> std::unique_ptr<NeuropodTensor> {
        using T = typename decltype(tag)::type;
        return std::make_unique<TypedNeuropodTensor<T>>(std::move(handle));
    });
}

/// As `make_tensor`, with one allocation for the tensor and its count of owners.
inline std::shared_ptr<NeuropodTensor> make_shared_tensor(TensorHandle handle)
{
    return visit_type(NP_GetType(handle.get()), [&](auto tag) -> std::shared_ptr<NeuropodTensor> {
        using T = typename decltype(tag)::type;
        return std::make_shared<TypedNeuropodTensor<T>>(std::move(handle));
    });
}

} // namespace internal
} // namespace neuropod
