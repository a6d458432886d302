/* SPDX-License-Identifier: MIT */
#include "plugin_shadow.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int plugin_shadow_init(struct plugin_shadow *shadow, struct plugin_listener *plugin,
                       size_t reply_max)
{
    size_t state_size = plugin->plugin->descriptor.state_size;
    *shadow = (struct plugin_shadow){
        .plugin = plugin,
        .state = state_size > 0 ? malloc(state_size) : NULL,
        .reply = malloc(reply_max),
        .reply_max = reply_max,
    };
    if (!shadow->reply || (!shadow->state && state_size > 0)) {
        plugin_shadow_fini(shadow);
        return -ENOMEM;
    }
    return 0;
}

void plugin_shadow_fini(struct plugin_shadow *shadow)
{
    free(shadow->state);
    free(shadow->reply);
    *shadow = (struct plugin_shadow){0};
}

static const struct drill_descriptor *shadow_plugin(const struct plugin_shadow *shadow)
{
    return &shadow->plugin->plugin->descriptor;
}

static struct plugin_call shadow_call(const struct plugin_shadow *shadow, struct drill_buffer *out)
{
    *out = (struct drill_buffer){.data = shadow->reply, .capacity = shadow->reply_max};
    return plugin_call_make(shadow->plugin, shadow->session, shadow->state);
}

static void shadow_answer(struct plugin_shadow *shadow, enum drill_status status,
                          const struct drill_buffer *out)
{
    bool whole = out->data == shadow->reply && out->capacity == shadow->reply_max &&
                 out->overflow == 0 && out->size <= out->capacity;
    if ((status == DRILL_OK || status == DRILL_CLOSE) && whole && out->size > 0) {
        shadow->answered(shadow->owner, out->data, out->size);
    }
    shadow->on = whole && (status == DRILL_OK || status == DRILL_SILENT);
}

void plugin_shadow_open(struct plugin_shadow *shadow, uint64_t session)
{
    const struct drill_descriptor *plugin = shadow_plugin(shadow);
    struct drill_buffer out;
    shadow->session = session;
    shadow->on = true;
    if (shadow->state) {
        memset(shadow->state, 0, plugin->state_size);
    }
    if (plugin->open) {
        struct plugin_call call = shadow_call(shadow, &out);
        shadow_answer(shadow, plugin->open(&call.public, &out), &out);
    }
}

size_t plugin_shadow_next(struct plugin_shadow *shadow, const uint8_t *data, size_t size)
{
    const struct drill_descriptor *plugin = shadow_plugin(shadow);
    if (!plugin->frame || size == 0) {
        return size;
    }
    struct drill_buffer out;
    struct plugin_call call = shadow_call(shadow, &out);
    shadow->plugin->framing = true;
    size_t length = plugin->frame(&call.public, (struct drill_bytes){data, size});
    shadow->plugin->framing = false;
    return length <= size ? length : 0;
}

void plugin_shadow_receive(struct plugin_shadow *shadow, const uint8_t *data, size_t size)
{
    if (!shadow->on) {
        return;
    }
    struct drill_buffer out;
    struct plugin_call call = shadow_call(shadow, &out);
    enum drill_status status =
        shadow_plugin(shadow)->transform(&call.public, (struct drill_bytes){data, size}, &out);
    shadow_answer(shadow, status, &out);
}

void plugin_shadow_finish(struct plugin_shadow *shadow, const uint8_t *rest, size_t size)
{
    const struct drill_descriptor *plugin = shadow_plugin(shadow);
    if (!shadow->on || !plugin->eof) {
        return;
    }
    struct drill_buffer out;
    struct plugin_call call = shadow_call(shadow, &out);
    enum drill_status status =
        plugin->eof(&call.public, (struct drill_bytes){size > 0 ? rest : NULL, size}, &out);
    shadow_answer(shadow, status, &out);
}

void plugin_shadow_close(struct plugin_shadow *shadow)
{
    const struct drill_descriptor *plugin = shadow_plugin(shadow);
    shadow->on = false;
    if (plugin->close) {
        struct drill_buffer out;
        struct plugin_call call = shadow_call(shadow, &out);
        plugin->close(&call.public);
    }
}
