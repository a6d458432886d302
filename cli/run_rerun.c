/* SPDX-License-Identifier: MIT */
#include "run_rerun.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "json_text.h"
#include "output.h"

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

static bool has_hash(const json_t *result, const uint8_t hash[16])
{
    json_t *hex = json_text_hex(hash, 16);
    if (!hex) {
        output_no_memory();
    }
    bool same = json_equal(hex, json_object_get(result, "hash"));
    json_decref(hex);
    return same;
}

/* A scenario's own hash does not cover what its suite says of all of them. */
static bool has_tags(const json_t *result, const struct plan *plan)
{
    const json_t *tags = json_object_get(result, "tags");
    bool same = json_array_size(tags) == plan->tag_count;
    for (size_t i = 0; i < plan->tag_count && same; i++) {
        const char *tag = json_string_value(json_array_get(tags, i));
        same = tag && strcmp(tag, plan->tags[i]) == 0;
    }
    return same;
}

/* Whether the plan would be played as it was when the result came about. */
static bool is_same_story(const struct report_read_result *result, const struct plan *plan,
                          const struct run_settings *settings)
{
    const json_t *json = result->json;
    const json_t *plugin = json_object_get(json, "plugin");
    uint64_t seed = settings->seed > 0 ? settings->seed : plan->seed;
    return has_hash(json, plan->hash) && has_tags(json, plan) &&
           strcmp(text_of(json, "title"), plan->title) == 0 &&
           strcmp(text_of(plugin, "version"), plan->server.plugin_version) == 0 &&
           (uint32_t)result->world == (plan->worlds & settings->worlds) &&
           (uint64_t)json_integer_value(json_object_get(json, "seed")) == seed;
}

/* What a quarantine comes to hangs on the day, so it is found out again. */
static bool is_taken(const struct report_read_result *result, const struct plan *plan,
                     const struct run_settings *settings)
{
    return verdict_is_good(result->verdict) && result->verdict != VERDICT_SKIPPED &&
           result->quarantine == QUARANTINE_NONE && is_same_story(result, plan, settings);
}

static int by_id(const void *id, const void *result)
{
    return strcmp(id, ((const struct report_read_result *)result)->id);
}

static void take(struct run_rerun *rerun, const struct run_settings *settings,
                 struct run_choice *choice)
{
    bool *left_out = calloc(choice->count + 1, sizeof(*left_out));
    rerun->taken = calloc(choice->count + 1, sizeof(const struct report_read_result *));
    if (!left_out || !rerun->taken) {
        output_no_memory();
    }
    for (size_t i = 0; i < choice->count && !rerun->other; i++) {
        const struct plan *plan = choice->plans[i];
        const struct report_read_result *result = bsearch(
            plan->id, rerun->old.results, rerun->old.count, sizeof(*rerun->old.results), by_id);
        left_out[i] = result && is_taken(result, plan, settings);
        rerun->taken[i] = left_out[i] ? result : NULL;
    }
    run_choice_leave_out(choice, left_out);
    free(left_out);
}

int run_rerun_open(struct run_rerun *rerun, const struct run_settings *settings,
                   struct run_choice *choice)
{
    struct drill_error error;
    *rerun = (struct run_rerun){.taken = NULL};
    if (!settings->rerun) {
        return COMMAND_GOOD;
    }
    int status = report_read_file(settings->rerun, &rerun->old, &error);
    if (status == -EINVAL) {
        output_error(&error);
        return COMMAND_USAGE;
    }
    if (status != 0) {
        output_no_memory();
    }
    rerun->other = rerun->old.schema != REPORT_SCHEMA_VERSION ||
                   strcmp(rerun->old.version, DRILL_VERSION) != 0 ||
                   strcmp(rerun->old.build, DRILL_BUILD_KIND) != 0;
    take(rerun, settings, choice);
    return COMMAND_GOOD;
}

int run_rerun_add(const struct run_rerun *rerun, const struct run_choice *choice,
                  struct report *report, struct drill_error *error)
{
    int status = 0;
    for (size_t i = 0; rerun->taken && i < choice->count && status == 0; i++) {
        if (rerun->taken[i]) {
            status = report_add_read(report, i, rerun->taken[i], error);
        }
    }
    return status;
}

void run_rerun_fini(struct run_rerun *rerun)
{
    free(rerun->taken);
    report_read_fini(&rerun->old);
}
