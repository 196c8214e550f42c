/// @file
/// The base of what models take and return. neuropod_tensor.hh has the definitions of its functions.
#pragma once

#include "neuropod/internal/element_types.hh"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

/// Gives a class derived from NeuropodValue its tag.
#define SET_SERIALIZE_TAG(tag)                                    \
    static std::string get_static_serialize_tag() { return tag; } \
    std::string        get_serialize_tag() const override { return tag; }

namespace neuropod
{

class NeuropodTensor;

template <typename T>
class TypedNeuropodTensor;

/// What a model takes and returns. Every value that this library makes is a NeuropodTensor.
///
/// Functions that need a tensor throw InvalidArgumentError if the value is not one.
class NeuropodValue : public std::enable_shared_from_this<NeuropodValue>
{
public:
    /// For values of other classes, which are not tensors whatever the argument says.
    explicit NeuropodValue(bool /*is_tensor*/) : is_tensor_(false) {}

    NeuropodValue(const NeuropodValue &) = delete;
    NeuropodValue &operator=(const NeuropodValue &) = delete;
    virtual ~NeuropodValue()                        = default;

    /// This value as a tensor. The pointer is valid as long as the value.
    /// @{
    NeuropodTensor *      as_tensor();
    const NeuropodTensor *as_tensor() const;
    /// @}

    /// This value as a tensor of elements of type `T`. The pointer is valid as long as the value. Throws
    /// InvalidArgumentError if the elements are of another type.
    /// @{
    template <typename T>
    TypedNeuropodTensor<element_t<T>> *as_typed_tensor();

    template <typename T>
    const TypedNeuropodTensor<element_t<T>> *as_typed_tensor() const;
    /// @}

    /// The dimensions of the tensor that this value is.
    const std::vector<std::int64_t> &get_dims() const;

    /// The number of elements of the tensor that this value is.
    std::size_t get_num_elements() const;

    /// The type of the tensor that this value is.
    TensorType get_tensor_type() const;

    /// Names the class of the value. Use SET_SERIALIZE_TAG to override it.
    virtual std::string get_serialize_tag() const = 0;

private:
    friend class NeuropodTensor;

    struct IsTensor
    {
    };

    explicit NeuropodValue(IsTensor) : is_tensor_(true) {}

    void assure_tensor() const
    {
        if (!is_tensor_)
        {
            internal::throw_invalid_argument("This NeuropodValue is expected to be a NeuropodTensor");
        }
    }

    const bool is_tensor_;
};

/// Whether two tensors have the same type, the same shape and the same content: numbers as C compares them, so that no
/// NaN equals another, and strings byte by byte. Throws InvalidArgumentError if one of the values is not a tensor.
bool operator==(const NeuropodValue &a, const NeuropodValue &b);

/// The opposite of `==`.
bool operator!=(const NeuropodValue &a, const NeuropodValue &b);

} // namespace neuropod
