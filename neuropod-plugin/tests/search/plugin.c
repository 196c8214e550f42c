/* A plugin that says what the macros NAME, PLATFORM and VERSION say, and loads no model. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct { const char *data; size_t len; } Text;
typedef struct { size_t size; uint32_t abi; Text environment; } Host;
typedef struct {
    size_t size;
    uint32_t abi;
    Text name, platform, version;
    uint64_t dtypes, devices, capabilities;
    void *backend;
    int32_t (*load)(void *, const void *, const void *, void *, void *);
} Plugin;

#ifdef WITH_FRAMEWORK
int fake_framework(void);
#else
static int fake_framework(void) { return 1; }
#endif

#ifdef TOUCH
#include <stdio.h>
__attribute__((constructor)) static void touch(void) { fclose(fopen(TOUCH, "w")); }
#endif

static int32_t load(void *backend, const void *source, const void *options, void *model, void *errors) {
    (void)backend, (void)source, (void)options, (void)model, (void)errors;
    return 1;
}

/* The name `environment` stands for the folder that the program tells. */
const Plugin *neuropod_plugin(const Host *host, void *errors) {
    static char name[4096] = NAME;
    static Plugin plugin = {
        .size = sizeof(Plugin),
        .abi = 1,
        .platform = {PLATFORM, sizeof(PLATFORM) - 1},
        .version = {VERSION, sizeof(VERSION) - 1},
        .dtypes = 1,
        .devices = 1,
        .load = load,
    };
    (void)errors;
    if (strcmp(NAME, "environment") == 0 && host->environment.len < sizeof(name)) {
        memcpy(name, host->environment.data, host->environment.len);
        name[host->environment.len] = 0;
    }
    plugin.name.data = name;
    plugin.name.len = strlen(name);
    plugin.backend = fake_framework() ? &plugin : NULL;
    return &plugin;
}
