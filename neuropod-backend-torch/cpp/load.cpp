// Loading a TorchScript file through the caller's reader.
#include "model.h"

#include <caffe2/serialize/read_adapter_interface.h>
#include <torch/csrc/jit/runtime/graph_executor.h>
#include <torch/csrc/jit/serialization/import.h>

#include <array>
#include <sstream>

namespace {

using neuropod::Failure;

// Hands torch the bytes that it asks for, where it wants them: each weight is read once, into the
// memory it stays in.
class Reader final : public caffe2::serialize::ReadAdapterInterface {
 public:
  explicit Reader(const npt_reader& reader) : reader_(reader) {}

  size_t size() const override {
    return reader_.size;
  }

  size_t read(uint64_t offset, void* buffer, size_t length, const char* what) const override {
    if (offset >= reader_.size) return 0;
    length = std::min<uint64_t>(length, reader_.size - offset);
    if (reader_.read_at(reader_.context, offset, buffer, length) != 0) {
      throw Failure(NPT_LOAD, std::string("reading the model file failed (") + what + ")");
    }
    return length;
  }

 private:
  npt_reader reader_;
};

// A file that is not a zip gets an answer that is about the file, not about torch's zip reader.
void check_magic(const Reader& reader) {
  std::array<unsigned char, 4> magic{};
  size_t found = reader.read(0, magic.data(), magic.size(), "its first bytes");
  if (found == 4 && magic[0] == 'P' && magic[1] == 'K') return;
  if (reader.size() == 0) throw Failure(NPT_LOAD, "the model file is empty");
  throw Failure(
      NPT_LOAD,
      "the model file is not a zip archive, which every TorchScript file is since 2019; older "
      "files, and pickles written by torch.save, cannot be loaded: export the model again with "
      "torch.jit.script or torch.jit.trace and its save method");
}

torch::jit::Module load_module(std::shared_ptr<Reader> reader, c10::Device device) {
  try {
    return torch::jit::load(std::move(reader), device);
  } catch (const c10::Error& error) {
    std::string text = error.what_without_backtrace();
    if (text.find("locating file constants.pkl") == std::string::npos) throw;
    throw Failure(
        NPT_LOAD,
        "the model file holds no TorchScript code; what torch.save and torch.export write cannot "
        "be loaded: export the model with torch.jit.script or torch.jit.trace and its save method");
  }
}

c10::Device device_of(int32_t index) {
  return index < 0 ? c10::Device(c10::kCPU)
                   : c10::Device(c10::kCUDA, static_cast<c10::DeviceIndex>(index));
}

}  // namespace

npt_status npt_load(const npt_reader* reader, int32_t device, npt_model** out) {
  *out = nullptr;
  return neuropod::guarded(NPT_LOAD, [&] {
    auto adapter = std::make_shared<Reader>(*reader);
    check_magic(*adapter);
    auto model = std::make_unique<npt_model>();
    model->device = device_of(device);
    model->module = load_module(adapter, model->device);
    model->module.eval();
    auto forward = model->module.find_method("forward");
    if (!forward) {
      throw Failure(NPT_LOAD, "the model has no forward method, which is what Neuropod calls");
    }
    model->forward = &forward->function();
    model->traits = neuropod::analyse(*model->forward);
    *out = model.release();
  });
}

void npt_free_model(npt_model* model) {
  delete model;
}

npt_traits npt_model_traits(const npt_model* model) {
  const auto& traits = model->traits;
  bool writes = false;
  for (size_t i = 1; i < traits.written.size(); i++) writes = writes || traits.written[i];
  return npt_traits{traits.stateful, traits.asynchronous, writes};
}

npt_status npt_model_schema(const npt_model* model, char** text, size_t* length) {
  return neuropod::guarded(NPT_INTERNAL, [&] {
    std::ostringstream stream;
    stream << model->forward->getSchema();
    std::string schema = stream.str();
    *text = new char[schema.size()];
    *length = schema.size();
    std::copy(schema.begin(), schema.end(), *text);
  });
}
