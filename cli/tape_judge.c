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
    struct plan plans[MINIMIZE_BATCH];
    size_t count;
    bool finished[MINIMIZE_BATCH], shows[MINIMIZE_BATCH];
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
    const char *sentence = result->failure.sentence ? result->failure.sentence : result->note;
    snprintf(finding->sentence, sizeof(finding->sentence), "%s", sentence ? sentence : "");
}

/* The first that shows, if all before it are known not to; `count` for none of them. */
static size_t batch_first(const struct batch *batch)
{
    size_t at = 0;
    while (at < batch->count && batch->finished[at] && !batch->shows[at]) {
        at++;
    }
    return at;
}

static int batch_finished(void *owner, const struct result *result)
{
    struct batch *batch = owner;
    char text[FINGERPRINT_BYTES];
    const char *wanted = batch->judge->wanted;
    bool found = fingerprint(batch->plans[result->plan].server.plugin, result, text);
    batch->finished[result->plan] = true;
    batch->shows[result->plan] = found && (!wanted[0] || strcmp(wanted, text) == 0);
    if (batch->finding) {
        tape_judge_describe(batch->finding, result);
        memcpy(batch->finding->fingerprint, text, sizeof(text));
    }
    /* What comes behind the first need not be known. */
    size_t first = batch_first(batch);
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
        .timeout_ms = batch->judge->timeout_ms,
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

int tape_judge_first(void *owner, const struct bytes *tapes, size_t count)
{
    struct batch batch = {.judge = owner, .count = count};
    ASSERT(count <= MINIMIZE_BATCH);
    for (size_t i = 0; i < count; i++) {
        batch.plans[i] = *tape_decode(batch.judge->tapes[i], tapes[i].data, tapes[i].size);
    }
    int status = batch_run(&batch, PLAN_SIM);
    return status == 0 ? (int)batch_first(&batch) : status;
}

int tape_judge_plan(struct tape_judge *judge, struct plan *plan, enum plan_world world,
                    struct tape_finding *finding)
{
    struct batch batch = {.judge = judge, .count = 1, .finding = finding};
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
