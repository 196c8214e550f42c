// Maps from names to tensors.
#include "check.h"

static NP_TensorAllocator *allocator;

static NP_NeuropodTensor *number(float value) { return vector(allocator, &value, 1); }

static float value_of(const NP_NeuropodTensor *tensor) { return *(const float *)NP_GetDataReadOnly(tensor); }

// Inserts a number, and keeps no handle of it.
static void insert(NP_NeuropodValueMap *map, const char *name, float value) {
  NP_NeuropodTensor *tensor = number(value);
  CHECK(NP_InsertTensor(map, name, tensor) == NEUROPOD_OK);
  NP_FreeTensor(tensor);
}

// The number of that name; -1 if there is none.
static float look_up(const NP_NeuropodValueMap *map, const char *name) {
  NP_NeuropodTensor *tensor = NP_GetTensor(map, name);
  float value = tensor == NULL ? -1 : value_of(tensor);
  NP_FreeTensor(tensor);
  return value;
}

static void tensors_are_found_by_their_names(void) {
  NP_NeuropodValueMap *map = NP_NewValueMap();
  EXPECT(NP_GetNumTensors(map) == 0);
  insert(map, "a", 1);
  insert(map, "b", 2);
  insert(map, "", 3);
  insert(map, "\xc3\xa9", 4);
  EXPECT(NP_GetNumTensors(map) == 4);
  EXPECT(look_up(map, "a") == 1 && look_up(map, "b") == 2 && look_up(map, "") == 3 && look_up(map, "\xc3\xa9") == 4);

  // That there is none is no error.
  provoke();
  EXPECT(NP_GetTensor(map, "A") == NULL && NP_GetCode(NP_GetLastError()) == NEUROPOD_NOT_FOUND);

  // The same name again replaces the tensor in its place.
  insert(map, "a", 5);
  EXPECT(NP_GetNumTensors(map) == 4 && look_up(map, "a") == 5);
  NP_RemoveTensor(map, "b");
  NP_RemoveTensor(map, "b");
  EXPECT(NP_GetNumTensors(map) == 3 && NP_GetTensor(map, "b") == NULL);
  NP_FreeValueMap(map);
}

static void tensors_are_in_the_order_of_insertion(void) {
  const char *const names[] = {"z", "a", "m"};
  NP_NeuropodValueMap *map = NP_NewValueMap();
  for (int index = 0; index < 3; index++) insert(map, names[index], (float)index);
  insert(map, "a", 7);
  for (size_t index = 0; index < 3; index++) {
    NP_String name = {NULL, 0};
    NP_NeuropodTensor *tensor = NULL;
    CHECK(NP_GetTensorAt(map, index, &name, &tensor, NULL) == NEUROPOD_OK);
    EXPECT(name.size == 1 && name.data[0] == names[index][0]);
    EXPECT(value_of(tensor) == (index == 1 ? 7 : (float)index));
    NP_FreeTensor(tensor);
  }
  NP_NeuropodTensor *tensor = NULL;
  EXPECT(NP_GetTensorAt(map, 2, NULL, &tensor, NULL) == NEUROPOD_OK && value_of(tensor) == 2);
  NP_FreeTensor(tensor);
  EXPECT_FAILURE(NP_GetTensorAt(map, 3, NULL, &tensor, NULL), NEUROPOD_INVALID_ARGUMENT, "no tensor 3");
  EXPECT(tensor == NULL);
  NP_FreeValueMap(map);
}

// The list stays when the map is changed or freed.
static void names_are_listed(void) {
  NP_NeuropodValueMap *map = NP_NewValueMap();
  NP_TensorNameList *none = NP_GetTensorNames(map);
  CHECK(none != NULL);
  EXPECT(none->num_tensors == 0);
  NP_FreeTensorNameList(none);
  insert(map, "second", 1);
  insert(map, "first", 2);
  NP_TensorNameList *list = NP_GetTensorNames(map);
  CHECK(list != NULL);
  NP_FreeValueMap(map);
  CHECK(list->num_tensors == 2);
  EXPECT(strcmp(list->tensor_names[0], "second") == 0 && strcmp(list->tensor_names[1], "first") == 0);
  NP_FreeTensorNameList(list);
}

static void maps_share_tensors(void) {
  NP_NeuropodValueMap *one = NP_NewValueMap();
  NP_NeuropodValueMap *two = NP_NewValueMap();
  NP_NeuropodTensor *tensor = number(1);
  EXPECT(NP_InsertTensor(one, "x", tensor) == NEUROPOD_OK && NP_InsertTensor(two, "x", tensor) == NEUROPOD_OK);
  *(float *)NP_GetData(tensor) = 2;
  NP_FreeTensor(tensor);
  EXPECT(look_up(one, "x") == 2);
  NP_FreeValueMap(one);
  EXPECT(look_up(two, "x") == 2);
  NP_FreeValueMap(two);
}

static void names_are_utf8(void) {
  NP_NeuropodValueMap *map = NP_NewValueMap();
  NP_NeuropodTensor *tensor = number(1);
  EXPECT_FAILURE(NP_InsertTensor(map, "a\xff", tensor), NEUROPOD_INVALID_ARGUMENT, "UTF-8");
  EXPECT_FAILURE(NP_GetTensor(map, "a\xff"), NEUROPOD_INVALID_ARGUMENT, "a\\xff");
  EXPECT_FAILURE(NP_RemoveTensor(map, "\xc3"), NEUROPOD_INVALID_ARGUMENT, "UTF-8");
  EXPECT(NP_GetNumTensors(map) == 0);
  NP_FreeTensor(tensor);
  NP_FreeValueMap(map);
}

// The map does not keep what it does not have any more: valgrind would see it.
static void maps_leak_nothing(void) {
  NP_NeuropodValueMap *map = NP_NewValueMap();
  char name[16];
  for (int round = 0; round < 200; round++) {
    snprintf(name, sizeof name, "%d", round % 20);
    insert(map, name, 1);
    NP_FreeTensorNameList(NP_GetTensorNames(map));
    if (round % 3 == 0) NP_RemoveTensor(map, name);
  }
  NP_FreeValueMap(map);
  NP_FreeValueMap(NULL);
  NP_FreeTensorNameList(NULL);
}

int main(void) {
  allocator = NP_GetGenericAllocator();
  tensors_are_found_by_their_names();
  tensors_are_in_the_order_of_insertion();
  names_are_listed();
  maps_share_tensors();
  names_are_utf8();
  maps_leak_nothing();
  NP_FreeAllocator(allocator);
  return finish();
}
