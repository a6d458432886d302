/* SPDX-License-Identifier: MIT */
#include "world_fault_error.h"

#include <errno.h>

#include "check.h"

#define ANY                                                                                        \
    (WORLD_FAULT_ACCEPT | WORLD_FAULT_RECV | WORLD_FAULT_RECVFROM | WORLD_FAULT_SEND |             \
     WORLD_FAULT_SENDTO)
#define TRANSFERS (WORLD_FAULT_RECV | WORLD_FAULT_RECVFROM | WORLD_FAULT_SEND | WORLD_FAULT_SENDTO)
#define ACCEPT    WORLD_FAULT_ACCEPT
#define RECV      WORLD_FAULT_RECV
#define RECVFROM  WORLD_FAULT_RECVFROM
#define SEND      WORLD_FAULT_SEND
#define SENDTO    WORLD_FAULT_SENDTO

static const enum world_call calls[WORLD_FAULT_CALL_COUNT] = {
    WORLD_CALL_ACCEPT, WORLD_CALL_RECV, WORLD_CALL_RECVFROM, WORLD_CALL_SEND, WORLD_CALL_SENDTO};

/* Errors with which Linux lets these calls fail: their man pages, tcp(7) and udp(7). After those of
 * `again` the server makes the same call again as soon as the world says that it can: a socket
 * stays readable or writable, so a sticky one would keep it busy for ever. (accept without
 * descriptors or memory waits for a timer; of the others a stream ends and a datagram is lost.)
 * scenario.schema.json holds the same names. */
static const struct world_fault_error errors[] = {
    {"EAGAIN", EAGAIN, ANY, ANY},
    {"ECONNABORTED", ECONNABORTED, ACCEPT, ACCEPT},
    {"ECONNREFUSED", ECONNREFUSED, RECVFROM | SENDTO, RECVFROM},
    {"ECONNRESET", ECONNRESET, RECV | SEND, 0},
    {"EHOSTUNREACH", EHOSTUNREACH, ANY, ACCEPT | RECVFROM},
    {"EINTR", EINTR, ANY, ANY},
    {"EMFILE", EMFILE, ACCEPT, 0},
    {"EMSGSIZE", EMSGSIZE, SENDTO, 0},
    {"ENETUNREACH", ENETUNREACH, ANY, ACCEPT | RECVFROM},
    {"ENFILE", ENFILE, ACCEPT, 0},
    {"ENOBUFS", ENOBUFS, ACCEPT | SEND | SENDTO, SEND | SENDTO},
    {"ENOMEM", ENOMEM, ANY, TRANSFERS},
    {"EPERM", EPERM, ACCEPT | SENDTO, ACCEPT},
    {"EPIPE", EPIPE, SEND, 0},
    {"EPROTO", EPROTO, ACCEPT, ACCEPT},
    {"ETIMEDOUT", ETIMEDOUT, RECV | SEND, 0},
};

enum world_call world_fault_call(size_t index)
{
    ASSERT(index < WORLD_FAULT_CALL_COUNT);
    return calls[index];
}

size_t world_fault_call_index(enum world_call call)
{
    size_t index = 0;
    while (index < WORLD_FAULT_CALL_COUNT && calls[index] != call) {
        index++;
    }
    ASSERT(index < WORLD_FAULT_CALL_COUNT);
    return index;
}

size_t world_fault_error_count(void)
{
    return sizeof(errors) / sizeof(errors[0]);
}

const struct world_fault_error *world_fault_error(size_t index)
{
    ASSERT(index < world_fault_error_count());
    return &errors[index];
}

bool world_fault_hides(const struct world_fault_rule *first, const struct world_fault_rule *rule)
{
    if (first->call != rule->call) {
        return false;
    }
    return first->sticky ? rule->nth >= first->nth : rule->nth == first->nth && !rule->sticky;
}
