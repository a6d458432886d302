/* SPDX-License-Identifier: MIT */
/* Whose call an event of a trace is, in a word. Pure; thread-safe. */
#ifndef DRILL_REPORTS_TRACE_WHO_H
#define DRILL_REPORTS_TRACE_WHO_H

#include "trace_story.h"

/* "server:" and a name. */
#define TRACE_WHO_BYTES (TRACE_NAME_MAX + 16)

/* "bob", "server", "server:bob" for the server's side of bob, or "" for what is nobody's. Returns
 * `text`. */
const char *trace_who_text(const struct trace_story *story, size_t event,
                           char text[TRACE_WHO_BYTES]);
/* The same of the client it has to do with: see trace_story_peer. */
const char *trace_who_peer_text(const struct trace_story *story, size_t event,
                                char text[TRACE_WHO_BYTES]);

#endif
