/* SPDX-License-Identifier: MIT */
#include "session_end.h"

#include <string.h>

#include "check.h"

static const char *const names[SESSION_END_COUNT] = {
    [SESSION_OPEN] = "open",       [SESSION_EOF] = "eof",
    [SESSION_RESET] = "reset",     [SESSION_BROKEN] = "broken",
    [SESSION_PLUGIN] = "plugin",   [SESSION_PROTOCOL_ERROR] = "protocol_error",
    [SESSION_LIMIT] = "limit",     [SESSION_IDLE] = "idle",
    [SESSION_STOPPED] = "stopped", [SESSION_FAILURE] = "failure",
};

const char *session_end_name(enum session_end end)
{
    ASSERT((unsigned)end < SESSION_END_COUNT);
    return names[end];
}

enum session_end session_end_parse(const char *name)
{
    int end = 0;
    while (end < SESSION_END_COUNT && strcmp(names[end], name) != 0) {
        end++;
    }
    return (enum session_end)end;
}
