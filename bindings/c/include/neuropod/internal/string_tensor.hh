/// @file
/// A tensor of strings.
#pragma once

#include "neuropod/internal/print.hh"
#include "neuropod/internal/string_proxy.hh"
#include "neuropod/internal/untyped_tensor.hh"

#include <array>
#include <cstddef>
#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace neuropod
{

/// A tensor of strings. A string is any sequence of bytes, null bytes among them.
///
/// There is no pointer to strings: accessors give StringProxy objects, which read and write.
template <>
class TypedNeuropodTensor<std::string> : public NeuropodTensor
{
public:
    /// Takes a handle of the C API. Throws InvalidArgumentError if its tensor is of another type.
    explicit TypedNeuropodTensor(internal::TensorHandle handle) : NeuropodTensor(std::move(handle), STRING_TENSOR) {}

    /// Copies strings into the tensor. Throws InvalidArgumentError if there are not exactly as many as the tensor has.
    void copy_from(const std::vector<std::string> &data)
    {
        if (data.size() != get_num_elements())
        {
            internal::throw_invalid_argument(
                "The size of the provided data does not match the number of elements in the tensor: " +
                std::to_string(data.size()) + " instead of " + std::to_string(get_num_elements()));
        }
        std::vector<NP_String> items;
        items.reserve(data.size());
        for (const std::string &item : data)
        {
            items.push_back(NP_String{item.data(), item.size()});
        }
        internal::check(NP_SetStrings(get_handle(), items.data(), items.size(), nullptr));
    }

    /// A copy of the strings.
    std::vector<std::string> get_data_as_vector() const
    {
        std::vector<std::string> out;
        out.reserve(get_num_elements());
        for (std::size_t i = 0; i < get_num_elements(); ++i)
        {
            out.emplace_back(get_view(i));
        }
        return out;
    }

    /// Access by indices to a tensor of rank `N`. Nothing is copied. Throws InvalidArgumentError if the rank differs.
    /// @{
    template <std::size_t N>
    TensorAccessor<TypedNeuropodTensor<std::string> &, N> accessor()
    {
        return make_accessor<TypedNeuropodTensor &, N>(*this);
    }

    template <std::size_t N>
    TensorAccessor<const TypedNeuropodTensor<std::string> &, N> accessor() const
    {
        return make_accessor<const TypedNeuropodTensor &, N>(*this);
    }
    /// @}

    /// The tensor seen with the given dimensions. Nothing is copied: what is written to the view is written to the
    /// tensor. Throws InvalidArgumentError if a dimension is negative or the number of elements differs.
    /// @{
    template <typename... Dim>
    auto view(Dim... dims)
    {
        return make_view<TypedNeuropodTensor &, sizeof...(Dim)>(*this, {static_cast<std::int64_t>(dims)...});
    }

    template <typename... Dim>
    auto view(Dim... dims) const
    {
        return make_view<const TypedNeuropodTensor &, sizeof...(Dim)>(*this, {static_cast<std::int64_t>(dims)...});
    }
    /// @}

    /// The tensor seen with one dimension. Nothing is copied.
    /// @{
    auto flat() { return make_view<TypedNeuropodTensor &, 1>(*this, flat_dims()); }
    auto flat() const { return make_view<const TypedNeuropodTensor &, 1>(*this, flat_dims()); }
    /// @}

private:
    template <typename Tensor>
    friend class internal::AccessorData;
    template <typename Tensor>
    friend class StringProxy;

    StringProxy<TypedNeuropodTensor> operator[](std::size_t index)
    {
        return StringProxy<TypedNeuropodTensor>(*this, index);
    }

    StringProxy<const TypedNeuropodTensor> operator[](std::size_t index) const
    {
        return StringProxy<const TypedNeuropodTensor>(*this, index);
    }

    /// The bytes of a string, valid until the tensor is next changed or freed.
    std::string_view get_view(std::size_t index) const
    {
        NP_String item{nullptr, 0};
        internal::check(NP_GetStringElementBytes(get_handle(), index, &item, nullptr));
        return item.size == 0 ? std::string_view() : std::string_view(item.data, item.size);
    }

    void set(std::size_t index, std::string_view value)
    {
        const NP_String item{value.data(), value.size()};
        internal::check(NP_SetStringElementBytes(get_handle(), index, item, nullptr));
    }
};

/// Prints the type, the shape, the device, and the strings: all of them, or of six and more the first and last three.
inline std::ostream &operator<<(std::ostream &out, const TypedNeuropodTensor<std::string> &tensor)
{
    out << static_cast<const NeuropodTensor &>(tensor) << '\n';
    const auto elements = tensor.flat();
    return internal::print_elements(out, tensor.get_num_elements(), [&](std::size_t i) {
        out << '"' << elements[static_cast<std::int64_t>(i)] << '"';
    });
}

} // namespace neuropod
