// Threads share a model and a tensor. With the argument `race`, one writes what others read, as no program may: a
// sanitizer that is on reports that.
#include <pthread.h>
#include <string.h>

#include "check.h"

enum { THREADS = 4, CALLS = 200 };

struct shared {
  NP_Neuropod *model;
  NP_NeuropodTensor *x;
  NP_NeuropodTensor *other;
};

static void *infer(void *argument) {
  const struct shared *shared = argument;
  for (int call = 0; call < CALLS; call++) {
    NP_NeuropodValueMap *inputs = NP_NewValueMap();
    CHECK(NP_InsertTensor(inputs, "x", shared->x) == NEUROPOD_OK);
    CHECK(NP_InsertTensor(inputs, "y", shared->x) == NEUROPOD_OK);
    NP_NeuropodValueMap *outputs = NULL;
    CHECK(NP_Infer(shared->model, inputs, &outputs, NULL) == NEUROPOD_OK);
    NP_NeuropodTensor *out = NP_GetTensor(outputs, "out");
    CHECK(out != NULL && ((const float *)NP_GetDataReadOnly(out))[1] == 4);
    // Every thread has a last error of its own.
    NP_NeuropodValueMap *none = NULL;
    CHECK(NP_Infer(shared->model, outputs, &none, NULL) != NEUROPOD_OK && none == NULL);
    CHECK(NP_GetCode(NP_GetLastError()) != NEUROPOD_OK);
    NP_FreeTensor(out);
    NP_FreeValueMap(outputs);
    NP_FreeValueMap(inputs);
  }
  return NULL;
}

static void *compare(void *argument) {
  const struct shared *shared = argument;
  for (int call = 0; call < CALLS; call++) NP_TensorsEqual(shared->x, shared->other);
  return NULL;
}

// The library reads a tensor in another thread while this one writes it.
static void race(struct shared *shared) {
  pthread_t thread;
  CHECK(pthread_create(&thread, NULL, compare, shared) == 0);
  float *data = NP_GetData(shared->other);
  for (int call = 0; call < CALLS; call++) data[0] = (float)call;
  CHECK(pthread_join(thread, NULL) == 0);
}

int main(int argc, char **argv) {
  struct shared shared = {load("addition-fake"), NULL, NULL};
  NP_TensorAllocator *allocator = NP_GetAllocator(shared.model);
  shared.x = vector(allocator, (const float[]){1, 2}, 2);
  shared.other = vector(allocator, (const float[]){1, 2}, 2);
  if (argc > 1 && strcmp(argv[1], "race") == 0) race(&shared);

  pthread_t threads[THREADS];
  for (int index = 0; index < THREADS; index++) CHECK(pthread_create(&threads[index], NULL, infer, &shared) == 0);
  for (int index = 0; index < THREADS; index++) CHECK(pthread_join(threads[index], NULL) == 0);

  NP_FreeTensor(shared.other);
  NP_FreeTensor(shared.x);
  NP_FreeAllocator(allocator);
  NP_FreeNeuropod(shared.model);
  return EXIT_SUCCESS;
}
