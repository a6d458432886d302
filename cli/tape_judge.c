/* SPDX-License-Identifier: MIT */
#include "tape_judge.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "isolate.h"
#include "output.h"
#include "stop.h"

struct batch {
    struct tape_judge *judge;
    uint64_t timeout_ms;
    struct plan plans[MINIMIZE_BATCH];
    size_t count;
    bool finished[MINIMIZE_BATCH], shows[MINIMIZE_BATCH];
    bool doubtful;                /* the first one shows something else in a fresh worker */
    struct tape_finding *finding; /* of the only plan; NULL: nobody asked */
};

void tape_judge_init(struct tape_judge *judge, const struct tape_plugin *plugin,
                     uint64_t timeout_ms)
{
    *judge = (struct tape_judge){.timeout_ms = timeout_ms};
    for (size_t i = 0; i < MINIMIZE_BATCH; i++) {
        judge->tapes[i] = tape_new(TAPE_EXPLORE, plugin, NULL);
        if (!judge->tapes[i]) {
            output_no_memory();
        }
    }
}

void tape_judge_fini(struct tape_judge *judge)
{
    for (size_t i = 0; i < MINIMIZE_BATCH; i++) {
        tape_free(judge->tapes[i]);
    }
}

static void tape_judge_describe(struct tape_finding *finding, const struct result *result)
{
    finding->verdict = result->verdict;
    finding->oracle = result->failure.oracle;
    finding->source = result->failure.source;
    const struct result_divergence *parted = &result->divergence;
    const char *sentence = result->failure.sentence ? result->failure.sentence : result->note;
    if (parted->calls) {
        snprintf(finding->sentence, sizeof(finding->sentence), "%s: %s, simulated, and %s there",
                 parted->calls, parted->sim_call, parted->kernel_call);
    } else if (parted->what) {
        snprintf(finding->sentence, sizeof(finding->sentence), "%s: %s, simulated, and %s there",
                 parted->what, parted->sim, parted->kernel);
    } else {
        snprintf(finding->sentence, sizeof(finding->sentence), "%s", sentence ? sentence : "");
    }
}

/* The first that shows, or that nothing is known of; `count` when none shows. */
static size_t batch_first(const struct batch *batch)
{
    size_t at = 0;
    while (at < batch->count && batch->finished[at] && !batch->shows[at]) {
        at++;
    }
    return at;
}

/* Whether the plugin answered otherwise in a fresh worker than after other tapes: what counts is
 * the former, and that was not told. */
static bool is_doubtful(const struct result *result)
{
    const char *sentence = result->failure.sentence;
    return result->verdict == VERDICT_ERROR && sentence &&
           strncmp(sentence, "keeps state between", strlen("keeps state between")) == 0;
}

static int batch_finished(void *owner, const struct result *result)
{
    struct batch *batch = owner;
    char text[FINGERPRINT_BYTES];
    const char *wanted = batch->judge->wanted;
    bool found = fingerprint(batch->plans[result->plan].server.plugin, result, text);
    if (batch->finding) {
        tape_judge_describe(batch->finding, result);
        memcpy(batch->finding->fingerprint, text, sizeof(text));
    }
    bool doubtful = batch->count > 1 && is_doubtful(result);
    batch->finished[result->plan] = true;
    batch->shows[result->plan] = doubtful || (found && (!wanted[0] || strcmp(wanted, text) == 0));
    /* What comes behind the first need not be known. */
    size_t first = batch_first(batch);
    batch->doubtful = doubtful && first == result->plan;
    return first < batch->count && batch->shows[first] ? -EINTR : 0;
}

static int batch_run(struct batch *batch, enum plan_world world)
{
    struct plan *plans[MINIMIZE_BATCH];
    for (size_t i = 0; i < batch->count; i++) {
        plans[i] = &batch->plans[i];
    }
    struct isolate_options options = {
        .workers = 1,
        .timeout_ms = batch->timeout_ms,
        .worlds = world,
        .finished = batch_finished,
        .owner = batch,
        .stop = stop_flag(),
    };
    int status = isolate_run(plans, batch->count, &options, &batch->judge->error);
    size_t first = batch_first(batch);
    bool shown = first < batch->count && batch->shows[first];
    return status == -EINTR && shown && !*stop_flag() ? 0 : status;
}

/* Judges those of one worker's life: which is the first that shows or is in doubt, or -errno. */
static int judge_some(struct tape_judge *judge, const struct bytes *tapes, size_t count,
                      bool *doubtful)
{
    struct batch batch = {.judge = judge, .count = count, .timeout_ms = judge->timeout_ms};
    for (size_t i = 0; i < count; i++) {
        batch.plans[i] = *tape_decode(judge->tapes[i], tapes[i].data, tapes[i].size);
    }
    int status = batch_run(&batch, PLAN_SIM);
    *doubtful = batch.doubtful;
    return status == 0 ? (int)batch_first(&batch) : status;
}

/* The same in one world, as `first` of a struct minimize_judge. */
static int first_simulated(struct tape_judge *judge, const struct bytes *tapes, size_t count)
{
    for (size_t from = 0; from < count;) {
        bool doubtful = false;
        int first = judge_some(judge, tapes + from, count - from, &doubtful);
        if (first < 0 || !doubtful) {
            return first < 0 ? first : (int)from + first;
        }
        /* Alone it gets a worker of its own. */
        from += (size_t)first;
        first = judge_some(judge, tapes + from, 1, &doubtful);
        if (first <= 0) {
            return first < 0 ? first : (int)from;
        }
        from++;
    }
    return (int)count;
}

/* Whether a tape shows what is wanted on real sockets: 1, 0 or -errno. */
static int shows_on_kernel(struct tape_judge *judge, const struct bytes *tape)
{
    struct tape_finding finding;
    struct plan plan = *tape_decode(judge->tapes[0], tape->data, tape->size);
    plan.worlds = PLAN_BOTH;
    int status = tape_judge_plan(judge, &plan, PLAN_KERNEL, &finding);
    return status == 0 ? strcmp(finding.fingerprint, judge->wanted) == 0 : status;
}

int tape_judge_first(void *owner, const struct bytes *tapes, size_t count)
{
    struct tape_judge *judge = owner;
    ASSERT(count <= MINIMIZE_BATCH);
    for (size_t from = 0; from < count; from++) {
        int first = first_simulated(judge, tapes + from, count - from);
        if (first < 0) {
            return first;
        }
        from += (size_t)first;
        int shows = from < count && judge->kernel ? shows_on_kernel(judge, &tapes[from]) : 1;
        if (shows != 0) {
            return shows < 0 ? shows : (int)from;
        }
    }
    return (int)count;
}

int tape_judge_plan(struct tape_judge *judge, struct plan *plan, enum plan_world world,
                    struct tape_finding *finding)
{
    struct batch batch = {
        .judge = judge, .count = 1, .finding = finding, .timeout_ms = judge->timeout_ms};
    /* There a run that does not settle takes real time to be told from one that hangs. */
    bool settles = !strstr(judge->wanted, ":hang");
    if (world != PLAN_SIM && settles && batch.timeout_ms < ISOLATE_TIMEOUT_MS_DEFAULT) {
        batch.timeout_ms = ISOLATE_TIMEOUT_MS_DEFAULT;
    }
    *finding = (struct tape_finding){.source = PLAN_NONE};
    batch.plans[0] = *plan;
    return batch_run(&batch, world);
}

int tape_judge_tape(struct tape_judge *judge, const void *data, size_t size,
                    struct tape_finding *finding)
{
    struct plan plan = *tape_decode(judge->tapes[0], data, size);
    return tape_judge_plan(judge, &plan, PLAN_SIM, finding);
}
