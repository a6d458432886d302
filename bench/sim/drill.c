/* SPDX-License-Identifier: MIT */
#include "sim/drill.h"

#include "common/interrupt.h"
#include "common/process.h"

#include "plugin_catalog.h"
#include "report.h"
#include "world_sim.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>

static int drill_load(struct drill *drill, enum shape shape, const struct scenario_plugins *plugins,
                      struct failure *failure)
{
    struct suite *suite = &drill->suites[shape];
    const char *text = shape_scenarios[shape];
    int result = suite_load_text("bench.json", "bench", text, strlen(text), plugins, suite);
    if (result != 0 || suite->plan_count != 1) {
        const char *why = suite->error_count > 0 ? suite->errors[0].sentence : "out of memory";
        return failure_set(failure, -EINVAL, "the scenario \"%s\" was refused: %s",
                           shape_names[shape], why);
    }
    return 0;
}

static int drill_load_all(struct drill *drill, struct failure *failure)
{
    struct drill_error error = {0};
    struct plugin_catalog *catalog = plugin_catalog_new(BENCH_PLUGINS);
    struct scenario_plugins plugins = {.owner = catalog, .find = plugin_catalog_find};
    int result = catalog ? 0 : failure_set(failure, -ENOMEM, "out of memory");
    for (int shape = 0; shape < SHAPE_COUNT && result == 0; shape++) {
        result = drill_load(drill, (enum shape)shape, &plugins, failure);
    }
    plugin_catalog_free(catalog);
    if (result == 0) {
        const char *path = drill->suites[0].plans[0]->server.plugin_path;
        if (plugin_load(path, &drill->plugin, &error) != 0) {
            return failure_set(failure, -EINVAL, "%.500s", error.sentence);
        }
    }
    return result;
}

int drill_open(struct drill *drill, struct failure *failure)
{
    drill->worlds[DRILL_WORLD_SIM] = world_sim_new(NULL);
    drill->worlds[DRILL_WORLD_KERNEL] = world_kernel_new();
    for (int i = 0; i < DRILL_WORLD_COUNT; i++) {
        if (drill->worlds[i]) {
            drill->runners[i] = runner_new(drill->worlds[i], &drill->progress);
        }
        if (!drill->runners[i]) {
            return failure_errno(failure, "a world could not be made");
        }
    }
    return drill_load_all(drill, failure);
}

void drill_close(struct drill *drill)
{
    for (int i = 0; i < DRILL_WORLD_COUNT; i++) {
        runner_free(drill->runners[i]);
        if (drill->worlds[i]) {
            world_free(drill->worlds[i]);
        }
    }
    plugin_free(drill->plugin);
    for (int shape = 0; shape < SHAPE_COUNT; shape++) {
        suite_free(&drill->suites[shape]);
    }
}

/* What a worker does for one scenario. The caller frees the result. */
static int drill_once(struct drill *drill, enum drill_world world, const struct plan *plan,
                      uint32_t index, struct result *result, struct failure *failure)
{
    if (result_init(result, index, plan) != 0) {
        return failure_set(failure, -ENOMEM, "out of memory");
    }
    if (world == DRILL_WORLD_SIM) {
        runner_release(drill->runners[world]);
        world_sim_reset(drill->worlds[world], plan->seed, &plan->network);
    }
    int status = runner_run(drill->runners[world], plan, drill->plugin, plan->seed, result);
    if (status != 0) {
        errno = -status;
        return failure_errno(failure, "a scenario could not run");
    }
    if (result->verdict != VERDICT_PASS) {
        return failure_set(failure, -EPROTO, "a scenario's verdict is %s: %.400s",
                           verdict_name(result->verdict),
                           result->failure.sentence ? result->failure.sentence : "");
    }
    return 0;
}

int drill_play(struct drill *drill, enum drill_world world, enum shape shape, unsigned count,
               uint64_t *elapsed_ns, struct failure *failure)
{
    const struct plan *plan = drill->suites[shape].plans[0];
    int status = 0;
    runner_release(drill->runners[world]);
    uint64_t start_ns = process_now_ns();
    for (unsigned i = 0; i < count && status == 0; i++) {
        struct result result;
        status = drill_once(drill, world, plan, 0, &result, failure);
        result_fini(&result);
        if (interrupt_seen()) {
            status = failure_set(failure, -EINTR, "interrupted");
        }
    }
    *elapsed_ns = process_now_ns() - start_ns;
    return status;
}

/* Over the wire to the parent, who writes it down. */
static int drill_hand_over(const struct result *result, struct bytes *wire, struct report *report,
                           struct failure *failure)
{
    struct result received;
    struct drill_error error = {0};
    bytes_clear(wire);
    int status = result_encode(result, wire);
    if (status == 0) {
        status = result_decode(wire->data, wire->size, &received);
    }
    if (status != 0) {
        return failure_set(failure, status, "a result could not be handed over");
    }
    status = report_add(report, &received, &error);
    result_fini(&received);
    return status == 0 ? 0 : failure_set(failure, status, "%.500s", error.sentence);
}

static int drill_fill(struct drill *drill, struct report *report, const struct plan *plan,
                      unsigned count, struct failure *failure)
{
    struct bytes wire;
    int status = 0;
    bytes_init(&wire, RESULT_TRACE_BYTES_MAX);
    for (unsigned i = 0; i < count && status == 0; i++) {
        struct result result;
        status = drill_once(drill, DRILL_WORLD_SIM, plan, i, &result, failure);
        if (status == 0) {
            status = drill_hand_over(&result, &wire, report, failure);
        }
        result_fini(&result);
        if (interrupt_seen()) {
            status = failure_set(failure, -EINTR, "interrupted");
        }
    }
    bytes_fini(&wire);
    return status;
}

int drill_report(struct drill *drill, enum shape shape, unsigned count, const char *path,
                 uint64_t *elapsed_ns, struct failure *failure)
{
    struct drill_error error = {0};
    struct report *report = NULL;
    struct plan **plans = calloc(count, sizeof(*plans));
    if (!plans) {
        return failure_set(failure, -ENOMEM, "out of memory");
    }
    for (unsigned i = 0; i < count; i++) {
        plans[i] = drill->suites[shape].plans[0];
    }
    uint64_t start_ns = process_now_ns();
    int status = report_open(path, "bench", plans, count, &report, &error);
    if (status == 0) {
        int filled = drill_fill(drill, report, plans[0], count, failure);
        status = report_close(report, filled == 0, NULL, &error);
        *elapsed_ns = process_now_ns() - start_ns;
        free(plans);
        return filled != 0   ? filled
               : status != 0 ? failure_set(failure, status, "%.500s", error.sentence)
                             : 0;
    }
    free(plans);
    return failure_set(failure, status, "%.500s", error.sentence);
}
