/* SPDX-License-Identifier: MIT */
/* The verbs that act or expect: one function each. */
#include <errno.h>
#include <string.h>

#include "pattern.h"
#include "scenario_internal.h"

static bool is_udp(const struct scenario_load *load)
{
    return load->plan->server.transport == WORLD_UDP;
}

/* The optional word of a step: its index, or 0 when it is not given. */
static int read_outcome(struct scenario_load *load, const json_t *step,
                        const struct scenario_place *at, const char *const *words, size_t *word)
{
    struct scenario_place here = scenario_at_key(at, "outcome");
    const json_t *value = json_object_get(step, "outcome");
    *word = 0;
    if (!value) {
        return 0;
    }
    load->expects = true;
    return scenario_word(load, value, &here, words, word);
}

static int read_within(struct scenario_load *load, const json_t *step,
                       const struct scenario_place *at, uint64_t *within_ms)
{
    struct scenario_place here = scenario_at_key(at, "within_ms");
    const json_t *value = json_object_get(step, "within_ms");
    int64_t number = 1000;
    int status = value ? scenario_integer(load, value, &here, 0, SCENARIO_MS_MAX, &number) : 0;
    *within_ms = (uint64_t)number;
    return status;
}

static int verb_connect(struct scenario_load *load, const json_t *step,
                        const struct scenario_place *at, struct plan_step *made)
{
    static const char *const words[] = {"connected", "refused", "hung", NULL};
    struct scenario_place here = scenario_at_key(at, "connect");
    struct scenario_place outcome = scenario_at_key(at, "outcome");
    size_t word = 0;
    int status = scenario_empty_object(load, json_object_get(step, "connect"), &here);
    if (status == 0) {
        status = read_outcome(load, step, at, words, &word);
    }
    if (status == 0 && word != 0 && is_udp(load)) {
        return scenario_refuse(load, &outcome,
                               "a UDP connect is never %s: nothing is asked of the "
                               "peer",
                               words[word]);
    }
    static const enum plan_connect_outcome outcomes[] = {PLAN_CONNECTED, PLAN_CONNECT_REFUSED,
                                                         PLAN_HUNG};
    made->connect = outcomes[word];
    return status;
}

static int read_cut_list(struct scenario_load *load, const json_t *cuts,
                         const struct scenario_place *at, struct plan_step *made)
{
    int status = scenario_list(load, cuts, at, "positions");
    size_t count = status == 0 ? json_array_size(cuts) : 0;
    size_t *positions = scenario_alloc(load, count, sizeof(*positions));
    if (!positions) {
        return -ENOMEM;
    }
    int64_t before = 0;
    for (size_t i = 0; i < count && status == 0; i++) {
        struct scenario_place here = scenario_at_index(at, i);
        int64_t cut = 0;
        status = scenario_integer(load, json_array_get(cuts, i), &here, 1,
                                  (int64_t)PLAN_PAYLOAD_BYTES_MAX, &cut);
        if (status == 0 && cut <= before) {
            return scenario_refuse(load, &here, "cuts ascend: %lld does not follow %lld",
                                   (long long)cut, (long long)before);
        }
        if (status == 0 && (size_t)cut >= made->send.payload.size) {
            return scenario_refuse(load, &here,
                                   "the cut %lld does not lie inside the payload of %zu bytes",
                                   (long long)cut, made->send.payload.size);
        }
        positions[i] = (size_t)cut;
        before = cut;
    }
    made->send.cuts = positions;
    made->send.cut_count = count;
    return status;
}

static int read_cuts(struct scenario_load *load, const json_t *step,
                     const struct scenario_place *at, struct plan_step *made)
{
    struct scenario_place here = scenario_at_key(at, "cuts");
    const json_t *cuts = json_object_get(step, "cuts");
    char text[96];
    if (!cuts) {
        return 0;
    }
    if (is_udp(load)) {
        return scenario_refuse_key(load, &here,
                                   "\"cuts\" means nothing over UDP: a datagram goes out whole");
    }
    if (json_is_array(cuts)) {
        return read_cut_list(load, cuts, &here, made);
    }
    if (!json_is_string(cuts) || strcmp(json_string_value(cuts), "every") != 0) {
        return scenario_refuse(
            load, &here, "\"cuts\" must be a list of ascending positions or \"every\", not %s",
            scenario_describe(cuts, text));
    }
    made->send.cut_every = true;
    return 0;
}

static int check_datagram(struct scenario_load *load, size_t size, const struct scenario_place *at)
{
    size_t most = scenario_datagram_bytes_max(load);
    if (is_udp(load) && size > most) {
        return scenario_refuse(
            load, at, "a datagram holds at most %zu bytes, and this payload has %zu", most, size);
    }
    return 0;
}

static int read_send_outcome(struct scenario_load *load, const json_t *step,
                             const struct scenario_place *at, struct plan_step *made)
{
    static const char *const words[] = {"sent", "broken", "refused", NULL};
    static const enum plan_send_outcome outcomes[] = {PLAN_SENT, PLAN_SEND_BROKEN,
                                                      PLAN_SEND_REFUSED};
    struct scenario_place here = scenario_at_key(at, "outcome");
    size_t word = 0;
    int status = read_outcome(load, step, at, words, &word);
    made->send.outcome = outcomes[word];
    if (status == 0 && made->send.outcome == PLAN_SEND_BROKEN && is_udp(load)) {
        return scenario_refuse(load, &here,
                               "a UDP send is never broken; \"refused\" is the outcome "
                               "where nobody listens");
    }
    if (status == 0 && made->send.outcome == PLAN_SEND_REFUSED && !is_udp(load)) {
        return scenario_refuse(load, &here,
                               "a TCP send is never refused; \"broken\" is the outcome "
                               "of a connection that is gone");
    }
    if (status == 0 && made->send.outcome == PLAN_SEND_REFUSED && !made->send.settle) {
        return scenario_refuse(load, &here,
                               "whether a send is refused is only known once it has settled: it "
                               "cannot have \"settle\": false");
    }
    return status;
}

static int verb_send(struct scenario_load *load, const json_t *step,
                     const struct scenario_place *at, struct plan_step *made)
{
    struct scenario_place here = scenario_at_key(at, "send");
    struct scenario_place settle_at = scenario_at_key(at, "settle");
    const json_t *settle = json_object_get(step, "settle");
    int status = scenario_payload(load, json_object_get(step, "send"), &here, SCENARIO_SENT,
                                  &made->send.payload);
    if (status == 0) {
        status = check_datagram(load, made->send.payload.size, &here);
    }
    if (status == 0) {
        status = read_cuts(load, step, at, made);
    }
    made->send.settle = true;
    if (status == 0 && settle) {
        status = scenario_boolean(load, settle, &settle_at, &made->send.settle);
    }
    return status == 0 ? read_send_outcome(load, step, at, made) : status;
}

static int expect_regex(struct scenario_load *load, const json_t *value,
                        const struct scenario_place *at, struct plan_step *made)
{
    static const char *const keys[] = {"regex", NULL};
    struct scenario_place here = scenario_at_key(at, "regex");
    const char *text = NULL;
    int status = scenario_closed(load, value, at, keys);
    if (status == 0) {
        status = scenario_string(load, json_object_get(value, "regex"), &here, is_udp(load), &text);
    }
    if (status != 0) {
        return status;
    }
    struct drill_error error = {0};
    struct pattern *pattern = NULL;
    status = pattern_new(text, strlen(text), &pattern, &error);
    if (status != 0) {
        return status == -ENOMEM ? status : scenario_refuse(load, &here, "%s", error.sentence);
    }
    made->expect.kind = PLAN_REGEX;
    made->expect.pattern = pattern;
    made->expect.pattern_text = scenario_keep(load, text);
    status = plan_arena_own_pattern(load->plan->arena, pattern);
    return status == 0 && !made->expect.pattern_text ? -ENOMEM : status;
}

static int expect_size(struct scenario_load *load, const json_t *value,
                       const struct scenario_place *at, struct plan_step *made)
{
    static const char *const keys[] = {"size", NULL};
    struct scenario_place here = scenario_at_key(at, "size");
    int64_t size = 0;
    int status = scenario_closed(load, value, at, keys);
    if (status == 0) {
        status = scenario_integer(load, json_object_get(value, "size"), &here, is_udp(load) ? 0 : 1,
                                  (int64_t)PLAN_PAYLOAD_BYTES_MAX, &size);
    }
    made->expect.kind = PLAN_SIZE;
    made->expect.size = (size_t)size;
    return status == 0 ? check_datagram(load, made->expect.size, &here) : status;
}

static int expect_payload(struct scenario_load *load, const json_t *value,
                          const struct scenario_place *at, enum plan_expect_kind kind,
                          struct plan_step *made)
{
    int status = scenario_payload(load, value, at, SCENARIO_EXPECTED, &made->expect.payload);
    made->expect.kind = kind;
    if (status == 0 && made->expect.payload.size == 0 && !is_udp(load)) {
        return scenario_refuse(load, at, "expecting 0 bytes of a stream asserts nothing");
    }
    return status == 0 ? check_datagram(load, made->expect.payload.size, at) : status;
}

static int expect_prefix(struct scenario_load *load, const json_t *value,
                         const struct scenario_place *at, struct plan_step *made)
{
    static const char *const keys[] = {"prefix", NULL};
    struct scenario_place here = scenario_at_key(at, "prefix");
    int status = scenario_closed(load, value, at, keys);
    return status == 0
               ? expect_payload(load, json_object_get(value, "prefix"), &here, PLAN_PREFIX, made)
               : status;
}

static int verb_expect(struct scenario_load *load, const json_t *step,
                       const struct scenario_place *at, struct plan_step *made)
{
    struct scenario_place here = scenario_at_key(at, "expect");
    const json_t *value = json_object_get(step, "expect");
    bool sized = json_object_get(value, "size") && !json_object_get(value, "fill") &&
                 !json_object_get(value, "capture");
    int status = json_object_get(value, "regex")    ? expect_regex(load, value, &here, made)
                 : json_object_get(value, "prefix") ? expect_prefix(load, value, &here, made)
                 : sized                            ? expect_size(load, value, &here, made)
                         : expect_payload(load, value, &here, PLAN_EXACT, made);
    load->expects = true;
    return status == 0 ? read_within(load, step, at, &made->expect.within_ms) : status;
}

static int verb_expect_end(struct scenario_load *load, const json_t *step,
                           const struct scenario_place *at, struct plan_step *made)
{
    static const char *const words[] = {"eof", "reset", NULL};
    static const uint32_t ends[] = {PLAN_END_EOF, PLAN_END_RESET};
    struct scenario_place here = scenario_at_key(at, "expect_end");
    const json_t *value = json_object_get(step, "expect_end");
    bool is_list = json_is_array(value);
    size_t word = 0;
    int status = is_list ? scenario_list(load, value, &here, "ends") : 0;
    for (size_t i = 0; status == 0 && i < (is_list ? json_array_size(value) : 1); i++) {
        struct scenario_place entry = scenario_at_index(&here, i);
        status = scenario_word(load, is_list ? json_array_get(value, i) : value,
                               is_list ? &entry : &here, words, &word);
        if (status == 0 && (made->expect_end.ends & ends[word])) {
            return scenario_refuse(load, &entry, "\"%s\" is listed twice", words[word]);
        }
        made->expect_end.ends |= ends[word];
    }
    load->expects = true;
    return status == 0 ? read_within(load, step, at, &made->expect_end.within_ms) : status;
}

static int verb_time(struct scenario_load *load, const json_t *step,
                     const struct scenario_place *at, const char *key, uint64_t *ms)
{
    struct scenario_place here = scenario_at_key(at, key);
    int64_t number = 0;
    int status =
        scenario_integer(load, json_object_get(step, key), &here, 0, SCENARIO_MS_MAX, &number);
    *ms = (uint64_t)number;
    return status;
}

static int verb_server(struct scenario_load *load, const json_t *step,
                       const struct scenario_place *at, struct plan_step *made)
{
    static const char *const keys[] = {"accepting", "stop", NULL};
    struct scenario_place here = scenario_at_key(at, "server");
    const json_t *value = json_object_get(step, "server");
    int status = scenario_closed(load, value, &here, keys);
    if (status == 0 && json_object_size(value) != 1) {
        return scenario_refuse(load, &here, "\"server\" takes either \"accepting\" or \"stop\"");
    }
    if (status != 0) {
        return status;
    }
    bool accepting = json_object_get(value, "accepting") != NULL;
    const char *key = accepting ? "accepting" : "stop";
    struct scenario_place inner = scenario_at_key(&here, key);
    bool truth = false;
    status = scenario_boolean(load, json_object_get(value, key), &inner, &truth);
    if (status == 0 && accepting && is_udp(load)) {
        return scenario_refuse_key(load, &inner, "\"accepting\" means nothing over UDP");
    }
    if (status == 0 && !accepting && !truth) {
        return scenario_refuse(load, &inner,
                               "\"stop\" must be true: a stopped listener stays stopped");
    }
    made->server = !accepting ? PLAN_STOP : truth ? PLAN_ACCEPTING_ON : PLAN_ACCEPTING_OFF;
    return status;
}

static int verb_fill_backlog(struct scenario_load *load, const json_t *step,
                             const struct scenario_place *at, struct plan_step *made)
{
    static const char *const words[] = {"capacity", NULL};
    struct scenario_place here = scenario_at_key(at, "fill_backlog");
    size_t word;
    int status = scenario_empty_object(load, json_object_get(step, "fill_backlog"), &here);
    if (status == 0) {
        status = read_outcome(load, step, at, words, &word);
    }
    load->expects = true;
    made->fill_backlog.first_client = 0; /* scenario_backlog_clients came first */
    made->fill_backlog.count = load->plan->server.backlog + 1;
    return status;
}

static int verb_act(struct scenario_load *load, const json_t *step, const struct scenario_place *at,
                    enum plan_verb verb)
{
    struct scenario_place here = scenario_at_key(at, plan_verb_name(verb));
    return scenario_empty_object(load, json_object_get(step, plan_verb_name(verb)), &here);
}

static bool names_client(enum plan_verb verb)
{
    return verb != PLAN_SERVER && verb != PLAN_FILL_BACKLOG && verb != PLAN_EXPECT_SERVER &&
           verb != PLAN_WAIT;
}

static int check_common(struct scenario_load *load, const json_t *step,
                        const struct scenario_place *at, enum plan_verb verb,
                        struct plan_step *made)
{
    struct scenario_place verb_at = scenario_at_key(at, plan_verb_name(verb));
    struct scenario_place note_at = scenario_at_key(at, "note");
    struct scenario_place as_at = scenario_at_key(at, "as");
    const json_t *note = json_object_get(step, "note");
    const char *text;
    bool stream_only = verb == PLAN_HALF_CLOSE || verb == PLAN_RESET || verb == PLAN_EXPECT_END ||
                       verb == PLAN_FILL_BACKLOG;
    if (stream_only && is_udp(load)) {
        return scenario_refuse_key(load, &verb_at, "\"%s\" means nothing over UDP",
                                   plan_verb_name(verb));
    }
    int status = note ? scenario_string(load, note, &note_at, true, &text) : 0;
    if (status == 0 && names_client(verb)) {
        status = scenario_client(load, json_object_get(step, "as"), &as_at, &made->client);
    }
    return status;
}

int scenario_verb(struct scenario_load *load, const json_t *step, const struct scenario_place *at,
                  enum plan_verb verb, struct plan_step *made)
{
    int status = check_common(load, step, at, verb, made);
    if (status != 0) {
        return status;
    }
    switch (verb) {
    case PLAN_CONNECT:
        return verb_connect(load, step, at, made);
    case PLAN_SEND:
        return verb_send(load, step, at, made);
    case PLAN_EXPECT:
        return verb_expect(load, step, at, made);
    case PLAN_EXPECT_END:
        return verb_expect_end(load, step, at, made);
    case PLAN_EXPECT_SILENCE:
        load->expects = true;
        return verb_time(load, step, at, "expect_silence", &made->silence_ms);
    case PLAN_HALF_CLOSE:
    case PLAN_CLOSE:
    case PLAN_RESET:
    case PLAN_PAUSE:
    case PLAN_RESUME:
        return verb_act(load, step, at, verb);
    case PLAN_SERVER:
        return verb_server(load, step, at, made);
    case PLAN_FILL_BACKLOG:
        return verb_fill_backlog(load, step, at, made);
    case PLAN_EXPECT_SERVER:
        load->expects = true;
        return scenario_expect_server(load, json_object_get(step, "expect_server"), at, made);
    case PLAN_WAIT:
        return verb_time(load, step, at, "wait_ms", &made->wait_ms);
    case PLAN_REPEAT:
    case PLAN_TOGETHER:
        break;
    }
    ASSERT(false);
    return 0;
}
