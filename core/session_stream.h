/* SPDX-License-Identifier: MIT */
/*
 * The TCP half of a session: receive, frame, transform, answer, drain. Internal to session.c.
 */
#ifndef DRILL_CORE_SESSION_STREAM_H
#define DRILL_CORE_SESSION_STREAM_H

#include "session.h"

/* The loop's call: drains the reply, or else receives once. */
void session_stream_ready(struct loop_watch *watch, uint32_t events);

/* Calls `wake` unless reply is pending; then as soon as it is drained. */
void session_stream_wake(struct session *session);

/* Acts on what a callback returned and wrote, then goes on with input that waits. `in_size` as in
 * session_answer_fault. Whether the session still lives. */
bool session_stream_answer(struct session *session, enum drill_status status,
                           const struct drill_buffer *out, size_t in_size);

#endif
