/* SPDX-License-Identifier: MIT */
/*
 * What can be told of a plugin without running its code: a copy of its descriptor's data.
 *
 * The parent process never loads a plugin; a child does and sends this back (see plugin_catalog.h).
 * The scenario loader checks `options` against it. Immutable once made. Not thread-safe.
 */
#ifndef DRILL_CORE_PLUGIN_INFO_H
#define DRILL_CORE_PLUGIN_INFO_H

#include <stdbool.h>

#include <sockdrill/plugin.h>

#include "bytes.h"
#include "check.h"

struct plugin_info {
    char *name, *version, *summary, *path; /* owned; the summary may be "" */
    uint32_t transports, properties;
    bool has_frame, has_open, has_eof, has_wake;
    size_t message_max;           /* resolved: never 0 */
    struct drill_option *options; /* owned, with every string in it */
    size_t option_count;
};

struct plugin; /* plugin_host.h */

/* The wire form that a child writes and a parent reads on the same machine: 0 or -errno. Decoding
 * checks everything, because the child may have been taken over by the plugin it loaded: -EINVAL,
 * and nothing to free, for what plugin_load would have refused and for bytes that are cut or left
 * over. */
int plugin_info_encode(const struct plugin *plugin, struct bytes *wire);
int plugin_info_decode(const void *wire, size_t size, struct plugin_info **info);
void plugin_info_free(struct plugin_info *info);

/* The option called `name`, or -1. */
int plugin_info_option(const struct plugin_info *info, const char *name);

/*
 * Reads an option's value from text, as `serve` takes it: integers in decimal, booleans `true` and
 * `false`. A string stays borrowed from `text`. 0, or -EINVAL with a sentence; `value` is checked.
 * `plugin_option_check` tests a typed value: the range of an integer, 0 or 1 for a boolean, UTF-8
 * for a string, which may be NULL only where the fallback is.
 */
int plugin_option_parse(const struct drill_option *option, const char *text,
                        struct drill_value *value, struct drill_error *error);
int plugin_option_check(const struct drill_option *option, const struct drill_value *value,
                        struct drill_error *error);

#endif
