/* SPDX-License-Identifier: MIT */
/*
 * A record of what was asked of a world and what came back.
 *
 * A store is flat memory without pointers, so that it can be shared with another process and
 * outlive a crash of the writer: a header, room for events, room for the bytes that were sent and
 * received. Whoever makes the memory frees it. `world_trace` writes; readers take a copy (a blob,
 * which may come from a broken worker and is checked) and look at it through a view. One writer.
 * Store and blob are memory of one machine and build, never a file format.
 */
#ifndef DRILL_CORE_TRACE_H
#define DRILL_CORE_TRACE_H

#include "bytes.h"
#include "world.h"
#include "world_call.h"

#define TRACE_EVENTS_MAX ((uint64_t)1 << 18) /* kept of a run; what follows is counted */
#define TRACE_DATA_MAX   ((uint64_t)32 << 20)

/* No blob is larger. */
#define TRACE_BLOB_BYTES_MAX                                                                       \
    ((size_t)(TRACE_EVENTS_MAX * sizeof(struct trace_event) + TRACE_DATA_MAX) + 64)

/* Longest name of a client, in bytes; longer ones are cut. */
#define TRACE_NAME_MAX 255

/* What an event tells of besides the calls of world_call.h; values go on after those. */
enum trace_kind {
    TRACE_STEP =
        WORLD_CALL_COUNT, /* the runner begins a step: `argument` is plan->sources' index */
    TRACE_CLIENT          /* `socket` is a client's; its name ("bob#2") is the data */
};
#define TRACE_KIND_COUNT (TRACE_CLIENT + 1)

struct trace_event {
    uint64_t at_ns; /* since the run began, in the world's time */
    int64_t
        result;    /* what the call returned: a count, a socket, 0 or -errno; pass: ns; a mark: 0 */
    uint64_t data; /* where its bytes begin in the store's data */
    uint32_t size; /* and how many of them are kept: what was sent or received, or a name */
    uint32_t argument; /* socket: transport << 8 | family; listen: backlog; recv...: room; send...:
                          bytes offered; shutdown: how; set: option; ask: question; watch: interest;
                          wait: ready sockets; step: index; otherwise 0 */
    int32_t value;     /* set: the value; otherwise 0 */
    int32_t socket;    /* the call's; -1: none (socket, wait, pass, step) */
    uint8_t kind;      /* enum world_call or enum trace_kind */
    uint8_t has_address;
    uint8_t fault;    /* 1: an injected fault made the result; not hashed, for it follows
                         from the plan and the calls */
    uint8_t reserved; /* 0 */
    struct world_address address; /* bind, connect, sendto: as given; accept, recvfrom, getsockname,
                                     getpeername: as returned, unless they failed; zero otherwise */
};

struct trace_store {
    uint64_t event_room, data_room; /* as made */
    volatile uint64_t event_count;  /* written in full; the header is last */
    volatile uint64_t data_size;
    volatile uint64_t omitted; /* events beyond event_room, and events not all of whose bytes found
                                  room */
    uint8_t hash[16];          /* of all events, kept or not, with all their bytes: XXH3-128,
                                  canonical big-endian; zero before world_trace_seal. Equal for equal
                                  simulated runs; the kernel world's ports and times are real, so its
                                  hashes are no use for comparing */
};

/* Bytes that a store with so much room takes, at most TRACE_EVENTS_MAX and TRACE_DATA_MAX. */
size_t trace_store_bytes(uint64_t events, uint64_t data);
/* Makes zeroed memory of that size, aligned for 64-bit numbers, an empty store; also empties one.
 */
void trace_store_begin(struct trace_store *store, uint64_t events, uint64_t data);
struct trace_event *trace_store_events(struct trace_store *store);
uint8_t *trace_store_data(struct trace_store *store);

/* Copies the used part of a store to `blob`, which is initialised and emptied first. The store may
 * be half written or scribbled over by a process that died, so `events` and `data` say how much
 * room was made; what makes no sense is left out and counted as omitted. What comes out is always a
 * trace. 0, -ENOMEM, or -ENOSPC where the blob may not grow that far. */
int trace_take(const struct trace_store *store, uint64_t events, uint64_t data, struct bytes *blob);

/* A blob to read. */
struct trace_view {
    const struct trace_event *events; /* aligned as the blob's memory is */
    size_t event_count;
    const uint8_t *data;
    size_t data_size;
    uint64_t omitted;
    uint8_t hash[16];
};
/* 0, or -EINVAL when the blob is not a trace: every kind, socket, address family, enumerated
 * argument and data range is checked. An empty blob is an empty trace. Borrows the blob's memory.
 */
int trace_view(const struct bytes *blob, struct trace_view *view);

/* "connect", "step", ... */
const char *trace_kind_name(unsigned kind);

/* The bytes that an event moved, all of them, kept or not; 0 for what failed or moves none. */
uint64_t trace_event_moved(const struct trace_event *event);

#endif
