// The conversions of half precision, for every value.
#include "check.hh"

#include <neuropod/internal/half.hh>

#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <sstream>
#include <type_traits>

using neuropod::bfloat16_t;
using neuropod::float16_t;

namespace
{

const float infinity  = std::numeric_limits<float>::infinity();
const float quiet_nan = std::numeric_limits<float>::quiet_NaN();

// The value of float16's bits by the definition.
double float16_by_definition(unsigned bits)
{
    const unsigned exponent = (bits >> 10) & 31U;
    const double   fraction = bits & 1023U;
    const double   sign     = (bits & 0x8000U) != 0 ? -1 : 1;
    return exponent == 0 ? sign * std::ldexp(fraction, -24)
                         : sign * std::ldexp(1024 + fraction, static_cast<int>(exponent) - 25);
}

// Every finite value, and what is just below, at and just above the middle to the next one.
template <typename Half>
void check_rounding(std::uint16_t last)
{
    for (std::uint32_t bits = 0; bits < last; ++bits)
    {
        const float  value = Half::from_bits(static_cast<std::uint16_t>(bits));
        const float  next  = Half::from_bits(static_cast<std::uint16_t>(bits + 1));
        const auto   even  = bits % 2 == 0 ? bits : bits + 1;
        const double half  = (static_cast<double>(value) + static_cast<double>(next)) / 2;
        const float  middle = static_cast<float>(half);
        CHECK_EQ(Half(value).bits, bits);
        CHECK_EQ(Half(-value).bits, bits | 0x8000U);
        if (static_cast<double>(middle) != half)
        {
            continue; // not a float: only for the smallest subnormal numbers of bfloat16
        }
        CHECK_EQ(Half(middle).bits, even);
        CHECK_EQ(Half(-middle).bits, even | 0x8000U);
        CHECK_EQ(Half(std::nextafter(middle, value)).bits, bits);
        CHECK_EQ(Half(std::nextafter(middle, next)).bits, bits + 1);
    }
}

} // namespace

TEST(values_of_float16)
{
    for (unsigned bits = 0; bits < 0x10000U; ++bits)
    {
        const float value = float16_t::from_bits(static_cast<std::uint16_t>(bits));
        if ((bits & 0x7c00U) != 0x7c00U)
        {
            CHECK_EQ(static_cast<double>(value), float16_by_definition(bits));
            CHECK_EQ(std::signbit(value), (bits & 0x8000U) != 0);
        }
        else
        {
            CHECK_EQ(std::isnan(value), (bits & 0x3ffU) != 0);
            CHECK(std::isnan(value) || std::isinf(value));
        }
    }
}

TEST(rounding_to_float16)
{
    check_rounding<float16_t>(0x7bff);
    CHECK_EQ(float16_t(65504.0F).bits, 0x7bff);
    CHECK_EQ(float16_t(65519.996F).bits, 0x7bff);
    CHECK_EQ(float16_t(65520.0F).bits, 0x7c00);
    CHECK_EQ(float16_t(-1e30F).bits, 0xfc00);
    CHECK_EQ(float16_t(infinity).bits, 0x7c00);
    CHECK_EQ(float16_t(std::ldexp(1.0F, -25)).bits, 0);
    CHECK_EQ(float16_t(std::numeric_limits<float>::denorm_min()).bits, 0);
    CHECK_EQ(float16_t(-0.0F).bits, 0x8000);
}

TEST(rounding_to_bfloat16)
{
    check_rounding<bfloat16_t>(0x7f7f);
    CHECK_EQ(bfloat16_t(std::numeric_limits<float>::max()).bits, 0x7f80);
    CHECK_EQ(bfloat16_t(-infinity).bits, 0xff80);
    CHECK_EQ(bfloat16_t(1.0F).bits, 0x3f80);
    CHECK_EQ(bfloat16_t(-0.0F).bits, 0x8000);
}

TEST(not_a_number_stays_so)
{
    std::uint32_t bits = 0x7f800001U; // a signaling one whose payload the halves have no room for
    float         signaling;
    std::memcpy(&signaling, &bits, sizeof(bits));
    for (const float value : {quiet_nan, -quiet_nan, signaling})
    {
        CHECK(std::isnan(static_cast<float>(float16_t(value))));
        CHECK(std::isnan(static_cast<float>(bfloat16_t(value))));
    }
    CHECK(!(float16_t(quiet_nan) == float16_t(quiet_nan)) && float16_t(quiet_nan) != float16_t(quiet_nan));
}

TEST(comparison_and_printing)
{
    CHECK(float16_t(1.5F) == float16_t(1.5F) && float16_t(1.5F) != float16_t(2));
    CHECK(float16_t(0) == float16_t(-0.0F) && bfloat16_t(0) == bfloat16_t(-0.0F));
    CHECK(float16_t(1.5F) == 1.5F && float16_t(1) < float16_t(2) && bfloat16_t(3) > 2.0F);
    std::ostringstream out;
    out << float16_t(1.5F) << ' ' << bfloat16_t(-2);
    CHECK_EQ(out.str(), "1.5 -2");
}

TEST(halves_are_plain_data)
{
    static_assert(std::is_trivially_copyable_v<float16_t> && sizeof(float16_t[3]) == 6, "Plain");
    static_assert(std::is_convertible_v<float16_t, float> && !std::is_convertible_v<float, float16_t>, "One way");
    static_assert(std::is_convertible_v<bfloat16_t, float> && !std::is_convertible_v<float, bfloat16_t>, "One way");
}

#ifdef __STDCPP_FLOAT16_T__
#include <neuropod/neuropod.hh>
TEST(the_standard_types_are_mapped)
{
    const std::float16_t value = 1.5f16;
    CHECK_EQ(float16_t(value).bits, 0x3e00);
    CHECK(static_cast<std::float16_t>(float16_t(1.5F)) == value);
    const auto tensor = neuropod::get_generic_tensor_allocator()->full<std::float16_t>({2}, value);
    CHECK_EQ(tensor->get_tensor_type(), neuropod::FLOAT16_TENSOR);
    CHECK_EQ(tensor->as_typed_tensor<std::float16_t>()->flat()[1], 1.5F);
}
#endif
