/* SPDX-License-Identifier: MIT */
/*
 * How a session ended, as the server saw it. The first terminal event decides. Values only.
 */
#ifndef DRILL_CORE_SESSION_END_H
#define DRILL_CORE_SESSION_END_H

enum session_end {
    SESSION_OPEN,           /* it has not */
    SESSION_EOF,            /* receive returned 0 and the reply is drained */
    SESSION_RESET,          /* a receive failed */
    SESSION_BROKEN,         /* a send failed */
    SESSION_PLUGIN,         /* the plugin asked to close */
    SESSION_PROTOCOL_ERROR, /* the peer broke the plugin's protocol */
    SESSION_LIMIT,          /* messages_per_session */
    SESSION_IDLE,           /* idle_timeout_ms */
    SESSION_STOPPED,        /* the server stopped first */
    SESSION_FAILURE /* the plugin failed: internal error, overflow, a declared property broken */
};
#define SESSION_END_COUNT (SESSION_FAILURE + 1)

/* "open", "eof", "reset", "broken", "plugin", "protocol_error", "limit", "idle", "stopped",
 * "failure". */
const char *session_end_name(enum session_end end);

/* The reverse; SESSION_END_COUNT for an unknown name. */
enum session_end session_end_parse(const char *name);

#endif
