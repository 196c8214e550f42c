// What one loaded model is made of; shared by the shim's own files.
#pragma once

#include "shim.h"

#include <ATen/core/ivalue.h>
#include <torch/csrc/jit/api/module.h>

#include <filesystem>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace neuropod {

// How one input becomes an IValue.
enum class Feed : uint8_t { Tensor, Strings, Int, Float, Bool, Number, Str };

// One input of the problem definition, resolved against forward().
struct InputSlot {
  std::string name;
  Feed feed = Feed::Tensor;
  size_t stack_index = 0;  // where it goes on the stack; for a dict argument, the dict's place
  c10::IValue key;         // its key in the dict argument
  c10::Device device = c10::kCPU;
  bool written = false;    // the graph may write to it: the model gets a copy
};

struct OutputSlot {
  std::string name;
  int8_t dtype = 0;
  int32_t rank = -1;
};

// What the graph of forward() may do besides computing.
struct Traits {
  bool stateful = false;
  bool asynchronous = false;
  std::vector<bool> written;  // one for each graph input, `self` first
};

// An error of a known kind; every other exception is given a kind where it is caught.
struct Failure : std::runtime_error {
  Failure(npt_code code, const std::string& message) : std::runtime_error(message), code(code) {}
  npt_code code;
};

inline std::string string_at(const npt_input& input, size_t index) {
  const auto* bytes = static_cast<const char*>(input.data);
  return std::string(bytes + input.offsets[index], bytes + input.offsets[index + 1]);
}

Traits analyse(const torch::jit::Function& forward);
std::filesystem::path libtorch_dir();
std::string kind_name(const c10::IValue& value);
std::string joined(const std::vector<std::string>& names);
npt_status status_of(npt_code fallback) noexcept;  // call inside a catch block

// Runs `body`, and turns what it throws into a status.
template <typename Body>
npt_status guarded(npt_code fallback, Body&& body) noexcept {
  try {
    body();
    return npt_status{NPT_OK, nullptr, 0};
  } catch (...) {
    return status_of(fallback);
  }
}

}  // namespace neuropod

struct npt_model {
  torch::jit::Module module;
  torch::jit::Function* forward = nullptr;
  c10::Device device = c10::kCPU;
  neuropod::Traits traits;

  // Filled by npt_bind.
  std::vector<neuropod::InputSlot> inputs;
  std::vector<neuropod::OutputSlot> outputs;
  std::vector<c10::IValue> initial_stack;   // self, then defaults; none where an input belongs
  std::vector<size_t> required;             // places on the stack that must not stay none
  std::optional<size_t> dict_index;         // the place of the one dict argument
  c10::TypePtr dict_value_type;

  // Taken around a call of a model that changes its own attributes: torch does not.
  mutable std::mutex state;
};
