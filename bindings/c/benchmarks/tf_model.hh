// A TensorFlow model called by TensorFlow's C API alone.
#pragma once

#include "inputs.hh"
#include "tf_session.hh"
#include "values.hh"

#include <map>
#include <string>
#include <vector>

// Nodes by the names of inputs and outputs.
using Nodes = std::map<std::string, std::string>;

class TfModel
{
public:
    // Inputs and outputs are nodes of these names; unless `nodes` says otherwise.
    TfModel(Session                                   session,
            const std::vector<Input> &                inputs,
            const std::vector<std::string> &          outputs,
            const Nodes &                   nodes);

    // Makes tensors over the program's memory, runs the model, and looks at its outputs.
    void call();

    // Runs the model, and copies its outputs.
    Values values();

private:
    // Fills `results_`, whose tensors are to be deleted.
    void run();

    Session                  session_;
    std::vector<Input>       inputs_;
    std::vector<std::string> names_; // of the outputs
    std::vector<TF_Output>   input_nodes_;
    std::vector<TF_Output>   output_nodes_;
    std::vector<TF_Tensor *> arguments_;
    std::vector<TF_Tensor *> results_;
};
