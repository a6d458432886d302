/* SPDX-License-Identifier: MIT */
/* Puts itself in front of each callback of a plugin's descriptor. */
#include "plugin_note.h"

static const char *const names[PLUGIN_CALLBACK_COUNT] = {
    [PLUGIN_CALLBACK_NONE] = "none",   [PLUGIN_CALLBACK_CONFIGURE] = "configure",
    [PLUGIN_CALLBACK_OPEN] = "open",   [PLUGIN_CALLBACK_TRANSFORM] = "transform",
    [PLUGIN_CALLBACK_FRAME] = "frame", [PLUGIN_CALLBACK_EOF] = "eof",
    [PLUGIN_CALLBACK_WAKE] = "wake",   [PLUGIN_CALLBACK_CLOSE] = "close",
};

const char *plugin_callback_name(enum plugin_callback callback)
{
    ASSERT((unsigned)callback < PLUGIN_CALLBACK_COUNT);
    return names[callback];
}

/* The plugin behind a call that begins. */
static const struct plugin *begin(const struct drill_context *context,
                                  enum plugin_callback callback)
{
    const struct plugin_call *call = (const struct plugin_call *)(const void *)context;
    const struct plugin *plugin = call->listener->plugin;
    *plugin->note = (uint32_t)callback;
    return plugin;
}

static void end(const struct plugin *plugin)
{
    *plugin->note = PLUGIN_CALLBACK_NONE;
}

static enum drill_status note_configure(const struct drill_context *context,
                                        const struct drill_value *values, uint32_t *properties)
{
    const struct plugin *plugin = begin(context, PLUGIN_CALLBACK_CONFIGURE);
    enum drill_status status = plugin->noted.configure(context, values, properties);
    end(plugin);
    return status;
}

static enum drill_status note_open(const struct drill_context *context, struct drill_buffer *out)
{
    const struct plugin *plugin = begin(context, PLUGIN_CALLBACK_OPEN);
    enum drill_status status = plugin->noted.open(context, out);
    end(plugin);
    return status;
}

static enum drill_status note_transform(const struct drill_context *context, struct drill_bytes in,
                                        struct drill_buffer *out)
{
    const struct plugin *plugin = begin(context, PLUGIN_CALLBACK_TRANSFORM);
    enum drill_status status = plugin->noted.transform(context, in, out);
    end(plugin);
    return status;
}

static size_t note_frame(const struct drill_context *context, struct drill_bytes in)
{
    const struct plugin *plugin = begin(context, PLUGIN_CALLBACK_FRAME);
    size_t length = plugin->noted.frame(context, in);
    end(plugin);
    return length;
}

static enum drill_status note_eof(const struct drill_context *context, struct drill_bytes rest,
                                  struct drill_buffer *out)
{
    const struct plugin *plugin = begin(context, PLUGIN_CALLBACK_EOF);
    enum drill_status status = plugin->noted.eof(context, rest, out);
    end(plugin);
    return status;
}

static enum drill_status note_wake(const struct drill_context *context, struct drill_buffer *out)
{
    const struct plugin *plugin = begin(context, PLUGIN_CALLBACK_WAKE);
    enum drill_status status = plugin->noted.wake(context, out);
    end(plugin);
    return status;
}

static void note_close(const struct drill_context *context)
{
    const struct plugin *plugin = begin(context, PLUGIN_CALLBACK_CLOSE);
    plugin->noted.close(context);
    end(plugin);
}

void plugin_note_callbacks(struct plugin *plugin, volatile uint32_t *note)
{
    struct drill_descriptor *descriptor = &plugin->descriptor;
    ASSERT(!plugin->note);
    plugin->note = note;
    plugin->noted = *descriptor;
    descriptor->transform = note_transform;
    descriptor->configure = descriptor->configure ? note_configure : NULL;
    descriptor->open = descriptor->open ? note_open : NULL;
    descriptor->frame = descriptor->frame ? note_frame : NULL;
    descriptor->eof = descriptor->eof ? note_eof : NULL;
    descriptor->wake = descriptor->wake ? note_wake : NULL;
    descriptor->close = descriptor->close ? note_close : NULL;
}
