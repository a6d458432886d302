/* SPDX-License-Identifier: MIT */
/* Events of a trace in words, for those who show them to a person. Pure; nothing is printed here.
 */
#ifndef DRILL_CORE_TRACE_TEXT_H
#define DRILL_CORE_TRACE_TEXT_H

#include "trace.h"

/* No text is longer, its terminator counted. */
#define TRACE_TEXT_MAX 192

/* "recv(1024) = 5", "connect(127.0.0.1:9000) = EINPROGRESS", "accept = 7 from 127.0.0.1:32768",
 * "step 3"; of a client's mark only "client", since the name is in the store's data. Cut to `size`
 * bytes with the terminator, which is always there; returns the length before cutting. */
int trace_text_call(const struct trace_event *event, char *text, size_t size);

/* Whether a person does not want to see it unless asked for: what moves nothing and finds nothing
 * out. wait, pass, watch, getsockname, getpeername, questions whose answer is 0 or is no error, and
 * whatever ended with EAGAIN. */
bool trace_text_is_noise(const struct trace_event *event);

#endif
