/// @file
/// Tensors that need no model.
#pragma once

#include "neuropod/backends/tensor_allocator.hh"
#include "neuropod/internal/c_allocator.hh"

#include <cstdint>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace neuropod
{

/// A tensor of a known type in memory of this library, or in the caller's.
template <typename T>
class GenericNeuropodTensor : public TypedNeuropodTensor<T>
{
public:
    /// Allocates a tensor, as `NeuropodTensorAllocator::allocate_tensor`.
    explicit GenericNeuropodTensor(const std::vector<std::int64_t> &dims)
        : TypedNeuropodTensor<T>(internal::allocate(allocator().get(), dims, get_tensor_type_from_cpp<T>()))
    {
    }

    /// Makes a tensor of the caller's memory, as `NeuropodTensorAllocator::tensor_from_memory`. Not for strings.
    GenericNeuropodTensor(const std::vector<std::int64_t> &dims, void *data, const Deleter &deleter)
        : GenericNeuropodTensor(
              internal::wrap(allocator().get(), dims, get_tensor_type_from_cpp<T>(), data, deleter))
    {
        static_assert(!std::is_same_v<T, std::string>, "Strings can't be wrapped");
    }

private:
    explicit GenericNeuropodTensor(std::pair<internal::TensorHandle, internal::DeleterBox *> wrapped)
        : TypedNeuropodTensor<T>(std::move(wrapped.first))
    {
        wrapped.second->armed = true;
    }

    static internal::AllocatorHandle allocator()
    {
        return internal::require(internal::AllocatorHandle(NP_GetGenericAllocator()));
    }
};

/// An allocator whose tensors suit every model.
inline std::unique_ptr<NeuropodTensorAllocator> get_generic_tensor_allocator()
{
    return std::make_unique<internal::CAllocator>(internal::AllocatorHandle(NP_GetGenericAllocator()));
}

} // namespace neuropod
