// Null for every pointer that every function takes: each is an error that names the parameter, or is allowed and does
// nothing. The order is that of the header.
#include "check.h"

// The call fails, and says what is null.
#define IS_NULL(call, what) EXPECT_FAILURE(call, NEUROPOD_INVALID_ARGUMENT, what " is null")

static NP_TensorAllocator *allocator;
static NP_Neuropod *model;
static NP_NeuropodTensor *tensor;
static NP_NeuropodTensor *strings;
static NP_NeuropodValueMap *map;
static NP_LoadOptions *options;

static bool write_nothing(void *context, const void *data, size_t size) {
  (void)context, (void)data, (void)size;
  return true;
}

static size_t read_nothing(void *context, void *data, size_t size) {
  (void)context, (void)data, (void)size;
  return 0;
}

static void functions_that_free(void) {
  NP_DeleteStatus(NULL);
  NP_FreeTensor(NULL);
  NP_FreeAllocator(NULL);
  NP_FreeValueMap(NULL);
  NP_FreeTensorNameList(NULL);
  NP_FreeLoadOptions(NULL);
  NP_FreeNeuropod(NULL);
  NP_FreeTensorSpec(NULL);
}

static void functions_of_statuses(void) {
  NP_ClearStatus(NULL);
  EXPECT(NP_GetCode(NULL) == NEUROPOD_INVALID_ARGUMENT);
  EXPECT(strcmp(NP_GetMessage(NULL), "") == 0);
}

static void functions_of_tensors(void) {
  size_t num_dims = 7;
  const int64_t *dims = NULL;
  IS_NULL(NP_GetDims(NULL, &num_dims, &dims), "tensor");
  EXPECT(num_dims == 0);
  IS_NULL(NP_GetDims(NULL, NULL, NULL), "tensor");
  IS_NULL(NP_GetType(NULL), "tensor");
  EXPECT(NP_GetType(NULL) == FLOAT_TENSOR);
  IS_NULL(NP_GetNumElements(NULL), "tensor");
  EXPECT(NP_GetNumElements(NULL) == 0);
  IS_NULL(NP_GetData(NULL), "tensor");
  EXPECT(NP_GetData(NULL) == NULL);
  IS_NULL(NP_GetDataReadOnly(NULL), "tensor");
  EXPECT(NP_GetDataReadOnly(NULL) == NULL);
  IS_NULL(NP_IsWritable(NULL), "tensor");
  EXPECT(!NP_IsWritable(NULL));
  IS_NULL(NP_TensorsEqual(NULL, tensor), "tensor");
  IS_NULL(NP_TensorsEqual(tensor, NULL), "tensor");
  EXPECT(!NP_TensorsEqual(NULL, NULL));
}

static void functions_of_strings(void) {
  const NP_String item = bytes("a");
  const NP_String no_item = {NULL, 1};
  NP_String found = {NULL, 0};
  char buffer[4];
  size_t size = 0;
  IS_NULL(NP_SetStringElement(NULL, 0, "a", NULL), "tensor");
  IS_NULL(NP_SetStringElement(strings, 0, NULL, NULL), "`item`");
  IS_NULL(NP_SetStringElementBytes(NULL, 0, item, NULL), "tensor");
  IS_NULL(NP_SetStringElementBytes(strings, 0, no_item, NULL), "`item`");
  IS_NULL(NP_SetStrings(NULL, &item, 1, NULL), "tensor");
  IS_NULL(NP_SetStrings(strings, NULL, 1, NULL), "`items`");
  IS_NULL(NP_SetStrings(strings, &no_item, 1, NULL), "`items`");
  IS_NULL(NP_GetStringElementSize(NULL, 0, &size, NULL), "tensor");
  IS_NULL(NP_GetStringElementSize(strings, 0, NULL, NULL), "`elem_size`");
  IS_NULL(NP_GetStringElement(NULL, 0, buffer, sizeof buffer, NULL), "tensor");
  IS_NULL(NP_GetStringElement(strings, 0, NULL, 4, NULL), "`buffer`");
  IS_NULL(NP_GetStringElementBytes(NULL, 0, &found, NULL), "tensor");
  IS_NULL(NP_GetStringElementBytes(strings, 0, NULL, NULL), "`item`");
}

static void functions_that_make_tensors(void) {
  const int64_t size = 1;
  float data[] = {1};
  IS_NULL(NP_GetAllocator(NULL), "model");
  EXPECT(NP_GetAllocator(NULL) == NULL);
  IS_NULL(NP_AllocateTensor(NULL, 1, &size, FLOAT_TENSOR), "allocator");
  IS_NULL(NP_AllocateTensor(allocator, 1, NULL, FLOAT_TENSOR), "`dims`");
  EXPECT(NP_AllocateTensor(NULL, 1, &size, FLOAT_TENSOR) == NULL);
  IS_NULL(NP_TensorFromMemory(NULL, 1, &size, FLOAT_TENSOR, data, NULL, NULL), "allocator");
  IS_NULL(NP_TensorFromMemory(allocator, 1, NULL, FLOAT_TENSOR, data, NULL, NULL), "`dims`");
  IS_NULL(NP_TensorFromMemory(allocator, 1, &size, FLOAT_TENSOR, NULL, NULL, NULL), "`data`");
  EXPECT(NP_TensorFromMemory(allocator, 1, &size, FLOAT_TENSOR, NULL, NULL, NULL) == NULL);
}

static void functions_of_maps(void) {
  NP_String name;
  NP_NeuropodTensor *found = NULL;
  IS_NULL(NP_InsertTensor(NULL, "x", tensor), "value map");
  IS_NULL(NP_InsertTensor(map, NULL, tensor), "`name`");
  IS_NULL(NP_InsertTensor(map, "x", NULL), "tensor");
  EXPECT(NP_GetNumTensors(map) == 1);
  IS_NULL(NP_GetTensor(NULL, "x"), "value map");
  IS_NULL(NP_GetTensor(map, NULL), "`name`");
  IS_NULL(NP_RemoveTensor(NULL, "x"), "value map");
  IS_NULL(NP_RemoveTensor(map, NULL), "`name`");
  IS_NULL(NP_GetNumTensors(NULL), "value map");
  IS_NULL(NP_GetTensorAt(NULL, 0, &name, &found, NULL), "value map");
  IS_NULL(NP_GetTensorAt(map, 0, &name, NULL, NULL), "`tensor`");
  CHECK(NP_GetTensorAt(map, 0, NULL, &found, NULL) == NEUROPOD_OK);
  NP_FreeTensor(found);
  IS_NULL(NP_GetTensorNames(NULL), "value map");
}

static void functions_of_options(void) {
  NP_LoadOptions *defaults = NP_NewLoadOptions(NULL);
  EXPECT(defaults != NULL);
  NP_FreeLoadOptions(defaults);
  IS_NULL(NP_SetDevice(NULL, "cpu", NULL), "load options");
  IS_NULL(NP_SetDevice(options, NULL, NULL), "`device`");
  IS_NULL(NP_SetThreads(NULL, 1, 1, NULL), "load options");
  IS_NULL(NP_SetAllowCustomOps(NULL, true, NULL), "load options");
  IS_NULL(NP_SetIntegrity(NULL, NP_INTEGRITY_SKIP, NULL), "load options");
  IS_NULL(NP_SetVersionRange(NULL, "*", NULL), "load options");
  IS_NULL(NP_SetVersionRange(options, NULL, NULL), "`range`");
  IS_NULL(NP_SetSeparateSymbols(NULL, true, NULL), "load options");
  IS_NULL(NP_SetBackendOption(NULL, "a", "b", NULL), "load options");
  IS_NULL(NP_SetBackendOption(options, NULL, "b", NULL), "`name`");
  IS_NULL(NP_SetBackendOption(options, "a", NULL, NULL), "`value`");
  IS_NULL(NP_AddPluginPath(NULL, "a", NULL), "load options");
  IS_NULL(NP_AddPluginPath(options, NULL, NULL), "`path`");
  IS_NULL(NP_OverrideBackend(NULL, "a", "b", NULL), "load options");
  IS_NULL(NP_OverrideBackend(options, NULL, "b", NULL), "`platform`");
  IS_NULL(NP_OverrideBackend(options, "a", NULL, NULL), "`path`");
  IS_NULL(NP_SetEnvironment(NULL, "a", NULL), "load options");
  IS_NULL(NP_SetEnvironment(options, NULL, NULL), "`path`");
}

static void functions_of_models(void) {
  const NP_RuntimeOptions runtime = NP_DefaultRuntimeOptions();
  NP_Neuropod *found = model;
  IS_NULL(NP_LoadNeuropod(NULL, &found, NULL), "path`");
  EXPECT(found == NULL);
  IS_NULL(NP_LoadNeuropod("a", NULL, NULL), "`model`");
  IS_NULL(NP_LoadNeuropodWithOpts(NULL, &runtime, &found, NULL), "path`");
  IS_NULL(NP_LoadNeuropodWithOpts("a", &runtime, NULL, NULL), "`model`");
  IS_NULL(NP_LoadNeuropodWithLoadOptions(NULL, options, &found, NULL), "path`");
  IS_NULL(NP_LoadNeuropodWithLoadOptions("a", NULL, &found, NULL), "load options");
  IS_NULL(NP_LoadNeuropodWithLoadOptions("a", options, NULL, NULL), "`model`");
  IS_NULL(NP_LoadModel(NULL, NULL), "model");
  IS_NULL(NP_GetName(NULL), "model");
  IS_NULL(NP_GetPlatform(NULL), "model");
  IS_NULL(NP_GetNumInputs(NULL), "model");
  IS_NULL(NP_GetNumOutputs(NULL), "model");
  IS_NULL(NP_GetInputSpec(NULL, 0), "model");
  IS_NULL(NP_GetOutputSpec(NULL, 0), "model");
  EXPECT(NP_GetName(NULL) == NULL && NP_GetPlatform(NULL) == NULL && NP_GetInputSpec(NULL, 0) == NULL);
}

static void functions_that_run_models(void) {
  const char *const names[] = {"out"};
  const char *const no_names[] = {NULL};
  const NP_String strings_of_names[] = {{"out", 3}};
  const NP_String no_strings[] = {{NULL, 3}};
  const NP_NamedTensor inputs[] = {{bytes("x"), tensor}};
  const NP_NamedTensor no_tensor[] = {{bytes("x"), NULL}};
  const NP_NamedTensor no_name[] = {{{NULL, 1}, tensor}};
  NP_NeuropodValueMap *found = map;
  IS_NULL(NP_Infer(NULL, map, &found, NULL), "model");
  EXPECT(found == NULL);
  IS_NULL(NP_Infer(model, NULL, &found, NULL), "value map");
  IS_NULL(NP_Infer(model, map, NULL, NULL), "`outputs`");
  IS_NULL(NP_InferWithRequestedOutputs(NULL, map, 1, names, &found, NULL), "model");
  IS_NULL(NP_InferWithRequestedOutputs(model, NULL, 1, names, &found, NULL), "value map");
  IS_NULL(NP_InferWithRequestedOutputs(model, map, 1, NULL, &found, NULL), "`requested_outputs`");
  IS_NULL(NP_InferWithRequestedOutputs(model, map, 1, no_names, &found, NULL), "`requested_outputs`");
  IS_NULL(NP_InferWithRequestedOutputs(model, map, 1, names, NULL, NULL), "`outputs`");
  IS_NULL(NP_InferTensors(NULL, inputs, 1, strings_of_names, 1, &found, NULL), "model");
  IS_NULL(NP_InferTensors(model, NULL, 1, strings_of_names, 1, &found, NULL), "`inputs`");
  IS_NULL(NP_InferTensors(model, no_tensor, 1, strings_of_names, 1, &found, NULL), "tensor");
  IS_NULL(NP_InferTensors(model, no_name, 1, strings_of_names, 1, &found, NULL), "`inputs`");
  IS_NULL(NP_InferTensors(model, inputs, 1, NULL, 1, &found, NULL), "`requested_outputs`");
  IS_NULL(NP_InferTensors(model, inputs, 1, no_strings, 1, &found, NULL), "`requested_outputs`");
  IS_NULL(NP_InferTensors(model, inputs, 1, strings_of_names, 1, NULL, NULL), "`outputs`");
}

static void functions_that_serialize(void) {
  NP_NeuropodTensor *found = tensor;
  NP_NeuropodValueMap *found_map = map;
  IS_NULL(NP_SerializeTensor(NULL, write_nothing, NULL, NULL), "tensor");
  IS_NULL(NP_SerializeTensor(tensor, NULL, NULL, NULL), "`write`");
  IS_NULL(NP_DeserializeTensor(NULL, NULL, &found, NULL), "`read`");
  IS_NULL(NP_DeserializeTensor(read_nothing, NULL, NULL, NULL), "`tensor`");
  IS_NULL(NP_SerializeValueMap(NULL, write_nothing, NULL, NULL), "value map");
  IS_NULL(NP_SerializeValueMap(map, NULL, NULL, NULL), "`write`");
  IS_NULL(NP_DeserializeValueMap(NULL, NULL, &found_map, NULL), "`read`");
  IS_NULL(NP_DeserializeValueMap(read_nothing, NULL, NULL, NULL), "`nvm`");
  EXPECT(found == NULL && found_map == NULL);
}

int main(void) {
  allocator = NP_GetGenericAllocator();
  model = load("identity-fake");
  tensor = vector(allocator, (const float[]){1}, 1);
  strings = texts(allocator, (const char *const[]){"text"}, 1);
  map = NP_NewValueMap();
  CHECK(NP_InsertTensor(map, "x", tensor) == NEUROPOD_OK);
  options = NP_NewLoadOptions(NULL);

  functions_that_free();
  functions_of_statuses();
  functions_of_tensors();
  functions_of_strings();
  functions_that_make_tensors();
  functions_of_maps();
  functions_of_options();
  functions_of_models();
  functions_that_run_models();
  functions_that_serialize();

  NP_FreeLoadOptions(options);
  NP_FreeValueMap(map);
  NP_FreeTensor(strings);
  NP_FreeTensor(tensor);
  NP_FreeNeuropod(model);
  NP_FreeAllocator(allocator);
  return finish();
}
