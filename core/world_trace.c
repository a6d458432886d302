/* SPDX-License-Identifier: MIT */
#include "world_trace.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "world_fault.h"

/* An event as it is hashed: every field in this order, most significant byte first. */
#define HASHED_BYTES 57

struct world_trace {
    struct world world;
    struct world_ops ops;
    struct world *inner;
    struct trace_store *store; /* NULL: nothing is recorded */
    struct trace_event *events;
    uint8_t *data;
    /* The store's numbers, of which others may scribble over its own. */
    uint64_t event_room, data_room, event_count, data_size, omitted;
    uint64_t began_ns;
    uint64_t fired; /* injected faults of the inner world, so far */
    XXH3_state_t *hash;
};

static struct world_trace *trace_of(struct world *world)
{
    return (struct world_trace *)world;
}

static struct world *trace_inner(struct world *world)
{
    return trace_of(world)->inner;
}

static uint8_t *put(uint8_t *at, uint64_t number, unsigned bytes)
{
    for (unsigned i = bytes; i > 0; i--) {
        *at++ = (uint8_t)(number >> (8 * (i - 1)));
    }
    return at;
}

/* `size` is of all bytes, whether the store had room for them or not. */
static void trace_hash(struct world_trace *trace, const struct trace_event *event,
                       const uint8_t *data, size_t size)
{
    uint8_t text[HASHED_BYTES];
    uint8_t *at = text;
    at = put(at, event->at_ns, 8);
    at = put(at, (uint64_t)event->result, 8);
    at = put(at, size, 8);
    at = put(at, event->argument, 4);
    at = put(at, (uint32_t)event->value, 4);
    at = put(at, (uint32_t)event->socket, 4);
    at = put(at, event->kind, 1);
    at = put(at, event->has_address, 1);
    at = put(at, (uint64_t)event->address.family, 1);
    at = put(at, event->address.port, 2);
    for (size_t i = 0; i < sizeof(event->address.ip); i += 2) {
        at = put(at, (uint64_t)event->address.ip[i] << 8 | event->address.ip[i + 1], 2);
    }
    ASSERT(at == text + sizeof(text));
    XXH3_128bits_update(trace->hash, text, sizeof(text));
    if (size > 0) {
        XXH3_128bits_update(trace->hash, data, size);
    }
}

/* Whom a socket belongs to is worth more than what it moves: a part of the room is kept for names.
 */
#define NAMES_SHARE 32

/* As many of the bytes as there is room for. Whether that is all. */
static bool trace_keep_data(struct world_trace *trace, struct trace_event *event,
                            const uint8_t *data, size_t size)
{
    uint64_t reserve = event->kind == TRACE_CLIENT ? 0 : trace->data_room / NAMES_SHARE;
    uint64_t end = trace->data_room - reserve;
    uint64_t room = end > trace->data_size ? end - trace->data_size : 0;
    size_t kept = size < room ? size : (size_t)room;
    event->data = trace->data_size;
    event->size = (uint32_t)kept;
    if (kept > 0) {
        memcpy(trace->data + trace->data_size, data, kept);
        trace->data_size += kept;
        trace->store->data_size = trace->data_size;
    }
    return kept == size;
}

/* An event is complete before it is counted, so that what a crash leaves can be read. */
static void trace_record(struct world_trace *trace, struct trace_event *event, const void *data,
                         size_t size)
{
    uint64_t now_ns = world_now_ns(trace->inner);
    uint64_t fired = world_fault_total(trace->inner);
    event->at_ns = now_ns > trace->began_ns ? now_ns - trace->began_ns : 0;
    event->fault = fired != trace->fired;
    trace->fired = fired;
    trace_hash(trace, event, data, size);
    bool whole = false;
    if (trace->event_count < trace->event_room) {
        whole = trace_keep_data(trace, event, data, size);
        memcpy(&trace->events[trace->event_count], event, sizeof(*event));
        atomic_signal_fence(memory_order_release);
        trace->store->event_count = ++trace->event_count;
    }
    if (!whole) {
        trace->store->omitted = ++trace->omitted;
    }
}

/* A call without bytes. */
static void trace_call(struct world_trace *trace, enum world_call call, int socket, int64_t result,
                       uint32_t argument, int32_t value)
{
    struct trace_event event;
    memset(&event, 0, sizeof(event));
    event.kind = (uint8_t)call;
    event.socket = socket;
    event.result = result;
    event.argument = argument;
    event.value = value;
    trace_record(trace, &event, NULL, 0);
}

/* A call with an address, NULL where there is none, and bytes. */
static void trace_transfer(struct world_trace *trace, enum world_call call, int socket,
                           int64_t result, size_t argument, const struct world_address *address,
                           const void *data)
{
    struct trace_event event;
    memset(&event, 0, sizeof(event));
    event.kind = (uint8_t)call;
    event.socket = socket;
    event.result = result;
    event.argument = argument < UINT32_MAX ? (uint32_t)argument : UINT32_MAX;
    if (address) {
        event.has_address = 1;
        event.address.family = address->family;
        event.address.port = address->port;
        memcpy(event.address.ip, address->ip, sizeof(event.address.ip));
    }
    size_t size = 0;
    if (data && result > 0) {
        size = (size_t)result < argument ? (size_t)result : argument;
    }
    trace_record(trace, &event, data, size);
}

static int trace_socket(struct world *world, enum world_transport transport,
                        enum world_family family)
{
    struct world_trace *trace = trace_of(world);
    int socket = world_socket(trace->inner, transport, family);
    if (trace->store) {
        trace_call(trace, WORLD_CALL_SOCKET, -1, socket,
                   (uint32_t)transport << 8 | (uint32_t)family, 0);
    }
    return socket;
}

static int trace_bind(struct world *world, int socket, const struct world_address *address)
{
    struct world_trace *trace = trace_of(world);
    int status = world_bind(trace->inner, socket, address);
    if (trace->store) {
        trace_transfer(trace, WORLD_CALL_BIND, socket, status, 0, address, NULL);
    }
    return status;
}

static int trace_listen(struct world *world, int socket, int backlog)
{
    struct world_trace *trace = trace_of(world);
    int status = world_listen(trace->inner, socket, backlog);
    if (trace->store) {
        trace_call(trace, WORLD_CALL_LISTEN, socket, status, (uint32_t)backlog, 0);
    }
    return status;
}

static int trace_accept(struct world *world, int socket, struct world_address *peer)
{
    struct world_trace *trace = trace_of(world);
    int accepted = world_accept(trace->inner, socket, peer);
    if (trace->store) {
        trace_transfer(trace, WORLD_CALL_ACCEPT, socket, accepted, 0, accepted >= 0 ? peer : NULL,
                       NULL);
    }
    return accepted;
}

static int trace_connect(struct world *world, int socket, const struct world_address *address)
{
    struct world_trace *trace = trace_of(world);
    int status = world_connect(trace->inner, socket, address);
    if (trace->store) {
        trace_transfer(trace, WORLD_CALL_CONNECT, socket, status, 0, address, NULL);
    }
    return status;
}

static ssize_t trace_recv(struct world *world, int socket, void *data, size_t size)
{
    struct world_trace *trace = trace_of(world);
    ssize_t received = world_recv(trace->inner, socket, data, size);
    if (trace->store) {
        trace_transfer(trace, WORLD_CALL_RECV, socket, received, size, NULL, data);
    }
    return received;
}

static ssize_t trace_recvfrom(struct world *world, int socket, void *data, size_t size,
                              struct world_address *peer)
{
    struct world_trace *trace = trace_of(world);
    if (!trace->store) {
        return world_recvfrom(trace->inner, socket, data, size, peer);
    }
    struct world_address sender = {0};
    ssize_t received = world_recvfrom(trace->inner, socket, data, size, &sender);
    if (peer && received >= 0) {
        *peer = sender;
    }
    trace_transfer(trace, WORLD_CALL_RECVFROM, socket, received, size,
                   received >= 0 ? &sender : NULL, data);
    return received;
}

static ssize_t trace_send(struct world *world, int socket, const void *data, size_t size)
{
    struct world_trace *trace = trace_of(world);
    ssize_t sent = world_send(trace->inner, socket, data, size);
    if (trace->store) {
        trace_transfer(trace, WORLD_CALL_SEND, socket, sent, size, NULL, data);
    }
    return sent;
}

static ssize_t trace_sendto(struct world *world, int socket, const void *data, size_t size,
                            const struct world_address *peer)
{
    struct world_trace *trace = trace_of(world);
    ssize_t sent = world_sendto(trace->inner, socket, data, size, peer);
    if (trace->store) {
        trace_transfer(trace, WORLD_CALL_SENDTO, socket, sent, size, peer, data);
    }
    return sent;
}

static int trace_shutdown(struct world *world, int socket, enum world_shutdown how)
{
    struct world_trace *trace = trace_of(world);
    int status = world_shutdown(trace->inner, socket, how);
    if (trace->store) {
        trace_call(trace, WORLD_CALL_SHUTDOWN, socket, status, (uint32_t)how, 0);
    }
    return status;
}

static int trace_close(struct world *world, int socket)
{
    struct world_trace *trace = trace_of(world);
    int status = world_close(trace->inner, socket);
    if (trace->store) {
        trace_call(trace, WORLD_CALL_CLOSE, socket, status, 0, 0);
    }
    return status;
}

static int trace_getsockname(struct world *world, int socket, struct world_address *address)
{
    struct world_trace *trace = trace_of(world);
    int status = world_getsockname(trace->inner, socket, address);
    if (trace->store) {
        trace_transfer(trace, WORLD_CALL_GETSOCKNAME, socket, status, 0,
                       status == 0 ? address : NULL, NULL);
    }
    return status;
}

static int trace_getpeername(struct world *world, int socket, struct world_address *address)
{
    struct world_trace *trace = trace_of(world);
    int status = world_getpeername(trace->inner, socket, address);
    if (trace->store) {
        trace_transfer(trace, WORLD_CALL_GETPEERNAME, socket, status, 0,
                       status == 0 ? address : NULL, NULL);
    }
    return status;
}

static int trace_set(struct world *world, int socket, enum world_option option, int value)
{
    struct world_trace *trace = trace_of(world);
    int status = world_set(trace->inner, socket, option, value);
    if (trace->store) {
        trace_call(trace, WORLD_CALL_SET, socket, status, (uint32_t)option, value);
    }
    return status;
}

static int trace_ask(struct world *world, int socket, enum world_question question)
{
    struct world_trace *trace = trace_of(world);
    int answer = world_ask(trace->inner, socket, question);
    if (trace->store) {
        trace_call(trace, WORLD_CALL_ASK, socket, answer, (uint32_t)question, 0);
    }
    return answer;
}

static int trace_watch(struct world *world, int socket, uint32_t events, void *token)
{
    struct world_trace *trace = trace_of(world);
    int status = world_watch(trace->inner, socket, events, token);
    if (trace->store) {
        trace_call(trace, WORLD_CALL_WATCH, socket, status, events, 0);
    }
    return status;
}

static int trace_wait(struct world *world, uint64_t deadline_ns, struct world_event *events,
                      int count)
{
    struct world_trace *trace = trace_of(world);
    int ready = world_wait(trace->inner, deadline_ns, events, count);
    if (trace->store) {
        trace_call(trace, WORLD_CALL_WAIT, -1, ready, ready > 0 ? (uint32_t)ready : 0, 0);
    }
    return ready;
}

static uint64_t trace_now_ns(struct world *world)
{
    return world_now_ns(trace_inner(world));
}

static uint64_t trace_pass(struct world *world, uint64_t span_ns)
{
    struct world_trace *trace = trace_of(world);
    uint64_t passed_ns = world_pass(trace->inner, span_ns);
    if (trace->store) {
        trace_call(trace, WORLD_CALL_PASS, -1,
                   passed_ns < INT64_MAX ? (int64_t)passed_ns : INT64_MAX, 0, 0);
    }
    return passed_ns;
}

static void trace_free(struct world *world)
{
    struct world_trace *trace = trace_of(world);
    XXH3_freeState(trace->hash);
    free(trace);
}

static const struct world_ops trace_ops = {
    .socket = trace_socket,
    .bind = trace_bind,
    .listen = trace_listen,
    .accept = trace_accept,
    .connect = trace_connect,
    .recv = trace_recv,
    .recvfrom = trace_recvfrom,
    .send = trace_send,
    .sendto = trace_sendto,
    .shutdown = trace_shutdown,
    .close = trace_close,
    .getsockname = trace_getsockname,
    .getpeername = trace_getpeername,
    .set = trace_set,
    .ask = trace_ask,
    .watch = trace_watch,
    .wait = trace_wait,
    .now_ns = trace_now_ns,
    .pass = trace_pass,
    .free = trace_free,
};

struct world *world_trace_new(struct world *inner)
{
    struct world_trace *trace = calloc(1, sizeof(*trace));
    if (!trace) {
        return NULL;
    }
    trace->hash = XXH3_createState();
    if (!trace->hash) {
        free(trace);
        return NULL;
    }
    trace->ops = trace_ops;
    trace->ops.kind = inner->ops->kind;
    trace->world.ops = &trace->ops;
    trace->inner = inner;
    return &trace->world;
}

void world_trace_begin(struct world *world, struct trace_store *store)
{
    struct world_trace *trace = trace_of(world);
    ASSERT(world->ops->wait == trace_wait);
    trace->store = store;
    if (!store) {
        return;
    }
    ASSERT(store->event_count == 0);
    ASSERT(store->event_room <= TRACE_EVENTS_MAX);
    ASSERT(store->data_room <= TRACE_DATA_MAX);
    trace->event_room = store->event_room;
    trace->data_room = store->data_room;
    trace->event_count = trace->data_size = trace->omitted = 0;
    trace->events = trace_store_events(store);
    trace->data = trace_store_data(store);
    trace->began_ns = world_now_ns(trace->inner);
    trace->fired = world_fault_total(trace->inner);
    XXH3_128bits_reset(trace->hash);
}

void world_trace_seal(struct world *world)
{
    struct world_trace *trace = trace_of(world);
    ASSERT(world->ops->wait == trace_wait);
    if (trace->store) {
        XXH128_canonical_t canonical;
        XXH128_canonicalFromHash(&canonical, XXH3_128bits_digest(trace->hash));
        memcpy(trace->store->hash, canonical.digest, sizeof(trace->store->hash));
    }
}

void world_trace_step(struct world *world, uint32_t source)
{
    struct world_trace *trace = trace_of(world);
    struct trace_event event;
    ASSERT(world->ops->wait == trace_wait);
    if (trace->store) {
        memset(&event, 0, sizeof(event));
        event.kind = TRACE_STEP;
        event.socket = -1;
        event.argument = source;
        trace_record(trace, &event, NULL, 0);
    }
}

void world_trace_client(struct world *world, int socket, const char *name)
{
    struct world_trace *trace = trace_of(world);
    struct trace_event event;
    ASSERT(world->ops->wait == trace_wait);
    ASSERT(socket >= 0);
    if (trace->store) {
        size_t length = strlen(name);
        memset(&event, 0, sizeof(event));
        event.kind = TRACE_CLIENT;
        event.socket = socket;
        trace_record(trace, &event, name, length < TRACE_NAME_MAX ? length : TRACE_NAME_MAX);
    }
}
