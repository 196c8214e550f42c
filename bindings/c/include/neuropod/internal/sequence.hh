/// @file
/// Numbers at equal distances.
#pragma once

#include "neuropod/error.hh"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <type_traits>

namespace neuropod
{
namespace internal
{

/// Converts a number to a type of elements. The halves take it by way of float.
template <typename T, typename Number>
T number(Number value)
{
    static_assert(!std::is_same_v<T, std::string>, "Numbers only");
    if constexpr (std::is_arithmetic_v<T>)
    {
        return static_cast<T>(value);
    }
    else
    {
        return T(static_cast<float>(value));
    }
}

/// start, start + step, start + 2 * step, ...: in double precision, without adding up the errors.
template <typename T, bool Integer = std::is_integral_v<T>>
class Sequence
{
public:
    Sequence(T start, T step) : start_(static_cast<double>(start)), step_(static_cast<double>(step)) {}

    /// How many numbers are before `end`.
    std::size_t size(T end) const
    {
        const double count = std::ceil((static_cast<double>(end) - start_) / step_);
        if (!std::isfinite(count) || !std::isfinite(step_) || count > 9e18)
        {
            throw_invalid_argument("A range needs finite bounds and a step other than 0");
        }
        return count > 0 ? static_cast<std::size_t>(count) : 0;
    }

    T operator[](std::size_t index) const { return number<T>(start_ + static_cast<double>(index) * step_); }

private:
    double start_;
    double step_;
};

/// The same for integers: exact, with arithmetic modulo 2^64, which the conversion to `T` makes right.
template <typename T>
class Sequence<T, true>
{
    static_assert(!std::is_same_v<T, bool>, "There is no range of booleans");

public:
    Sequence(T start, T step) : start_(start), step_(step) {}

    /// How many numbers are before `end`.
    std::size_t size(T end) const
    {
        if (step_ == 0)
        {
            throw_invalid_argument("A range needs a step other than 0");
        }
        const bool up = step_ > 0;
        if (up ? end <= start_ : end >= start_)
        {
            return 0;
        }
        const std::uint64_t distance = up ? wide(end) - wide(start_) : wide(start_) - wide(end);
        const std::uint64_t step     = up ? wide(step_) : std::uint64_t{0} - wide(step_);
        return static_cast<std::size_t>(distance / step + (distance % step != 0 ? 1 : 0));
    }

    T operator[](std::size_t index) const { return static_cast<T>(wide(start_) + index * wide(step_)); }

private:
    static std::uint64_t wide(T value) { return static_cast<std::uint64_t>(value); }

    T start_;
    T step_;
};

} // namespace internal
} // namespace neuropod
