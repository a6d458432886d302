/* SPDX-License-Identifier: MIT */
#include "plan_setting.h"

#include <string.h>

#include "check.h"

static const struct plan_setting settings[PLAN_SETTING_COUNT] = {
    [PLAN_SET_RECV_BUFFER] = {"recv_buffer", 1, 1 << 20,
                              offsetof(struct plan_server, recv_buffer_bytes), 1024, false},
    [PLAN_SET_BACKLOG] = {"backlog", 0, 4096, offsetof(struct plan_server, backlog), 5, true},
    [PLAN_SET_SESSIONS_MAX] = {"sessions_max", 1, 1000000,
                               offsetof(struct plan_server, sessions_max), 256, true},
    [PLAN_SET_SESSIONS_TOTAL] = {"sessions_total", 1, 1000000000,
                                 offsetof(struct plan_server, sessions_total), PLAN_NONE, true},
    [PLAN_SET_MESSAGES_PER_SESSION] = {"messages_per_session", 1, 1000000000,
                                       offsetof(struct plan_server, messages_per_session),
                                       PLAN_NONE, true},
    [PLAN_SET_SEND_BUFFER] = {"send_buffer", 1, 1 << 26,
                              offsetof(struct plan_server, send_buffer_bytes), 0, false},
    [PLAN_SET_REPLY_MAX] = {"reply_max", 1, 1 << 24, offsetof(struct plan_server, reply_bytes_max),
                            65536, false},
};

const struct plan_setting *plan_setting(size_t index)
{
    ASSERT(index < PLAN_SETTING_COUNT);
    return &settings[index];
}

uint32_t plan_setting_get(const struct plan_server *server, size_t index)
{
    uint32_t number;
    memcpy(&number, (const char *)server + plan_setting(index)->offset, sizeof(number));
    return number;
}

void plan_setting_put(struct plan_server *server, size_t index, uint32_t number)
{
    memcpy((char *)server + plan_setting(index)->offset, &number, sizeof(number));
}
