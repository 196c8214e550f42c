// The C interface between the Rust crate and libtorch.
//
// Rules that hold for every function here:
//   * no C++ exception crosses: a function that can fail returns an npt_status;
//   * handles are opaque and freed by the one function named for it;
//   * a pointer given to a callback is valid during that callback only, unless it says otherwise.
#pragma once

#include <stddef.h>
#include <stdint.h>

extern "C" {

// What went wrong, so that Rust can choose the right kind of error.
enum npt_code : int32_t {
  NPT_OK = 0,
  NPT_INVALID_INPUT = 1,   // an input is not what the model's argument takes
  NPT_MISSING_INPUT = 2,
  NPT_MODEL = 3,           // the model raised
  NPT_INVALID_OUTPUT = 4,  // the model returned something else than its outputs
  NPT_LOAD = 5,            // the file is not a TorchScript model that this libtorch reads
  NPT_SPEC = 6,            // the problem definition does not fit the model's forward()
  NPT_DEVICE = 7,
  NPT_INTERNAL = 8,
};

// `message` is null when code is NPT_OK; otherwise it is freed with npt_free_message.
struct npt_status {
  int32_t code;
  char* message;
  size_t length;
};

struct npt_str {
  const char* data;
  size_t length;
};

// c10::ScalarType's own numbers, plus one for strings.
enum : int8_t { NPT_DTYPE_STRING = 127 };

// One input or output of the problem definition. `rank` is -1 when the spec does not say.
struct npt_slot_spec {
  npt_str name;
  int8_t dtype;
  int32_t rank;
  // Inputs: the CUDA device's index, or -1 for the CPU. Unused for outputs.
  int32_t device;
};

// Reads exactly `length` bytes at `offset`; returns 0, or anything else on failure.
struct npt_reader {
  void* context;
  uint64_t size;
  int32_t (*read_at)(void* context, uint64_t offset, void* buffer, size_t length);
};

// `owner` keeps `data` alive: `retain` makes a reference that outlives the call, and `release`
// drops one. A null owner says that `data` is only valid until npt_infer returns.
struct npt_input {
  uint32_t slot;
  int8_t dtype;
  uint32_t rank;
  const int64_t* dims;
  const void* data;         // dense, row-major elements; of strings, their bytes one after the other
  size_t bytes;             // the length of `data`
  const uint64_t* offsets;  // dtype string: where each starts in `data`, and where the last ends
  size_t count;             // elements
  const void* owner;
};

struct npt_memory {
  void* (*retain)(const void* owner);
  void (*release)(void* reference);
};

// One output as it comes back. Numeric: `handle` owns `data` and `dims` and is handed over to the
// callback, which frees it with npt_release_tensor when the memory is no longer used. Strings:
// `handle` is null, and `data` and `offsets` are as those of an input, valid during the callback only.
struct npt_output {
  uint32_t slot;  // index in the output specs
  int8_t dtype;
  uint8_t writable;  // numeric: whether nothing but `handle` leads to `data`
  uint32_t rank;
  const int64_t* dims;
  const void* data;
  size_t bytes;
  void* handle;
  const uint64_t* offsets;
  size_t count;
};

typedef void (*npt_sink)(void* context, const npt_output* output);

// What the graph of forward() was found to do; see graph.cpp.
struct npt_traits {
  uint8_t stateful;      // it changes attributes of the module
  uint8_t asynchronous;  // it starts work that may outlive the call
  uint8_t writes_inputs; // it may write into at least one input
};

typedef struct npt_model npt_model;

void npt_free_message(char* message);

// `device` is a CUDA index, or -1 for the CPU. The reader is not used after the call.
npt_status npt_load(const npt_reader* reader, int32_t device, npt_model** out);
npt_status npt_bind(
    npt_model* model,
    const npt_slot_spec* inputs,
    size_t input_count,
    const npt_slot_spec* outputs,
    size_t output_count);
void npt_free_model(npt_model* model);
npt_traits npt_model_traits(const npt_model* model);
// The schema of forward(), as torch prints it; freed with npt_free_message.
npt_status npt_model_schema(const npt_model* model, char** text, size_t* length);

// `wanted` has one byte for each output spec, or is null for every output.
npt_status npt_infer(
    const npt_model* model,
    const npt_memory* memory,
    const npt_input* inputs,
    size_t input_count,
    const uint8_t* wanted,
    npt_sink sink,
    void* sink_context);
void npt_release_tensor(void* handle);

// The process: libraries, devices, threads.
const char* npt_version(void);
npt_status npt_open_library(const char* path);
npt_status npt_promote_libtorch(void);
npt_status npt_cuda_devices(int32_t* count);
npt_status npt_set_interop_threads(int32_t threads);

// From now on, a thread that forks the process ends its own threads for work within an operator before it does, and a
// child can end. Called once; returns 0 if that can be done.
int32_t npt_prepare_for_forks(void);
// To be called in a child, once, before it uses torch in any thread.
void npt_renew_threads(void);
// Takes the pool of threads for independent operators into use; returns 0 if it has its threads.
int32_t npt_use_pool(void);

// The yardstick of the benchmarks, written directly against libtorch: a module from a file on the CPU.
typedef struct npt_bare npt_bare;

npt_status npt_bare_load(const char* path, npt_bare** out);
void npt_bare_free(npt_bare* bare);
// From now on, weights are in memory that is new to the process, as in one that loads its model once.
void npt_bare_use_fresh_memory(void);
// One call of forward(): inputs in the order of its arguments, of which the slots and owners do not
// matter; an int64 without axes is an int. They must outlive `bare`, as a model can keep them. What
// it returns is a tensor, a list of strings, or a dict with one as `out`. `seen` becomes the first
// byte of the tensor, or the length of all strings; if `whole`, the sum of all bytes.
npt_status npt_bare_run(
    npt_bare* bare, const npt_input* inputs, size_t input_count, uint8_t whole, uint64_t* seen);

}  // extern "C"
