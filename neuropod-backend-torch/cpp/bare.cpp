// The benchmarks' yardstick: what a C++ program that uses libtorch and nothing else writes.
#include "model.h"

#include <ATen/Parallel.h>
#include <ATen/core/Dict.h>
#include <ATen/core/List.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/from_blob.h>
#include <c10/core/InferenceMode.h>
#include <torch/csrc/jit/serialization/import.h>

#ifdef __GLIBC__
#include <malloc.h>
#endif

#include <cstring>
#include <functional>
#include <numeric>

struct npt_bare {
  explicit npt_bare(torch::jit::Module loaded)
      : module(std::move(loaded)), forward(module.get_method("forward")) {}

  torch::jit::Module module;
  torch::jit::Method forward;

  // Such a program knows its model. Here any may come, so the first call looks at what it does.
  std::once_flag examined;
  bool stateful = false;
  std::mutex state;
};

namespace {

using neuropod::Failure;

void examine(npt_bare& bare) {
  auto traits = neuropod::analyse(bare.forward.function());
  bool writes = std::accumulate(traits.written.begin() + 1, traits.written.end(), false, std::logical_or<>());
  if (writes || traits.asynchronous) {
    throw Failure(NPT_MODEL, "the yardstick runs no model that writes to its inputs, or goes on after a call");
  }
  bare.stateful = traits.stateful;
}

c10::IValue strings(const npt_input& input) {
  c10::List<std::string> list;
  list.reserve(input.count);
  for (size_t i = 0; i < input.count; i++) {
    list.push_back(neuropod::string_at(input, i));
  }
  return list;
}

c10::IValue argument(const npt_input& input) {
  if (input.dtype == NPT_DTYPE_STRING) return strings(input);
  auto type = static_cast<at::ScalarType>(input.dtype);
  if (type == at::kLong && input.rank == 0) {
    int64_t number;
    std::memcpy(&number, input.data, sizeof number);
    return number;
  }
  return at::from_blob(const_cast<void*>(input.data), c10::IntArrayRef(input.dims, input.rank), type);
}

uint64_t sum(const char* bytes, size_t count) {
  auto add = [](uint64_t sum, char byte) { return sum + static_cast<unsigned char>(byte); };
  return std::accumulate(bytes, bytes + count, uint64_t{0}, add);
}

uint64_t look_at_strings(const c10::IValue& list, bool whole) {
  uint64_t seen = 0;
  for (const c10::IValue& element : list.toListRef()) {
    const std::string& text = element.toStringRef();
    seen += whole ? sum(text.data(), text.size()) : text.size();
  }
  return seen;
}

uint64_t look_at(const c10::IValue& value, bool whole) {
  if (value.isList()) return look_at_strings(value, whole);
  at::Tensor tensor = value.toTensor();
  TORCH_CHECK(tensor.is_cpu() && tensor.is_contiguous(), "the yardstick looks at dense tensors alone");
  auto* bytes = static_cast<const char*>(tensor.const_data_ptr());
  return sum(bytes, whole ? tensor.nbytes() : std::min<size_t>(tensor.nbytes(), 1));
}

}  // namespace

npt_status npt_bare_load(const char* path, npt_bare** out) {
  *out = nullptr;
  return neuropod::guarded(NPT_LOAD, [&] {
    auto module = torch::jit::load(std::string(path));
    module.eval();
    *out = std::make_unique<npt_bare>(std::move(module)).release();
  });
}

void npt_bare_use_fresh_memory(void) {
#ifdef __GLIBC__
  mallopt(M_MMAP_THRESHOLD, 128 << 10);
#endif
}

void npt_bare_free(npt_bare* bare) {
  delete bare;
}

npt_status npt_bare_run(
    npt_bare* bare, const npt_input* inputs, size_t input_count, uint8_t whole, uint64_t* seen) {
  return neuropod::guarded(NPT_MODEL, [&] {
    std::call_once(bare->examined, examine, *bare);
    std::unique_lock<std::mutex> lock(bare->state, std::defer_lock);
    if (bare->stateful) lock.lock();
    at::internal::lazy_init_num_threads();  // as a program does in each of its threads
    c10::InferenceMode inference;
    std::vector<c10::IValue> arguments;
    arguments.reserve(input_count + 1);  // libtorch puts the module first
    for (size_t i = 0; i < input_count; i++) arguments.push_back(argument(inputs[i]));
    auto result = bare->forward(std::move(arguments));
    *seen = look_at(result.isGenericDict() ? result.toGenericDict().at("out") : result, whole);
  });
}
