// Models are run.
#include "package.h"

static NP_TensorAllocator *allocator;

#define VECTOR(name) "{\"name\": \"" name "\", \"dtype\": \"float32\", \"shape\": [\"n\"]}"

static const char ARITHMETIC[] =
    "{\"name\": \"arithmetic\", \"platform\": \"fake\", \"input_spec\": [" VECTOR("x") ", " VECTOR("y") "],"
    "\"output_spec\": [" VECTOR("sum") ", " VECTOR("product") "]}";

static NP_Neuropod *load_package(const char *config, const char *program, const NP_RuntimeOptions *options) {
  struct package package;
  write_package(&package, config, program);
  NP_Neuropod *model = NULL;
  CHECK(NP_LoadNeuropodWithOpts(package.path, options, &model, NULL) == NEUROPOD_OK);
  remove_package(&package);
  return model;
}

static NP_Neuropod *load_arithmetic(void) {
  return load_package(ARITHMETIC, "product = mul x y\nsum = add x y", NULL);
}

static NP_NeuropodValueMap *two_inputs(float x, float y) {
  NP_NeuropodValueMap *inputs = NP_NewValueMap();
  NP_NeuropodTensor *tensors[] = {vector(allocator, &x, 1), vector(allocator, &y, 1)};
  CHECK(NP_InsertTensor(inputs, "x", tensors[0]) == NEUROPOD_OK);
  CHECK(NP_InsertTensor(inputs, "y", tensors[1]) == NEUROPOD_OK);
  NP_FreeTensor(tensors[0]);
  NP_FreeTensor(tensors[1]);
  return inputs;
}

// The first number of an output at an index, which has this name.
static float output_at(const NP_NeuropodValueMap *outputs, size_t index, const char *name) {
  NP_String found;
  NP_NeuropodTensor *tensor = NULL;
  CHECK(NP_GetTensorAt(outputs, index, &found, &tensor, NULL) == NEUROPOD_OK);
  EXPECT(found.size == strlen(name) && memcmp(found.data, name, found.size) == 0);
  float value = *(const float *)NP_GetDataReadOnly(tensor);
  NP_FreeTensor(tensor);
  return value;
}

static void all_outputs_are_in_the_order_of_the_spec(void) {
  NP_Neuropod *model = load_arithmetic();
  NP_NeuropodValueMap *inputs = two_inputs(3, 4);
  NP_NeuropodValueMap *outputs = NULL;
  NP_Status *status = NP_NewStatus();
  CHECK(NP_Infer(model, inputs, &outputs, status) == NEUROPOD_OK && NP_GetCode(status) == NEUROPOD_OK);
  EXPECT(NP_GetNumTensors(outputs) == 2);
  EXPECT(output_at(outputs, 0, "sum") == 7 && output_at(outputs, 1, "product") == 12);
  NP_DeleteStatus(status);
  // The outputs stay when all else is freed.
  NP_FreeValueMap(inputs);
  NP_FreeNeuropod(model);
  EXPECT(output_at(outputs, 1, "product") == 12);
  NP_FreeValueMap(outputs);
}

static void requested_outputs_are_in_the_order_of_the_request(void) {
  NP_Neuropod *model = load_arithmetic();
  NP_NeuropodValueMap *inputs = two_inputs(3, 4);
  NP_NeuropodValueMap *outputs = NULL;
  const char *names[] = {"product", "sum"};
  CHECK(NP_InferWithRequestedOutputs(model, inputs, 2, names, &outputs, NULL) == NEUROPOD_OK);
  EXPECT(output_at(outputs, 0, "product") == 12 && output_at(outputs, 1, "sum") == 7);
  NP_FreeValueMap(outputs);
  CHECK(NP_InferWithRequestedOutputs(model, inputs, 1, names, &outputs, NULL) == NEUROPOD_OK);
  EXPECT(NP_GetNumTensors(outputs) == 1);
  NP_FreeValueMap(outputs);
  CHECK(NP_InferWithRequestedOutputs(model, inputs, 0, NULL, &outputs, NULL) == NEUROPOD_OK);
  EXPECT(NP_GetNumTensors(outputs) == 2);
  NP_FreeValueMap(outputs);

  const char *unknown[] = {"sum", "difference"};
  const char *no_text[] = {"sum", "\xff"};
  EXPECT_FAILURE(NP_InferWithRequestedOutputs(model, inputs, 2, unknown, &outputs, NULL), NEUROPOD_UNKNOWN_NAME,
                 "difference");
  EXPECT(outputs == NULL);
  EXPECT_FAILURE(NP_InferWithRequestedOutputs(model, inputs, 2, no_text, &outputs, NULL), NEUROPOD_INVALID_ARGUMENT,
                 "UTF-8");
  NP_FreeValueMap(inputs);
  NP_FreeNeuropod(model);
}

static void inputs_may_come_in_an_array(void) {
  NP_Neuropod *model = load_arithmetic();
  NP_NeuropodTensor *x = vector(allocator, (const float[]){2}, 1);
  // A name need not end with a zero.
  NP_NamedTensor inputs[] = {{{"yes", 1}, x}, {{"x", 1}, x}};
  const NP_String requested[] = {{"product!", 7}};
  NP_NeuropodValueMap *outputs = NULL;
  CHECK(NP_InferTensors(model, inputs, 2, requested, 1, &outputs, NULL) == NEUROPOD_OK);
  EXPECT(NP_GetNumTensors(outputs) == 1 && output_at(outputs, 0, "product") == 4);
  NP_FreeValueMap(outputs);
  CHECK(NP_InferTensors(model, inputs, 2, NULL, 0, &outputs, NULL) == NEUROPOD_OK);
  EXPECT(NP_GetNumTensors(outputs) == 2);
  NP_FreeValueMap(outputs);

  EXPECT_FAILURE(NP_InferTensors(model, NULL, 0, NULL, 0, &outputs, NULL), NEUROPOD_MISSING_INPUT, "x");
  inputs[0].name = inputs[1].name;
  EXPECT_FAILURE(NP_InferTensors(model, inputs, 2, NULL, 0, &outputs, NULL), NEUROPOD_INVALID_INPUT, "twice");
  inputs[0].name.data = "\xff";
  EXPECT_FAILURE(NP_InferTensors(model, inputs, 2, NULL, 0, &outputs, NULL), NEUROPOD_INVALID_ARGUMENT, "UTF-8");
  EXPECT(outputs == NULL);
  NP_FreeTensor(x);
  NP_FreeNeuropod(model);
}

static void inputs_are_held_against_the_spec(void) {
  NP_Neuropod *model = load_arithmetic();
  NP_NeuropodValueMap *outputs = NULL;
  NP_NeuropodValueMap *inputs = NP_NewValueMap();
  EXPECT_FAILURE(NP_Infer(model, inputs, &outputs, NULL), NEUROPOD_MISSING_INPUT, "x");
  NP_FreeValueMap(inputs);

  inputs = two_inputs(1, 2);
  NP_NeuropodTensor *long_one = vector(allocator, (const float[]){1, 2}, 2);
  NP_InsertTensor(inputs, "y", long_one);
  EXPECT_FAILURE(NP_Infer(model, inputs, &outputs, NULL), NEUROPOD_INVALID_INPUT, "y");
  const int64_t size = 1;
  NP_NeuropodTensor *integers = NP_AllocateTensor(allocator, 1, &size, INT32_TENSOR);
  NP_InsertTensor(inputs, "y", integers);
  EXPECT_FAILURE(NP_Infer(model, inputs, &outputs, NULL), NEUROPOD_INVALID_INPUT, "int32");
  NP_NeuropodTensor *strings = NP_AllocateTensor(allocator, 1, &size, STRING_TENSOR);
  NP_InsertTensor(inputs, "y", strings);
  EXPECT_FAILURE(NP_Infer(model, inputs, &outputs, NULL), NEUROPOD_INVALID_INPUT, "string");
  EXPECT(outputs == NULL);
  NP_FreeValueMap(inputs);

  inputs = two_inputs(1, 2);
  NP_InsertTensor(inputs, "z", long_one);
  EXPECT_FAILURE(NP_Infer(model, inputs, &outputs, NULL), NEUROPOD_UNKNOWN_NAME, "z");
  NP_FreeValueMap(inputs);
  NP_FreeTensor(strings);
  NP_FreeTensor(integers);
  NP_FreeTensor(long_one);
  NP_FreeNeuropod(model);
}

static void what_the_model_says_is_told(void) {
  NP_Neuropod *model = load("failing-fake");
  NP_NeuropodTensor *x = vector(allocator, (const float[]){-1}, 1);
  const NP_NamedTensor input = {bytes("x"), x};
  NP_NeuropodValueMap *outputs = NULL;
  NP_Status *status = NP_NewStatus();
  EXPECT(NP_InferTensors(model, &input, 1, NULL, 0, &outputs, status) == NEUROPOD_MODEL_FAILED);
  EXPECT(strstr(NP_GetMessage(status), "the model does not like the input") != NULL && outputs == NULL);
  *(float *)NP_GetData(x) = 1;
  EXPECT(NP_InferTensors(model, &input, 1, NULL, 0, &outputs, status) == NEUROPOD_OK);
  EXPECT(NP_GetCode(status) == NEUROPOD_OK && outputs != NULL);
  NP_FreeValueMap(outputs);
  NP_DeleteStatus(status);
  NP_FreeTensor(x);
  NP_FreeNeuropod(model);
}

// A program can write any byte into a tensor of `bool`: no framework sees another than 0 and 1.
static void a_bool_is_0_or_1(void) {
  NP_Neuropod *model = load_package(
      "{\"name\": \"flags\", \"platform\": \"fake\", \"input_spec\": [{\"name\": \"x\", \"dtype\": \"bool\", "
      "\"shape\": [\"n\"]}], \"output_spec\": [{\"name\": \"out\", \"dtype\": \"bool\", \"shape\": [\"n\"]}]}",
      "out = x", NULL);
  const int64_t size = 2;
  NP_NeuropodTensor *x = NP_AllocateTensor(allocator, 1, &size, BOOL_TENSOR);
  const NP_NamedTensor input = {bytes("x"), x};
  NP_NeuropodValueMap *outputs = NULL;
  *(bool *)NP_GetData(x) = true;
  EXPECT(NP_InferTensors(model, &input, 1, NULL, 0, &outputs, NULL) == NEUROPOD_OK);
  NP_FreeValueMap(outputs);
  ((unsigned char *)NP_GetData(x))[1] = 2;
  EXPECT_FAILURE(NP_InferTensors(model, &input, 1, NULL, 0, &outputs, NULL), NEUROPOD_INVALID_INPUT, "byte 2");
  NP_FreeTensor(x);
  NP_FreeNeuropod(model);
}

// An output may be an input: it shows in both, and is not to be written.
static void outputs_may_share_memory(void) {
  NP_Neuropod *model = load("identity-fake");
  NP_NeuropodTensor *x = vector(allocator, (const float[]){1, 2}, 2);
  const NP_NamedTensor input = {bytes("x"), x};
  NP_NeuropodValueMap *outputs = NULL;
  CHECK(NP_InferTensors(model, &input, 1, NULL, 0, &outputs, NULL) == NEUROPOD_OK);
  NP_NeuropodTensor *out = NP_GetTensor(outputs, "out");
  EXPECT(NP_GetDataReadOnly(out) == NP_GetDataReadOnly(x) && !NP_IsWritable(out) && NP_IsWritable(x));
  NP_FreeValueMap(outputs);
  NP_FreeTensor(x);
  EXPECT(((const float *)NP_GetDataReadOnly(out))[1] == 2);
  NP_FreeTensor(out);
  NP_FreeNeuropod(model);
}

// With the checks off, the backend alone says what it takes.
static void checks_can_be_left_out(void) {
  NP_RuntimeOptions options = NP_DefaultRuntimeOptions();
  options.disable_shape_and_type_checking = true;
  NP_Neuropod *model = load_package(ARITHMETIC, "sum = add x y\nproduct = mul x y", &options);
  NP_NeuropodValueMap *inputs = two_inputs(1, 2);
  NP_NeuropodValueMap *outputs = NULL;
  EXPECT(NP_Infer(model, inputs, &outputs, NULL) == NEUROPOD_OK);
  NP_FreeValueMap(outputs);
  NP_FreeValueMap(inputs);
  NP_FreeNeuropod(model);
}

// The outputs of one call are the inputs of the next.
static void outputs_are_inputs_again(void) {
  NP_Neuropod *model = load("addition-fake");
  NP_NeuropodValueMap *inputs = two_inputs(1, 1);
  for (int round = 0; round < 10; round++) {
    NP_NeuropodValueMap *outputs = NULL;
    CHECK(NP_Infer(model, inputs, &outputs, NULL) == NEUROPOD_OK);
    NP_NeuropodTensor *out = NP_GetTensor(outputs, "out");
    CHECK(NP_InsertTensor(inputs, "x", out) == NEUROPOD_OK && NP_InsertTensor(inputs, "y", out) == NEUROPOD_OK);
    EXPECT(*(const float *)NP_GetDataReadOnly(out) == (float)(2 << round));
    NP_FreeTensor(out);
    NP_FreeValueMap(outputs);
  }
  NP_FreeValueMap(inputs);
  NP_FreeNeuropod(model);
}

int main(void) {
  allocator = NP_GetGenericAllocator();
  all_outputs_are_in_the_order_of_the_spec();
  requested_outputs_are_in_the_order_of_the_request();
  inputs_may_come_in_an_array();
  inputs_are_held_against_the_spec();
  what_the_model_says_is_told();
  a_bool_is_0_or_1();
  outputs_may_share_memory();
  checks_can_be_left_out();
  outputs_are_inputs_again();
  NP_FreeAllocator(allocator);
  return finish();
}
