/// @file
/// A tensor of any type.
#pragma once

#include "neuropod/internal/handle.hh"
#include "neuropod/internal/neuropod_value.hh"
#include "neuropod/internal/shape.hh"
#include "neuropod/internal/tensor_accessor.hh"
#include "neuropod/options.hh"

#include <array>
#include <cstddef>
#include <cstdint>
#include <ostream>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace neuropod
{

/// A tensor: contiguous, in row-major order, in the memory of the CPU. TypedNeuropodTensor has what depends on the type
/// of the elements.
///
/// Tensors are made by allocators and returned by `Neuropod::infer`. They can't be copied or moved, but shared by
/// pointers. Several threads may read a tensor at once, and run inferences with it; while one writes it, no other
/// thread may use it, and no model may run with it.
class NeuropodTensor : public NeuropodValue
{
public:
    NeuropodTensor(const NeuropodTensor &) = delete;
    NeuropodTensor &operator=(const NeuropodTensor &) = delete;
    ~NeuropodTensor() override                        = default;

    /// The dimensions; empty for a scalar. The reference is valid as long as the tensor.
    const std::vector<std::int64_t> &get_dims() const noexcept { return dims_; }

    /// The product of the dimensions; 1 for a scalar.
    std::size_t get_num_elements() const noexcept { return num_elements_; }

    /// The type of the elements.
    TensorType get_tensor_type() const noexcept { return type_; }

    /// The device whose memory has the data: `Device::CPU` always.
    NeuropodDevice get_device() const noexcept { return Device::CPU; }

    /// Whether the memory was this tensor's alone when it was made, so that writing it changes nothing else.
    ///
    /// It is true for tensors that are allocated or made of the program's memory, and for strings. It is false for an
    /// output that shares memory with an input, another output or the model, and for memory that can only be read.
    /// The functions that write don't check this: to change such an output, copy it to another tensor first.
    bool is_writable() const noexcept { return NP_IsWritable(handle_.get()); }

    /// This tensor as one of elements of type `T`. The pointer is valid as long as the tensor. Throws
    /// InvalidArgumentError if the elements are of another type.
    /// @{
    template <typename T>
    TypedNeuropodTensor<element_t<T>> *as_typed_tensor()
    {
        assure_type<T>();
        return static_cast<TypedNeuropodTensor<element_t<T>> *>(this);
    }

    template <typename T>
    const TypedNeuropodTensor<element_t<T>> *as_typed_tensor() const
    {
        assure_type<T>();
        return static_cast<const TypedNeuropodTensor<element_t<T>> *>(this);
    }
    /// @}

    /// The only element of a tensor of rank 0 or of shape (1), by reference. Throws InvalidArgumentError for tensors of
    /// other shapes or types. Not for strings.
    /// @{
    template <typename T>
    element_t<T> &as_scalar()
    {
        check_scalar<T>();
        return *static_cast<element_t<T> *>(data_);
    }

    template <typename T>
    const element_t<T> &as_scalar() const
    {
        check_scalar<T>();
        return *static_cast<const element_t<T> *>(data_);
    }
    /// @}

    /// The tensor's handle, for functions of the C API. It is the tensor's: don't free it.
    /// @{
    NP_NeuropodTensor *      get_handle() noexcept { return handle_.get(); }
    const NP_NeuropodTensor *get_handle() const noexcept { return handle_.get(); }
    /// @}

    SET_SERIALIZE_TAG("neuropodtensor")

protected:
    /// Takes a handle whose tensor is of this type.
    NeuropodTensor(internal::TensorHandle handle, TensorType type)
        : NeuropodValue(IsTensor()), handle_(std::move(handle)), type_(type), dims_(copy_dims(handle_.get())),
          num_elements_(internal::count_elements(dims_)), data_(NP_GetData(handle_.get()))
    {
        check_type(NP_GetType(handle_.get()), type);
    }

    /// The pointer to the elements, which does not change. Null for strings.
    /// @{
    void *      data() noexcept { return data_; }
    const void *data() const noexcept { return data_; }
    /// @}

    /// Throws unless the tensor has this rank.
    void assure_rank(std::size_t expected) const
    {
        if (dims_.size() != expected)
        {
            internal::throw_invalid_argument("Tensor is expected to have rank of " + std::to_string(expected) +
                                             " while the actual rank is " + std::to_string(dims_.size()));
        }
    }

    /// An accessor of the data with the tensor's own dims.
    template <typename Container, std::size_t N>
    TensorAccessor<Container, N> make_accessor(Container container) const
    {
        static_assert(N > 0, "Use `as_scalar()` for tensors of rank 0");
        assure_rank(N);
        return TensorAccessor<Container, N>(
            container, dims_.data(), internal::compute_strides<N>(dims_.data()).data());
    }

    /// A view of the data with other dims.
    template <typename Container, std::size_t N>
    TensorView<Container, N> make_view(Container container, const std::array<std::int64_t, N> &dims) const
    {
        static_assert(N > 0, "Use `as_scalar()` for a view without dimensions");
        internal::check_view(dims, num_elements_);
        return TensorView<Container, N>(TensorAccessor<Container, N>(
            container, dims.data(), internal::compute_strides<N>(dims.data()).data()));
    }

    /// The dims of the flat view.
    std::array<std::int64_t, 1> flat_dims() const { return {static_cast<std::int64_t>(num_elements_)}; }

private:
    static std::vector<std::int64_t> copy_dims(const NP_NeuropodTensor *tensor)
    {
        std::size_t         rank = 0;
        const std::int64_t *dims = nullptr;
        NP_GetDims(tensor, &rank, &dims);
        return std::vector<std::int64_t>(dims, dims + rank);
    }

    static void check_type(TensorType actual, TensorType requested)
    {
        if (actual != requested)
        {
            internal::throw_invalid_argument(std::string("Tried to downcast tensor of type ") +
                                             internal::type_name(actual) + " to a TypedNeuropodTensor of type " +
                                             internal::type_name(requested));
        }
    }

    template <typename T>
    void assure_type() const
    {
        check_type(type_, get_tensor_type_from_cpp<T>());
    }

    template <typename T>
    void check_scalar() const
    {
        static_assert(!std::is_same_v<T, std::string>, "Use `accessor()` for the strings of a tensor");
        assure_type<T>();
        if (dims_.size() > 1 || num_elements_ != 1)
        {
            internal::throw_invalid_argument(
                "Tensor is expected to have rank 0 or shape of {1} to be casted to a scalar");
        }
    }

    internal::TensorHandle    handle_;
    TensorType                type_;
    std::vector<std::int64_t> dims_;
    std::size_t               num_elements_;
    void *                    data_;
};

/// Prints the type, the shape and the device.
inline std::ostream &operator<<(std::ostream &out, const NeuropodTensor &tensor)
{
    out << "NeuropodTensor with type " << tensor.get_tensor_type() << " and shape (";
    const char *separator = "";
    for (const std::int64_t dim : tensor.get_dims())
    {
        out << separator << dim;
        separator = ", ";
    }
    return out << ") on device " << tensor.get_device();
}

} // namespace neuropod
