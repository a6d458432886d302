/* SPDX-License-Identifier: MIT */
#include <errno.h>

#include "isolate_inbox.h"
#include "isolate_item.h"
#include "isolate_verdict.h"

/* The last word on a plan. Takes what `result` owns. */
static int deliver_plan(struct isolate_pool *pool, struct result *result)
{
    int status = isolate_verdict_expect(result, pool->plans[result->plan]);
    if (status != 0) {
        result_fini(result);
        return isolate_pool_out_of_memory(pool);
    }
    isolate_verdict_quarantine(result, pool->plans[result->plan], pool->options->today);
    int stop = pool->options->finished(pool->options->owner, result);
    result_fini(result);
    pool->done++;
    return stop != 0 ? -EINTR : 0;
}

/* The runs of this pair are made again, the simulated one first. */
static void run_again(struct isolate_pool *pool, uint32_t plan)
{
    pool->again[pool->again_count++] = isolate_item(plan, PLAN_KERNEL);
    pool->again[pool->again_count++] = isolate_item(plan, PLAN_SIM);
}

/* Both worlds have spoken. */
static int join(struct isolate_pool *pool, uint32_t plan)
{
    struct isolate_pair *pair = &pool->pairs[plan];
    struct result result;
    bool keep_traces = pool->options->trace != ISOLATE_TRACE_NONE;
    int state = isolate_pair_join(pair, pool->plans[plan], keep_traces, &result);
    if (state < 0) {
        return isolate_pool_out_of_memory(pool);
    }
    if (state == ISOLATE_PAIR_AGAIN) {
        run_again(pool, plan);
        return 0;
    }
    return deliver_plan(pool, &result);
}

int isolate_deliver_item(struct isolate_pool *pool, struct result *result, bool comparable)
{
    uint32_t plan = result->plan;
    if (!pool->pairs || pool->plans[plan]->worlds != PLAN_BOTH) {
        return deliver_plan(pool, result);
    }
    struct isolate_pair *pair = &pool->pairs[plan];
    if (!comparable || result->too_large) {
        isolate_pair_decide(pair, result->world);
    }
    if (isolate_pair_put(pair, result) != 0) {
        return isolate_pool_out_of_memory(pool);
    }
    return isolate_pair_whole(pair) ? join(pool, plan) : 0;
}

int isolate_deliver(struct isolate_pool *pool, struct isolate_slot *slot, struct result *result,
                    bool fresh)
{
    if (result->verdict != VERDICT_PASS && !fresh) {
        ASSERT(!slot->doubted);
        slot->doubt = *result;
        slot->doubted = true;
        return 0;
    }
    bool same = true;
    if (slot->doubted && isolate_item_of(&slot->doubt) == isolate_item_of(result)) {
        slot->doubted = false;
        if (isolate_verdict_compare(result, &slot->doubt, &same) != 0) {
            result_fini(result);
            return isolate_pool_out_of_memory(pool);
        }
    }
    return isolate_deliver_item(pool, result, same);
}
