// Packages for the fake backend that a test writes itself. Include this file first: it asks for POSIX.
#ifndef NEUROPOD_TESTS_PACKAGE_H
#define NEUROPOD_TESTS_PACKAGE_H

#define _XOPEN_SOURCE 700

#include <sys/stat.h>
#include <unistd.h>

#include "check.h"

struct package {
  // The package.
  char path[64];
  // Its files.
  char config[128];
  char model[128];
};

static inline void write_file(const char *path, const char *text) {
  FILE *file = fopen(path, "wb");
  CHECK(file != NULL);
  CHECK(fputs(text, file) >= 0 && fclose(file) == 0);
}

// Writes a package with this description and this program, in a folder of its own.
static inline void write_package(struct package *package, const char *config, const char *program) {
  strcpy(package->path, "/tmp/neuropod-test-XXXXXX");
  CHECK(mkdtemp(package->path) != NULL);
  char folder[128];
  snprintf(folder, sizeof folder, "%s/0", package->path);
  CHECK(mkdir(folder, 0700) == 0);
  snprintf(folder, sizeof folder, "%s/0/data", package->path);
  CHECK(mkdir(folder, 0700) == 0);
  snprintf(package->config, sizeof package->config, "%s/config.json", package->path);
  snprintf(package->model, sizeof package->model, "%s/0/data/model.fake", package->path);
  write_file(package->config, config);
  write_file(package->model, program);
}

static inline void remove_package(const struct package *package) {
  char folder[128];
  unlink(package->model);
  unlink(package->config);
  snprintf(folder, sizeof folder, "%s/0/data", package->path);
  rmdir(folder);
  snprintf(folder, sizeof folder, "%s/0", package->path);
  rmdir(folder);
  EXPECT(rmdir(package->path) == 0);
}

#endif
