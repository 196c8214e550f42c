/// @file
/// A model behind its handle.
#pragma once

#include "neuropod/internal/c_allocator.hh"
#include "neuropod/internal/config_utils.hh"
#include "neuropod/internal/inline_buffer.hh"
#include "neuropod/internal/load_options.hh"

#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace neuropod
{
namespace internal
{

/// How many inputs or requested outputs an inference passes without an allocation.
constexpr std::size_t INLINE_TENSORS = 8;

using NamedTensors = InlineBuffer<NP_NamedTensor, INLINE_TENSORS>;
using Names        = InlineBuffer<NP_String, INLINE_TENSORS>;

inline NP_NamedTensor named_tensor(const NeuropodValueMap::value_type &item)
{
    return {NP_String{item.first.data(), item.first.size()}, get_mapped_tensor(item).get_handle()};
}

/// Fills in the order of the specs, in which every name is found at once, unlike in that of a hash map. Returns whether
/// all inputs are in the specs.
inline bool fill_inputs_in_order(const NeuropodValueMap &from, const std::vector<TensorSpec> &specs, NamedTensors &to)
{
    std::size_t i = 0;
    for (const TensorSpec &spec : specs)
    {
        const auto item = from.find(spec.name);
        if (item != from.end() && i < to.size())
        {
            to[i++] = named_tensor(*item);
        }
    }
    return i == to.size();
}

inline void fill_inputs(const NeuropodValueMap &from, const std::vector<TensorSpec> &specs, NamedTensors &to)
{
    if (fill_inputs_in_order(from, specs, to))
    {
        return;
    }
    std::size_t i = 0;
    for (const auto &item : from)
    {
        to[i++] = named_tensor(item);
    }
}

inline void fill_names(const std::vector<std::string> &from, Names &to)
{
    std::size_t i = 0;
    for (const std::string &name : from)
    {
        to[i++] = NP_String{name.data(), name.size()};
    }
}

/// A model of the C API and what it says of itself, read once.
class Model
{
public:
    Model(const std::string &path, const std::vector<BackendLoadSpec> &backends, const RuntimeOptions &options)
        : handle_(load(path, backends, options)), name_(NP_GetName(handle_.get())),
          platform_(NP_GetPlatform(handle_.get())),
          inputs_(copy_specs(handle_.get(), NP_GetNumInputs(handle_.get()), NP_GetInputSpec)),
          outputs_(copy_specs(handle_.get(), NP_GetNumOutputs(handle_.get()), NP_GetOutputSpec)),
          has_allocator_(options.load_model_at_construction),
          allocator_(has_allocator_ ? make_allocator(handle_.get()) : nullptr)
    {
    }

    void load_model() const { check(NP_LoadModel(handle_.get(), nullptr)); }

    std::unique_ptr<NeuropodValueMap> infer(const NeuropodValueMap &        inputs,
                                            const std::vector<std::string> &requested) const
    {
        NamedTensors tensors(inputs.size());
        fill_inputs(inputs, inputs_, tensors);
        Names names(requested.size());
        fill_names(requested, names);

        NP_NeuropodValueMap *raw  = nullptr;
        const NP_Code        code = NP_InferTensors(
            handle_.get(), tensors.data(), tensors.size(), names.data(), names.size(), &raw, nullptr);
        const ValueMapHandle outputs(raw);
        check(code);

        auto result = std::make_unique<NeuropodValueMap>();
        copy_value_map(outputs.get(), *result);
        return result;
    }

    /// The allocator. Getting it loads the model, so that the constructor gets it only if that is wanted then.
    std::shared_ptr<NeuropodTensorAllocator> allocator() const
    {
        if (has_allocator_)
        {
            return allocator_;
        }
        const std::lock_guard<std::mutex> lock(mutex_);
        if (allocator_ == nullptr)
        {
            allocator_ = make_allocator(handle_.get());
        }
        return allocator_;
    }

    const std::string &            name() const { return name_; }
    const std::string &            platform() const { return platform_; }
    const std::vector<TensorSpec> &inputs() const { return inputs_; }
    const std::vector<TensorSpec> &outputs() const { return outputs_; }

private:
    static std::shared_ptr<NeuropodTensorAllocator> make_allocator(const NP_Neuropod *model)
    {
        return std::make_shared<CAllocator>(AllocatorHandle(NP_GetAllocator(model)));
    }

    static ModelHandle
    load(const std::string &path, const std::vector<BackendLoadSpec> &backends, const RuntimeOptions &options)
    {
        const LoadOptionsHandle load_options = make_load_options(options, backends);
        NP_Neuropod *           model        = nullptr;
        check(NP_LoadNeuropodWithLoadOptions(c_string(path, "path"), load_options.get(), &model, nullptr));
        return ModelHandle(model);
    }

    ModelHandle             handle_;
    std::string             name_;
    std::string             platform_;
    std::vector<TensorSpec> inputs_;
    std::vector<TensorSpec> outputs_;

    const bool                                       has_allocator_; // since construction; else under the mutex
    mutable std::mutex                               mutex_;
    mutable std::shared_ptr<NeuropodTensorAllocator> allocator_;
};

} // namespace internal
} // namespace neuropod
