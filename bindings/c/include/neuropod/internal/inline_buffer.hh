/// @file
/// A short array on the stack.
#pragma once

#include <array>
#include <cstddef>
#include <vector>

namespace neuropod
{
namespace internal
{

/// An array whose size does not change: on the stack up to `N` items, else on the heap.
template <typename T, std::size_t N>
class InlineBuffer
{
public:
    explicit InlineBuffer(std::size_t size) : size_(size)
    {
        if (size > N)
        {
            heap_.resize(size);
        }
    }

    T *         data() noexcept { return size_ > N ? heap_.data() : stack_.data(); }
    std::size_t size() const noexcept { return size_; }
    T &         operator[](std::size_t index) noexcept { return data()[index]; }

private:
    std::size_t      size_;
    std::array<T, N> stack_;
    std::vector<T>   heap_;
};

} // namespace internal
} // namespace neuropod
