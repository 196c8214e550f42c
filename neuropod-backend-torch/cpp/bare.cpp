// The benchmarks' yardstick: what a C++ program that uses libtorch and nothing else writes.
#include "model.h"

#include <ATen/core/Dict.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/from_blob.h>
#include <c10/core/InferenceMode.h>

npt_status npt_bare_addition(
    const npt_model* model, const float* x, const float* y, int64_t length, float* sum) {
  return neuropod::guarded(NPT_MODEL, [&] {
    c10::InferenceMode inference;
    std::vector<c10::IValue> arguments;
    arguments.reserve(3);
    arguments.emplace_back(at::from_blob(const_cast<float*>(x), {length}, at::kFloat));
    arguments.emplace_back(at::from_blob(const_cast<float*>(y), {length}, at::kFloat));
    auto result = model->module.get_method("forward")(std::move(arguments));
    auto out = result.toGenericDict().at("out").toTensor();
    std::copy_n(out.const_data_ptr<float>(), length, sum);
  });
}
