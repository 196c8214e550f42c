// Tensors and maps as bytes, in files and in memory.
#include "check.h"

enum { CAPACITY = 4096 };

// Bytes in memory: written at the end, and read from `position` on.
struct memory {
  unsigned char data[CAPACITY];
  size_t size;
  size_t position;
  // The most that one read gives; 0 for all.
  size_t step;
};

static NP_TensorAllocator *allocator;

static bool write_memory(void *context, const void *data, size_t size) {
  struct memory *memory = context;
  CHECK(size <= CAPACITY - memory->size);
  if (size > 0) memcpy(memory->data + memory->size, data, size);
  memory->size += size;
  return true;
}

static size_t read_memory(void *context, void *data, size_t size) {
  struct memory *memory = context;
  size_t rest = memory->size - memory->position;
  if (size > rest) size = rest;
  if (memory->step > 0 && size > memory->step) size = memory->step;
  if (size > 0) memcpy(data, memory->data + memory->position, size);
  memory->position += size;
  return size;
}

static bool write_file(void *context, const void *data, size_t size) {
  return fwrite(data, 1, size, context) == size;
}

static size_t read_file(void *context, void *data, size_t size) {
  size_t count = fread(data, 1, size, context);
  return ferror((FILE *)context) ? SIZE_MAX : count;
}

static bool refuse_to_write(void *context, const void *data, size_t size) {
  (void)context, (void)data, (void)size;
  return false;
}

static size_t refuse_to_read(void *context, void *data, size_t size) {
  (void)context, (void)data, (void)size;
  return SIZE_MAX;
}

static size_t read_too_much(void *context, void *data, size_t size) {
  (void)context, (void)data;
  return size + 1;
}

static NP_NeuropodTensor *some_strings(void) {
  const int64_t dims[] = {1, 3};
  NP_NeuropodTensor *tensor = NP_AllocateTensor(allocator, 2, dims, STRING_TENSOR);
  const NP_String items[] = {bytes("one"), {"\0\xff", 2}, {NULL, 0}};
  CHECK(NP_SetStrings(tensor, items, 3, NULL) == NEUROPOD_OK);
  return tensor;
}

static NP_NeuropodValueMap *some_map(void) {
  NP_NeuropodValueMap *map = NP_NewValueMap();
  NP_NeuropodTensor *numbers = vector(allocator, (const float[]){1, -2, 0.5F}, 3);
  NP_NeuropodTensor *strings = some_strings();
  CHECK(NP_InsertTensor(map, "numbers", numbers) == NEUROPOD_OK);
  CHECK(NP_InsertTensor(map, "\xc3\xa9", strings) == NEUROPOD_OK);
  NP_FreeTensor(numbers);
  NP_FreeTensor(strings);
  return map;
}

static void expect_equal_maps(const NP_NeuropodValueMap *a, const NP_NeuropodValueMap *b) {
  EXPECT(NP_GetNumTensors(a) == NP_GetNumTensors(b));
  for (size_t index = 0; index < NP_GetNumTensors(a); index++) {
    NP_String names[2];
    NP_NeuropodTensor *tensors[2];
    CHECK(NP_GetTensorAt(a, index, &names[0], &tensors[0], NULL) == NEUROPOD_OK);
    CHECK(NP_GetTensorAt(b, index, &names[1], &tensors[1], NULL) == NEUROPOD_OK);
    EXPECT(names[0].size == names[1].size && memcmp(names[0].data, names[1].data, names[0].size) == 0);
    EXPECT(NP_TensorsEqual(tensors[0], tensors[1]));
    NP_FreeTensor(tensors[0]);
    NP_FreeTensor(tensors[1]);
  }
}

static void tensors_come_back(NP_NeuropodTensor *tensor, size_t step) {
  struct memory memory = {{0}, 0, 0, step};
  NP_Status *status = NP_NewStatus();
  CHECK(NP_SerializeTensor(tensor, write_memory, &memory, status) == NEUROPOD_OK);
  // What follows is not read.
  const size_t size = memory.size;
  write_memory(&memory, "more", 4);
  NP_NeuropodTensor *found = NULL;
  CHECK(NP_DeserializeTensor(read_memory, &memory, &found, status) == NEUROPOD_OK);
  EXPECT(NP_TensorsEqual(tensor, found) && NP_GetType(tensor) == NP_GetType(found) && NP_IsWritable(found));
  EXPECT(memory.position == size && NP_GetCode(status) == NEUROPOD_OK);
  NP_FreeTensor(found);
  NP_FreeTensor(tensor);
  NP_DeleteStatus(status);
}

static void every_type_comes_back(void) {
  const int64_t dims[] = {2, 1, 2};
  for (int type = FLOAT_TENSOR; type <= BFLOAT16_TENSOR; type++) {
    for (size_t num_dims = 0; num_dims <= 3; num_dims++) {
      tensors_come_back(NP_AllocateTensor(allocator, num_dims, dims, (NP_TensorType)type), 0);
    }
  }
  const int64_t empty = 0;
  tensors_come_back(NP_AllocateTensor(allocator, 1, &empty, DOUBLE_TENSOR), 0);
  tensors_come_back(NP_AllocateTensor(allocator, 1, &empty, STRING_TENSOR), 1);
  tensors_come_back(vector(allocator, (const float[]){1, -2, 0.5F}, 3), 1);
  tensors_come_back(some_strings(), 3);
}

static void maps_come_back(void) {
  struct memory memory = {{0}, 0, 0, 5};
  NP_NeuropodValueMap *maps[] = {some_map(), NP_NewValueMap()};
  for (int index = 0; index < 2; index++) {
    CHECK(NP_SerializeValueMap(maps[index], write_memory, &memory, NULL) == NEUROPOD_OK);
  }
  for (int index = 0; index < 2; index++) {
    NP_NeuropodValueMap *found = NULL;
    CHECK(NP_DeserializeValueMap(read_memory, &memory, &found, NULL) == NEUROPOD_OK);
    expect_equal_maps(maps[index], found);
    NP_FreeValueMap(found);
    NP_FreeValueMap(maps[index]);
  }
  EXPECT(memory.position == memory.size);
}

static void files_hold_them(void) {
  NP_NeuropodValueMap *map = some_map();
  NP_NeuropodTensor *tensor = some_strings();
  FILE *file = tmpfile();
  CHECK(file != NULL);
  CHECK(NP_SerializeValueMap(map, write_file, file, NULL) == NEUROPOD_OK);
  CHECK(NP_SerializeTensor(tensor, write_file, file, NULL) == NEUROPOD_OK);
  rewind(file);
  NP_NeuropodValueMap *found = NULL;
  NP_NeuropodTensor *other = NULL;
  CHECK(NP_DeserializeValueMap(read_file, file, &found, NULL) == NEUROPOD_OK);
  CHECK(NP_DeserializeTensor(read_file, file, &other, NULL) == NEUROPOD_OK);
  expect_equal_maps(map, found);
  EXPECT(NP_TensorsEqual(tensor, other));
  fclose(file);
  NP_FreeTensor(other);
  NP_FreeTensor(tensor);
  NP_FreeValueMap(found);
  NP_FreeValueMap(map);
}

static void what_the_program_refuses_is_an_error(void) {
  NP_NeuropodTensor *tensor = some_strings();
  NP_NeuropodValueMap *map = some_map();
  NP_NeuropodTensor *found = tensor;
  NP_NeuropodValueMap *found_map = map;
  EXPECT_FAILURE(NP_SerializeTensor(tensor, refuse_to_write, NULL, NULL), NEUROPOD_IO_FAILED, "write function");
  EXPECT_FAILURE(NP_SerializeValueMap(map, refuse_to_write, NULL, NULL), NEUROPOD_IO_FAILED, "write function");
  EXPECT_FAILURE(NP_DeserializeTensor(refuse_to_read, NULL, &found, NULL), NEUROPOD_IO_FAILED, "read function");
  EXPECT_FAILURE(NP_DeserializeValueMap(refuse_to_read, NULL, &found_map, NULL), NEUROPOD_IO_FAILED, "read function");
  EXPECT(found == NULL && found_map == NULL);
  EXPECT_FAILURE(NP_DeserializeTensor(read_too_much, NULL, &found, NULL), NEUROPOD_IO_FAILED, "bytes for");
  NP_FreeValueMap(map);
  NP_FreeTensor(tensor);
}

// Reads a tensor, or a map if there is none of these.
static void read_either(struct memory *memory, bool is_whole) {
  NP_NeuropodTensor *tensor = NULL;
  NP_NeuropodValueMap *map = NULL;
  memory->position = 0;
  NP_Code code = NP_DeserializeTensor(read_memory, memory, &tensor, NULL);
  CHECK((code == NEUROPOD_OK) == (tensor != NULL));
  EXPECT(is_whole || tensor == NULL);
  memory->position = 0;
  code = NP_DeserializeValueMap(read_memory, memory, &map, NULL);
  CHECK((code == NEUROPOD_OK) == (map != NULL));
  EXPECT(is_whole || map == NULL);
  // The names may hold zeros now, which no list of texts can.
  if (map != NULL) NP_FreeTensorNameList(NP_GetTensorNames(map));
  NP_FreeTensor(tensor);
  NP_FreeValueMap(map);
}

// Every beginning of the bytes is too short, and every byte may be another: an error or other content, and never more.
static void damaged_bytes_do_no_harm(struct memory *memory) {
  const size_t size = memory->size;
  for (memory->size = 0; memory->size < size; memory->size++) read_either(memory, false);
  for (size_t index = 0; index < size; index++) {
    const unsigned char byte = memory->data[index];
    const unsigned char others[] = {0, 1, 0x7f, 0xff, (unsigned char)(byte ^ 0x80)};
    for (size_t other = 0; other < sizeof others; other++) {
      memory->data[index] = others[other];
      read_either(memory, true);
    }
    memory->data[index] = byte;
  }
}

static void damage_is_noticed(void) {
  struct memory memory = {{0}, 0, 0, 0};
  NP_NeuropodTensor *tensor = some_strings();
  CHECK(NP_SerializeTensor(tensor, write_memory, &memory, NULL) == NEUROPOD_OK);
  NP_NeuropodValueMap *map = NULL;
  EXPECT(NP_DeserializeValueMap(read_memory, &memory, &map, NULL) != NEUROPOD_OK && map == NULL);
  EXPECT(NP_GetMessage(NP_GetLastError())[0] != '\0');
  damaged_bytes_do_no_harm(&memory);
  NP_FreeTensor(tensor);

  memory.size = 0;
  map = some_map();
  CHECK(NP_SerializeValueMap(map, write_memory, &memory, NULL) == NEUROPOD_OK);
  damaged_bytes_do_no_harm(&memory);
  NP_FreeValueMap(map);

  memory.size = 0;
  write_memory(&memory, "these are no bytes of a tensor, nor of a map, and long enough for either", 72);
  memory.position = 0;
  EXPECT_FAILURE(NP_DeserializeTensor(read_memory, &memory, &tensor, NULL), NEUROPOD_INVALID_ARGUMENT, "no serialized");
}

int main(void) {
  allocator = NP_GetGenericAllocator();
  every_type_comes_back();
  maps_come_back();
  files_hold_them();
  what_the_program_refuses_is_an_error();
  damage_is_noticed();
  NP_FreeAllocator(allocator);
  return finish();
}
