/// @file
/// Arithmetic on shapes.
#pragma once

#include "neuropod/error.hh"

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace neuropod
{
namespace internal
{

/// The number of elements of a tensor that exists, so that its number can't be too big.
inline std::size_t count_elements(const std::vector<std::int64_t> &dims)
{
    std::size_t count = 1;
    for (const std::int64_t dim : dims)
    {
        count *= static_cast<std::size_t>(dim);
    }
    return count;
}

/// The strides, in elements, of a contiguous tensor in row-major order. `dims` has `N` items.
template <std::size_t N>
std::array<std::int64_t, N> compute_strides(const std::int64_t *dims)
{
    std::array<std::int64_t, N> strides{};
    std::int64_t                product = 1;
    for (std::size_t i = N; i > 0; --i)
    {
        strides[i - 1] = product;
        product *= dims[i - 1];
    }
    return strides;
}

/// Throws unless the dims are not negative and hold exactly so many elements.
template <std::size_t N>
void check_view(const std::array<std::int64_t, N> &dims, std::size_t num_elements)
{
    std::size_t product = 1;
    for (const std::int64_t dim : dims)
    {
        if (dim < 0)
        {
            throw_invalid_argument("The dimensions of a view must not be negative, but one is " + std::to_string(dim));
        }
        const auto size = static_cast<std::size_t>(dim);
        if (size != 0 && product > std::numeric_limits<std::size_t>::max() / size)
        {
            throw_invalid_argument("The view has more elements than memory can hold");
        }
        product *= size;
    }
    if (product != num_elements)
    {
        throw_invalid_argument("The view has " + std::to_string(product) + " elements, but the tensor has " +
                               std::to_string(num_elements));
    }
}

} // namespace internal
} // namespace neuropod
