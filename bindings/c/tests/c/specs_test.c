// What a model says of itself.
#include "package.h"

static const char CONFIG[] =
    "{\"name\": \"mod\xc3\xa8le\", \"platform\": \"fake\", \"input_spec\": ["
    "{\"name\": \"image\", \"dtype\": \"uint8\", \"shape\": [null, 1200, \"channels\", \"n\"]},"
    "{\"name\": \"scale\", \"dtype\": \"float64\", \"shape\": []},"
    "{\"name\": \"label\", \"dtype\": \"string\", \"shape\": [\"n\"]}],"
    "\"output_spec\": [{\"name\": \"out\", \"dtype\": \"bfloat16\", \"shape\": [3]},"
    "{\"name\": \"flag\", \"dtype\": \"bool\", \"shape\": [null]}]}";

static NP_Neuropod *load_package(const char *config) {
  struct package package;
  write_package(&package, config, "out = constant 1");
  NP_Neuropod *model = NULL;
  CHECK(NP_LoadNeuropod(package.path, &model, NULL) == NEUROPOD_OK);
  remove_package(&package);
  return model;
}

static bool is_dimension(NP_Dimension found, int64_t value, const char *symbol) {
  bool is_symbol = symbol == NULL ? found.symbol == NULL : found.symbol != NULL && strcmp(found.symbol, symbol) == 0;
  return found.value == value && is_symbol;
}

static void inputs_are_told(const NP_Neuropod *model) {
  EXPECT(NP_GetNumInputs(model) == 3);
  NP_TensorSpec *image = NP_GetInputSpec(model, 0);
  CHECK(image != NULL);
  EXPECT(strcmp(image->name, "image") == 0 && image->type == UINT8_TENSOR && image->num_dims == 4);
  EXPECT(is_dimension(image->dims[0], -1, NULL) && is_dimension(image->dims[1], 1200, NULL));
  EXPECT(is_dimension(image->dims[2], -2, "channels") && is_dimension(image->dims[3], -2, "n"));

  NP_TensorSpec *scale = NP_GetInputSpec(model, 1);
  EXPECT(strcmp(scale->name, "scale") == 0 && scale->type == DOUBLE_TENSOR && scale->num_dims == 0);
  NP_TensorSpec *label = NP_GetInputSpec(model, 2);
  EXPECT(label->type == STRING_TENSOR && label->num_dims == 1 && is_dimension(label->dims[0], -2, "n"));
  NP_FreeTensorSpec(label);
  NP_FreeTensorSpec(scale);
  NP_FreeTensorSpec(image);
  EXPECT_FAILURE(NP_GetInputSpec(model, 3), NEUROPOD_INVALID_ARGUMENT, "no input 3");
  EXPECT_FAILURE(NP_GetInputSpec(model, SIZE_MAX), NEUROPOD_INVALID_ARGUMENT, "no input");
}

static void outputs_are_told(const NP_Neuropod *model) {
  EXPECT(NP_GetNumOutputs(model) == 2);
  NP_TensorSpec *out = NP_GetOutputSpec(model, 0);
  CHECK(out != NULL);
  EXPECT(strcmp(out->name, "out") == 0 && out->type == BFLOAT16_TENSOR && is_dimension(out->dims[0], 3, NULL));
  NP_FreeTensorSpec(out);
  EXPECT_FAILURE(NP_GetOutputSpec(model, 2), NEUROPOD_INVALID_ARGUMENT, "no output 2");
}

// A spec stays when its model is freed.
static void specs_outlive_their_model(void) {
  NP_Neuropod *model = load("addition-fake");
  NP_TensorSpec *spec = NP_GetOutputSpec(model, 0);
  CHECK(spec != NULL);
  NP_FreeNeuropod(model);
  EXPECT(strcmp(spec->name, "out") == 0 && is_dimension(spec->dims[0], -2, "n"));
  NP_FreeTensorSpec(spec);
}

int main(void) {
  NP_Neuropod *model = load_package(CONFIG);
  EXPECT(strcmp(NP_GetName(model), "mod\xc3\xa8le") == 0);
  EXPECT(strcmp(NP_GetPlatform(model), "fake") == 0);
  inputs_are_told(model);
  outputs_are_told(model);
  NP_FreeNeuropod(model);
  specs_outlive_their_model();
  NP_FreeTensorSpec(NULL);
  return finish();
}
