/// @file
/// Half precision: the elements of FLOAT16_TENSOR and BFLOAT16_TENSOR.
#pragma once

#include <cstdint>
#include <cstring>
#include <ostream>
#include <type_traits>

#if __cplusplus >= 202302L && defined(__has_include)
#if __has_include(<stdfloat>)
#include <stdfloat>
#endif
#endif

namespace neuropod
{
namespace internal
{

template <typename To, typename From>
To bit_cast(const From &from) noexcept
{
    static_assert(sizeof(To) == sizeof(From), "The sizes must match");
    To to;
    std::memcpy(&to, &from, sizeof(To));
    return to;
}

/// Shifts to the right and rounds to nearest, ties to even.
inline std::uint32_t round_shift(std::uint32_t value, std::uint32_t shift) noexcept
{
    const std::uint32_t half   = 1U << (shift - 1);
    const std::uint32_t rest   = value & ((1U << shift) - 1);
    const std::uint32_t result = value >> shift;
    return result + (rest > half || (rest == half && (result & 1U) != 0) ? 1U : 0U);
}

/// The bits, without the sign, of the float16 nearest to a float given by its bits without the sign.
inline std::uint32_t float16_magnitude(std::uint32_t bits) noexcept
{
    if (bits > 0x7f800000U) // not a number: keep the upper payload and make it quiet
    {
        return 0x7e00U | ((bits >> 13) & 0x3ffU);
    }
    if (bits >= 0x47800000U) // 2^16 and more, and infinity
    {
        return 0x7c00U;
    }
    if (bits >= 0x38800000U) // 2^-14 and more: normal; the carry of the rounding may reach infinity
    {
        return round_shift(bits - 0x38000000U, 13);
    }
    if (bits < 0x33000000U) // less than 2^-25
    {
        return 0;
    }
    return round_shift((bits & 0x7fffffU) | 0x800000U, 126U - (bits >> 23));
}

inline std::uint16_t float16_bits(float value) noexcept
{
    const auto bits = bit_cast<std::uint32_t>(value);
    return static_cast<std::uint16_t>(((bits >> 16) & 0x8000U) | float16_magnitude(bits & 0x7fffffffU));
}

inline float float16_value(std::uint16_t bits) noexcept
{
    const std::uint32_t sign     = (bits & 0x8000U) << 16;
    const std::uint32_t exponent = (bits >> 10) & 0x1fU;
    const std::uint32_t fraction = bits & 0x3ffU;
    if (exponent == 0) // zero and subnormal numbers: multiples of 2^-24
    {
        const float magnitude = static_cast<float>(fraction) * (1.0F / 16777216.0F);
        return sign != 0 ? -magnitude : magnitude;
    }
    const std::uint32_t wide = exponent == 0x1fU ? 0xffU : exponent + 112U;
    return bit_cast<float>(sign | (wide << 23) | (fraction << 13));
}

inline std::uint16_t bfloat16_bits(float value) noexcept
{
    const auto bits = bit_cast<std::uint32_t>(value);
    if ((bits & 0x7fffffffU) > 0x7f800000U)
    {
        return static_cast<std::uint16_t>((bits >> 16) | 0x40U);
    }
    return static_cast<std::uint16_t>(round_shift(bits, 16));
}

inline float bfloat16_value(std::uint16_t bits) noexcept
{
    return bit_cast<float>(static_cast<std::uint32_t>(bits) << 16);
}

} // namespace internal

/// A number of IEEE 754 binary16: 1 bit of sign, 5 of exponent, 10 of fraction.
///
/// It has the size and the layout of its bits and does no arithmetic itself: it converts to float.
struct float16_t
{
    /// The representation.
    std::uint16_t bits;

    /// Leaves the bits uninitialized, as a built-in number does.
    float16_t() = default;

    /// Rounds to nearest, ties to even. Numbers beyond the range become infinities.
    explicit float16_t(float value) noexcept : bits(internal::float16_bits(value)) {}

    /// Makes a number of its representation.
    static float16_t from_bits(std::uint16_t value) noexcept
    {
        float16_t result;
        result.bits = value;
        return result;
    }

    /// The value; exact.
    operator float() const noexcept { return internal::float16_value(bits); }

#ifdef __STDCPP_FLOAT16_T__
    /// From the standard's type; exact.
    template <typename F, typename = std::enable_if_t<std::is_same_v<F, std::float16_t>>>
    float16_t(F value) noexcept : bits(internal::bit_cast<std::uint16_t>(value))
    {
    }

    /// To the standard's type; exact.
    explicit operator std::float16_t() const noexcept { return internal::bit_cast<std::float16_t>(bits); }
#endif

    /// Compares as floats do: a NaN differs from everything, and 0 equals -0.
    friend bool operator==(float16_t a, float16_t b) noexcept { return static_cast<float>(a) == static_cast<float>(b); }
    friend bool operator!=(float16_t a, float16_t b) noexcept { return !(a == b); }

    /// Prints the value as a float.
    friend std::ostream &operator<<(std::ostream &out, float16_t value) { return out << static_cast<float>(value); }
};

/// A number of bfloat16, the upper half of a float: 1 bit of sign, 8 of exponent, 7 of fraction.
///
/// It has the size and the layout of its bits and does no arithmetic itself: it converts to float.
struct bfloat16_t
{
    /// The representation.
    std::uint16_t bits;

    /// Leaves the bits uninitialized, as a built-in number does.
    bfloat16_t() = default;

    /// Rounds to nearest, ties to even. Numbers beyond the range become infinities.
    explicit bfloat16_t(float value) noexcept : bits(internal::bfloat16_bits(value)) {}

    /// Makes a number of its representation.
    static bfloat16_t from_bits(std::uint16_t value) noexcept
    {
        bfloat16_t result;
        result.bits = value;
        return result;
    }

    /// The value; exact.
    operator float() const noexcept { return internal::bfloat16_value(bits); }

#ifdef __STDCPP_BFLOAT16_T__
    /// From the standard's type; exact.
    template <typename F, typename = std::enable_if_t<std::is_same_v<F, std::bfloat16_t>>>
    bfloat16_t(F value) noexcept : bits(internal::bit_cast<std::uint16_t>(value))
    {
    }

    /// To the standard's type; exact.
    explicit operator std::bfloat16_t() const noexcept { return internal::bit_cast<std::bfloat16_t>(bits); }
#endif

    /// Compares as floats do: a NaN differs from everything, and 0 equals -0.
    friend bool operator==(bfloat16_t a, bfloat16_t b) noexcept
    {
        return static_cast<float>(a) == static_cast<float>(b);
    }
    friend bool operator!=(bfloat16_t a, bfloat16_t b) noexcept { return !(a == b); }

    /// Prints the value as a float.
    friend std::ostream &operator<<(std::ostream &out, bfloat16_t value) { return out << static_cast<float>(value); }
};

static_assert(sizeof(float16_t) == 2 && sizeof(bfloat16_t) == 2, "The halves take two bytes");
static_assert(std::is_trivial_v<float16_t> && std::is_standard_layout_v<float16_t>, "Plain data");
static_assert(std::is_trivial_v<bfloat16_t> && std::is_standard_layout_v<bfloat16_t>, "Plain data");

} // namespace neuropod
