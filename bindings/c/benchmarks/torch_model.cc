#include "torch_model.hh"

#include "turns.hh"

#include <cstdint>
#include <utility>

namespace
{

c10::IValue argument(const Input &input)
{
    switch (input.type())
    {
    case neuropod::UINT8_TENSOR:
        return torch::from_blob(input.data, input.dims(), torch::kByte);
    case neuropod::INT64_TENSOR: // silero's rate, which is a number
        return *static_cast<const std::int64_t *>(input.data);
    case neuropod::STRING_TENSOR:
        return c10::List<std::string>(c10::ArrayRef<std::string>(input.strings));
    default:
        return torch::from_blob(input.data, input.dims(), torch::kFloat);
    }
}

} // namespace

TorchModel::TorchModel(const std::string &file, const std::vector<Input> &inputs)
    : module_(torch::jit::load(file, torch::kCPU)), inputs_(inputs)
{
    module_.eval();
}

std::vector<c10::IValue> TorchModel::arguments() const
{
    std::vector<c10::IValue> arguments;
    arguments.reserve(inputs_.size());
    for (const Input &input : inputs_)
    {
        arguments.push_back(argument(input));
    }
    return arguments;
}

void TorchModel::call(std::vector<c10::IValue> arguments)
{
    const auto output = run(std::move(arguments));
    if (output.isTensor())
    {
        const at::Tensor &tensor = output.toTensor();
        keep(tensor.const_data_ptr<float>()[tensor.numel() - 1]);
    }
    else
    {
        keep(output.toListRef().back().toStringRef().size());
    }
}

Values TorchModel::values(const std::string &name)
{
    const auto output = run(arguments());
    if (output.isTensor())
    {
        const at::Tensor &tensor = output.toTensor();
        const auto *      first  = tensor.const_data_ptr<float>();
        return {{name, Numbers(first, first + tensor.numel())}};
    }
    Strings strings;
    for (const auto &string : output.toListRef())
    {
        strings.push_back(string.toStringRef());
    }
    return {{name, std::move(strings)}};
}

c10::IValue TorchModel::run(std::vector<c10::IValue> arguments)
{
    auto result = module_.forward(std::move(arguments));
    return result.isGenericDict() ? result.toGenericDict().at("out") : result;
}
