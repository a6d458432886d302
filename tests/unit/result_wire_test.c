/* SPDX-License-Identifier: MIT */
/* What a worker sends arrives whole, and nothing else is taken for it. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "prng.h"
#include "result.h"

static const struct plan plan = {.id = "tcp/echo", .source_count = 3, .seed = 7};

static struct result_stream stream(const char *text)
{
    struct result_stream made = {.length = 1000, .head_size = (uint32_t)strlen(text)};
    memcpy(made.head, text, strlen(text));
    memset(made.hash, 0xab, sizeof(made.hash));
    return made;
}

static void add_peers(struct result *result)
{
    result->clients = calloc(2, sizeof(*result->clients));
    result->client_count = 2;
    result->clients[0] = (struct result_client){.name = strdup("bob"),
                                                .sent = stream("hello"),
                                                .received = stream("HELLO"),
                                                .end = PLAN_END_RESET};
    result->clients[1].name = strdup("bob#2");
    result->clients[1].sent_unknown = true;
    result->sessions = calloc(1, sizeof(*result->sessions));
    result->session_count = 1;
    struct result_session *session = &result->sessions[0];
    *session = (struct result_session){.name = strdup("bob"),
                                       .received = stream("hello"),
                                       .comparable_bytes = true,
                                       .recv_runs_cut = true,
                                       .truncated = 3,
                                       .end = SESSION_LIMIT,
                                       .recv_run_count = 2};
    session->recv_runs = calloc(2, sizeof(*session->recv_runs));
    session->recv_runs[0] = (struct result_run){1024, 10};
    session->recv_runs[1] = (struct result_run){5, 1};
}

static void add_divergence(struct result *result)
{
    result->world = PLAN_BOTH;
    result->quarantine = QUARANTINE_HOLDS;
    result->sim_verdict = VERDICT_PASS;
    result->kernel_verdict = VERDICT_FAIL;
    result->divergence = (struct result_divergence){.what = strdup("the verdict"),
                                                    .sim = strdup("pass"),
                                                    .kernel = strdup("fail"),
                                                    .calls = strdup("the server's call 3"),
                                                    .sim_call = strdup("recv(1024) = 5"),
                                                    .kernel_call = strdup("nothing")};
    result->fault_fires = calloc(2, sizeof(*result->fault_fires));
    result->fault_count = 2;
    result->fault_fires[1] = 4;
}

/* A result that uses every member. */
static void make(struct result *result)
{
    assert_int_equal(result_init(result, 5, &plan), 0);
    result->seed = 99;
    result->note = strdup("note");
    result->step_runs[1] = UINT64_MAX;
    result->real_ns = 123456789;
    add_peers(result);
    add_divergence(result);
    assert_int_equal(bytes_add(&result->sim_trace, "simulated", 9), 0);
    assert_int_equal(bytes_add(&result->kernel_trace, "real", 4), 0);
    assert_int_equal(result_decide(result, VERDICT_FAIL, "%s", "wrong bytes"), 0);
    result->failure.oracle = ORACLE_REPLAY;
    result->failure.source = 2;
    result->failure.iteration_depth = 2;
    result->failure.iteration[1] = 8;
    result->failure.expected =
        (struct result_evidence){.kind = EVIDENCE_TEXT, .text = strdup("an end")};
    result_evidence_bytes(&result->failure.actual, "abc", 3, 1);
    result->trouble.signal = 11;
    result->trouble.exit_status = -1;
    result->trouble.output = strdup("last words");
    result->trouble.frame_count = 1;
    result->trouble.frames[0] = (struct result_frame){.module = strdup("/x.so"), .offset = 0x1139};
}

static void encode(const struct result *result, struct bytes *wire)
{
    bytes_init(wire, 1 << 20);
    assert_int_equal(result_encode(result, wire), 0);
}

static void a_result_survives_the_wire(void **state)
{
    (void)state;
    struct result sent;
    struct result came;
    struct bytes wire;
    struct bytes again;
    make(&sent);
    encode(&sent, &wire);
    assert_int_equal(result_decode(wire.data, wire.size, &came), 0);
    encode(&came, &again);
    assert_int_equal(again.size, wire.size);
    assert_memory_equal(again.data, wire.data, wire.size);
    assert_int_equal(came.plan, 5);
    assert_string_equal(verdict_name(came.verdict), "fail");
    assert_int_equal(came.seed, 99);
    assert_string_equal(came.note, "note");
    assert_int_equal(came.step_count, 3);
    assert_true(came.step_runs[1] == UINT64_MAX);
    assert_int_equal(came.client_count, 2);
    assert_string_equal(came.clients[0].name, "bob");
    assert_memory_equal(came.clients[0].received.head, "HELLO", 5);
    assert_int_equal(came.clients[0].end, PLAN_END_RESET);
    assert_false(came.clients[0].sent_unknown || came.clients[0].received_unknown);
    assert_true(came.clients[1].sent_unknown);
    assert_false(came.clients[1].received_unknown);
    assert_int_equal(came.session_count, 1);
    assert_int_equal(came.sessions[0].end, SESSION_LIMIT);
    assert_int_equal(came.sessions[0].recv_runs[0].count, 10);
    assert_int_equal(came.sessions[0].truncated, 3);
    assert_true(came.sessions[0].recv_runs_cut);
    assert_false(came.sessions[0].comparable_sizes);
    assert_string_equal(came.failure.sentence, "wrong bytes");
    assert_int_equal(came.failure.oracle, ORACLE_REPLAY);
    assert_int_equal(came.failure.source, 2);
    assert_int_equal(came.failure.iteration[1], 8);
    assert_string_equal(came.failure.expected.text, "an end");
    assert_int_equal(came.failure.actual.stream.length, 3);
    assert_string_equal(came.trouble.output, "last words");
    assert_int_equal(came.trouble.exit_status, -1);
    assert_string_equal(came.trouble.frames[0].module, "/x.so");
    assert_int_equal(came.trouble.frames[0].offset, 0x1139);
    assert_int_equal(came.real_ns, 123456789);
    result_fini(&sent);
    result_fini(&came);
    bytes_fini(&wire);
    bytes_fini(&again);
}

static void what_two_worlds_said_survives_the_wire(void **state)
{
    (void)state;
    struct result sent;
    struct result came;
    struct bytes wire;
    make(&sent);
    encode(&sent, &wire);
    assert_int_equal(result_decode(wire.data, wire.size, &came), 0);
    assert_int_equal(came.world, PLAN_BOTH);
    assert_int_equal(came.quarantine, QUARANTINE_HOLDS);
    assert_int_equal(came.sim_verdict, VERDICT_PASS);
    assert_int_equal(came.kernel_verdict, VERDICT_FAIL);
    assert_string_equal(came.divergence.what, "the verdict");
    assert_string_equal(came.divergence.sim, "pass");
    assert_string_equal(came.divergence.kernel, "fail");
    assert_string_equal(came.divergence.calls, "the server's call 3");
    assert_string_equal(came.divergence.sim_call, "recv(1024) = 5");
    assert_string_equal(came.divergence.kernel_call, "nothing");
    assert_int_equal(came.fault_count, 2);
    assert_int_equal(came.fault_fires[1], 4);
    assert_int_equal(came.sim_trace.size, 9);
    assert_memory_equal(came.sim_trace.data, "simulated", 9);
    assert_int_equal(came.kernel_trace.size, 4);
    assert_memory_equal(came.kernel_trace.data, "real", 4);
    result_fini(&sent);
    result_fini(&came);
    bytes_fini(&wire);
}

/* Whether reports can tell a result from what make() makes after `change`. */
static bool canonical_differs(void (*change)(struct result *result))
{
    struct result result;
    struct bytes before;
    struct bytes after;
    make(&result);
    bytes_init(&before, 1 << 20);
    bytes_init(&after, 1 << 20);
    assert_int_equal(result_encode_canonical(&result, &before), 0);
    change(&result);
    assert_int_equal(result_encode_canonical(&result, &after), 0);
    bool differs = before.size != after.size || memcmp(before.data, after.data, before.size) != 0;
    result_fini(&result);
    bytes_fini(&before);
    bytes_fini(&after);
    return differs;
}

static void change_world(struct result *result)
{
    result->world = PLAN_SIM;
}

static void change_sim_verdict(struct result *result)
{
    result->sim_verdict = VERDICT_LEAK;
}

static void change_kernel_verdict(struct result *result)
{
    result->kernel_verdict = VERDICT_LEAK;
}

static void change_quarantine(struct result *result)
{
    result->quarantine = QUARANTINE_OVER;
}

static void change_too_large(struct result *result)
{
    result->too_large = true;
}

static void change_divergence(struct result *result)
{
    result->divergence.kernel_call[0] = 'N';
}

static void change_fires(struct result *result)
{
    result->fault_fires[0]++;
}

static void change_traces(struct result *result)
{
    assert_int_equal(bytes_add_byte(&result->sim_trace, 'x', 3), 0);
    bytes_clear(&result->kernel_trace);
}

static void worlds_faults_and_divergence_are_canonical_and_traces_are_not(void **state)
{
    (void)state;
    assert_true(canonical_differs(change_world));
    assert_true(canonical_differs(change_sim_verdict));
    assert_true(canonical_differs(change_kernel_verdict));
    assert_true(canonical_differs(change_quarantine));
    assert_true(canonical_differs(change_too_large));
    assert_true(canonical_differs(change_divergence));
    assert_true(canonical_differs(change_fires));
    assert_false(canonical_differs(change_traces));
}

static void an_oracle_that_is_none_is_refused(void **state)
{
    (void)state;
    struct result result;
    struct result came;
    struct bytes wire;
    bytes_init(&wire, 1 << 20);
    make(&result);
    result.failure.oracle = (enum result_oracle)ORACLE_COUNT;
    assert_int_equal(result_encode(&result, &wire), 0);
    assert_int_equal(result_decode(wire.data, wire.size, &came), -EINVAL);
    bytes_fini(&wire);
    result_fini(&result);
}

static void a_world_that_is_none_is_refused(void **state)
{
    (void)state;
    struct result sent;
    struct result came;
    struct bytes wire;
    make(&sent);
    encode(&sent, &wire);
    /* The third number. */
    wire.data[2 * sizeof(uint64_t)] = 0;
    assert_int_equal(result_decode(wire.data, wire.size, &came), -EINVAL);
    wire.data[2 * sizeof(uint64_t)] = PLAN_BOTH + 1;
    assert_int_equal(result_decode(wire.data, wire.size, &came), -EINVAL);
    wire.data[2 * sizeof(uint64_t)] = PLAN_SIM;
    assert_int_equal(result_decode(wire.data, wire.size, &came), 0);
    assert_int_equal(came.world, PLAN_SIM);
    result_fini(&came);
    result_fini(&sent);
    bytes_fini(&wire);
}

static void each_unknown_crosses_the_wire_by_itself(void **state)
{
    (void)state;
    for (unsigned mask = 0; mask < 4; mask++) {
        struct result sent;
        struct result came;
        struct bytes wire;
        make(&sent);
        sent.clients[0].sent_unknown = mask & 1;
        sent.clients[0].received_unknown = mask & 2;
        encode(&sent, &wire);
        assert_int_equal(result_decode(wire.data, wire.size, &came), 0);
        assert_int_equal(came.clients[0].sent_unknown, sent.clients[0].sent_unknown);
        assert_int_equal(came.clients[0].received_unknown, sent.clients[0].received_unknown);
        assert_int_equal(came.clients[0].end, PLAN_END_RESET);
        result_fini(&sent);
        result_fini(&came);
        bytes_fini(&wire);
    }
}

static void time_and_trouble_are_not_canonical(void **state)
{
    (void)state;
    struct result result;
    struct bytes before;
    struct bytes after;
    make(&result);
    bytes_init(&before, 1 << 20);
    bytes_init(&after, 1 << 20);
    assert_int_equal(result_encode_canonical(&result, &before), 0);
    result.real_ns++;
    result.trouble.signal = 6;
    assert_int_equal(result_encode_canonical(&result, &after), 0);
    assert_int_equal(before.size, after.size);
    assert_memory_equal(before.data, after.data, after.size);
    bytes_clear(&after);
    result.clients[0].received.hash[3] ^= 1;
    assert_int_equal(result_encode_canonical(&result, &after), 0);
    assert_memory_not_equal(before.data, after.data, after.size);
    result_fini(&result);
    bytes_fini(&before);
    bytes_fini(&after);
}

static void what_was_cut_short_or_has_a_tail_is_refused(void **state)
{
    (void)state;
    struct result sent;
    struct result came;
    struct bytes wire;
    make(&sent);
    encode(&sent, &wire);
    for (size_t size = 0; size < wire.size; size++) {
        /* A copy of just this size, so that reading beyond it is caught. */
        uint8_t *cut = malloc(size + 1);
        assert_non_null(cut);
        memcpy(cut + 1, wire.data, size);
        assert_int_equal(result_decode(cut + 1, size, &came), -EINVAL);
        free(cut);
    }
    assert_int_equal(bytes_add_byte(&wire, 0, 1), 0);
    assert_int_equal(result_decode(wire.data, wire.size, &came), -EINVAL);
    result_fini(&sent);
    bytes_fini(&wire);
}

static void damaged_bytes_never_do_harm(void **state)
{
    (void)state;
    struct result sent;
    struct bytes wire;
    struct prng prng = {.state = 1};
    make(&sent);
    encode(&sent, &wire);
    size_t accepted = 0;
    for (size_t i = 0; i < wire.size * 40; i++) {
        uint8_t *place = &wire.data[i / 40];
        uint8_t whole = *place;
        *place = i % 40 == 0 ? 0xff : (uint8_t)prng_next(&prng);
        struct result came;
        if (result_decode(wire.data, wire.size, &came) == 0) {
            accepted++;
            /* What is taken is fit to be sent again. */
            struct bytes again;
            encode(&came, &again);
            assert_int_equal(again.size, wire.size);
            bytes_fini(&again);
            result_fini(&came);
        }
        *place = whole;
    }
    /* Damage to a hash, say, cannot be seen. */
    assert_true(accepted > 0 && accepted < wire.size * 40);
    result_fini(&sent);
    bytes_fini(&wire);
}

static void a_full_wire_stays_as_it_was(void **state)
{
    (void)state;
    struct result sent;
    struct bytes wire;
    make(&sent);
    bytes_init(&wire, 100);
    assert_int_equal(bytes_add(&wire, "before", 6), 0);
    assert_int_equal(result_encode(&sent, &wire), -ENOSPC);
    assert_int_equal(wire.size, 6);
    result_fini(&sent);
    bytes_fini(&wire);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_result_survives_the_wire),
        cmocka_unit_test(what_two_worlds_said_survives_the_wire),
        cmocka_unit_test(worlds_faults_and_divergence_are_canonical_and_traces_are_not),
        cmocka_unit_test(an_oracle_that_is_none_is_refused),
        cmocka_unit_test(a_world_that_is_none_is_refused),
        cmocka_unit_test(each_unknown_crosses_the_wire_by_itself),
        cmocka_unit_test(time_and_trouble_are_not_canonical),
        cmocka_unit_test(what_was_cut_short_or_has_a_tail_is_refused),
        cmocka_unit_test(damaged_bytes_never_do_harm),
        cmocka_unit_test(a_full_wire_stays_as_it_was),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
