// Exceptions: their classes, codes and messages.
#include "check.hh"
#include "models.hh"

#include <neuropod/neuropod.hh>

#include <type_traits>
#include <typeinfo>

using namespace neuropod;

namespace
{

template <typename Expected>
void check_class(NP_Code code)
{
    try
    {
        internal::throw_error(code, "the message");
    }
    catch (const Expected &error)
    {
        CHECK_EQ(error.code(), code);
        CHECK_EQ(std::string(error.what()), "the message");
        CHECK(typeid(error) == typeid(Expected));
        return;
    }
}

template <typename Function>
NP_Code code_of(Function function)
{
    try
    {
        function();
    }
    catch (const Error &error)
    {
        return error.code();
    }
    return NEUROPOD_OK;
}

} // namespace

TEST(codes_have_classes)
{
    check_class<Error>(NEUROPOD_ERROR);
    check_class<InvalidArgumentError>(NEUROPOD_INVALID_ARGUMENT);
    check_class<InvalidArgumentError>(NEUROPOD_INVALID_HANDLE);
    check_class<InferenceError>(NEUROPOD_INVALID_INPUT);
    check_class<InferenceError>(NEUROPOD_SELF_TEST_FAILED);
    check_class<PackageError>(NEUROPOD_INVALID_SPEC);
    check_class<PackageError>(NEUROPOD_UNSAFE_PACKAGE);
    check_class<BackendError>(NEUROPOD_BACKEND_NOT_FOUND);
    check_class<BackendError>(NEUROPOD_FORBIDDEN);
    check_class<SystemError>(NEUROPOD_NOT_FOUND);
    check_class<SystemError>(NEUROPOD_IO_FAILED);
    check_class<Error>(NEUROPOD_INTERNAL_ERROR);
    static_assert(std::is_base_of_v<std::runtime_error, Error>, "One base");
}

TEST(the_library_says_what_went_wrong)
{
    const auto allocator = get_generic_tensor_allocator();
    CHECK_EQ(code_of([&]() { allocator->allocate_tensor<float>({-1}); }), NEUROPOD_INVALID_ARGUMENT);
    CHECK_THROWS(InvalidArgumentError, "-1", allocator->allocate_tensor<float>({-1}));
    CHECK_EQ(code_of([&]() { allocator->ones<float>({1})->as_typed_tensor<double>(); }), NEUROPOD_INVALID_ARGUMENT);
}

TEST(packages_that_are_missing)
{
    CHECK_THROWS(SystemError, "/nonexistent/addition", Neuropod("/nonexistent/addition"));
    CHECK_EQ(code_of([]() { Neuropod("/nonexistent/addition"); }), NEUROPOD_NOT_FOUND);
    CHECK_THROWS(InvalidArgumentError, "null byte", Neuropod(std::string("a\0b", 3)));
}

TEST(inputs_that_do_not_fit)
{
    const Neuropod model(package("addition-torchscript"));
    const auto     x = model.allocate_tensor<float>({2});

    CHECK_EQ(code_of([&]() { model.infer({{"x", x}}); }), NEUROPOD_MISSING_INPUT);
    CHECK_EQ(code_of([&]() { model.infer({{"x", x}, {"y", x}, {"z", x}}); }), NEUROPOD_UNKNOWN_NAME);
    CHECK_EQ(code_of([&]() { model.infer({{"x", x}, {"y", model.allocate_tensor<double>({2})}}); }),
             NEUROPOD_INVALID_INPUT);
    CHECK_EQ(code_of([&]() { model.infer({{"x", x}, {"y", model.allocate_tensor<float>({2, 2})}}); }),
             NEUROPOD_INVALID_INPUT);
    CHECK_EQ(code_of([&]() { model.infer({{"x", x}, {"y", x}}, {"nothing"}); }), NEUROPOD_UNKNOWN_NAME);
    CHECK_THROWS(InvalidArgumentError, "The value of \"y\" is a null pointer", model.infer({{"x", x}, {"y", nullptr}}));

    // The model is as good as before.
    CHECK_EQ(model.infer({{"x", x}, {"y", x}})->size(), 1U);
}

TEST(a_model_that_fails)
{
    const Neuropod model(package("addition-torchscript"));
    const auto     two   = model.allocate_tensor<float>({2});
    const auto     three = model.allocate_tensor<float>({3});
    CHECK_THROWS(InferenceError, "", model.infer({{"x", two}, {"y", three}}));
}
