/* SPDX-License-Identifier: MIT */
#include "tape_event.h"

#include <string.h>

#include "check.h"

#define COMMON_COUNT ((unsigned)TAPE_RARE)
#define RARE_COUNT   ((unsigned)(TAPE_OPCODE_COUNT - TAPE_RARE))

/* Numbers: what one byte holds, and what two and three bytes begin with. */
#define ONE_MAX   240
#define TWO_FIRST 241
#define TWO_MAX   2287
#define THREE     249
#define THREE_MAX 67823

static const struct opcode_form {
    const char *name;
    uint8_t operands;
    bool payload, client;
} forms[TAPE_OPCODE_COUNT] = {
    [TAPE_CONNECT] = {"connect", 1, false, true},
    [TAPE_SEND] = {"send", 1, true, true},
    [TAPE_HALF_CLOSE] = {"half_close", 1, false, true},
    [TAPE_CLOSE] = {"close", 1, false, true},
    [TAPE_RESET] = {"reset", 1, false, true},
    [TAPE_PAUSE] = {"pause", 1, false, true},
    [TAPE_RESUME] = {"resume", 1, false, true},
    [TAPE_WAIT] = {"wait", 1, false, false},
    [TAPE_COMPOSE] = {"compose", 1, false, true},
    [TAPE_BYTES] = {"bytes", 0, true, false},
    [TAPE_FILL] = {"fill", 2, false, false},
    [TAPE_RANDOM] = {"random", 2, false, false},
    [TAPE_CAPTURED] = {"captured", 1, false, false},
    [TAPE_CUT] = {"cut", 1, false, false},
    [TAPE_CUT_EVERY] = {"cut_every", 0, false, false},
    [TAPE_UNSETTLED] = {"unsettled", 0, false, false},
    [TAPE_REPEAT] = {"repeat", 1, false, false},
    [TAPE_TOGETHER] = {"together", 0, false, false},
    [TAPE_LANE] = {"lane", 0, false, false},
    [TAPE_ORDER] = {"order", 1, false, false},
    [TAPE_END] = {"end", 0, false, false},
    [TAPE_SERVER] = {"server", 1, false, false},
    [TAPE_SET] = {"set", 2, false, false},
    [TAPE_OPTION] = {"option", 2, false, false},
    [TAPE_OPTION_TEXT] = {"option_text", 1, true, false},
    [TAPE_FAULT] = {"fault", 3, false, false},
    [TAPE_NETWORK] = {"network", 2, false, false},
    [TAPE_OUTCOME] = {"outcome", 1, false, false},
    [TAPE_FILL_BACKLOG] = {"fill_backlog", 0, false, false},
    [TAPE_EXPECT] = {"expect", 1, true, true},
    [TAPE_EXPECT_COMPOSE] = {"expect_compose", 2, false, true},
    [TAPE_EXPECT_SIZE] = {"expect_size", 2, false, true},
    [TAPE_EXPECT_REGEX] = {"expect_regex", 1, true, true},
    [TAPE_EXPECT_END] = {"expect_end", 2, false, true},
    [TAPE_EXPECT_SILENCE] = {"expect_silence", 2, false, true},
    [TAPE_WITHIN] = {"within", 1, false, false},
    [TAPE_ANY] = {"any", 1, false, false},
    [TAPE_CAPTURE] = {"capture", 2, false, false},
    [TAPE_EXPECT_SERVER] = {"expect_server", 1, false, false},
    [TAPE_SEEN] = {"seen", 3, false, true},
    [TAPE_UNROLLED] = {"unrolled", 1, false, false},
    [TAPE_SEED] = {"seed", 1, false, false},
    [TAPE_WORLDS] = {"worlds", 1, false, false},
    [TAPE_WHY] = {"why", 0, true, false},
};

static const struct opcode_form *form_of(enum tape_opcode opcode)
{
    ASSERT((unsigned)opcode < TAPE_OPCODE_COUNT);
    return &forms[opcode];
}

unsigned tape_opcode_operands(enum tape_opcode opcode)
{
    return form_of(opcode)->operands;
}

bool tape_opcode_has_payload(enum tape_opcode opcode)
{
    return form_of(opcode)->payload;
}

bool tape_opcode_has_client(enum tape_opcode opcode)
{
    return form_of(opcode)->client;
}

const char *tape_opcode_name(enum tape_opcode opcode)
{
    return form_of(opcode)->name;
}

/* The shortest number that begins with bytes of `size` holds. */
static size_t big_size(uint64_t number)
{
    size_t size = 3;
    while (size < 8 && number >> (8 * size) != 0) {
        size++;
    }
    return size;
}

size_t tape_number_write(uint64_t number, uint8_t out[9])
{
    if (number <= ONE_MAX) {
        out[0] = (uint8_t)number;
        return 1;
    }
    if (number <= TWO_MAX) {
        uint64_t rest = number - ONE_MAX;
        out[0] = (uint8_t)(TWO_FIRST + (rest >> 8));
        out[1] = (uint8_t)rest;
        return 2;
    }
    if (number <= THREE_MAX) {
        uint64_t rest = number - TWO_MAX - 1;
        out[0] = THREE;
        out[1] = (uint8_t)(rest >> 8);
        out[2] = (uint8_t)rest;
        return 3;
    }
    size_t size = big_size(number);
    out[0] = (uint8_t)(THREE + size - 2);
    for (size_t i = 0; i < size; i++) {
        out[1 + i] = (uint8_t)(number >> (8 * (size - 1 - i)));
    }
    return 1 + size;
}

size_t tape_number_read(const uint8_t *data, size_t size, size_t offset, uint64_t *number)
{
    *number = 0;
    if (offset >= size) {
        return offset;
    }
    uint8_t first = data[offset++];
    if (first <= ONE_MAX) {
        *number = first;
        return offset;
    }
    size_t more = first < THREE ? 1 : (size_t)first - THREE + 2;
    uint64_t rest = 0;
    for (size_t i = 0; i < more; i++) {
        rest = rest << 8 | (offset < size ? data[offset] : 0);
        offset += offset < size;
    }
    *number = first < THREE    ? ONE_MAX + (((uint64_t)first - TWO_FIRST) << 8) + rest
              : first == THREE ? TWO_MAX + 1 + rest
                               : rest;
    return offset;
}

/* Payloads of random bytes are short, so that they do not swallow the events that follow. */
#define LENGTH_SHORT  48
#define LENGTH_ESCAPE 240

static size_t length_write(uint64_t length, uint8_t out[10])
{
    if (length < LENGTH_SHORT) {
        out[0] = (uint8_t)length;
        return 1;
    }
    out[0] = LENGTH_ESCAPE;
    return 1 + tape_number_write(length - LENGTH_SHORT, out + 1);
}

static size_t length_read(const uint8_t *data, size_t size, size_t at, uint64_t *length)
{
    uint8_t first = at < size ? data[at++] : 0;
    if (first < LENGTH_ESCAPE) {
        *length = first % LENGTH_SHORT;
        return at;
    }
    at = tape_number_read(data, size, at, length);
    *length = *length > UINT64_MAX - LENGTH_SHORT ? UINT64_MAX : *length + LENGTH_SHORT;
    return at;
}

static enum tape_opcode opcode_of(uint8_t byte)
{
    return byte < TAPE_RARE_BYTE
               ? (enum tape_opcode)(byte % COMMON_COUNT)
               : (enum tape_opcode)(TAPE_RARE + (byte - TAPE_RARE_BYTE) % RARE_COUNT);
}

static uint8_t byte_of(enum tape_opcode opcode)
{
    return (uint8_t)(opcode < TAPE_RARE ? opcode : TAPE_RARE_BYTE + (opcode - TAPE_RARE));
}

size_t tape_event_read(const uint8_t *data, size_t size, size_t offset, struct tape_event *event)
{
    ASSERT(offset < size);
    size_t at = offset;
    event->offset = offset;
    event->opcode = opcode_of(data[at++]);
    const struct opcode_form *form = &forms[event->opcode];
    for (unsigned i = 0; i < TAPE_OPERANDS_MAX; i++) {
        event->operands[i] = 0;
        if (i < form->operands) {
            at = tape_number_read(data, size, at, &event->operands[i]);
        }
    }
    event->payload = NULL;
    event->payload_size = 0;
    if (form->payload) {
        uint64_t length;
        at = length_read(data, size, at, &length);
        event->payload = data + at;
        event->payload_size = length < size - at ? (size_t)length : size - at;
        at += event->payload_size;
    }
    event->size = at - offset;
    return at;
}

size_t tape_event_head(const struct tape_event *event, uint8_t out[TAPE_EVENT_HEAD_BYTES_MAX])
{
    const struct opcode_form *form = form_of(event->opcode);
    size_t size = 0;
    out[size++] = byte_of(event->opcode);
    for (unsigned i = 0; i < form->operands; i++) {
        size += tape_number_write(event->operands[i], out + size);
    }
    return form->payload ? size + length_write(event->payload_size, out + size) : size;
}

size_t tape_event_write(const struct tape_event *event, uint8_t *out, size_t capacity)
{
    uint8_t head[TAPE_EVENT_HEAD_BYTES_MAX];
    size_t size = tape_event_head(event, head);
    size_t payload = form_of(event->opcode)->payload ? event->payload_size : 0;
    if (size > capacity || payload > capacity - size) {
        return size + payload;
    }
    /* The payload first: the head may grow into where it stood. */
    if (payload > 0) {
        memmove(out + size, event->payload, payload);
    }
    memcpy(out, head, size);
    return size + payload;
}

#define OWN_FIRST    96 /* numbers of one byte that are the scenario's own clients */
#define SMALL_FIRST  128
#define BACKLOG_SOME (SMALL_FIRST - OWN_FIRST)

uint64_t tape_client_number(bool backlog, uint64_t index)
{
    uint64_t first = backlog ? BACKLOG_SOME : OWN_FIRST;
    if (index < first) {
        return backlog ? OWN_FIRST + index : index;
    }
    return SMALL_FIRST + 2 * (index - first) + backlog;
}

uint64_t tape_client_index(uint64_t number, bool *backlog)
{
    if (number < SMALL_FIRST) {
        *backlog = number >= OWN_FIRST;
        return *backlog ? number - OWN_FIRST : number;
    }
    *backlog = number & 1;
    return (*backlog ? BACKLOG_SOME : OWN_FIRST) + (number - SMALL_FIRST) / 2;
}
