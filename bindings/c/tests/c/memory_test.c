// Tensors of the program's memory, and when that is given back.
#include <pthread.h>

#include "check.h"

// What the deleter was called with.
struct calls {
  int count;
  void *data;
};

static NP_TensorAllocator *allocator;

// Counts, and does not free.
static void count_call(void *data, void *arg) {
  struct calls *calls = arg;
  calls->count++;
  calls->data = data;
}

static void free_memory(void *data, void *arg) {
  (void)arg;
  free(data);
}

static NP_NeuropodTensor *floats(float *data, int64_t size, struct calls *calls) {
  NP_NeuropodTensor *tensor = NP_TensorFromMemory(allocator, 1, &size, FLOAT_TENSOR, data, count_call, calls);
  CHECK(tensor != NULL);
  return tensor;
}

static void nothing_is_copied(void) {
  float data[] = {1, 2, 3};
  struct calls calls = {0, NULL};
  NP_NeuropodTensor *tensor = floats(data, 3, &calls);
  EXPECT(NP_GetData(tensor) == data && NP_GetNumElements(tensor) == 3 && NP_IsWritable(tensor));
  data[1] = 7;
  EXPECT(((const float *)NP_GetDataReadOnly(tensor))[1] == 7);
  EXPECT(calls.count == 0);
  NP_FreeTensor(tensor);
  EXPECT(calls.count == 1 && calls.data == data);
}

// The memory is needed until the last reference is given up, in whatever order that happens.
static void the_last_reference_gives_the_memory_back(void) {
  float data[] = {1, 2};
  struct calls calls = {0, NULL};
  NP_NeuropodTensor *tensor = floats(data, 2, &calls);
  NP_NeuropodValueMap *map = NP_NewValueMap();
  EXPECT(NP_InsertTensor(map, "a", tensor) == NEUROPOD_OK && NP_InsertTensor(map, "b", tensor) == NEUROPOD_OK);
  NP_FreeTensor(tensor);
  NP_NeuropodTensor *another = NP_GetTensor(map, "a");
  NP_RemoveTensor(map, "a");
  NP_FreeValueMap(map);
  EXPECT(calls.count == 0 && NP_GetData(another) == data);
  NP_FreeTensor(another);
  EXPECT(calls.count == 1);
}

// An output that is the input itself has a reference to its memory.
static void an_output_keeps_the_memory(void) {
  NP_Neuropod *model = load("identity-fake");
  float data[] = {1, 2};
  struct calls calls = {0, NULL};
  NP_NeuropodTensor *x = floats(data, 2, &calls);
  NP_NamedTensor input = {bytes("x"), x};
  NP_NeuropodValueMap *outputs = NULL;
  CHECK(NP_InferTensors(model, &input, 1, NULL, 0, &outputs, NULL) == NEUROPOD_OK);
  NP_FreeTensor(x);
  NP_FreeNeuropod(model);
  NP_NeuropodTensor *out = NP_GetTensor(outputs, "out");
  NP_FreeValueMap(outputs);
  EXPECT(NP_GetDataReadOnly(out) == data && !NP_IsWritable(out) && calls.count == 0);
  NP_FreeTensor(out);
  EXPECT(calls.count == 1);
}

static void *free_tensor(void *tensor) {
  NP_FreeTensor(tensor);
  return NULL;
}

static void any_thread_gives_it_back(void) {
  float data[] = {1};
  struct calls calls = {0, NULL};
  pthread_t thread;
  CHECK(pthread_create(&thread, NULL, free_tensor, floats(data, 1, &calls)) == 0);
  CHECK(pthread_join(thread, NULL) == 0);
  EXPECT(calls.count == 1);
}

static void a_deleter_frees(void) {
  const int64_t dims[] = {2, 2};
  for (int round = 0; round < 100; round++) {
    int64_t *data = calloc(4, sizeof *data);
    NP_NeuropodTensor *tensor = NP_TensorFromMemory(allocator, 2, dims, INT64_TENSOR, data, free_memory, NULL);
    CHECK(tensor != NULL);
    NP_FreeTensor(tensor);
  }
}

static void memory_without_a_deleter_stays(void) {
  static double data[] = {1.5};
  NP_NeuropodTensor *tensor = NP_TensorFromMemory(allocator, 0, NULL, DOUBLE_TENSOR, data, NULL, NULL);
  CHECK(tensor != NULL);
  EXPECT(*(double *)NP_GetData(tensor) == 1.5);
  NP_FreeTensor(tensor);
  EXPECT(data[0] == 1.5);
}

// An empty tensor may have no memory, and its deleter is called all the same.
static void empty_tensors_need_no_memory(void) {
  struct calls calls = {0, &calls};
  const int64_t dims[] = {0, 3};
  NP_NeuropodTensor *tensor = NP_TensorFromMemory(allocator, 2, dims, FLOAT_TENSOR, NULL, count_call, &calls);
  CHECK(tensor != NULL);
  EXPECT(NP_GetNumElements(tensor) == 0);
  NP_FreeTensor(tensor);
  EXPECT(calls.count == 1 && calls.data == NULL);
}

// The memory is still the program's then.
static void refused_memory_is_not_given_back(void) {
  double data[4] = {0};
  struct calls calls = {0, NULL};
  const int64_t size = 2;
  const int64_t negative = -2;
  const int64_t many[] = {INT64_MAX, INT64_MAX};
  char *shifted = (char *)data + 1;
#define FAILS(num_dims, dims, type, data, text)                                                              \
  EXPECT_FAILURE(NP_TensorFromMemory(allocator, num_dims, dims, type, data, count_call, &calls),             \
                 NEUROPOD_INVALID_ARGUMENT, text)
  FAILS(1, &size, DOUBLE_TENSOR, shifted, "align");
  FAILS(1, &size, FLOAT16_TENSOR, shifted, "align");
  FAILS(1, &size, STRING_TENSOR, data, "strings");
  FAILS(1, &size, (NP_TensorType)99, data, "99");
  FAILS(1, &negative, DOUBLE_TENSOR, data, "-2");
  FAILS(2, many, DOUBLE_TENSOR, data, "");
  FAILS(1, &size, DOUBLE_TENSOR, NULL, "`data` is null");
  FAILS(1, NULL, DOUBLE_TENSOR, data, "`dims` is null");
#undef FAILS
  EXPECT(calls.count == 0);
  // Bytes may be anywhere.
  NP_NeuropodTensor *tensor = NP_TensorFromMemory(allocator, 1, &size, UINT8_TENSOR, shifted, NULL, NULL);
  EXPECT(tensor != NULL);
  NP_FreeTensor(tensor);
}

int main(void) {
  allocator = NP_GetGenericAllocator();
  nothing_is_copied();
  the_last_reference_gives_the_memory_back();
  an_output_keeps_the_memory();
  any_thread_gives_it_back();
  a_deleter_frees();
  memory_without_a_deleter_stays();
  empty_tensors_need_no_memory();
  refused_memory_is_not_given_back();
  NP_FreeAllocator(allocator);
  return finish();
}
