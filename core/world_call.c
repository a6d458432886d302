/* SPDX-License-Identifier: MIT */
#include "world_call.h"

#include <errno.h>
#include <string.h>

#include "check.h"

/* Linux keeps errors below this: include/linux/err.h. */
#define ERROR_MAX 4095

const char *world_call_name(enum world_call call)
{
    static const char *const names[WORLD_CALL_COUNT] = {
        [WORLD_CALL_SOCKET] = "socket",
        [WORLD_CALL_BIND] = "bind",
        [WORLD_CALL_LISTEN] = "listen",
        [WORLD_CALL_ACCEPT] = "accept",
        [WORLD_CALL_CONNECT] = "connect",
        [WORLD_CALL_RECV] = "recv",
        [WORLD_CALL_RECVFROM] = "recvfrom",
        [WORLD_CALL_SEND] = "send",
        [WORLD_CALL_SENDTO] = "sendto",
        [WORLD_CALL_SHUTDOWN] = "shutdown",
        [WORLD_CALL_CLOSE] = "close",
        [WORLD_CALL_GETSOCKNAME] = "getsockname",
        [WORLD_CALL_GETPEERNAME] = "getpeername",
        [WORLD_CALL_SET] = "set",
        [WORLD_CALL_ASK] = "ask",
        [WORLD_CALL_WATCH] = "watch",
        [WORLD_CALL_WAIT] = "wait",
        [WORLD_CALL_PASS] = "pass",
    };
    ASSERT((unsigned)call < WORLD_CALL_COUNT);
    return names[call];
}

int world_error_parse(const char *name)
{
    /* Second names of errors, which the table of libc does not know: errno(3). */
    static const struct {
        const char *name;
        int error;
    } aliases[] = {
        {"EWOULDBLOCK", EWOULDBLOCK},
        {"EDEADLOCK", EDEADLOCK},
        {"ENOTSUP", ENOTSUP},
        {"EOPNOTSUPP", EOPNOTSUPP},
    };
    for (size_t i = 0; i < sizeof(aliases) / sizeof(aliases[0]); i++) {
        if (strcmp(name, aliases[i].name) == 0) {
            return aliases[i].error;
        }
    }
    for (int error = 1; error <= ERROR_MAX; error++) {
        const char *known = strerrorname_np(error);
        if (known && strcmp(name, known) == 0) {
            return error;
        }
    }
    return 0;
}

const char *world_error_name(int error)
{
    const char *name = error > 0 ? strerrorname_np(error) : NULL;
    return name ? name : "E?";
}
