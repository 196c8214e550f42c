// What needs C++23, and of the standard library too.
#include "check.hh"

#include <neuropod/neuropod.hh>

#include <type_traits>

using namespace neuropod;

#if defined(__cpp_lib_mdspan)

#include <mdspan>

TEST(multidimensional_spans)
{
    const auto allocator = get_generic_tensor_allocator();
    const auto tensor    = allocator->arange<float>(6);
    const auto matrix    = allocator->allocate_tensor<float>({2, 3});
    matrix->copy_from(tensor->get_data_as_vector());

    auto span = matrix->mdspan<2>();
    static_assert(std::is_same_v<decltype(span), std::mdspan<float, std::dextents<std::int64_t, 2>>>);
    CHECK(span.extent(0) == 2 && span.extent(1) == 3);
    CHECK_EQ((span[1, 2]), 5);
    span[1, 0] = 9;
    CHECK_EQ(matrix->accessor<2>()[1][0], 9);

    const auto &constant = *matrix;
    CHECK_EQ((constant.mdspan<2>()[0, 1]), 1);
    CHECK_EQ(allocator->ones<double>({})->mdspan<0>()[], 1);
    CHECK_THROWS(InvalidArgumentError, "rank of 1", matrix->mdspan<1>());
}

#else

TEST(without_multidimensional_spans_the_rest_works)
{
    CHECK_EQ(get_generic_tensor_allocator()->arange<float>(6)->span().size(), 6U);
}

#endif
