/* SPDX-License-Identifier: MIT */
/*
 * The server's settings that are plain numbers: their keys, ranges and defaults in one table, which
 * the scenario loader and the tape share. scenario.schema.json holds the same ranges. Constant.
 */
#ifndef DRILL_CORE_PLAN_SETTING_H
#define DRILL_CORE_PLAN_SETTING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "plan.h"

/* The order is that of TAPE_SET: new ones only at the end. */
enum plan_setting_index {
    PLAN_SET_RECV_BUFFER,
    PLAN_SET_BACKLOG,
    PLAN_SET_SESSIONS_MAX,
    PLAN_SET_SESSIONS_TOTAL,
    PLAN_SET_MESSAGES_PER_SESSION,
    PLAN_SET_SEND_BUFFER,
    PLAN_SET_REPLY_MAX
};
#define PLAN_SETTING_COUNT (PLAN_SET_REPLY_MAX + 1)

struct plan_setting {
    const char *key;
    int64_t minimum, maximum;
    size_t offset; /* of a uint32_t in struct plan_server */
    uint32_t fallback;
    bool tcp_only;
};

/* `index` is below PLAN_SETTING_COUNT. */
const struct plan_setting *plan_setting(size_t index);

uint32_t plan_setting_get(const struct plan_server *server, size_t index);
void plan_setting_put(struct plan_server *server, size_t index, uint32_t number);

#endif
