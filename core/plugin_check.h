/* SPDX-License-Identifier: MIT */
/*
 * Checks what a plugin says of itself.
 *
 * Used on a descriptor by the process that loaded it and again on the description that this process
 * sends to its parent, because neither can be believed. Pure functions; any thread. The sentences
 * have no subject but "the name", "its option", so that callers can put the file in front.
 */
#ifndef DRILL_CORE_PLUGIN_CHECK_H
#define DRILL_CORE_PLUGIN_CHECK_H

#include <stdbool.h>

#include <sockdrill/plugin.h>

#include "check.h"

#define PLUGIN_STATE_BYTES_MAX       ((size_t)1 << 20)
#define PLUGIN_MESSAGE_BYTES_DEFAULT ((size_t)1 << 16)
#define PLUGIN_MESSAGE_BYTES_MAX     ((size_t)1 << 24)
#define PLUGIN_OPTIONS_MAX           256
#define PLUGIN_NAME_BYTES_MAX        64   /* of a plugin or an option */
#define PLUGIN_TEXT_BYTES_MAX        4096 /* of a version, summary, help or string fallback */

#define PLUGIN_TRANSPORTS (DRILL_TCP | DRILL_UDP)
#define PLUGIN_PROPERTIES                                                                          \
    (DRILL_SPLIT_INVARIANT | DRILL_LENGTH_PRESERVING | DRILL_ONE_REPLY_PER_DATAGRAM |              \
     DRILL_SHARED_STATE)

/* One to PLUGIN_NAME_BYTES_MAX letters, digits, '-' and '_' of ASCII. */
bool plugin_check_name(const char *name);

/* Well-formed UTF-8: RFC 3629. */
bool plugin_check_utf8(const char *text);

/* UTF-8 on one line: at most PLUGIN_TEXT_BYTES_MAX bytes, none of them a control character. */
bool plugin_check_line(const char *text);

/* Each 0, or -EINVAL with a sentence. */
int plugin_check_options(const struct drill_option *options, size_t count,
                         struct drill_error *error);
int plugin_check(const struct drill_descriptor *descriptor, struct drill_error *error);

#endif
