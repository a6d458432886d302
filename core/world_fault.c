/* SPDX-License-Identifier: MIT */
#include "world_fault.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Sockets below this have their place in the set from the start, 128 KiB that stay untouched until
 * they are used; the set grows where a machine gives out larger numbers. */
#define FAULT_SOCKETS_MIN ((size_t)1 << 20)
#define SOCKETS_PER_BYTE  8

struct world_fault {
    struct world world;
    struct world_ops ops;
    struct world *inner;
    uint8_t *serving; /* a bit per socket number: whether it is the server's */
    size_t serving_bytes;
    const struct world_fault_rule *rules;
    size_t rule_count;
    uint64_t
        calls[WORLD_CALL_COUNT]; /* of each kind on the server's sockets, since the rules began */
    uint64_t fired[WORLD_FAULT_RULES_MAX], total;
};

static struct world_fault *fault_of(struct world *world)
{
    return (struct world_fault *)world;
}

static struct world *fault_inner(struct world *world)
{
    return fault_of(world)->inner;
}

static bool fault_serves(const struct world_fault *fault, int socket)
{
    size_t place = (size_t)socket / SOCKETS_PER_BYTE;
    return place < fault->serving_bytes &&
           (fault->serving[place] >> ((unsigned)socket % SOCKETS_PER_BYTE) & 1);
}

static void fault_forget(struct world_fault *fault, int socket)
{
    if (fault_serves(fault, socket)) {
        unsigned bit = 1u << ((unsigned)socket % SOCKETS_PER_BYTE);
        fault->serving[(size_t)socket / SOCKETS_PER_BYTE] &= (uint8_t)~bit;
    }
}

/* Makes room for `socket` in the set. 0 or -ENOMEM. */
static int fault_admit(struct world_fault *fault, int socket)
{
    size_t bytes = fault->serving_bytes;
    while (bytes <= (size_t)socket / SOCKETS_PER_BYTE) {
        bytes *= 2;
    }
    if (bytes == fault->serving_bytes) {
        return 0;
    }
    uint8_t *serving = realloc(fault->serving, bytes);
    if (!serving) {
        return -ENOMEM;
    }
    memset(serving + fault->serving_bytes, 0, bytes - fault->serving_bytes);
    fault->serving = serving;
    fault->serving_bytes = bytes;
    return 0;
}

static void fault_remember(struct world_fault *fault, int socket)
{
    unsigned bit = 1u << ((unsigned)socket % SOCKETS_PER_BYTE);
    ASSERT((size_t)socket / SOCKETS_PER_BYTE < fault->serving_bytes);
    fault->serving[(size_t)socket / SOCKETS_PER_BYTE] |= (uint8_t)bit;
}

/* Counts a call on the server's side; the rule that hits it, or NULL. */
static const struct world_fault_rule *fault_count(struct world_fault *fault, enum world_call call)
{
    uint64_t nth = ++fault->calls[call];
    for (size_t i = 0; i < fault->rule_count; i++) {
        const struct world_fault_rule *rule = &fault->rules[i];
        if (rule->call == call && (nth == rule->nth || (rule->sticky && nth > rule->nth))) {
            /* A short count fires when it shortened something. */
            fault->fired[i] += rule->error ? 1 : 0;
            fault->total += rule->error ? 1 : 0;
            return rule;
        }
    }
    return NULL;
}

/* The same for a call on any socket, of which only the server's count. */
static const struct world_fault_rule *fault_hits(struct world_fault *fault, enum world_call call,
                                                 int socket)
{
    if (fault->rule_count == 0 || !fault_serves(fault, socket)) {
        return NULL;
    }
    return fault_count(fault, call);
}

static size_t fault_shorten(const struct world_fault_rule *rule, size_t size)
{
    return rule && rule->short_bytes < size ? rule->short_bytes : size;
}

/* A call that moved all that its rule let it move, although it was asked for more. */
static void fault_shortened(struct world_fault *fault, const struct world_fault_rule *rule,
                            size_t size, ssize_t moved)
{
    if (rule && rule->short_bytes < size && moved == (ssize_t)rule->short_bytes) {
        fault->fired[rule - fault->rules]++;
        fault->total++;
    }
}

static int fault_socket(struct world *world, enum world_transport transport,
                        enum world_family family)
{
    int socket = world_socket(fault_inner(world), transport, family);
    if (socket >= 0) {
        /* A world that was reset has closed its sockets without a word. */
        fault_forget(fault_of(world), socket);
    }
    return socket;
}

static int fault_bind(struct world *world, int socket, const struct world_address *address)
{
    struct world_fault *fault = fault_of(world);
    int status = fault_admit(fault, socket);
    if (status == 0) {
        status = world_bind(fault->inner, socket, address);
    }
    if (status == 0) {
        fault_remember(fault, socket);
    }
    return status;
}

static int fault_listen(struct world *world, int socket, int backlog)
{
    return world_listen(fault_inner(world), socket, backlog);
}

static int fault_accept(struct world *world, int socket, struct world_address *peer)
{
    struct world_fault *fault = fault_of(world);
    const struct world_fault_rule *rule =
        fault->rule_count > 0 ? fault_count(fault, WORLD_CALL_ACCEPT) : NULL;
    if (rule) {
        return -rule->error;
    }
    int accepted = world_accept(fault->inner, socket, peer);
    if (accepted >= 0) {
        int status = fault_admit(fault, accepted);
        if (status != 0) {
            world_close(fault->inner, accepted);
            return status;
        }
        fault_remember(fault, accepted);
    }
    return accepted;
}

static int fault_connect(struct world *world, int socket, const struct world_address *address)
{
    return world_connect(fault_inner(world), socket, address);
}

static ssize_t fault_recv(struct world *world, int socket, void *data, size_t size)
{
    struct world_fault *fault = fault_of(world);
    const struct world_fault_rule *rule = fault_hits(fault, WORLD_CALL_RECV, socket);
    if (rule && rule->error) {
        return -rule->error;
    }
    ssize_t received = world_recv(fault->inner, socket, data, fault_shorten(rule, size));
    fault_shortened(fault, rule, size, received);
    return received;
}

static ssize_t fault_recvfrom(struct world *world, int socket, void *data, size_t size,
                              struct world_address *peer)
{
    struct world_fault *fault = fault_of(world);
    const struct world_fault_rule *rule = fault_hits(fault, WORLD_CALL_RECVFROM, socket);
    return rule ? -rule->error : world_recvfrom(fault->inner, socket, data, size, peer);
}

static ssize_t fault_send(struct world *world, int socket, const void *data, size_t size)
{
    struct world_fault *fault = fault_of(world);
    const struct world_fault_rule *rule = fault_hits(fault, WORLD_CALL_SEND, socket);
    if (rule && rule->error) {
        return -rule->error;
    }
    ssize_t sent = world_send(fault->inner, socket, data, fault_shorten(rule, size));
    fault_shortened(fault, rule, size, sent);
    return sent;
}

static ssize_t fault_sendto(struct world *world, int socket, const void *data, size_t size,
                            const struct world_address *peer)
{
    struct world_fault *fault = fault_of(world);
    const struct world_fault_rule *rule = fault_hits(fault, WORLD_CALL_SENDTO, socket);
    return rule ? -rule->error : world_sendto(fault->inner, socket, data, size, peer);
}

static int fault_shutdown(struct world *world, int socket, enum world_shutdown how)
{
    return world_shutdown(fault_inner(world), socket, how);
}

static int fault_close(struct world *world, int socket)
{
    fault_forget(fault_of(world), socket);
    return world_close(fault_inner(world), socket);
}

static int fault_getsockname(struct world *world, int socket, struct world_address *address)
{
    return world_getsockname(fault_inner(world), socket, address);
}

static int fault_getpeername(struct world *world, int socket, struct world_address *address)
{
    return world_getpeername(fault_inner(world), socket, address);
}

static int fault_set(struct world *world, int socket, enum world_option option, int value)
{
    return world_set(fault_inner(world), socket, option, value);
}

static int fault_ask(struct world *world, int socket, enum world_question question)
{
    return world_ask(fault_inner(world), socket, question);
}

static int fault_watch(struct world *world, int socket, uint32_t events, void *token)
{
    return world_watch(fault_inner(world), socket, events, token);
}

static int fault_wait(struct world *world, uint64_t deadline_ns, struct world_event *events,
                      int count)
{
    return world_wait(fault_inner(world), deadline_ns, events, count);
}

static uint64_t fault_now_ns(struct world *world)
{
    return world_now_ns(fault_inner(world));
}

static uint64_t fault_pass(struct world *world, uint64_t span_ns)
{
    return world_pass(fault_inner(world), span_ns);
}

static void fault_free(struct world *world)
{
    struct world_fault *fault = fault_of(world);
    free(fault->serving);
    free(fault);
}

static const struct world_ops fault_ops = {
    .socket = fault_socket,
    .bind = fault_bind,
    .listen = fault_listen,
    .accept = fault_accept,
    .connect = fault_connect,
    .recv = fault_recv,
    .recvfrom = fault_recvfrom,
    .send = fault_send,
    .sendto = fault_sendto,
    .shutdown = fault_shutdown,
    .close = fault_close,
    .getsockname = fault_getsockname,
    .getpeername = fault_getpeername,
    .set = fault_set,
    .ask = fault_ask,
    .watch = fault_watch,
    .wait = fault_wait,
    .now_ns = fault_now_ns,
    .pass = fault_pass,
    .free = fault_free,
};

struct world *world_fault_new(struct world *inner)
{
    struct world_fault *fault = calloc(1, sizeof(*fault));
    if (!fault) {
        return NULL;
    }
    fault->serving_bytes = FAULT_SOCKETS_MIN / SOCKETS_PER_BYTE;
    fault->serving = calloc(fault->serving_bytes, 1);
    if (!fault->serving) {
        free(fault);
        return NULL;
    }
    fault->ops = fault_ops;
    fault->ops.kind = inner->ops->kind;
    fault->world.ops = &fault->ops;
    fault->inner = inner;
    return &fault->world;
}

static bool fault_is_sound(const struct world_fault_rule *rule)
{
    bool cuts = rule->call == WORLD_CALL_RECV || rule->call == WORLD_CALL_SEND;
    bool fails = cuts || rule->call == WORLD_CALL_ACCEPT || rule->call == WORLD_CALL_RECVFROM ||
                 rule->call == WORLD_CALL_SENDTO;
    bool acts = rule->error > 0 || (rule->error == 0 && cuts && rule->short_bytes > 0);
    return fails && acts && rule->nth > 0;
}

void world_fault_begin(struct world *world, const struct world_fault_rule *rules, size_t count)
{
    struct world_fault *fault = fault_of(world);
    ASSERT(world->ops->accept == fault_accept);
    ASSERT(count <= WORLD_FAULT_RULES_MAX);
    for (size_t i = 0; i < count; i++) {
        ASSERT(fault_is_sound(&rules[i]));
    }
    fault->rules = rules;
    fault->rule_count = count;
    memset(fault->calls, 0, sizeof(fault->calls));
    memset(fault->fired, 0, sizeof(fault->fired));
    fault->total = 0;
}

uint64_t world_fault_fired(const struct world *world, size_t rule)
{
    const struct world_fault *fault = (const struct world_fault *)world;
    ASSERT(world->ops->accept == fault_accept);
    ASSERT(rule < fault->rule_count);
    return fault->fired[rule];
}

uint64_t world_fault_total(const struct world *world)
{
    bool faulty = world->ops->accept == fault_accept;
    return faulty ? ((const struct world_fault *)world)->total : 0;
}
