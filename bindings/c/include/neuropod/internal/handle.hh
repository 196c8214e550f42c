/// @file
/// Owners of the C API's handles.
#pragma once

#include "neuropod/error.hh"
#include "neuropod/neuropod.h"

#include <memory>

namespace neuropod
{
namespace internal
{

/// Frees a handle with a function of the C API.
template <auto Function>
struct FreeWith
{
    template <typename Handle>
    void operator()(Handle *handle) const noexcept
    {
        Function(handle);
    }
};

using ModelHandle       = std::unique_ptr<NP_Neuropod, FreeWith<NP_FreeNeuropod>>;
using TensorHandle      = std::unique_ptr<NP_NeuropodTensor, FreeWith<NP_FreeTensor>>;
using ValueMapHandle    = std::unique_ptr<NP_NeuropodValueMap, FreeWith<NP_FreeValueMap>>;
using AllocatorHandle   = std::unique_ptr<NP_TensorAllocator, FreeWith<NP_FreeAllocator>>;
using LoadOptionsHandle = std::unique_ptr<NP_LoadOptions, FreeWith<NP_FreeLoadOptions>>;
using TensorSpecHandle  = std::unique_ptr<NP_TensorSpec, FreeWith<NP_FreeTensorSpec>>;

/// Returns the handle, or throws the thread's last error if it is null.
template <typename Owner>
Owner require(Owner owner)
{
    if (owner == nullptr)
    {
        throw_last_error();
    }
    return owner;
}

} // namespace internal
} // namespace neuropod
