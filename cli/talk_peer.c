/* SPDX-License-Identifier: MIT */
/* The server's side of a conversation. */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "clock.h"
#include "talk.h"

/* A service reads at most so much at once by default and may answer each piece by itself. */
#define TALK_PIECE_BYTES 1024
#define TALK_QUIET_NS    (200 * CLOCK_MS)

uint64_t talk_deadline(const struct talk *talk)
{
    return clock_after(world_now_ns(talk->world), talk->timeout_ns);
}

static int talk_watch(struct talk *talk, unsigned wanted)
{
    uint32_t events = (wanted & TALK_READABLE ? WORLD_READABLE : 0) |
                      (wanted & TALK_WRITABLE ? WORLD_WRITABLE : 0);
    int status = world_watch(talk->world, talk->socket, events, &talk->socket);
    if (status != 0 || talk->input_unwatched) {
        return status;
    }
    status = world_watch(talk->world, STDIN_FILENO, wanted & TALK_INPUT ? WORLD_READABLE : 0,
                         &talk->input);
    if (status == -EPERM) {
        /* epoll(7) takes no regular files: they are always ready. */
        talk->input_unwatched = true;
        status = 0;
    }
    return status;
}

static unsigned talk_found(const struct talk *talk, unsigned wanted,
                           const struct world_event *events, int count)
{
    unsigned found = 0;
    for (int i = 0; i < count; i++) {
        uint32_t bits = events[i].events;
        if (events[i].token == &talk->input) {
            found |= TALK_INPUT;
        } else if (bits & WORLD_FAILED) {
            found |= wanted & (TALK_READABLE | TALK_WRITABLE);
        } else {
            found |= (bits & WORLD_READABLE ? TALK_READABLE : 0) |
                     (bits & WORLD_WRITABLE ? TALK_WRITABLE : 0);
        }
    }
    return found;
}

int talk_wait(struct talk *talk, unsigned wanted, uint64_t deadline_ns)
{
    struct world_event events[2];
    int status = talk_watch(talk, wanted);
    if (status != 0) {
        return status;
    }
    bool at_once = talk->input_unwatched && (wanted & TALK_INPUT);
    int ready;
    do {
        ready = world_wait(talk->world, at_once ? 0 : deadline_ns, events, 2);
    } while (ready == -EINTR);
    if (ready < 0) {
        return ready;
    }
    return (int)(talk_found(talk, wanted, events, ready) | (at_once ? TALK_INPUT : 0));
}

int talk_connect(struct talk *talk)
{
    const struct world_address *address = &talk->endpoint.address;
    int status = world_connect(talk->world, talk->socket, address);
    if (status != -EINPROGRESS) {
        return status;
    }
    status = talk_wait(talk, TALK_WRITABLE, talk_deadline(talk));
    if (status <= 0) {
        return status < 0 ? status : -ETIMEDOUT;
    }
    int error = world_ask(talk->world, talk->socket, WORLD_ERROR);
    return error > 0 ? -error : error;
}

void talk_end_line(struct talk *talk)
{
    if (talk->line_open) {
        putchar('\n');
        talk->line_open = false;
    }
}

static void talk_close(struct talk *talk, int error)
{
    talk->closed = true;
    talk->error = error;
}

static void talk_took(struct talk *talk, size_t size)
{
    fwrite(talk->buffer, 1, size, stdout);
    talk->answer_bytes += size;
    talk->line_open = true;
    if (talk->endpoint.transport == WORLD_UDP) {
        talk->answer_datagrams++;
        talk_end_line(talk);
    }
}

/* A server that never stops sending must not hold the conversation for ever. */
void talk_receive(struct talk *talk)
{
    uint64_t deadline_ns = talk_deadline(talk);
    bool udp = talk->endpoint.transport == WORLD_UDP;
    while (!talk->closed && world_now_ns(talk->world) < deadline_ns) {
        ssize_t size = world_recv(talk->world, talk->socket, talk->buffer, sizeof(talk->buffer));
        if (size > 0 || (size == 0 && udp)) {
            talk_took(talk, (size_t)size);
        } else if (size == -EAGAIN || size == -EWOULDBLOCK) {
            return;
        } else if (size != -EINTR) {
            talk_close(talk, (int)-size);
        }
    }
}

int talk_send(struct talk *talk, const void *line, size_t size)
{
    size_t offset = 0;
    uint64_t deadline_ns = talk_deadline(talk);
    talk->answer_bytes = 0;
    talk->answer_datagrams = 0;
    while (offset < size && !talk->closed) {
        ssize_t sent =
            world_send(talk->world, talk->socket, (const uint8_t *)line + offset, size - offset);
        if (sent >= 0) {
            offset += (size_t)sent;
            deadline_ns = talk_deadline(talk);
        } else if (sent == -EMSGSIZE) {
            return -EMSGSIZE;
        } else if (sent == -EAGAIN || sent == -EWOULDBLOCK) {
            int found = talk_wait(talk, TALK_READABLE | TALK_WRITABLE, deadline_ns);
            if (found <= 0) {
                return found < 0 ? found : -ETIMEDOUT;
            }
            if ((unsigned)found & TALK_READABLE) {
                talk_receive(talk);
            }
        } else if (sent != -EINTR) {
            /* What the server said before it went away is still there to be read. */
            talk_receive(talk);
            talk_close(talk, (int)-sent);
        }
    }
    return offset < size ? -EPIPE : 0;
}

static bool talk_has_answer(const struct talk *talk)
{
    return talk->answer_bytes > 0 || talk->answer_datagrams > 0;
}

/* Waits for one more piece. 0, -ETIMEDOUT or -EPIPE. */
static int talk_more(struct talk *talk, uint64_t deadline_ns)
{
    int found = talk_wait(talk, TALK_READABLE, deadline_ns);
    if (found <= 0) {
        return found < 0 ? found : -ETIMEDOUT;
    }
    talk_receive(talk);
    return 0;
}

int talk_answer(struct talk *talk, size_t line_bytes)
{
    uint64_t deadline_ns = talk_deadline(talk);
    talk_receive(talk);
    while (!talk_has_answer(talk) && !talk->closed) {
        int status = talk_more(talk, deadline_ns);
        if (status != 0) {
            return status;
        }
    }
    bool in_pieces = line_bytes > TALK_PIECE_BYTES && talk->endpoint.transport == WORLD_TCP;
    while (in_pieces && talk->answer_bytes < line_bytes && !talk->closed) {
        uint64_t quiet_ns = clock_after(world_now_ns(talk->world), TALK_QUIET_NS);
        if (talk_more(talk, quiet_ns) != 0) {
            break;
        }
    }
    talk_end_line(talk);
    return talk_has_answer(talk) ? 0 : -EPIPE;
}
