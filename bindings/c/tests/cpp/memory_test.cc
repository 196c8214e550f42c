// Whose memory it is: deleters, identity of pointers, and that nothing leaks (for the sanitizers and valgrind).
#include "check.hh"
#include "models.hh"

#include <neuropod/neuropod.hh>

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <stdexcept>

using namespace neuropod;

namespace
{

const auto allocator = get_generic_tensor_allocator();

float *aligned(std::size_t count)
{
    return static_cast<float *>(std::aligned_alloc(64, (count * sizeof(float) + 63) / 64 * 64));
}

} // namespace

TEST(memory_is_wrapped_without_a_copy)
{
    float       data[6] = {1, 2, 3, 4, 5, 6};
    int         calls   = 0;
    const void *freed   = nullptr;
    {
        const auto tensor = allocator->tensor_from_memory<float>({2, 3}, data, [&](void *pointer) {
            ++calls;
            freed = pointer;
        });
        CHECK_EQ(tensor->get_raw_data_ptr(), data);
        data[5] = 7;
        CHECK_EQ(tensor->accessor<2>()[1][2], 7);
        tensor->flat()[0] = 8;
        CHECK_EQ(data[0], 8);
        CHECK_EQ(calls, 0);
    }
    CHECK_EQ(calls, 1);
    CHECK_EQ(freed, data);
}

TEST(untyped_memory_is_wrapped)
{
    std::int16_t data[2] = {1, 2};
    int          calls   = 0;
    auto         tensor  = allocator->tensor_from_memory({2}, INT16_TENSOR, data, [&](void *) { ++calls; });
    CHECK_EQ(tensor->as_typed_tensor<std::int16_t>()->get_raw_data_ptr(), data);
    tensor.reset();
    CHECK_EQ(calls, 1);
}

TEST(deleters_may_be_empty_or_throw)
{
    float data[1] = {1};
    allocator->tensor_from_memory<float>({1}, data, Deleter());
    int calls = 0;
    allocator->tensor_from_memory<float>({1}, data, [&](void *) {
        ++calls;
        throw std::runtime_error("lost");
    });
    CHECK_EQ(calls, 1);
}

TEST(deleters_keep_what_they_hold)
{
    const auto         owner = std::make_shared<std::vector<float>>(4, 1.0F);
    std::weak_ptr<std::vector<float>> weak = owner;
    auto tensor = allocator->tensor_from_memory<float>({4}, owner->data(), [owner](void *) {});
    CHECK_EQ(weak.use_count(), 2);
    tensor.reset();
    CHECK_EQ(weak.use_count(), 1);
}

TEST(a_failure_leaves_the_memory_to_the_caller)
{
    float data[4] = {};
    int   calls   = 0;
    auto  deleter = [&](void *) { ++calls; };
    CHECK_THROWS(InvalidArgumentError, "", allocator->tensor_from_memory<float>({-1}, data, deleter));
    CHECK_THROWS(InvalidArgumentError, "", allocator->tensor_from_memory<float>({4}, nullptr, deleter));
    CHECK_THROWS(InvalidArgumentError, "", allocator->tensor_from_memory({1}, STRING_TENSOR, data, deleter));
    auto *odd = reinterpret_cast<float *>(reinterpret_cast<char *>(data) + 1);
    CHECK_THROWS(InvalidArgumentError, "", allocator->tensor_from_memory<float>({1}, odd, deleter));
    CHECK_EQ(calls, 0);
}

TEST(registered_deleters)
{
    int   calls = 0;
    int   data  = 0;
    void *seen  = nullptr;
    void *handle = register_deleter(
        [&](void *pointer) {
            ++calls;
            seen = pointer;
        },
        &data);
    CHECK_EQ(calls, 0);
    run_deleter(handle);
    CHECK(calls == 1 && seen == &data);
}

TEST(pointers_stay_the_same)
{
    const auto  tensor = allocator->allocate_tensor<float>({100});
    const auto *first  = tensor->get_raw_data_ptr();
    CHECK_EQ(reinterpret_cast<std::uintptr_t>(first) % 64, 0U);
    tensor->copy_from(std::vector<float>(100, 1));
    const auto &constant = *tensor;
    CHECK(tensor->get_raw_data_ptr() == first && constant.get_raw_data_ptr() == first);
}

TEST(models_give_memory_back)
{
    std::atomic<int> calls{0};
    {
        const Neuropod model(package("addition-torchscript"));
        for (int i = 0; i < 100; ++i)
        {
            auto       free_it = [&](void *data) {
                std::free(data);
                ++calls;
            };
            const auto x = model.tensor_from_memory<float>({64}, aligned(64), free_it);
            const auto y = model.tensor_from_memory<float>({64}, aligned(64), free_it);
            x->copy_from(std::vector<float>(64, 1));
            y->copy_from(std::vector<float>(64, 2));
            const auto out = model.infer({{"x", x}, {"y", y}});
            CHECK_EQ(out->at("out")->as_typed_tensor<float>()->flat()[63], 3);
        }
    }
    CHECK_EQ(calls, 200);
}

TEST(an_output_keeps_the_input_that_it_is)
{
    std::atomic<int>                  calls{0};
    std::unique_ptr<NeuropodValueMap> out;
    {
        const Neuropod model(package("identity-torchscript"));
        float *        data = aligned(4);
        const auto     x    = model.tensor_from_memory<float>({4}, data, [&](void *pointer) {
            std::free(pointer);
            ++calls;
        });
        x->copy_from({1, 2, 3, 4});
        out = model.infer({{"x", x}});
    }
    CHECK(out->at("out")->as_typed_tensor<float>()->get_data_as_vector() == (std::vector<float>{1, 2, 3, 4}));
    out.reset();
    CHECK_EQ(calls, 1);
}

TEST(many_inputs_need_the_heap)
{
    // Twelve inputs, of which the model knows none: the array of names is not on the stack.
    const Neuropod   model(package("addition-torchscript"));
    NeuropodValueMap inputs;
    for (int i = 0; i < 12; ++i)
    {
        inputs[std::to_string(i)] = allocator->ones<float>({1});
    }
    for (int i = 0; i < 10; ++i)
    {
        CHECK_THROWS(InferenceError, "", model.infer(inputs));
    }
}

TEST(tensors_and_errors_in_loops)
{
    for (int i = 0; i < 1000; ++i)
    {
        const auto tensor = allocator->arange<float>(100);
        const auto texts  = allocator->full<std::string>({10}, "a text that is longer than a short string");
        texts->flat()[3]  = "other";
        CHECK_THROWS(InvalidArgumentError, "", tensor->copy_from({1}));
        CHECK_THROWS(InvalidArgumentError, "", allocator->allocate_tensor<float>({-2}));
    }
}
