/* SPDX-License-Identifier: MIT */
#include "cycles/cycles.h"

#include "common/interrupt.h"
#include "common/process.h"
#include "cycles/peer.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

/* Everything between connect and the client's close; the session is the caller's to close. */
static int blocking_talk(int client, int session, enum cycle_end end, struct failure *failure)
{
    int result = peer_ask(client, failure);
    if (result == 0 && peer_serve(session, failure) != 1) {
        result = failure_set(failure, -EPROTO, "the server did not get the request");
    }
    if (result == 0) {
        result = peer_check(client, failure);
    }
    peer_end(client, end);
    if (result == 0 && peer_serve(session, failure) != 0) {
        result = failure_set(failure, -EPROTO, "the server did not see the end");
    }
    return result;
}

static int blocking_cycle(int listener, const struct sockaddr_in *address, enum cycle_end end,
                          struct failure *failure)
{
    int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (client < 0) {
        return failure_errno(failure, "socket");
    }
    if (connect(client, (const struct sockaddr *)address, sizeof(*address)) != 0) {
        int result = failure_errno(failure, "connect");
        close(client);
        return result;
    }
    int session = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    if (session < 0) {
        int result = failure_errno(failure, "accept");
        close(client);
        return result;
    }
    int result = blocking_talk(client, session, end, failure);
    close(session);
    return result;
}

int cycles_blocking(unsigned count, enum cycle_end end, uint64_t *elapsed_ns,
                    struct failure *failure)
{
    struct sockaddr_in address;
    int listener = peer_listen(SOCK_CLOEXEC, &address, failure);
    int result = listener < 0 ? listener : 0;
    uint64_t start_ns = process_now_ns();
    for (unsigned i = 0; i < count && result == 0; i++) {
        result = blocking_cycle(listener, &address, end, failure);
        if (interrupt_seen()) {
            result = failure_set(failure, -EINTR, "interrupted");
        }
    }
    *elapsed_ns = process_now_ns() - start_ns;
    if (listener >= 0) {
        close(listener);
    }
    return result;
}
