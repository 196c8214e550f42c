/// @file
/// What makes tensors.
#pragma once

#include "neuropod/internal/deleter.hh"
#include "neuropod/internal/neuropod_tensor.hh"
#include "neuropod/internal/sequence.hh"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace neuropod
{

/// Makes tensors. Get one from `Neuropod::get_tensor_allocator` or `get_generic_tensor_allocator`.
///
/// Tensors may outlive their allocator and their model, and go to any model. Several threads may use the allocators of
/// this library at once. Every function throws InvalidArgumentError if a dimension is negative or the tensor would be
/// too big to address.
class NeuropodTensorAllocator
{
public:
    NeuropodTensorAllocator()          = default;
    virtual ~NeuropodTensorAllocator() = default;

    /// Makes a tensor of these dimensions and this type. Its numbers are zeros, its strings are empty.
    virtual std::unique_ptr<NeuropodTensor> allocate_tensor(const std::vector<std::int64_t> &input_dims,
                                                            TensorType                       tensor_type) = 0;

    /// Makes a tensor of memory that the caller has, without copying it. Not for strings.
    ///
    /// `data` must have all the elements, in row-major order, and be aligned for their type; aligned to 64 bytes, no
    /// backend copies it. `deleter`, which may be empty, is called once with `data` when the memory is no longer
    /// needed: after the tensor, and everything that a backend made of it, are gone. It may be called on any thread,
    /// and exceptions that it throws are lost. If this function throws, the deleter is not called.
    virtual std::unique_ptr<NeuropodTensor> tensor_from_memory(const std::vector<std::int64_t> &input_dims,
                                                               TensorType                       tensor_type,
                                                               void *                           data,
                                                               const Deleter &                  deleter) = 0;

    /// Makes a tensor of these dimensions with elements of type `T`. Its numbers are zeros, its strings are empty.
    template <typename T>
    std::shared_ptr<TypedNeuropodTensor<element_t<T>>> allocate_tensor(const std::vector<std::int64_t> &input_dims)
    {
        std::shared_ptr<NeuropodTensor> tensor = this->allocate_tensor(input_dims, get_tensor_type_from_cpp<T>());
        return std::static_pointer_cast<TypedNeuropodTensor<element_t<T>>>(std::move(tensor));
    }

    /// Makes a tensor of memory that the caller has, without copying it: see the other overload.
    template <typename T>
    std::shared_ptr<TypedNeuropodTensor<element_t<T>>> tensor_from_memory(const std::vector<std::int64_t> &input_dims,
                                                                          T *                              data,
                                                                          const Deleter &                  deleter)
    {
        static_assert(!std::is_same_v<T, std::string>, "Strings can't be wrapped: use `allocate_tensor`");
        std::shared_ptr<NeuropodTensor> tensor =
            this->tensor_from_memory(input_dims, get_tensor_type_from_cpp<T>(), data, deleter);
        return std::static_pointer_cast<TypedNeuropodTensor<element_t<T>>>(std::move(tensor));
    }

    /// A tensor of these dimensions with every element equal to `fill_value`.
    template <typename T>
    std::shared_ptr<TypedNeuropodTensor<element_t<T>>> full(const std::vector<std::int64_t> &input_dims, T fill_value)
    {
        auto tensor = allocate_tensor<T>(input_dims);
        if constexpr (std::is_same_v<T, std::string>)
        {
            tensor->copy_from(std::vector<std::string>(tensor->get_num_elements(), fill_value));
        }
        else
        {
            std::fill_n(tensor->get_raw_data_ptr(), tensor->get_num_elements(), element_t<T>(fill_value));
        }
        return tensor;
    }

    /// A tensor of these dimensions with every element 0.
    template <typename T>
    std::shared_ptr<TypedNeuropodTensor<element_t<T>>> zeros(const std::vector<std::int64_t> &input_dims)
    {
        return full<element_t<T>>(input_dims, internal::number<element_t<T>>(0));
    }

    /// A tensor of these dimensions with every element 1.
    template <typename T>
    std::shared_ptr<TypedNeuropodTensor<element_t<T>>> ones(const std::vector<std::int64_t> &input_dims)
    {
        return full<element_t<T>>(input_dims, internal::number<element_t<T>>(1));
    }

    /// A tensor of one dimension: `start`, `start + step`, `start + 2 * step` and so on, up to but without `end`.
    /// It is empty if `end` is not in the direction of the step. Throws InvalidArgumentError if `step` is 0, or one of
    /// the arguments is not finite.
    template <typename T>
    std::shared_ptr<TypedNeuropodTensor<element_t<T>>> arange(T start, T end, T step = internal::number<T>(1))
    {
        const internal::Sequence<T> sequence(start, step);
        const std::size_t           size   = sequence.size(end);
        auto                        tensor = allocate_tensor<T>({static_cast<std::int64_t>(size)});
        auto *                      data   = tensor->get_raw_data_ptr();
        for (std::size_t i = 0; i < size; ++i)
        {
            data[i] = sequence[i];
        }
        return tensor;
    }

    /// A tensor of one dimension: 0, 1, 2 and so on, up to but without `end`.
    template <typename T>
    std::shared_ptr<TypedNeuropodTensor<element_t<T>>> arange(T end)
    {
        return arange<T>(internal::number<T>(0), end);
    }

    /// A tensor of shape (`M`, `N`) with 1 on the diagonal and 0 everywhere else.
    template <typename T>
    std::shared_ptr<TypedNeuropodTensor<element_t<T>>> eye(std::int64_t M, std::int64_t N)
    {
        auto tensor   = zeros<T>({M, N});
        auto accessor = tensor->template accessor<2>();
        for (std::int64_t i = 0; i < std::min(M, N); ++i)
        {
            accessor[i][i] = internal::number<element_t<T>>(1);
        }
        return tensor;
    }

    /// A tensor of these dimensions with random numbers from the normal distribution of mean `mean` and standard
    /// deviation `stddev`. For floating-point types and halves. The numbers differ from call to call.
    template <typename T>
    std::shared_ptr<TypedNeuropodTensor<element_t<T>>> randn(const std::vector<std::int64_t> &input_dims,
                                                             T mean   = internal::number<T>(0),
                                                             T stddev = internal::number<T>(1))
    {
        static_assert(!std::is_integral_v<T>, "Random numbers of a normal distribution are fractional");
        std::random_device               device;
        std::mt19937                     generator(device());
        std::normal_distribution<double> distribution;

        auto tensor = allocate_tensor<T>(input_dims);
        auto data   = tensor->get_raw_data_ptr();
        std::generate_n(data, tensor->get_num_elements(), [&]() {
            const double value = static_cast<double>(mean) + static_cast<double>(stddev) * distribution(generator);
            return internal::number<element_t<T>>(value);
        });
        return tensor;
    }
};

} // namespace neuropod
