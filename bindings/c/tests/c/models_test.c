// Models of the frameworks. The arguments are names of packages; with none, it is every package, in one process.
//
// Frameworks start threads and keep memory for the life of the process, so that this program says nothing under
// valgrind; all others load none.
#include <pthread.h>

#include "check.h"

enum { THREADS = 4, CALLS = 25 };

// Runs a model on two inputs; the caller frees the output.
static NP_NeuropodTensor *run(const NP_Neuropod *model, const NP_NeuropodTensor *x, const NP_NeuropodTensor *y) {
  const NP_NamedTensor inputs[] = {{bytes("x"), x}, {bytes("y"), y}};
  NP_NeuropodValueMap *outputs = NULL;
  CHECK(NP_InferTensors(model, inputs, y == NULL ? 1 : 2, NULL, 0, &outputs, NULL) == NEUROPOD_OK);
  CHECK(NP_GetNumTensors(outputs) == 1);
  NP_NeuropodTensor *out = NP_GetTensor(outputs, "out");
  CHECK(out != NULL);
  NP_FreeValueMap(outputs);
  return out;
}

// Two vectors of this size, `x[i] = i` and `y[i] = 2`, are added.
static void add(const NP_Neuropod *model, int64_t size) {
  NP_TensorAllocator *allocator = NP_GetAllocator(model);
  NP_NeuropodTensor *x = NP_AllocateTensor(allocator, 1, &size, FLOAT_TENSOR);
  NP_NeuropodTensor *y = NP_AllocateTensor(allocator, 1, &size, FLOAT_TENSOR);
  CHECK(x != NULL && y != NULL);
  for (int64_t index = 0; index < size; index++) {
    ((float *)NP_GetData(x))[index] = (float)index;
    ((float *)NP_GetData(y))[index] = 2;
  }
  NP_NeuropodTensor *out = run(model, x, y);
  CHECK(NP_GetType(out) == FLOAT_TENSOR && NP_GetNumElements(out) == (size_t)size);
  const float *data = NP_GetDataReadOnly(out);
  for (int64_t index = 0; index < size; index++) CHECK(data[index] == (float)index + 2);
  NP_FreeTensor(out);
  NP_FreeTensor(x);
  NP_FreeTensor(y);
  NP_FreeAllocator(allocator);
}

static void *add_in_a_thread(void *model) {
  for (int call = 0; call < CALLS; call++) add(model, call);
  return NULL;
}

static void threads_share_a_model(NP_Neuropod *model) {
  pthread_t threads[THREADS];
  for (int index = 0; index < THREADS; index++) {
    CHECK(pthread_create(&threads[index], NULL, add_in_a_thread, model) == 0);
  }
  for (int index = 0; index < THREADS; index++) CHECK(pthread_join(threads[index], NULL) == 0);
}

static void count_call(void *data, void *arg) {
  (void)data;
  *(int *)arg += 1;
}

// The memory of the program goes in as it is, aligned or not, and comes back once.
static void the_programs_memory_is_added(const NP_Neuropod *model) {
  NP_TensorAllocator *allocator = NP_GetAllocator(model);
  float data[8] = {1, 2, 3, 4, 5, 6, 7, 8};
  const int64_t size = 4;
  int calls = 0;
  for (int first = 0; first < 4; first++) {
    NP_NeuropodTensor *x =
        NP_TensorFromMemory(allocator, 1, &size, FLOAT_TENSOR, data + first, count_call, &calls);
    CHECK(x != NULL);
    NP_NeuropodTensor *out = run(model, x, x);
    EXPECT(((const float *)NP_GetDataReadOnly(out))[3] == 2 * data[first + 3]);
    NP_FreeTensor(x);
    NP_FreeTensor(out);
  }
  NP_FreeAllocator(allocator);
  EXPECT(calls == 4);
}

static void wrong_inputs_are_refused(const NP_Neuropod *model) {
  NP_TensorAllocator *allocator = NP_GetAllocator(model);
  NP_NeuropodTensor *x = vector(allocator, (const float[]){1, 2}, 2);
  NP_NeuropodTensor *y = vector(allocator, (const float[]){1, 2, 3}, 3);
  const int64_t size = 2;
  NP_NeuropodTensor *integers = NP_AllocateTensor(allocator, 1, &size, INT64_TENSOR);
  NP_NamedTensor inputs[] = {{bytes("x"), x}, {bytes("y"), integers}};
  NP_NeuropodValueMap *outputs = NULL;
  EXPECT_FAILURE(NP_InferTensors(model, inputs, 2, NULL, 0, &outputs, NULL), NEUROPOD_INVALID_INPUT, "int64");
  EXPECT_FAILURE(NP_InferTensors(model, inputs, 1, NULL, 0, &outputs, NULL), NEUROPOD_MISSING_INPUT, "y");
  // The spec allows any sizes, and the model no two that differ: its error is told.
  inputs[1].tensor = y;
  EXPECT_FAILURE(NP_InferTensors(model, inputs, 2, NULL, 0, &outputs, NULL), NEUROPOD_MODEL_FAILED, "");
  EXPECT(outputs == NULL);
  const NP_String unknown = bytes("nothing");
  inputs[1].tensor = x;
  EXPECT_FAILURE(NP_InferTensors(model, inputs, 2, &unknown, 1, &outputs, NULL), NEUROPOD_UNKNOWN_NAME, "nothing");
  NP_FreeTensor(integers);
  NP_FreeTensor(y);
  NP_FreeTensor(x);
  NP_FreeAllocator(allocator);
}

static void test_addition(NP_Neuropod *model) {
  EXPECT(NP_GetNumInputs(model) == 2 && NP_GetNumOutputs(model) == 1);
  NP_TensorSpec *spec = NP_GetInputSpec(model, 0);
  EXPECT(strcmp(spec->name, "x") == 0 && spec->type == FLOAT_TENSOR && spec->dims[0].value == -1);
  NP_FreeTensorSpec(spec);
  add(model, 1000);
  add(model, 0);
  the_programs_memory_is_added(model);
  wrong_inputs_are_refused(model);
  threads_share_a_model(model);
}

static void test_strings(NP_Neuropod *model) {
  NP_TensorAllocator *allocator = NP_GetAllocator(model);
  NP_NeuropodTensor *x = texts(allocator, (const char *const[]){"good", "", "\xc3\xa9t\xc3\xa9"}, 3);
  NP_NeuropodTensor *y = texts(allocator, (const char *const[]){"day", "sun", "a longer text than the others"}, 3);
  for (int call = 0; call < CALLS; call++) {
    NP_NeuropodTensor *out = run(model, x, y);
    EXPECT(has_text(out, 0, "good day") && has_text(out, 1, " sun"));
    EXPECT(has_text(out, 2, "\xc3\xa9t\xc3\xa9 a longer text than the others"));
    NP_FreeTensor(out);
  }
  NP_FreeTensor(y);
  NP_FreeTensor(x);
  NP_FreeAllocator(allocator);
}

// The output is the input: it has its memory, which stays as long as either, and also when the model is freed.
static void test_identity(NP_Neuropod *model) {
  NP_TensorAllocator *allocator = NP_GetAllocator(model);
  NP_NeuropodTensor *x = vector(allocator, (const float[]){1, 2, 3}, 3);
  NP_FreeAllocator(allocator);
  NP_NeuropodTensor *out = run(model, x, NULL);
  EXPECT(NP_GetDataReadOnly(out) == NP_GetDataReadOnly(x) && !NP_IsWritable(out));
  NP_FreeTensor(x);
  EXPECT(((const float *)NP_GetDataReadOnly(out))[2] == 3);
  NP_FreeTensor(out);
}

struct test {
  const char *package;
  const char *platform;
  void (*run)(NP_Neuropod *model);
};

static const struct test TESTS[] = {
    {"addition-torchscript", "torchscript", test_addition}, {"addition-tensorflow", "tensorflow", test_addition},
    {"addition-python", "python", test_addition},           {"strings-python", "python", test_strings},
    {"identity-torchscript", "torchscript", test_identity},
};
enum { NUM_TESTS = sizeof TESTS / sizeof TESTS[0] };

static void run_test(const struct test *test) {
  for (int round = 0; round < 2; round++) {
    NP_Neuropod *model = load(test->package);
    EXPECT(strcmp(NP_GetPlatform(model), test->platform) == 0);
    test->run(model);
    NP_FreeNeuropod(model);
  }
}

// Loads a package late, on the CPU and with one thread.
static void options_reach_the_framework(const char *package) {
  char path[4096];
  snprintf(path, sizeof path, "%s/%s.neuropod", getenv("NEUROPOD_TEST_PACKAGES"), package);
  NP_RuntimeOptions runtime = NP_DefaultRuntimeOptions();
  runtime.load_model_at_construction = false;
  NP_LoadOptions *options = NP_NewLoadOptions(&runtime);
  CHECK(NP_SetDevice(options, "cpu", NULL) == NEUROPOD_OK && NP_SetThreads(options, 1, 1, NULL) == NEUROPOD_OK);
  NP_Neuropod *model = NULL;
  CHECK(NP_LoadNeuropodWithLoadOptions(path, options, &model, NULL) == NEUROPOD_OK);
  CHECK(NP_LoadModel(model, NULL) == NEUROPOD_OK);
  NP_FreeLoadOptions(options);
  NP_FreeNeuropod(model);
}

static bool is_wanted(const char *package, int count, char **names) {
  for (int index = 1; index < count; index++) {
    if (strcmp(names[index], package) == 0) return true;
  }
  return count == 1;
}

int main(int argc, char **argv) {
  int found = 0;
  for (int index = 0; index < NUM_TESTS; index++) {
    if (!is_wanted(TESTS[index].package, argc, argv)) continue;
    found++;
    options_reach_the_framework(TESTS[index].package);
    run_test(&TESTS[index]);
  }
  CHECK(found == (argc == 1 ? NUM_TESTS : argc - 1));
  return finish();
}
