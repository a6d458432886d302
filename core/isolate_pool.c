/* SPDX-License-Identifier: MIT */
#include "isolate_pool.h"

#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "clock.h"
#include "isolate_child.h"
#include "isolate_inbox.h"
#include "isolate_verdict.h"

/* What a worker has open besides a plan's sockets: standard streams, pipes, epoll, listeners. */
#define DESCRIPTORS_ASIDE 32
/* How often the parent looks at `stop` and at the workers' signs of life, at least. */
#define LOOK_MS 500
/* How long a dismissed worker may take to leave. */
#define DISMISS_MS 1000

/* Says the sentence, returns the status. */
static int refuse(struct isolate_pool *pool, int status, const char *sentence)
{
    drill_error_set(pool->error, "%s: %s", sentence, strerror(-status));
    return status;
}

int isolate_pool_out_of_memory(struct isolate_pool *pool)
{
    return refuse(pool, -ENOMEM, "a result could not be kept");
}

static bool too_large(const struct isolate_pool *pool, uint32_t item)
{
    const struct plan *plan = pool->plans[isolate_item_plan(item)];
    return isolate_item_world(item) == PLAN_KERNEL && pool->descriptors_max != RLIM_INFINITY &&
           (rlim_t)plan->descriptors_max + DESCRIPTORS_ASIDE > pool->descriptors_max;
}

/* The next item that needs a worker: 1, or 0 when there is none. Those that need none are finished
 * on the way. */
static int take_item(struct isolate_pool *pool, uint32_t *item)
{
    if (pool->returned_count > 0) {
        *item = pool->returned[--pool->returned_count];
        return 1;
    }
    while (pool->next < pool->item_count) {
        uint32_t candidate = pool->items[pool->next++];
        const struct plan *plan = pool->plans[isolate_item_plan(candidate)];
        struct result result;
        int status;
        if (isolate_verdict_skip(plan, pool->worlds)) {
            status = isolate_verdict_skipped(&result, candidate, plan);
        } else if (too_large(pool, candidate)) {
            status = isolate_verdict_too_large(&result, candidate, plan);
        } else {
            *item = candidate;
            return 1;
        }
        status = status == 0 ? isolate_deliver_item(pool, &result, false)
                             : isolate_pool_out_of_memory(pool);
        if (status != 0) {
            return status;
        }
    }
    return 0;
}

/* Whether the item's plan had two results that differed, and its runs are made again. */
static bool runs_again(const struct isolate_pool *pool, uint32_t item)
{
    return pool->pairs && isolate_pair_again(&pool->pairs[isolate_item_plan(item)]);
}

void isolate_pool_return_line(struct isolate_pool *pool, struct isolate_slot *slot, uint32_t except)
{
    for (size_t i = slot->line_count; i > 0; i--) {
        uint32_t item = isolate_slot_line(slot, i - 1);
        if (item == except || (slot->doubted && isolate_item_of(&slot->doubt) == item)) {
            continue;
        }
        if (runs_again(pool, item)) {
            pool->again[pool->again_count++] = item;
        } else {
            pool->returned[pool->returned_count++] = item;
        }
    }
    slot->line_count = 0;
}

/* Traces of trouble are the simulated world's: real sockets tell no two runs alike. They cost next
 * to nothing, because only a worker's first run can be the one that is told of when it is not a
 * pass: isolate_deliver. */
static enum isolate_trace trace_of(const struct isolate_pool *pool, uint32_t item, bool first)
{
    enum isolate_trace wanted = pool->options->trace;
    bool real = isolate_item_world(item) == PLAN_KERNEL;
    bool may_be_told = first || pool->plans[isolate_item_plan(item)]->expect_failure;
    bool spared = wanted == ISOLATE_TRACE_OF_TROUBLE && (real || !may_be_told);
    return spared ? ISOLATE_TRACE_NONE : wanted;
}

struct isolate_request isolate_pool_request(const struct isolate_pool *pool, uint32_t item,
                                            bool first)
{
    uint64_t seed = pool->options->seed;
    bool again = runs_again(pool, item);
    return (struct isolate_request){
        .item = item,
        .seed = seed != 0 ? seed : pool->plans[isolate_item_plan(item)]->seed,
        .trace = (uint16_t)(again ? ISOLATE_TRACE_ALL : trace_of(pool, item, first)),
        .last = again || pool->options->fresh,
    };
}

void isolate_pool_tell_started(const struct isolate_pool *pool, const struct isolate_slot *slot)
{
    if (pool->options->started && slot->line_count > 0) {
        pool->options->started(pool->options->owner, isolate_item_plan(isolate_slot_line(slot, 0)));
    }
}

/* How many items a worker's line should hold: many while there are many, so that it never waits,
 * few at the end, so that no other waits for it. */
static size_t line_target(const struct isolate_pool *pool)
{
    if (pool->options->fresh) {
        return 1;
    }
    size_t left = pool->item_count - pool->next + pool->returned_count;
    size_t share = left / (2 * (size_t)pool->slot_count) + 1;
    return share < ISOLATE_LINE_MAX ? share : ISOLATE_LINE_MAX;
}

/* Runs that are made again go to fresh workers, one to each: nobody is handed anything else before
 * they are taken. */
static void hand_again(struct isolate_pool *pool, struct isolate_slot *slot)
{
    if (isolate_slot_is_fresh(slot) && slot->traces) {
        uint32_t item = pool->again[--pool->again_count];
        struct isolate_request request = isolate_pool_request(pool, item, true);
        isolate_slot_hand(slot, &request, 1);
        isolate_pool_tell_started(pool, slot);
    } else if (slot->line_count == 0) {
        isolate_slot_dismiss(slot);
    }
}

/* Fills the line of a worker. 0, or what finishing a plan returned. */
static int hand_out(struct isolate_pool *pool, struct isolate_slot *slot)
{
    struct isolate_request requests[ISOLATE_LINE_MAX];
    size_t count = 0;
    size_t target = slot->doubted ? 1 : line_target(pool);
    bool idle = slot->line_count == 0;
    bool fresh = isolate_slot_is_fresh(slot);
    if (slot->leaving || slot->asked) {
        return 0;
    }
    if (pool->again_count > 0 && !slot->doubted) {
        hand_again(pool, slot);
        return 0;
    }
    if (slot->line_count > target / 2) {
        return 0;
    }
    int status = 0;
    if (slot->doubted) {
        /* Alone, so that nothing else can go wrong in this slot before it is settled. */
        requests[count++] = isolate_pool_request(pool, isolate_item_of(&slot->doubt), fresh);
    }
    while (slot->line_count + count < target) {
        uint32_t item = ISOLATE_ITEM_NONE;
        status = take_item(pool, &item);
        if (status <= 0) {
            break;
        }
        requests[count] = isolate_pool_request(pool, item, fresh && count == 0);
        count++;
    }
    if (count > 0) {
        isolate_slot_hand(slot, requests, count);
        if (idle) {
            isolate_pool_tell_started(pool, slot);
        }
    }
    return status < 0 ? status : 0;
}

/* Every slot that can be of use has a worker, and every worker a line. */
static int keep_busy(struct isolate_pool *pool)
{
    for (unsigned i = 0; i < pool->slot_count; i++) {
        struct isolate_slot *slot = &pool->slots[i];
        bool wanted = slot->doubted || pool->again_count > 0 || pool->returned_count > 0 ||
                      pool->next < pool->item_count;
        if (slot->pid == 0 && wanted) {
            bool traces = pool->options->trace != ISOLATE_TRACE_NONE || pool->again_count > 0;
            int status = isolate_slot_start(slot, &pool->setup, traces);
            if (status != 0) {
                return refuse(pool, status, "a worker process could not be started");
            }
        }
        int status = slot->pid > 0 ? hand_out(pool, slot) : 0;
        if (status != 0) {
            return status;
        }
    }
    return 0;
}

/* Waits for something to do. Returns whether the machine let the parent have its turn in time. */
static bool wait_for_news(struct isolate_pool *pool, uint64_t now_ns)
{
    uint64_t look_ns = LOOK_MS * CLOCK_MS;
    uint64_t due_ns = now_ns + (pool->timeout_ns / 4 < look_ns ? pool->timeout_ns / 4 : look_ns);
    for (unsigned i = 0; i < pool->slot_count; i++) {
        struct isolate_slot *slot = &pool->slots[i];
        pool->polls[i] =
            (struct pollfd){.fd = slot->pid > 0 ? slot->results : -1, .events = POLLIN};
        uint64_t slot_due_ns = isolate_slot_due_ns(slot, pool->timeout_ns);
        due_ns = slot_due_ns < due_ns ? slot_due_ns : due_ns;
    }
    uint64_t wait_ns = due_ns > now_ns ? due_ns - now_ns : 0;
    int news = poll(pool->polls, pool->slot_count, (int)((wait_ns + CLOCK_MS - 1) / CLOCK_MS));
    if (news <= 0) {
        for (unsigned i = 0; i < pool->slot_count; i++) {
            pool->polls[i].revents = 0;
        }
    }
    return clock_real_ns() - now_ns < wait_ns + CLOCK_S;
}

/* One turn: what workers sent, then whether they still live. */
static int turn(struct isolate_pool *pool)
{
    bool in_time = wait_for_news(pool, clock_real_ns());
    uint64_t now_ns = clock_real_ns();
    for (unsigned i = 0; i < pool->slot_count; i++) {
        struct isolate_slot *slot = &pool->slots[i];
        int status = 0;
        if (pool->polls[i].revents != 0) {
            status = isolate_inbox_read(pool, slot, now_ns);
        } else if (slot->pid > 0 && !in_time) {
            /* The parent was stopped, and perhaps the workers with it. */
            isolate_slot_heard(slot, now_ns);
        } else if (slot->pid > 0 &&
                   isolate_slot_watch(slot, now_ns, pool->timeout_ns) == ISOLATE_SLOT_LOST) {
            status = isolate_inbox_end(pool, slot);
        }
        if (status != 0) {
            return status;
        }
    }
    return 0;
}

static bool stopped(const struct isolate_pool *pool)
{
    return pool->options->stop && *pool->options->stop != 0;
}

static int run(struct isolate_pool *pool)
{
    while (pool->done < pool->count) {
        if (stopped(pool)) {
            return -EINTR;
        }
        int status = keep_busy(pool);
        if (status == 0 && pool->done < pool->count) {
            status = turn(pool);
        }
        if (status != 0) {
            return status;
        }
    }
    return 0;
}

/* Lets the workers leave by themselves; one that does not is killed with its slot. */
static void dismiss(struct isolate_pool *pool)
{
    for (unsigned i = 0; i < pool->slot_count; i++) {
        if (pool->slots[i].pid > 0) {
            isolate_slot_dismiss(&pool->slots[i]);
        }
    }
    for (unsigned i = 0; i < pool->slot_count; i++) {
        struct pollfd end = {.fd = pool->slots[i].results, .events = POLLIN};
        if (pool->slots[i].pid > 0) {
            (void)poll(&end, 1, DISMISS_MS);
        }
    }
}

/* What there is to run, in order. A plan that is skipped has one item as well. */
static void list_items(struct isolate_pool *pool)
{
    for (uint32_t i = 0; i < pool->count; i++) {
        uint32_t worlds = pool->plans[i]->worlds & (uint32_t)pool->worlds;
        if (worlds == 0) {
            worlds = (uint32_t)pool->worlds;
        }
        if (worlds & PLAN_SIM) {
            pool->items[pool->item_count++] = isolate_item(i, PLAN_SIM);
        }
        if (worlds & PLAN_KERNEL) {
            pool->items[pool->item_count++] = isolate_item(i, PLAN_KERNEL);
        }
    }
}

static int make_lists(struct isolate_pool *pool)
{
    pool->items = calloc(pool->count, 2 * sizeof(*pool->items));
    pool->returned = calloc(pool->count, 2 * sizeof(*pool->returned));
    pool->again = calloc(pool->count, 2 * sizeof(*pool->again));
    bool good = pool->items && pool->returned && pool->again;
    if (good && pool->worlds == PLAN_BOTH) {
        pool->pairs = calloc(pool->count, sizeof(*pool->pairs));
        good = pool->pairs != NULL;
    }
    if (!good) {
        return -ENOMEM;
    }
    list_items(pool);
    return 0;
}

static int pool_init(struct isolate_pool *pool, unsigned workers)
{
    pool->slots = calloc(workers, sizeof(*pool->slots));
    pool->polls = calloc(workers, sizeof(*pool->polls));
    if (!pool->slots || !pool->polls || make_lists(pool) != 0) {
        return refuse(pool, -ENOMEM, "the workers could not be prepared");
    }
    for (; pool->slot_count < workers; pool->slot_count++) {
        isolate_slot_init(&pool->slots[pool->slot_count]);
    }
    return 0;
}

static void pool_fini(struct isolate_pool *pool)
{
    for (unsigned i = 0; i < pool->slot_count; i++) {
        isolate_slot_fini(&pool->slots[i]);
    }
    free(pool->slots);
    free(pool->polls);
    free(pool->items);
    free(pool->returned);
    free(pool->again);
    for (size_t i = 0; pool->pairs && i < pool->count; i++) {
        isolate_pair_fini(&pool->pairs[i]);
    }
    free(pool->pairs);
}

/* What small blocks the parent has freed would be put together in each child, page by copied page:
 * a worker that replaces one that failed would take the longer the more plans there are. */
static void tidy_heap(void)
{
    (void)mallopt(M_MXFAST, 0);
}

int isolate_pool_run(struct plan *const *plans, size_t count, const struct isolate_options *options,
                     const struct isolate_engine *engine, struct drill_error *error)
{
    ASSERT(options->workers >= 1 && options->workers <= ISOLATE_WORKERS_MAX);
    ASSERT(options->worlds >= PLAN_KERNEL && options->worlds <= PLAN_BOTH);
    ASSERT(count <= ISOLATE_ITEM_PLANS_MAX);
    if (count == 0) {
        return 0;
    }
    uint64_t timeout_ms = options->timeout_ms ? options->timeout_ms : ISOLATE_TIMEOUT_MS_DEFAULT;
    struct isolate_pool pool = {
        .plans = plans,
        .count = count,
        .options = options,
        .setup = {.plans = plans, .engine = engine, .check_leaks = isolate_leaks_checkable()},
        .error = error,
        .timeout_ns =
            timeout_ms < UINT64_MAX / CLOCK_MS / 4 ? timeout_ms * CLOCK_MS : UINT64_MAX / 4,
        .descriptors_max = isolate_child_raise_descriptors(),
        .worlds = options->worlds,
    };
    tidy_heap();
    size_t useful = pool.worlds == PLAN_BOTH ? 2 * count : count;
    int status = pool_init(&pool, useful < options->workers ? (unsigned)useful : options->workers);
    if (status == 0) {
        status = run(&pool);
    }
    if (status == 0) {
        dismiss(&pool);
    }
    pool_fini(&pool);
    return status;
}
