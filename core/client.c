/* SPDX-License-Identifier: MIT */
#include "client.h"

#include <errno.h>
#include <string.h>

/* Room that a receive finds; a whole datagram must fit. */
#define CLIENT_ROOM_BYTES_MIN ((size_t)1 << 12)
#define CLIENT_ROOM_BYTES_MAX ((size_t)1 << 16)

static void client_ready(struct loop_watch *watch, uint32_t events)
{
    struct client *client = (struct client *)(void *)watch;
    (void)events;
    if (client->state == CLIENT_CONNECTING || client->state == CLIENT_HUNG) {
        client_poll_connect(client);
    } else {
        if (client_has_unsent(client)) {
            client_push(client);
        }
        client_receive(client);
        if (client->end != 0) {
            /* A finished connection stays ready for ever; there is nothing more to hear of. */
            loop_watch(client->loop, &client->watch, 0);
        } else if (watch->events != 0) {
            client_listen_for(client, client_has_unsent(client));
        }
    }
    client->moved(client->owner);
}

int client_init(struct client *client, struct loop *loop, void (*moved)(void *owner), void *owner)
{
    *client = (struct client){.loop = loop, .moved = moved, .owner = owner};
    client->watch = (struct loop_watch){.ready = client_ready, .socket = -1};
    bytes_init(&client->unsent, PLAN_PAYLOAD_BYTES_MAX * 4);
    bytes_init(&client->log, CLIENT_LOG_BYTES_MAX);
    bytes_init(&client->datagrams, CLIENT_LOG_BYTES_MAX);
    if (result_recorder_init(&client->sent_stream) != 0) {
        return -ENOMEM;
    }
    if (result_recorder_init(&client->received_stream) != 0) {
        result_recorder_fini(&client->sent_stream);
        return -ENOMEM;
    }
    return 0;
}

void client_fini(struct client *client)
{
    ASSERT(client->watch.socket < 0);
    bytes_fini(&client->unsent);
    bytes_fini(&client->log);
    bytes_fini(&client->datagrams);
    result_recorder_fini(&client->sent_stream);
    result_recorder_fini(&client->received_stream);
}

void client_begin(struct client *client, enum world_transport transport)
{
    ASSERT(client->watch.socket < 0);
    client->transport = transport;
    client->state = CLIENT_NONE;
    client->local = (struct world_address){0};
    client->paused = client->half_close_due = client->finished = false;
    client->send_stuck = client->stuck_once = client->broken = false;
    client->dropped_unsent = client->log_full = false;
    client->end = 0;
    client->sent = client->received = client->refusals = 0;
    bytes_clear(&client->unsent);
    bytes_clear(&client->log);
    bytes_clear(&client->datagrams);
    client->unsent_at = client->log_at = client->datagram_at = 0;
    result_recorder_reset(&client->sent_stream);
    result_recorder_reset(&client->received_stream);
}

static void client_drop_unsent(struct client *client)
{
    client->dropped_unsent = client->dropped_unsent || client_has_unsent(client);
    bytes_clear(&client->unsent);
    client->unsent_at = 0;
}

static void client_drop_socket(struct client *client)
{
    if (client->watch.socket >= 0) {
        world_close(client->loop->world, loop_forget(client->loop, &client->watch));
    }
}

int client_open(struct client *client, enum world_family family)
{
    struct world *world = client->loop->world;
    int socket = world_socket(world, client->transport, family);
    if (socket < 0) {
        return socket;
    }
    client->watch.socket = socket;
    return 0;
}

int client_connect(struct client *client, const struct world_address *server)
{
    struct world *world = client->loop->world;
    int socket = client->watch.socket;
    int status = 0;
    if (client->transport == WORLD_TCP) {
        /* Small pieces must not wait for the acknowledgement of earlier ones: tcp(7). */
        status = world_set(world, socket, WORLD_NO_DELAY, 1);
    }
    if (status == 0) {
        status = world_connect(world, socket, server);
    }
    if (status != 0 && status != -EINPROGRESS && status != -ECONNREFUSED) {
        client_drop_socket(client);
        return status;
    }
    client->state = status == -ECONNREFUSED ? CLIENT_REFUSED : CLIENT_CONNECTING;
    if (status != -ECONNREFUSED) {
        status = world_getsockname(world, socket, &client->local);
        ASSERT(status == 0);
        client_poll_connect(client);
    } else {
        client_drop_socket(client);
    }
    return 0;
}

void client_poll_connect(struct client *client)
{
    struct world *world = client->loop->world;
    struct world_address peer;
    ASSERT(client->state == CLIENT_CONNECTING || client->state == CLIENT_HUNG);
    if (world_getpeername(world, client->watch.socket, &peer) == 0) {
        client->state = CLIENT_OPEN;
    } else {
        int error = world_ask(world, client->watch.socket, WORLD_ERROR);
        if (error == ECONNREFUSED || error == ETIMEDOUT) {
            client->state = CLIENT_REFUSED;
            client_drop_socket(client);
        } else if (error == ECONNRESET) {
            /* It was established and reset between two looks. */
            client->state = CLIENT_OPEN;
            client->end = PLAN_END_RESET;
        }
    }
}

static bool client_can_wait(ssize_t error)
{
    return error == -EAGAIN || error == -EINTR || error == -ENOBUFS || error == -ENOMEM;
}

/* One attempt to send: the bytes taken, 0 when there is no room now, or the error that broke the
 * connection. */
static ssize_t client_try_send(struct client *client, const uint8_t *data, size_t size)
{
    struct world *world = client->loop->world;
    ssize_t taken = world_send(world, client->watch.socket, data, size);
    if (taken == -ECONNREFUSED && client->transport == WORLD_UDP) {
        /* The answer to an earlier datagram; this one was not sent: udp(7). */
        client->refusals++;
        taken = world_send(world, client->watch.socket, data, size);
    }
    if (taken < 0) {
        client->send_stuck = client_can_wait(taken);
        client->stuck_once = client->stuck_once || client->send_stuck;
        client->broken = client->broken || !client->send_stuck;
        return client->send_stuck ? 0 : taken;
    }
    result_recorder_add(&client->sent_stream, data, (size_t)taken);
    client->sent += client->transport == WORLD_UDP ? 1 : (uint64_t)taken;
    client->send_stuck = (size_t)taken < size;
    client->stuck_once = client->stuck_once || client->send_stuck;
    return taken;
}

static void client_finish_if_due(struct client *client)
{
    if (client->half_close_due && !client_has_unsent(client) && !client->finished) {
        /* An error means that the connection is gone already, which the next receive tells. */
        (void)world_shutdown(client->loop->world, client->watch.socket, WORLD_SHUT_WR);
        client->finished = true;
    }
}

int client_push(struct client *client)
{
    while (client_has_unsent(client)) {
        ssize_t taken = client_try_send(client, client->unsent.data + client->unsent_at,
                                        client->unsent.size - client->unsent_at);
        if (taken < 0) {
            client_drop_unsent(client);
            return (int)taken;
        }
        client->unsent_at += (size_t)taken;
        if (client->send_stuck) {
            return 0;
        }
    }
    bytes_clear(&client->unsent);
    client->unsent_at = 0;
    client_finish_if_due(client);
    return 0;
}

int client_send(struct client *client, const void *data, size_t size)
{
    ASSERT(client->state == CLIENT_OPEN);
    if (client_has_unsent(client)) {
        /* Two datagrams must not become one. */
        return client->transport == WORLD_UDP ? -ENOSPC : bytes_add(&client->unsent, data, size);
    }
    ssize_t taken = client_try_send(client, data, size);
    if (taken < 0) {
        return (int)taken;
    }
    bool whole = client->transport == WORLD_UDP && !client->send_stuck;
    if (whole || (size_t)taken == size) {
        return 0;
    }
    return bytes_add(&client->unsent, (const uint8_t *)data + taken, size - (size_t)taken);
}

/* Takes note of what a receive returned; whether it is worth calling again. */
static bool client_received(struct client *client, ssize_t received, size_t asked)
{
    if (received > 0 || (received == 0 && client->transport == WORLD_UDP)) {
        size_t size = (size_t)received < asked ? (size_t)received : asked;
        result_recorder_add(&client->received_stream, client->log.data + client->log.size, size);
        client->log.size += size;
        client->received += client->transport == WORLD_UDP ? 1 : (uint64_t)size;
        if (client->transport == WORLD_UDP) {
            return bytes_add(&client->datagrams, &size, sizeof(size)) == 0;
        }
        return size == asked;
    }
    if (received == 0) {
        client->end = PLAN_END_EOF;
    } else if (client->transport == WORLD_UDP) {
        client->refusals += received == -ECONNREFUSED ? 1 : 0;
    } else if (!client_can_wait(received)) {
        client->end = PLAN_END_RESET;
        client->broken = true;
    }
    return false;
}

/* It grows with what was received and not with the memory at hand, which earlier connections left
 * behind: the same story asks for the same sizes. */
static size_t client_room(const struct client *client)
{
    if (client->transport == WORLD_UDP || client->log.size > CLIENT_ROOM_BYTES_MAX) {
        return CLIENT_ROOM_BYTES_MAX;
    }
    return client->log.size < CLIENT_ROOM_BYTES_MIN ? CLIENT_ROOM_BYTES_MIN : client->log.size;
}

bool client_receive(struct client *client)
{
    struct world *world = client->loop->world;
    bool any = false;
    bool more = client->state == CLIENT_OPEN && !client->paused && client->end == 0;
    while (more) {
        ssize_t received = 0;
        size_t size = client_room(client);
        if (bytes_reserve(&client->log, size) != 0) {
            client->log_full = true;
            return any;
        }
        uint8_t *room = client->log.data + client->log.size;
        if (client->transport == WORLD_UDP) {
            received = world_recvfrom(world, client->watch.socket, room, size, NULL);
        } else {
            received = world_recv(world, client->watch.socket, room, size);
        }
        any = any || !client_can_wait(received);
        more = client_received(client, received, size);
    }
    return any;
}

void client_ask_error(struct client *client)
{
    int error = world_ask(client->loop->world, client->watch.socket, WORLD_ERROR);
    if (client->transport == WORLD_UDP) {
        client->refusals += error == ECONNREFUSED ? 1 : 0;
    } else if (error != 0) {
        client->broken = true;
    }
}

int client_listen_for(struct client *client, bool writing)
{
    uint32_t events = (client->paused ? 0 : WORLD_READABLE) | (writing ? WORLD_WRITABLE : 0);
    return loop_watch(client->loop, &client->watch, events);
}

void client_half_close(struct client *client)
{
    client->half_close_due = true;
    client_finish_if_due(client);
}

void client_close(struct client *client)
{
    bool connected = client->state == CLIENT_OPEN;
    client_drop_socket(client);
    client_drop_unsent(client);
    if (connected) {
        client->state = CLIENT_CLOSED;
        client->finished = true;
    } else if (client->state != CLIENT_REFUSED) {
        client->state = CLIENT_NONE;
    }
}

void client_reset(struct client *client)
{
    if (client->watch.socket >= 0 && client->transport == WORLD_TCP) {
        /* A connection that is gone already refuses the option and needs no RST. */
        (void)world_set(client->loop->world, client->watch.socket, WORLD_RESET_ON_CLOSE, 1);
    }
    client_close(client);
}

void client_set_paused(struct client *client, bool paused)
{
    client->paused = paused;
    if (client->watch.socket >= 0 && client->watch.events != 0) {
        client_listen_for(client, client_has_unsent(client));
    }
}

bool client_unconsumed(const struct client *client, const uint8_t **data, size_t *size)
{
    *data = client->log.data ? client->log.data + client->log_at : NULL;
    *size = client->log.size - client->log_at;
    if (client->transport == WORLD_TCP) {
        return *size > 0;
    }
    if (client->datagram_at == client->datagrams.size) {
        *size = 0;
        return false;
    }
    memcpy(size, client->datagrams.data + client->datagram_at, sizeof(*size));
    return true;
}

void client_consume(struct client *client, size_t size)
{
    ASSERT(size <= client->log.size - client->log_at);
    client->log_at += size;
    if (client->transport == WORLD_UDP) {
        client->datagram_at += sizeof(size_t);
    }
    if (client->log_at == client->log.size && client->datagram_at == client->datagrams.size) {
        bytes_clear(&client->log);
        bytes_clear(&client->datagrams);
        client->log_at = client->datagram_at = 0;
    }
}
