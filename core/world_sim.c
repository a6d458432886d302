/* SPDX-License-Identifier: MIT */
/*
 * The simulated world as a whole: its pools, its table of calls, and what has no better place. All
 * pools are one mapping whose pages cost nothing until they are touched.
 */
#include "world_sim.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "world_sim_internal.h"

#define SIM_SOCKETS_MAX         65536u
#define SIM_DATAGRAMS_MAX       65536u
#define SIM_EVENTS_MAX          65536u
#define SIM_POOL_MAX            (1u << 24)
#define SIM_MEMORY_BYTES        ((size_t)256 << 20)
#define SIM_CHUNK_BYTES         ((size_t)4096)
#define SIM_CHUNKS_WANTED       ((size_t)1024) /* a small memory is cut into smaller chunks instead */
#define SIM_CHUNK_MIN           ((size_t)64)
#define SIM_SEND_ROOM           ((size_t)5 << 19) /* 2.5 MiB */
#define SIM_RECEIVE_ROOM        ((size_t)3 << 19) /* 1.5 MiB */
#define SIM_PACKETS_OF_A_SOCKET 4u /* that cannot fail and may be under way at once */
#define SIM_ALIGNMENT           ((size_t)64)

static int sim_socket(struct world *world, enum world_transport transport, enum world_family family)
{
    struct sim *sim = sim_of(world);
    uint32_t number = sim_socket_take(sim, transport, family);
    if (number == SIM_NONE) {
        return -EMFILE;
    }
    sim->sockets[number].open = true;
    sim->open_sockets++;
    return (int)number;
}

static ssize_t sim_recvfrom(struct world *world, int socket, void *data, size_t size,
                            struct world_address *peer)
{
    struct sim *sim = sim_of(world);
    struct sim_socket *s = sim_get(sim, socket);
    if (!s) {
        return -EBADF;
    }
    if (s->transport == WORLD_UDP) {
        return sim_udp_recv(sim, s, data, size, peer);
    }
    /* MSG_TRUNC on a stream throws the bytes away: tcp(7). */
    ssize_t received = sim_tcp_recv(sim, s, NULL, size);
    if (received >= 0 && peer) {
        *peer = (struct world_address){0};
    }
    return received;
}

static ssize_t sim_recv(struct world *world, int socket, void *data, size_t size)
{
    struct sim *sim = sim_of(world);
    struct sim_socket *s = sim_get(sim, socket);
    if (!s) {
        return -EBADF;
    }
    if (s->transport == WORLD_TCP) {
        return sim_tcp_recv(sim, s, data, size);
    }
    ssize_t received = sim_udp_recv(sim, s, data, size, NULL);
    return received > (ssize_t)size ? (ssize_t)size : received;
}

static ssize_t sim_sendto(struct world *world, int socket, const void *data, size_t size,
                          const struct world_address *peer)
{
    struct sim *sim = sim_of(world);
    struct sim_socket *s = sim_get(sim, socket);
    if (!s) {
        return -EBADF;
    }
    if (s->transport == WORLD_UDP) {
        return sim_udp_send(sim, s, data, size, peer);
    }
    return sim_tcp_send(sim, s, data, size);
}

static ssize_t sim_send(struct world *world, int socket, const void *data, size_t size)
{
    return sim_sendto(world, socket, data, size, NULL);
}

/* socket(7): the kernel doubles what was asked, within its bounds. */
static uint32_t sim_buffer(int value, uint32_t least)
{
    uint32_t asked =
        value < 0 || (uint32_t)value > SIM_BUFFER_MAX ? SIM_BUFFER_MAX : (uint32_t)value;
    return asked * 2 < least ? least : asked * 2;
}

static int sim_set(struct world *world, int socket, enum world_option option, int value)
{
    struct sim *sim = sim_of(world);
    struct sim_socket *s = sim_get(sim, socket);
    if (!s) {
        return -EBADF;
    }
    switch (option) {
    case WORLD_SEND_BUFFER:
        s->send_room = sim_buffer(value, SIM_SEND_MIN);
        sim_refresh(sim, s);
        return 0;
    case WORLD_RECEIVE_BUFFER:
        s->receive_room = sim_buffer(value, SIM_RECEIVE_MIN);
        return 0;
    case WORLD_RESET_ON_CLOSE:
        s->reset_on_close = value != 0;
        return 0;
    case WORLD_NO_DELAY:
        return s->transport == WORLD_TCP ? 0 : -ENOPROTOOPT;
    }
    return -EINVAL;
}

static int sim_ask(struct world *world, int socket, enum world_question question)
{
    struct sim *sim = sim_of(world);
    struct sim_socket *s = sim_get(sim, socket);
    int error = 0;
    if (!s) {
        return -EBADF;
    }
    switch (question) {
    case WORLD_ERROR:
        error = -sim_take_error(s);
        sim_refresh(sim, s);
        return error;
    case WORLD_ACCEPT_QUEUE:
        if (s->transport != WORLD_TCP) {
            return s->family == WORLD_IPV6 ? -ENOPROTOOPT : -EOPNOTSUPP;
        }
        return s->state == SIM_LISTEN ? (int)s->queue_length : 0;
    case WORLD_DROPPED:
        return (int)s->dropped;
    case WORLD_UNDER_WAY:
        return (int)sim_packets_to(sim, s);
    }
    return -EINVAL;
}

static void sim_free(struct world *world)
{
    struct sim *sim = sim_of(world);
    munmap(sim, sim->mapped_bytes);
}

static const struct world_ops sim_ops = {
    .kind = WORLD_SIM,
    .socket = sim_socket,
    .bind = sim_bind,
    .listen = sim_listen,
    .accept = sim_accept,
    .connect = sim_connect,
    .recv = sim_recv,
    .recvfrom = sim_recvfrom,
    .send = sim_send,
    .sendto = sim_sendto,
    .shutdown = sim_shutdown,
    .close = sim_close,
    .getsockname = sim_getsockname,
    .getpeername = sim_getpeername,
    .set = sim_set,
    .ask = sim_ask,
    .watch = sim_watch,
    .wait = sim_wait,
    .now_ns = sim_now_ns,
    .pass = sim_pass,
    .free = sim_free,
};

static uint32_t sim_count_or(uint32_t asked, uint32_t otherwise)
{
    uint32_t count = asked ? asked : otherwise;
    return count < SIM_POOL_MAX ? count : SIM_POOL_MAX;
}

static uint32_t sim_bytes_or(size_t asked, size_t otherwise)
{
    size_t bytes = asked ? asked : otherwise;
    return bytes < UINT32_MAX ? (uint32_t)bytes : UINT32_MAX;
}

/* Sets the sizes of `sim`, which may still be on the stack. */
static void sim_measure(struct sim *sim, const struct world_sim_options *options)
{
    size_t memory = options->memory_bytes ? options->memory_bytes : SIM_MEMORY_BYTES;
    size_t chunk = SIM_CHUNK_BYTES;
    while (chunk > SIM_CHUNK_MIN && memory / chunk < SIM_CHUNKS_WANTED) {
        chunk /= 2;
    }
    size_t chunks = (memory + chunk - 1) / chunk;
    sim->chunk_bytes = (uint32_t)chunk;
    sim->chunk_pool.max = chunks < SIM_NONE ? (uint32_t)chunks : SIM_NONE - 1;
    sim->socket_pool.max = sim_count_or(options->sockets_max, SIM_SOCKETS_MAX);
    sim->datagram_pool.max = sim_count_or(options->datagrams_max, SIM_DATAGRAMS_MAX);
    sim->heap_soft = sim_count_or(options->events_max, SIM_EVENTS_MAX);
    sim->heap_max = sim->heap_soft + SIM_PACKETS_OF_A_SOCKET * sim->socket_pool.max;
    sim->send_room = sim_bytes_or(options->send_buffer_bytes, SIM_SEND_ROOM);
    sim->receive_room = sim_bytes_or(options->receive_buffer_bytes, SIM_RECEIVE_ROOM);
}

/* The next `size` bytes of the mapping at `base`; only counts them while that is NULL. */
static void *sim_carve(char *base, size_t *used, size_t size)
{
    size_t at = (*used + SIM_ALIGNMENT - 1) / SIM_ALIGNMENT * SIM_ALIGNMENT;
    *used = at + size;
    return base ? base + at : NULL;
}

/* Returns how much all pools take together. */
static size_t sim_lay_out(struct sim *sim, char *base)
{
    size_t used = sizeof(*sim);
    sim->sockets = sim_carve(base, &used, sim->socket_pool.max * sizeof(*sim->sockets));
    sim->ready = sim_carve(base, &used, sim->socket_pool.max * sizeof(*sim->ready));
    sim->datagrams = sim_carve(base, &used, sim->datagram_pool.max * sizeof(*sim->datagrams));
    sim->heap = sim_carve(base, &used, sim->heap_max * sizeof(*sim->heap));
    for (size_t i = 0; i < SIM_TABLES; i++) {
        sim->bound[i] = sim_carve(base, &used, SIM_PORTS * sizeof(*sim->bound[i]));
        sim->listening[i] = sim_carve(base, &used, SIM_PORTS * sizeof(*sim->listening[i]));
    }
    sim->chunk_next = sim_carve(base, &used, sim->chunk_pool.max * sizeof(*sim->chunk_next));
    sim->chunks = sim_carve(base, &used, (size_t)sim->chunk_pool.max * sim->chunk_bytes);
    return used;
}

struct world *world_sim_new(const struct world_sim_options *options)
{
    static const struct world_sim_options defaults;
    struct sim sizes = {.world.ops = &sim_ops};
    sim_measure(&sizes, options ? options : &defaults);
    sizes.mapped_bytes = sim_lay_out(&sizes, NULL);
    struct sim *sim = mmap(NULL, sizes.mapped_bytes, PROT_READ | PROT_WRITE,
                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (sim == MAP_FAILED) {
        return NULL;
    }
    *sim = sizes;
    sim_lay_out(sim, (char *)sim);
    world_sim_reset(&sim->world, 0, NULL);
    return &sim->world;
}

void world_sim_reset(struct world *world, uint64_t seed, const struct world_sim_network *network)
{
    struct sim *sim = sim_of(world);
    for (uint32_t i = 0; i < sim->socket_pool.used; i++) {
        const struct sim_socket *s = &sim->sockets[i];
        if (s->state != SIM_FREE && s->port != 0) {
            size_t table = s->transport * 2u + s->family;
            sim->bound[table][s->port] = 0;
            sim->listening[table][s->port] = 0;
        }
    }
    sim->socket_pool.free = sim->chunk_pool.free = sim->datagram_pool.free = SIM_NONE;
    sim->socket_pool.used = sim->chunk_pool.used = sim->datagram_pool.used = 0;
    sim->open_sockets = sim->heap_count = sim->ready_count = sim->ready_fresh = 0;
    memset(sim->ports_held, 0, sizeof(sim->ports_held));
    memset(sim->next_port, 0, sizeof(sim->next_port));
    memset(sim->next_spare, 0, sizeof(sim->next_spare));
    sim->network = network ? *network : (struct world_sim_network){0};
    sim->prng.state = seed;
    sim->flow_seed = prng_next(&sim->prng);
    sim->serial = sim->now_ns = 0;
    sim->hung_ns = sim->hung_connects = 0;
    sim->exhausted = false;
}

uint32_t world_sim_open_sockets(const struct world *world)
{
    return ((const struct sim *)world)->open_sockets;
}

bool world_sim_still(const struct world *world)
{
    const struct sim *sim = (const struct sim *)world;
    return sim->ready_count == 0 && sim->heap_count == 0;
}

bool world_sim_exhausted(const struct world *world)
{
    return ((const struct sim *)world)->exhausted;
}

uint64_t world_sim_syn_retry_ns(unsigned nth)
{
    /* Measured on Linux 6.18: docs/SIMULATION.md. The last one is the end of the attempt. */
    static const uint32_t due_ms[SIM_SYN_RETRIES + 1] = {1024,  2048,  3072,  4096,  5120,  7136,
                                                         11388, 19580, 35710, 68480, 134016};
    if (nth == 0 || nth > SIM_SYN_RETRIES + 1) {
        return UINT64_MAX;
    }
    return due_ms[nth - 1] * UINT64_C(1000000);
}
