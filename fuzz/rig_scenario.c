/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bytes.h"
#include "finding.h"
#include "plugin_info.h"
#include "rig_stage.h"
#include "scenario.h"
#include "tape.h"
#include "tape_equal.h"

#define SCENARIO_PLANS_MAX 4u                    /* of a matrix that are played */
#define SCENARIO_WIRE_MAX  ((size_t)1 << 20)     /* a plugin's description */
#define SCENARIO_TAPE_MAX  RIG_INPUT_BYTES_MAX   /* larger plans are loaded, but not played */
#define SCENARIO_FILE      "/dev/null/fuzz.json" /* beside it nothing can lie, nor be read */

struct scenario_plugin {
    struct plugin_info *info;
    struct rig_tape *rig;
};

struct rig_scenario {
    struct scenario_plugin *plugins;
    size_t plugin_count;
    struct scenario_plugins finder;
    struct bytes events, again;
};

static int find(void *owner, const char *name, const char *folder, const struct plugin_info **info,
                struct drill_error *error)
{
    const struct rig_scenario *rig = owner;
    (void)folder;
    for (size_t i = 0; i < rig->plugin_count; i++) {
        if (strcmp(rig->plugins[i].info->name, name) == 0) {
            *info = rig->plugins[i].info;
            return 0;
        }
    }
    drill_error_set(error, "there is no plugin \"%.80s\" in this target", name);
    return -ENOENT;
}

static struct plugin_info *describe(const struct drill_descriptor *descriptor)
{
    struct plugin *plugin = rig_adopt(descriptor);
    struct plugin_info *info = NULL;
    struct bytes wire;
    bytes_init(&wire, SCENARIO_WIRE_MAX);
    if (plugin_info_encode(plugin, &wire) != 0 ||
        plugin_info_decode(wire.data, wire.size, &info) != 0) {
        finding("machine", "the plugin %s could not be described", descriptor->name);
    }
    bytes_fini(&wire);
    plugin_free(plugin);
    return info;
}

struct rig_scenario *rig_scenario_new(const struct drill_descriptor *const *plugins, bool thorough)
{
    struct rig_scenario *rig = calloc(1, sizeof(*rig));
    size_t count = 0;
    while (plugins[count]) {
        count++;
    }
    ASSERT(count > 0);
    struct scenario_plugin *described = calloc(count, sizeof(*described));
    if (!rig || !described) {
        finding("machine", "out of memory");
    }
    for (size_t i = 0; i < count; i++) {
        described[i].info = describe(plugins[i]);
        described[i].rig = rig_tape_new(plugins[i], thorough);
    }
    rig->plugins = described;
    rig->plugin_count = count;
    rig->finder = (struct scenario_plugins){.owner = rig, .find = find};
    bytes_init(&rig->events, SCENARIO_TAPE_MAX);
    bytes_init(&rig->again, SCENARIO_TAPE_MAX);
    return rig;
}

void rig_scenario_free(struct rig_scenario *rig)
{
    for (size_t i = 0; i < rig->plugin_count; i++) {
        plugin_info_free(rig->plugins[i].info);
        rig_tape_free(rig->plugins[i].rig);
    }
    free(rig->plugins);
    bytes_fini(&rig->events);
    bytes_fini(&rig->again);
    free(rig);
}

static const struct scenario_plugin *plugin_of(const struct rig_scenario *rig,
                                               const struct plan *plan)
{
    for (size_t i = 0; i < rig->plugin_count; i++) {
        if (strcmp(rig->plugins[i].info->name, plan->server.plugin) == 0) {
            return &rig->plugins[i];
        }
    }
    finding("loader", "a plan is for the plugin %s, which nobody offered", plan->server.plugin);
}

/* Whether there was room for all of the plan. */
static bool encode(const struct plan *plan, const struct tape_plugin *known, struct bytes *out)
{
    out->size = 0;
    int status = tape_encode(plan, known, out);
    if (status == -ENOMEM) {
        finding("machine", "out of memory");
    }
    return status == 0;
}

/* The plan's events lie in `events`: what they are decoded to must be the plan. */
static void check_round(struct rig_scenario *rig, const struct plan *plan,
                        const struct tape_plugin *known)
{
    struct tape_limits limits;
    tape_limits_measure(rig->events.data, rig->events.size, &limits);
    struct tape *tape = tape_new(TAPE_WHOLE, known, &limits);
    if (!tape) {
        finding("machine", "out of memory");
    }
    const struct plan *decoded = tape_decode(tape, rig->events.data, rig->events.size);
    const char *what = tape_equal(plan, decoded, 0);
    if (what) {
        finding("tape", "through a tape a plan changes: %s differs", what);
    }
    if (!encode(decoded, known, &rig->again) || rig->again.size != rig->events.size ||
        memcmp(rig->again.data, rig->events.data, rig->events.size) != 0) {
        finding("tape", "the same plan has two tapes, of %zu and %zu bytes", rig->events.size,
                rig->again.size);
    }
    tape_free(tape);
}

static void play_plan(struct rig_scenario *rig, const struct plan *plan)
{
    const struct scenario_plugin *plugin = plugin_of(rig, plan);
    struct tape_plugin known = tape_plugin_of_info(plugin->info);
    if (!encode(plan, &known, &rig->events)) {
        return;
    }
    check_round(rig, plan, &known);
    rig_tape_play(plugin->rig, rig->events.data, rig->events.size);
}

void rig_scenario_play(struct rig_scenario *rig, const uint8_t *data, size_t size)
{
    struct suite suite = {0};
    size = size < RIG_INPUT_BYTES_MAX ? size : RIG_INPUT_BYTES_MAX;
    int status = suite_load_text(SCENARIO_FILE, "fuzz", data, size, &rig->finder, &suite);
    if (status == -EINVAL) {
        if (suite.error_count == 0) {
            finding("loader", "a scenario was refused without a sentence");
        }
    } else if (status != 0) {
        finding("machine", "a scenario could not be loaded: %s", strerror(-status));
    } else {
        for (size_t i = 0; i < suite.plan_count && i < SCENARIO_PLANS_MAX; i++) {
            play_plan(rig, suite.plans[i]);
        }
    }
    suite_free(&suite);
}
