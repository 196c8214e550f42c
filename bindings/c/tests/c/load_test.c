// How packages are loaded, and what keeps them from it.
#include "package.h"

#define SPECS \
  "\"input_spec\": [{\"name\": \"x\", \"dtype\": \"float32\", \"shape\": [\"n\"]}]," \
  "\"output_spec\": [{\"name\": \"out\", \"dtype\": \"float32\", \"shape\": [\"n\"]}]"

static const char CONFIG[] = "{\"name\": \"identity\", \"platform\": \"fake\", " SPECS "}";

static struct package package;

static NP_Code load_with(const NP_LoadOptions *options) {
  NP_Neuropod *model = NULL;
  NP_Code code = NP_LoadNeuropodWithLoadOptions(package.path, options, &model, NULL);
  EXPECT((model != NULL) == (code == NEUROPOD_OK));
  NP_FreeNeuropod(model);
  return code;
}

static NP_Code load_with_runtime(const NP_RuntimeOptions *options) {
  NP_Neuropod *model = NULL;
  NP_Code code = NP_LoadNeuropodWithOpts(package.path, options, &model, NULL);
  EXPECT((model != NULL) == (code == NEUROPOD_OK));
  NP_FreeNeuropod(model);
  return code;
}

static void defaults_are_as_documented(void) {
  NP_RuntimeOptions options = NP_DefaultRuntimeOptions();
  EXPECT(!options.use_ope && options.visible_device == 0 && options.load_model_at_construction);
  EXPECT(!options.disable_shape_and_type_checking && options.ope_options.free_memory_every_cycle);
  EXPECT(options.ope_options.control_queue_name[0] == '\0');
  EXPECT(load_with_runtime(&options) == NEUROPOD_OK && load_with_runtime(NULL) == NEUROPOD_OK);
}

static void devices_are_preferred_or_required(void) {
  NP_RuntimeOptions options = NP_DefaultRuntimeOptions();
  options.visible_device = GPU7;
  EXPECT(load_with_runtime(&options) == NEUROPOD_OK);
  options.visible_device = NP_DEVICE_CPU;
  EXPECT(load_with_runtime(&options) == NEUROPOD_OK);
  options.visible_device = CPU;
  EXPECT(load_with_runtime(&options) == NEUROPOD_OK);
  options.visible_device = -2;
  EXPECT_FAILURE(load_with_runtime(&options), NEUROPOD_INVALID_ARGUMENT, "visible_device");
  EXPECT_FAILURE(NP_NewLoadOptions(&options), NEUROPOD_INVALID_ARGUMENT, "-2");

  NP_LoadOptions *more = NP_NewLoadOptions(NULL);
  EXPECT(NP_SetDevice(more, "cpu", NULL) == NEUROPOD_OK && load_with(more) == NEUROPOD_OK);
  EXPECT(NP_SetDevice(more, "cuda:3", NULL) == NEUROPOD_OK);
  EXPECT_FAILURE(load_with(more), NEUROPOD_DEVICE_UNAVAILABLE, "cuda:3");
  EXPECT_FAILURE(NP_SetDevice(more, "tpu", NULL), NEUROPOD_INVALID_ARGUMENT, "tpu");
  EXPECT_FAILURE(NP_SetDevice(more, "cpu\xff", NULL), NEUROPOD_INVALID_ARGUMENT, "UTF-8");
  NP_FreeLoadOptions(more);
}

static void no_other_process_runs_models(void) {
  NP_RuntimeOptions options = NP_DefaultRuntimeOptions();
  memset(options.ope_options.control_queue_name, 'a', QUEUENAME_MAX);
  EXPECT_FAILURE(load_with_runtime(&options), NEUROPOD_INVALID_ARGUMENT, "control_queue_name");
  options.ope_options.control_queue_name[QUEUENAME_MAX - 1] = '\0';
  EXPECT(load_with_runtime(&options) == NEUROPOD_OK);
  options.use_ope = true;
  EXPECT_FAILURE(load_with_runtime(&options), NEUROPOD_UNSUPPORTED, "use_ope");
  EXPECT_FAILURE(NP_NewLoadOptions(&options), NEUROPOD_UNSUPPORTED, "use_ope");
}

// The spec can be read before the model is loaded, by hand or with the first use.
static void models_are_loaded_late(void) {
  NP_RuntimeOptions options = NP_DefaultRuntimeOptions();
  options.load_model_at_construction = false;
  struct package broken;
  write_package(&broken, CONFIG, "this is no program");
  NP_Neuropod *model = NULL;
  EXPECT(NP_LoadNeuropod(broken.path, &model, NULL) == NEUROPOD_LOAD_FAILED && model == NULL);
  CHECK(NP_LoadNeuropodWithOpts(broken.path, &options, &model, NULL) == NEUROPOD_OK);
  EXPECT(NP_GetNumInputs(model) == 1 && strcmp(NP_GetName(model), "identity") == 0);
  EXPECT_FAILURE(NP_LoadModel(model, NULL), NEUROPOD_LOAD_FAILED, "this is no program");
  EXPECT_FAILURE(NP_GetAllocator(model), NEUROPOD_LOAD_FAILED, "this is no program");
  NP_FreeNeuropod(model);

  CHECK(NP_LoadNeuropodWithOpts(package.path, &options, &model, NULL) == NEUROPOD_OK);
  EXPECT(NP_LoadModel(model, NULL) == NEUROPOD_OK && NP_LoadModel(model, NULL) == NEUROPOD_OK);
  NP_FreeNeuropod(model);
  remove_package(&broken);
}

static void options_are_kept(void) {
  NP_RuntimeOptions runtime = NP_DefaultRuntimeOptions();
  runtime.visible_device = NP_DEVICE_CPU;
  NP_LoadOptions *options = NP_NewLoadOptions(&runtime);
  CHECK(options != NULL);
  NP_Status *status = NP_NewStatus();
  EXPECT(NP_SetThreads(options, 2, 0, status) == NEUROPOD_OK);
  EXPECT(NP_SetAllowCustomOps(options, false, status) == NEUROPOD_OK);
  EXPECT(NP_SetIntegrity(options, NP_INTEGRITY_SKIP, status) == NEUROPOD_OK);
  EXPECT(NP_SetVersionRange(options, ">=3.0.0 <4.0.0", status) == NEUROPOD_OK);
  EXPECT(NP_SetSeparateSymbols(options, true, status) == NEUROPOD_OK);
  EXPECT(NP_SetEnvironment(options, "/no/environment", status) == NEUROPOD_OK);
  // Options serve for more than one package.
  EXPECT(load_with(options) == NEUROPOD_OK && load_with(options) == NEUROPOD_OK);

  EXPECT(NP_SetIntegrity(options, NP_INTEGRITY_REQUIRE, status) == NEUROPOD_OK);
  EXPECT_FAILURE(load_with(options), NEUROPOD_INTEGRITY_FAILED, "manifest");
  EXPECT_FAILURE(NP_SetIntegrity(options, (NP_Integrity)7, status), NEUROPOD_INVALID_ARGUMENT, "7");
  EXPECT(NP_GetCode(status) == NEUROPOD_INVALID_ARGUMENT);
  EXPECT(NP_SetIntegrity(options, NP_INTEGRITY_VERIFY, status) == NEUROPOD_OK);
  EXPECT(NP_GetCode(status) == NEUROPOD_OK);
  EXPECT(NP_SetVersionRange(options, "^9.0.0", status) == NEUROPOD_OK);
  EXPECT_FAILURE(load_with(options), NEUROPOD_BACKEND_NOT_FOUND, "9.0.0");
  EXPECT_FAILURE(NP_SetVersionRange(options, "\xff", status), NEUROPOD_INVALID_ARGUMENT, "UTF-8");
  NP_DeleteStatus(status);
  NP_FreeLoadOptions(options);
  NP_FreeLoadOptions(NULL);
}

// What a name means is the backend's matter; this one knows none, and takes any.
static void backends_have_options(void) {
  NP_LoadOptions *options = NP_NewLoadOptions(NULL);
  EXPECT(NP_SetBackendOption(options, "an-option", "a value", NULL) == NEUROPOD_OK);
  EXPECT(load_with(options) == NEUROPOD_OK);
  EXPECT_FAILURE(NP_SetBackendOption(options, "a\xff", "1", NULL), NEUROPOD_INVALID_ARGUMENT, "`name` is not UTF-8");
  EXPECT_FAILURE(NP_SetBackendOption(options, "a", "\xff", NULL), NEUROPOD_INVALID_ARGUMENT, "`value` is not UTF-8");
  NP_FreeLoadOptions(options);
}

// A place that is named is looked into first.
static void plugins_are_found_in_places(void) {
  NP_LoadOptions *options = NP_NewLoadOptions(NULL);
  EXPECT(NP_AddPluginPath(options, getenv("NEUROPOD_PLUGIN_PATH"), NULL) == NEUROPOD_OK);
  EXPECT(load_with(options) == NEUROPOD_OK);
  NP_FreeLoadOptions(options);
}

// For a platform with a place of its own, no other is looked at.
static void a_platform_has_its_own_place(void) {
  NP_LoadOptions *options = NP_NewLoadOptions(NULL);
  EXPECT(NP_OverrideBackend(options, "another", "no-such", NULL) == NEUROPOD_OK);
  EXPECT(load_with(options) == NEUROPOD_OK);
  EXPECT(NP_OverrideBackend(options, "fake", "no-such", NULL) == NEUROPOD_OK);
  EXPECT_FAILURE(load_with(options), NEUROPOD_BACKEND_NOT_FOUND, "no-such");
  EXPECT(NP_OverrideBackend(options, "fake", getenv("NEUROPOD_PLUGIN_PATH"), NULL) == NEUROPOD_OK);
  EXPECT(load_with(options) == NEUROPOD_OK);
  NP_FreeLoadOptions(options);
}

static void packages_that_are_wrong_are_refused(void) {
  static const struct {
    const char *config;
    NP_Code code;
  } cases[] = {
      {"", NEUROPOD_INVALID_SPEC},
      {"{", NEUROPOD_INVALID_SPEC},
      {"[1, 2]", NEUROPOD_INVALID_SPEC},
      {"{\"name\": \"m\", " SPECS "}", NEUROPOD_INVALID_SPEC},
      {"{\"name\": \"m\", \"platform\": \"abacus\", " SPECS "}", NEUROPOD_BACKEND_NOT_FOUND},
      {"{\"name\": \"m\", \"platform\": \"fake\", \"input_spec\": [{\"name\": \"x\", \"dtype\": \"float33\", "
       "\"shape\": []}], \"output_spec\": []}",
       NEUROPOD_INVALID_SPEC},
  };
  for (size_t index = 0; index < sizeof cases / sizeof cases[0]; index++) {
    struct package wrong;
    write_package(&wrong, cases[index].config, "out = x");
    NP_Neuropod *model = NULL;
    NP_Code code = NP_LoadNeuropod(wrong.path, &model, NULL);
    EXPECT(model == NULL && code == cases[index].code);
    const char *message = NP_GetMessage(NP_GetLastError());
    EXPECT(message[0] != '\0');
    EXPECT(strstr(message, "crate") == NULL); // what only programs in Rust could do is no advice
    remove_package(&wrong);
  }
}

static void paths_that_lead_nowhere_are_refused(void) {
  NP_Neuropod *model = NULL;
  EXPECT_FAILURE(NP_LoadNeuropod("", &model, NULL), NEUROPOD_NOT_FOUND, "");
  EXPECT_FAILURE(NP_LoadNeuropod("/no/such/package", &model, NULL), NEUROPOD_NOT_FOUND, "/no/such/package");
  // Paths are bytes.
  EXPECT_FAILURE(NP_LoadNeuropod("/no/such/\xff", &model, NULL), NEUROPOD_NOT_FOUND, "/no/such/");
  // The description is a file, and no zip archive; the folder of the model is no package.
  EXPECT_FAILURE(NP_LoadNeuropod(package.config, &model, NULL), NEUROPOD_INVALID_PACKAGE, "zip");
  char folder[128];
  snprintf(folder, sizeof folder, "%s/0", package.path);
  EXPECT_FAILURE(NP_LoadNeuropod(folder, &model, NULL), NEUROPOD_INVALID_PACKAGE, "config.json");
  EXPECT(model == NULL);
}

static void a_model_that_is_gone_leaves_nothing(void) {
  for (int round = 0; round < 20; round++) EXPECT(load_with_runtime(NULL) == NEUROPOD_OK);
  NP_FreeNeuropod(NULL);
}

int main(void) {
  write_package(&package, CONFIG, "out = x");
  defaults_are_as_documented();
  devices_are_preferred_or_required();
  no_other_process_runs_models();
  models_are_loaded_late();
  options_are_kept();
  backends_have_options();
  plugins_are_found_in_places();
  a_platform_has_its_own_place();
  packages_that_are_wrong_are_refused();
  paths_that_lead_nowhere_are_refused();
  a_model_that_is_gone_leaves_nothing();
  remove_package(&package);
  return finish();
}
