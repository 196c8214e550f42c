// A model is loaded and run, and all that it took is freed. With the argument `leak`, an output is not: a program that
// looks for leaks and is on reports that.
#include <string.h>

#include "check.h"

int main(int argc, char **argv) {
  CHECK(strcmp(NP_GetVersion(), NEUROPOD_VERSION) == 0);
  NP_Neuropod *model = load("addition-fake");
  CHECK(NP_GetNumInputs(model) == 2);

  NP_TensorAllocator *allocator = NP_GetAllocator(model);
  NP_NeuropodTensor *x = vector(allocator, (const float[]){1, 2}, 2);
  NP_NeuropodTensor *y = vector(allocator, (const float[]){3, 4.5F}, 2);
  NP_NeuropodValueMap *inputs = NP_NewValueMap();
  CHECK(NP_InsertTensor(inputs, "x", x) == NEUROPOD_OK);
  CHECK(NP_InsertTensor(inputs, "y", y) == NEUROPOD_OK);

  NP_NeuropodValueMap *outputs = NULL;
  CHECK(NP_Infer(model, inputs, &outputs, NULL) == NEUROPOD_OK);
  NP_NeuropodTensor *out = NP_GetTensor(outputs, "out");
  CHECK(out != NULL && NP_GetType(out) == FLOAT_TENSOR && NP_GetNumElements(out) == 2);
  const float *sums = NP_GetDataReadOnly(out);
  CHECK(sums[0] == 4 && sums[1] == 6.5F);

  if (argc < 2 || strcmp(argv[1], "leak") != 0) NP_FreeTensor(out);
  NP_FreeValueMap(outputs);
  NP_FreeValueMap(inputs);
  NP_FreeTensor(y);
  NP_FreeTensor(x);
  NP_FreeAllocator(allocator);
  NP_FreeNeuropod(model);
  return EXIT_SUCCESS;
}
