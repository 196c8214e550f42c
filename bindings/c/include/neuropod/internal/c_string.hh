/// @file
/// Strings for the C API.
#pragma once

#include "neuropod/error.hh"

#include <string>

namespace neuropod
{
namespace internal
{

/// The string as C has it. Throws InvalidArgumentError if it has a null byte, at which C would cut it.
inline const char *c_string(const std::string &value, const char *what)
{
    if (value.find('\0') != std::string::npos)
    {
        throw_invalid_argument(std::string("The ") + what + " \"" + value.c_str() + "...\" contains a null byte");
    }
    return value.c_str();
}

} // namespace internal
} // namespace neuropod
