/* SPDX-License-Identifier: MIT */
#include "isolate_repeat.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <xxhash.h>

#include "isolate_pool.h"

#define SENTENCE_BYTES_MAX ((size_t)1 << 20)

/* What is known of a plan while its runs come in. */
struct repeat_plan {
    uint32_t counts[VERDICT_COUNT];
    uint32_t runs;  /* that are over */
    uint32_t shown; /* which run `result` is of, counted from 0 */
    bool differ;
    XXH128_hash_t hash; /* of the first that came in */
    uint64_t real_ns;   /* of all */
    struct result result;
};

struct repeat {
    const struct isolate_options *options; /* as asked for */
    struct plan **turns;                   /* owned: each plan so many times in a row */
    size_t count;                          /* of plans */
    struct repeat_plan **plans;            /* NULL: none of its runs is over, or all are */
    struct bytes wire;
};

static uint32_t plan_of(const struct repeat *repeat, uint32_t turn)
{
    return turn / repeat->options->repeat;
}

/* A copy that owns what it points to. */
static int copy(struct repeat *repeat, const struct result *result, struct result *out)
{
    bytes_clear(&repeat->wire);
    int status = result_encode(result, &repeat->wire);
    status = status == 0 ? result_decode(repeat->wire.data, repeat->wire.size, out) : status;
    out->trace_by_chance = result->trace_by_chance;
    return status;
}

static int hash_of(struct repeat *repeat, const struct result *result, XXH128_hash_t *hash)
{
    bytes_clear(&repeat->wire);
    int status = result_encode_canonical(result, &repeat->wire);
    if (status == 0) {
        *hash = XXH3_128bits(repeat->wire.data, repeat->wire.size);
    }
    return status;
}

/* A run that is not good is shown rather than a good one, and the earlier of two. */
static bool is_better(const struct repeat_plan *plan, const struct result *result, uint32_t run)
{
    bool good = verdict_is_good(result->verdict);
    bool shown_good = verdict_is_good(plan->result.verdict);
    return good == shown_good ? run < plan->shown : !good;
}

/* Takes in a run; `result->plan` is the plan's own number. */
static int take(struct repeat *repeat, struct repeat_plan *plan, const struct result *result,
                uint32_t run)
{
    XXH128_hash_t hash;
    int status = hash_of(repeat, result, &hash);
    if (status != 0) {
        return status;
    }
    if (plan->runs == 0 || is_better(plan, result, run)) {
        struct result better;
        status = copy(repeat, result, &better);
        if (status != 0) {
            return status;
        }
        result_fini(&plan->result);
        plan->result = better;
        plan->shown = run;
    }
    plan->differ |= plan->runs > 0 && !XXH128_isEqual(hash, plan->hash);
    plan->hash = hash;
    plan->real_ns += result->real_ns;
    plan->counts[result->verdict]++;
    plan->runs++;
    return 0;
}

/* "of 10 runs 8 pass, 2 fail: expect: byte 3 differs from what was expected" */
static int say_how(const struct repeat_plan *plan, struct bytes *text)
{
    const char *before = plan->result.failure.sentence;
    bool same_verdict = plan->counts[plan->result.verdict] == plan->runs;
    int status = bytes_add_format(text, "differs from run to run: of %u runs", plan->runs);
    const char *separator = " ";
    for (int i = 0; i < VERDICT_COUNT && status == 0; i++) {
        if (plan->counts[i] > 0) {
            status = bytes_add_format(text, "%s%u %s", separator, plan->counts[i],
                                      verdict_name((enum verdict)i));
            separator = ", ";
        }
    }
    if (status == 0 && same_verdict) {
        status = bytes_add_format(text, ", but not all in the same way");
    }
    return status == 0 && before ? bytes_add_format(text, ": %s", before) : status;
}

/* Step and evidence stay those of the run that is shown. */
static int call_flaky(struct repeat_plan *plan)
{
    struct result *result = &plan->result;
    struct bytes text;
    bytes_init(&text, SENTENCE_BYTES_MAX);
    int status = say_how(plan, &text);
    char *sentence = status == 0 ? strdup(bytes_string(&text) ? bytes_string(&text) : "") : NULL;
    bytes_fini(&text);
    if (!sentence) {
        return -ENOMEM;
    }
    free(result->failure.sentence);
    result->failure.sentence = sentence;
    /* A run that passed has a trace only where all were asked for. */
    result->trace_by_chance |= result->verdict == VERDICT_PASS;
    result->verdict = VERDICT_FLAKY;
    result->runs = plan->runs;
    result_divergence_fini(&result->divergence);
    return 0;
}

static void drop(struct repeat *repeat, uint32_t number)
{
    if (repeat->plans[number]) {
        result_fini(&repeat->plans[number]->result);
        free(repeat->plans[number]);
        repeat->plans[number] = NULL;
    }
}

static int deliver(struct repeat *repeat, uint32_t number)
{
    struct repeat_plan *plan = repeat->plans[number];
    int status = plan->differ ? call_flaky(plan) : 0;
    if (status == 0) {
        plan->result.real_ns = plan->real_ns;
        status = repeat->options->finished(repeat->options->owner, &plan->result);
    }
    drop(repeat, number);
    return status;
}

static int repeat_finished(void *owner, const struct result *result)
{
    struct repeat *repeat = owner;
    uint32_t number = plan_of(repeat, result->plan);
    uint32_t run = result->plan % repeat->options->repeat;
    struct result own = *result;
    own.plan = number;
    if (!repeat->plans[number]) {
        repeat->plans[number] = calloc(1, sizeof(*repeat->plans[number]));
    }
    struct repeat_plan *plan = repeat->plans[number];
    int status = plan ? take(repeat, plan, &own, run) : -ENOMEM;
    return status == 0 && plan->runs == repeat->options->repeat ? deliver(repeat, number) : status;
}

static void repeat_started(void *owner, uint32_t turn)
{
    const struct repeat *repeat = owner;
    if (repeat->options->started) {
        repeat->options->started(repeat->options->owner, plan_of(repeat, turn));
    }
}

static int repeat_init(struct repeat *repeat, struct plan *const *plans)
{
    size_t times = repeat->options->repeat;
    bytes_init(&repeat->wire, SIZE_MAX);
    repeat->turns = calloc(repeat->count * times, sizeof(struct plan *));
    repeat->plans = calloc(repeat->count, sizeof(struct repeat_plan *));
    if (!repeat->turns || !repeat->plans) {
        return -ENOMEM;
    }
    for (size_t i = 0; i < repeat->count * times; i++) {
        repeat->turns[i] = plans[i / times];
    }
    return 0;
}

static void repeat_fini(struct repeat *repeat)
{
    for (uint32_t i = 0; repeat->plans && i < repeat->count; i++) {
        drop(repeat, i);
    }
    free(repeat->plans);
    free(repeat->turns);
    bytes_fini(&repeat->wire);
}

int isolate_repeat_run(struct plan *const *plans, size_t count,
                       const struct isolate_options *options, const struct isolate_engine *engine,
                       struct drill_error *error)
{
    ASSERT(options->repeat > 1);
    ASSERT(count <= ISOLATE_RUNS_MAX / options->repeat);
    struct repeat repeat = {.options = options, .count = count};
    struct isolate_options turns = *options;
    turns.fresh = true;
    turns.finished = repeat_finished;
    turns.started = repeat_started;
    turns.owner = &repeat;
    int status = count > 0 ? repeat_init(&repeat, plans) : 0;
    if (status != 0) {
        drill_error_set(error, "no memory for so many runs");
    } else {
        status = isolate_pool_run(repeat.turns, count * options->repeat, &turns, engine, error);
    }
    repeat_fini(&repeat);
    return status;
}
