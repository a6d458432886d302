/* SPDX-License-Identifier: MIT */
#include "servers/listen.h"

#include <arpa/inet.h>
#include <err.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

#define LISTEN_BACKLOG 128

int listen_loopback(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (listener < 0) {
        err(EXIT_FAILURE, "socket");
    }
    /* Accepted sockets inherit it. A reply that is held back for the peer's acknowledgement would
     * make this a bench of delayed acknowledgements. */
    int on = 1;
    if (setsockopt(listener, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) != 0) {
        err(EXIT_FAILURE, "TCP_NODELAY");
    }
    if (bind(listener, (struct sockaddr *)&address, sizeof(address)) != 0) {
        err(EXIT_FAILURE, "bind to 127.0.0.1");
    }
    if (listen(listener, LISTEN_BACKLOG) != 0) {
        err(EXIT_FAILURE, "listen");
    }
    return listener;
}

void listen_announce(const char *name, int listener)
{
    struct sockaddr_in address = {.sin_port = 0};
    socklen_t size = sizeof(address);
    if (getsockname(listener, (struct sockaddr *)&address, &size) != 0) {
        err(EXIT_FAILURE, "getsockname");
    }
    printf("listening %s@tcp://127.0.0.1:%d\n", name, ntohs(address.sin_port));
    fflush(stdout);
}
