// A backend that breaks one rule of the interface: MISTAKE says which.
#include "neuropod_plugin.h"

#include <stdlib.h>
#include <string.h>

// What MISTAKE can be.
enum {
  NO_MISTAKE, NULL_WITHOUT_REASON, OTHER_ABI, SMALL_TABLE, NULL_NAME, EMPTY_PLATFORM, WRONG_VERSION, NO_LOAD,
  LOAD_FAILS_SILENTLY, NO_INFER, NO_DESTROY, WRONG_OUTPUT, OUTPUT_TWICE, NO_OUTPUT, UNKNOWN_DTYPE, HUGE_RANK,
  NULL_DIMS, HUGE_SHAPE, SHORT_DATA, HUGE_LENGTH, NULL_DATA, MISALIGNED_DATA, WRONG_BOOL, NO_OFFSETS,
  FALLING_OFFSETS, FAR_OFFSETS, NO_RELEASE, NULL_TENSOR, NULL_OUTPUT_NAME, UNKNOWN_ERROR_KIND, PUSHES_ON,
  NOT_UTF8_MESSAGE, NO_FRAMEWORK, WRITABLE_INPUT, UNCOUNTED_OWNER,
};

static NeuropodStr text(const char *text) { return (NeuropodStr){(const uint8_t *)text, strlen(text)}; }

static void again(const NeuropodOwner *owner, NeuropodOwner *kept) { *kept = *owner; }
static void nothing(const NeuropodOwner *owner) { (void)owner; }
static const NeuropodOwnerFunctions STATIC = {sizeof(NeuropodOwnerFunctions), NULL, nothing, NULL};
static const NeuropodOwnerFunctions NO_FUNCTIONS = {sizeof(NeuropodOwnerFunctions), NULL, NULL, NULL};
static const NeuropodOwnerFunctions UNCOUNTED = {sizeof(NeuropodOwnerFunctions), again, nothing, NULL};

static int32_t infer(void *model, const NeuropodInput *inputs, size_t input_count, const NeuropodStr *requested,
                     size_t requested_count, NeuropodOutputs *outputs, NeuropodErrors *errors) {
  static const double numbers[3] = {1, 2, 3};
  static const uint64_t falling[3] = {2, 1, 3}, far[3] = {0, 1, 4000000000000};
  static const size_t dims[2] = {2, (size_t)1 << 62};
  (void)model, (void)input_count, (void)requested, (void)requested_count;
  NeuropodTensor tensor = {NEUROPOD_DTYPE_FLOAT32, 0, 1, dims, numbers, 8, NULL, {{NULL, NULL}, &STATIC}};
  NeuropodStr name = text("out");
  switch (MISTAKE) {
    case WRONG_OUTPUT: name = text("other"); break;
    case NO_OUTPUT: return 0;
    case UNKNOWN_DTYPE: tensor.dtype = 99; break;
    case HUGE_RANK: tensor.rank = (size_t)1 << 40; break;
    case NULL_DIMS: tensor.dims = NULL; break;
    case HUGE_SHAPE: tensor.rank = 2; break;
    case SHORT_DATA: tensor.len = 7; break;
    case HUGE_LENGTH: tensor.len = SIZE_MAX; break;
    case NULL_DATA: tensor.data = NULL; break;
    case MISALIGNED_DATA: tensor.data = (const char *)numbers + 1; break;
    case WRONG_BOOL: tensor.dtype = NEUROPOD_DTYPE_BOOL; tensor.len = 2; tensor.data = (const char *)numbers + 6; break;
    case NO_OFFSETS: tensor.dtype = NEUROPOD_DTYPE_STRING; break;
    case FALLING_OFFSETS: tensor.dtype = NEUROPOD_DTYPE_STRING; tensor.offsets = falling; break;
    case FAR_OFFSETS: tensor.dtype = NEUROPOD_DTYPE_STRING; tensor.offsets = far; break;
    case NO_RELEASE: tensor.owner.functions = &NO_FUNCTIONS; break;
    case UNCOUNTED_OWNER: tensor.owner.functions = &UNCOUNTED; tensor.flags = NEUROPOD_TENSOR_WRITABLE; break;
    case WRITABLE_INPUT:
      tensor = inputs[0].tensor;
      tensor.flags = NEUROPOD_TENSOR_WRITABLE;
      tensor.owner.functions->retain(&inputs[0].tensor.owner, &tensor.owner);
      break;
    case NULL_TENSOR: return outputs->push(outputs, name, NULL);
    case NULL_OUTPUT_NAME: name = (NeuropodStr){NULL, 3}; break;
    case UNKNOWN_ERROR_KIND: errors->report(errors, 12345, text("odd"), text("")); return 1;
    case NOT_UTF8_MESSAGE: errors->report(errors, NEUROPOD_ERROR_MODEL, text("caf\xe9"), text("")); return 1;
    case PUSHES_ON: tensor.len = 7; outputs->push(outputs, name, &tensor); tensor.len = 8; break;
    default: break;
  }
  int32_t code = outputs->push(outputs, name, &tensor);
  if (MISTAKE == OUTPUT_TWICE) outputs->push(outputs, name, &tensor);
  return MISTAKE == OUTPUT_TWICE || MISTAKE == PUSHES_ON ? 0 : code;
}

static void destroy(void *model) { (void)model; }

static int32_t load(void *backend, const NeuropodSource *source, const NeuropodOptions *options,
                    NeuropodModel *model, NeuropodErrors *errors) {
  (void)backend, (void)source, (void)options, (void)errors;
  if (MISTAKE == LOAD_FAILS_SILENTLY) return 5;
  *model = (NeuropodModel){sizeof *model, NULL, MISTAKE == NO_INFER ? NULL : infer, NULL,
                           MISTAKE == NO_DESTROY ? NULL : destroy};
  return 0;
}

static int32_t check(void *backend, NeuropodErrors *errors) {
  (void)backend;
  if (MISTAKE != NO_FRAMEWORK) return 0;
  errors->report(errors, NEUROPOD_ERROR_LOAD, text("the framework is not there"), text("gone"));
  return 1;
}

const NeuropodPlugin *neuropod_plugin(const NeuropodHost *host, NeuropodErrors *errors) {
  static NeuropodPlugin plugin;
  (void)host, (void)errors;
  if (MISTAKE == NULL_WITHOUT_REASON) return NULL;
  plugin = (NeuropodPlugin){
      .size = MISTAKE == SMALL_TABLE ? 24 : sizeof plugin,
      .abi = MISTAKE == OTHER_ABI ? NEUROPOD_PLUGIN_ABI + 1 : NEUROPOD_PLUGIN_ABI,
      .name = MISTAKE == NULL_NAME ? (NeuropodStr){NULL, 4} : text("misbehaving"),
      .platform = text(MISTAKE == EMPTY_PLATFORM ? "" : "misbehaving"),
      .version = text(MISTAKE == WRONG_VERSION ? "two" : "2.0.0"),
      .dtypes = ~(uint64_t)0,
      .devices = 1u << NEUROPOD_DEVICE_CPU,
      .load = MISTAKE == NO_LOAD ? NULL : load,
      .check = check,
  };
  return &plugin;
}
