// One model, many threads, without a framework: this program is also run under ThreadSanitizer.
#include "check.hh"
#include "threads.hh"

#include <atomic>
#include <string>
#include <thread>
#include <utility>

using namespace neuropod;

TEST(a_model_runs_in_many_threads)
{
    const Neuropod model(package("addition-fake"));
    CHECK_EQ(in_threads([&](int i) { return adds(model, static_cast<float>(i)); }), 8);
}

TEST(a_model_that_loads_later_loads_once)
{
    RuntimeOptions options;
    options.load_model_at_construction = false;
    const Neuropod model(package("addition-fake"), options);
    CHECK_EQ(in_threads([&](int i) { return adds(model, static_cast<float>(i)); }), 8);
}

TEST(an_input_is_shared_by_threads)
{
    const Neuropod model(package("addition-fake"));
    const auto     x = model.get_tensor_allocator()->arange<float>(1000);
    CHECK_EQ(in_threads([&](int) {
                 const auto out = model.infer({{"x", x}, {"y", x}});
                 return out->at("out")->as_typed_tensor<float>()->flat()[999] == 1998;
             }),
             8);
}

TEST(each_thread_has_its_own_error)
{
    const Neuropod model(package("addition-fake"));
    CHECK_EQ(in_threads([&](int i) {
                 const std::string name = "name" + std::to_string(i);
                 for (int n = 0; n < 50; ++n)
                 {
                     try
                     {
                         model.infer({{name, model.allocate_tensor<float>({1})}});
                         return false;
                     }
                     catch (const InferenceError &error)
                     {
                         if (std::string(error.what()).find(name) == std::string::npos)
                         {
                             return false;
                         }
                     }
                 }
                 return true;
             }),
             8);
}

TEST(tensors_are_freed_in_other_threads)
{
    std::atomic<int> calls{0};
    CHECK_EQ(in_threads([&](int) {
                 auto tensor = get_generic_tensor_allocator()->tensor_from_memory<float>(
                     {2}, new float[2]{1, 2}, [&](void *data) {
                         delete[] static_cast<float *>(data);
                         ++calls;
                     });
                 std::thread([moved = std::move(tensor)]() mutable { moved.reset(); }).join();
                 return true;
             }),
             8);
    CHECK_EQ(calls, 8);
}
