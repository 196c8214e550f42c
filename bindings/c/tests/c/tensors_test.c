// Tensors of numbers that the library allocates.
#include <limits.h>
#include <math.h>

#include "check.h"

struct type {
  NP_TensorType type;
  size_t size;
};

// Every type of numbers, and the bytes of an element.
static const struct type TYPES[] = {
    {FLOAT_TENSOR, sizeof(float)},     {DOUBLE_TENSOR, sizeof(double)},     {INT8_TENSOR, sizeof(int8_t)},
    {INT16_TENSOR, sizeof(int16_t)},   {INT32_TENSOR, sizeof(int32_t)},     {INT64_TENSOR, sizeof(int64_t)},
    {UINT8_TENSOR, sizeof(uint8_t)},   {UINT16_TENSOR, sizeof(uint16_t)},   {UINT32_TENSOR, sizeof(uint32_t)},
    {UINT64_TENSOR, sizeof(uint64_t)}, {BOOL_TENSOR, sizeof(bool)},         {FLOAT16_TENSOR, sizeof(uint16_t)},
    {BFLOAT16_TENSOR, sizeof(uint16_t)},
};
enum { NUM_TYPES = sizeof TYPES / sizeof TYPES[0] };

static NP_TensorAllocator *allocator;

static void every_type_is_allocated(struct type type) {
  const int64_t dims[] = {2, 3};
  NP_NeuropodTensor *tensor = NP_AllocateTensor(allocator, 2, dims, type.type);
  CHECK(tensor != NULL);
  EXPECT(NP_GetType(tensor) == type.type && NP_GetNumElements(tensor) == 6 && NP_IsWritable(tensor));

  // It is aligned, zero, and as large as it says: a sanitizer would see a byte too few.
  unsigned char *data = NP_GetData(tensor);
  EXPECT(data != NULL && data == NP_GetDataReadOnly(tensor) && (uintptr_t)data % 64 == 0);
  for (size_t index = 0; index < 6 * type.size; index++) EXPECT(data[index] == 0);
  memset(data, 1, 6 * type.size);

  NP_NeuropodTensor *other = NP_AllocateTensor(allocator, 2, dims, type.type);
  EXPECT(!NP_TensorsEqual(tensor, other));
  memset(NP_GetData(other), 1, 6 * type.size);
  EXPECT(NP_TensorsEqual(tensor, other) && NP_TensorsEqual(tensor, tensor));
  NP_FreeTensor(other);
  NP_FreeTensor(tensor);
}

static void sizes_of_axes_are_told(void) {
  const int64_t dims[] = {2, 0, INT64_C(5000000000)};
  NP_NeuropodTensor *tensor = NP_AllocateTensor(allocator, 3, dims, INT8_TENSOR);
  CHECK(tensor != NULL);
  size_t num_dims = 0;
  const int64_t *found = NULL;
  NP_GetDims(tensor, &num_dims, &found);
  EXPECT(num_dims == 3 && memcmp(found, dims, sizeof dims) == 0);
  EXPECT(NP_GetNumElements(tensor) == 0);
  EXPECT(NP_GetData(tensor) != NULL);

  // Each may be left out.
  num_dims = 0;
  NP_GetDims(tensor, &num_dims, NULL);
  EXPECT(num_dims == 3);
  const int64_t *alone = NULL;
  NP_GetDims(tensor, NULL, &alone);
  EXPECT(alone == found);
  NP_GetDims(tensor, NULL, NULL);
  NP_FreeTensor(tensor);
}

static void a_scalar_has_no_axes(void) {
  NP_NeuropodTensor *tensor = NP_AllocateTensor(allocator, 0, NULL, DOUBLE_TENSOR);
  CHECK(tensor != NULL);
  size_t num_dims = 7;
  NP_GetDims(tensor, &num_dims, NULL);
  EXPECT(num_dims == 0 && NP_GetNumElements(tensor) == 1);
  *(double *)NP_GetData(tensor) = 2.5;
  EXPECT(*(const double *)NP_GetDataReadOnly(tensor) == 2.5);
  NP_FreeTensor(tensor);
}

static void tensors_are_compared(void) {
  NP_NeuropodTensor *a = vector(allocator, (const float[]){1, 2}, 2);
  NP_NeuropodTensor *b = vector(allocator, (const float[]){1, 2}, 2);
  const int64_t dims[] = {1, 2};
  NP_NeuropodTensor *shaped = NP_AllocateTensor(allocator, 2, dims, FLOAT_TENSOR);
  memcpy(NP_GetData(shaped), NP_GetData(a), 2 * sizeof(float));
  NP_NeuropodTensor *zeros = NP_AllocateTensor(allocator, 1, &dims[1], FLOAT_TENSOR);
  NP_NeuropodTensor *integers = NP_AllocateTensor(allocator, 1, &dims[1], INT32_TENSOR);

  EXPECT(NP_TensorsEqual(a, b));
  EXPECT(!NP_TensorsEqual(a, shaped));
  EXPECT(!NP_TensorsEqual(zeros, integers));
  // As in C: 0 is -0, and no NaN is itself.
  ((float *)NP_GetData(b))[0] = -0.0F;
  ((float *)NP_GetData(b))[1] = 0;
  EXPECT(NP_TensorsEqual(zeros, b));
  ((float *)NP_GetData(b))[0] = NAN;
  EXPECT(!NP_TensorsEqual(b, b));

  NP_NeuropodTensor *all[] = {a, b, shaped, zeros, integers};
  for (size_t index = 0; index < sizeof all / sizeof all[0]; index++) NP_FreeTensor(all[index]);
}

static void what_cannot_be_is_refused(void) {
  const int64_t negative[] = {2, -1};
  const int64_t many[] = {INT64_MAX, INT64_MAX, 2};
  const int64_t large = INT64_MAX / 4;
  const int64_t size = 2;
  EXPECT_FAILURE(NP_AllocateTensor(allocator, 2, negative, FLOAT_TENSOR), NEUROPOD_INVALID_ARGUMENT, "axis 1");
  EXPECT_FAILURE(NP_AllocateTensor(allocator, 3, many, INT8_TENSOR), NEUROPOD_INVALID_ARGUMENT, "");
  EXPECT_FAILURE(NP_AllocateTensor(allocator, 1, &large, DOUBLE_TENSOR), NEUROPOD_INVALID_ARGUMENT, "");
  EXPECT_FAILURE(NP_AllocateTensor(allocator, 1, &large, STRING_TENSOR), NEUROPOD_INVALID_ARGUMENT, "");
  EXPECT_FAILURE(NP_AllocateTensor(allocator, SIZE_MAX, &size, INT8_TENSOR), NEUROPOD_INVALID_ARGUMENT, "dims");
  EXPECT_FAILURE(NP_AllocateTensor(allocator, 1, &size, (NP_TensorType)14), NEUROPOD_INVALID_ARGUMENT, "14");
  EXPECT_FAILURE(NP_AllocateTensor(allocator, 1, &size, (NP_TensorType)-1), NEUROPOD_INVALID_ARGUMENT, "type");
  EXPECT(NP_AllocateTensor(allocator, 2, negative, FLOAT_TENSOR) == NULL);
  EXPECT(NP_AllocateTensor(allocator, 1, &size, (NP_TensorType)14) == NULL);
}

// There is no such memory: the call fails, and the process goes on.
static void memory_that_is_not_there_is_an_error(void) {
  const int64_t size = INT64_C(1) << 60;
  EXPECT_FAILURE(NP_AllocateTensor(allocator, 1, &size, INT8_TENSOR), NEUROPOD_INVALID_ARGUMENT, "memory");
  const int64_t strings = INT64_C(1) << 57;
  EXPECT_FAILURE(NP_AllocateTensor(allocator, 1, &strings, STRING_TENSOR), NEUROPOD_INVALID_ARGUMENT, "memory");
}

static void tensors_outlive_their_allocator(void) {
  NP_TensorAllocator *own = NP_GetGenericAllocator();
  NP_NeuropodTensor *tensor = vector(own, (const float[]){3}, 1);
  NP_FreeAllocator(own);
  EXPECT(*(float *)NP_GetData(tensor) == 3);
  NP_FreeTensor(tensor);
}

int main(void) {
  allocator = NP_GetGenericAllocator();
  CHECK(allocator != NULL);
  for (int index = 0; index < NUM_TYPES; index++) every_type_is_allocated(TYPES[index]);
  sizes_of_axes_are_told();
  a_scalar_has_no_axes();
  tensors_are_compared();
  what_cannot_be_is_refused();
  memory_that_is_not_there_is_an_error();
  tensors_outlive_their_allocator();
  NP_FreeAllocator(allocator);
  NP_FreeTensor(NULL);
  NP_FreeAllocator(NULL);
  return finish();
}
