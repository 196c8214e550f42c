// A TorchScript model called by libtorch alone.
#pragma once

#include "inputs.hh"
#include "values.hh"

#include <torch/script.h>

#include <string>
#include <vector>

class TorchModel
{
public:
    TorchModel(const std::string &file, const std::vector<Input> &inputs);

    // What the model is called with: tensors over the program's memory, and lists of strings.
    std::vector<c10::IValue> arguments() const;

    // Runs the model, and looks at its output.
    void call(std::vector<c10::IValue> arguments);

    // Runs the model, and copies its output, which gets this name.
    Values values(const std::string &name);

private:
    // The only output, which models return as it is or in a dictionary.
    c10::IValue run(std::vector<c10::IValue> arguments);

    torch::jit::Module module_;
    std::vector<Input> inputs_;
};
