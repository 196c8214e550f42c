// A backend in C++ whose models throw, behind the guard of the header.
#include "neuropod_plugin.h"

#include <cstring>
#include <stdexcept>
#include <string>

namespace {

NeuropodStr text(const char *text) { return {reinterpret_cast<const uint8_t *>(text), std::strlen(text)}; }

int32_t infer(void *, const NeuropodInput *inputs, size_t input_count, const NeuropodStr *, size_t,
              NeuropodOutputs *, NeuropodErrors *errors) {
  return neuropod_plugin_guarded(errors, NEUROPOD_ERROR_MODEL, [&]() -> int32_t {
    if (input_count == 0) throw 7;
    std::string name(reinterpret_cast<const char *>(inputs[0].name.data), inputs[0].name.len);
    throw std::runtime_error("cannot digest " + name);
  });
}

int32_t load(void *, const NeuropodSource *, const NeuropodOptions *, NeuropodModel *model, NeuropodErrors *) {
  *model = NeuropodModel{sizeof(NeuropodModel), nullptr, infer, nullptr, [](void *) {}};
  return 0;
}

}  // namespace

extern "C" const NeuropodPlugin *neuropod_plugin(const NeuropodHost *, NeuropodErrors *) {
  static const NeuropodPlugin plugin = {
      sizeof(NeuropodPlugin), NEUROPOD_PLUGIN_ABI, text("throwing"), text("throwing"), text("1.0.0"),
      1u << NEUROPOD_DTYPE_FLOAT32, 1u << NEUROPOD_DEVICE_CPU, 0, nullptr, load, nullptr};
  return &plugin;
}
