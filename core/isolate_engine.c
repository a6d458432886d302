/* SPDX-License-Identifier: MIT */
/* The kernel engine: one world, one runner and the plugins met so far, for a worker's life. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "isolate_worker.h"
#include "plugin_host.h"
#include "runner.h"
#include "world.h"

struct engine {
    struct world *world;
    struct runner *runner;
    struct loaded {
        const char *path; /* the first plan's that asked for it */
        struct plugin *plugin;
    } * plugins;
    size_t plugin_count;
    const struct plugin *prepared;
};

static void *open_engine(struct runner_progress *progress, struct drill_error *error)
{
    struct engine *engine = calloc(1, sizeof(*engine));
    if (engine) {
        engine->world = world_kernel_new();
    }
    if (engine && engine->world) {
        engine->runner = runner_new(engine->world, progress);
    }
    if (engine && engine->runner) {
        return engine;
    }
    int cause = errno;
    drill_error_set(error, "a worker could not begin: %s", strerror(cause));
    if (engine && engine->world) {
        world_free(engine->world);
    }
    free(engine);
    errno = cause;
    return NULL;
}

/* Plans of one suite share few plugins. */
static const struct plugin *find(const struct engine *engine, const char *path)
{
    for (size_t i = 0; i < engine->plugin_count; i++) {
        if (strcmp(engine->plugins[i].path, path) == 0) {
            return engine->plugins[i].plugin;
        }
    }
    return NULL;
}

static int prepare(void *owner, const struct plan *plan, struct drill_error *error)
{
    struct engine *engine = owner;
    const char *path = plan->server.plugin_path;
    engine->prepared = find(engine, path);
    if (engine->prepared) {
        return 0;
    }
    struct loaded *plugins =
        realloc(engine->plugins, (engine->plugin_count + 1) * sizeof(*plugins));
    if (!plugins) {
        drill_error_set(error, "out of memory");
        return -ENOMEM;
    }
    engine->plugins = plugins;
    struct plugin *plugin;
    int status = plugin_load(path, &plugin, error);
    if (status != 0) {
        return status;
    }
    plugins[engine->plugin_count++] = (struct loaded){path, plugin};
    engine->prepared = plugin;
    return 1;
}

static int run(void *owner, const struct plan *plan, uint64_t seed, struct result *result)
{
    struct engine *engine = owner;
    return runner_run(engine->runner, plan, engine->prepared, seed, result);
}

static size_t descriptors_held(const void *owner)
{
    const struct engine *engine = owner;
    return runner_descriptors_held(engine->runner);
}

const struct isolate_engine isolate_engine_kernel = {
    .open = open_engine,
    .prepare = prepare,
    .run = run,
    .descriptors_held = descriptors_held,
};
