/* SPDX-License-Identifier: MIT */
/* The calls of world.h as values, for those who count, fail or record them. */
#ifndef DRILL_CORE_WORLD_CALL_H
#define DRILL_CORE_WORLD_CALL_H

#include <stddef.h>

enum world_call {
    WORLD_CALL_SOCKET,
    WORLD_CALL_BIND,
    WORLD_CALL_LISTEN,
    WORLD_CALL_ACCEPT,
    WORLD_CALL_CONNECT,
    WORLD_CALL_RECV,
    WORLD_CALL_RECVFROM,
    WORLD_CALL_SEND,
    WORLD_CALL_SENDTO,
    WORLD_CALL_SHUTDOWN,
    WORLD_CALL_CLOSE,
    WORLD_CALL_GETSOCKNAME,
    WORLD_CALL_GETPEERNAME,
    WORLD_CALL_SET,
    WORLD_CALL_ASK,
    WORLD_CALL_WATCH,
    WORLD_CALL_WAIT,
    WORLD_CALL_PASS
};
#define WORLD_CALL_COUNT (WORLD_CALL_PASS + 1)

/* "socket", "bind", ..., "pass". */
const char *world_call_name(enum world_call call);

/* The errno of "ECONNRESET" and the like, 0 for a name that is none; and the other way round ("E?"
 * for a number that is none). */
int world_error_parse(const char *name);
const char *world_error_name(int error);

#endif
