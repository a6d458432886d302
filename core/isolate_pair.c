/* SPDX-License-Identifier: MIT */
#include "isolate_pair.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "check.h"
#include "compare.h"
#include "compare_text.h"
#include "compare_trace.h"

static void drop(struct result **result)
{
    if (*result) {
        result_fini(*result);
        free(*result);
        *result = NULL;
    }
}

void isolate_pair_fini(struct isolate_pair *pair)
{
    drop(&pair->sim);
    drop(&pair->kernel);
    drop(&pair->first);
}

/* Moves what `result` owns to the heap. */
static int keep(struct result **place, struct result *result)
{
    ASSERT(!*place);
    *place = malloc(sizeof(**place));
    if (!*place) {
        result_fini(result);
        return -ENOMEM;
    }
    **place = *result;
    return 0;
}

int isolate_pair_put(struct isolate_pair *pair, struct result *result)
{
    return keep(result->world == PLAN_SIM ? &pair->sim : &pair->kernel, result);
}

bool isolate_pair_whole(const struct isolate_pair *pair)
{
    return pair->sim && pair->kernel;
}

bool isolate_pair_again(const struct isolate_pair *pair)
{
    return pair->first != NULL;
}

static void move_trace(struct bytes *to, struct bytes *from)
{
    bytes_fini(to);
    *to = *from;
    *from = (struct bytes){0};
}

/* What a person needs to find out why a worker died: of the simulated run only where the real one
 * has nothing to tell. */
static void choose_trouble(struct result *result, struct result *sim)
{
    if (verdict_is_good(result->verdict) && !verdict_is_good(sim->verdict)) {
        struct result_trouble swap = result->trouble;
        result->trouble = sim->trouble;
        sim->trouble = swap;
    }
}

/* Empties the pair into one result: the kernel's, with what both know. */
static void unite(struct isolate_pair *pair, struct result *result)
{
    struct result *sim = pair->sim;
    *result = *pair->kernel;
    free(pair->kernel);
    pair->kernel = NULL;
    result->world = PLAN_BOTH;
    result->sim_verdict = sim->verdict;
    result->kernel_verdict = result->verdict;
    result->real_ns += sim->real_ns;
    result->trace_by_chance = sim->trace_by_chance;
    compare_narrow(result, sim);
    choose_trouble(result, sim);
    move_trace(&result->sim_trace, &sim->sim_trace);
    drop(&pair->sim);
}

void isolate_pair_decide(struct isolate_pair *pair, enum plan_world world)
{
    /* Of two such errors the simulated one stands, whichever came first. */
    pair->decided = pair->decided == PLAN_SIM ? PLAN_SIM : world;
}

/* The error of one world in the place of what both say. */
static void unite_decided(struct isolate_pair *pair, struct result *result)
{
    bool is_sim = pair->decided == PLAN_SIM;
    enum verdict verdict = is_sim ? pair->sim->verdict : pair->kernel->verdict;
    if (is_sim) {
        struct result_failure swap = pair->kernel->failure;
        pair->kernel->failure = pair->sim->failure;
        pair->sim->failure = swap;
    }
    unite(pair, result);
    result->verdict = verdict;
}

static void drop_traces(struct result *result)
{
    bytes_clear(&result->sim_trace);
    bytes_clear(&result->kernel_trace);
}

/* The sentence of a result that diverged. "pass in the simulated world, fail on real sockets (wrong
 * bytes)". */
static int explain(struct result *result, const char *sim_sentence, const char *kernel_sentence)
{
    const char *sim = verdict_name(result->sim_verdict);
    const char *kernel = verdict_name(result->kernel_verdict);
    if (result->sim_verdict == result->kernel_verdict) {
        return result_decide(result, VERDICT_DIVERGED,
                             "%s in both worlds, but not in the same way: %s", sim,
                             result->divergence.what);
    }
    return result_decide(result, VERDICT_DIVERGED,
                         "%s in the simulated world%s%s%s, %s on real sockets%s%s%s", sim,
                         sim_sentence ? " (" : "", sim_sentence ? sim_sentence : "",
                         sim_sentence ? ")" : "", kernel, kernel_sentence ? " (" : "",
                         kernel_sentence ? kernel_sentence : "", kernel_sentence ? ")" : "");
}

/* Empties a pair that differs into one result that says how. Takes the divergence. */
static int diverge(struct isolate_pair *pair, const struct result_divergence *divergence,
                   struct result *result)
{
    char *sim_sentence = pair->sim->failure.sentence;
    pair->sim->failure.sentence = NULL;
    unite(pair, result);
    result->divergence = *divergence;
    int status = explain(result, sim_sentence, result->failure.sentence);
    free(sim_sentence);
    if (status != 0) {
        result_fini(result);
    }
    return status;
}

/* Says of the first runs that the second ones agreed. Takes what the pair owns. */
static int not_again(struct isolate_pair *pair, struct result *result)
{
    struct result *first = pair->first;
    char *sentence = compare_text("%s; run again, both worlds agreed: the scenario is not "
                                  "repeatable, or the plugin keeps state between scenarios",
                                  first->failure.sentence);
    if (!sentence) {
        return -ENOMEM;
    }
    free(first->failure.sentence);
    first->failure.sentence = sentence;
    first->trace_by_chance = true;
    *result = *first;
    free(first);
    pair->first = NULL;
    isolate_pair_fini(pair);
    return 0;
}

/* Of second runs, which were recorded. */
static int compare_calls(struct result *result)
{
    int status = compare_traces(&result->sim_trace, &result->kernel_trace, &result->divergence);
    if (status != 0) {
        result_fini(result);
    }
    return status;
}

/* Makes the result of second runs, or of first ones that agree or are beyond comparing. */
static int settle(struct isolate_pair *pair, struct result_divergence *divergence,
                  struct result *result)
{
    int status = 0;
    if (pair->decided) {
        unite_decided(pair, result);
    } else if (divergence->what) {
        status = diverge(pair, divergence, result);
        drop(&pair->first);
        status = status == 0 ? compare_calls(result) : status;
    } else if (pair->first) {
        status = not_again(pair, result);
    } else {
        unite(pair, result);
    }
    return status;
}

int isolate_pair_join(struct isolate_pair *pair, const struct plan *plan, bool keep_traces,
                      struct result *result)
{
    ASSERT(isolate_pair_whole(pair));
    struct result_divergence divergence = {0};
    int status = pair->decided ? 0 : compare_results(plan, pair->sim, pair->kernel, &divergence);
    if (status != 0) {
        return status;
    }
    if (divergence.what && !pair->first) {
        struct result first;
        status = diverge(pair, &divergence, &first);
        status = status == 0 ? keep(&pair->first, &first) : status;
        return status == 0 ? ISOLATE_PAIR_AGAIN : status;
    }
    status = settle(pair, &divergence, result);
    if (status == 0 && !keep_traces) {
        drop_traces(result);
    }
    return status == 0 ? ISOLATE_PAIR_ONE : status;
}
