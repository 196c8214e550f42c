#include "tf_model.hh"

#include "turns.hh"

#include <cstddef>
#include <utility>

namespace
{

// The memory stays the program's.
void leave(void * /*data*/, std::size_t /*length*/, void * /*arg*/) {}

TF_Tensor *wrap(const Input &input, TF_DataType type)
{
    const auto &dims = input.dims();
    return TF_NewTensor(type, dims.data(), static_cast<int>(dims.size()), input.data, input.bytes, leave, nullptr);
}

// The strings' bytes stay where they are.
TF_Tensor *view_strings(const Input &input)
{
    const auto &dims   = input.dims();
    TF_Tensor * tensor = TF_AllocateTensor(
        TF_STRING, dims.data(), static_cast<int>(dims.size()), input.strings.size() * sizeof(TF_TString));
    auto *string = static_cast<TF_TString *>(TF_TensorData(tensor));
    for (const std::string &text : input.strings)
    {
        TF_StringInit(string);
        TF_StringAssignView(string++, text.data(), text.size());
    }
    return tensor;
}

TF_Tensor *argument(const Input &input)
{
    switch (input.type())
    {
    case neuropod::UINT8_TENSOR:
        return wrap(input, TF_UINT8);
    case neuropod::STRING_TENSOR:
        return view_strings(input);
    default:
        return wrap(input, TF_FLOAT);
    }
}

Strings strings_of(const TF_Tensor *tensor)
{
    Strings     strings;
    const auto *first = static_cast<const TF_TString *>(TF_TensorData(tensor));
    for (const auto *string = first; string != first + TF_TensorElementCount(tensor); ++string)
    {
        strings.emplace_back(TF_StringGetDataPointer(string), TF_StringGetSize(string));
    }
    return strings;
}

Numbers numbers_of(const TF_Tensor *tensor)
{
    const auto *first = static_cast<const float *>(TF_TensorData(tensor));
    return {first, first + TF_TensorElementCount(tensor)};
}

void look_at(const TF_Tensor *tensor)
{
    const auto last = TF_TensorElementCount(tensor) - 1;
    if (TF_TensorType(tensor) == TF_STRING)
    {
        keep(TF_StringGetSize(static_cast<const TF_TString *>(TF_TensorData(tensor)) + last));
    }
    else
    {
        keep(static_cast<const float *>(TF_TensorData(tensor))[last]);
    }
}

} // namespace

TfModel::TfModel(Session                                   session,
                 const std::vector<Input> &                inputs,
                 const std::vector<std::string> &          outputs,
                 const Nodes &                   nodes)
    : session_(std::move(session)), inputs_(inputs), names_(outputs), arguments_(inputs.size()),
      results_(outputs.size())
{
    const auto node = [&](const std::string &name) {
        const auto found = nodes.find(name);
        return session_.node(found == nodes.end() ? name : found->second);
    };
    for (const Input &input : inputs_)
    {
        input_nodes_.push_back(node(input.name));
    }
    for (const std::string &name : names_)
    {
        output_nodes_.push_back(node(name));
    }
}

void TfModel::call()
{
    run();
    for (TF_Tensor *result : results_)
    {
        look_at(result);
        TF_DeleteTensor(result);
    }
}

Values TfModel::values()
{
    run();
    Values values;
    for (std::size_t i = 0; i < results_.size(); ++i)
    {
        const TensorPtr result(results_[i]);
        if (TF_TensorType(result.get()) == TF_STRING)
        {
            values[names_[i]] = strings_of(result.get());
        }
        else
        {
            values[names_[i]] = numbers_of(result.get());
        }
    }
    return values;
}

void TfModel::run()
{
    for (std::size_t i = 0; i < inputs_.size(); ++i)
    {
        arguments_[i] = argument(inputs_[i]);
    }
    session_.run(input_nodes_, arguments_, output_nodes_, results_);
    for (TF_Tensor *argument : arguments_)
    {
        TF_DeleteTensor(argument);
    }
}
