/* SPDX-License-Identifier: MIT */
/* Traces written by hand, an event a line, and what stories make of them. */
#ifndef DRILL_TESTS_TRACE_STORY_FIXTURE_H
#define DRILL_TESTS_TRACE_STORY_FIXTURE_H

#include <stdlib.h>
#include <string.h>

#include "trace_story.h"

#define FIXTURE_EVENTS 256
#define FIXTURE_DATA   8192

/* A trace that grows, and its story once it is told. */
struct tale {
    struct trace_store *store;
    struct bytes blob;
    struct trace_view view;
    struct trace_story *story;
};

static inline void tale_begin(struct tale *tale)
{
    *tale = (struct tale){0};
    tale->store = calloc(1, trace_store_bytes(FIXTURE_EVENTS, FIXTURE_DATA));
    assert_non_null(tale->store);
    trace_store_begin(tale->store, FIXTURE_EVENTS, FIXTURE_DATA);
    bytes_init(&tale->blob, TRACE_BLOB_BYTES_MAX);
}

static inline void tale_tell(struct tale *tale)
{
    assert_int_equal(trace_take(tale->store, FIXTURE_EVENTS, FIXTURE_DATA, &tale->blob), 0);
    assert_int_equal(trace_view(&tale->blob, &tale->view), 0);
    assert_int_equal(trace_story_new(&tale->view, &tale->story), 0);
}

static inline void tale_end(struct tale *tale)
{
    trace_story_free(tale->story);
    bytes_fini(&tale->blob);
    free(tale->store);
}

/* Adds an event; the index it will have. */
static inline size_t tale_add(struct tale *tale, struct trace_event event, const char *data)
{
    struct trace_store *store = tale->store;
    event.data = store->data_size;
    event.size = data ? (uint32_t)strlen(data) : 0;
    if (event.size > 0) {
        memcpy(trace_store_data(store) + store->data_size, data, event.size);
        store->data_size += event.size;
    }
    trace_store_events(store)[store->event_count] = event;
    store->event_count++;
    return (size_t)store->event_count - 1;
}

static inline size_t tale_call(struct tale *tale, enum world_call call, int socket, int64_t result)
{
    return tale_add(tale,
                    (struct trace_event){.kind = (uint8_t)call, .socket = socket, .result = result},
                    NULL);
}

/* A call with a port of 127.0.0.1. */
static inline size_t tale_address(struct tale *tale, enum world_call call, int socket,
                                  int64_t result, uint16_t port)
{
    struct trace_event event = {
        .kind = (uint8_t)call, .socket = socket, .result = result, .has_address = 1};
    event.address = world_loopback(WORLD_IPV4, port);
    return tale_add(tale, event, NULL);
}

static inline size_t tale_moves(struct tale *tale, enum world_call call, int socket,
                                const char *data)
{
    struct trace_event event = {.kind = (uint8_t)call, .socket = socket};
    event.argument = 1024;
    event.result = (int64_t)strlen(data);
    return tale_add(tale, event, data);
}

static inline size_t tale_datagram(struct tale *tale, enum world_call call, int socket,
                                   const char *data, uint16_t port)
{
    struct trace_event event = {.kind = (uint8_t)call, .socket = socket, .has_address = 1};
    event.argument = 1024;
    event.result = (int64_t)strlen(data);
    event.address = world_loopback(WORLD_IPV4, port);
    return tale_add(tale, event, data);
}

/* A socket that listens on port 9000. */
static inline void tale_listens(struct tale *tale, int socket)
{
    tale_call(tale, WORLD_CALL_SOCKET, -1, socket);
    tale_address(tale, WORLD_CALL_BIND, socket, 0, 9000);
    tale_call(tale, WORLD_CALL_LISTEN, socket, 0);
}

/* A client that connects from `port`. */
static inline void tale_connects(struct tale *tale, int socket, const char *name, uint16_t port)
{
    tale_call(tale, WORLD_CALL_SOCKET, -1, socket);
    tale_add(tale, (struct trace_event){.kind = TRACE_CLIENT, .socket = socket}, name);
    tale_address(tale, WORLD_CALL_CONNECT, socket, -EINPROGRESS, 9000);
    tale_address(tale, WORLD_CALL_GETSOCKNAME, socket, 0, port);
}

static inline const char *tale_label(const struct tale *tale, uint32_t party)
{
    return party == TRACE_NOBODY ? "nobody" : trace_story_party(tale->story, party)->label;
}

static inline void assert_told_of(const struct tale *tale, size_t event, const char *label)
{
    assert_string_equal(tale_label(tale, trace_story_of(tale->story, event)), label);
}

static inline void assert_peer(const struct tale *tale, size_t event, const char *label)
{
    assert_string_equal(tale_label(tale, trace_story_peer(tale->story, event)), label);
}

#endif
