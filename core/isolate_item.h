/* SPDX-License-Identifier: MIT */
/*
 * One run of one plan in one world as a number: what stands in lines, requests and frames. The
 * items of a plan are neighbours, the simulated one first. Values only.
 */
#ifndef DRILL_CORE_ISOLATE_ITEM_H
#define DRILL_CORE_ISOLATE_ITEM_H

#include <stdint.h>

#include "check.h"
#include "plan.h"
#include "result.h"

#define ISOLATE_ITEM_NONE      UINT32_MAX
#define ISOLATE_ITEM_PLANS_MAX ((size_t)1 << 30)

static inline uint32_t isolate_item(uint32_t plan, enum plan_world world)
{
    ASSERT(plan < ISOLATE_ITEM_PLANS_MAX);
    ASSERT(world == PLAN_SIM || world == PLAN_KERNEL);
    return plan * 2 + (world == PLAN_KERNEL ? 1 : 0);
}

static inline uint32_t isolate_item_plan(uint32_t item)
{
    return item / 2;
}

static inline enum plan_world isolate_item_world(uint32_t item)
{
    return item % 2 == 0 ? PLAN_SIM : PLAN_KERNEL;
}

/* The item that a result of one world is of. */
static inline uint32_t isolate_item_of(const struct result *result)
{
    return isolate_item(result->plan, result->world);
}

/* Where such a result keeps its trace. */
static inline struct bytes *isolate_item_trace(struct result *result)
{
    return result->world == PLAN_SIM ? &result->sim_trace : &result->kernel_trace;
}

#endif
