/// @file
/// Macros that do something for each type of element.
#pragma once

#include "neuropod/internal/half.hh"
#include "neuropod/internal/tensor_types.hh"

#include <cstdint>
#include <string>

/// Expands FN(C++ type, enumerator) for each type but strings.
#define FOR_EACH_TYPE_MAPPING_EXCEPT_STRING(FN) \
    FN(float, FLOAT_TENSOR)                     \
    FN(double, DOUBLE_TENSOR)                   \
                                                \
    FN(int8_t, INT8_TENSOR)                     \
    FN(int16_t, INT16_TENSOR)                   \
    FN(int32_t, INT32_TENSOR)                   \
    FN(int64_t, INT64_TENSOR)                   \
                                                \
    FN(uint8_t, UINT8_TENSOR)                   \
    FN(uint16_t, UINT16_TENSOR)                 \
    FN(uint32_t, UINT32_TENSOR)                 \
    FN(uint64_t, UINT64_TENSOR)                 \
                                                \
    FN(bool, BOOL_TENSOR)                       \
    FN(neuropod::float16_t, FLOAT16_TENSOR)     \
    FN(neuropod::bfloat16_t, BFLOAT16_TENSOR)

/// Expands FN(C++ type, enumerator) for each type.
#define FOR_EACH_TYPE_MAPPING_INCLUDING_STRING(FN) \
    FOR_EACH_TYPE_MAPPING_EXCEPT_STRING(FN)        \
    FN(std::string, STRING_TENSOR)
