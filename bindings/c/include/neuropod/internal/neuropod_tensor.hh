/// @file
/// Values and tensors.
#pragma once

#include "neuropod/internal/make_tensor.hh"
#include "neuropod/internal/neuropod_value.hh"
#include "neuropod/internal/string_tensor.hh"
#include "neuropod/internal/typed_tensor.hh"
#include "neuropod/internal/untyped_tensor.hh"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

// Not used here: programs written for the original Neuropod have them from its header of this name.
#include <cstring>
#include <functional>
#include <numeric>
#include <sstream>
#include <stdexcept>

namespace neuropod
{

/// Values by the names of a model's inputs or outputs.
using NeuropodValueMap = std::unordered_map<std::string, std::shared_ptr<NeuropodValue>>;

inline NeuropodTensor *NeuropodValue::as_tensor()
{
    assure_tensor();
    return static_cast<NeuropodTensor *>(this);
}

inline const NeuropodTensor *NeuropodValue::as_tensor() const
{
    assure_tensor();
    return static_cast<const NeuropodTensor *>(this);
}

template <typename T>
TypedNeuropodTensor<element_t<T>> *NeuropodValue::as_typed_tensor()
{
    return as_tensor()->as_typed_tensor<T>();
}

template <typename T>
const TypedNeuropodTensor<element_t<T>> *NeuropodValue::as_typed_tensor() const
{
    return as_tensor()->as_typed_tensor<T>();
}

inline const std::vector<std::int64_t> &NeuropodValue::get_dims() const
{
    return as_tensor()->get_dims();
}

inline std::size_t NeuropodValue::get_num_elements() const
{
    return as_tensor()->get_num_elements();
}

inline TensorType NeuropodValue::get_tensor_type() const
{
    return as_tensor()->get_tensor_type();
}

inline bool operator==(const NeuropodValue &a, const NeuropodValue &b)
{
    return NP_TensorsEqual(a.as_tensor()->get_handle(), b.as_tensor()->get_handle());
}

inline bool operator!=(const NeuropodValue &a, const NeuropodValue &b)
{
    return !(a == b);
}

namespace internal
{

/// The tensor that a map has under a name. Throws InvalidArgumentError if the pointer is null or not to a tensor.
inline const NeuropodTensor &get_mapped_tensor(const NeuropodValueMap::value_type &item)
{
    if (item.second == nullptr)
    {
        throw_invalid_argument("The value of \"" + item.first + "\" is a null pointer");
    }
    return *static_cast<const NeuropodValue &>(*item.second).as_tensor();
}

/// Copies a map of the C API. The tensors are shared.
inline void copy_value_map(const NP_NeuropodValueMap *from, NeuropodValueMap &to)
{
    const std::size_t count = NP_GetNumTensors(from);
    if (count > 1) // room for one is there without an allocation
    {
        to.reserve(count);
    }
    for (std::size_t i = 0; i < count; ++i)
    {
        NP_String          name{nullptr, 0};
        NP_NeuropodTensor *tensor = nullptr;
        check(NP_GetTensorAt(from, i, &name, &tensor, nullptr));
        auto value = make_shared_tensor(TensorHandle(tensor));
        to.insert_or_assign(std::string(name.data, name.size), std::move(value));
    }
}

} // namespace internal
} // namespace neuropod
