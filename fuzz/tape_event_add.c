/* SPDX-License-Identifier: MIT */
/* Apart from tape_event.c, which the mutator for AFL++ has without the core. */
#include "bytes.h"
#include "tape_event.h"

int tape_event_add(struct bytes *out, const struct tape_event *event)
{
    uint8_t head[TAPE_EVENT_HEAD_BYTES_MAX];
    size_t payload = tape_opcode_has_payload(event->opcode) ? event->payload_size : 0;
    int status = bytes_add(out, head, tape_event_head(event, head));
    return status == 0 && payload > 0 ? bytes_add(out, event->payload, payload) : status;
}
