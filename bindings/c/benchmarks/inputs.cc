#include "inputs.hh"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>

namespace
{

using Dims = std::vector<std::int64_t>;

// The sizes of a case's inputs, which all have the same, but for silero's rate.
const std::map<std::string, Dims> DIMS = {
    {"small", {4}},
    {"many", {10, 5}},
    {"image", {1200, 1920, 3}},
    {"large", {std::int64_t{64} << 18}},
    {"strings", {1000}},
    {"silero-vad", {1, 512}},
    {"basic-pitch", {1, 43844, 1}},
    {"speaker-encoder", {1, 160, 40}},
};

// A tensor whose elements a function makes of their indices.
template <typename T, typename Element>
Input numbers(const std::string &name, const neuropod::Neuropod &model, const Dims &dims, Element element)
{
    const auto tensor = model.allocate_tensor<T>(dims);
    T *        data   = tensor->get_raw_data_ptr();
    for (std::size_t i = 0; i < tensor->get_num_elements(); ++i)
    {
        data[i] = element(i);
    }
    return {name, tensor, data, tensor->get_num_elements() * sizeof(T)};
}

Input words(const std::string &name, const neuropod::Neuropod &model, const Dims &dims)
{
    const auto               tensor = model.allocate_tensor<std::string>(dims);
    std::vector<std::string> words;
    for (std::size_t i = 0; i < tensor->get_num_elements(); ++i)
    {
        words.push_back("word " + std::to_string(i));
    }
    tensor->copy_from(words);
    return {name, tensor, nullptr, 0, std::move(words)};
}

Input input_of(const neuropod::TensorSpec &spec, const neuropod::Neuropod &model, const Dims &dims)
{
    const auto pixel  = [](std::size_t i) { return static_cast<std::uint8_t>(i * 7); };
    const auto sample = [](std::size_t i) { return std::sin(static_cast<float>(i % 1024) * 0.05F); };
    const auto rate   = [](std::size_t) { return std::int64_t{16000}; };
    switch (spec.type)
    {
    case neuropod::UINT8_TENSOR:
        return numbers<std::uint8_t>(spec.name, model, dims, pixel);
    case neuropod::INT64_TENSOR:
        return numbers<std::int64_t>(spec.name, model, {}, rate);
    case neuropod::STRING_TENSOR:
        return words(spec.name, model, dims);
    default:
        return numbers<float>(spec.name, model, dims, sample);
    }
}

} // namespace

std::vector<Input> inputs_of(const std::string &name, const neuropod::Neuropod &model)
{
    const Dims &       dims = DIMS.at(name);
    std::vector<Input> inputs;
    for (const auto &spec : model.get_inputs())
    {
        inputs.push_back(input_of(spec, model, dims));
    }
    return inputs;
}
