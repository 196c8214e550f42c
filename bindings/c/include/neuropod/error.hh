/// @file
/// The exceptions of the C++ API.
#pragma once

#include "neuropod/neuropod.h"

#include <stdexcept>
#include <string>

namespace neuropod
{

/// The base of every exception that this API throws for its own reasons.
///
/// `what()` is the full message. Exceptions of the standard library, such as `std::bad_alloc`, pass unchanged.
class Error : public std::runtime_error
{
public:
    Error(NP_Code code, const std::string &message) : std::runtime_error(message), code_(code) {}

    /// What went wrong, as the C API says it.
    NP_Code code() const noexcept { return code_; }

private:
    NP_Code code_;
};

/// An argument is wrong: a null pointer, a size or a type that does not match, ... (codes 100 to 199).
class InvalidArgumentError : public Error
{
public:
    using Error::Error;
};

/// An inference failed: the inputs or the requested names don't fit the model, or the model failed (codes 200 to 299).
class InferenceError : public Error
{
public:
    using Error::Error;
};

/// A package can't be used: its specification, its contents or its checksums are wrong (codes 300 to 399).
class PackageError : public Error
{
public:
    using Error::Error;
};

/// A backend or a device is missing, or a backend could not load the model (codes 400 to 499).
class BackendError : public Error
{
public:
    using Error::Error;
};

/// A file or another resource of the system is missing or failed (codes 500 to 599).
class SystemError : public Error
{
public:
    using Error::Error;
};

namespace internal
{

/// Throws the exception that belongs to a code.
[[noreturn]] inline void throw_error(NP_Code code, const std::string &message)
{
    switch (static_cast<int>(code) / 100)
    {
    case 1:
        throw InvalidArgumentError(code, message);
    case 2:
        throw InferenceError(code, message);
    case 3:
        throw PackageError(code, message);
    case 4:
        throw BackendError(code, message);
    case 5:
        throw SystemError(code, message);
    default:
        throw Error(code, message);
    }
}

/// Throws an InvalidArgumentError.
[[noreturn]] inline void throw_invalid_argument(const std::string &message)
{
    throw InvalidArgumentError(NEUROPOD_INVALID_ARGUMENT, message);
}

/// Throws the thread's last error, with the given code.
[[noreturn]] inline void throw_last_error(NP_Code code)
{
    const char *message = NP_GetMessage(NP_GetLastError());
    throw_error(code, message == nullptr ? "Unknown error" : message);
}

/// Throws the thread's last error.
[[noreturn]] inline void throw_last_error()
{
    const NP_Code code = NP_GetCode(NP_GetLastError());
    throw_last_error(code == NEUROPOD_OK ? NEUROPOD_ERROR : code);
}

/// Throws the thread's last error unless `code` is NEUROPOD_OK.
inline void check(NP_Code code)
{
    if (code != NEUROPOD_OK)
    {
        throw_last_error(code);
    }
}

} // namespace internal
} // namespace neuropod
