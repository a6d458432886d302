/* SPDX-License-Identifier: MIT */
/* How much work a plan is, before it is done. */
#include "scenario_internal.h"

static uint64_t add(uint64_t a, uint64_t b)
{
    return b > UINT64_MAX - a ? UINT64_MAX : a + b;
}

static uint64_t multiply(uint64_t a, uint64_t b)
{
    return b != 0 && a > UINT64_MAX / b ? UINT64_MAX : a * b;
}

static uint64_t send_pieces(const struct plan_step *step)
{
    return step->send.cut_every ? add(step->send.payload.size, 1) : step->send.cut_count + 1;
}

static void count_repeat(const struct plan_step *step, struct scenario_work *work)
{
    struct scenario_work inner = {0};
    struct plan_steps body = step->repeat.body;
    uint64_t times = step->repeat.count;
    if (step->repeat.unrolled) {
        body.count *= (size_t)step->repeat.count;
        times = 1;
    }
    scenario_work_count(&body, &inner);
    work->steps = add(work->steps, add(multiply(inner.steps, times), 1));
    work->connects = add(work->connects, multiply(inner.connects, times));
    work->wait_ms = add(work->wait_ms, multiply(inner.wait_ms, times));
    work->queues = work->queues || inner.queues;
}

static void count_step(const struct plan_step *step, struct scenario_work *work)
{
    switch (step->verb) {
    case PLAN_REPEAT:
        count_repeat(step, work);
        return;
    case PLAN_TOGETHER:
        for (size_t i = 0; i < step->together.lane_count; i++) {
            scenario_work_count(&step->together.lanes[i], work);
        }
        break;
    case PLAN_SEND:
        work->steps = add(work->steps, send_pieces(step) - 1);
        work->queues = work->queues || !step->send.settle;
        break;
    case PLAN_CONNECT:
        work->connects = add(work->connects, 1);
        break;
    case PLAN_FILL_BACKLOG:
        work->connects = add(work->connects, (uint64_t)step->fill_backlog.count + 1);
        work->steps = add(work->steps, step->fill_backlog.count);
        work->queues = true;
        break;
    case PLAN_SERVER:
        work->queues = work->queues || step->server == PLAN_ACCEPTING_OFF;
        break;
    case PLAN_EXPECT:
        work->wait_ms = add(work->wait_ms, step->expect.within_ms);
        break;
    case PLAN_EXPECT_END:
        work->wait_ms = add(work->wait_ms, step->expect_end.within_ms);
        break;
    case PLAN_EXPECT_SILENCE:
        work->wait_ms = add(work->wait_ms, step->silence_ms);
        break;
    case PLAN_WAIT:
        work->wait_ms = add(work->wait_ms, step->wait_ms);
        break;
    case PLAN_HALF_CLOSE:
    case PLAN_CLOSE:
    case PLAN_RESET:
    case PLAN_PAUSE:
    case PLAN_RESUME:
    case PLAN_EXPECT_SERVER:
        break;
    }
    work->steps = add(work->steps, 1);
}

void scenario_work_count(const struct plan_steps *steps, struct scenario_work *work)
{
    for (size_t i = 0; i < steps->count; i++) {
        count_step(&steps->steps[i], work);
    }
}
