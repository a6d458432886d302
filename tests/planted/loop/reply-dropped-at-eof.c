/* SPDX-License-Identifier: MIT */
/*
 * The stream half of a session, with echo-at-eof, which answers everything at its peer's end.
 *
 * Planted: a session that closes at its peer's end does not wait until its reply is drained, so
 * that what the network did not take at once is dropped. Seen by: replay (a reply that the loop
 * lost), or conserved. A peer that does not read causes it, and so does an injected short count.
 */
#include "session_stream.h"

static bool planted_has_pending(const struct session *session)
{
    return session->closing != SESSION_EOF && session_has_pending(session);
}

#define session_has_pending planted_has_pending
#include "session_stream.c"
