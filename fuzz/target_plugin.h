/* SPDX-License-Identifier: MIT */
/* The plugin that a target is about: FUZZ_PLUGIN is set by drill_add_fuzzers(), which also links
 * the plugin's sources. */
#ifndef DRILL_FUZZ_TARGET_PLUGIN_H
#define DRILL_FUZZ_TARGET_PLUGIN_H

#include <sockdrill/plugin.h>

extern const struct drill_descriptor FUZZ_PLUGIN;

#endif
