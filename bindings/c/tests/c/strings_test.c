// Tensors of strings.
#include "check.h"

static NP_TensorAllocator *allocator;

static NP_NeuropodTensor *allocate(int64_t size) {
  NP_NeuropodTensor *tensor = NP_AllocateTensor(allocator, 1, &size, STRING_TENSOR);
  CHECK(tensor != NULL);
  return tensor;
}

static void strings_are_empty_at_first(void) {
  const int64_t dims[] = {2, 2};
  NP_NeuropodTensor *tensor = NP_AllocateTensor(allocator, 2, dims, STRING_TENSOR);
  CHECK(tensor != NULL);
  EXPECT(NP_GetType(tensor) == STRING_TENSOR && NP_GetNumElements(tensor) == 4 && NP_IsWritable(tensor));
  EXPECT(NP_GetData(tensor) == NULL && NP_GetDataReadOnly(tensor) == NULL);
  for (size_t index = 0; index < 4; index++) EXPECT(has_text(tensor, index, ""));
  NP_FreeTensor(tensor);
}

static void single_strings_are_set(void) {
  NP_NeuropodTensor *tensor = allocate(3);
  char text[] = "changes";
  EXPECT(NP_SetStringElement(tensor, 1, text, NULL) == NEUROPOD_OK);
  text[0] = 'C';
  EXPECT(has_text(tensor, 0, "") && has_text(tensor, 1, "changes") && has_text(tensor, 2, ""));
  EXPECT(NP_SetStringElement(tensor, 1, "a text that is longer than the one before", NULL) == NEUROPOD_OK);
  EXPECT(NP_SetStringElement(tensor, 2, "", NULL) == NEUROPOD_OK);
  EXPECT(NP_SetStringElement(tensor, 0, "\xc3\xa9", NULL) == NEUROPOD_OK);
  EXPECT(has_text(tensor, 0, "\xc3\xa9"));
  EXPECT(has_text(tensor, 1, "a text that is longer than the one before"));
  NP_FreeTensor(tensor);
}

// Strings are bytes: any of them.
static void strings_may_hold_any_byte(void) {
  NP_NeuropodTensor *tensor = allocate(2);
  const NP_String item = {"a\0\xff", 3};
  EXPECT(NP_SetStringElementBytes(tensor, 1, item, NULL) == NEUROPOD_OK);
  NP_String found = {NULL, 0};
  EXPECT(NP_GetStringElementBytes(tensor, 1, &found, NULL) == NEUROPOD_OK);
  EXPECT(found.size == 3 && memcmp(found.data, item.data, 3) == 0);
  const NP_String empty = {NULL, 0};
  EXPECT(NP_SetStringElementBytes(tensor, 1, empty, NULL) == NEUROPOD_OK && has_text(tensor, 1, ""));
  NP_FreeTensor(tensor);
}

static void all_strings_are_set_at_once(void) {
  NP_NeuropodTensor *tensor = allocate(3);
  const NP_String items[] = {bytes("one"), {NULL, 0}, {"t\0wo", 4}};
  EXPECT(NP_SetStrings(tensor, items, 3, NULL) == NEUROPOD_OK);
  size_t size = 0;
  EXPECT(NP_GetStringElementSize(tensor, 2, &size, NULL) == NEUROPOD_OK && size == 4);
  EXPECT(has_text(tensor, 0, "one") && has_text(tensor, 1, ""));
  // They may be of the tensor itself.
  NP_String again[3];
  for (size_t index = 0; index < 3; index++) {
    EXPECT(NP_GetStringElementBytes(tensor, 2 - index, &again[index], NULL) == NEUROPOD_OK);
  }
  EXPECT(NP_SetStrings(tensor, again, 3, NULL) == NEUROPOD_OK && has_text(tensor, 2, "one"));
  EXPECT(NP_GetStringElementBytes(tensor, 2, &again[0], NULL) == NEUROPOD_OK);
  EXPECT(NP_SetStringElementBytes(tensor, 2, again[0], NULL) == NEUROPOD_OK && has_text(tensor, 2, "one"));

  NP_NeuropodTensor *none = allocate(0);
  EXPECT(NP_SetStrings(none, NULL, 0, NULL) == NEUROPOD_OK);
  NP_FreeTensor(none);
  NP_FreeTensor(tensor);
}

static void strings_are_copied_into_buffers(void) {
  NP_NeuropodTensor *tensor = texts(allocator, (const char *const[]){"four"}, 1);
  size_t size = 0;
  EXPECT(NP_GetStringElementSize(tensor, 0, &size, NULL) == NEUROPOD_OK && size == 4);
  char buffer[] = "******";
  EXPECT(NP_GetStringElement(tensor, 0, buffer, 4, NULL) == NEUROPOD_OK && strcmp(buffer, "four**") == 0);
  EXPECT(NP_GetStringElement(tensor, 0, buffer, 5, NULL) == NEUROPOD_OK && strcmp(buffer, "four") == 0);
  EXPECT_FAILURE(NP_GetStringElement(tensor, 0, buffer, 3, NULL), NEUROPOD_INVALID_ARGUMENT, "4 bytes");
  EXPECT_FAILURE(NP_GetStringElement(tensor, 0, NULL, 5, NULL), NEUROPOD_INVALID_ARGUMENT, "`buffer` is null");
  EXPECT(NP_SetStringElement(tensor, 0, "", NULL) == NEUROPOD_OK);
  EXPECT(NP_GetStringElement(tensor, 0, NULL, 0, NULL) == NEUROPOD_OK);
  NP_FreeTensor(tensor);
}

static void strings_are_compared(void) {
  NP_NeuropodTensor *a = texts(allocator, (const char *const[]){"ab", "c"}, 2);
  NP_NeuropodTensor *b = texts(allocator, (const char *const[]){"a", "bc"}, 2);
  EXPECT(!NP_TensorsEqual(a, b));
  NP_SetStringElement(b, 0, "ab", NULL);
  NP_SetStringElement(b, 1, "c", NULL);
  EXPECT(NP_TensorsEqual(a, b));
  NP_FreeTensor(a);
  NP_FreeTensor(b);
}

// All handles of a tensor see the same strings.
static void references_share_strings(void) {
  NP_NeuropodTensor *tensor = texts(allocator, (const char *const[]){"old"}, 1);
  NP_NeuropodValueMap *map = NP_NewValueMap();
  EXPECT(NP_InsertTensor(map, "x", tensor) == NEUROPOD_OK);
  EXPECT(NP_SetStringElement(tensor, 0, "new", NULL) == NEUROPOD_OK);
  NP_FreeTensor(tensor);
  NP_NeuropodTensor *other = NP_GetTensor(map, "x");
  NP_FreeValueMap(map);
  EXPECT(has_text(other, 0, "new"));
  NP_FreeTensor(other);
}

static void a_model_takes_and_gives_strings(void) {
  NP_Neuropod *model = load("strings-fake");
  NP_NeuropodTensor *x = texts(allocator, (const char *const[]){"sweet", "sour"}, 2);
  NP_NeuropodTensor *y = allocate(2);
  const NP_NamedTensor inputs[] = {{bytes("x"), x}, {bytes("y"), y}};
  NP_NeuropodValueMap *outputs = NULL;
  const NP_String items[] = {bytes("milk"), bytes("cream")};
  CHECK(NP_SetStrings(y, items, 2, NULL) == NEUROPOD_OK);
  CHECK(NP_InferTensors(model, inputs, 2, NULL, 0, &outputs, NULL) == NEUROPOD_OK);
  NP_NeuropodTensor *first = NP_GetTensor(outputs, "out");
  NP_FreeValueMap(outputs);
  // What is set later is for the next call, and changes no output.
  CHECK(NP_SetStringElement(y, 1, "dough", NULL) == NEUROPOD_OK);
  CHECK(NP_InferTensors(model, inputs, 2, NULL, 0, &outputs, NULL) == NEUROPOD_OK);
  NP_NeuropodTensor *second = NP_GetTensor(outputs, "out");
  NP_FreeValueMap(outputs);
  EXPECT(has_text(first, 1, "sourcream") || has_text(first, 1, "sour cream"));
  EXPECT(has_text(second, 1, "sourdough") || has_text(second, 1, "sour dough"));
  EXPECT(NP_IsWritable(first) && NP_SetStringElement(first, 0, "mine", NULL) == NEUROPOD_OK);
  EXPECT(has_text(first, 0, "mine") && has_text(x, 0, "sweet"));
  NP_FreeTensor(first);
  NP_FreeTensor(second);
  NP_FreeTensor(x);
  NP_FreeTensor(y);
  NP_FreeNeuropod(model);
}

static void what_does_not_fit_is_refused(void) {
  NP_NeuropodTensor *tensor = allocate(2);
  NP_NeuropodTensor *numbers = vector(allocator, (const float[]){1, 2}, 2);
  const NP_String items[] = {bytes("a"), bytes("b"), bytes("c")};
  const NP_String wrong[] = {bytes("a"), {NULL, 1}};
  const NP_String endless = {"a", SIZE_MAX};
  size_t size = 0;
  char buffer[4];
  NP_String item;
#define FAILS(call, text) EXPECT_FAILURE(call, NEUROPOD_INVALID_ARGUMENT, text)
  FAILS(NP_SetStringElement(tensor, 2, "", NULL), "no element 2");
  FAILS(NP_SetStringElement(tensor, SIZE_MAX, "", NULL), "no element");
  FAILS(NP_SetStringElementBytes(tensor, 2, items[0], NULL), "no element 2");
  FAILS(NP_SetStringElementBytes(tensor, 0, wrong[1], NULL), "`item` is null");
  FAILS(NP_SetStringElementBytes(tensor, 0, endless, NULL), "item");
  FAILS(NP_SetStrings(tensor, items, 3, NULL), "2 elements");
  FAILS(NP_SetStrings(tensor, items, 0, NULL), "2 elements");
  FAILS(NP_SetStrings(tensor, wrong, 2, NULL), "`items` is null");
  FAILS(NP_SetStrings(tensor, NULL, 2, NULL), "`items` is null");
  FAILS(NP_GetStringElementSize(tensor, 2, &size, NULL), "no element 2");
  FAILS(NP_GetStringElement(tensor, 2, buffer, 4, NULL), "no element 2");
  FAILS(NP_GetStringElementBytes(tensor, 2, &item, NULL), "no element 2");
  FAILS(NP_SetStringElement(numbers, 0, "", NULL), "float32");
  FAILS(NP_SetStringElementBytes(numbers, 0, items[0], NULL), "float32");
  FAILS(NP_SetStrings(numbers, items, 2, NULL), "float32");
  FAILS(NP_GetStringElementSize(numbers, 0, &size, NULL), "float32");
  FAILS(NP_GetStringElement(numbers, 0, buffer, 4, NULL), "float32");
  FAILS(NP_GetStringElementBytes(numbers, 0, &item, NULL), "float32");
#undef FAILS
  EXPECT(has_text(tensor, 0, "") && has_text(tensor, 1, ""));
  NP_FreeTensor(numbers);
  NP_FreeTensor(tensor);
}

int main(void) {
  allocator = NP_GetGenericAllocator();
  strings_are_empty_at_first();
  single_strings_are_set();
  strings_may_hold_any_byte();
  all_strings_are_set_at_once();
  strings_are_copied_into_buffers();
  strings_are_compared();
  references_share_strings();
  a_model_takes_and_gives_strings();
  what_does_not_fit_is_refused();
  NP_FreeAllocator(allocator);
  return finish();
}
