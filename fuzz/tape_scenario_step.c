/* SPDX-License-Identifier: MIT */
/* Steps, one object each. */
#include <errno.h>
#include <string.h>

#include "tape_scenario_internal.h"

static json_t *integer(uint64_t number)
{
    return json_integer((json_int_t)number);
}

static void put_within(struct writer *writer, json_t *step, uint64_t within_ms)
{
    if (within_ms != TAPE_WITHIN_MS) {
        writer_put(writer, step, "within_ms", integer(within_ms));
    }
}

static void write_connect(struct writer *writer, const struct plan_step *from, json_t *step)
{
    static const char *const words[] = {
        [PLAN_CONNECTED] = "connected", [PLAN_CONNECT_REFUSED] = "refused", [PLAN_HUNG] = "hung"};
    writer_put(writer, step, "connect", json_object());
    if (from->connect != PLAN_CONNECTED || writer->mark_connect) {
        writer_put(writer, step, "outcome", json_string(words[from->connect]));
        writer->mark_connect = false;
    }
}

static void write_send(struct writer *writer, const struct plan_step *from, json_t *step)
{
    static const char *const words[] = {
        [PLAN_SENT] = "sent", [PLAN_SEND_BROKEN] = "broken", [PLAN_SEND_REFUSED] = "refused"};
    writer_put(writer, step, "send", writer_payload(writer, &from->send.payload));
    if (from->send.cut_every) {
        writer_put(writer, step, "cuts", json_string("every"));
    } else if (from->send.cut_count > 0) {
        json_t *cuts = json_array();
        for (size_t i = 0; i < from->send.cut_count; i++) {
            writer_append(writer, cuts, integer(from->send.cuts[i]));
        }
        writer_put(writer, step, "cuts", cuts);
    }
    if (!from->send.settle) {
        writer_put(writer, step, "settle", json_false());
    }
    if (from->send.outcome != PLAN_SENT) {
        writer_put(writer, step, "outcome", json_string(words[from->send.outcome]));
    }
}

static json_t *wrapped(struct writer *writer, const char *key, json_t *value)
{
    json_t *object = json_object();
    writer_put(writer, object, key, value);
    return object;
}

static void write_expect(struct writer *writer, const struct plan_step *from, json_t *step)
{
    json_t *value = NULL;
    switch (from->expect.kind) {
    case PLAN_EXACT:
        value = writer_payload(writer, &from->expect.payload);
        break;
    case PLAN_PREFIX:
        value = wrapped(writer, "prefix", writer_payload(writer, &from->expect.payload));
        break;
    case PLAN_REGEX:
        value = wrapped(writer, "regex", writer_text(from->expect.pattern_text));
        break;
    case PLAN_SIZE:
        value = wrapped(writer, "size", integer(from->expect.size));
        break;
    }
    writer_put(writer, step, "expect", value);
    put_within(writer, step, from->expect.within_ms);
}

static void write_expect_end(struct writer *writer, const struct plan_step *from, json_t *step)
{
    json_t *ends = json_array();
    if (from->expect_end.ends & PLAN_END_EOF) {
        writer_append(writer, ends, json_string("eof"));
    }
    if (from->expect_end.ends & PLAN_END_RESET) {
        writer_append(writer, ends, json_string("reset"));
    }
    bool one = json_array_size(ends) == 1;
    writer_put(writer, step, "expect_end",
               one ? json_incref(json_array_get(ends, 0)) : json_incref(ends));
    json_decref(ends);
    put_within(writer, step, from->expect_end.within_ms);
}

static json_t *sizes_list(struct writer *writer, const struct plan_expect_server *expected)
{
    json_t *sizes = json_array();
    for (size_t i = 0; i < expected->recv_size_count; i++) {
        writer_append(writer, sizes, integer(expected->recv_sizes[i]));
    }
    return sizes;
}

static json_t *peers_list(struct writer *writer, const struct plan_expect_server *expected)
{
    json_t *peers = json_array();
    for (size_t i = 0; i < expected->peer_count; i++) {
        writer_append(writer, peers, writer_client(writer, expected->peers[i]));
    }
    return peers;
}

/* The keys of `ends` name clients: a `$` in them is doubled, too. */
static json_t *ends_object(struct writer *writer, const struct plan_expect_server *expected)
{
    json_t *ends = json_object();
    for (size_t i = 0; i < expected->end_count; i++) {
        json_t *name = writer_client(writer, expected->ends[i].client);
        if (!name) {
            writer->status = -ENOMEM;
            continue;
        }
        writer_put(writer, ends, json_string_value(name),
                   json_string(session_end_name(expected->ends[i].end)));
        json_decref(name);
    }
    return ends;
}

json_t *writer_expect_server(struct writer *writer, const struct plan_expect_server *expected)
{
    json_t *object = json_object();
    if (expected->has_sessions) {
        writer_put(writer, object, "sessions", integer(expected->sessions));
    }
    if (expected->has_bytes_received) {
        writer_put(writer, object, "bytes_received", integer(expected->bytes_received));
    }
    if (expected->has_truncated) {
        writer_put(writer, object, "truncated", integer(expected->truncated));
    }
    if (expected->has_recv_sizes) {
        writer_put(writer, object, "recv_sizes", sizes_list(writer, expected));
    }
    if (expected->session != PLAN_NONE) {
        writer_put(writer, object, "session", writer_client(writer, expected->session));
    }
    if (expected->has_peers) {
        writer_put(writer, object, "peers", peers_list(writer, expected));
    }
    if (expected->end_count > 0) {
        writer_put(writer, object, "ends", ends_object(writer, expected));
    }
    if (expected->alive) {
        writer_put(writer, object, "alive", json_true());
    }
    return object;
}

static void write_server(struct writer *writer, const struct plan_step *from, json_t *step)
{
    json_t *change =
        from->server == PLAN_STOP
            ? wrapped(writer, "stop", json_true())
            : wrapped(writer, "accepting", json_boolean(from->server == PLAN_ACCEPTING_ON));
    writer_put(writer, step, "server", change);
}

/* Nested repeats need an index of their own each, though nothing mentions it. */
static void write_repeat(struct writer *writer, const struct plan_step *from, json_t *step)
{
    static const char *const names[PLAN_REPEAT_DEPTH_MAX] = {"i", "j", "k", "l",
                                                             "m", "n", "o", "p"};
    ASSERT(writer->repeats < PLAN_REPEAT_DEPTH_MAX);
    writer_put(writer, step, "repeat", integer(from->repeat.count));
    if (writer->repeats > 0) {
        writer_put(writer, step, "index", json_string(names[writer->repeats]));
    }
    writer->repeats++;
    writer_put(writer, step, "steps", writer_steps(writer, &from->repeat.body));
    writer->repeats--;
}

static void write_together(struct writer *writer, const struct plan_step *from, json_t *step)
{
    json_t *lanes = json_array();
    for (size_t i = 0; i < from->together.lane_count; i++) {
        writer_append(writer, lanes, writer_steps(writer, &from->together.lanes[i]));
    }
    writer_put(writer, step, "together", lanes);
    if (from->together.has_seed) {
        writer_put(writer, step, "seed", integer(from->together.seed));
    }
}

static void write_verb(struct writer *writer, const struct plan_step *from, json_t *step)
{
    switch (from->verb) {
    case PLAN_CONNECT:
        write_connect(writer, from, step);
        return;
    case PLAN_SEND:
        write_send(writer, from, step);
        return;
    case PLAN_EXPECT:
        write_expect(writer, from, step);
        return;
    case PLAN_EXPECT_END:
        write_expect_end(writer, from, step);
        return;
    case PLAN_EXPECT_SILENCE:
        writer_put(writer, step, "expect_silence", integer(from->silence_ms));
        return;
    case PLAN_SERVER:
        write_server(writer, from, step);
        return;
    case PLAN_EXPECT_SERVER:
        writer_put(writer, step, "expect_server",
                   writer_expect_server(writer, from->expect_server));
        return;
    case PLAN_WAIT:
        writer_put(writer, step, "wait_ms", integer(from->wait_ms));
        return;
    case PLAN_REPEAT:
        write_repeat(writer, from, step);
        return;
    case PLAN_TOGETHER:
        write_together(writer, from, step);
        return;
    case PLAN_HALF_CLOSE:
    case PLAN_CLOSE:
    case PLAN_RESET:
    case PLAN_PAUSE:
    case PLAN_RESUME:
    case PLAN_FILL_BACKLOG:
        writer_put(writer, step, plan_verb_name(from->verb), json_object());
        return;
    }
}

static json_t *step_object(struct writer *writer, const struct plan_step *from)
{
    json_t *step = json_object();
    if (from->client != PLAN_NONE && strcmp(writer->plan->clients[from->client], "client") != 0) {
        writer_put(writer, step, "as", writer_client(writer, from->client));
    }
    write_verb(writer, from, step);
    return step;
}

/* What an unrolled repeat did with its index cannot be told from its copies: they are written one
 * after another. */
static void append_steps(struct writer *writer, const struct plan_steps *steps, json_t *list)
{
    for (size_t i = 0; i < steps->count; i++) {
        const struct plan_step *step = &steps->steps[i];
        if (step->verb == PLAN_REPEAT && step->repeat.unrolled) {
            struct plan_steps copies = tape_repeat_steps(step);
            append_steps(writer, &copies, list);
        } else {
            writer_append(writer, list, step_object(writer, step));
        }
    }
}

json_t *writer_steps(struct writer *writer, const struct plan_steps *steps)
{
    json_t *list = json_array();
    append_steps(writer, steps, list);
    return list;
}
