// What the tests in C share.
#ifndef NEUROPOD_TESTS_CHECK_H
#define NEUROPOD_TESTS_CHECK_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <neuropod/neuropod.h>

// Says what was expected, where, and what the last error is.
#define REPORT(expected)                                                                                     \
  fprintf(stderr, "%s:%d: expected %s; the last error: %d, %s\n", __FILE__, __LINE__, expected,              \
          (int)NP_GetCode(NP_GetLastError()), NP_GetMessage(NP_GetLastError()))

// Ends the program if a condition does not hold: for what the rest of a test needs.
#define CHECK(condition)                                                                                     \
  do {                                                                                                       \
    if (!(condition)) {                                                                                      \
      REPORT(#condition);                                                                                    \
      exit(EXIT_FAILURE);                                                                                    \
    }                                                                                                        \
  } while (0)

// Counts a condition that does not hold, and goes on. For the program's first thread.
#define EXPECT(condition)                                                                                    \
  do {                                                                                                       \
    if (!(condition)) {                                                                                      \
      REPORT(#condition);                                                                                    \
      *failures() += 1;                                                                                      \
    }                                                                                                        \
  } while (0)

// The call fails: with this code, which is the last error's too, and a message that has this text in it.
#define EXPECT_FAILURE(call, code, text)                                                                     \
  do {                                                                                                       \
    provoke();                                                                                               \
    (void)(call);                                                                                            \
    if (NP_GetCode(NP_GetLastError()) != (code) || strstr(NP_GetMessage(NP_GetLastError()), text) == NULL) { \
      REPORT(#code " and \"" text "\" of " #call);                                                           \
      *failures() += 1;                                                                                      \
    }                                                                                                        \
  } while (0)

// How many expectations did not hold.
static inline int *failures(void) {
  static int count = 0;
  return &count;
}

// What `main` returns.
static inline int finish(void) {
  if (*failures() > 0) fprintf(stderr, "%d expectations did not hold\n", *failures());
  return *failures() == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

// Makes the last error one that no test expects, so that what is found there afterwards is new.
static inline void provoke(void) {
  const char *path = "no package";
  NP_Neuropod *model = NULL;
  CHECK(NP_LoadNeuropod(path, &model, NULL) == NEUROPOD_NOT_FOUND);
}

// Loads a package of the tests by its name. The caller frees the model.
static inline NP_Neuropod *load(const char *name) {
  const char *folder = getenv("NEUROPOD_TEST_PACKAGES");
  CHECK(folder != NULL);
  char path[4096];
  int length = snprintf(path, sizeof path, "%s/%s.neuropod", folder, name);
  CHECK(length > 0 && (size_t)length < sizeof path);
  NP_Neuropod *model = NULL;
  CHECK(NP_LoadNeuropod(path, &model, NULL) == NEUROPOD_OK);
  return model;
}

// A vector of a model's with these elements. The caller frees it.
static inline NP_NeuropodTensor *vector(NP_TensorAllocator *allocator, const float *elements, int64_t size) {
  NP_NeuropodTensor *tensor = NP_AllocateTensor(allocator, 1, &size, FLOAT_TENSOR);
  CHECK(tensor != NULL);
  float *data = NP_GetData(tensor);
  CHECK(data != NULL);
  for (int64_t index = 0; index < size; index++) data[index] = elements[index];
  return tensor;
}

// A text as bytes.
static inline NP_String bytes(const char *text) {
  NP_String string = {text, strlen(text)};
  return string;
}

// A vector of strings. The caller frees it.
static inline NP_NeuropodTensor *texts(NP_TensorAllocator *allocator, const char *const *elements, int64_t size) {
  NP_NeuropodTensor *tensor = NP_AllocateTensor(allocator, 1, &size, STRING_TENSOR);
  CHECK(tensor != NULL);
  for (int64_t index = 0; index < size; index++) {
    CHECK(NP_SetStringElement(tensor, (size_t)index, elements[index], NULL) == NEUROPOD_OK);
  }
  return tensor;
}

// Whether an element of a tensor of strings is this text.
static inline bool has_text(const NP_NeuropodTensor *tensor, size_t index, const char *text) {
  NP_String item = {NULL, 0};
  CHECK(NP_GetStringElementBytes(tensor, index, &item, NULL) == NEUROPOD_OK);
  return item.size == strlen(text) && memcmp(item.data, text, item.size) == 0;
}

#endif
