// What a call through Neuropod costs from C++ beside libtorch called directly, and that large tensors are not copied.
//
// README.md of this folder says how it is built and run. Each pair is measured in turns in one process, so that the
// ratio survives a busy machine. Shown are medians, with the quartiles of the ratio.

#include "neuropod/neuropod.hh"

#include <torch/script.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <string>
#include <vector>

namespace
{

using Call = std::function<void()>;

// Nanoseconds for one call, from many.
double measure(const Call &call, int calls)
{
    const auto began = std::chrono::steady_clock::now();
    for (int i = 0; i < calls; ++i)
    {
        call();
    }
    const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - began;
    return took.count() / calls;
}

double quantile(std::vector<double> values, double part)
{
    std::sort(values.begin(), values.end());
    return values[static_cast<std::size_t>(part * static_cast<double>(values.size() - 1))];
}

// Measures two calls in turns, and prints their medians and the ratio of the first to the second.
void compare(const char *title, const Call &ours, const Call &other, int calls, int rounds = 301)
{
    measure(ours, calls);
    measure(other, calls);
    std::vector<double> first, second, ratios;
    for (int round = 0; round < rounds; ++round)
    {
        first.push_back(measure(ours, calls));
        second.push_back(measure(other, calls));
        ratios.push_back(first.back() / second.back());
    }
    std::printf("%-58s %10.0f ns against %10.0f ns: %.3f x (%.3f-%.3f)\n",
                title,
                quantile(first, 0.5),
                quantile(second, 0.5),
                quantile(ratios, 0.5),
                quantile(ratios, 0.25),
                quantile(ratios, 0.75));
}

void require(bool is_true, const char *what)
{
    if (!is_true)
    {
        std::fprintf(stderr, "wrong: %s\n", what);
        std::exit(1);
    }
}

// The method of a package's model, as libtorch alone loads it. On the CPU, as the packages are loaded here.
torch::jit::Module load_directly(const std::string &package)
{
    auto module = torch::jit::load(package + "/0/data/model.pt", torch::kCPU);
    module.eval();
    return module;
}

neuropod::RuntimeOptions on_cpu(bool checks)
{
    neuropod::RuntimeOptions options;
    options.visible_device                  = neuropod::Device::CPU;
    options.disable_shape_and_type_checking = !checks;
    return options;
}

void compare_additions(const std::string &package)
{
    const neuropod::Neuropod checked(package, on_cpu(true)), unchecked(package, on_cpu(false));
    const auto               x = checked.allocate_tensor<float>({4});
    const auto               y = checked.allocate_tensor<float>({4});
    x->copy_from({1, 2, 3, 4});
    y->copy_from({5, 6, 7, 8});
    const neuropod::NeuropodValueMap inputs = {{"x", x}, {"y", y}};

    auto module = load_directly(package);

    const auto through = [&](const neuropod::Neuropod &model) {
        const auto outputs = model.infer(inputs);
        require(outputs->at("out")->as_typed_tensor<float>()->get_raw_data_ptr()[3] == 12, "the sum");
    };
    const auto of = [](float *data) { return torch::from_blob(data, {4}, torch::kFloat); };
    const auto direct = [&](const at::Tensor &a, const at::Tensor &b) {
        const auto outputs = module.forward({a, b}).toGenericDict();
        require(outputs.at("out").toTensor().data_ptr<float>()[3] == 12, "the sum");
    };
    const auto wrapping = [&] { direct(of(x->get_raw_data_ptr()), of(y->get_raw_data_ptr())); };
    const auto ready_x = of(x->get_raw_data_ptr()), ready_y = of(y->get_raw_data_ptr());
    const auto ready = [&] { direct(ready_x, ready_y); };

    compare("addition against libtorch, wrapping memory", [&] { through(checked); }, wrapping, 200);
    compare("addition against libtorch with tensors made already", [&] { through(checked); }, ready, 200);
    compare("the same without checks", [&] { through(unchecked); }, ready, 200);

    const c10::InferenceMode mode;
    compare("addition against libtorch in inference mode, wrapping", [&] { through(checked); }, wrapping, 200);
    compare("addition against libtorch in inference mode", [&] { through(checked); }, ready, 200);
}

// Memory of the program's in, the same memory out: what a call costs must not depend on the size.
void show_no_copy(const std::string &package)
{
    const neuropod::Neuropod model(package, on_cpu(true));
    const auto               call = [&](std::vector<float> &memory) {
        const auto x = model.tensor_from_memory<float>(
            {static_cast<std::int64_t>(memory.size())}, memory.data(), [](void *) {});
        const auto outputs = model.infer({{"x", x}});
        require(outputs->at("out")->as_typed_tensor<float>()->get_raw_data_ptr() == memory.data(), "the memory");
    };
    std::vector<float> large(std::size_t{64} << 18), small(1);
    const char *title = "identity of 64 MiB of the program's memory against 4 bytes";
    compare(title, [&] { call(large); }, [&] { call(small); }, 200);
}

} // namespace

int main(int argc, char **argv)
{
    if (argc != 3)
    {
        std::fprintf(stderr, "usage: %s ADDITION IDENTITY (TorchScript packages that are folders)\n", argv[0]);
        return 2;
    }
    try
    {
        compare_additions(argv[1]);
        show_no_copy(argv[2]);
    }
    catch (const std::exception &error)
    {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
    return 0;
}
