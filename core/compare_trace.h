/* SPDX-License-Identifier: MIT */
/*
 * Which call of two recorded runs told a different story first, in words that hold no port, no
 * socket number and no time, so that reports may keep them. Pure functions; thread-safe.
 */
#ifndef DRILL_CORE_COMPARE_TRACE_H
#define DRILL_CORE_COMPARE_TRACE_H

#include "bytes.h"
#include "result.h"

/* Fills `calls`, `sim_call` and `kernel_call` of the divergence, which are NULL, and leaves them so
 * where the traces do not differ or one of them is missing or none. 0 or -ENOMEM. */
int compare_traces(const struct bytes *sim, const struct bytes *kernel,
                   struct result_divergence *divergence);

#endif
