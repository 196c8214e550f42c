/// @file
/// The C++ API of Neuropod: C++17, headers only, over the C API of neuropod.h. It includes every other header but
/// neuropod/conversions/eigen.hh.
///
///     neuropod::Neuropod model("/path/to/model.neuropod");
///
///     auto x = model.allocate_tensor<float>({4});
///     x->copy_from({1, 2, 3, 4});
///     auto y = model.allocate_tensor<float>({4});
///     y->copy_from({5, 6, 7, 8});
///
///     const auto outputs = model.infer({{"x", x}, {"y", y}});
///     const auto out     = outputs->at("out")->as_typed_tensor<float>()->get_data_as_vector();
#pragma once

#include "neuropod/backends/tensor_allocator.hh"
#include "neuropod/core/generic_tensor.hh"
#include "neuropod/error.hh"
#include "neuropod/internal/backend_registration.hh"
#include "neuropod/internal/config_utils.hh"
#include "neuropod/internal/deleter.hh"
#include "neuropod/internal/model.hh"
#include "neuropod/internal/neuropod_tensor.hh"
#include "neuropod/options.hh"
#include "neuropod/serialization/serialization.hh"
#include "neuropod/version.hh"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace neuropod
{

/// A model.
///
/// Copies share the model, which is freed with the last of them. Moving is cheap; a moved-from object can only be
/// assigned to or destroyed. Several threads may call the const functions at once. Tensors may outlive the model.
class Neuropod
{
public:
    /// Loads a package: a folder or a file.
    ///
    /// Throws PackageError if the package is not valid, BackendError if no backend can run it or its backend can't load
    /// it, SystemError if it can't be read, InvalidArgumentError if an option is not valid.
    Neuropod(const std::string &neuropod_path, const RuntimeOptions &options = {})
        : Neuropod(neuropod_path, std::vector<BackendLoadSpec>(), options)
    {
    }

    /// Loads a package; these plugins, and no other, are used for their platforms.
    Neuropod(const std::string &                 neuropod_path,
             const std::vector<BackendLoadSpec> &default_backend_overrides,
             const RuntimeOptions &              options = {})
        : model_(std::make_shared<internal::Model>(neuropod_path, default_backend_overrides, options))
    {
    }

    /// Runs the model and returns its outputs by their names.
    ///
    /// The inputs are not copied wherever the framework can use their memory, and must not be written meanwhile. With
    /// `requested_outputs`, only these are returned. A model that was to be loaded later is loaded now.
    ///
    /// Throws InferenceError if the inputs don't fit the model, a requested output is unknown or the model fails, and
    /// InvalidArgumentError if a pointer in the map is null.
    std::unique_ptr<NeuropodValueMap> infer(const NeuropodValueMap &        inputs,
                                            const std::vector<std::string> &requested_outputs = {}) const
    {
        return model_->infer(inputs, requested_outputs);
    }

    /// Loads the model if the option `load_model_at_construction` was false. Throws as the constructor does.
    void load_model() const { model_->load_model(); }

    /// What the model takes. The reference is valid as long as the model.
    const std::vector<TensorSpec> &get_inputs() const { return model_->inputs(); }

    /// What the model returns. The reference is valid as long as the model.
    const std::vector<TensorSpec> &get_outputs() const { return model_->outputs(); }

    /// The model's name. The reference is valid as long as the model.
    const std::string &get_name() const { return model_->name(); }

    /// The model's platform, such as "torchscript". The reference is valid as long as the model.
    const std::string &get_platform() const { return model_->platform(); }

    /// What makes tensors for this model. A model that was to be loaded later is loaded now.
    std::shared_ptr<NeuropodTensorAllocator> get_tensor_allocator() const { return model_->allocator(); }

    /// Makes a tensor of these dimensions. Its numbers are zeros, its strings are empty.
    template <typename T>
    std::shared_ptr<TypedNeuropodTensor<element_t<T>>>
    allocate_tensor(const std::vector<std::int64_t> &input_dims) const
    {
        return model_->allocator()->allocate_tensor<T>(input_dims);
    }

    /// Makes a tensor of memory that the caller has, without copying it. `deleter` is called once with `data` when the
    /// memory is no longer needed, on any thread: see `NeuropodTensorAllocator::tensor_from_memory`.
    template <typename T>
    std::shared_ptr<TypedNeuropodTensor<element_t<T>>> tensor_from_memory(const std::vector<std::int64_t> &input_dims,
                                                                          T *                              data,
                                                                          const Deleter &deleter) const
    {
        return model_->allocator()->tensor_from_memory(input_dims, data, deleter);
    }

private:
    std::shared_ptr<internal::Model> model_;
};

} // namespace neuropod
