/* SPDX-License-Identifier: MIT */
#include "tape_variant.h"

#include "tape_event.h"

/* A run of an exploring plan has room for so many pieces; what is longer is not cut everywhere. */
#define PIECES_MAX     400
#define POSITIONS_MAX  2048
#define SMALL_BUFFER   256
#define HELD_REPLY_MAX 16 /* so often an input is sent again while nobody reads the answers */

enum kind {
    EVERY,     /* one byte at a time */
    CUT,       /* once, at each place */
    CUT_TIGHT, /* the same through small buffers */
    HELD,      /* answers pile up before they are read */
};

static int add(struct bytes *events, enum tape_opcode opcode, uint64_t first, uint64_t second,
               const uint8_t *data, size_t size)
{
    struct tape_event event = {
        .opcode = opcode, .operands = {first, second}, .payload = data, .payload_size = size};
    uint8_t head[TAPE_EVENT_HEAD_BYTES_MAX];
    int status = bytes_add(events, head, tape_event_head(&event, head));
    return status == 0 && size > 0 ? bytes_add(events, data, size) : status;
}

static int add_stream(enum kind kind, size_t at, const uint8_t *data, size_t size,
                      struct bytes *events)
{
    int status = 0;
    if (kind == CUT_TIGHT || kind == HELD) {
        status = add(events, TAPE_SET, TAPE_SET_SEND_BUFFER, SMALL_BUFFER, NULL, 0);
    }
    status = status == 0 ? add(events, TAPE_CONNECT, 0, 0, NULL, 0) : status;
    if (kind == HELD) {
        status = status == 0 ? add(events, TAPE_PAUSE, 0, 0, NULL, 0) : status;
        for (size_t i = 1; i < HELD_REPLY_MAX && status == 0; i++) {
            status = add(events, TAPE_SEND, 0, 0, data, size);
        }
    }
    status = status == 0 ? add(events, TAPE_SEND, 0, 0, data, size) : status;
    if (status == 0 && kind == EVERY) {
        status = add(events, TAPE_CUT_EVERY, 0, 0, NULL, 0);
    } else if (status == 0 && kind != HELD) {
        status = add(events, TAPE_CUT, at, 0, NULL, 0);
    } else if (status == 0) {
        status = add(events, TAPE_RESUME, 0, 0, NULL, 0);
    }
    status = status == 0 ? add(events, TAPE_HALF_CLOSE, 0, 0, NULL, 0) : status;
    return status == 0 ? add(events, TAPE_CLOSE, 0, 0, NULL, 0) : status;
}

static int add_datagrams(enum kind kind, size_t at, const uint8_t *data, size_t size,
                         struct bytes *events)
{
    int status = add(events, TAPE_SET, TAPE_SET_TRANSPORT, 1, NULL, 0);
    status = status == 0 ? add(events, TAPE_CONNECT, 0, 0, NULL, 0) : status;
    for (size_t from = 0; from < size && status == 0;) {
        size_t piece = kind == EVERY ? 1 : from == 0 ? at + 1 : size - from;
        status = add(events, TAPE_SEND, 0, 0, data + from, piece);
        from += piece;
    }
    return status == 0 ? add(events, TAPE_CLOSE, 0, 0, NULL, 0) : status;
}

int tape_variant(const struct tape_target *target, const uint8_t *data, size_t size,
                 uint64_t number, struct bytes *events)
{
    bool stream = target->kind == TAPE_TARGET_STREAM;
    if (number == 0) {
        int status = tape_target_events(target, data, size, events);
        return status == 0 ? 1 : status;
    }
    if (target->kind == TAPE_TARGET_TAPE || size < 2) {
        return 0;
    }
    uint64_t places = size - 1 < POSITIONS_MAX ? size - 1 : POSITIONS_MAX;
    uint64_t step = number - 1;
    enum kind kind = CUT;
    if (size <= PIECES_MAX && step-- == 0) {
        kind = EVERY;
        step = 0;
    } else if (step >= places && stream) {
        step -= places;
        kind = step < places ? CUT_TIGHT : HELD;
        step -= step < places ? 0 : places;
    }
    if (step >= (kind == HELD ? 1 : places)) {
        return 0;
    }
    int status = stream ? add_stream(kind, (size_t)step, data, size, events)
                        : add_datagrams(kind, (size_t)step, data, size, events);
    return status == 0 ? 1 : status;
}
