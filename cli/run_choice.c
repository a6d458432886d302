/* SPDX-License-Identifier: MIT */
#include "run_choice.h"

#include <stdlib.h>

#include "output.h"
#include "shard.h"

static void *need(size_t count, size_t size)
{
    void *memory = calloc(count > 0 ? count : 1, size);
    if (!memory) {
        output_no_memory();
    }
    return memory;
}

/* Those that filters and tags ask for, in order. */
static void match(struct run_choice *choice, const struct run_settings *settings,
                  const struct suite *suite)
{
    for (size_t i = 0; i < suite->plan_count; i++) {
        if (run_settings_want(settings, suite->plans[i])) {
            choice->plans[choice->matched++] = suite->plans[i];
        }
    }
    choice->count = choice->matched;
}

/* What is not of the shard goes; what stays remembers its place. */
static void cut(struct run_choice *choice, const struct run_settings *settings)
{
    struct report_shard *shard = &choice->shard;
    *shard = (struct report_shard){.index = settings->shard_index,
                                   .count = settings->shard_count,
                                   .planned = choice->matched,
                                   .places = choice->places};
    if (shard_suite(choice->plans, choice->matched, settings->worlds, settings->seed,
                    settings->today, shard->suite) != 0) {
        output_no_memory();
    }
    choice->count = 0;
    for (size_t i = 0; i < choice->matched; i++) {
        if (shard_has(shard->index, shard->count, choice->plans[i]->id)) {
            choice->places[choice->count] = (uint32_t)i;
            choice->plans[choice->count++] = choice->plans[i];
        }
    }
}

void run_choice_make(struct run_choice *choice, const struct run_settings *settings,
                     const struct suite *suite)
{
    *choice = (struct run_choice){
        .plans = need(suite->plan_count, sizeof(struct plan *)),
        .places = need(suite->plan_count, sizeof(*choice->places)),
        .played = need(suite->plan_count, sizeof(struct plan *)),
        .played_at = need(suite->plan_count, sizeof(*choice->played_at)),
    };
    match(choice, settings, suite);
    if (settings->shard_count > 0) {
        cut(choice, settings);
    }
    bool *none = need(choice->count, sizeof(*none));
    run_choice_leave_out(choice, none);
    free(none);
}

void run_choice_leave_out(struct run_choice *choice, const bool *left_out)
{
    choice->played_count = 0;
    for (size_t i = 0; i < choice->count; i++) {
        if (!left_out[i]) {
            choice->played[choice->played_count] = choice->plans[i];
            choice->played_at[choice->played_count++] = (uint32_t)i;
        }
    }
}

void run_choice_free(struct run_choice *choice)
{
    free(choice->plans);
    free(choice->places);
    free(choice->played);
    free(choice->played_at);
}
