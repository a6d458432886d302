/* SPDX-License-Identifier: MIT */
/* What clients received against what a step expects. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "pattern.h"
#include "run.h"

/* What one look at a client's unconsumed bytes said. */
struct look {
    enum { LOOK_MET, LOOK_NOT_YET, LOOK_DIFFERS } verdict;
    size_t consumed; /* LOOK_MET */
    size_t differs_at;
};

static void fail_evidence(struct run *run, const struct bytes *expected, const uint8_t *actual,
                          size_t actual_size, size_t around)
{
    struct result_failure *failure = &run->result->failure;
    if (expected) {
        result_evidence_bytes(&failure->expected, expected->data, expected->size, around);
    }
    result_evidence_bytes(&failure->actual, actual, actual_size, around);
}

static void fail_expected_text(struct run *run, const char *text)
{
    struct result_evidence *expected = &run->result->failure.expected;
    expected->kind = EVIDENCE_TEXT;
    expected->text = strdup(text);
}

/* Shows the bytes that nobody wanted beside what was wanted (NULL: nothing), where that failed the
 * run. */
static enum step_state fail_with_bytes(struct run *run, enum step_state state, const char *wanted,
                                       const uint8_t *data, size_t size)
{
    if (state == STEP_FAILED) {
        if (wanted) {
            fail_expected_text(run, wanted);
        }
        fail_evidence(run, NULL, data, size, 0);
    }
    return state;
}

/* A datagram must match as a whole; of a stream the beginning must. */
static struct look look_for_payload(struct run *run, const struct plan_step *step,
                                    const uint8_t *data, size_t size)
{
    const struct plan_payload *payload = &step->expect.payload;
    bool exact_datagram = run_is_udp(run) && step->expect.kind == PLAN_EXACT;
    size_t compared = size < payload->size ? size : payload->size;
    size_t same = payload_compare(payload, &run->payload, data, compared);
    if (same < compared || (exact_datagram && size != payload->size)) {
        return (struct look){LOOK_DIFFERS, 0, same};
    }
    if (size < payload->size) {
        return (struct look){run_is_udp(run) ? LOOK_DIFFERS : LOOK_NOT_YET, 0, same};
    }
    bool all = step->expect.kind == PLAN_PREFIX || run_is_udp(run);
    return (struct look){LOOK_MET, all ? size : payload->size, 0};
}

static struct look look_for_pattern(const struct plan_step *step, const uint8_t *data, size_t size,
                                    int *matched)
{
    *matched = pattern_match(step->expect.pattern, data ? data : (const uint8_t *)"", size);
    return (struct look){*matched == 1 ? LOOK_MET : LOOK_NOT_YET, size, 0};
}

static struct look look_for_size(const struct run *run, const struct plan_step *step, size_t size)
{
    size_t wanted = step->expect.size;
    bool met = run_is_udp(run) ? size == wanted : size >= wanted;
    if (met) {
        return (struct look){LOOK_MET, wanted, 0};
    }
    return (struct look){run_is_udp(run) ? LOOK_DIFFERS : LOOK_NOT_YET, 0, 0};
}

static const char *end_text(const struct client *client)
{
    if (client->end == PLAN_END_EOF) {
        return ", then the connection ended with eof";
    }
    return client->end == PLAN_END_RESET ? ", then the connection was reset" : "";
}

static const char *plural(size_t count)
{
    return count == 1 ? "" : "s";
}

/* `wanted` bytes of which too few, or over UDP a datagram of another size, came in time. */
static enum step_state fail_amount(struct run *run, struct lane *lane, const struct plan_step *step,
                                   const struct client *client, const struct look *look,
                                   size_t size, size_t wanted)
{
    unsigned long long within_ms = step->expect.within_ms;
    if (!run_is_udp(run)) {
        return run_disappointed(run, lane, VERDICT_FAIL,
                                "expect: %zu of %zu byte%s arrived within %llu ms%s", size, wanted,
                                plural(wanted), within_ms, end_text(client));
    }
    if (look->verdict == LOOK_NOT_YET) {
        return run_disappointed(run, lane, VERDICT_FAIL,
                                "expect: no datagram arrived within %llu ms", within_ms);
    }
    return run_disappointed(
        run, lane, VERDICT_FAIL, "expect: the datagram has %zu byte%s instead of %s%zu", size,
        plural(size), step->expect.kind == PLAN_PREFIX ? "at least " : "", wanted);
}

static enum step_state fail_unmet(struct run *run, struct lane *lane, const struct plan_step *step,
                                  const struct client *client, const struct look *look,
                                  const uint8_t *data, size_t size)
{
    enum step_state state = STEP_DONE;
    const struct bytes *expected = NULL;
    char text[64] = "";
    switch (step->expect.kind) {
    case PLAN_EXACT:
    case PLAN_PREFIX:
        expected = &run->payload;
        if (look->verdict == LOOK_DIFFERS && look->differs_at < size &&
            look->differs_at < run->payload.size) {
            state = run_disappointed(run, lane, VERDICT_FAIL,
                                     "expect: byte %zu differs from what was expected",
                                     look->differs_at);
        } else {
            state = fail_amount(run, lane, step, client, look, size, run->payload.size);
        }
        break;
    case PLAN_REGEX:
        state =
            run_disappointed(run, lane, VERDICT_FAIL,
                             "expect: what arrived within %llu ms does not match the expression%s",
                             (unsigned long long)step->expect.within_ms, end_text(client));
        break;
    case PLAN_SIZE:
        state = fail_amount(run, lane, step, client, look, size, step->expect.size);
        snprintf(text, sizeof(text), "%zu byte%s", step->expect.size, plural(step->expect.size));
        break;
    }
    if (state == STEP_FAILED) {
        fail_evidence(run, expected, data, size, expected ? look->differs_at : 0);
        if (!expected) {
            fail_expected_text(run,
                               step->expect.kind == PLAN_REGEX ? step->expect.pattern_text : text);
        }
    }
    return state;
}

/* Looks at unconsumed bytes of which `any` says whether there are some. */
static enum step_state look_at(struct run *run, struct lane *lane, const struct plan_step *step,
                               bool any, const uint8_t *data, size_t size, struct look *look)
{
    int matched = 0;
    look->verdict = LOOK_NOT_YET;
    if (run_is_udp(run) && !any) {
        return STEP_DONE;
    }
    switch (step->expect.kind) {
    case PLAN_EXACT:
    case PLAN_PREFIX:
        *look = look_for_payload(run, step, data, size);
        break;
    case PLAN_REGEX:
        /* No bytes yet are not an empty match: more may come until the time is over. */
        if (any || run->clock.now_ns >= lane->deadline_ns) {
            *look = look_for_pattern(step, data, size, &matched);
        }
        break;
    case PLAN_SIZE:
        *look = look_for_size(run, step, size);
        break;
    }
    if (matched < 0) {
        return run_disappointed(
            run, lane, VERDICT_ERROR,
            "expect: matching the expression took too much work; make it simpler");
    }
    return STEP_DONE;
}

enum step_state expect_bytes(struct run *run, struct lane *lane, const struct plan_step *step)
{
    struct connection *connection = run_current(run, step->client);
    if (!connection) {
        return run_disappointed(run, lane, VERDICT_FAIL, "expect: the client is not connected");
    }
    struct client *client = &connection->client;
    const uint8_t *data = NULL;
    size_t size = 0;
    struct look look = {0};
    if (payload_render(run, &step->expect.payload, &run->payload) != 0) {
        return run_machine_failed(run, -ENOMEM);
    }
    bool any = client_unconsumed(client, &data, &size);
    enum step_state state = look_at(run, lane, step, any, data, size, &look);
    if (state != STEP_DONE) {
        return state;
    }
    if (look.verdict == LOOK_MET) {
        if (payload_capture(run, &step->expect.payload, data) != 0) {
            return run_machine_failed(run, -ENOMEM);
        }
        client_consume(client, look.consumed);
        return STEP_DONE;
    }
    if (look.verdict == LOOK_NOT_YET && run->clock.now_ns < lane->deadline_ns && client->end == 0) {
        return STEP_WAIT;
    }
    return fail_unmet(run, lane, step, client, &look, data, size);
}

enum step_state expect_end(struct run *run, struct lane *lane, const struct plan_step *step)
{
    static const char *const names[] = {"no end", "\"eof\"", "\"reset\"", "\"eof\" or \"reset\""};
    struct connection *connection = run_current(run, step->client);
    if (!connection) {
        return run_disappointed(run, lane, VERDICT_FAIL, "expect_end: the client is not connected");
    }
    const struct client *client = &connection->client;
    const uint8_t *data = NULL;
    size_t size = 0;
    if (client_unconsumed(client, &data, &size)) {
        return fail_with_bytes(
            run,
            run_disappointed(run, lane, VERDICT_FAIL,
                             "expect_end: %zu byte%s came before the end that no step expected",
                             size, plural(size)),
            names[step->expect_end.ends], data, size);
    }
    if (client->end & step->expect_end.ends) {
        return STEP_DONE;
    }
    if (client->end == 0 && run->clock.now_ns < lane->deadline_ns) {
        return STEP_WAIT;
    }
    return run_disappointed(run, lane, VERDICT_FAIL, "expect_end: expected %s, but there was %s",
                            names[step->expect_end.ends], names[client->end]);
}

enum step_state expect_silence(struct run *run, struct lane *lane, const struct plan_step *step)
{
    struct connection *connection = run_current(run, step->client);
    const uint8_t *data = NULL;
    size_t size = 0;
    if (!connection) {
        return run_disappointed(run, lane, VERDICT_FAIL,
                                "expect_silence: the client is not connected");
    }
    if (client_unconsumed(&connection->client, &data, &size)) {
        return fail_with_bytes(run,
                               run_disappointed(run, lane, VERDICT_FAIL,
                                                "expect_silence: %zu byte%s arrived", size,
                                                plural(size)),
                               "silence", data, size);
    }
    return run->clock.now_ns >= lane->deadline_ns ? STEP_DONE : STEP_WAIT;
}

enum step_state expect_nothing_left(struct run *run)
{
    for (size_t i = 0; i < run->connection_count; i++) {
        struct connection *connection = run->connections[i];
        const uint8_t *data = NULL;
        size_t size = 0;
        char label[256];
        if (connection && connection->client.state == CLIENT_OPEN &&
            client_unconsumed(&connection->client, &data, &size)) {
            return fail_with_bytes(
                run,
                run_disappointed(run, NULL, VERDICT_FAIL,
                                 "at the end client \"%s\" holds %zu byte%s that no step expected",
                                 connection_label(connection, label, sizeof(label)), size,
                                 plural(size)),
                NULL, data, size);
        }
    }
    return STEP_DONE;
}
