/* SPDX-License-Identifier: MIT */
#include "cycles/peer.h"

#include "common/upper.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PEER_BACKLOG 5

static const char request[] = "hello";
static const char reply[] = "HELLO";

int peer_listen(int flags, struct sockaddr_in *address, struct failure *failure)
{
    socklen_t size = sizeof(*address);
    *address =
        (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int listener = socket(AF_INET, SOCK_STREAM | flags, 0);
    if (listener < 0) {
        return failure_errno(failure, "socket");
    }
    if (bind(listener, (struct sockaddr *)address, size) != 0 ||
        listen(listener, PEER_BACKLOG) != 0 ||
        getsockname(listener, (struct sockaddr *)address, &size) != 0) {
        int result = failure_errno(failure, "cannot listen on 127.0.0.1");
        close(listener);
        return result;
    }
    return listener;
}

int peer_ask(int client, struct failure *failure)
{
    size_t size = sizeof(request) - 1;
    if (send(client, request, size, MSG_NOSIGNAL) != (ssize_t)size) {
        return failure_errno(failure, "the client's send");
    }
    return 0;
}

int peer_check(int client, struct failure *failure)
{
    char buffer[UPPER_RECV_BYTES];
    ssize_t got = recv(client, buffer, sizeof(buffer), 0);
    if (got < 0) {
        return failure_errno(failure, "the client's receive");
    }
    if (got != (ssize_t)sizeof(reply) - 1 || memcmp(buffer, reply, (size_t)got) != 0) {
        return failure_set(failure, -EBADMSG, "the client received a wrong reply");
    }
    return 0;
}

void peer_end(int client, enum cycle_end end)
{
    if (end == CYCLE_RESET) {
        struct linger abort_on_close = {.l_onoff = 1, .l_linger = 0};
        setsockopt(client, SOL_SOCKET, SO_LINGER, &abort_on_close, sizeof(abort_on_close));
    }
    close(client);
}

int peer_serve(int session, struct failure *failure)
{
    uint8_t buffer[UPPER_RECV_BYTES];
    ssize_t got = recv(session, buffer, sizeof(buffer), 0);
    if (got == 0 || (got < 0 && errno == ECONNRESET)) {
        return 0;
    }
    if (got < 0) {
        return failure_errno(failure, "the server's receive");
    }
    upper_bytes(buffer, buffer, (size_t)got);
    if (send(session, buffer, (size_t)got, MSG_NOSIGNAL) != got) {
        return failure_errno(failure, "the server's send");
    }
    return 1;
}
