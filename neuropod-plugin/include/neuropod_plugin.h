// The C interface between a program and a Neuropod plugin, version 1.
//
// Generated from neuropod-plugin/src/abi.rs. docs/abi.md says how a plugin is written; examples/c/addition.c is
// one. "The program" is whoever loads a plugin.
//
// - A plugin is a shared library that exports `neuropod_plugin`.
// - Tables grow at their end. Each starts with its `size` in bytes as its writer knows it; a field beyond that is
//   not there. What has no `size` never changes while the version is the same.
// - A function returns 0 if all went well. Otherwise it has called `report` of its `NeuropodErrors` once before,
//   and the program gets that error.
// - Texts are UTF-8 without a terminating zero, and are valid during the call that hands them over, unless it is
//   said otherwise. Paths are bytes as the system takes them.
// - No C++ exception leaves a function; `neuropod_plugin_guarded` below reports it.
// - Every function may be called from any thread, several at once.
// - A table's pointers must not be null unless their comment allows it.
// - A plugin can rely on what the program hands it. The program checks what a plugin hands it, as far as that can
//   be checked.


#ifndef NEUROPOD_PLUGIN_H
#define NEUROPOD_PLUGIN_H

#include <stddef.h>
#include <stdint.h>

struct NeuropodOwner;

/// The version of the interface. Programs load plugins of their own version alone.
#define NEUROPOD_PLUGIN_ABI 1

/// `bool`: one byte, 0 or 1.
#define NEUROPOD_DTYPE_BOOL 0

/// `int8`.
#define NEUROPOD_DTYPE_INT8 1

/// `int16`.
#define NEUROPOD_DTYPE_INT16 2

/// `int32`.
#define NEUROPOD_DTYPE_INT32 3

/// `int64`.
#define NEUROPOD_DTYPE_INT64 4

/// `uint8`.
#define NEUROPOD_DTYPE_UINT8 5

/// `uint16`.
#define NEUROPOD_DTYPE_UINT16 6

/// `uint32`.
#define NEUROPOD_DTYPE_UINT32 7

/// `uint64`.
#define NEUROPOD_DTYPE_UINT64 8

/// `float16`, of IEEE 754.
#define NEUROPOD_DTYPE_FLOAT16 9

/// `bfloat16`.
#define NEUROPOD_DTYPE_BFLOAT16 10

/// `float32`.
#define NEUROPOD_DTYPE_FLOAT32 11

/// `float64`.
#define NEUROPOD_DTYPE_FLOAT64 12

/// `string`: bytes and offsets into them.
#define NEUROPOD_DTYPE_STRING 13

/// The interface was called wrongly.
#define NEUROPOD_ERROR_INVALID_ARGUMENT 1

/// An input does not fit the model's spec.
#define NEUROPOD_ERROR_INVALID_INPUT 2

/// The model needs an input that was not given.
#define NEUROPOD_ERROR_MISSING_INPUT 3

/// A name is not in the spec.
#define NEUROPOD_ERROR_UNKNOWN_NAME 4

/// The model returned something that does not fit its spec.
#define NEUROPOD_ERROR_INVALID_OUTPUT 5

/// A problem definition is wrong.
#define NEUROPOD_ERROR_INVALID_SPEC 6

/// A package is malformed.
#define NEUROPOD_ERROR_INVALID_PACKAGE 7

/// A package's content differs from its manifest.
#define NEUROPOD_ERROR_INTEGRITY 8

/// A package breaks a rule that protects its reader.
#define NEUROPOD_ERROR_UNSAFE_PACKAGE 9

/// A file or folder is not there.
#define NEUROPOD_ERROR_NOT_FOUND 10

/// A file or folder is there already.
#define NEUROPOD_ERROR_ALREADY_EXISTS 11

/// No backend provides what was asked for.
#define NEUROPOD_ERROR_BACKEND_NOT_FOUND 12

/// A backend is registered already.
#define NEUROPOD_ERROR_DUPLICATE_BACKEND 13

/// The framework could not load the model.
#define NEUROPOD_ERROR_LOAD 14

/// The model raised an error while it ran.
#define NEUROPOD_ERROR_MODEL 15

/// The device is not there or cannot be used.
#define NEUROPOD_ERROR_DEVICE 16

/// The backend cannot do what was asked.
#define NEUROPOD_ERROR_UNSUPPORTED 17

/// The options forbid what was asked.
#define NEUROPOD_ERROR_FORBIDDEN 18

/// A model gave other outputs for its test data than expected.
#define NEUROPOD_ERROR_SELF_TEST 19

/// Reading or writing failed.
#define NEUROPOD_ERROR_IO 20

/// A defect in the program or the plugin; a kind that one side does not know is read as this.
#define NEUROPOD_ERROR_INTERNAL 21

/// The processor.
#define NEUROPOD_DEVICE_CPU 0

/// An NVIDIA GPU, by its index.
#define NEUROPOD_DEVICE_CUDA 1

/// In an output: no memory but this output's own, so that it may be written while its owner is the only one.
#define NEUROPOD_TENSOR_WRITABLE 1

/// A size that is not fixed.
#define NEUROPOD_DIM_ANY 0

/// A fixed size.
#define NEUROPOD_DIM_FIXED 1

/// A symbol, which stands for one size in a call.
#define NEUROPOD_DIM_SYMBOL 2

/// Several threads run one model at the same time. If not, models guard themselves.
#define NEUROPOD_CAPABILITY_CONCURRENT_INFER 1

/// Packages can carry operators as shared libraries.
#define NEUROPOD_CAPABILITY_CUSTOM_OPS 2

/// Models can leave inputs out.
#define NEUROPOD_CAPABILITY_OPTIONAL_INPUTS 4

/// A text or other bytes.
typedef struct NeuropodStr {
  /// The first byte; may be null if `len` is 0.
  const uint8_t *data;
  /// The number of bytes.
  size_t len;
} NeuropodStr;

/// What the program tells a plugin about itself.
typedef struct NeuropodHost {
  /// The size of this table in bytes.
  size_t size;
  /// The program's [`NEUROPOD_PLUGIN_ABI`].
  uint32_t abi;
  /// The folder of a Python environment to look for the framework in if none is active; may be empty.
  struct NeuropodStr environment;
} NeuropodHost;

/// One axis of a spec.
typedef struct NeuropodDim {
  /// A `NEUROPOD_DIM_...`.
  uint32_t kind;
  /// The size, if it is fixed.
  size_t size;
  /// The symbol, if it is one.
  struct NeuropodStr symbol;
} NeuropodDim;

/// What a model's input or output must be.
typedef struct NeuropodSpec {
  /// The name.
  struct NeuropodStr name;
  /// The element type, a `NEUROPOD_DTYPE_...`.
  uint32_t dtype;
  /// The number of axes.
  size_t rank;
  /// `rank` axes, outermost first. May be null if `rank` is 0.
  const struct NeuropodDim *dims;
} NeuropodSpec;

/// Where an input is put when the model runs on a GPU.
typedef struct NeuropodInputDevice {
  /// The input's name.
  struct NeuropodStr name;
  /// A `NEUROPOD_DEVICE_...`: the processor, or the GPU that the model runs on.
  uint32_t device;
} NeuropodInputDevice;

/// Takes texts one by one.
typedef struct NeuropodTexts {
  /// The caller's own.
  void *context;
  /// Takes one.
  void (*push)(struct NeuropodTexts *texts, struct NeuropodStr text);
} NeuropodTexts;

/// Where a function's error goes.
typedef struct NeuropodErrors {
  /// The caller's own.
  void *context;
  /// Sets the error: a `NEUROPOD_ERROR_...`, a message that says what was wrong, what was expected and what
  /// to do, and what caused it (or an empty text).
  void (*report)(struct NeuropodErrors *errors,
                 uint32_t kind,
                 struct NeuropodStr message,
                 struct NeuropodStr cause);
  /// Adds to the reported error where it happened: `tensor` and its name, for instance.
  void (*add_context)(struct NeuropodErrors *errors, struct NeuropodStr key, struct NeuropodStr value);
} NeuropodErrors;

/// A file that is read from start to end, by one thread at a time.
typedef struct NeuropodReader {
  /// The program's own.
  void *reader;
  /// Reads up to `len` bytes into `buffer` and sets `read` to how many: 0 at the end alone.
  int32_t (*read)(void *reader, uint8_t *buffer, size_t len, size_t *read, struct NeuropodErrors *errors);
  /// Closes the file; called once.
  void (*close)(void *reader);
} NeuropodReader;

/// A file that is read anywhere, by several threads at once.
typedef struct NeuropodFile {
  /// The program's own.
  void *file;
  /// The size in bytes.
  uint64_t size;
  /// Reads up to `len` bytes from `offset` into `buffer` and sets `read` to how many: 0 at the end alone.
  int32_t (*read_at)(void *file,
                     uint64_t offset,
                     uint8_t *buffer,
                     size_t len,
                     size_t *read,
                     struct NeuropodErrors *errors);
  /// Closes the file; called once.
  void (*close)(void *file);
} NeuropodFile;

/// The files of a package, by their path from its root with `/` between the parts: `0/data/model.pt`.
/// A path that leaves the package is an error.
typedef struct NeuropodFiles {
  /// The size of this table in bytes.
  size_t size;
  /// The program's own: the first argument of the functions.
  void *files;
  /// Gives the paths of all files, sorted.
  int32_t (*paths)(void *files, struct NeuropodTexts *texts, struct NeuropodErrors *errors);
  /// Opens a file to be read from start to end.
  int32_t (*open)(void *files,
                  struct NeuropodStr path,
                  struct NeuropodReader *reader,
                  struct NeuropodErrors *errors);
  /// Opens a file to be read anywhere. A compressed one is unpacked to disk first.
  int32_t (*open_at)(void *files,
                     struct NeuropodStr path,
                     struct NeuropodFile *file,
                     struct NeuropodErrors *errors);
  /// Gives one text: the place of a file or folder on disk, which is valid while the source is. Zipped
  /// files are unpacked into a private temporary folder.
  int32_t (*path)(void *files,
                  struct NeuropodStr path,
                  struct NeuropodTexts *texts,
                  struct NeuropodErrors *errors);
} NeuropodFiles;

/// What a model is loaded from. All that it points to is valid during the call of `load`, but `files` is
/// valid longer if `retain` is called: until `release` is.
typedef struct NeuropodSource {
  /// The size of this table in bytes.
  size_t size;
  /// The model's name.
  struct NeuropodStr name;
  /// The platform.
  struct NeuropodStr platform;
  /// The inputs, with unique names.
  const struct NeuropodSpec *inputs;
  /// The number of inputs.
  size_t input_count;
  /// The outputs, with unique names.
  const struct NeuropodSpec *outputs;
  /// The number of outputs.
  size_t output_count;
  /// Base names of the shared libraries under `0/ops`.
  const struct NeuropodStr *custom_ops;
  /// The number of shared libraries.
  size_t custom_op_count;
  /// Where inputs are put; those that are not named go to the GPU if the model runs there.
  const struct NeuropodInputDevice *input_devices;
  /// The number of inputs that are named.
  size_t input_device_count;
  /// The package's files. The table may be copied.
  const struct NeuropodFiles *files;
  /// Keeps the files, and the paths that they gave, beyond the call: for each call, `release` is called once.
  void (*retain)(void *files);
  /// Ends what `retain` began.
  void (*release)(void *files);
} NeuropodSource;

/// An option of one backend.
typedef struct NeuropodOption {
  /// Its name.
  struct NeuropodStr name;
  /// Its value.
  struct NeuropodStr value;
} NeuropodOption;

/// How a model is loaded.
typedef struct NeuropodOptions {
  /// The size of this table in bytes.
  size_t size;
  /// A `NEUROPOD_DEVICE_...`.
  uint32_t device;
  /// The index of the GPU.
  uint32_t device_index;
  /// Not 0: the processor does if the device cannot be used.
  uint8_t device_fallback;
  /// Not 0: packages may carry custom operators.
  uint8_t allow_custom_ops;
  /// The number of threads within one operator; -1: the framework chooses.
  int64_t intra_op_threads;
  /// The number of threads for independent operators; -1: the framework chooses.
  int64_t inter_op_threads;
  /// Options by name; unknown ones are ignored.
  const struct NeuropodOption *options;
  /// The number of these options.
  size_t option_count;
} NeuropodOptions;

/// What can be done with an owner.
typedef struct NeuropodOwnerFunctions {
  /// The size of this table in bytes.
  size_t size;
  /// Makes `kept` a further owner of the same memory, which is then valid until `kept` is released. In an owner
  /// that is handed over it may be null; in one that is lent it is not.
  void (*retain)(const struct NeuropodOwner *owner, struct NeuropodOwner *kept);
  /// Ends an owner. It is called once for each owner that `retain` made or that was handed over, and never for
  /// one that was lent.
  void (*release)(const struct NeuropodOwner *owner);
  /// Not 0 if there is certainly no other owner of the same memory, nor anything else that could make one. It is
  /// called while nobody else uses this owner, for memory that is `NEUROPOD_TENSOR_WRITABLE`. Null: it is not known,
  /// and the memory is not written; but an owner without `retain` is the only one.
  int32_t (*is_unshared)(const struct NeuropodOwner *owner);
} NeuropodOwnerFunctions;

/// What keeps a tensor's memory alive: two words that mean something to whoever made them, and what can be
/// done with them.
typedef struct NeuropodOwner {
  /// Anything.
  const void *words[2];
  /// A table that is valid until the process ends. Null: there is no owner; the memory is valid during the
  /// call alone, and must be copied to be kept.
  const struct NeuropodOwnerFunctions *functions;
} NeuropodOwner;

/// A dense tensor in row-major order.
typedef struct NeuropodTensor {
  /// The element type, a `NEUROPOD_DTYPE_...`.
  uint32_t dtype;
  /// `NEUROPOD_TENSOR_...` bits, which say more about an output; unknown ones are ignored.
  uint32_t flags;
  /// The number of axes.
  size_t rank;
  /// `rank` sizes, outermost first; valid during the call. May be null if `rank` is 0.
  const size_t *dims;
  /// The elements in the machine's byte order, aligned to their size; or the strings' bytes, one string
  /// behind the other. May be null if `len` is 0.
  const void *data;
  /// The number of bytes at `data`.
  size_t len;
  /// For strings, one more than there are elements: string `i` is `data[offsets[i] .. offsets[i + 1]]`.
  /// Null for all else.
  const uint64_t *offsets;
  /// What keeps `data` and `offsets` alive. With an input it is lent, with an output handed over.
  struct NeuropodOwner owner;
} NeuropodTensor;

/// A tensor with its name.
typedef struct NeuropodInput {
  /// The name.
  struct NeuropodStr name;
  /// The tensor. Its owner is lent: `retain` it to keep the memory.
  struct NeuropodTensor tensor;
} NeuropodInput;

/// Takes a model's outputs one by one.
typedef struct NeuropodOutputs {
  /// The caller's own.
  void *context;
  /// Takes one output. The tensor's owner is handed over, whatever is returned: the program releases it
  /// when nobody uses the memory any more, on any thread. If there is no owner, the elements are copied. Not
  /// 0: the tensor is malformed, and the call will fail; go on or return.
  int32_t (*push)(struct NeuropodOutputs *outputs,
                  struct NeuropodStr name,
                  const struct NeuropodTensor *tensor);
} NeuropodOutputs;

/// A loaded model. The program sets `size` to the room that there is and the rest to zero; the plugin fills
/// it in.
typedef struct NeuropodModel {
  /// The size of this table in bytes; the plugin sets it to what it filled in, at most what it was.
  size_t size;
  /// The plugin's own: the first argument of the functions.
  void *model;
  /// Runs the model once.
  ///
  /// `requested` names outputs; if there is none, all are wanted. The outputs are pushed in the order
  /// of the request, or else of the spec, and no others are. Inputs were checked against the spec, unless
  /// the user switched that off. The memory of inputs is read only.
  int32_t (*infer)(void *model,
                   const struct NeuropodInput *inputs,
                   size_t input_count,
                   const struct NeuropodStr *requested,
                   size_t requested_count,
                   struct NeuropodOutputs *outputs,
                   struct NeuropodErrors *errors);
  /// Gives zeroed, writable memory that the model takes without a copy: sets `data`, `len` and `owner`, which is
  /// handed over. It is never called for strings. Null: the model has no memory of its own.
  int32_t (*allocate)(void *model,
                      uint32_t dtype,
                      const size_t *dims,
                      size_t rank,
                      struct NeuropodTensor *tensor,
                      struct NeuropodErrors *errors);
  /// Frees the model; called once, when no other call runs, on any thread. Outputs stay valid.
  void (*destroy)(void *model);
} NeuropodModel;

/// A plugin: one backend. It is valid until the process ends; plugins are never closed.
typedef struct NeuropodPlugin {
  /// The size of this table in bytes.
  size_t size;
  /// The plugin's [`NEUROPOD_PLUGIN_ABI`].
  uint32_t abi;
  /// The backend's name: `torch`.
  struct NeuropodStr name;
  /// The platform of the packages that it loads: `torchscript`.
  struct NeuropodStr platform;
  /// The framework's version, three numbers: `2.13.0`.
  struct NeuropodStr version;
  /// The element types that models take and return: bit `1 << NEUROPOD_DTYPE_...` for each.
  uint64_t dtypes;
  /// The devices that there is code for: bit `1 << NEUROPOD_DEVICE_...` for each.
  uint64_t devices;
  /// The `NEUROPOD_CAPABILITY_...` bits.
  uint64_t capabilities;
  /// The plugin's own: the first argument of `load`.
  void *backend;
  /// Loads a model. On an error `model` is left alone.
  int32_t (*load)(void *backend,
                  const struct NeuropodSource *source,
                  const struct NeuropodOptions *options,
                  struct NeuropodModel *model,
                  struct NeuropodErrors *errors);
  /// Says whether the framework is there and can be used; it may be started for that. Null: there is nothing
  /// to check.
  int32_t (*check)(void *backend, struct NeuropodErrors *errors);
} NeuropodPlugin;

/// The one function that a plugin exports, under the name `neuropod_plugin`. It returns null on an error,
/// and always the same plugin otherwise.
typedef const struct NeuropodPlugin *(*NeuropodPluginEntry)(const struct NeuropodHost *host,
                                                            struct NeuropodErrors *errors);

#endif  /* NEUROPOD_PLUGIN_H */


#ifdef __cplusplus
extern "C" {
#endif

// The one function that a plugin exports. It returns null on an error, and always the same plugin otherwise.
const struct NeuropodPlugin *neuropod_plugin(const struct NeuropodHost *host, struct NeuropodErrors *errors);

#ifdef __cplusplus
}  // extern "C"

#include <exception>

// Runs the body of a function that the program calls: an exception is reported as an error of that kind.
template <typename Body>
int32_t neuropod_plugin_guarded(NeuropodErrors *errors, uint32_t kind, Body &&body) noexcept {
  const auto report = [&](const char *message) noexcept {
    size_t length = 0;
    while (message[length] != 0) ++length;
    errors->report(errors, kind, NeuropodStr{reinterpret_cast<const uint8_t *>(message), length}, NeuropodStr{});
    return 1;
  };
  try {
    return body();
  } catch (const std::exception &error) {
    return report(error.what());
  } catch (...) {
    return report("an unknown C++ exception");
  }
}
#endif
