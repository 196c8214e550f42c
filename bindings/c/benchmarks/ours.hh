// A model called through Neuropod.
#pragma once

#include "inputs.hh"
#include "values.hh"

#include <neuropod/neuropod.hh>

#include <string>
#include <vector>

class Ours
{
public:
    // Loads a case's package on the CPU, and makes the case's inputs.
    Ours(const std::string &package, const std::string &name);

    // Runs the model, and looks at its outputs.
    void call() const;

    // Runs the model, and copies its outputs.
    Values values() const;

    // In the order of the model's own.
    const std::vector<Input> &inputs() const { return inputs_; }

    std::vector<std::string> output_names() const;

private:
    neuropod::Neuropod         model_;
    std::vector<Input>         inputs_;
    neuropod::NeuropodValueMap named_;
};

neuropod::Neuropod load_on_cpu(const std::string &package);
