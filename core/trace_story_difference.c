/* SPDX-License-Identifier: MIT */
/* Where two stories part. */
#include <string.h>

#include "trace_story.h"
#include "trace_story_internal.h"

/* What is compared of a party is compared apart: TCP is free to cut a stream anywhere, and so it
 * depends on chance which of a party's sends stand between which of its receives. */
enum track { TRACK_RECEIVED, TRACK_SENT, TRACK_OTHER };
#define TRACK_COUNT (TRACK_OTHER + 1)

/* One party's events in one story, and the place that was reached on one track. */
struct row {
    const struct trace_story *story;
    const uint32_t *events;
    size_t count;
    size_t place;
    uint64_t offset; /* within the bytes that the event at `place` moved */
};

static struct row row_of(const struct trace_story *story, uint32_t party)
{
    struct row row = {.story = story};
    if (party != TRACE_NOBODY) {
        uint32_t first = story->firsts[party];
        row.events = story->told + first;
        row.count = story->firsts[party + 1] - first;
    }
    return row;
}

static const struct trace_event *row_event(const struct row *row)
{
    return row->place < row->count ? &row->story->view.events[row->events[row->place]] : NULL;
}

static enum track track_of(const struct trace_event *event)
{
    switch (event->kind) {
    case WORLD_CALL_RECV:
    case WORLD_CALL_RECVFROM:
        return TRACK_RECEIVED;
    case WORLD_CALL_SEND:
    case WORLD_CALL_SENDTO:
        return TRACK_SENT;
    default:
        return TRACK_OTHER;
    }
}

/* On to the next event of the track, unless the one here is. */
static void row_find(struct row *row, enum track track)
{
    while (row->place < row->count && track_of(row_event(row)) != track) {
        row->place++;
    }
}

/* Whether there is no event here for lack of room perhaps, which tells nothing. */
static bool row_was_cut(const struct row *row)
{
    return row->place == row->count && row->story->view.omitted > 0;
}

static uint32_t row_rank(const struct row *row)
{
    return row->place < row->count ? row->story->ranks[row->events[row->place]] : UINT32_MAX;
}

static uint32_t row_peer(const struct row *row)
{
    return row->story->peer_of[row->events[row->place]];
}

static uint32_t counterpart(const struct trace_story *story, const struct trace_party *party)
{
    struct story_name name = {party->name, strlen(party->name)};
    return trace_story_find(story, party->role, name);
}

static bool same_peer(const struct row *a, const struct row *b)
{
    uint32_t of_a = row_peer(a);
    uint32_t of_b = row_peer(b);
    if (of_a == TRACE_NOBODY || of_b == TRACE_NOBODY) {
        return of_a == of_b;
    }
    return strcmp(a->story->parties[of_a].name, b->story->parties[of_b].name) == 0;
}

static bool same_result(const struct trace_event *a, const struct trace_event *b)
{
    bool numbers = a->kind == WORLD_CALL_SOCKET || a->kind == WORLD_CALL_ACCEPT;
    if (numbers && a->result >= 0 && b->result >= 0) {
        return true;
    }
    return a->result == b->result;
}

/* The room for what is received is the reader's own affair, and what is offered to a stream depends
 * on where it was cut before. */
static bool same_argument(const struct trace_event *a, const struct trace_event *b)
{
    if (track_of(a) == TRACK_RECEIVED || a->kind == WORLD_CALL_SEND) {
        return true;
    }
    return a->argument == b->argument && a->value == b->value;
}

/* Whether the next `size` bytes of both are the same, as far as both were kept. */
static bool same_bytes(const struct row *a, const struct row *b, uint64_t size)
{
    const struct trace_event *of_a = row_event(a);
    const struct trace_event *of_b = row_event(b);
    uint64_t kept_a = of_a->size > a->offset ? of_a->size - a->offset : 0;
    uint64_t kept_b = of_b->size > b->offset ? of_b->size - b->offset : 0;
    uint64_t kept = kept_a < kept_b ? kept_a : kept_b;
    size_t known = (size_t)(kept < size ? kept : size);
    return known == 0 || memcmp(a->story->view.data + of_a->data + a->offset,
                                b->story->view.data + of_b->data + b->offset, known) == 0;
}

static bool same_event(const struct row *a, const struct row *b)
{
    const struct trace_event *of_a = row_event(a);
    const struct trace_event *of_b = row_event(b);
    return of_a->kind == of_b->kind && same_result(of_a, of_b) && same_argument(of_a, of_b) &&
           same_bytes(a, b, UINT64_MAX) && same_peer(a, b);
}

/* Whether the event moves bytes that TCP is free to cut. The sizes of the server's receives are
 * what a story is about: they are settled, and so they are compared. */
static bool is_streamed(const struct row *row, enum trace_role role)
{
    const struct trace_event *event = row_event(row);
    bool cut = event->kind == WORLD_CALL_SEND ||
               (event->kind == WORLD_CALL_RECV && role == TRACE_ROLE_CLIENT);
    return cut && trace_event_moved(event) > 0;
}

static void row_advance(struct row *row, uint64_t bytes)
{
    row->offset += bytes;
    if (row->offset >= trace_event_moved(row_event(row))) {
        row->offset = 0;
        row->place++;
    }
}

/* Goes as far as both streams can. False where they differ. */
static bool same_stream(struct row *a, struct row *b)
{
    uint64_t left_a = trace_event_moved(row_event(a)) - a->offset;
    uint64_t left_b = trace_event_moved(row_event(b)) - b->offset;
    uint64_t left = left_a < left_b ? left_a : left_b;
    if (!same_bytes(a, b, left)) {
        return false;
    }
    row_advance(a, left);
    row_advance(b, left);
    return true;
}

/* Walks one track to its end or to where the rows differ. Whether they do. */
static bool rows_differ(struct row *a, struct row *b, enum track track, enum trace_role role)
{
    for (;;) {
        row_find(a, track);
        row_find(b, track);
        if (!row_event(a) || !row_event(b)) {
            return (row_event(a) || row_event(b)) && !row_was_cut(a) && !row_was_cut(b);
        }
        if (is_streamed(a, role) && is_streamed(b, role)) {
            if (!same_stream(a, b)) {
                return true;
            }
        } else if (a->offset > 0 || b->offset > 0 || !same_event(a, b)) {
            return true;
        } else {
            a->place++;
            b->place++;
        }
    }
}

/* The difference that was found so far, and how many events were told before it. */
struct search {
    struct trace_story_difference *found;
    uint32_t rank;
    bool any;
};

static void search_party(struct search *search, const struct trace_party *party,
                         const struct row *a, const struct row *b)
{
    for (int track = 0; track < TRACK_COUNT; track++) {
        struct row at_a = *a;
        struct row at_b = *b;
        if (!rows_differ(&at_a, &at_b, (enum track)track, party->role)) {
            continue;
        }
        uint32_t rank_a = row_rank(&at_a);
        uint32_t rank_b = row_rank(&at_b);
        uint32_t rank = rank_a < rank_b ? rank_a : rank_b;
        if (!search->any || rank < search->rank) {
            search->any = true;
            search->rank = rank;
            *search->found = (struct trace_story_difference){
                .label = party->label,
                .agreed = at_a.place < at_a.count ? at_a.place : at_b.place,
                .a = row_event(&at_a),
                .b = row_event(&at_b),
            };
        }
    }
}

bool trace_story_first_difference(const struct trace_story *a, const struct trace_story *b,
                                  struct trace_story_difference *difference)
{
    struct search search = {.found = difference};
    for (uint32_t i = 0; i < a->party_count; i++) {
        struct row of_a = row_of(a, i);
        struct row of_b = row_of(b, counterpart(b, &a->parties[i]));
        search_party(&search, &a->parties[i], &of_a, &of_b);
    }
    for (uint32_t i = 0; i < b->party_count; i++) {
        if (counterpart(a, &b->parties[i]) == TRACE_NOBODY) {
            struct row of_a = {.story = a};
            struct row of_b = row_of(b, i);
            search_party(&search, &b->parties[i], &of_a, &of_b);
        }
    }
    return search.any;
}
