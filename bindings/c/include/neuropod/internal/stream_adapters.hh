/// @file
/// Streams as the C API reads and writes them.
#pragma once

#include "neuropod/error.hh"

#include <cstddef>
#include <cstdint>
#include <exception>
#include <istream>
#include <ostream>

namespace neuropod
{
namespace internal
{

/// Keeps an exception that must not pass through C.
class CaughtError
{
public:
    /// Throws the kept exception if there is one, else the thread's last error unless `code` is NEUROPOD_OK.
    void check(NP_Code code) const
    {
        if (error_ != nullptr)
        {
            std::rethrow_exception(error_);
        }
        internal::check(code);
    }

protected:
    std::exception_ptr error_;
};

/// Writes to a stream.
class StreamWriter : public CaughtError
{
public:
    explicit StreamWriter(std::ostream &out) : out_(out) {}

    static bool write(void *context, const void *data, std::size_t size) noexcept
    {
        auto &self = *static_cast<StreamWriter *>(context);
        try
        {
            self.out_.write(static_cast<const char *>(data), static_cast<std::streamsize>(size));
            return self.out_.good();
        }
        catch (...)
        {
            self.error_ = std::current_exception();
            return false;
        }
    }

private:
    std::ostream &out_;
};

/// Reads from a stream.
class StreamReader : public CaughtError
{
public:
    explicit StreamReader(std::istream &in) : in_(in) {}

    static std::size_t read(void *context, void *data, std::size_t size) noexcept
    {
        auto &self = *static_cast<StreamReader *>(context);
        try
        {
            self.in_.read(static_cast<char *>(data), static_cast<std::streamsize>(size));
            return self.in_.bad() ? SIZE_MAX : static_cast<std::size_t>(self.in_.gcount());
        }
        catch (...)
        {
            self.error_ = std::current_exception();
            return SIZE_MAX;
        }
    }

private:
    std::istream &in_;
};

} // namespace internal
} // namespace neuropod
