/// @file
/// The types of tensors.
#pragma once

#include "neuropod/neuropod.h"

#include <ostream>

namespace neuropod
{

/// The type of a tensor's elements. It is the same type as the C API's, and so are the enumerators.
using TensorType = ::NP_TensorType;

using ::BFLOAT16_TENSOR;
using ::BOOL_TENSOR;
using ::DOUBLE_TENSOR;
using ::FLOAT16_TENSOR;
using ::FLOAT_TENSOR;
using ::INT16_TENSOR;
using ::INT32_TENSOR;
using ::INT64_TENSOR;
using ::INT8_TENSOR;
using ::STRING_TENSOR;
using ::UINT16_TENSOR;
using ::UINT32_TENSOR;
using ::UINT64_TENSOR;
using ::UINT8_TENSOR;

namespace internal
{

/// The enumerator's name, such as "FLOAT_TENSOR".
inline const char *type_name(TensorType type)
{
    switch (type)
    {
    case FLOAT_TENSOR:
        return "FLOAT_TENSOR";
    case DOUBLE_TENSOR:
        return "DOUBLE_TENSOR";
    case STRING_TENSOR:
        return "STRING_TENSOR";
    case INT8_TENSOR:
        return "INT8_TENSOR";
    case INT16_TENSOR:
        return "INT16_TENSOR";
    case INT32_TENSOR:
        return "INT32_TENSOR";
    case INT64_TENSOR:
        return "INT64_TENSOR";
    case UINT8_TENSOR:
        return "UINT8_TENSOR";
    case UINT16_TENSOR:
        return "UINT16_TENSOR";
    case UINT32_TENSOR:
        return "UINT32_TENSOR";
    case UINT64_TENSOR:
        return "UINT64_TENSOR";
    case BOOL_TENSOR:
        return "BOOL_TENSOR";
    case FLOAT16_TENSOR:
        return "FLOAT16_TENSOR";
    case BFLOAT16_TENSOR:
        return "BFLOAT16_TENSOR";
    }
    return "UNKNOWN_TENSOR";
}

} // namespace internal
} // namespace neuropod

/// Prints the enumerator's name. It is in the global namespace because the type is.
inline std::ostream &operator<<(std::ostream &out, NP_TensorType type)
{
    return out << neuropod::internal::type_name(type);
}
