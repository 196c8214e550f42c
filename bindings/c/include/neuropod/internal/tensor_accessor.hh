/// @file
/// Access to a tensor's elements by their indices.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <type_traits>
#include <utility>

namespace neuropod
{
namespace internal
{

/// What an accessor reads and writes: a pointer to its first element, ...
template <typename Container>
class AccessorData
{
public:
    AccessorData() = default;
    AccessorData(Container data, std::int64_t offset) : data_(data + offset) {}

    decltype(auto) operator[](std::int64_t index) const { return data_[index]; }
    AccessorData   at_offset(std::int64_t offset) const { return AccessorData(data_, offset); }

private:
    Container data_ = Container();
};

/// ... or a tensor with an operator [], kept as a pointer so that accessors and iterators can be assigned.
template <typename Tensor>
class AccessorData<Tensor &>
{
public:
    AccessorData() = default;
    AccessorData(Tensor &tensor, std::int64_t offset) : tensor_(&tensor), offset_(offset) {}

    decltype(auto) operator[](std::int64_t index) const
    {
        return (*tensor_)[static_cast<std::size_t>(offset_ + index)];
    }
    AccessorData at_offset(std::int64_t offset) const { return AccessorData(*tensor_, offset_ + offset); }

private:
    Tensor *     tensor_ = nullptr;
    std::int64_t offset_ = 0;
};

} // namespace internal

/// Iterates over the first dimension of an accessor. Dereferencing gives what indexing the accessor gives: an element
/// (a reference, or a StringProxy), or an accessor of one dimension less.
///
/// The iterator has a copy of the accessor; it is valid as long as the tensor lives.
template <typename Accessor>
class AccessorIterator
{
public:
    using reference         = decltype(std::declval<const Accessor &>()[0]);
    using value_type        = std::remove_cv_t<std::remove_reference_t<reference>>;
    using difference_type   = std::ptrdiff_t;
    using pointer           = void;
    using iterator_category = std::input_iterator_tag;

    /// An iterator that can only be assigned to.
    AccessorIterator() = default;

    explicit AccessorIterator(const Accessor &accessor, std::int64_t index = 0) : accessor_(accessor), index_(index) {}

    reference operator*() const { return accessor_[index_]; }

    AccessorIterator &operator++()
    {
        ++index_;
        return *this;
    }

    AccessorIterator operator++(int)
    {
        AccessorIterator before = *this;
        ++index_;
        return before;
    }

    /// Compares the positions. Both iterators must be of the same tensor.
    friend bool operator==(const AccessorIterator &a, const AccessorIterator &b) { return a.index_ == b.index_; }
    friend bool operator!=(const AccessorIterator &a, const AccessorIterator &b) { return a.index_ != b.index_; }

private:
    Accessor     accessor_;
    std::int64_t index_ = 0;
};

/// Gives the elements of a tensor of `N` dimensions by their indices:
///
///     auto accessor = tensor->accessor<2>();
///     accessor[5][3] = 1.0F;
///     for (const auto &row : accessor)
///         for (const float item : row) { ... }
///
/// It is as fast as arithmetic on pointers: indices are not checked. Nothing is copied: what is written is written to
/// the tensor. An accessor is valid as long as the tensor lives.
template <typename Container, std::size_t N>
class TensorAccessor
{
public:
    /// An accessor that can only be assigned to.
    TensorAccessor() = default;

    /// `dims` and `strides` (in elements) have `N` items, which are copied.
    TensorAccessor(Container data, const std::int64_t *dims, const std::int64_t *strides, std::int64_t offset = 0)
        : TensorAccessor(internal::AccessorData<Container>(data, offset), dims, strides)
    {
    }

    /// The accessor of the part with this first index. The index is not checked.
    TensorAccessor<Container, N - 1> operator[](std::int64_t index) const
    {
        return TensorAccessor<Container, N - 1>(
            data_.at_offset(strides_[0] * index), dims_.data() + 1, strides_.data() + 1);
    }

    /// @name Iteration over the first dimension
    /// @{
    AccessorIterator<TensorAccessor> begin() const { return AccessorIterator<TensorAccessor>(*this); }
    AccessorIterator<TensorAccessor> end() const { return AccessorIterator<TensorAccessor>(*this, dims_[0]); }
    /// @}

private:
    template <typename OtherContainer, std::size_t M>
    friend class TensorAccessor;

    TensorAccessor(internal::AccessorData<Container> data, const std::int64_t *dims, const std::int64_t *strides)
        : data_(data)
    {
        for (std::size_t i = 0; i < N; ++i)
        {
            dims_[i]    = dims[i];
            strides_[i] = strides[i];
        }
    }

    internal::AccessorData<Container> data_;
    std::array<std::int64_t, N>       dims_{};
    std::array<std::int64_t, N>       strides_{};
};

/// The accessor of one dimension: indexing it gives an element.
template <typename Container>
class TensorAccessor<Container, 1>
{
public:
    /// An accessor that can only be assigned to.
    TensorAccessor() = default;

    /// `dims` and `strides` (in elements) have one item.
    TensorAccessor(Container data, const std::int64_t *dims, const std::int64_t *strides, std::int64_t offset = 0)
        : TensorAccessor(internal::AccessorData<Container>(data, offset), dims, strides)
    {
    }

    /// The element: a reference to a number, or a StringProxy. The index of a number is not checked.
    decltype(auto) operator[](std::int64_t index) const { return data_[index]; }

    /// @name Iteration over the elements
    /// @{
    AccessorIterator<TensorAccessor> begin() const { return AccessorIterator<TensorAccessor>(*this); }
    AccessorIterator<TensorAccessor> end() const { return AccessorIterator<TensorAccessor>(*this, size_); }
    /// @}

private:
    template <typename OtherContainer, std::size_t M>
    friend class TensorAccessor;

    TensorAccessor(internal::AccessorData<Container> data, const std::int64_t *dims, const std::int64_t * /*strides*/)
        : data_(data), size_(dims[0])
    {
    }

    internal::AccessorData<Container> data_;
    std::int64_t                      size_ = 0;
};

/// A tensor seen with other dimensions than its own. It is used as an accessor is, and nothing is copied either.
/// A view is valid as long as the tensor lives.
template <typename Container, std::size_t N>
class TensorView
{
public:
    explicit TensorView(const TensorAccessor<Container, N> &accessor) : accessor_(accessor) {}

    /// As the accessor's.
    decltype(auto) operator[](std::int64_t index) const { return accessor_[index]; }

    /// @name Iteration over the first dimension
    /// @{
    auto begin() const { return accessor_.begin(); }
    auto end() const { return accessor_.end(); }
    /// @}

    /// The accessor of the whole view.
    TensorAccessor<Container, N> accessor() const { return accessor_; }

private:
    TensorAccessor<Container, N> accessor_;
};

} // namespace neuropod
