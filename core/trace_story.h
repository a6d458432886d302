/* SPDX-License-Identifier: MIT */
/*
 * A trace told by who did what: each event belongs to a party, which has a name that is the same in
 * every world.
 *
 * Parties are the clients ("bob"), for each client the socket that was accepted for it ("the
 * server's side of bob"), and whatever else the server does ("the server"): its listeners, and the
 * one socket of a UDP server. A socket's party is known from its client's mark and from the address
 * that accept returned; numbers are used again after close, and so are addresses. Any trace that
 * trace_view lets through can be told, in linear time and memory. Lifetime: a story borrows the
 * blob of its view.
 */
#ifndef DRILL_CORE_TRACE_STORY_H
#define DRILL_CORE_TRACE_STORY_H

#include "trace.h"

#define TRACE_NOBODY UINT32_MAX

enum trace_role {
    TRACE_ROLE_SERVER, /* listeners, and what the server did elsewhere */
    TRACE_ROLE_SIDE,   /* the server's socket for one client */
    TRACE_ROLE_CLIENT
};

struct trace_party {
    enum trace_role role;
    const char *name;  /* of the client, at most TRACE_NAME_MAX bytes as the trace has them; "" for
                          the server and for clients that were never named */
    const char *label; /* "the server's side of bob" */
};

struct trace_story;

/* 0 or -ENOMEM. */
int trace_story_new(const struct trace_view *view, struct trace_story **story);
void trace_story_free(struct trace_story *story);

/* In order of appearance. Two parties never have the same role and name. */
size_t trace_story_party_count(const struct trace_story *story);
const struct trace_party *trace_story_party(const struct trace_story *story, uint32_t party);

/* Whose event it is (index of the view): a party, or TRACE_NOBODY for steps and for what the loop
 * does for all. */
uint32_t trace_story_of(const struct trace_story *story, size_t event);
/* With whom it has to do: the client that was accepted, that a datagram came from or goes to; else
 * TRACE_NOBODY. */
uint32_t trace_story_peer(const struct trace_story *story, size_t event);

/* Where two stories first part. Without those that trace_text_is_noise names, each party's
 * receives, sends and other calls are compared in order, each for themselves: kind, error or count,
 * what was asked for, bytes, and the client they have to do with; never ports, socket numbers or
 * times. What a client receives and what anybody sends to a stream is compared as bytes, however it
 * was cut. What parted earliest is told. */
struct trace_story_difference {
    const char *label;           /* whose events: "the server's side of bob"; borrowed of a story */
    size_t agreed;               /* how many of its events stand before */
    const struct trace_event *a; /* NULL: the story had ended */
    const struct trace_event *b;
};

/* False where both tell the same, as far as they were recorded: a story that ends for lack of room
 * differs in nothing from one that goes on. */
bool trace_story_first_difference(const struct trace_story *a, const struct trace_story *b,
                                  struct trace_story_difference *difference);

#endif
