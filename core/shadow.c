/* SPDX-License-Identifier: MIT */
#include "shadow.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void shadow_init(struct shadow *shadow,
                 void (*answered)(void *owner, const void *data, size_t size), void *owner)
{
    *shadow = (struct shadow){.answered = answered, .owner = owner};
}

void shadow_fini(struct shadow *shadow)
{
    free(shadow->state.data);
    free(shadow->reply.data);
    *shadow = (struct shadow){0};
}

static int room_fit(struct shadow_room *room, size_t size)
{
    if (room->size == size) {
        return 0;
    }
    free(room->data);
    *room = (struct shadow_room){.data = size > 0 ? malloc(size) : NULL};
    if (size > 0 && !room->data) {
        return -ENOMEM;
    }
    room->size = size;
    return 0;
}

int shadow_prepare(struct shadow *shadow, struct plugin_listener *plugin, size_t reply_max,
                   uint32_t messages_max)
{
    shadow->plugin = plugin;
    shadow->messages_max = messages_max;
    int status = room_fit(&shadow->reply, reply_max);
    return status == 0 ? room_fit(&shadow->state, plugin->plugin->descriptor.state_size) : status;
}

static const struct drill_descriptor *shadow_plugin(const struct shadow *shadow)
{
    return &shadow->plugin->plugin->descriptor;
}

static struct plugin_call shadow_call(const struct shadow *shadow)
{
    return plugin_call_make(shadow->plugin, shadow->session, shadow->state.data);
}

static struct drill_buffer shadow_out(const struct shadow *shadow)
{
    return (struct drill_buffer){.data = shadow->reply.data, .capacity = shadow->reply.size};
}

static bool answer_is_broken(const struct shadow *shadow, enum drill_status status,
                             const struct drill_buffer *out)
{
    return out->data != shadow->reply.data || out->capacity != shadow->reply.size ||
           out->overflow != 0 || out->size > out->capacity ||
           (unsigned)status >= DRILL_INTERNAL_ERROR;
}

/* Acts on what a callback returned and wrote, as stream_act does. */
static void shadow_answer(struct shadow *shadow, enum drill_status status,
                          const struct drill_buffer *out)
{
    if (answer_is_broken(shadow, status, out)) {
        shadow->failed = shadow->over = true;
        return;
    }
    if (status == DRILL_OK || status == DRILL_CLOSE) {
        shadow->answered(shadow->owner, out->data, out->size);
    }
    shadow->over = shadow->over || status == DRILL_CLOSE || status == DRILL_PROTOCOL_ERROR;
}

static void shadow_transform(struct shadow *shadow, size_t size)
{
    struct drill_bytes in = {shadow->input + shadow->begin, size};
    struct drill_buffer out = shadow_out(shadow);
    struct plugin_call call = shadow_call(shadow);
    shadow->begin += size;
    shadow_answer(shadow, shadow_plugin(shadow)->transform(&call.public, in, &out), &out);
    shadow->over = shadow->over || ++shadow->messages >= shadow->messages_max;
}

/* The length of the first whole message of what was received, 0 for none. */
static size_t shadow_frame(struct shadow *shadow)
{
    struct drill_bytes in = {shadow->input + shadow->begin, shadow->end - shadow->begin};
    size_t message_max = shadow_plugin(shadow)->message_max;
    struct plugin_call call = shadow_call(shadow);
    shadow->plugin->framing = true;
    size_t length = shadow_plugin(shadow)->frame(&call.public, in);
    shadow->plugin->framing = false;
    if (length == DRILL_FRAME_BAD || length > message_max ||
        (length == 0 && in.size > message_max)) {
        /* The peer broke the protocol: the session ends without an answer. */
        shadow->over = true;
        return 0;
    }
    shadow->failed = shadow->failed || length > in.size;
    shadow->over = shadow->failed;
    return shadow->failed ? 0 : length;
}

void shadow_open(struct shadow *shadow, uint64_t id, const uint8_t *input)
{
    shadow->session = id;
    shadow->input = input;
    shadow->begin = shadow->end = 0;
    shadow->messages = 0;
    shadow->over = shadow->failed = false;
    shadow->held_count = shadow->plugin->allocated_count;
    shadow->held_bytes = shadow->plugin->allocated_bytes;
    if (shadow->state.size > 0) {
        memset(shadow->state.data, 0, shadow->state.size);
    }
    enum drill_status status = DRILL_SILENT;
    struct drill_buffer out = shadow_out(shadow);
    if (shadow_plugin(shadow)->open) {
        struct plugin_call call = shadow_call(shadow);
        status = shadow_plugin(shadow)->open(&call.public, &out);
    }
    shadow->opened = status == DRILL_OK || status == DRILL_SILENT || status == DRILL_CLOSE;
    shadow_answer(shadow, status, &out);
}

void shadow_receive(struct shadow *shadow, size_t size)
{
    shadow->end += size;
    if (!shadow_plugin(shadow)->frame) {
        shadow_transform(shadow, size);
        return;
    }
    while (!shadow->over && shadow->begin < shadow->end) {
        size_t length = shadow_frame(shadow);
        if (length == 0) {
            break;
        }
        shadow_transform(shadow, length);
    }
}

void shadow_close(struct shadow *shadow, bool finished)
{
    const struct drill_descriptor *plugin = shadow_plugin(shadow);
    struct plugin_call call = shadow_call(shadow);
    if (finished && !shadow->over && plugin->eof) {
        struct drill_buffer out = shadow_out(shadow);
        struct drill_bytes rest = {0};
        if (shadow->end > shadow->begin) {
            rest = (struct drill_bytes){shadow->input + shadow->begin, shadow->end - shadow->begin};
        }
        shadow_answer(shadow, plugin->eof(&call.public, rest, &out), &out);
    }
    if (shadow->opened && plugin->close) {
        plugin->close(&call.public);
    }
    if (shadow->plugin->allocated_count > shadow->held_count) {
        shadow->leaked_count += shadow->plugin->allocated_count - shadow->held_count;
    }
    if (shadow->plugin->allocated_bytes > shadow->held_bytes) {
        shadow->leaked_bytes += shadow->plugin->allocated_bytes - shadow->held_bytes;
    }
}
