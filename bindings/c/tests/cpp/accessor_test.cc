// Access to numbers by indices.
#include "check.hh"

#include <neuropod/neuropod.hh>

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <numeric>
#include <type_traits>
#include <vector>

using namespace neuropod;

namespace
{

const auto allocator = get_generic_tensor_allocator();

} // namespace

TEST(accessors_write_where_pointers_do)
{
    const auto a        = allocator->allocate_tensor<float>({3, 5});
    const auto b        = allocator->allocate_tensor<float>({3, 5});
    auto       accessor = a->accessor<2>();
    float *    data     = b->get_raw_data_ptr();
    for (int i = 0; i < 3; ++i)
    {
        for (int j = 0; j < 5; ++j)
        {
            accessor[i][j]  = static_cast<float>(i * 5 + j);
            data[i * 5 + j] = static_cast<float>(i * 5 + j);
        }
    }
    CHECK(*a == *b);
}

TEST(five_dimensions)
{
    const auto  tensor   = allocator->allocate_tensor<std::int64_t>({2, 3, 4, 5, 6});
    const auto  accessor = tensor->accessor<5>();
    auto *      data     = tensor->get_raw_data_ptr();
    std::iota(data, data + 720, 0);
    CHECK_EQ(accessor[1][2][3][4][5], 719);
    CHECK_EQ(accessor[1][0][2][0][3], 360 + 60 + 3);
    std::int64_t expected = 0;
    for (const auto &a : accessor)
        for (const auto &b : a)
            for (const auto &c : b)
                for (const auto &d : c)
                    for (const auto item : d)
                        CHECK_EQ(item, expected++);
    CHECK_EQ(expected, 720);
}

TEST(range_for_reads)
{
    const auto  tensor   = allocator->arange<float>(15);
    const auto &constant = *tensor;
    float       expected = 0;
    for (const auto &row : tensor->view(3, 5))
    {
        for (const auto &item : row)
        {
            CHECK_EQ(item, expected++);
        }
    }
    for (const auto &item : constant.accessor<1>())
    {
        static_assert(std::is_same_v<decltype(item), const float &>, "Read only");
        CHECK_EQ(item, expected++ - 15);
    }
    CHECK_EQ(expected, 30);
}

TEST(range_for_writes)
{
    const auto tensor = allocator->zeros<std::int32_t>({2, 2});
    for (auto row : tensor->accessor<2>())
    {
        for (auto &item : row)
        {
            item = 7;
        }
    }
    CHECK(tensor->get_data_as_vector() == std::vector<std::int32_t>(4, 7));
}

TEST(algorithms_take_the_iterators)
{
    const auto tensor = allocator->arange<std::int32_t>(10);
    const auto items  = tensor->accessor<1>();
    CHECK_EQ(std::accumulate(items.begin(), items.end(), 0), 45);
    CHECK_EQ(std::distance(items.begin(), items.end()), 10);
    CHECK_EQ(*std::find(items.begin(), items.end(), 4), 4);
    const std::vector<std::int32_t> copy(items.begin(), items.end());
    CHECK(copy == tensor->get_data_as_vector());
    std::fill(items.begin(), items.end(), 3);
    CHECK(tensor->get_data_as_vector() == std::vector<std::int32_t>(10, 3));

    auto it = items.begin();
    it++;
    auto other = it;
    other      = items.end();
    CHECK(it != other && it == ++items.begin());
    using Traits = std::iterator_traits<decltype(it)>;
    static_assert(std::is_same_v<Traits::value_type, std::int32_t>, "Elements");
    static_assert(std::is_same_v<Traits::reference, std::int32_t &>, "References");
}

TEST(ranks_are_checked)
{
    const auto  tensor   = allocator->allocate_tensor<float>({3, 5});
    const auto &constant = *tensor;
    CHECK_THROWS(InvalidArgumentError, "rank of 3 while the actual rank is 2", tensor->accessor<3>());
    CHECK_THROWS(std::runtime_error, "rank of 1 while the actual rank is 2", constant.accessor<1>());
    CHECK_THROWS(std::runtime_error, "actual rank is 0", allocator->zeros<float>({})->accessor<1>());
}

TEST(views_share_the_memory)
{
    const auto tensor = allocator->arange<std::int32_t>(15);
    auto       view   = tensor->view(3, 5);
    CHECK_EQ(view[2][4], 14);
    view[1][0] = -1;
    CHECK_EQ(tensor->get_raw_data_ptr()[5], -1);
    const auto copy = view;
    copy.accessor()[0][1] = -2;
    CHECK_EQ(tensor->flat()[1], -2);
    CHECK_EQ(tensor->view(5, 3)[4][2], 14);
    const auto &constant = *tensor;
    static_assert(std::is_same_v<decltype(constant.view(15)[0]), const std::int32_t &>, "Read only");
    CHECK_EQ(constant.view(15)[5], -1);
}

TEST(shapes_of_views_are_checked)
{
    const auto tensor = allocator->allocate_tensor<float>({3, 5});
    CHECK_THROWS(InvalidArgumentError, "negative", tensor->view(-1, -15));
    CHECK_THROWS(InvalidArgumentError, "8 elements, but the tensor has 15", tensor->view(4, 2));
    CHECK_THROWS(InvalidArgumentError, "more elements", tensor->view(std::int64_t{1} << 40, std::int64_t{1} << 40));
    CHECK_EQ(tensor->view(1, 1, 15, 1)[0][0][3][0], 0);
}

TEST(empty_and_scalar_tensors_have_flat_views)
{
    const auto empty = allocator->allocate_tensor<float>({3, 0});
    CHECK(empty->flat().begin() == empty->flat().end());
    CHECK(empty->view(0, 7).begin() == empty->view(0, 7).end());
    const auto scalar  = allocator->ones<float>({});
    scalar->flat()[0] += 1;
    CHECK_EQ(scalar->as_scalar(), 2);
}
