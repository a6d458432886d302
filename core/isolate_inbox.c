/* SPDX-License-Identifier: MIT */
#include "isolate_inbox.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "check.h"
#include "clock.h"
#include "isolate_verdict.h"

/* So many workers in a row may end without one result before the machine is taken to be broken. */
#define BARREN_MAX 3

/* A result in wire form. Not 0 stops the run; a result that is none marks the slot. */
static int take_result(struct isolate_pool *pool, struct isolate_slot *slot, const uint8_t *wire,
                       size_t size)
{
    struct result result;
    uint32_t item = isolate_slot_line(slot, 0);
    int status = result_decode(wire, size, &result);
    if (status == -ENOMEM) {
        return isolate_pool_out_of_memory(pool);
    }
    if (status != 0) {
        slot->garbled = true;
        return 0;
    }
    if (!isolate_verdict_fits(&result, item, pool->plans[isolate_item_plan(item)])) {
        result_fini(&result);
        slot->garbled = true;
        return 0;
    }
    bool fresh = slot->answered == 0;
    isolate_slot_answered(slot);
    pool->barren = 0;
    if (result.verdict != VERDICT_PASS || isolate_pool_request(pool, item, fresh).last) {
        slot->leaving = true;
        isolate_pool_return_line(pool, slot, ISOLATE_ITEM_NONE);
    }
    status = isolate_deliver(pool, slot, &result, fresh);
    isolate_pool_tell_started(pool, slot);
    return status;
}

/* The machine failed in a worker. One that had run items before may have been short of something
 * because of them, so the item gets another chance. */
static int take_machine(struct isolate_pool *pool, struct isolate_slot *slot, const uint8_t *wire,
                        size_t size)
{
    int error;
    if (size < sizeof(error)) {
        slot->garbled = true;
        return 0;
    }
    memcpy(&error, wire, sizeof(error));
    if (slot->answered > 0) {
        slot->leaving = true;
        isolate_pool_return_line(pool, slot, ISOLATE_ITEM_NONE);
        return 0;
    }
    drill_error_set(pool->error, "%.*s", (int)(size - sizeof(error)),
                    (const char *)wire + sizeof(error));
    return error > 0 ? -error : -EIO;
}

static int take_frame(struct isolate_pool *pool, struct isolate_slot *slot,
                      const struct isolate_frame *frame, const uint8_t *wire)
{
    if (frame->kind == ISOLATE_MACHINE) {
        return take_machine(pool, slot, wire, (size_t)frame->size);
    }
    bool expected = frame->kind == ISOLATE_RESULT && slot->line_count > 0 &&
                    frame->item == isolate_slot_line(slot, 0);
    if (!expected) {
        slot->garbled = true;
        return 0;
    }
    return take_result(pool, slot, wire, (size_t)frame->size);
}

/* Understands what was received as far as it is whole. */
static int take_frames(struct isolate_pool *pool, struct isolate_slot *slot)
{
    struct bytes *in = &slot->in;
    size_t taken = 0;
    int status = 0;
    while (status == 0 && !slot->garbled && in->size - taken >= sizeof(struct isolate_frame)) {
        struct isolate_frame frame;
        memcpy(&frame, in->data + taken, sizeof(frame));
        if (frame.size > ISOLATE_RESULT_BYTES_MAX) {
            slot->garbled = true;
        }
        if (slot->garbled || frame.size > in->size - taken - sizeof(frame)) {
            break;
        }
        status = take_frame(pool, slot, &frame, in->data + taken + sizeof(frame));
        taken += sizeof(frame) + (size_t)frame.size;
    }
    if (taken > 0) {
        in->size -= taken;
        memmove(in->data, in->data + taken, in->size);
    }
    return status;
}

/* The item that a dead worker is to blame for, or ISOLATE_ITEM_NONE. */
static uint32_t culprit_of(const struct isolate_slot *slot)
{
    if (slot->line_count == 0) {
        return ISOLATE_ITEM_NONE;
    }
    if (slot->garbled) {
        return isolate_slot_line(slot, 0);
    }
    if (slot->shared->started <= slot->answered) {
        return ISOLATE_ITEM_NONE;
    }
    uint32_t running = slot->shared->running;
    for (size_t i = 0; i < slot->line_count; i++) {
        if (isolate_slot_line(slot, i) == running) {
            return running;
        }
    }
    return isolate_slot_line(slot, 0);
}

/* A worker that ended before it began an item, or between two. Once that is bad luck. */
static int count_barren(struct isolate_pool *pool, int status)
{
    if (++pool->barren < BARREN_MAX) {
        return 0;
    }
    char name[ISOLATE_CRASH_NAME_BYTES];
    if (WIFSIGNALED(status)) {
        drill_error_set(pool->error, "workers are killed by %s before they run anything",
                        isolate_crash_signal_name(WTERMSIG(status), name));
    } else {
        drill_error_set(pool->error, "workers end with status %d before they run anything",
                        WEXITSTATUS(status));
    }
    return -ECHILD;
}

/* Makes the result of the item that a dead worker, `fresh` when it began that, is to blame for. 0
 * or -ENOMEM. */
static int judge(const struct isolate_pool *pool, const struct isolate_slot *slot, uint32_t culprit,
                 bool fresh, const struct isolate_end *end, struct result *result)
{
    const struct plan *plan = pool->plans[isolate_item_plan(culprit)];
    struct isolate_request request = isolate_pool_request(pool, culprit, fresh);
    int status = slot->garbled ? isolate_verdict_garbled(result, culprit, plan)
                               : isolate_verdict_of_end(result, culprit, plan, slot, end);
    if (status != 0) {
        return status;
    }
    result->seed = request.seed;
    result->trace_by_chance = slot->garbled || (end->hung && !slot->still);
    /* The record is of the item that ran last. */
    if (request.trace != ISOLATE_TRACE_NONE && slot->traces && slot->shared->running == culprit) {
        status =
            trace_take(slot->trace, TRACE_EVENTS_MAX, TRACE_DATA_MAX, isolate_item_trace(result));
    }
    if (status != 0) {
        result_fini(result);
    }
    return status;
}

int isolate_inbox_end(struct isolate_pool *pool, struct isolate_slot *slot)
{
    struct isolate_end end = {.timeout_ms = pool->timeout_ns / CLOCK_MS};
    end.status = isolate_slot_end(slot);
    int status = take_frames(pool, slot);
    if (status != 0) {
        return status;
    }
    /* It died while it was sending. */
    slot->garbled = slot->garbled || (slot->line_count > 0 && slot->in.size > 0);
    uint32_t culprit = culprit_of(slot);
    bool spared = slot->asked && !slot->garbled && culprit != slot->asked_item;
    if (culprit == ISOLATE_ITEM_NONE || spared) {
        bool barren = slot->line_count > 0 && !spared;
        isolate_pool_return_line(pool, slot, ISOLATE_ITEM_NONE);
        return barren ? count_barren(pool, end.status) : 0;
    }
    /* What its own handler recorded before the parent lost patience is a crash. */
    int recorded = slot->shared->crash.signal;
    end.hung = slot->asked && (recorded == 0 || recorded == SIGQUIT);
    struct result result;
    bool fresh = slot->answered == 0 && isolate_slot_line(slot, 0) == culprit;
    if (judge(pool, slot, culprit, fresh, &end, &result) != 0) {
        return isolate_pool_out_of_memory(pool);
    }
    isolate_pool_return_line(pool, slot, culprit);
    pool->barren = 0;
    return isolate_deliver(pool, slot, &result, fresh);
}

int isolate_inbox_read(struct isolate_pool *pool, struct isolate_slot *slot, uint64_t now_ns)
{
    int got = isolate_slot_read(slot);
    if (got == -EAGAIN) {
        return 0;
    }
    if (got < 0) {
        return isolate_pool_out_of_memory(pool);
    }
    if (got > 0) {
        isolate_slot_heard(slot, now_ns);
        int status = take_frames(pool, slot);
        if (status != 0 || !slot->garbled) {
            return status;
        }
    }
    return isolate_inbox_end(pool, slot);
}
