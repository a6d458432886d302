/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <xxhash.h>

#include "finding.h"
#include "rig_stage.h"
#include "runner.h"
#include "tape.h"

/* One input in so many is played twice. */
#define TWICE_IN 16u

struct rig_tape {
    struct plugin *plugin;
    struct tape *tape;
    struct world *world;
    struct runner *runner;
    struct runner_progress progress;
    struct trace_store *store;
    struct result result;
    bool thorough;
};

static void *need(void *made, const char *what)
{
    if (!made) {
        finding("machine", "%s could not be made: %s", what, strerror(errno));
    }
    return made;
}

/* Mapped, since LeakSanitizer searches all that malloc gave for pointers, and would search this
 * whenever libFuzzer suspects a leak. */
static struct trace_store *store_new(void)
{
    void *memory = mmap(NULL, trace_store_bytes(TRACE_EVENTS_MAX, TRACE_DATA_MAX),
                        PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return need(memory == MAP_FAILED ? NULL : memory, "a trace");
}

struct rig_tape *rig_tape_new(const struct drill_descriptor *plugin, bool thorough)
{
    struct rig_tape *rig = need(calloc(1, sizeof(*rig)), "a rig");
    struct tape_plugin known = tape_plugin_of_descriptor(plugin);
    rig->thorough = thorough;
    rig->plugin = rig_adopt(plugin);
    rig->tape = need(tape_new(TAPE_EXPLORE, &known, NULL), "a tape");
    rig->world = need(world_sim_new(NULL), "a simulated network");
    rig->runner = need(runner_new(rig->world, &rig->progress), "a runner");
    rig->store = store_new();
    return rig;
}

void rig_tape_free(struct rig_tape *rig)
{
    runner_free(rig->runner);
    world_free(rig->world);
    tape_free(rig->tape);
    plugin_free(rig->plugin);
    result_fini(&rig->result);
    munmap(rig->store, trace_store_bytes(TRACE_EVENTS_MAX, TRACE_DATA_MAX));
    free(rig);
}

/* A run that did not pass is a finding; what the machine or the simulated network had no room for
 * is none. */
static void judge(const struct rig_tape *rig, int status)
{
    const struct result_failure *failure = &rig->result.failure;
    if (status != 0) {
        if (!world_sim_exhausted(rig->world)) {
            finding("machine", "a run failed: %s", strerror(-status));
        }
        return;
    }
    if (rig->result.verdict == VERDICT_PASS || world_sim_exhausted(rig->world)) {
        return;
    }
    /* Options that the plugin refuses are the input's fault. */
    if (failure->oracle == ORACLE_HARNESS) {
        return;
    }
    finding(result_oracle_name(failure->oracle), "%s",
            failure->sentence ? failure->sentence : verdict_name(rig->result.verdict));
}

static void run(struct rig_tape *rig, const struct plan *plan, struct trace_store *store)
{
    if (result_reset(&rig->result, 0, plan) != 0) {
        finding("machine", "out of memory");
    }
    world_sim_reset(rig->world, plan->seed, &plan->network);
    runner_trace(rig->runner, store);
    int status = runner_run(rig->runner, plan, rig->plugin, plan->seed, &rig->result);
    judge(rig, status);
    runner_release(rig->runner);
    uint32_t open = world_sim_open_sockets(rig->world);
    if (open > 0) {
        finding("open", "%u socket%s left open", open, open == 1 ? " was" : "s were");
    }
}

static void compare_with_another(struct rig_tape *rig, const struct plan *plan)
{
    uint8_t first[sizeof(rig->store->hash)];
    run(rig, plan, rig->store);
    memcpy(first, rig->store->hash, sizeof(first));
    run(rig, plan, rig->store);
    if (memcmp(first, rig->store->hash, sizeof(first)) != 0) {
        finding("repeat",
                "the same input was played twice and went differently: the plugin %s keeps state "
                "between listeners, or answers by something other than its input",
                rig->plugin->descriptor.name);
    }
}

void rig_tape_play(struct rig_tape *rig, const uint8_t *data, size_t size)
{
    size = size < RIG_INPUT_BYTES_MAX ? size : RIG_INPUT_BYTES_MAX;
    const struct plan *plan = tape_decode(rig->tape, data, size);
    run(rig, plan, NULL);
    if (rig->thorough || XXH3_64bits(data, size) % TWICE_IN == 0) {
        compare_with_another(rig, plan);
    }
}
