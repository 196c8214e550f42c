// Neuropod: deep-learning models of any framework through one interface. This is that of C; neuropod.hh is that of C++.
//
// Generated from the crate bindings/c. docs/c.md is a guide.
//
// Rules:
//
// - A function that can fail returns an `NP_Code`, or else null, 0 or false. The error is then the calling thread's
//   `NP_GetLastError`, and is written to `status` if the function has such a parameter, which may be null.
// - What a function returns to be freed has its own function for that, which its comment names. All else belongs to the
//   library: it must not be freed, and the comment says how long it is valid.
// - Null where a handle is needed is an error. A handle that was freed before, or is of another kind, is one in debug
//   builds of the library; otherwise it must not be used.
// - Functions may be called from any thread. A handle may be used by several threads at once as long as none of them
//   changes or frees it: a parameter that is a pointer to `const` is not changed. A model may be run by any number of
//   threads at once.
// - Texts are UTF-8 and end with a zero, unless they are an `NP_String`. Paths are bytes as the system takes them.
// - Nothing is thrown, and no call ends the process.


#ifndef NEUROPOD_H
#define NEUROPOD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// The version of this header; `NP_GetVersion` is that of the library.
#define NEUROPOD_MAJOR_VERSION 0
#define NEUROPOD_MINOR_VERSION 1
#define NEUROPOD_PATCH_VERSION 0
#define NEUROPOD_VERSION "0.1.0"

#ifndef __cplusplus
// Names of devices, for `visible_device`.
enum NP_Device { CPU = -1, GPU0 = 0, GPU1, GPU2, GPU3, GPU4, GPU5, GPU6, GPU7 };
#endif


/// The room for `control_queue_name`, with the zero at its end.
#define QUEUENAME_MAX 256

/// Stands for the CPU in `visible_device`.
#define NP_DEVICE_CPU -1

/// How a call went. Numbers are grouped, with room for more in each group.
typedef enum NP_Code {
  /// All went well.
  NEUROPOD_OK = 0,
  /// A failure of no other kind.
  NEUROPOD_ERROR = 1,
  /// The function was called wrongly: a null pointer, an index, an element type, a shape or a text that does not
  /// fit.
  NEUROPOD_INVALID_ARGUMENT = 100,
  /// A handle was freed before, or is of another kind. Only debug builds of the library notice.
  NEUROPOD_INVALID_HANDLE = 101,
  /// An input does not fit the model's spec.
  NEUROPOD_INVALID_INPUT = 200,
  /// The model needs an input that was not given.
  NEUROPOD_MISSING_INPUT = 201,
  /// A name is not in the model's spec.
  NEUROPOD_UNKNOWN_NAME = 202,
  /// The model returned something that does not fit its spec.
  NEUROPOD_INVALID_OUTPUT = 203,
  /// The model raised an error while it ran.
  NEUROPOD_MODEL_FAILED = 204,
  /// The model gave other outputs for its test data than expected.
  NEUROPOD_SELF_TEST_FAILED = 205,
  /// The package's problem definition is wrong.
  NEUROPOD_INVALID_SPEC = 300,
  /// The package is malformed.
  NEUROPOD_INVALID_PACKAGE = 301,
  /// The package's content differs from its manifest, or a required manifest is missing.
  NEUROPOD_INTEGRITY_FAILED = 302,
  /// The package breaks a rule that protects its reader, or exceeds a limit.
  NEUROPOD_UNSAFE_PACKAGE = 303,
  /// No backend that was found provides the package's platform in the wanted version.
  NEUROPOD_BACKEND_NOT_FOUND = 400,
  /// A backend of this name and version is registered already.
  NEUROPOD_DUPLICATE_BACKEND = 401,
  /// The framework could not load the model.
  NEUROPOD_LOAD_FAILED = 402,
  /// The device is not there or cannot be used.
  NEUROPOD_DEVICE_UNAVAILABLE = 403,
  /// The backend or this build cannot do what was asked.
  NEUROPOD_UNSUPPORTED = 404,
  /// The options forbid what was asked, custom operators for instance.
  NEUROPOD_FORBIDDEN = 405,
  /// A file or folder that was asked for is not there.
  NEUROPOD_NOT_FOUND = 500,
  /// A file or folder that would be written is there already.
  NEUROPOD_ALREADY_EXISTS = 501,
  /// Reading or writing failed.
  NEUROPOD_IO_FAILED = 502,
  /// A defect in Neuropod or in a backend.
  NEUROPOD_INTERNAL_ERROR = 900,
} NP_Code;

/// The type of a tensor's elements.
typedef enum NP_TensorType {
  /// `float`.
  FLOAT_TENSOR = 0,
  /// `double`.
  DOUBLE_TENSOR = 1,
  /// Strings of bytes, each of its own length; UTF-8 by convention.
  STRING_TENSOR = 2,
  /// `int8_t`.
  INT8_TENSOR = 3,
  /// `int16_t`.
  INT16_TENSOR = 4,
  /// `int32_t`.
  INT32_TENSOR = 5,
  /// `int64_t`.
  INT64_TENSOR = 6,
  /// `uint8_t`.
  UINT8_TENSOR = 7,
  /// `uint16_t`.
  UINT16_TENSOR = 8,
  /// `uint32_t`.
  UINT32_TENSOR = 9,
  /// `uint64_t`.
  UINT64_TENSOR = 10,
  /// `bool`: one byte, 0 or 1.
  BOOL_TENSOR = 11,
  /// IEEE 754 binary16: two bytes.
  FLOAT16_TENSOR = 12,
  /// The upper half of a `float`: two bytes.
  BFLOAT16_TENSOR = 13,
} NP_TensorType;

/// How a package's files are held against its manifest.
typedef enum NP_Integrity {
  /// If there is a manifest, the files must be as it says.
  NP_INTEGRITY_VERIFY = 0,
  /// There must be a manifest, and the files as it says.
  NP_INTEGRITY_REQUIRE = 1,
  /// The manifest is not looked at.
  NP_INTEGRITY_SKIP = 2,
} NP_Integrity;

/// How a package is loaded: what `NP_RuntimeOptions` says, and more. It can be used for several packages; it is
/// changed by one thread at a time.
typedef struct NP_LoadOptions NP_LoadOptions;

/// A package that is loaded and can be run, by any number of threads at once.
typedef struct NP_Neuropod NP_Neuropod;

/// A tensor: dense, row-major, on the CPU.
///
/// Each handle is one reference to it: `NP_FreeTensor` gives up the reference, and the memory is freed with the last.
/// Maps and calls that run have references of their own.
///
/// The memory may be read and written by any thread, under the rule that nobody reads what another is writing: a
/// program must not write inputs while a model runs on them. A model can return memory that is an input's, or its own:
/// `NP_IsWritable` tells.
typedef struct NP_NeuropodTensor NP_NeuropodTensor;

/// Tensors by their names: what goes into a model, and what comes out. It may be read by several threads at once, but
/// not while one changes it.
typedef struct NP_NeuropodValueMap NP_NeuropodValueMap;

/// Receives how a call went: a code, and a message if it failed.
typedef struct NP_Status NP_Status;

/// Makes tensors. It may be used by several threads at once, and outlives the model that it is of.
typedef struct NP_TensorAllocator NP_TensorAllocator;

/// Bytes with their number: they may hold zeros, and none ends them.
typedef struct NP_String {
  /// The first byte; it may be null if `size` is 0.
  const char *data;
  /// The number of bytes.
  size_t size;
} NP_String;

/// Frees memory that a program gave to a tensor: `data` and `arg` are what `NP_TensorFromMemory` got. It is called
/// once, on any thread, and must not throw.
typedef void (*NP_Deleter)(void *data, void *arg);

/// Names of tensors. Free it with `NP_FreeTensorNameList`.
typedef struct NP_TensorNameList {
  /// How many there are.
  size_t num_tensors;
  /// The names, each up to a zero. They belong to the list.
  const char *const *tensor_names;
} NP_TensorNameList;

/// Options for another process, as the original Neuropod has them.
typedef struct NP_OPEOptions {
  /// Has no meaning here.
  bool free_memory_every_cycle;
  /// Has no meaning here.
  char control_queue_name[QUEUENAME_MAX];
} NP_OPEOptions;

/// How a package is loaded. Start from `NP_DefaultRuntimeOptions`. The fields are the original Neuropod's;
/// `NP_LoadOptions` has more.
typedef struct NP_RuntimeOptions {
  /// Whether the model runs in a process of its own. Not available: loading fails with `NEUROPOD_UNSUPPORTED` if it is
  /// set.
  bool use_ope;
  /// Options for that process.
  struct NP_OPEOptions ope_options;
  /// The number of the GPU that the model runs on if it is there and the framework can use it; otherwise it runs on
  /// the CPU. `NP_DEVICE_CPU` is the CPU. 0 by default.
  int32_t visible_device;
  /// Whether the model is loaded with the package, which is the default, or by `NP_LoadModel` or the first call.
  bool load_model_at_construction;
  /// Whether inputs and outputs are taken as they are. By default they are held against the model's spec.
  bool disable_shape_and_type_checking;
} NP_RuntimeOptions;

/// What one axis of a tensor may measure.
typedef struct NP_Dimension {
  /// The size; -1 for any size, -2 for a symbol.
  int64_t value;
  /// The symbol's name, which stands for the same size wherever it is in one call; null if it is no symbol.
  const char *symbol;
} NP_Dimension;

/// The name, element type and shape of one input or output. Free it with `NP_FreeTensorSpec`.
typedef struct NP_TensorSpec {
  /// The name, up to a zero. It belongs to the spec.
  const char *name;
  /// The type of the elements.
  enum NP_TensorType type;
  /// The number of axes; 0 for a scalar.
  size_t num_dims;
  /// The axes, outermost first. They belong to the spec.
  const struct NP_Dimension *dims;
} NP_TensorSpec;

/// A tensor with its name.
typedef struct NP_NamedTensor {
  /// The name, as UTF-8.
  struct NP_String name;
  /// The tensor.
  const struct NP_NeuropodTensor *tensor;
} NP_NamedTensor;

/// Takes `size` bytes; false if that failed. `context` is what was given with the function. It must not throw.
typedef bool (*NP_WriteFunction)(void *context, const void *data, size_t size);

/// Gives up to `size` bytes at `data`, and returns how many: 0 at the end, and `SIZE_MAX` if that failed. `context` is
/// what was given with the function. It must not throw.
typedef size_t (*NP_ReadFunction)(void *context, void *data, size_t size);

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/// The library's version, `"0.1.0"` for instance; `NEUROPOD_VERSION` is that of the header. The text is the library's,
/// and always valid.
const char *NP_GetVersion(void);

/// Makes a status, which is `NEUROPOD_OK` at first. Free it with `NP_DeleteStatus`.
///
/// A status can be used again from call to call, by one thread at a time.
struct NP_Status *NP_NewStatus(void);

/// Frees a status. Null is ignored.
void NP_DeleteStatus(struct NP_Status *status);

/// Makes a status `NEUROPOD_OK` again. Null is ignored.
void NP_ClearStatus(struct NP_Status *status);

/// The code of the last call that had this status; `NEUROPOD_INVALID_ARGUMENT` for null.
enum NP_Code NP_GetCode(const struct NP_Status *status);

/// What went wrong, where, and what to do: UTF-8, with causes on lines of their own. An empty text if all went well,
/// and for null. It belongs to the status, and is valid until the status is used again or freed.
const char *NP_GetMessage(const struct NP_Status *status);

/// The last error of the calling thread, from whichever function; its code is `NEUROPOD_OK` if there was none. It
/// belongs to the library: it must not be freed, and is valid until the thread's next call that fails. Calls that go
/// well leave it as it is.
const struct NP_Status *NP_GetLastError(void);

/// Gives up a reference to a tensor. Null is ignored. Every tensor that a function returns is to be freed once.
void NP_FreeTensor(struct NP_NeuropodTensor *tensor);

/// The sizes of the axes, outermost first. The array belongs to the tensor, and is valid until that is freed; for a
/// scalar, there are 0 axes. `num_dims` and `dims` may each be null. On an error there are 0.
void NP_GetDims(const struct NP_NeuropodTensor *tensor,
                size_t *num_dims,
                const int64_t **dims);

/// The type of the elements; `FLOAT_TENSOR` on an error.
enum NP_TensorType NP_GetType(const struct NP_NeuropodTensor *tensor);

/// The number of elements: 1 for a scalar, 0 on an error.
size_t NP_GetNumElements(const struct NP_NeuropodTensor *tensor);

/// The elements, to read and, if the memory is the tensor's alone (`NP_IsWritable`), to write. Null for strings and on
/// an error. Nothing is copied: the memory is valid until the last reference to the tensor is given up.
void *NP_GetData(struct NP_NeuropodTensor *tensor);

/// The elements, to read. Otherwise as `NP_GetData`.
const void *NP_GetDataReadOnly(const struct NP_NeuropodTensor *tensor);

/// Whether the memory was the tensor's alone when it was made, so that writing it changes nothing else. It is true for
/// tensors that the program allocates or makes of its memory, and for strings. It is false for an output that shares
/// memory with an input, another output or the model, and for memory that can only be read.
bool NP_IsWritable(const struct NP_NeuropodTensor *tensor);

/// Sets one element of a tensor of strings, counted in row-major order, to a text that ends with a zero. It is copied.
enum NP_Code NP_SetStringElement(struct NP_NeuropodTensor *tensor,
                                 size_t index,
                                 const char *item,
                                 struct NP_Status *status);

/// Sets one element of a tensor of strings, counted in row-major order, to bytes that may hold zeros. They are copied.
enum NP_Code NP_SetStringElementBytes(struct NP_NeuropodTensor *tensor,
                                      size_t index,
                                      struct NP_String item,
                                      struct NP_Status *status);

/// Sets every element of a tensor of strings, in row-major order. The bytes are copied, once; this is the fast way.
enum NP_Code NP_SetStrings(struct NP_NeuropodTensor *tensor,
                           const struct NP_String *items,
                           size_t num_items,
                           struct NP_Status *status);

/// The number of bytes of one element of a tensor of strings, counted in row-major order.
enum NP_Code NP_GetStringElementSize(const struct NP_NeuropodTensor *tensor,
                                     size_t index,
                                     size_t *elem_size,
                                     struct NP_Status *status);

/// Copies one element of a tensor of strings, counted in row-major order, into a buffer of at least
/// `NP_GetStringElementSize` bytes. If there is room for one more byte, a zero follows.
enum NP_Code NP_GetStringElement(const struct NP_NeuropodTensor *tensor,
                                 size_t index,
                                 char *buffer,
                                 size_t buffer_size,
                                 struct NP_Status *status);

/// One element of a tensor of strings, counted in row-major order, where it is. Nothing is copied: the bytes belong to
/// the tensor, and are valid until it is changed or its last reference is given up.
enum NP_Code NP_GetStringElementBytes(const struct NP_NeuropodTensor *tensor,
                                      size_t index,
                                      struct NP_String *item,
                                      struct NP_Status *status);

/// Whether two tensors have the same element type, the same shape and the same content: numbers as `==` compares them
/// in C, so that no NaN equals another, and strings byte by byte. False on an error.
bool NP_TensorsEqual(const struct NP_NeuropodTensor *a,
                     const struct NP_NeuropodTensor *b);

/// An allocator of memory that the model takes without a copy. Null on an error: a model that was to be loaded later
/// is loaded now. Free it with `NP_FreeAllocator`.
struct NP_TensorAllocator *NP_GetAllocator(const struct NP_Neuropod *model);

/// An allocator of memory for any model, aligned to 64 bytes. Free it with `NP_FreeAllocator`.
struct NP_TensorAllocator *NP_GetGenericAllocator(void);

/// Frees an allocator; its tensors stay. Null is ignored.
void NP_FreeAllocator(struct NP_TensorAllocator *allocator);

/// Makes a tensor of zeros, or of empty strings. `dims` are the sizes of its axes, outermost first; it may be null for a
/// scalar. Null on an error. Free it with `NP_FreeTensor`.
struct NP_NeuropodTensor *NP_AllocateTensor(const struct NP_TensorAllocator *allocator,
                                            size_t num_dims,
                                            const int64_t *dims,
                                            enum NP_TensorType tensor_type);

/// Makes a tensor of the program's memory. Nothing is copied: `data` has as many elements as `dims` says, and stays
/// valid until `deleter` is called. That happens once, on any thread, when neither the program nor a model has the
/// tensor any more. With no `deleter`, the memory must outlive every use. Elements must be aligned to their size; if
/// the memory is aligned to 64 bytes, every framework takes it without a copy. Strings cannot be made this way.
///
/// Null on an error; `deleter` is not called then, and the memory is still the program's. Free it with
/// `NP_FreeTensor`.
struct NP_NeuropodTensor *NP_TensorFromMemory(const struct NP_TensorAllocator *allocator,
                                              size_t num_dims,
                                              const int64_t *dims,
                                              enum NP_TensorType tensor_type,
                                              void *data,
                                              NP_Deleter deleter,
                                              void *deleter_arg);

/// Makes an empty map. Free it with `NP_FreeValueMap`.
struct NP_NeuropodValueMap *NP_NewValueMap(void);

/// Frees a map with its references to tensors; handles that the program has stay valid. Null is ignored.
void NP_FreeValueMap(struct NP_NeuropodValueMap *nvm);

/// Adds a tensor, and replaces one of the same name. Nothing is copied: the map has a reference of its own, and
/// `tensor` is still the caller's to free.
enum NP_Code NP_InsertTensor(struct NP_NeuropodValueMap *nvm,
                             const char *name,
                             const struct NP_NeuropodTensor *tensor);

/// The tensor of that name; null if there is none, which is no error, and on an error. Nothing is copied. Free it with
/// `NP_FreeTensor`; it stays valid when the map is freed.
struct NP_NeuropodTensor *NP_GetTensor(const struct NP_NeuropodValueMap *nvm,
                                       const char *name);

/// Takes the tensor of that name out of the map, if there is one.
void NP_RemoveTensor(struct NP_NeuropodValueMap *nvm, const char *name);

/// The number of tensors in a map; 0 on an error.
size_t NP_GetNumTensors(const struct NP_NeuropodValueMap *nvm);

/// The tensor at an index, with its name. Tensors are in the order in which they were inserted, and a model's outputs in
/// that of the request or of the spec. Nothing is copied: the name belongs to the map, and is valid until that is changed
/// or freed; the tensor is to be freed with `NP_FreeTensor`. `name` may be null.
enum NP_Code NP_GetTensorAt(const struct NP_NeuropodValueMap *nvm,
                            size_t index,
                            struct NP_String *name,
                            struct NP_NeuropodTensor **tensor,
                            struct NP_Status *status);

/// The names of all tensors in a map, in its order. Null on an error. Free it with `NP_FreeTensorNameList`.
struct NP_TensorNameList *NP_GetTensorNames(const struct NP_NeuropodValueMap *nvm);

/// Frees a list of names. Null is ignored.
void NP_FreeTensorNameList(struct NP_TensorNameList *tensor_names);

/// The default options.
struct NP_RuntimeOptions NP_DefaultRuntimeOptions(void);

/// Makes options from `options`, or the default ones for null. Null on an error. Free them with `NP_FreeLoadOptions`.
struct NP_LoadOptions *NP_NewLoadOptions(const struct NP_RuntimeOptions *options);

/// Frees options. Null is ignored.
void NP_FreeLoadOptions(struct NP_LoadOptions *options);

/// Requires a device, `"cpu"` or `"cuda:0"` for instance: loading fails if the framework cannot use it.
enum NP_Code NP_SetDevice(struct NP_LoadOptions *options,
                          const char *device,
                          struct NP_Status *status);

/// Sets the number of threads within one operator, and for independent operators. 0, the default, leaves it to the
/// framework.
enum NP_Code NP_SetThreads(struct NP_LoadOptions *options,
                           size_t intra_op,
                           size_t inter_op,
                           struct NP_Status *status);

/// Allows packages that carry custom operators, which is the default, or refuses them. These are native code that can do
/// whatever the process can.
enum NP_Code NP_SetAllowCustomOps(struct NP_LoadOptions *options,
                                  bool allow,
                                  struct NP_Status *status);

/// Sets how a package's files are held against its manifest; `NP_INTEGRITY_VERIFY` by default.
enum NP_Code NP_SetIntegrity(struct NP_LoadOptions *options,
                             enum NP_Integrity integrity,
                             struct NP_Status *status);

/// Takes a framework version in this range, written as npm writes ranges, instead of in the package's.
enum NP_Code NP_SetVersionRange(struct NP_LoadOptions *options, const char *range, struct NP_Status *status);

/// Resolves symbols among inputs alone and among outputs alone, as the original Neuropod does. By default a symbol has
/// one size in the whole call.
enum NP_Code NP_SetSeparateSymbols(struct NP_LoadOptions *options,
                                   bool separate,
                                   struct NP_Status *status);

/// Sets an option of one backend, by the name in its documentation.
enum NP_Code NP_SetBackendOption(struct NP_LoadOptions *options,
                                 const char *name,
                                 const char *value,
                                 struct NP_Status *status);

/// Adds a place where plugins are looked for before the standard ones: a plugin's library or folder, or a folder of
/// plugins. Places count in the order in which they are added.
enum NP_Code NP_AddPluginPath(struct NP_LoadOptions *options,
                              const char *path,
                              struct NP_Status *status);

/// Names the plugin for packages of a platform, `"torchscript"` for instance: its library or folder, or a folder of
/// plugins. For these packages, no other place is looked at; several calls for one platform add places in their order.
enum NP_Code NP_OverrideBackend(struct NP_LoadOptions *options,
                                const char *platform,
                                const char *path,
                                struct NP_Status *status);

/// Names the folder of a Python environment in which frameworks are looked for if none is active.
enum NP_Code NP_SetEnvironment(struct NP_LoadOptions *options, const char *path, struct NP_Status *status);

/// Loads a package, a directory or a zip file, with the default options. `model` receives the model, which is to be
/// freed with `NP_FreeNeuropod`; on an error it receives null.
enum NP_Code NP_LoadNeuropod(const char *neuropod_path,
                             struct NP_Neuropod **model,
                             struct NP_Status *status);

/// Loads a package as `options` says; null stands for the default ones. Otherwise as `NP_LoadNeuropod`.
enum NP_Code NP_LoadNeuropodWithOpts(const char *neuropod_path,
                                     const struct NP_RuntimeOptions *options,
                                     struct NP_Neuropod **model,
                                     struct NP_Status *status);

/// Loads a package as `options` says. Otherwise as `NP_LoadNeuropod`.
enum NP_Code NP_LoadNeuropodWithLoadOptions(const char *neuropod_path,
                                            const struct NP_LoadOptions *options,
                                            struct NP_Neuropod **model,
                                            struct NP_Status *status);

/// Loads the model now if the options left that for later.
enum NP_Code NP_LoadModel(const struct NP_Neuropod *model, struct NP_Status *status);

/// Frees a model. Its tensors and allocators stay valid. Null is ignored.
void NP_FreeNeuropod(struct NP_Neuropod *model);

/// The model's name, up to a zero. It belongs to the model. Null on an error.
const char *NP_GetName(const struct NP_Neuropod *model);

/// The platform that the model was packaged for, `"torchscript"` for instance. Otherwise as `NP_GetName`.
const char *NP_GetPlatform(const struct NP_Neuropod *model);

/// The number of inputs in the model's spec; 0 on an error.
size_t NP_GetNumInputs(const struct NP_Neuropod *model);

/// The number of outputs in the model's spec; 0 on an error.
size_t NP_GetNumOutputs(const struct NP_Neuropod *model);

/// The spec of the input at an index, in the package's order. Null on an error. Free it with `NP_FreeTensorSpec`; it
/// stays valid when the model is freed.
struct NP_TensorSpec *NP_GetInputSpec(const struct NP_Neuropod *model,
                                      size_t index);

/// The spec of the output at an index, in the package's order. Otherwise as `NP_GetInputSpec`.
struct NP_TensorSpec *NP_GetOutputSpec(const struct NP_Neuropod *model, size_t index);

/// Frees a spec. Null is ignored.
void NP_FreeTensorSpec(struct NP_TensorSpec *spec);

/// Runs the model and gives every output of its spec. Inputs are handed to the framework without a copy wherever it can
/// take them, and must not be written meanwhile. `outputs` receives the outputs, which are to be freed with
/// `NP_FreeValueMap`; on an error it receives null.
enum NP_Code NP_Infer(const struct NP_Neuropod *model,
                      const struct NP_NeuropodValueMap *inputs,
                      struct NP_NeuropodValueMap **outputs,
                      struct NP_Status *status);

/// Runs the model and gives the requested outputs, in the order of the request; all of them if `noutputs` is 0.
/// Otherwise as `NP_Infer`.
enum NP_Code NP_InferWithRequestedOutputs(const struct NP_Neuropod *model,
                                          const struct NP_NeuropodValueMap *inputs,
                                          size_t noutputs,
                                          const char *const *requested_outputs,
                                          struct NP_NeuropodValueMap **outputs,
                                          struct NP_Status *status);

/// Runs the model with inputs from an array, which needs no map. Names are UTF-8. Otherwise as
/// `NP_InferWithRequestedOutputs`.
enum NP_Code NP_InferTensors(const struct NP_Neuropod *model,
                             const struct NP_NamedTensor *inputs,
                             size_t num_inputs,
                             const struct NP_String *requested_outputs,
                             size_t num_requested,
                             struct NP_NeuropodValueMap **outputs,
                             struct NP_Status *status);

/// Writes a tensor as bytes, in a few large writes. The format is the same in every language of Neuropod's.
enum NP_Code NP_SerializeTensor(const struct NP_NeuropodTensor *tensor,
                                NP_WriteFunction write,
                                void *context,
                                struct NP_Status *status);

/// Reads a tensor that `NP_SerializeTensor` wrote, into new memory. What follows it is not read. `tensor` receives it,
/// to be freed with `NP_FreeTensor`; on an error it receives null.
enum NP_Code NP_DeserializeTensor(NP_ReadFunction read,
                                  void *context,
                                  struct NP_NeuropodTensor **tensor,
                                  struct NP_Status *status);

/// Writes every tensor of a map with its name. Otherwise as `NP_SerializeTensor`.
enum NP_Code NP_SerializeValueMap(const struct NP_NeuropodValueMap *nvm,
                                  NP_WriteFunction write,
                                  void *context,
                                  struct NP_Status *status);

/// Reads a map that `NP_SerializeValueMap` wrote, into new memory. What follows it is not read. `nvm` receives it, to be
/// freed with `NP_FreeValueMap`; on an error it receives null.
enum NP_Code NP_DeserializeValueMap(NP_ReadFunction read,
                                    void *context,
                                    struct NP_NeuropodValueMap **nvm,
                                    struct NP_Status *status);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* NEUROPOD_H */
