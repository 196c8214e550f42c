// What concerns the whole process: errors, shared libraries, devices, threads.
#include "model.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <c10/util/Exception.h>
#include <torch/headeronly/version.h>

#include <dlfcn.h>

#include <cstring>
#include <filesystem>
#include <new>

namespace neuropod {
namespace {

npt_status make_status(npt_code code, const char* text, size_t length) noexcept {
  char* message = new (std::nothrow) char[length];
  if (message == nullptr) return npt_status{code, nullptr, 0};
  std::memcpy(message, text, length);
  return npt_status{code, message, length};
}

npt_status make_status(npt_code code, const char* text) noexcept {
  // Frames of libtorch's own C++ code say nothing to a reader; TorchScript's traceback stays.
  const char* end = std::strstr(text, "\nException raised from ");
  return make_status(code, text, end == nullptr ? std::strlen(text) : end - text);
}

}  // namespace

npt_status status_of(npt_code fallback) noexcept {
  try {
    throw;
  } catch (const Failure& failure) {
    return make_status(failure.code, failure.what(), std::strlen(failure.what()));
  } catch (const c10::Error& error) {
    return make_status(fallback, error.what_without_backtrace());
  } catch (const std::exception& error) {
    return make_status(fallback, error.what());
  } catch (...) {
    return make_status(fallback, "an unknown C++ exception");
  }
}

std::string joined(const std::vector<std::string>& names) {
  if (names.empty()) return "nothing";
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

}  // namespace neuropod

namespace {

using neuropod::Failure;

}  // namespace

// The folder that libtorch was loaded from.
std::filesystem::path neuropod::libtorch_dir() {
  Dl_info info{};
  // Any function of libtorch_cpu does; this one is exported for certain.
  auto* symbol = reinterpret_cast<void*>(&at::set_num_threads);
  if (dladdr(symbol, &info) == 0 || info.dli_fname == nullptr) {
    throw Failure(NPT_INTERNAL, "cannot tell where libtorch_cpu.so was loaded from");
  }
  return std::filesystem::path(info.dli_fname).parent_path();
}

namespace {

void open_library(const char* path, int flags) {
  if (dlopen(path, flags) != nullptr) return;
  const char* error = dlerror();
  throw Failure(NPT_LOAD, error == nullptr ? "dlopen failed without a message" : error);
}

}  // namespace

void npt_free_message(char* message) {
  delete[] message;
}

const char* npt_version(void) {
  return TORCH_VERSION;
}

npt_status npt_open_library(const char* path) {
  return neuropod::guarded(NPT_LOAD, [&] { open_library(path, RTLD_NOW | RTLD_GLOBAL); });
}

npt_status npt_promote_libtorch(void) {
  return neuropod::guarded(NPT_LOAD, [&] {
    auto dir = neuropod::libtorch_dir();
    for (const char* name : {"libc10.so", "libtorch_cpu.so", "libtorch.so"}) {
      auto path = dir / name;
      if (std::filesystem::exists(path)) open_library(path.c_str(), RTLD_NOW | RTLD_GLOBAL);
    }
  });
}

npt_status npt_cuda_devices(int32_t* count) {
  *count = 0;
  return neuropod::guarded(NPT_DEVICE, [&] {
    // The driver is asked for first: it is small, and torch's CUDA half is more than a gigabyte.
    if (dlopen("libcuda.so.1", RTLD_LAZY | RTLD_LOCAL) == nullptr) {
      throw Failure(NPT_DEVICE, "there is no NVIDIA driver (libcuda.so.1)");
    }
    // Torch looks for its CUDA half once and remembers the answer, so it has to be there first.
    // A program linked against libtorch_cpu alone has not loaded it.
    auto cuda = neuropod::libtorch_dir() / "libtorch_cuda.so";
    if (!std::filesystem::exists(cuda)) {
      throw Failure(
          NPT_DEVICE, "this libtorch was built without CUDA: there is no " + cuda.string());
    }
    open_library(cuda.c_str(), RTLD_NOW | RTLD_GLOBAL);
    *count = at::globalContext().hasCUDA()
        ? static_cast<int32_t>(at::detail::getCUDAHooks().deviceCount())
        : 0;
  });
}

npt_status npt_set_interop_threads(int32_t threads) {
  return neuropod::guarded(NPT_INTERNAL, [&] { at::set_num_interop_threads(threads); });
}
