/// @file
/// From C++ types to types of tensors, and back.
#pragma once

#include "neuropod/error.hh"
#include "neuropod/internal/tensor_types.hh"
#include "neuropod/internal/type_macros.hh"

#include <string>
#include <type_traits>

static_assert(sizeof(bool) == 1, "The elements of BOOL_TENSOR take one byte");

namespace neuropod
{
namespace internal
{

/// Stands for a type as a value.
template <typename T>
struct TypeTag
{
    using type = T;
};

/// Says of a C++ type how its tensors hold it, and their type. Undefined for types that no tensor holds.
template <typename T>
struct Element;

#define NEUROPOD_DEFINE_ELEMENT(CPP_TYPE, NEUROPOD_TYPE)      \
    template <>                                               \
    struct Element<CPP_TYPE>                                  \
    {                                                         \
        using type                        = CPP_TYPE;         \
        static constexpr TensorType value = NEUROPOD_TYPE;    \
    };

FOR_EACH_TYPE_MAPPING_INCLUDING_STRING(NEUROPOD_DEFINE_ELEMENT)
#undef NEUROPOD_DEFINE_ELEMENT

#ifdef __STDCPP_FLOAT16_T__
template <>
struct Element<std::float16_t> : Element<neuropod::float16_t>
{
};
#endif

#ifdef __STDCPP_BFLOAT16_T__
template <>
struct Element<std::bfloat16_t> : Element<neuropod::bfloat16_t>
{
};
#endif

/// Calls a visitor with the TypeTag of a tensor type's C++ type.
template <typename Visitor>
auto visit_type(TensorType type, Visitor &&visitor) -> decltype(visitor(TypeTag<float>()))
{
#define NEUROPOD_VISIT(CPP_TYPE, NEUROPOD_TYPE) \
    case NEUROPOD_TYPE:                         \
        return visitor(TypeTag<CPP_TYPE>());

    switch (type)
    {
        FOR_EACH_TYPE_MAPPING_INCLUDING_STRING(NEUROPOD_VISIT)
    }
#undef NEUROPOD_VISIT
    throw_invalid_argument("Unknown tensor type " + std::to_string(static_cast<int>(type)));
}

} // namespace internal

/// The type that tensors use for the elements of type `T`: `T` itself, but float16_t and bfloat16_t of this namespace
/// for the types of the same names in `std` (C++23), to and from which they convert.
template <typename T>
using element_t = typename internal::Element<T>::type;

/// The type of the tensors whose elements are `T`.
template <typename T>
constexpr TensorType get_tensor_type_from_cpp()
{
    return internal::Element<T>::value;
}

} // namespace neuropod
