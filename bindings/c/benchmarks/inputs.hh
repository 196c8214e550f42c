// What the models are called with.
#pragma once

#include <neuropod/neuropod.hh>

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

// One of a model's inputs. Its memory is for the frameworks too.
struct Input
{
    std::string                               name;
    std::shared_ptr<neuropod::NeuropodTensor> tensor;

    // The elements, and how many bytes they take; none of strings.
    void *      data  = nullptr;
    std::size_t bytes = 0;

    // The elements of a tensor of strings.
    std::vector<std::string> strings = {};

    neuropod::TensorType             type() const { return tensor->get_tensor_type(); }
    const std::vector<std::int64_t> &dims() const { return tensor->get_dims(); }
};

// A case's inputs, in the order of the model's own.
std::vector<Input> inputs_of(const std::string &name, const neuropod::Neuropod &model);
