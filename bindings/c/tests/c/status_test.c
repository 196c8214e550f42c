// How calls tell that they failed: codes, statuses and the last error of each thread.
#include <pthread.h>

#include "check.h"

static void versions_agree(void) {
  EXPECT(strcmp(NP_GetVersion(), NEUROPOD_VERSION) == 0);
  char text[32];
  snprintf(text, sizeof text, "%d.%d.%d", NEUROPOD_MAJOR_VERSION, NEUROPOD_MINOR_VERSION, NEUROPOD_PATCH_VERSION);
  EXPECT(strcmp(NP_GetVersion(), text) == 0);
}

// Before a thread's first failure.
static void there_is_no_error_at_first(void) {
  const NP_Status *last = NP_GetLastError();
  EXPECT(last != NULL && NP_GetCode(last) == NEUROPOD_OK && strcmp(NP_GetMessage(last), "") == 0);
}

static void a_status_says_how_its_last_call_went(void) {
  NP_Status *status = NP_NewStatus();
  EXPECT(NP_GetCode(status) == NEUROPOD_OK && strcmp(NP_GetMessage(status), "") == 0);

  NP_Neuropod *model = NULL;
  EXPECT(NP_LoadNeuropod("there/is/none", &model, status) == NEUROPOD_NOT_FOUND);
  EXPECT(model == NULL);
  EXPECT(NP_GetCode(status) == NEUROPOD_NOT_FOUND);
  EXPECT(strstr(NP_GetMessage(status), "there/is/none") != NULL);
  EXPECT(strcmp(NP_GetMessage(status), NP_GetMessage(NP_GetLastError())) == 0);

  // A call that goes well clears it, and leaves the last error as it is.
  NP_LoadOptions *options = NP_NewLoadOptions(NULL);
  EXPECT(NP_SetThreads(options, 1, 1, status) == NEUROPOD_OK);
  NP_FreeLoadOptions(options);
  EXPECT(NP_GetCode(status) == NEUROPOD_OK && strcmp(NP_GetMessage(status), "") == 0);
  EXPECT(NP_GetCode(NP_GetLastError()) == NEUROPOD_NOT_FOUND);

  EXPECT(NP_LoadNeuropod(NULL, &model, status) == NEUROPOD_INVALID_ARGUMENT);
  EXPECT(NP_GetCode(status) == NEUROPOD_INVALID_ARGUMENT);
  NP_ClearStatus(status);
  EXPECT(NP_GetCode(status) == NEUROPOD_OK && strcmp(NP_GetMessage(status), "") == 0);
  EXPECT(NP_GetCode(NP_GetLastError()) == NEUROPOD_INVALID_ARGUMENT);
  NP_DeleteStatus(status);
}

static void no_status_is_a_status_too(void) {
  NP_ClearStatus(NULL);
  NP_DeleteStatus(NULL);
  EXPECT(NP_GetCode(NULL) == NEUROPOD_INVALID_ARGUMENT);
  EXPECT(strcmp(NP_GetMessage(NULL), "") == 0);
}

// The last error is another status than those of the program, and one of them stays when the other changes.
static void statuses_are_apart(void) {
  NP_Status *first = NP_NewStatus();
  NP_Status *second = NP_NewStatus();
  NP_Neuropod *model = NULL;
  NP_LoadNeuropod("first", &model, first);
  NP_LoadNeuropod("second", &model, second);
  EXPECT(strstr(NP_GetMessage(first), "first") != NULL && strstr(NP_GetMessage(second), "second") != NULL);
  EXPECT(strstr(NP_GetMessage(NP_GetLastError()), "second") != NULL);
  NP_DeleteStatus(first);
  NP_DeleteStatus(second);
}

static void *fail_in_a_thread(void *argument) {
  const char *path = argument;
  CHECK(NP_GetCode(NP_GetLastError()) == NEUROPOD_OK);
  for (int call = 0; call < 50; call++) {
    NP_Neuropod *model = NULL;
    CHECK(NP_LoadNeuropod(path, &model, NULL) == NEUROPOD_NOT_FOUND);
    CHECK(strstr(NP_GetMessage(NP_GetLastError()), path) != NULL);
  }
  return NULL;
}

static void every_thread_has_its_own_last_error(void) {
  char paths[4][16];
  pthread_t threads[4];
  EXPECT(NP_GetNumElements(NULL) == 0);
  for (int index = 0; index < 4; index++) {
    snprintf(paths[index], sizeof paths[index], "no-package-%d", index);
    CHECK(pthread_create(&threads[index], NULL, fail_in_a_thread, paths[index]) == 0);
  }
  for (int index = 0; index < 4; index++) CHECK(pthread_join(threads[index], NULL) == 0);
  EXPECT(NP_GetCode(NP_GetLastError()) == NEUROPOD_INVALID_ARGUMENT);
}

int main(void) {
  there_is_no_error_at_first();
  versions_agree();
  a_status_says_how_its_last_call_went();
  no_status_is_a_status_too();
  statuses_are_apart();
  every_thread_has_its_own_last_error();
  return finish();
}
