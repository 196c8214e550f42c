// A backend in C: it adds two float32 tensors, and multiplies the sum by the number in the package's `0/data/scale`,
// if there is one. Build it with
//
//   cc -shared -fPIC -I<prefix>/include/neuropod addition.c -o libaddition.so
#include "neuropod_plugin.h"

#include <stdlib.h>
#include <string.h>

struct model {
  float scale;
};

static NeuropodStr text(const char *zero_terminated) {
  return (NeuropodStr){(const uint8_t *)zero_terminated, strlen(zero_terminated)};
}

static int is(NeuropodStr name, const char *other) {
  return name.len == strlen(other) && memcmp(name.data, other, name.len) == 0;
}

// Reports an error about one tensor, and gives what a function returns then.
static int32_t fail(NeuropodErrors *errors, uint32_t kind, const char *message, const char *tensor) {
  errors->report(errors, kind, text(message), text(""));
  errors->add_context(errors, text("tensor"), text(tensor));
  return 1;
}

static const NeuropodTensor *find(const NeuropodInput *inputs, size_t count, const char *name) {
  for (size_t i = 0; i < count; ++i)
    if (is(inputs[i].name, name)) return &inputs[i].tensor;
  return NULL;
}

// The output's memory is one `malloc`, which its owner's first word leads to.
static void release(const NeuropodOwner *owner) { free((void *)owner->words[0]); }

static const NeuropodOwnerFunctions FREE = {sizeof(NeuropodOwnerFunctions), NULL, release, NULL};

static int32_t infer(void *self, const NeuropodInput *inputs, size_t input_count, const NeuropodStr *requested,
                     size_t requested_count, NeuropodOutputs *outputs, NeuropodErrors *errors) {
  const struct model *model = self;
  // There is one output, so a request can only ask for it.
  (void)requested, (void)requested_count;
  const NeuropodTensor *x = find(inputs, input_count, "x"), *y = find(inputs, input_count, "y");
  if (x == NULL) return fail(errors, NEUROPOD_ERROR_MISSING_INPUT, "the model needs the input `x`", "x");
  if (y == NULL) return fail(errors, NEUROPOD_ERROR_MISSING_INPUT, "the model needs the input `y`", "y");
  if (x->dtype != NEUROPOD_DTYPE_FLOAT32 || y->dtype != NEUROPOD_DTYPE_FLOAT32 || x->len != y->len)
    return fail(errors, NEUROPOD_ERROR_INVALID_INPUT, "expected float32 of the shape of `x`", "y");

  float *sum = malloc(x->len > 0 ? x->len : 1);
  if (sum == NULL) return fail(errors, NEUROPOD_ERROR_MODEL, "there is no memory for the output", "out");
  const float *a = x->data, *b = y->data;
  for (size_t i = 0; i < x->len / sizeof(float); ++i) sum[i] = (a[i] + b[i]) * model->scale;

  NeuropodTensor out = *x;
  out.flags = NEUROPOD_TENSOR_WRITABLE;
  out.data = sum;
  out.owner = (NeuropodOwner){{sum, NULL}, &FREE};
  return outputs->push(outputs, text("out"), &out);
}

static void destroy(void *model) { free(model); }

// Reads `0/data/scale`; without such a file the number stays.
static int32_t read_scale(const NeuropodSource *source, float *scale, NeuropodErrors *errors) {
  const NeuropodFiles *files = source->files;
  NeuropodReader file;
  char number[32] = {0};
  size_t length = 0, read = 1;
  if (files->open(files->files, text("0/data/scale"), &file, errors) != 0) return 0;
  int32_t code = 0;
  while (code == 0 && read > 0 && length < sizeof number - 1) {
    code = file.read(file.reader, (uint8_t *)number + length, sizeof number - 1 - length, &read, errors);
    length += read;
  }
  file.close(file.reader);
  if (code != 0) return code;
  char *end = number;
  *scale = strtof(number, &end);
  if (end == number) return fail(errors, NEUROPOD_ERROR_LOAD, "`0/data/scale` holds no number", "out");
  return 0;
}

static int32_t load(void *backend, const NeuropodSource *source, const NeuropodOptions *options,
                    NeuropodModel *model, NeuropodErrors *errors) {
  (void)backend;
  if (options->device != NEUROPOD_DEVICE_CPU && !options->device_fallback) {
    errors->report(errors, NEUROPOD_ERROR_DEVICE, text("only the CPU is supported"), text(""));
    return 1;
  }
  struct model *loaded = malloc(sizeof *loaded);
  if (loaded == NULL) return 1;
  loaded->scale = 1;
  if (read_scale(source, &loaded->scale, errors) != 0) {
    free(loaded);
    return 1;
  }
  *model = (NeuropodModel){sizeof *model, loaded, infer, NULL, destroy};
  return 0;
}

const NeuropodPlugin *neuropod_plugin(const NeuropodHost *host, NeuropodErrors *errors) {
  static NeuropodPlugin plugin;
  if (host->abi != NEUROPOD_PLUGIN_ABI) {
    errors->report(errors, NEUROPOD_ERROR_LOAD, text("the program has another plugin interface"), text(""));
    return NULL;
  }
  plugin = (NeuropodPlugin){
      .size = sizeof plugin,
      .abi = NEUROPOD_PLUGIN_ABI,
      .name = text("c-addition"),
      .platform = text("c-addition"),
      .version = text("1.0.0"),
      .dtypes = 1u << NEUROPOD_DTYPE_FLOAT32,
      .devices = 1u << NEUROPOD_DEVICE_CPU,
      .capabilities = NEUROPOD_CAPABILITY_CONCURRENT_INFER,
      .load = load,
  };
  return &plugin;
}
