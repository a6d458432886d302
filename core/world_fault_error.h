/* SPDX-License-Identifier: MIT */
/*
 * Which errors a call of the server can be made to fail with: the rules that the scenario loader
 * refuses by and that the tape decodes by. Constant.
 */
#ifndef DRILL_CORE_WORLD_FAULT_ERROR_H
#define DRILL_CORE_WORLD_FAULT_ERROR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "world_fault.h"

#define WORLD_FAULT_NTH_MAX   INT64_C(1000000000)
#define WORLD_FAULT_SHORT_MAX (INT64_C(1) << 24) /* no reply is longer: reply_max */

/* The calls that can fail, in the order of their bits; tapes number them so, too. */
#define WORLD_FAULT_CALL_COUNT 5
enum world_fault_calls {
    WORLD_FAULT_ACCEPT = 1,
    WORLD_FAULT_RECV = 2,
    WORLD_FAULT_RECVFROM = 4,
    WORLD_FAULT_SEND = 8,
    WORLD_FAULT_SENDTO = 16
};

/* `index` is below WORLD_FAULT_CALL_COUNT; the other way round the call must be one of them. */
enum world_call world_fault_call(size_t index);
size_t world_fault_call_index(enum world_call call);

struct world_fault_error {
    const char *name;
    int error;
    uint32_t calls; /* those that fail with it */
    uint32_t again; /* those that the server makes again at once: never sticky */
};

/* In the order that tapes number them by: new ones only at the end. */
size_t world_fault_error_count(void);
const struct world_fault_error *world_fault_error(size_t index);

/* Of several rules that hit one call the first counts: whether `first` leaves `rule` none. */
bool world_fault_hides(const struct world_fault_rule *first, const struct world_fault_rule *rule);

#endif
