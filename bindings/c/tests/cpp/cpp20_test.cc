// What needs C++20.
#include "check.hh"

#include <neuropod/neuropod.hh>

#include <algorithm>
#include <iterator>
#include <span>
#include <type_traits>
#include <vector>

using namespace neuropod;

namespace
{

const auto allocator = get_generic_tensor_allocator();

} // namespace

TEST(spans)
{
    const auto       tensor = allocator->arange<float>(6);
    std::span<float> span   = tensor->span();
    CHECK_EQ(span.size(), 6U);
    CHECK_EQ(span.data(), tensor->get_raw_data_ptr());
    span[2] = 7;
    CHECK_EQ(tensor->flat()[2], 7);
    const auto &constant = *tensor;
    static_assert(std::is_same_v<decltype(constant.span()), std::span<const float>>);
    CHECK_EQ(std::ranges::max(constant.span()), 7);
    CHECK(allocator->zeros<bool>({0})->span().empty());
}

TEST(accessors_are_ranges)
{
    const auto tensor   = allocator->arange<float>(6);
    const auto accessor = tensor->accessor<1>();
    using Iterator      = decltype(accessor.begin());
    static_assert(std::input_iterator<Iterator> && std::sentinel_for<Iterator, Iterator>);
    CHECK_EQ(std::ranges::count_if(accessor, [](float item) { return item > 2; }), 3);
}

TEST(equality_is_not_ambiguous)
{
    const auto                           tensor = allocator->ones<float>({2});
    const std::shared_ptr<NeuropodValue> value  = tensor;
    CHECK(*tensor == *value && *value == *tensor && !(*tensor != *value));
    const auto strings = allocator->full<std::string>({2}, "a");
    const auto items   = strings->accessor<1>();
    CHECK(items[0] == items[1] && items[0] == "a" && "a" == items[0] && std::string("b") != items[0]);
}

TEST(options_have_designators)
{
    const RuntimeOptions options{.visible_device = Device::CPU, .intra_op_threads = 2};
    CHECK(options.intra_op_threads == 2 && options.load_model_at_construction);
}
