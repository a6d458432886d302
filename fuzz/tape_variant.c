/* SPDX-License-Identifier: MIT */
#include "tape_variant.h"

#include "tape_event.h"
#include "world_fault_error.h"

/* A run of an exploring plan has room for so many pieces; what is longer is not cut everywhere. */
#define PIECES_MAX    400
#define POSITIONS_MAX 2048
/* What a send takes at most where the target's small buffers are acted out by a fault. */
#define SHORT_BYTES 100

enum kind {
    EVERY, /* one byte at a time */
    CUT,   /* once, at each place */
    AGAIN, /* whole, and all but its last byte by a second peer: what the plugin keeps between
              inputs was there before the target saw this one */
    SHORT  /* whole, to a server whose sends take little */
};

static int add_plain(struct bytes *events, enum tape_opcode opcode, uint64_t first, uint64_t second)
{
    return tape_event_add(events,
                          &(struct tape_event){.opcode = opcode, .operands = {first, second}});
}

static int add_send(struct bytes *events, const uint8_t *data, size_t size)
{
    return tape_event_add(
        events, &(struct tape_event){.opcode = TAPE_SEND, .payload = data, .payload_size = size});
}

static int add_short_sends(struct bytes *events)
{
    uint64_t call = world_fault_call_index(WORLD_CALL_SEND);
    uint64_t effect = world_fault_error_count() + SHORT_BYTES - 1;
    return tape_event_add(
        events, &(struct tape_event){.opcode = TAPE_FAULT, .operands = {2 * call + 1, 1, effect}});
}

static int add_end(struct bytes *events)
{
    int status = add_plain(events, TAPE_HALF_CLOSE, 0, 0);
    return status == 0 ? add_plain(events, TAPE_CLOSE, 0, 0) : status;
}

static int add_stream(enum kind kind, size_t at, const uint8_t *data, size_t size,
                      struct bytes *events)
{
    int status = kind == SHORT ? add_short_sends(events) : 0;
    status = status == 0 ? add_plain(events, TAPE_CONNECT, 0, 0) : status;
    status = status == 0 ? add_send(events, data, size) : status;
    if (status == 0 && (kind == EVERY || kind == CUT)) {
        status = add_plain(events, kind == EVERY ? TAPE_CUT_EVERY : TAPE_CUT, at, 0);
    }
    status = status == 0 ? add_end(events) : status;
    if (status == 0 && kind == AGAIN) {
        status = add_plain(events, TAPE_CONNECT, 0, 0);
        status = status == 0 ? add_send(events, data, size - 1) : status;
        status = status == 0 ? add_end(events) : status;
    }
    return status;
}

static int add_datagrams(enum kind kind, size_t at, const uint8_t *data, size_t size,
                         struct bytes *events)
{
    int status = add_plain(events, TAPE_SET, TAPE_SET_TRANSPORT, 1);
    status = status == 0 ? add_plain(events, TAPE_CONNECT, 0, 0) : status;
    for (size_t from = 0; from < size && status == 0;) {
        size_t piece = kind == EVERY ? 1 : from == 0 ? at + 1 : size - from;
        status = add_send(events, data + from, piece);
        from += piece;
    }
    return status == 0 ? add_plain(events, TAPE_CLOSE, 0, 0) : status;
}

/* Which variant a number behind the plain one is: 1, or 0 when there are no more. */
static int choose(bool stream, size_t size, uint64_t number, enum kind *kind, size_t *at)
{
    uint64_t places = size < 2 ? 0 : size - 1 < POSITIONS_MAX ? size - 1 : POSITIONS_MAX;
    *at = 0;
    if (size > 1 && size <= PIECES_MAX) {
        *kind = EVERY;
        if (number-- == 0) {
            return 1;
        }
    }
    *kind = CUT;
    if (number < places) {
        *at = (size_t)number;
        return 1;
    }
    number -= places;
    *kind = number == 0 && size > 1 ? AGAIN : SHORT;
    return stream && number <= (size > 1);
}

int tape_variant(const struct tape_target *target, const uint8_t *data, size_t size,
                 uint64_t number, struct bytes *events)
{
    bool stream = target->kind == TAPE_TARGET_STREAM;
    enum kind kind;
    size_t at;
    int status;
    if (number == 0) {
        status = tape_target_events(target, data, size, events);
        return status == 0 ? 1 : status;
    }
    if (target->kind == TAPE_TARGET_TAPE || !choose(stream, size, number - 1, &kind, &at)) {
        return 0;
    }
    status = stream ? add_stream(kind, at, data, size, events)
                    : add_datagrams(kind, at, data, size, events);
    return status == 0 ? 1 : status;
}
