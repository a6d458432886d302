/* SPDX-License-Identifier: MIT */
#include "isolate.h"

#include "isolate_pool.h"
#include "isolate_repeat.h"

int isolate_run(struct plan *const *plans, size_t count, const struct isolate_options *options,
                struct drill_error *error)
{
    if (options->repeat > 1) {
        return isolate_repeat_run(plans, count, options, &isolate_engine_runner, error);
    }
    return isolate_pool_run(plans, count, options, &isolate_engine_runner, error);
}
