// Models of every framework that has a package.
#include "check.hh"
#include "models.hh"

#include <neuropod/bindings/c/c_api.h>
#include <neuropod/neuropod.hh>

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <map>

using neuropod::Neuropod;

namespace
{

// The sum of x and y; x is copied, y is wrapped.
void check_addition(const Neuropod &model, const std::vector<std::int64_t> &dims, std::size_t size)
{
    const std::vector<float> x_data(size, 1.5F);
    std::vector<float>       y_data(size, 2);
    auto                     x = model.allocate_tensor<float>(dims);
    auto                     y = model.tensor_from_memory(dims, y_data.data(), [](void *) {});
    x->copy_from(x_data.data(), x_data.size());

    const auto out = model.infer({{"x", x}, {"y", y}});
    CHECK_EQ(out->size(), 1U);
    CHECK(out->at("out")->get_dims() == dims);
    CHECK(out->at("out")->as_tensor()->get_dims() == dims);
    CHECK(out->at("out")->as_typed_tensor<float>()->get_data_as_vector() == std::vector<float>(size, 3.5F));
    CHECK(x->get_data_as_vector() == x_data && y->get_data_as_vector() == std::vector<float>(size, 2));
}

void check_addition_package(const std::string &platform)
{
    Neuropod model(package("addition-" + platform));
    CHECK(!model.get_name().empty());
    CHECK_EQ(model.get_platform(), platform);
    CHECK_EQ(model.get_inputs().size(), 2U);
    CHECK_EQ(model.get_inputs().at(0).name, "x");
    CHECK_EQ(model.get_inputs().at(1).name, "y");
    CHECK_EQ(model.get_inputs().at(0).type, neuropod::FLOAT_TENSOR);
    CHECK((model.get_inputs().at(0).dims == std::vector<neuropod::Dimension>{-1}));
    CHECK_EQ(model.get_outputs().at(0).name, "out");
    check_addition(model, {4}, 4);
    check_addition(model, {1000}, 1000);
    check_addition(model, {0}, 0);
}

} // namespace

TEST(the_sample)
{
    const float              ptr[] = {1, 2, 3, 4};
    const std::vector<float> vec   = {5, 6, 7, 8};

    neuropod::Neuropod neuropod(package("addition-torchscript"));
    auto               x = neuropod.allocate_tensor<float>({4});
    auto               y = neuropod.allocate_tensor<float>({4});
    x->copy_from(ptr, 4);
    y->copy_from(vec);
    const auto out    = neuropod.infer({{"x", x}, {"y", y}});
    const auto vector = out->at("out")->as_typed_tensor<float>()->get_data_as_vector();
    const auto shape  = out->at("out")->get_dims();
    CHECK(vector == (std::vector<float>{6, 8, 10, 12}));
    CHECK(shape == std::vector<std::int64_t>{4});
}

TEST(addition_in_torchscript)
{
    check_addition_package("torchscript");
}

TEST(addition_in_tensorflow)
{
    check_addition_package("tensorflow");
}

TEST(addition_in_python)
{
    check_addition_package("python");
}

TEST(strings_in_python)
{
    Neuropod   model(package("strings-python"));
    const auto x = model.allocate_tensor<std::string>({3});
    const auto y = model.allocate_tensor<std::string>({3});
    x->copy_from({"apple", "banana", "carrot"});
    const std::vector<std::string> rest     = {"sauce", "pudding", "cake"};
    auto                           accessor = y->accessor<1>();
    for (std::size_t i = 0; i < rest.size(); ++i)
    {
        accessor[static_cast<std::int64_t>(i)] = rest.at(i);
    }

    CHECK_EQ(model.get_inputs().at(0).type, neuropod::STRING_TENSOR);
    CHECK((model.get_inputs().at(0).dims == std::vector<neuropod::Dimension>{std::string("N")}));
    const auto out = model.infer({{"x", x}, {"y", y}}, {"out"});
    CHECK(out->at("out")->as_typed_tensor<std::string>()->get_data_as_vector() ==
          (std::vector<std::string>{"apple sauce", "banana pudding", "carrot cake"}));
    CHECK(out->at("out")->get_dims() == std::vector<std::int64_t>{3});
}

TEST(identity_in_torchscript)
{
    const Neuropod model(package("identity-torchscript"));
    const auto     x   = model.get_tensor_allocator()->arange<float>(10);
    const auto     out = model.infer({{"x", x}});
    CHECK(*out->at("out") == *x);
    // The memory is the input's still.
    const auto *tensor = out->at("out")->as_typed_tensor<float>();
    CHECK(tensor->get_raw_data_ptr() == x->get_raw_data_ptr() && !tensor->is_writable() && x->is_writable());
}

TEST(outputs_can_be_inputs)
{
    const Neuropod model(package("addition-torchscript"));
    const auto     x    = model.get_tensor_allocator()->ones<float>({8});
    const auto     two  = model.infer({{"x", x}, {"y", x}});
    const auto     four = model.infer({{"x", two->at("out")}, {"y", two->at("out")}}, {"out"});
    CHECK(*four->at("out") == *model.get_tensor_allocator()->full<float>({8}, 4));
}

TEST(tensors_outlive_models)
{
    std::unique_ptr<neuropod::NeuropodValueMap>        out;
    std::shared_ptr<neuropod::NeuropodTensorAllocator> allocator;
    {
        const Neuropod model(package("addition-torchscript"));
        allocator    = model.get_tensor_allocator();
        const auto x = allocator->ones<float>({8});
        out          = model.infer({{"x", x}, {"y", x}});
    }
    CHECK(*out->at("out") == *allocator->full<float>({8}, 2));
}

TEST(tensors_go_to_any_model)
{
    const Neuropod a(package("addition-torchscript"));
    const Neuropod b(package("addition-python"));
    const auto     x   = neuropod::get_generic_tensor_allocator()->ones<float>({3});
    const auto     out = a.infer({{"x", x}, {"y", x}});
    CHECK(*b.infer({{"x", out->at("out")}, {"y", x}})->at("out") ==
          *neuropod::get_generic_tensor_allocator()->full<float>({3}, 3));
}

TEST(models_are_moved_and_copied)
{
    Neuropod first(package("addition-torchscript"));
    Neuropod moved(std::move(first));
    check_addition(moved, {4}, 4);
    const Neuropod copy = moved;
    moved               = Neuropod(package("addition-python"));
    check_addition(moved, {4}, 4);
    check_addition(copy, {4}, 4);
    CHECK_EQ(copy.get_platform(), "torchscript");
    CHECK_EQ(moved.get_platform(), "python");
}

TEST(the_version)
{
    CHECK_EQ(std::string(NEUROPOD_VERSION), NP_GetVersion());
    static_assert(NEUROPOD_VERSION_HEX >> 24 == NEUROPOD_MAJOR_VERSION, "The first byte");
    static_assert(NEUROPOD_RELEASE_LEVEL == NEUROPOD_RELEASE_LEVEL_FINAL_RELEASE, "A release");
}
