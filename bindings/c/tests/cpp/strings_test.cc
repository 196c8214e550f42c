// Tensors of strings.
#include "check.hh"

#include <neuropod/neuropod.hh>

#include <algorithm>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

using namespace neuropod;

namespace
{

const auto                     allocator = get_generic_tensor_allocator();
const std::vector<std::string> fruits    = {"apple", "banana", "carrot", "date", "elderberry", "fig"};

std::shared_ptr<TypedNeuropodTensor<std::string>> make(const std::vector<std::int64_t> &dims)
{
    auto tensor = allocator->allocate_tensor<std::string>(dims);
    tensor->copy_from(fruits);
    return tensor;
}

} // namespace

TEST(new_strings_are_empty)
{
    const auto tensor = allocator->allocate_tensor<std::string>({2});
    CHECK(tensor->get_data_as_vector() == std::vector<std::string>(2));
    CHECK(tensor->is_writable());
}

TEST(accessors_read)
{
    const auto tensor   = make({2, 3});
    const auto accessor = tensor->accessor<2>();
    CHECK_EQ(accessor[0][1], "banana");
    CHECK_EQ(accessor[1][2], fruits[5]);

    const auto &constant = *tensor;
    const auto  rows     = constant.accessor<2>();
    CHECK_EQ(rows[1][0], "date");

    std::size_t i = 0;
    for (const auto &row : rows)
    {
        for (const auto &item : row)
        {
            CHECK_EQ(item, fruits[i++]);
        }
    }
    CHECK_EQ(i, fruits.size());
}

TEST(accessors_write)
{
    const auto tensor   = allocator->allocate_tensor<std::string>({2, 3});
    const auto accessor = tensor->accessor<2>();
    for (std::int64_t i = 0; i < 6; ++i)
    {
        accessor[i / 3][i % 3] = fruits[static_cast<std::size_t>(i)];
    }
    CHECK(tensor->get_data_as_vector() == fruits);

    accessor[0][0] = accessor[1][1];
    CHECK_EQ(accessor[0][0], "elderberry");
    for (auto item : tensor->flat())
    {
        item = "same";
    }
    CHECK(tensor->get_data_as_vector() == std::vector<std::string>(6, "same"));
}

TEST(flat_views_and_views)
{
    const auto tensor = make({2, 3});
    const auto flat   = tensor->flat();
    CHECK(std::equal(fruits.begin(), fruits.end(), flat.begin()));
    CHECK_EQ(tensor->view(3, 2)[2][0], "elderberry");
    const auto &constant = *tensor;
    CHECK_EQ(constant.view(6)[3], "date");
    CHECK_THROWS(InvalidArgumentError, "4 elements", tensor->view(2, 2));
    CHECK_EQ(allocator->full<std::string>({}, "x")->flat()[0], "x");
}

TEST(proxies_stand_for_strings)
{
    const auto        tensor = make({6});
    const auto        items  = tensor->accessor<1>();
    const std::string copy   = items[0];
    std::string       assigned;
    assigned = items[1];
    CHECK(copy == "apple" && assigned == "banana" && std::string(items[2]) == "carrot");
    CHECK_EQ(items[3].view(), std::string_view("date"));

    const std::string banana = "banana";
    CHECK(items[0] < items[1] && items[0] < banana && banana > items[0] && items[0] <= "apple");
    CHECK(items[1] == banana && banana == items[1] && items[1] != items[0] && "x" != items[1]);
    CHECK(items[1] >= banana && items[2] > "banana" && !(items[1] != banana));

    std::ostringstream out;
    out << items[5];
    CHECK_EQ(out.str(), "fig");
}

TEST(strings_are_any_bytes)
{
    const auto        tensor = allocator->allocate_tensor<std::string>({3});
    const std::string zeros("a\0b\0", 4);
    const std::string long_one(100000, 'x');
    tensor->copy_from({zeros, "\xc3\xa9\xe2\x82\xac", ""});
    CHECK(tensor->get_data_as_vector() == (std::vector<std::string>{zeros, "\xc3\xa9\xe2\x82\xac", ""}));
    tensor->accessor<1>()[2] = long_one;
    tensor->accessor<1>()[1] = std::string();
    CHECK(tensor->get_data_as_vector() == (std::vector<std::string>{zeros, "", long_one}));
    CHECK_EQ(tensor->accessor<1>()[0].view().size(), 4U);
}

TEST(counts_are_checked)
{
    const auto tensor = make({6});
    CHECK_THROWS(InvalidArgumentError, "2 instead of 6", tensor->copy_from({"a", "b"}));
    CHECK(tensor->get_data_as_vector() == fruits);
    allocator->allocate_tensor<std::string>({0})->copy_from({});
}

TEST(indices_are_checked)
{
    const auto tensor = make({6});
    const auto items  = tensor->accessor<1>();
    CHECK_THROWS(InvalidArgumentError, "", items[6].view());
    CHECK_THROWS(InvalidArgumentError, "", items[6] = "x");
    CHECK_THROWS(InvalidArgumentError, "", items[-1].view());
}

TEST(equality)
{
    const auto a = make({6});
    CHECK(*a == *make({6}));
    CHECK(*a != *make({2, 3}));
    a->accessor<1>()[5] = "gooseberry";
    CHECK(*a != *make({6}));
}

TEST(printing)
{
    std::ostringstream out;
    out << *make({6});
    CHECK(out.str().find("[\"apple\", \"banana\", \"carrot\" ... \"date\", \"elderberry\", \"fig\"]") !=
          std::string::npos);
}

TEST(strings_have_no_pointer)
{
    char data[8];
    CHECK_THROWS(InvalidArgumentError, "", allocator->tensor_from_memory({1}, STRING_TENSOR, data, [](void *) {}));
}
