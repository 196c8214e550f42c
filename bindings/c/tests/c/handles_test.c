// Handles that were freed before, or are of another kind. Only debug builds of the library notice, and so the test does
// nothing unless NEUROPOD_TEST_DEBUG_LIBRARY is set.
#include "check.h"

// The call fails, and says what the handle is not.
#define IS_NO(call, what) EXPECT_FAILURE(call, NEUROPOD_INVALID_HANDLE, "this is no " what ": ")

static NP_TensorAllocator *allocator;
static NP_Neuropod *model;
static NP_NeuropodTensor *tensor;
static NP_NeuropodValueMap *map;
static NP_LoadOptions *options;
static NP_Status *status;

static bool write_nothing(void *context, const void *data, size_t size) {
  (void)context, (void)data, (void)size;
  return true;
}

// Something that is a handle, and of another kind than every function of a kind wants.
static void *another(const void *kind) { return kind == (const void *)map ? (void *)tensor : (void *)map; }

static void tensors_of_another_kind(void) {
  NP_NeuropodTensor *other = another(tensor);
  const NP_String item = bytes("a");
  NP_String found;
  char buffer[4];
  size_t size = 7;
  IS_NO(NP_GetDims(other, &size, NULL), "tensor");
  EXPECT(size == 0);
  IS_NO(NP_GetType(other), "tensor");
  IS_NO(NP_GetNumElements(other), "tensor");
  IS_NO(NP_GetData(other), "tensor");
  IS_NO(NP_GetDataReadOnly(other), "tensor");
  IS_NO(NP_IsWritable(other), "tensor");
  IS_NO(NP_SetStringElement(other, 0, "a", NULL), "tensor");
  IS_NO(NP_SetStringElementBytes(other, 0, item, NULL), "tensor");
  IS_NO(NP_SetStrings(other, &item, 1, NULL), "tensor");
  IS_NO(NP_GetStringElementSize(other, 0, &size, NULL), "tensor");
  IS_NO(NP_GetStringElement(other, 0, buffer, sizeof buffer, NULL), "tensor");
  IS_NO(NP_GetStringElementBytes(other, 0, &found, NULL), "tensor");
  IS_NO(NP_TensorsEqual(other, tensor), "tensor");
  IS_NO(NP_TensorsEqual(tensor, other), "tensor");
  IS_NO(NP_InsertTensor(map, "x", other), "tensor");
  IS_NO(NP_SerializeTensor(other, write_nothing, NULL, NULL), "tensor");
  IS_NO(NP_FreeTensor(other), "tensor");
}

static void maps_of_another_kind(void) {
  NP_NeuropodValueMap *other = another(map);
  NP_NeuropodTensor *found = NULL;
  NP_NeuropodValueMap *outputs = NULL;
  const NP_NamedTensor input = {bytes("x"), (const void *)map};
  IS_NO(NP_InsertTensor(other, "x", tensor), "value map");
  IS_NO(NP_GetTensor(other, "x"), "value map");
  IS_NO(NP_RemoveTensor(other, "x"), "value map");
  IS_NO(NP_GetNumTensors(other), "value map");
  IS_NO(NP_GetTensorAt(other, 0, NULL, &found, NULL), "value map");
  IS_NO(NP_GetTensorNames(other), "value map");
  IS_NO(NP_Infer(model, other, &outputs, NULL), "value map");
  IS_NO(NP_InferTensors(model, &input, 1, NULL, 0, &outputs, NULL), "tensor");
  IS_NO(NP_SerializeValueMap(other, write_nothing, NULL, NULL), "value map");
  IS_NO(NP_FreeValueMap(other), "value map");
}

static void models_of_another_kind(void) {
  NP_Neuropod *other = another(model);
  NP_NeuropodValueMap *outputs = NULL;
  IS_NO(NP_GetAllocator(other), "model");
  IS_NO(NP_LoadModel(other, NULL), "model");
  IS_NO(NP_GetName(other), "model");
  IS_NO(NP_GetPlatform(other), "model");
  IS_NO(NP_GetNumInputs(other), "model");
  IS_NO(NP_GetNumOutputs(other), "model");
  IS_NO(NP_GetInputSpec(other, 0), "model");
  IS_NO(NP_GetOutputSpec(other, 0), "model");
  IS_NO(NP_Infer(other, map, &outputs, NULL), "model");
  IS_NO(NP_InferWithRequestedOutputs(other, map, 0, NULL, &outputs, NULL), "model");
  IS_NO(NP_InferTensors(other, NULL, 0, NULL, 0, &outputs, NULL), "model");
  IS_NO(NP_FreeNeuropod(other), "model");
}

static void options_of_another_kind(void) {
  NP_LoadOptions *other = another(options);
  NP_Neuropod *found = NULL;
  IS_NO(NP_SetDevice(other, "cpu", NULL), "load options");
  IS_NO(NP_SetThreads(other, 1, 1, NULL), "load options");
  IS_NO(NP_SetAllowCustomOps(other, true, NULL), "load options");
  IS_NO(NP_SetIntegrity(other, NP_INTEGRITY_SKIP, NULL), "load options");
  IS_NO(NP_SetVersionRange(other, "*", NULL), "load options");
  IS_NO(NP_SetSeparateSymbols(other, true, NULL), "load options");
  IS_NO(NP_SetBackendOption(other, "a", "b", NULL), "load options");
  IS_NO(NP_AddPluginPath(other, "a", NULL), "load options");
  IS_NO(NP_OverrideBackend(other, "a", "b", NULL), "load options");
  IS_NO(NP_SetEnvironment(other, "a", NULL), "load options");
  IS_NO(NP_LoadNeuropodWithLoadOptions("a", other, &found, NULL), "load options");
  IS_NO(NP_FreeLoadOptions(other), "load options");
}

static void the_rest_of_another_kind(void) {
  const int64_t size = 1;
  float data[] = {1};
  IS_NO(NP_AllocateTensor(another(allocator), 1, &size, FLOAT_TENSOR), "allocator");
  IS_NO(NP_TensorFromMemory(another(allocator), 1, &size, FLOAT_TENSOR, data, NULL, NULL), "allocator");
  IS_NO(NP_FreeAllocator(another(allocator)), "allocator");
  IS_NO(NP_FreeTensorSpec(another(NULL)), "spec");
  IS_NO(NP_FreeTensorNameList(another(NULL)), "list of names");
}

// A status that is none is an error as well, before the call does anything.
static void statuses_of_another_kind(void) {
  NP_Status *other = another(status);
  EXPECT(NP_GetCode(other) == NEUROPOD_INVALID_HANDLE);
  EXPECT(strcmp(NP_GetMessage(other), "") == 0);
  NP_ClearStatus(other);
  IS_NO(NP_SetThreads(options, 1, 1, other), "status");
  EXPECT(NP_SetDevice(options, "tpu", other) == NEUROPOD_INVALID_HANDLE);
  IS_NO(NP_DeleteStatus(other), "status");
  // The last error belongs to the library.
  IS_NO(NP_DeleteStatus((NP_Status *)NP_GetLastError()), "status");
  EXPECT(NP_GetCode(NP_GetLastError()) == NEUROPOD_INVALID_HANDLE);
}

// Memory that is no handle at all.
static void pointers_to_something_else(void) {
  char memory[64] = {0};
  IS_NO(NP_GetNumElements((const void *)memory), "tensor");
  IS_NO(NP_FreeTensor((void *)memory), "tensor");
  IS_NO(NP_FreeNeuropod((void *)memory), "model");
}

// Directly after a handle was freed, nothing else can be at its address.
static void handles_that_were_freed(void) {
  NP_NeuropodTensor *freed = vector(allocator, (const float[]){1}, 1);
  NP_FreeTensor(freed);
  IS_NO(NP_GetData(freed), "tensor");
  IS_NO(NP_FreeTensor(freed), "tensor");

  NP_NeuropodValueMap *freed_map = NP_NewValueMap();
  NP_FreeValueMap(freed_map);
  IS_NO(NP_FreeValueMap(freed_map), "value map");
  IS_NO(NP_GetNumTensors(freed_map), "value map");

  NP_TensorSpec *spec = NP_GetInputSpec(model, 0);
  NP_FreeTensorSpec(spec);
  IS_NO(NP_FreeTensorSpec(spec), "spec");

  NP_TensorNameList *names = NP_GetTensorNames(map);
  NP_FreeTensorNameList(names);
  IS_NO(NP_FreeTensorNameList(names), "list of names");

  NP_Neuropod *freed_model = load("identity-fake");
  NP_FreeNeuropod(freed_model);
  IS_NO(NP_GetName(freed_model), "model");
  IS_NO(NP_FreeNeuropod(freed_model), "model");

  NP_LoadOptions *freed_options = NP_NewLoadOptions(NULL);
  NP_FreeLoadOptions(freed_options);
  IS_NO(NP_FreeLoadOptions(freed_options), "load options");

  NP_TensorAllocator *freed_allocator = NP_GetGenericAllocator();
  NP_FreeAllocator(freed_allocator);
  IS_NO(NP_FreeAllocator(freed_allocator), "allocator");

  NP_Status *freed_status = NP_NewStatus();
  NP_DeleteStatus(freed_status);
  EXPECT(NP_GetCode(freed_status) == NEUROPOD_INVALID_HANDLE);
  IS_NO(NP_DeleteStatus(freed_status), "status");
}

// Several handles can be of one tensor: each is freed once.
static void references_are_counted(void) {
  NP_NeuropodTensor *one = vector(allocator, (const float[]){1}, 1);
  NP_NeuropodValueMap *own = NP_NewValueMap();
  CHECK(NP_InsertTensor(own, "x", one) == NEUROPOD_OK);
  NP_NeuropodTensor *two = NP_GetTensor(own, "x");
  NP_FreeTensor(one);
  EXPECT(NP_GetNumElements(two) == 1);
  NP_FreeTensor(two);
  // The map has a reference, and no handle is out.
  IS_NO(NP_FreeTensor(two), "tensor");
  NP_FreeValueMap(own);
}

int main(void) {
  if (getenv("NEUROPOD_TEST_DEBUG_LIBRARY") == NULL) {
    puts("NEUROPOD_TEST_DEBUG_LIBRARY is not set: nothing is tested");
    return EXIT_SUCCESS;
  }
  allocator = NP_GetGenericAllocator();
  model = load("identity-fake");
  tensor = vector(allocator, (const float[]){1}, 1);
  map = NP_NewValueMap();
  CHECK(NP_InsertTensor(map, "x", tensor) == NEUROPOD_OK);
  options = NP_NewLoadOptions(NULL);
  status = NP_NewStatus();

  tensors_of_another_kind();
  maps_of_another_kind();
  models_of_another_kind();
  options_of_another_kind();
  the_rest_of_another_kind();
  statuses_of_another_kind();
  pointers_to_something_else();
  handles_that_were_freed();
  references_are_counted();

  // All that was not to be freed is still there.
  EXPECT(NP_GetNumTensors(map) == 1 && NP_GetNumElements(tensor) == 1 && NP_GetName(model) != NULL);
  NP_DeleteStatus(status);
  NP_FreeLoadOptions(options);
  NP_FreeValueMap(map);
  NP_FreeTensor(tensor);
  NP_FreeNeuropod(model);
  NP_FreeAllocator(allocator);
  return finish();
}
