/* SPDX-License-Identifier: MIT */
/*
 * Traces made by hand for the tests of reports/: a store of a few events and what is read from it.
 */
#ifndef DRILL_TESTS_TRACE_FIXTURE_H
#define DRILL_TESTS_TRACE_FIXTURE_H

#include <errno.h>

#include "report_fixture.h"

#include "trace.h"

#define TRACE_FIXTURE_EVENTS 512
#define TRACE_FIXTURE_DATA   4096

struct trace_fixture {
    struct trace_store *store;
};

static inline void trace_fixture_begin(struct trace_fixture *fixture)
{
    fixture->store = calloc(1, trace_store_bytes(TRACE_FIXTURE_EVENTS, TRACE_FIXTURE_DATA));
    assert_non_null(fixture->store);
    trace_store_begin(fixture->store, TRACE_FIXTURE_EVENTS, TRACE_FIXTURE_DATA);
}

/* Adds an event and its bytes. */
static inline void trace_fixture_add(struct trace_fixture *fixture, struct trace_event event,
                                     const void *data, uint32_t size)
{
    struct trace_store *store = fixture->store;
    assert_true(store->event_count < TRACE_FIXTURE_EVENTS);
    assert_true(size <= TRACE_FIXTURE_DATA - store->data_size);
    event.data = store->data_size;
    event.size = size;
    if (size > 0) {
        memcpy(trace_store_data(store) + store->data_size, data, size);
    }
    store->data_size += size;
    trace_store_events(store)[store->event_count] = event;
    store->event_count++;
}

/* Takes the blob, which the caller frees. */
static inline void trace_fixture_end(struct trace_fixture *fixture, struct bytes *blob)
{
    bytes_init(blob, TRACE_BLOB_BYTES_MAX);
    assert_int_equal(trace_take(fixture->store, TRACE_FIXTURE_EVENTS, TRACE_FIXTURE_DATA, blob), 0);
    free(fixture->store);
}

static inline struct trace_event trace_fixture_call(enum world_call call, int socket,
                                                    uint32_t argument, int64_t result)
{
    return (struct trace_event){.kind = (uint8_t)call,
                                .socket = socket,
                                .argument = argument,
                                .result = result,
                                .at_ns = 1500};
}

static inline struct trace_event trace_fixture_address(struct trace_event event, uint16_t port)
{
    event.has_address = 1;
    event.address = world_loopback(WORLD_IPV4, port);
    return event;
}

static inline void trace_fixture_step(struct trace_fixture *fixture, uint32_t source)
{
    trace_fixture_add(
        fixture,
        (struct trace_event){.kind = TRACE_STEP, .socket = -1, .argument = source, .at_ns = 1500},
        NULL, 0);
}

/* One client: it connects from port 40000 with socket 5, is accepted as socket 6, and is answered.
 * The listener is older than the trace. */
static inline void trace_fixture_hello(struct trace_fixture *fixture)
{
    struct trace_event mark = {.kind = TRACE_CLIENT, .socket = 5, .at_ns = 1500};
    trace_fixture_step(fixture, 0);
    trace_fixture_add(fixture, trace_fixture_call(WORLD_CALL_SOCKET, -1, 0, 5), NULL, 0);
    trace_fixture_add(fixture, mark, "bob", 3);
    trace_fixture_add(
        fixture,
        trace_fixture_address(trace_fixture_call(WORLD_CALL_CONNECT, 5, 0, -EINPROGRESS), 9000),
        NULL, 0);
    trace_fixture_add(
        fixture, trace_fixture_address(trace_fixture_call(WORLD_CALL_GETSOCKNAME, 5, 0, 0), 40000),
        NULL, 0);
    trace_fixture_add(fixture, trace_fixture_call(WORLD_CALL_WAIT, -1, 1, 1), NULL, 0);
    trace_fixture_add(fixture,
                      trace_fixture_address(trace_fixture_call(WORLD_CALL_ACCEPT, 3, 0, 6), 40000),
                      NULL, 0);
    trace_fixture_step(fixture, 1);
    trace_fixture_add(fixture, trace_fixture_call(WORLD_CALL_SEND, 5, 5, 5), "hello", 5);
    trace_fixture_add(fixture, trace_fixture_call(WORLD_CALL_RECV, 6, 1024, 5), "hello", 5);
    trace_fixture_add(fixture, trace_fixture_call(WORLD_CALL_RECV, 6, 1024, -EAGAIN), NULL, 0);
    trace_fixture_add(fixture, trace_fixture_call(WORLD_CALL_CLOSE, 5, 0, 0), NULL, 0);
}

#endif
