// A program that was written for the original Neuropod's C API: its headers, functions, types and idioms. What differs
// is marked.
#include "neuropod/bindings/c/c_api.h"
#include "neuropod/bindings/c/np_status.h"
#include "neuropod/bindings/c/np_tensor.h"
#include "neuropod/bindings/c/np_tensor_allocator.h"
#include "neuropod/bindings/c/np_tensor_spec.h"
#include "neuropod/bindings/c/np_valuemap.h"

#include "check.h"

static const char *package_path(void) {
  static char path[4096];
  const char *folder = getenv("NEUROPOD_TEST_PACKAGES");
  CHECK(folder != NULL);
  snprintf(path, sizeof path, "%s/addition-fake.neuropod", folder);
  return path;
}

static void a_wrong_path_is_an_error(void) {
  NP_Neuropod *model = NULL;
  NP_Status *status = NP_NewStatus();
  NP_LoadNeuropod("wrong_path", &model, status);
  // There, the code is always NEUROPOD_ERROR, and the model is not null. It may be freed here as well.
  CHECK(NP_GetCode(status) != NEUROPOD_OK);
  CHECK(strlen(NP_GetMessage(status)) > 0);
  NP_FreeNeuropod(model);
  NP_ClearStatus(status);
  CHECK(NP_GetCode(status) == NEUROPOD_OK);
  NP_DeleteStatus(status);
}

// The inputs of a call. Their handles are freed at once: the map has the tensors.
static NP_NeuropodValueMap *make_inputs(NP_Neuropod *model) {
  NP_TensorAllocator *allocator = NP_GetAllocator(model);
  CHECK(allocator != NULL);
  int64_t dims[] = {4};
  NP_NeuropodTensor *x = NP_AllocateTensor(allocator, sizeof(dims) / sizeof(int64_t), dims, FLOAT_TENSOR);
  NP_NeuropodTensor *y = NP_AllocateTensor(allocator, sizeof(dims) / sizeof(int64_t), dims, FLOAT_TENSOR);
  const float x_data[] = {1, 2, 3, 4};
  const float y_data[] = {7, 8, 9, 10};
  memcpy(NP_GetData(x), x_data, sizeof(x_data));
  memcpy(NP_GetData(y), y_data, sizeof(y_data));
  NP_NeuropodValueMap *inputs = NP_NewValueMap();
  NP_InsertTensor(inputs, "x", x);
  NP_InsertTensor(inputs, "y", y);
  NP_FreeTensor(x);
  NP_FreeTensor(y);
  NP_FreeAllocator(allocator);
  return inputs;
}

static void check_outputs(NP_NeuropodValueMap *outputs) {
  const float target[] = {8, 10, 12, 14};
  NP_NeuropodTensor *out = NP_GetTensor(outputs, "out");
  NP_FreeValueMap(outputs);
  CHECK(out != NULL && NP_GetType(out) == FLOAT_TENSOR && NP_GetNumElements(out) == 4);
  CHECK(memcmp(NP_GetDataReadOnly(out), target, sizeof target) == 0);
  NP_FreeTensor(out);
}

static void a_model_is_loaded_and_run(void) {
  NP_Neuropod *model = NULL;
  NP_Status *status = NP_NewStatus();
  NP_LoadNeuropod(package_path(), &model, status);
  CHECK(NP_GetCode(status) == NEUROPOD_OK && model != NULL);
  CHECK(strcmp(NP_GetName(model), "addition-fake") == 0 && strcmp(NP_GetPlatform(model), "fake") == 0);
  CHECK(NP_GetNumInputs(model) == 2 && NP_GetNumOutputs(model) == 1);

  // No inputs are an error.
  NP_NeuropodValueMap *empty = NP_NewValueMap();
  NP_NeuropodValueMap *outputs;
  NP_Infer(model, empty, &outputs, status);
  CHECK(NP_GetCode(status) != NEUROPOD_OK);
  NP_FreeValueMap(empty);

  NP_NeuropodValueMap *inputs = make_inputs(model);
  NP_Infer(model, inputs, &outputs, status);
  CHECK(NP_GetCode(status) == NEUROPOD_OK);
  check_outputs(outputs);
  NP_FreeValueMap(inputs);
  NP_DeleteStatus(status);
  NP_FreeNeuropod(model);
}

static void a_model_is_loaded_with_options(void) {
  NP_Neuropod *model = NULL;
  NP_Status *status = NP_NewStatus();
  NP_RuntimeOptions opts = NP_DefaultRuntimeOptions();
  opts.use_ope = true;
  opts.ope_options.free_memory_every_cycle = true;
  opts.visible_device = GPU7;
  NP_LoadNeuropodWithOpts(package_path(), &opts, &model, status);
  // There, the model runs in a process of its own.
  CHECK(NP_GetCode(status) == NEUROPOD_UNSUPPORTED);
  opts.use_ope = false;
  NP_LoadNeuropodWithOpts(package_path(), &opts, &model, status);
  CHECK(NP_GetCode(status) == NEUROPOD_OK && model != NULL);

  NP_NeuropodValueMap *inputs = make_inputs(model);
  NP_NeuropodValueMap *outputs;
  const char *wrong[] = {"out", "out_wrong"};
  NP_InferWithRequestedOutputs(model, inputs, 2, wrong, &outputs, status);
  CHECK(NP_GetCode(status) != NEUROPOD_OK);
  const char *requested[] = {"out"};
  NP_InferWithRequestedOutputs(model, inputs, 1, requested, &outputs, status);
  CHECK(NP_GetCode(status) == NEUROPOD_OK);
  check_outputs(outputs);
  NP_FreeValueMap(inputs);
  NP_DeleteStatus(status);
  NP_FreeNeuropod(model);
}

static void tensors_are_described(void) {
  NP_TensorAllocator *allocator = NP_GetGenericAllocator();
  int64_t dims[] = {2, 2};
  NP_NeuropodTensor *x = NP_AllocateTensor(allocator, 2, dims, FLOAT_TENSOR);
  NP_NeuropodTensor *y = NP_AllocateTensor(allocator, 2, dims, DOUBLE_TENSOR);
  NP_NeuropodTensor *z = NP_AllocateTensor(allocator, 2, dims, STRING_TENSOR);
  CHECK(NP_GetType(x) == FLOAT_TENSOR && NP_GetType(y) == DOUBLE_TENSOR && NP_GetType(z) == STRING_TENSOR);
  size_t num_dims;
  const int64_t *found;
  NP_GetDims(x, &num_dims, &found);
  CHECK(num_dims == 2 && memcmp(dims, found, sizeof dims) == 0);

  NP_Status *status = NP_NewStatus();
  NP_SetStringElement(z, 3, "text", status);
  CHECK(NP_GetCode(status) == NEUROPOD_OK);
  size_t size;
  NP_GetStringElementSize(z, 3, &size, status);
  CHECK(NP_GetCode(status) == NEUROPOD_OK && size == 4);
  char buffer[4];
  NP_GetStringElement(z, 3, buffer, sizeof buffer, status);
  CHECK(NP_GetCode(status) == NEUROPOD_OK && memcmp(buffer, "text", 4) == 0);
  NP_DeleteStatus(status);
  NP_FreeTensor(x);
  NP_FreeTensor(y);
  NP_FreeTensor(z);
  NP_FreeAllocator(allocator);
}

static void specs_and_names_are_listed(void) {
  NP_Neuropod *model = NULL;
  NP_Status *status = NP_NewStatus();
  NP_LoadNeuropod(package_path(), &model, status);
  CHECK(NP_GetCode(status) == NEUROPOD_OK);
  NP_TensorSpec *spec = NP_GetInputSpec(model, 1);
  CHECK(strcmp(spec->name, "y") == 0 && spec->type == FLOAT_TENSOR && spec->num_dims == 1);
  CHECK(spec->dims[0].value == -2 && strcmp(spec->dims[0].symbol, "n") == 0);
  NP_FreeTensorSpec(spec);

  NP_NeuropodValueMap *inputs = make_inputs(model);
  NP_RemoveTensor(inputs, "x");
  NP_TensorNameList *names = NP_GetTensorNames(inputs);
  CHECK(names->num_tensors == 1 && strcmp(names->tensor_names[0], "y") == 0);
  NP_FreeTensorNameList(names);
  NP_FreeValueMap(inputs);
  NP_DeleteStatus(status);
  NP_FreeNeuropod(model);
}

int main(void) {
  a_wrong_path_is_an_error();
  a_model_is_loaded_and_run();
  a_model_is_loaded_with_options();
  tensors_are_described();
  specs_and_names_are_listed();
  return finish();
}
