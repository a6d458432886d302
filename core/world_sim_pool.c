/* SPDX-License-Identifier: MIT */
/* The simulated world's pools: endpoints, datagrams, and chunks of bytes. */
#include <string.h>

#include "world_sim_internal.h"

/* The next slot; `*next` of a free one leads to the free one after it. */
static uint32_t pool_take(struct sim *sim, struct sim_pool *pool)
{
    if (pool->used == pool->max) {
        sim->exhausted = true;
        return SIM_NONE;
    }
    return pool->used++;
}

uint32_t sim_socket_take(struct sim *sim, enum world_transport transport, enum world_family family)
{
    uint32_t number = sim->socket_pool.free;
    if (number != SIM_NONE) {
        sim->socket_pool.free = sim->sockets[number].next;
    } else if ((number = pool_take(sim, &sim->socket_pool)) == SIM_NONE) {
        return SIM_NONE;
    }
    struct sim_socket *s = &sim->sockets[number];
    bool udp = transport == WORLD_UDP;
    *s = (struct sim_socket){
        .id = ++sim->serial,
        .state = SIM_CLOSED,
        .transport = (uint8_t)transport,
        .family = (uint8_t)family,
        .local.family = family,
        .send_room = udp ? SIM_UDP_ROOM : sim->send_room,
        .receive_room = udp ? SIM_UDP_ROOM : sim->receive_room,
        .timer = SIM_NONE,
        .ready = SIM_NONE,
        .connection = SIM_NONE,
        .listener.at = SIM_NONE,
        .queue_first = SIM_NONE,
        .inbox_first = SIM_NONE,
        .held = SIM_NONE,
    };
    sim_bytes_init(&s->in);
    return number;
}

void sim_socket_release(struct sim *sim, struct sim_socket *s)
{
    struct sim_socket *peer = sim_peer(sim, s);
    if (peer) {
        sim_bytes_cut(sim, &peer->in, peer->readable + peer->flight);
        peer->connection = SIM_NONE;
    }
    sim_bytes_cut(sim, &s->in, 0);
    while (s->inbox_first != SIM_NONE) {
        uint32_t datagram = s->inbox_first;
        s->inbox_first = sim->datagrams[datagram].next;
        sim_datagram_release(sim, datagram);
    }
    if (s->held != SIM_NONE) {
        sim_datagram_release(sim, s->held);
    }
    sim_timer_cancel(sim, s);
    sim_unwatch(sim, s);
    sim_port_release(sim, s);
    s->id = 0;
    s->state = SIM_FREE;
    s->open = false;
    s->next = sim->socket_pool.free;
    sim->socket_pool.free = sim_number(sim, s);
}

uint32_t sim_datagram_take(struct sim *sim)
{
    uint32_t number = sim->datagram_pool.free;
    if (number != SIM_NONE) {
        sim->datagram_pool.free = sim->datagrams[number].next;
    } else {
        number = pool_take(sim, &sim->datagram_pool);
    }
    if (number != SIM_NONE) {
        sim->datagrams[number].next = SIM_NONE;
        sim->datagrams[number].late = false;
        sim_bytes_init(&sim->datagrams[number].bytes);
    }
    return number;
}

void sim_datagram_release(struct sim *sim, uint32_t datagram)
{
    sim_bytes_cut(sim, &sim->datagrams[datagram].bytes, 0);
    sim->datagrams[datagram].next = sim->datagram_pool.free;
    sim->datagram_pool.free = datagram;
}

static uint32_t chunk_take(struct sim *sim)
{
    uint32_t chunk = sim->chunk_pool.free;
    if (chunk != SIM_NONE) {
        sim->chunk_pool.free = sim->chunk_next[chunk];
    } else {
        chunk = pool_take(sim, &sim->chunk_pool);
    }
    if (chunk != SIM_NONE) {
        sim->chunk_next[chunk] = SIM_NONE;
    }
    return chunk;
}

static void chunk_release(struct sim *sim, uint32_t chunk)
{
    sim->chunk_next[chunk] = sim->chunk_pool.free;
    sim->chunk_pool.free = chunk;
}

static uint8_t *chunk_bytes(struct sim *sim, uint32_t chunk)
{
    return sim->chunks + (size_t)chunk * sim->chunk_bytes;
}

void sim_bytes_init(struct sim_bytes *bytes)
{
    *bytes = (struct sim_bytes){.first = SIM_NONE, .last = SIM_NONE};
}

size_t sim_bytes_put(struct sim *sim, struct sim_bytes *bytes, const void *data, size_t size)
{
    size_t put = 0;
    while (put < size) {
        if (bytes->last == SIM_NONE || bytes->end == sim->chunk_bytes) {
            uint32_t chunk = chunk_take(sim);
            if (chunk == SIM_NONE) {
                break;
            }
            if (bytes->last == SIM_NONE) {
                bytes->first = chunk;
                bytes->begin = 0;
            } else {
                sim->chunk_next[bytes->last] = chunk;
            }
            bytes->last = chunk;
            bytes->end = 0;
        }
        size_t piece = sim->chunk_bytes - bytes->end;
        piece = piece < size - put ? piece : size - put;
        memcpy(chunk_bytes(sim, bytes->last) + bytes->end, (const char *)data + put, piece);
        bytes->end += (uint32_t)piece;
        put += piece;
    }
    bytes->size += put;
    return put;
}

void sim_bytes_take(struct sim *sim, struct sim_bytes *bytes, void *data, size_t size)
{
    size_t taken = 0;
    ASSERT(size <= bytes->size);
    while (taken < size) {
        uint32_t chunk = bytes->first;
        size_t end = chunk == bytes->last ? bytes->end : sim->chunk_bytes;
        size_t piece = end - bytes->begin < size - taken ? end - bytes->begin : size - taken;
        if (data) {
            memcpy((char *)data + taken, chunk_bytes(sim, chunk) + bytes->begin, piece);
        }
        bytes->begin += (uint32_t)piece;
        taken += piece;
        if (bytes->begin == end) {
            bytes->first = sim->chunk_next[chunk];
            bytes->begin = 0;
            chunk_release(sim, chunk);
        }
    }
    bytes->size -= size;
    if (bytes->size == 0) {
        sim_bytes_init(bytes);
    }
}

void sim_bytes_cut(struct sim *sim, struct sim_bytes *bytes, size_t size)
{
    if (size >= bytes->size) {
        return;
    }
    if (size == 0) {
        sim_bytes_take(sim, bytes, NULL, bytes->size);
        return;
    }
    /* The chunk that the last kept byte is in. */
    uint32_t last = bytes->first;
    size_t end = bytes->begin + size;
    while (end > sim->chunk_bytes) {
        end -= sim->chunk_bytes;
        last = sim->chunk_next[last];
    }
    while (last != bytes->last) {
        uint32_t chunk = sim->chunk_next[last];
        sim->chunk_next[last] = sim->chunk_next[chunk];
        bytes->last = chunk == bytes->last ? last : bytes->last;
        chunk_release(sim, chunk);
    }
    bytes->end = (uint32_t)end;
    bytes->size = size;
}
