/* SPDX-License-Identifier: MIT */
#include "rig.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "plugin_catalog.h"

static int load_suite(struct rig *rig, const char *folder, const char *plugin_folders,
                      struct drill_error *error)
{
    struct plugin_catalog *catalog = plugin_catalog_new(plugin_folders);
    struct scenario_plugins plugins = {.owner = catalog, .find = plugin_catalog_find};
    int status = catalog ? suite_load(&folder, 1, &plugins, &rig->suite) : -ENOMEM;
    plugin_catalog_free(catalog);
    if (status != 0 && rig->suite.error_count > 0) {
        *error = rig->suite.errors[0];
    } else if (status != 0 || rig->suite.plan_count == 0) {
        drill_error_set(error, "%s: there are no scenarios", folder);
        status = status != 0 ? status : -ENOENT;
    }
    return status;
}

static int find_plugin(struct rig *rig, const char *path, const struct plugin **found,
                       struct drill_error *error)
{
    for (size_t i = 0; i < rig->plugin_count; i++) {
        if (strcmp(rig->plugins[i]->path, path) == 0) {
            *found = rig->plugins[i];
            return 0;
        }
    }
    int status = plugin_load(path, &rig->plugins[rig->plugin_count], error);
    if (status == 0) {
        *found = rig->plugins[rig->plugin_count++];
    }
    return status;
}

static int load_plugins(struct rig *rig, struct drill_error *error)
{
    int status = 0;
    size_t count = rig->suite.plan_count;
    rig->plugins = calloc(count, sizeof(*rig->plugins));
    rig->plugin_of = calloc(count, sizeof(*rig->plugin_of));
    if (!rig->plugins || !rig->plugin_of) {
        drill_error_set(error, "there is no memory for the plugins");
        return -ENOMEM;
    }
    for (size_t i = 0; i < count && status == 0; i++) {
        const struct plan *plan = rig->suite.plans[i];
        if (plan->worlds & PLAN_SIM) {
            status = find_plugin(rig, plan->server.plugin_path, &rig->plugin_of[i], error);
        }
    }
    return status;
}

int rig_open(struct rig *rig, const char *folder, const char *plugin_folders,
             struct drill_error *error)
{
    *rig = (struct rig){0};
    int status = load_suite(rig, folder, plugin_folders, error);
    if (status == 0) {
        status = load_plugins(rig, error);
    }
    if (status != 0) {
        return status;
    }
    size_t bytes = trace_store_bytes(TRACE_EVENTS_MAX, TRACE_DATA_MAX);
    rig->store = calloc(1, bytes);
    if (!rig->store) {
        drill_error_set(error, "there is no memory for a trace");
        return -ENOMEM;
    }
    trace_store_begin(rig->store, TRACE_EVENTS_MAX, TRACE_DATA_MAX);
    return 0;
}

void rig_close(struct rig *rig)
{
    for (size_t i = 0; i < rig->plugin_count; i++) {
        plugin_free(rig->plugins[i]);
    }
    free(rig->plugins);
    free(rig->plugin_of);
    free(rig->store);
    suite_free(&rig->suite);
}

bool rig_allows(const struct rig *rig, size_t plan)
{
    return rig->plugin_of[plan] != NULL;
}

int rig_world_new(struct rig *rig, struct rig_world *world)
{
    *world = (struct rig_world){.world = world_sim_new(NULL)};
    if (world->world) {
        world->runner = runner_new(world->world, &rig->progress);
    }
    if (!world->runner) {
        rig_world_free(world);
        return -ENOMEM;
    }
    runner_trace(world->runner, rig->store);
    return 0;
}

void rig_world_free(struct rig_world *world)
{
    runner_free(world->runner);
    if (world->world) {
        world_free(world->world);
    }
    *world = (struct rig_world){0};
}

/* As isolate.h judges: a plan may be expected to fail. */
static bool is_good(const struct plan *plan, const struct result *result)
{
    return plan->expect_failure ? result->verdict == VERDICT_FAIL : result->verdict == VERDICT_PASS;
}

int rig_play(struct rig *rig, struct rig_world *world, size_t index, struct rig_outcome *outcome,
             struct drill_error *error)
{
    const struct plan *plan = rig->suite.plans[index];
    struct result result;
    int status = result_init(&result, (uint32_t)index, plan);
    if (status != 0) {
        return status;
    }
    runner_release(world->runner);
    world_sim_reset(world->world, plan->seed, &plan->network);
    status = runner_run(world->runner, plan, rig->plugin_of[index], plan->seed, &result);
    if (status == 0) {
        outcome->good = is_good(plan, &result);
        outcome->events = rig->store->event_count + rig->store->omitted;
        memcpy(outcome->hash, rig->store->hash, sizeof(outcome->hash));
        const char *sentence = result.failure.sentence;
        drill_error_set(error, "%s: %s", verdict_name(result.verdict), sentence ? sentence : "");
    }
    result_fini(&result);
    return status;
}
