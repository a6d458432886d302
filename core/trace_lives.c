/* SPDX-License-Identifier: MIT */
#include "trace_lives.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Spaces of the index. */
enum { LIVES_SOCKETS, LIVES_ADDRESSES };

#define ADDRESS_BYTES 19

_Static_assert(TRACE_INDEX_NONE == TRACE_NOBODY, "what the index does not know is nobody");

/* A new life of the number; TRACE_NOBODY without memory. Each event begins at most two. */
static uint32_t lives_begin(struct trace_lives *lives, int32_t socket, enum trace_role role)
{
    if (lives->count == lives->capacity) {
        size_t capacity = lives->capacity ? lives->capacity * 2 : 16;
        struct trace_life *larger = realloc(lives->lives, capacity * sizeof(*larger));
        if (!larger) {
            return TRACE_NOBODY;
        }
        lives->lives = larger;
        lives->capacity = capacity;
    }
    uint32_t life = (uint32_t)lives->count;
    if (trace_index_put(&lives->index, LIVES_SOCKETS, &socket, sizeof(socket), life) != 0) {
        return TRACE_NOBODY;
    }
    lives->lives[lives->count++] =
        (struct trace_life){.role = role, .client = TRACE_NOBODY, .mark = TRACE_NOBODY};
    return life;
}

/* The life of an open socket. One that was opened before the record began can only be a server's.
 */
static uint32_t lives_at(struct trace_lives *lives, int32_t socket)
{
    uint32_t life = trace_index_get(&lives->index, LIVES_SOCKETS, &socket, sizeof(socket));
    return life == TRACE_INDEX_NONE ? lives_begin(lives, socket, TRACE_ROLE_SERVER) : life;
}

static void address_key(const struct world_address *address, uint8_t key[ADDRESS_BYTES])
{
    key[0] = (uint8_t)address->family;
    key[1] = (uint8_t)(address->port >> 8);
    key[2] = (uint8_t)address->port;
    memcpy(key + 3, address->ip, sizeof(address->ip));
}

/* The life of the client that has this address of its own. */
static uint32_t lives_client_at(const struct trace_lives *lives,
                                const struct world_address *address)
{
    uint8_t key[ADDRESS_BYTES];
    address_key(address, key);
    return trace_index_get(&lives->index, LIVES_ADDRESSES, key, sizeof(key));
}

/* What one event tells of its own life. 0 or -ENOMEM. */
static int lives_learn(struct trace_lives *lives, size_t at, uint32_t own)
{
    const struct trace_event *event = &lives->view->events[at];
    struct trace_life *life = &lives->lives[own];
    uint8_t key[ADDRESS_BYTES];
    switch (event->kind) {
    case TRACE_CLIENT:
        life->role = TRACE_ROLE_CLIENT;
        life->mark = (uint32_t)at;
        return 0;
    case WORLD_CALL_CONNECT:
        life->role = TRACE_ROLE_CLIENT;
        return 0;
    case WORLD_CALL_GETSOCKNAME:
        if (!event->has_address || life->role != TRACE_ROLE_CLIENT) {
            return 0;
        }
        address_key(&event->address, key);
        return trace_index_put(&lives->index, LIVES_ADDRESSES, key, sizeof(key), own);
    case WORLD_CALL_RECVFROM:
    case WORLD_CALL_SENDTO:
        if (event->has_address && life->role != TRACE_ROLE_CLIENT) {
            lives->peer_of[at] = lives_client_at(lives, &event->address);
        }
        return 0;
    case WORLD_CALL_CLOSE:
        return trace_index_put(&lives->index, LIVES_SOCKETS, &event->socket, sizeof(event->socket),
                               TRACE_INDEX_NONE);
    default:
        return 0;
    }
}

/* The server's side of a client is born. 0 or -ENOMEM. */
static int lives_accepted(struct trace_lives *lives, size_t at)
{
    const struct trace_event *event = &lives->view->events[at];
    uint32_t client = event->has_address ? lives_client_at(lives, &event->address) : TRACE_NOBODY;
    uint32_t side = lives_begin(lives, (int32_t)event->result, TRACE_ROLE_SIDE);
    if (side == TRACE_NOBODY) {
        return -ENOMEM;
    }
    lives->lives[side].client = client;
    lives->peer_of[at] = client;
    return 0;
}

static int lives_read(struct trace_lives *lives, size_t at)
{
    const struct trace_event *event = &lives->view->events[at];
    bool opens = event->kind == WORLD_CALL_SOCKET && event->result >= 0;
    lives->life_of[at] = lives->peer_of[at] = TRACE_NOBODY;
    if (event->socket < 0 && !opens) {
        return 0;
    }
    uint32_t own = opens ? lives_begin(lives, (int32_t)event->result, TRACE_ROLE_SERVER)
                         : lives_at(lives, event->socket);
    if (own == TRACE_NOBODY) {
        return -ENOMEM;
    }
    lives->life_of[at] = own;
    if (event->kind == WORLD_CALL_ACCEPT && event->result >= 0) {
        return lives_accepted(lives, at);
    }
    return lives_learn(lives, at, own);
}

int trace_lives_init(struct trace_lives *lives, const struct trace_view *view)
{
    size_t count = view->event_count;
    *lives = (struct trace_lives){.view = view};
    trace_index_init(&lives->index);
    lives->life_of = calloc(count + 1, sizeof(*lives->life_of));
    lives->peer_of = calloc(count + 1, sizeof(*lives->peer_of));
    int status = lives->life_of && lives->peer_of ? 0 : -ENOMEM;
    for (size_t i = 0; i < count && status == 0; i++) {
        status = lives_read(lives, i);
    }
    if (status != 0) {
        trace_lives_fini(lives);
    }
    return status;
}

void trace_lives_fini(struct trace_lives *lives)
{
    trace_index_fini(&lives->index);
    free(lives->lives);
    free(lives->life_of);
    free(lives->peer_of);
    *lives = (struct trace_lives){0};
}
