/* SPDX-License-Identifier: MIT */
/* The engine of runners: a world with a runner for each kind, and the plugins met so far, for a
 * worker's life. A world is made when it is first needed: who only simulates has no sockets. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "isolate_worker.h"
#include "plugin_note.h"
#include "runner.h"
#include "world.h"
#include "world_sim.h"

struct stage {
    struct world *world;
    struct runner *runner;
};

struct engine {
    struct runner_progress *progress;
    struct stage kernel, sim; /* NULL until they are needed */
    struct loaded {
        const char *path; /* the first plan's that asked for it */
        struct plugin *plugin;
    } * plugins;
    size_t plugin_count;
    const struct plugin *prepared;
};

/* Takes the world, NULL with errno set included. 0 or -errno. */
static int stage_build(struct stage *stage, struct world *world, struct runner_progress *progress)
{
    struct runner *runner = world ? runner_new(world, progress) : NULL;
    if (!runner) {
        int cause = errno;
        world_free(world);
        return -cause;
    }
    *stage = (struct stage){world, runner};
    return 0;
}

static void *open_engine(struct runner_progress *progress, struct drill_error *error)
{
    struct engine *engine = calloc(1, sizeof(*engine));
    if (!engine) {
        drill_error_set(error, "a worker could not begin: out of memory");
        errno = ENOMEM;
        return NULL;
    }
    engine->progress = progress;
    return engine;
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
    plugin_note_callbacks(plugin, &engine->progress->callback);
    plugins[engine->plugin_count++] = (struct loaded){path, plugin};
    engine->prepared = plugin;
    return 1;
}

static int play(const struct engine *engine, const struct stage *stage,
                const struct isolate_job *job, struct result *result)
{
    runner_trace(stage->runner, job->trace);
    return runner_run(stage->runner, job->plan, engine->prepared, job->seed, result);
}

/* What a run saw that found a pool empty is no verdict on the plugin. */
static int decide_too_large(struct result *result)
{
    result->too_large = true;
    return result_decide(result, VERDICT_ERROR,
                         "needs more than the simulated network holds (65,536 ends of connections, "
                         "as many datagrams at once, 256 MiB of bytes that nobody has read): make "
                         "it smaller, or say \"worlds\": [\"kernel\"]");
}

/* Every run finds the world as new, and leaves nothing in it. */
static int play_simulated(struct engine *engine, const struct isolate_job *job,
                          struct result *result)
{
    struct stage *sim = &engine->sim;
    int status = 0;
    if (!sim->world) {
        status = stage_build(sim, world_sim_new(NULL), engine->progress);
    }
    if (status == 0) {
        world_sim_reset(sim->world, job->seed, &job->plan->network);
        status = play(engine, sim, job, result);
    }
    if (!sim->world || (status != 0 && !world_sim_exhausted(sim->world))) {
        return status;
    }
    runner_release(sim->runner);
    uint32_t open = world_sim_open_sockets(sim->world);
    if (open > 0) {
        return result_decide(result, VERDICT_ERROR,
                             "the harness left %u socket%s open in the simulated world", open,
                             open == 1 ? "" : "s");
    }
    return world_sim_exhausted(sim->world) ? decide_too_large(result) : 0;
}

static int play_real(struct engine *engine, const struct isolate_job *job, struct result *result)
{
    struct stage *kernel = &engine->kernel;
    int status = kernel->world ? 0 : stage_build(kernel, world_kernel_new(), engine->progress);
    return status == 0 ? play(engine, kernel, job, result) : status;
}

static int run(void *owner, const struct isolate_job *job, struct result *result)
{
    return job->world == PLAN_SIM ? play_simulated(owner, job, result)
                                  : play_real(owner, job, result);
}

static size_t descriptors_held(const void *owner)
{
    const struct engine *engine = owner;
    /* Real sockets hold one descriptor besides those of the runner, the epoll set; what the
     * simulated world holds is none. */
    return engine->kernel.runner ? 1 + runner_descriptors_held(engine->kernel.runner) : 0;
}

const struct isolate_engine isolate_engine_runner = {
    .open = open_engine,
    .prepare = prepare,
    .run = run,
    .descriptors_held = descriptors_held,
};
