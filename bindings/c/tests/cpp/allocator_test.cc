// What makes tensors with content.
#include "check.hh"

#include <neuropod/neuropod.hh>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

using namespace neuropod;

namespace
{

const auto                      allocator = get_generic_tensor_allocator();
const std::vector<std::int64_t> dims      = {3, 4, 5};

template <typename T>
bool is_full(const TypedNeuropodTensor<T> &tensor, T value)
{
    return tensor.get_dims() == dims && tensor.get_data_as_vector() == std::vector<T>(60, value);
}

template <typename T>
bool has(const std::shared_ptr<TypedNeuropodTensor<T>> &tensor, const std::vector<T> &expected)
{
    return tensor->get_dims() == std::vector<std::int64_t>{static_cast<std::int64_t>(expected.size())} &&
           tensor->get_data_as_vector() == expected;
}

} // namespace

TEST(filled_tensors)
{
    CHECK(is_full<std::uint16_t>(*allocator->zeros<std::uint16_t>(dims), 0));
    CHECK(is_full<std::int32_t>(*allocator->ones<std::int32_t>(dims), 1));
    CHECK(is_full<double>(*allocator->full<double>(dims, 1.23), 1.23));
    CHECK(is_full<bool>(*allocator->ones<bool>(dims), true));
    CHECK(is_full<float16_t>(*allocator->ones<float16_t>(dims), float16_t(1)));
    CHECK(is_full<bfloat16_t>(*allocator->full(dims, bfloat16_t(3)), bfloat16_t(3)));
    CHECK(is_full<std::string>(*allocator->full<std::string>(dims, "text"), "text"));
}

TEST(ranges)
{
    CHECK(has(allocator->arange<float>(5), {0, 1, 2, 3, 4}));
    CHECK(has(allocator->arange<float>(2, 6), {2, 3, 4, 5}));
    CHECK(has(allocator->arange<float>(0, 10, 2), {0, 2, 4, 6, 8}));
    CHECK(has(allocator->arange<float>(0, 1, 0.25F), {0, 0.25F, 0.5F, 0.75F}));
    CHECK(has(allocator->arange<double>(0, 0.3, 0.1), {0, 0.1, 0.2}));
    CHECK(has(allocator->arange<double>(1, -1, -0.5), {1, 0.5, 0, -0.5}));
    CHECK(has(allocator->arange<std::int32_t>(5, 0, -2), {5, 3, 1}));
    CHECK(has(allocator->arange<std::int32_t>(0, 5, 2), {0, 2, 4}));
    CHECK(has(allocator->arange<std::uint8_t>(250, 255, 2), {250, 252, 254}));
    CHECK(has(allocator->arange<std::int32_t>(3, 3), {}));
    CHECK(has(allocator->arange<std::int32_t>(3, 1), {}));
    CHECK(has(allocator->arange<float>(3, 1), {}));
    CHECK(has(allocator->arange<float16_t>(float16_t(3)), {float16_t(0), float16_t(1), float16_t(2)}));
}

TEST(ranges_of_great_numbers_are_exact)
{
    const auto max = std::numeric_limits<std::int64_t>::max();
    const auto min = std::numeric_limits<std::int64_t>::min();
    CHECK(has(allocator->arange<std::int64_t>(max - 3, max), {max - 3, max - 2, max - 1}));
    CHECK(has(allocator->arange<std::int64_t>(min + 2, min, -1), {min + 2, min + 1}));
    CHECK(has(allocator->arange<std::int64_t>(min, max, max), {min, -1, max - 1}));
    const auto umax = std::numeric_limits<std::uint64_t>::max();
    CHECK(has(allocator->arange<std::uint64_t>(umax - 2, umax), {umax - 2, umax - 1}));
    CHECK(has(allocator->arange<std::int8_t>(-128, 127, 127), {-128, -1, 126}));
}

TEST(ranges_without_an_end_are_errors)
{
    CHECK_THROWS(InvalidArgumentError, "step", allocator->arange<std::int32_t>(0, 1, 0));
    CHECK_THROWS(InvalidArgumentError, "step", allocator->arange<float>(0, 1, 0));
    CHECK_THROWS(InvalidArgumentError, "finite", allocator->arange<float>(0, INFINITY));
    CHECK_THROWS(InvalidArgumentError, "finite", allocator->arange<float>(0, NAN));
    CHECK_THROWS(InvalidArgumentError, "finite", allocator->arange<float>(0, 1, INFINITY));
}

TEST(identity_matrices)
{
    CHECK(allocator->eye<float>(2, 2)->get_data_as_vector() == (std::vector<float>{1, 0, 0, 1}));
    CHECK(allocator->eye<std::int32_t>(2, 3)->get_data_as_vector() == (std::vector<std::int32_t>{1, 0, 0, 0, 1, 0}));
    CHECK(allocator->eye<bool>(3, 1)->get_data_as_vector() == (std::vector<bool>{true, false, false}));
    CHECK_EQ(allocator->eye<float>(0, 3)->get_num_elements(), 0U);
}

TEST(random_numbers)
{
    const auto a = allocator->randn<float>({10000});
    const auto b = allocator->randn<float>({10000});
    CHECK(*a != *b);

    const auto values = allocator->randn<double>({10000}, 5, 2)->get_data_as_vector();
    double     sum    = 0;
    double     square = 0;
    for (const double value : values)
    {
        sum += value;
        square += (value - 5) * (value - 5);
    }
    CHECK(std::abs(sum / 10000 - 5) < 0.2);
    CHECK(std::abs(square / 10000 - 4) < 0.5);
    CHECK(allocator->randn<float>({3}, 7, 0)->get_data_as_vector() == std::vector<float>(3, 7));
    CHECK_EQ(allocator->randn<float16_t>({3}, float16_t(2), float16_t(0))->flat()[2], 2.0F);
}

TEST(generic_tensors_are_made_without_an_allocator)
{
    GenericNeuropodTensor<float> tensor({2, 2});
    tensor.copy_from({1, 2, 3, 4});
    CHECK_EQ(tensor.accessor<2>()[1][0], 3);
    GenericNeuropodTensor<std::string> strings({1});
    strings.copy_from({"a"});
    CHECK_EQ(strings.flat()[0], "a");

    float data[2] = {5, 6};
    int   calls   = 0;
    {
        const GenericNeuropodTensor<float> wrapped({2}, data, [&](void *) { ++calls; });
        CHECK_EQ(wrapped.get_raw_data_ptr(), data);
    }
    CHECK_EQ(calls, 1);
}
