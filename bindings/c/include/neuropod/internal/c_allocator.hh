/// @file
/// The allocators of this library.
#pragma once

#include "neuropod/backends/tensor_allocator.hh"

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace neuropod
{
namespace internal
{

/// Makes a tensor's handle.
inline TensorHandle allocate(NP_TensorAllocator *allocator, const std::vector<std::int64_t> &dims, TensorType type)
{
    return require(TensorHandle(NP_AllocateTensor(allocator, dims.size(), dims.data(), type)));
}

/// Makes a tensor's handle of the caller's memory. The deleter in the returned box is called only after the box is
/// armed; the handle owns the box.
inline std::pair<TensorHandle, DeleterBox *> wrap(NP_TensorAllocator *             allocator,
                                                  const std::vector<std::int64_t> &dims,
                                                  TensorType                       type,
                                                  void *                           data,
                                                  const Deleter &                  deleter)
{
    auto         box = std::make_unique<DeleterBox>(DeleterBox{deleter, data, false});
    TensorHandle handle(
        NP_TensorFromMemory(allocator, dims.size(), dims.data(), type, data, run_deleter_callback, box.get()));
    if (handle == nullptr)
    {
        throw_last_error();
    }
    return {std::move(handle), box.release()};
}

/// An allocator of the C API.
class CAllocator final : public NeuropodTensorAllocator
{
public:
    explicit CAllocator(AllocatorHandle handle) : handle_(require(std::move(handle))) {}

    std::unique_ptr<NeuropodTensor> allocate_tensor(const std::vector<std::int64_t> &input_dims,
                                                    TensorType                       tensor_type) override
    {
        return make_tensor(allocate(handle_.get(), input_dims, tensor_type));
    }

    std::unique_ptr<NeuropodTensor> tensor_from_memory(const std::vector<std::int64_t> &input_dims,
                                                       TensorType                       tensor_type,
                                                       void *                           data,
                                                       const Deleter &                  deleter) override
    {
        auto [handle, box] = wrap(handle_.get(), input_dims, tensor_type, data, deleter);
        auto tensor        = make_tensor(std::move(handle));
        box->armed         = true;
        return tensor;
    }

    using NeuropodTensorAllocator::allocate_tensor;
    using NeuropodTensorAllocator::tensor_from_memory;

private:
    AllocatorHandle handle_;
};

} // namespace internal
} // namespace neuropod
