/// @file
/// A tensor whose elements have a type of C++.
#pragma once

#include "neuropod/internal/print.hh"
#include "neuropod/internal/untyped_tensor.hh"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <ostream>
#include <type_traits>
#include <utility>
#include <vector>

#if defined(__has_include)
#if __has_include(<version>)
#include <version>
#endif
#endif

#if defined(__cpp_lib_span)
#include <span>
#endif

#if defined(__cpp_lib_mdspan)
#include <mdspan>
#endif

namespace neuropod
{

/// A tensor of numbers or booleans of type `T`.
template <typename T>
class TypedNeuropodTensor : public NeuropodTensor
{
    static_assert(std::is_same_v<T, element_t<T>>, "Tensors have the elements of this namespace: see `element_t`");

public:
    /// Takes a handle of the C API. Throws InvalidArgumentError if its tensor is of another type.
    explicit TypedNeuropodTensor(internal::TensorHandle handle)
        : NeuropodTensor(std::move(handle), get_tensor_type_from_cpp<T>())
    {
    }

    /// The pointer to the first of the elements, which are contiguous and in row-major order. It stays the same, and
    /// valid, as long as the tensor lives. With no elements, it must not be dereferenced.
    /// @{
    T *      get_raw_data_ptr() noexcept { return static_cast<T *>(data()); }
    const T *get_raw_data_ptr() const noexcept { return static_cast<const T *>(data()); }
    /// @}

    /// Access by indices to a tensor of rank `N`. Nothing is copied. Throws InvalidArgumentError if the rank differs.
    /// @{
    template <std::size_t N>
    TensorAccessor<T *, N> accessor()
    {
        return make_accessor<T *, N>(get_raw_data_ptr());
    }

    template <std::size_t N>
    TensorAccessor<const T *, N> accessor() const
    {
        return make_accessor<const T *, N>(get_raw_data_ptr());
    }
    /// @}

    /// The tensor seen with the given dimensions. Nothing is copied: what is written to the view is written to the
    /// tensor. Throws InvalidArgumentError if a dimension is negative or the number of elements differs.
    /// @{
    template <typename... Dim>
    auto view(Dim... dims)
    {
        return make_view<T *, sizeof...(Dim)>(get_raw_data_ptr(), {static_cast<std::int64_t>(dims)...});
    }

    template <typename... Dim>
    auto view(Dim... dims) const
    {
        return make_view<const T *, sizeof...(Dim)>(get_raw_data_ptr(), {static_cast<std::int64_t>(dims)...});
    }
    /// @}

    /// The tensor seen with one dimension. Nothing is copied.
    /// @{
    auto flat() { return make_view<T *, 1>(get_raw_data_ptr(), flat_dims()); }
    auto flat() const { return make_view<const T *, 1>(get_raw_data_ptr(), flat_dims()); }
    /// @}

    /// The only element of a tensor of rank 0 or of shape (1), by reference. Throws InvalidArgumentError for other
    /// shapes.
    /// @{
    T &      as_scalar() { return NeuropodTensor::as_scalar<T>(); }
    const T &as_scalar() const { return NeuropodTensor::as_scalar<T>(); }
    /// @}

    /// A copy of the elements.
    std::vector<T> get_data_as_vector() const
    {
        const T *first = get_raw_data_ptr();
        return std::vector<T>(first, first + get_num_elements());
    }

    /// Copies elements into the tensor. Throws InvalidArgumentError if there are not exactly as many as the tensor has,
    /// or the pointer is null while there are some.
    void copy_from(const T *input_data, std::size_t input_data_size)
    {
        check_count(input_data_size);
        if (input_data_size == 0)
        {
            return;
        }
        if (input_data == nullptr)
        {
            internal::throw_invalid_argument("The provided data is a null pointer");
        }
        std::memcpy(data(), input_data, input_data_size * sizeof(T));
    }

    /// Copies elements into the tensor. Throws InvalidArgumentError if there are not exactly as many as the tensor has.
    void copy_from(const std::vector<T> &input_data)
    {
        if constexpr (std::is_same_v<T, bool>)
        {
            check_count(input_data.size());
            std::copy(input_data.begin(), input_data.end(), get_raw_data_ptr());
        }
        else
        {
            copy_from(input_data.data(), input_data.size());
        }
    }

#if defined(__cpp_lib_span)
    /// The elements, without a copy; valid as long as the tensor lives. Needs C++20.
    /// @{
    std::span<T>       span() noexcept { return {get_raw_data_ptr(), get_num_elements()}; }
    std::span<const T> span() const noexcept { return {get_raw_data_ptr(), get_num_elements()}; }
    /// @}
#endif

#if defined(__cpp_lib_mdspan)
    /// The elements of a tensor of this rank, without a copy; valid as long as the tensor lives. Throws
    /// InvalidArgumentError if the rank differs. Needs C++23.
    /// @{
    template <std::size_t Rank>
    std::mdspan<T, std::dextents<std::int64_t, Rank>> mdspan()
    {
        return {get_raw_data_ptr(), extents<Rank>()};
    }

    template <std::size_t Rank>
    std::mdspan<const T, std::dextents<std::int64_t, Rank>> mdspan() const
    {
        return {get_raw_data_ptr(), extents<Rank>()};
    }
    /// @}
#endif

private:
    void check_count(std::size_t count) const
    {
        if (count != get_num_elements())
        {
            internal::throw_invalid_argument(
                "The size of the provided data does not match the number of elements in the tensor: " +
                std::to_string(count) + " instead of " + std::to_string(get_num_elements()));
        }
    }

#if defined(__cpp_lib_mdspan)
    template <std::size_t Rank>
    std::dextents<std::int64_t, Rank> extents() const
    {
        assure_rank(Rank);
        std::array<std::int64_t, Rank> dims{};
        std::copy(get_dims().begin(), get_dims().end(), dims.begin());
        return std::dextents<std::int64_t, Rank>(dims);
    }
#endif
};

/// Prints the type, the shape, the device, and the elements: all of them, or of six and more the first and last three.
template <typename T>
std::ostream &operator<<(std::ostream &out, const TypedNeuropodTensor<T> &tensor)
{
    out << static_cast<const NeuropodTensor &>(tensor) << '\n';
    const auto elements = tensor.flat();
    return internal::print_elements(out, tensor.get_num_elements(), [&](std::size_t i) {
        out << +elements[static_cast<std::int64_t>(i)];
    });
}

} // namespace neuropod
