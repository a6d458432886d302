/* SPDX-License-Identifier: MIT */
#include "bare.h"

#include <stdlib.h>
#include <string.h>

#include "rig_stage.h"

struct answer {
    uint8_t bytes[RIG_INPUT_BYTES_MAX];
    size_t size;
};

static const struct drill_descriptor *bare_plugin;
static struct drill_context context;
static uint8_t reply[BARE_REPLY_BYTES_MAX];
static struct answer whole, cut;

static void bare_log(const struct drill_context *from, const char *message)
{
    (void)from;
    (void)message;
}

static const struct drill_services services = {.struct_size = sizeof(services), .log = bare_log};

static void *bare_room(size_t size)
{
    void *room = size > 0 ? calloc(1, size) : NULL;
    if (size > 0 && !room) {
        abort();
    }
    return room;
}

void bare_configure(const struct drill_descriptor *plugin)
{
    uint32_t properties = plugin->properties;
    struct drill_value *values = bare_room(plugin->option_count * sizeof(*values));
    bare_plugin = plugin;
    context = (struct drill_context){.struct_size = sizeof(context),
                                     .transport = plugin->transports,
                                     .services = &services,
                                     .config = bare_room(plugin->config_size),
                                     .state = bare_room(plugin->state_size),
                                     .session = 1};
    for (size_t i = 0; i < plugin->option_count; i++) {
        values[i] = plugin->options[i].fallback;
    }
    if (plugin->configure && plugin->configure(&context, values, &properties) != DRILL_OK) {
        abort();
    }
    free(values);
}

void bare_open(void)
{
    struct drill_buffer out = {.data = reply, .capacity = sizeof(reply)};
    if (context.state) {
        memset(context.state, 0, bare_plugin->state_size);
    }
    if (bare_plugin->open && bare_plugin->open(&context, &out) != DRILL_SILENT) {
        abort();
    }
}

struct drill_bytes bare_transform(const uint8_t *data, size_t size)
{
    struct drill_buffer out = {.data = reply, .capacity = sizeof(reply)};
    struct drill_bytes in = {data, size};
    if (bare_plugin->transform(&context, in, &out) != DRILL_OK || out.overflow) {
        abort();
    }
    return (struct drill_bytes){out.data, out.size};
}

/* `cuts` NULL: in pieces of the receive buffer. */
static void answer_stream(struct answer *answer, const uint8_t *data, size_t size,
                          struct rig_cuts *cuts)
{
    size_t at = 0;
    answer->size = 0;
    bare_open();
    while (at < size) {
        size_t next = cuts ? rig_cuts_next(cuts, size - at) : size - at;
        next = next < BARE_RECV_BYTES ? next : BARE_RECV_BYTES;
        struct drill_bytes said = bare_transform(data + at, next);
        if (said.size > sizeof(answer->bytes) - answer->size) {
            abort();
        }
        memcpy(answer->bytes + answer->size, said.data, said.size);
        answer->size += said.size;
        at += next;
    }
}

static void answer_datagrams(const uint8_t *data, size_t size, struct rig_cuts *cuts)
{
    do {
        size_t next = cuts && size > 0 ? rig_cuts_next(cuts, size) : size;
        (void)bare_transform(data, next < BARE_RECV_BYTES ? next : BARE_RECV_BYTES);
        data += next;
        size -= next;
    } while (size > 0);
}

void bare_play(const uint8_t *data, size_t size)
{
    size = size < RIG_INPUT_BYTES_MAX ? size : RIG_INPUT_BYTES_MAX;
    struct rig_cuts cuts = rig_cuts_of(data, size);
    if (bare_plugin->transports & DRILL_UDP) {
        bare_open();
        answer_datagrams(data, size, NULL);
        answer_datagrams(data, size, &cuts);
        return;
    }
    answer_stream(&whole, data, size, NULL);
    answer_stream(&cut, data, size, &cuts);
    if (whole.size != cut.size || memcmp(whole.bytes, cut.bytes, whole.size) != 0) {
        abort();
    }
}
