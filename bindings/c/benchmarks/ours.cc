#include "ours.hh"

#include "turns.hh"

#include <cstdint>

neuropod::Neuropod load_on_cpu(const std::string &package)
{
    neuropod::RuntimeOptions options;
    options.visible_device = neuropod::Device::CPU;
    return neuropod::Neuropod(package, options);
}

Ours::Ours(const std::string &package, const std::string &name)
    : model_(load_on_cpu(package)), inputs_(inputs_of(name, model_))
{
    for (const Input &input : inputs_)
    {
        named_[input.name] = input.tensor;
    }
}

void Ours::call() const
{
    const auto outputs = model_.infer(named_);
    for (const auto &spec : model_.get_outputs())
    {
        const auto &output = *outputs->at(spec.name);
        const auto  last   = output.get_num_elements() - 1;
        if (spec.type == neuropod::STRING_TENSOR)
        {
            keep(output.as_typed_tensor<std::string>()->flat()[static_cast<std::int64_t>(last)].view().size());
        }
        else
        {
            keep(output.as_typed_tensor<float>()->get_raw_data_ptr()[last]);
        }
    }
}

Values Ours::values() const
{
    const auto outputs = model_.infer(named_);
    Values     values;
    for (const auto &[name, value] : *outputs)
    {
        if (value->get_tensor_type() == neuropod::STRING_TENSOR)
        {
            values[name] = value->as_typed_tensor<std::string>()->get_data_as_vector();
        }
        else
        {
            values[name] = value->as_typed_tensor<float>()->get_data_as_vector();
        }
    }
    return values;
}

std::vector<std::string> Ours::output_names() const
{
    std::vector<std::string> names;
    for (const auto &spec : model_.get_outputs())
    {
        names.push_back(spec.name);
    }
    return names;
}
