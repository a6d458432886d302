/* SPDX-License-Identifier: MIT */
/* Bare inputs: what the name of a fuzz target, or of a folder, says of them. */
#include <string.h>

#include "plugin_check.h"
#include "tape_file.h"

/* recv_buffer where nothing is set. */
#define PIECE_BYTES 1024

bool tape_target_parse(const char *name, size_t size, struct tape_target *target)
{
    static const char *const prefixes[] = {[TAPE_TARGET_TAPE] = "tape-",
                                           [TAPE_TARGET_STREAM] = "stream-",
                                           [TAPE_TARGET_DATAGRAM] = "datagram-"};
    for (int i = 0; i <= TAPE_TARGET_DATAGRAM; i++) {
        size_t skip = strlen(prefixes[i]);
        if (size <= skip || memcmp(name, prefixes[i], skip) != 0 ||
            size - skip >= sizeof(target->plugin)) {
            continue;
        }
        *target = (struct tape_target){.kind = (enum tape_target_kind)i};
        memcpy(target->plugin, name + skip, size - skip);
        return plugin_check_name(target->plugin);
    }
    return false;
}

bool tape_target_of_path(const char *path, struct tape_target *target)
{
    const char *end = strrchr(path, '/');
    while (end) {
        const char *start = end;
        while (start > path && start[-1] != '/') {
            start--;
        }
        if (tape_target_parse(start, (size_t)(end - start), target)) {
            return true;
        }
        end = start > path ? start - 1 : NULL;
    }
    return false;
}

static int add_event(struct bytes *events, enum tape_opcode opcode, const uint8_t *data,
                     size_t size)
{
    struct tape_event event = {.opcode = opcode, .payload = data, .payload_size = size};
    return tape_event_add(events, &event);
}

int tape_target_events(const struct tape_target *target, const uint8_t *data, size_t size,
                       struct bytes *events)
{
    bool stream = target->kind == TAPE_TARGET_STREAM;
    if (target->kind == TAPE_TARGET_TAPE) {
        return size > 0 ? bytes_add(events, data, size) : 0;
    }
    struct tape_event transport = {.opcode = TAPE_SET, .operands = {TAPE_SET_TRANSPORT, !stream}};
    int status = tape_event_add(events, &transport);
    if (status == 0) {
        status = add_event(events, TAPE_CONNECT, NULL, 0);
    }
    size_t at = 0;
    do {
        size_t piece = stream && size - at > PIECE_BYTES ? PIECE_BYTES : size - at;
        if (status == 0) {
            status = add_event(events, TAPE_SEND, data + at, piece);
        }
        at += piece;
    } while (at < size);
    if (status == 0) {
        status = add_event(events, TAPE_HALF_CLOSE, NULL, 0);
    }
    return status == 0 ? add_event(events, TAPE_CLOSE, NULL, 0) : status;
}
