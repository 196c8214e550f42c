// TensorFlow's C API, as a program has it that knows nothing of Neuropod.
#pragma once

#include <tensorflow/c/c_api.h>

#include <memory>
#include <string>
#include <vector>

template <auto Function>
struct DeleteWith
{
    template <typename Object>
    void operator()(Object *object) const
    {
        Function(object);
    }
};

using TensorPtr  = std::unique_ptr<TF_Tensor, DeleteWith<TF_DeleteTensor>>;
using GraphPtr   = std::unique_ptr<TF_Graph, DeleteWith<TF_DeleteGraph>>;
using StatusPtr  = std::unique_ptr<TF_Status, DeleteWith<TF_DeleteStatus>>;
using OptionsPtr = std::unique_ptr<TF_SessionOptions, DeleteWith<TF_DeleteSessionOptions>>;

// A session with the default options.
class Session
{
public:
    // Of a file with a frozen graph.
    static Session of_graph(const std::string &file);

    // Of the folder of a SavedModel.
    static Session of_saved_model(const std::string &folder);

    Session(Session &&other) noexcept;
    ~Session();

    // The node of this name, or `name:1` for its second output.
    TF_Output node(const std::string &name) const;

    // Computes outputs, whose places are overwritten. The caller deletes them.
    void run(const std::vector<TF_Output> &inputs,
             const std::vector<TF_Tensor *> &tensors,
             const std::vector<TF_Output> &outputs,
             std::vector<TF_Tensor *> &results);

private:
    Session(GraphPtr graph, TF_Session *session);

    GraphPtr    graph_;
    TF_Session *session_;
    StatusPtr   status_;
};
