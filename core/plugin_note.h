/* SPDX-License-Identifier: MIT */
/*
 * Notes which callback of a plugin runs, in memory that outlives a crash of the process.
 *
 * A backtrace cannot tell reliably: compilers turn last calls into jumps, and deep recursion leaves
 * no room for the outermost frames. One thread.
 */
#ifndef DRILL_CORE_PLUGIN_NOTE_H
#define DRILL_CORE_PLUGIN_NOTE_H

#include "plugin_host.h"

enum plugin_callback {
    PLUGIN_CALLBACK_NONE,
    PLUGIN_CALLBACK_CONFIGURE,
    PLUGIN_CALLBACK_OPEN,
    PLUGIN_CALLBACK_TRANSFORM,
    PLUGIN_CALLBACK_FRAME,
    PLUGIN_CALLBACK_EOF,
    PLUGIN_CALLBACK_WAKE,
    PLUGIN_CALLBACK_CLOSE
};
#define PLUGIN_CALLBACK_COUNT (PLUGIN_CALLBACK_CLOSE + 1)

/* "none", "configure", ... as the descriptor calls them. */
const char *plugin_callback_name(enum plugin_callback callback);

/* From now on `*note`, which outlives the plugin, holds the enum plugin_callback that runs. Once,
 * and before the plugin is listened with. */
void plugin_note_callbacks(struct plugin *plugin, volatile uint32_t *note);

#endif
