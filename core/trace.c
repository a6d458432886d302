/* SPDX-License-Identifier: MIT */
#include "trace.h"

#include <errno.h>
#include <string.h>

/* Results are no lower: Linux keeps errors below 4096, include/linux/err.h. */
#define RESULT_MIN (-4095)

#define BLOB_MAGIC UINT64_C(0x647274726163650a)

/* Heads a blob; its events and their bytes follow. */
struct trace_blob {
    uint64_t magic;
    uint64_t event_count;
    uint64_t data_size;
    uint64_t omitted;
    uint8_t hash[16];
};
_Static_assert(sizeof(struct trace_blob) <= 64,
               "TRACE_BLOB_BYTES_MAX leaves this much for the head");
_Static_assert(sizeof(struct trace_blob) % _Alignof(struct trace_event) == 0,
               "events follow the head of a blob");
_Static_assert(sizeof(struct trace_store) % _Alignof(struct trace_event) == 0,
               "events follow the head of a store");

size_t trace_store_bytes(uint64_t events, uint64_t data)
{
    ASSERT(events <= TRACE_EVENTS_MAX);
    ASSERT(data <= TRACE_DATA_MAX);
    return sizeof(struct trace_store) + (size_t)events * sizeof(struct trace_event) + (size_t)data;
}

void trace_store_begin(struct trace_store *store, uint64_t events, uint64_t data)
{
    ASSERT(events <= TRACE_EVENTS_MAX);
    ASSERT(data <= TRACE_DATA_MAX);
    /* The events go first: a reader must not find them in room that they do not belong to. */
    store->event_count = 0;
    store->data_size = 0;
    store->omitted = 0;
    memset(store->hash, 0, sizeof(store->hash));
    store->event_room = events;
    store->data_room = data;
}

static const uint8_t *store_events(const struct trace_store *store)
{
    return (const uint8_t *)(store + 1);
}

struct trace_event *trace_store_events(struct trace_store *store)
{
    return (struct trace_event *)(void *)(store + 1);
}

uint8_t *trace_store_data(struct trace_store *store)
{
    return (uint8_t *)(trace_store_events(store) + store->event_room);
}

static bool argument_is_sound(const struct trace_event *event)
{
    switch (event->kind) {
    case WORLD_CALL_SOCKET:
        return event->argument >> 8 <= WORLD_UDP && (event->argument & 0xff) <= WORLD_IPV6;
    case WORLD_CALL_SHUTDOWN:
        return event->argument <= WORLD_SHUT_RDWR;
    case WORLD_CALL_SET:
        return event->argument <= WORLD_NO_DELAY;
    case WORLD_CALL_ASK:
        return event->argument <= WORLD_UNDER_WAY;
    case TRACE_CLIENT:
        return event->size <= TRACE_NAME_MAX;
    default:
        return true;
    }
}

static bool result_is_sound(const struct trace_event *event)
{
    bool socket = event->kind == WORLD_CALL_SOCKET || event->kind == WORLD_CALL_ACCEPT;
    return event->result >= RESULT_MIN && (!socket || event->result <= INT32_MAX);
}

/* Whether the event can be looked at without care. */
static bool event_is_sound(const struct trace_event *event, uint64_t data_size)
{
    return event->kind < TRACE_KIND_COUNT && event->socket >= -1 && event->has_address <= 1 &&
           event->fault <= 1 && (unsigned)event->address.family <= WORLD_IPV6 &&
           event->size <= data_size && event->data <= data_size - event->size &&
           argument_is_sound(event) && result_is_sound(event);
}

/* Copies the events of a store that make sense; how many. */
static uint64_t take_events(const struct trace_store *store, const struct trace_blob *promised,
                            struct bytes *blob)
{
    uint64_t kept = 0;
    for (uint64_t i = 0; i < promised->event_count; i++) {
        struct trace_event event;
        memcpy(&event, store_events(store) + i * sizeof(event), sizeof(event));
        if (event_is_sound(&event, promised->data_size)) {
            int status = bytes_add(blob, &event, sizeof(event));
            ASSERT(status == 0);
            kept++;
        }
    }
    return kept;
}

int trace_take(const struct trace_store *store, uint64_t events, uint64_t data, struct bytes *blob)
{
    ASSERT(events <= TRACE_EVENTS_MAX);
    ASSERT(data <= TRACE_DATA_MAX);
    uint64_t told = store->event_count;
    uint64_t size = store->data_size;
    struct trace_blob head = {
        .magic = BLOB_MAGIC,
        .event_count = told < events ? told : events,
        .data_size = size < data ? size : data,
        .omitted = store->omitted,
    };
    memcpy(head.hash, store->hash, sizeof(head.hash));
    bytes_clear(blob);
    int status =
        bytes_reserve(blob, sizeof(head) + (size_t)head.event_count * sizeof(struct trace_event) +
                                (size_t)head.data_size);
    if (status != 0) {
        return status;
    }
    status = bytes_add(blob, &head, sizeof(head));
    ASSERT(status == 0);
    uint64_t kept = take_events(store, &head, blob);
    uint64_t dropped = head.event_count - kept;
    head.omitted += dropped < UINT64_MAX - head.omitted ? dropped : UINT64_MAX - head.omitted;
    head.event_count = kept;
    memcpy(blob->data, &head, sizeof(head));
    status = bytes_add(blob, store_events(store) + (size_t)events * sizeof(struct trace_event),
                       (size_t)head.data_size);
    ASSERT(status == 0);
    return 0;
}

int trace_view(const struct bytes *blob, struct trace_view *view)
{
    struct trace_blob head;
    *view = (struct trace_view){0};
    if (blob->size == 0) {
        return 0;
    }
    if (blob->size < sizeof(head) || (uintptr_t)blob->data % _Alignof(struct trace_event) != 0) {
        return -EINVAL;
    }
    memcpy(&head, blob->data, sizeof(head));
    if (head.magic != BLOB_MAGIC || head.event_count > TRACE_EVENTS_MAX ||
        head.data_size > TRACE_DATA_MAX ||
        blob->size - sizeof(head) !=
            head.event_count * sizeof(struct trace_event) + head.data_size) {
        return -EINVAL;
    }
    const struct trace_event *events =
        (const struct trace_event *)(const void *)(blob->data + sizeof(head));
    for (uint64_t i = 0; i < head.event_count; i++) {
        if (!event_is_sound(&events[i], head.data_size)) {
            return -EINVAL;
        }
    }
    view->events = events;
    view->event_count = (size_t)head.event_count;
    view->data = (const uint8_t *)(events + head.event_count);
    view->data_size = (size_t)head.data_size;
    view->omitted = head.omitted;
    memcpy(view->hash, head.hash, sizeof(view->hash));
    return 0;
}

const char *trace_kind_name(unsigned kind)
{
    ASSERT(kind < TRACE_KIND_COUNT);
    if (kind < WORLD_CALL_COUNT) {
        return world_call_name((enum world_call)kind);
    }
    return kind == TRACE_STEP ? "step" : "client";
}

uint64_t trace_event_moved(const struct trace_event *event)
{
    bool moves = event->kind == WORLD_CALL_RECV || event->kind == WORLD_CALL_RECVFROM ||
                 event->kind == WORLD_CALL_SEND || event->kind == WORLD_CALL_SENDTO;
    uint64_t result = moves && event->result > 0 ? (uint64_t)event->result : 0;
    return result < event->argument ? result : event->argument;
}
