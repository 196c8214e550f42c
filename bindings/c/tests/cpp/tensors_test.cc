// Tensors of numbers: what they are, what goes in and out, comparison, printing.
#include "check.hh"

#include <neuropod/core/generic_tensor.hh>
#include <neuropod/neuropod.hh>

#include <cstdint>
#include <limits>
#include <sstream>
#include <type_traits>

using namespace neuropod;

namespace
{

const auto allocator = get_generic_tensor_allocator();

class NotATensor : public NeuropodValue
{
public:
    explicit NotATensor(bool says = false) : NeuropodValue(says) {}
    SET_SERIALIZE_TAG("something")
};

template <typename T>
std::string print(const T &value)
{
    std::ostringstream out;
    out << value;
    return out.str();
}

bool contains(const std::string &text, const std::string &part)
{
    return text.find(part) != std::string::npos;
}

// Copies some elements in and out, by every way there is.
template <typename T>
void check_type(TensorType type, const char *name, const std::vector<T> &items)
{
    const auto size  = static_cast<std::int64_t>(items.size());
    auto       typed = allocator->allocate_tensor<T>({size});
    CHECK_EQ(typed->get_tensor_type(), type);
    CHECK_EQ(print(type), name);
    CHECK_EQ(typed->get_num_elements(), items.size());
    CHECK(typed->get_data_as_vector() == std::vector<T>(items.size()) || (std::is_class_v<T>));

    typed->copy_from(items);
    CHECK(typed->get_data_as_vector() == items);
    CHECK(typed->is_writable());

    std::unique_ptr<NeuropodTensor> untyped = allocator->allocate_tensor({size}, type);
    CHECK_EQ(untyped->get_tensor_type(), type);
    CHECK(*untyped != *typed);
    untyped->as_typed_tensor<T>()->copy_from(items);
    CHECK(*untyped == *typed);
}

} // namespace

TEST(every_type_is_held)
{
    check_type<float>(FLOAT_TENSOR, "FLOAT_TENSOR", {0.5F, -1, 3});
    check_type<double>(DOUBLE_TENSOR, "DOUBLE_TENSOR", {0.5, -1, 1e300});
    check_type<std::int8_t>(INT8_TENSOR, "INT8_TENSOR", {-128, 127});
    check_type<std::int16_t>(INT16_TENSOR, "INT16_TENSOR", {-32768, 1});
    check_type<std::int32_t>(INT32_TENSOR, "INT32_TENSOR", {-5, 6});
    check_type<std::int64_t>(INT64_TENSOR, "INT64_TENSOR", {std::numeric_limits<std::int64_t>::min(), 1});
    check_type<std::uint8_t>(UINT8_TENSOR, "UINT8_TENSOR", {0, 255});
    check_type<std::uint16_t>(UINT16_TENSOR, "UINT16_TENSOR", {65535});
    check_type<std::uint32_t>(UINT32_TENSOR, "UINT32_TENSOR", {4294967295U, 0});
    check_type<std::uint64_t>(UINT64_TENSOR, "UINT64_TENSOR", {std::numeric_limits<std::uint64_t>::max()});
    check_type<bool>(BOOL_TENSOR, "BOOL_TENSOR", {true, false, true});
    check_type<float16_t>(FLOAT16_TENSOR, "FLOAT16_TENSOR", {float16_t(1.5F), float16_t(-2)});
    check_type<bfloat16_t>(BFLOAT16_TENSOR, "BFLOAT16_TENSOR", {bfloat16_t(1.5F), bfloat16_t(-2)});
    check_type<std::string>(STRING_TENSOR, "STRING_TENSOR", {"a", "", "c"});
}

TEST(names_of_types_are_found_in_both_namespaces)
{
    CHECK_EQ(neuropod::FLOAT_TENSOR, FLOAT_TENSOR);
    const neuropod::TensorType type = neuropod::STRING_TENSOR;
    CHECK_EQ(print(type), "STRING_TENSOR");
    CHECK_EQ(get_tensor_type_from_cpp<float>(), FLOAT_TENSOR);
}

TEST(shapes)
{
    const auto tensor = allocator->allocate_tensor<float>({2, 3, 4});
    CHECK(tensor->get_dims() == (std::vector<std::int64_t>{2, 3, 4}));
    CHECK_EQ(tensor->get_num_elements(), 24U);
    CHECK_EQ(tensor->get_device(), Device::CPU);

    const auto scalar = allocator->allocate_tensor<float>({});
    CHECK(scalar->get_dims().empty());
    CHECK_EQ(scalar->get_num_elements(), 1U);

    const auto empty = allocator->allocate_tensor<float>({3, 0});
    CHECK_EQ(empty->get_num_elements(), 0U);
    CHECK(empty->get_data_as_vector().empty());
    empty->copy_from(std::vector<float>());
    empty->copy_from(nullptr, 0);
}

TEST(values_say_what_their_tensors_are)
{
    const std::shared_ptr<NeuropodValue> value = allocator->ones<float>({2, 3});
    CHECK(value->get_dims() == (std::vector<std::int64_t>{2, 3}));
    CHECK(value->as_tensor()->get_dims() == value->get_dims());
    CHECK_EQ(value->get_num_elements(), 6U);
    CHECK_EQ(value->get_tensor_type(), FLOAT_TENSOR);
    CHECK_EQ(value->as_typed_tensor<float>()->get_data_as_vector().size(), 6U);
    CHECK_EQ(value->get_serialize_tag(), "neuropodtensor");
    CHECK_EQ(value->shared_from_this(), value);
}

TEST(values_that_are_no_tensors_are_errors)
{
    const auto tensor = allocator->ones<float>({5});
    for (const bool says : {false, true})
    {
        NotATensor value(says);
        CHECK_EQ(value.get_serialize_tag(), "something");
        CHECK_THROWS(InvalidArgumentError, "expected to be a NeuropodTensor", value.as_tensor());
        CHECK_THROWS(std::runtime_error, "expected to be a NeuropodTensor", value.get_dims());
        CHECK_THROWS(std::runtime_error, "expected to be a NeuropodTensor", *tensor == value);
        CHECK_THROWS(std::runtime_error, "expected to be a NeuropodTensor", value == *tensor);
    }
}

TEST(types_are_checked)
{
    const auto tensor = allocator->allocate_tensor({8}, FLOAT_TENSOR);
    CHECK_THROWS(InvalidArgumentError,
                 "Tried to downcast tensor of type FLOAT_TENSOR to a TypedNeuropodTensor of type INT8_TENSOR",
                 tensor->as_typed_tensor<std::int8_t>());
    CHECK_THROWS(std::runtime_error, "STRING_TENSOR", tensor->as_typed_tensor<std::string>());
    const NeuropodTensor &constant = *tensor;
    CHECK_THROWS(std::runtime_error, "INT8_TENSOR", constant.as_typed_tensor<std::int8_t>());
    CHECK_EQ(constant.as_typed_tensor<float>()->get_raw_data_ptr(),
             tensor->as_typed_tensor<float>()->get_raw_data_ptr());
}

TEST(counts_are_checked)
{
    const auto               tensor = allocator->allocate_tensor<float>({5});
    const std::vector<float> four(4);
    CHECK_THROWS(InvalidArgumentError, "4 instead of 5", tensor->copy_from(four));
    CHECK_THROWS(InvalidArgumentError, "4 instead of 5", tensor->copy_from(four.data(), four.size()));
    CHECK_THROWS(InvalidArgumentError, "null pointer", tensor->copy_from(nullptr, 5));
    const auto booleans = allocator->allocate_tensor<bool>({5});
    CHECK_THROWS(InvalidArgumentError, "1 instead of 5", booleans->copy_from(std::vector<bool>{true}));
}

TEST(scalars)
{
    for (const std::vector<std::int64_t> &dims : {std::vector<std::int64_t>{}, std::vector<std::int64_t>{1}})
    {
        const auto tensor               = allocator->allocate_tensor(dims, UINT8_TENSOR);
        tensor->as_scalar<std::uint8_t>() = 42;
        const NeuropodTensor &constant  = *tensor;
        CHECK_EQ(constant.as_scalar<std::uint8_t>(), 42);
        CHECK_THROWS(InvalidArgumentError, "UINT16_TENSOR", constant.as_scalar<std::uint16_t>());

        auto *typed        = tensor->as_typed_tensor<std::uint8_t>();
        typed->as_scalar() = 10;
        const auto &same   = *typed;
        CHECK_EQ(same.as_scalar(), 10);
    }
    for (const std::vector<std::int64_t> &dims : {std::vector<std::int64_t>{10}, {0}, {1, 1}})
    {
        const auto            tensor   = allocator->allocate_tensor(dims, UINT8_TENSOR);
        const NeuropodTensor &constant = *tensor;
        CHECK_THROWS(InvalidArgumentError, "scalar", tensor->as_scalar<std::uint8_t>());
        CHECK_THROWS(InvalidArgumentError, "scalar", constant.as_scalar<std::uint8_t>());
    }
}

TEST(equality_is_of_type_shape_and_content)
{
    const auto a = allocator->ones<float>({30});
    CHECK(*a == *a);
    CHECK(*a == *allocator->ones<float>({30}));
    CHECK(*a != *allocator->zeros<float>({30}));
    CHECK(!(*a == *allocator->ones<double>({30})));
    CHECK(!(*a == *allocator->ones<float>({31})));
    CHECK(!(*a == *allocator->ones<float>({5, 6})));

    const std::shared_ptr<NeuropodValue>  value  = a;
    const std::shared_ptr<NeuropodTensor> tensor = a;
    CHECK(*value == *a && *a == *value && *tensor == *value && *value == *tensor && *tensor == *a);
    CHECK(!(*value != *a) && !(*tensor != *value));
}

TEST(printing)
{
    const auto                      three   = allocator->arange<std::uint8_t>(10, 13);
    const std::shared_ptr<NeuropodTensor> untyped = three;
    CHECK_EQ(print(*untyped), "NeuropodTensor with type UINT8_TENSOR and shape (3) on device -1");
    CHECK(contains(print(*three), "NeuropodTensor") && contains(print(*three), "[10, 11, 12]"));
    CHECK(contains(print(*allocator->arange<float>(0.5F, 8.5F)), "[0.5, 1.5, 2.5 ... 5.5, 6.5, 7.5]"));
    CHECK(contains(print(*allocator->zeros<float>({0, 2})), "shape (0, 2) on device -1\n[]"));
    CHECK(contains(print(*allocator->full<float16_t>({2}, float16_t(1.5F))), "[1.5, 1.5]"));
    CHECK(contains(print(*allocator->ones<bool>({2})), "[1, 1]"));
}

TEST(handles_are_for_the_c_api)
{
    const auto tensor = allocator->arange<float>(6);
    CHECK_EQ(NP_GetNumElements(tensor->get_handle()), 6U);
    CHECK_EQ(NP_GetData(tensor->get_handle()), tensor->get_raw_data_ptr());
}

TEST(shapes_that_cannot_be_are_errors)
{
    CHECK_THROWS(InvalidArgumentError, "", allocator->allocate_tensor<float>({-1}));
    CHECK_THROWS(Error, "", allocator->allocate_tensor<double>({std::int64_t{1} << 40, std::int64_t{1} << 40}));
}
