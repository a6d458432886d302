/* SPDX-License-Identifier: MIT */
#include "loopback.h"

#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bare.h"

#define PIECE_BYTES_MAX BARE_RECV_BYTES /* sent at once, so that nobody ever waits for room */

static struct sockaddr_in address;
static int listener, client; /* `client` of UDP lives on */
static bool datagrams;

static int must(int result, const char *call)
{
    if (result < 0) {
        perror(call);
        abort();
    }
    return result;
}

void loopback_open(bool udp)
{
    socklen_t size = sizeof(address);
    datagrams = udp;
    address =
        (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    listener = must(socket(AF_INET, udp ? SOCK_DGRAM : SOCK_STREAM, 0), "socket");
    must(bind(listener, (struct sockaddr *)&address, size), "bind");
    must(getsockname(listener, (struct sockaddr *)&address, &size), "getsockname");
    if (udp) {
        client = must(socket(AF_INET, SOCK_DGRAM, 0), "socket");
        must(connect(client, (struct sockaddr *)&address, size), "connect");
    } else {
        must(listen(listener, 1), "listen");
    }
}

/* Everything is there already: nobody waits. */
static void read_answer(int socket, size_t size)
{
    uint8_t answer[BARE_REPLY_BYTES_MAX];
    while (size > 0) {
        ssize_t got = recv(socket, answer, sizeof(answer), 0);
        if (got <= 0) {
            perror("recv");
            abort();
        }
        size -= (size_t)got;
    }
}

static size_t serve(int session)
{
    uint8_t buffer[BARE_RECV_BYTES];
    int got = must((int)recv(session, buffer, sizeof(buffer), 0), "recv");
    if (got == 0) {
        return 0;
    }
    struct drill_bytes answer = bare_transform(buffer, (size_t)got);
    must((int)send(session, answer.data, answer.size, MSG_NOSIGNAL), "send");
    return answer.size;
}

static void close_with_reset(int socket)
{
    struct linger at_once = {.l_onoff = 1, .l_linger = 0};
    must(setsockopt(socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once)), "setsockopt");
    close(socket);
}

static void play_stream(const uint8_t *data, size_t size)
{
    client = must(socket(AF_INET, SOCK_STREAM, 0), "socket");
    must(connect(client, (struct sockaddr *)&address, sizeof(address)), "connect");
    int session = must(accept(listener, NULL, NULL), "accept");
    bare_open();
    while (size > 0) {
        size_t piece = size < PIECE_BYTES_MAX ? size : PIECE_BYTES_MAX;
        must((int)send(client, data, piece, MSG_NOSIGNAL), "send");
        read_answer(client, serve(session));
        data += piece;
        size -= piece;
    }
    close_with_reset(client);
    close(session);
}

static void play_datagram(const uint8_t *data, size_t size)
{
    uint8_t buffer[BARE_RECV_BYTES];
    struct sockaddr_in peer;
    socklen_t peer_size = sizeof(peer);
    bare_open();
    must((int)send(client, data, size, 0), "send");
    int got = must(
        (int)recvfrom(listener, buffer, sizeof(buffer), 0, (struct sockaddr *)&peer, &peer_size),
        "recvfrom");
    struct drill_bytes answer = bare_transform(buffer, (size_t)got);
    must((int)sendto(listener, answer.data, answer.size, 0, (struct sockaddr *)&peer, peer_size),
         "sendto");
    read_answer(client, answer.size);
}

void loopback_play(const uint8_t *data, size_t size)
{
    if (datagrams) {
        play_datagram(data, size);
    } else {
        play_stream(data, size);
    }
}
