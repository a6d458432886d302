/* SPDX-License-Identifier: MIT */
/* What is told of the simulated run where something went wrong, and what its steps do. */
#include "trace_fixture.h"

#include "json_text.h"
#include "report_json.h"
#include "report_story.h"
#include "result_text.h"

static const struct plan_step fixture_steps[] = {{.verb = PLAN_CONNECT, .source = 0},
                                                 {.verb = PLAN_CLOSE, .source = 1}};

/* A failure of the simulated run, which left the trace. Takes the trace. */
static void begin_result(struct result *result, struct plan *plan, struct trace_fixture *trace)
{
    fixture_plan(plan, "tcp/one");
    plan->worlds = PLAN_SIM;
    plan->steps = (struct plan_steps){fixture_steps, 2};
    fixture_result(result, 0, plan);
    fixture_fail(result, VERDICT_FAIL, "a", "b");
    result->world = PLAN_SIM;
    trace_fixture_end(trace, &result->sim_trace);
}

static json_t *tell(const struct plan *plan, struct result *result)
{
    json_t *story;
    assert_int_equal(report_story_json(plan, result, &story), 0);
    return story;
}

/* Tells one trace and hands over its story; NULL: there is none. */
static json_t *tell_trace(struct trace_fixture *trace)
{
    struct plan plan;
    struct result result;
    begin_result(&result, &plan, trace);
    json_t *story = tell(&plan, &result);
    result_fini(&result);
    return story;
}

static void assert_event(const json_t *story, size_t index, const char *expected)
{
    char *text = json_dumps(json_array_get(json_object_get(story, "events"), index), 0);
    assert_non_null(text);
    assert_string_equal(text, expected);
    free(text);
}

static size_t count_of(const json_t *story)
{
    return json_array_size(json_object_get(story, "events"));
}

static int64_t omitted_of(const json_t *story)
{
    return json_integer_value(json_object_get(story, "omitted"));
}

static void calls_are_told_without_ports_sockets_marks_and_noise(void **state)
{
    (void)state;
    static const char *const events[] = {
        "{\"at_ns\": 1500, \"step\": \"/steps/0\"}",
        "{\"at_ns\": 1500, \"who\": \"bob\", \"event\": \"socket\", \"transport\": \"tcp\", "
        "\"family\": \"ipv4\", \"result\": 0}",
        "{\"at_ns\": 1500, \"who\": \"bob\", \"event\": \"connect\", \"error\": "
        "\"EINPROGRESS\"}",
        "{\"at_ns\": 1500, \"who\": \"server\", \"event\": \"accept\", \"result\": 0, \"from\": "
        "\"bob\"}",
        "{\"at_ns\": 1500, \"step\": \"/steps/1\"}",
        "{\"at_ns\": 1500, \"who\": \"bob\", \"event\": \"send\", \"size\": 5, \"result\": 5, "
        "\"data\": {\"length\": 5, \"text\": \"hello\", \"hex\": \"68656c6c6f\"}}",
        "{\"at_ns\": 1500, \"who\": \"server:bob\", \"event\": \"recv\", \"size\": 1024, "
        "\"result\": 5, \"data\": {\"length\": 5, \"text\": \"hello\", \"hex\": "
        "\"68656c6c6f\"}}",
        "{\"at_ns\": 1500, \"who\": \"bob\", \"event\": \"close\", \"result\": 0}",
    };
    struct trace_fixture trace;
    trace_fixture_begin(&trace);
    trace_fixture_hello(&trace);
    json_t *story = tell_trace(&trace);
    assert_int_equal(omitted_of(story), 0);
    assert_int_equal(count_of(story), sizeof(events) / sizeof(events[0]));
    for (size_t i = 0; i < count_of(story); i++) {
        assert_event(story, i, events[i]);
    }
    json_decref(story);
}

static void faults_errors_and_datagrams_name_their_cause(void **state)
{
    (void)state;
    struct trace_fixture trace;
    struct trace_event faulty = trace_fixture_call(WORLD_CALL_SEND, 6, 5, -EPIPE);
    struct trace_event mark = {.kind = TRACE_CLIENT, .socket = 5};
    faulty.fault = 1;
    trace_fixture_begin(&trace);
    trace_fixture_add(&trace, faulty, NULL, 0);
    trace_fixture_add(&trace, mark, "bob", 3);
    trace_fixture_add(
        &trace, trace_fixture_address(trace_fixture_call(WORLD_CALL_GETSOCKNAME, 5, 0, 0), 40000),
        NULL, 0);
    trace_fixture_add(
        &trace, trace_fixture_address(trace_fixture_call(WORLD_CALL_RECVFROM, 6, 9, 1), 40000),
        "\x80", 1);
    trace_fixture_add(&trace,
                      trace_fixture_address(trace_fixture_call(WORLD_CALL_SENDTO, 6, 1, 1), 40000),
                      "a", 1);
    trace_fixture_add(&trace, trace_fixture_call(WORLD_CALL_ASK, 5, WORLD_ERROR, ECONNREFUSED),
                      NULL, 0);
    json_t *story = tell_trace(&trace);
    assert_event(story, 0,
                 "{\"at_ns\": 1500, \"who\": \"server\", \"event\": \"send\", \"size\": 5, "
                 "\"error\": \"EPIPE\", \"fault\": true}");
    assert_event(story, 1,
                 "{\"at_ns\": 1500, \"who\": \"server\", \"event\": \"recvfrom\", \"size\": 9, "
                 "\"result\": 1, \"data\": {\"length\": 1, \"hex\": \"80\"}, \"from\": \"bob\"}");
    assert_event(story, 2,
                 "{\"at_ns\": 1500, \"who\": \"server\", \"event\": \"sendto\", \"size\": 1, "
                 "\"result\": 1, \"data\": {\"length\": 1, \"text\": \"a\", \"hex\": \"61\"}, "
                 "\"to\": \"bob\"}");
    assert_event(story, 3,
                 "{\"at_ns\": 1500, \"who\": \"bob\", \"event\": \"ask\", \"question\": "
                 "\"error\", \"error\": \"ECONNREFUSED\"}");
    json_decref(story);
}

static void at_most_64_bytes_of_a_call_are_shown(void **state)
{
    (void)state;
    struct trace_fixture trace;
    char bytes[65];
    memset(bytes, 'a', sizeof(bytes));
    trace_fixture_begin(&trace);
    trace_fixture_add(&trace, trace_fixture_call(WORLD_CALL_SEND, 5, 65, 65), bytes, 65);
    json_t *story = tell_trace(&trace);
    const json_t *data =
        json_object_get(json_array_get(json_object_get(story, "events"), 0), "data");
    assert_int_equal(json_integer_value(json_object_get(data, "length")), 65);
    assert_int_equal(json_string_length(json_object_get(data, "text")), 64);
    assert_int_equal(json_string_length(json_object_get(data, "hex")), 128);
    json_decref(story);
}

/* 240 stand, and of 241 the first 40 and the last 200; noise and marks count for nothing. */
static void of_many_events_the_first_and_the_last_are_told(void **state)
{
    (void)state;
    for (uint32_t count = 240; count <= 241; count++) {
        struct trace_fixture trace;
        char text[128];
        trace_fixture_begin(&trace);
        trace.store->omitted = count == 241 ? 7 : 0;
        for (uint32_t i = 0; i < count; i++) {
            trace_fixture_add(&trace, trace_fixture_call(WORLD_CALL_RECV, 6, i, 0), NULL, 0);
            trace_fixture_add(&trace, trace_fixture_call(WORLD_CALL_WAIT, -1, 0, 0), NULL, 0);
        }
        json_t *story = tell_trace(&trace);
        assert_int_equal(count_of(story), REPORT_STORY_FIRST + REPORT_STORY_LAST);
        assert_int_equal(omitted_of(story), count == 241 ? 1 + 7 : 0);
        for (uint32_t i = 0; i < 240; i++) {
            snprintf(text, sizeof(text),
                     "{\"at_ns\": 1500, \"who\": \"server\", \"event\": \"recv\", \"size\": %u, "
                     "\"result\": 0}",
                     i < 40 ? i : i + count - 240);
            assert_event(story, i, text);
        }
        json_decref(story);
    }
}

static void what_is_no_trace_or_holds_no_call_is_no_story(void **state)
{
    (void)state;
    struct trace_fixture trace;
    trace_fixture_begin(&trace);
    trace_fixture_add(&trace, trace_fixture_call(WORLD_CALL_WAIT, -1, 0, 0), NULL, 0);
    assert_null(tell_trace(&trace));
    struct plan plan;
    struct result result;
    trace_fixture_begin(&trace);
    trace_fixture_hello(&trace);
    begin_result(&result, &plan, &trace);
    result.sim_trace.data[0] ^= 1;
    assert_null(tell(&plan, &result));
    result_fini(&result);
}

/* Whether a result has a story must not hang on whether its trace was asked for. */
static void a_story_is_told_where_the_simulated_run_has_a_part_in_the_failure(void **state)
{
    (void)state;
    static const struct {
        enum plan_world world;
        enum verdict verdict, sim;
        bool by_chance, told;
    } cases[] = {
        {PLAN_SIM, VERDICT_FAIL, VERDICT_PASS, false, true},
        {PLAN_SIM, VERDICT_FAIL, VERDICT_PASS, true, false},
        {PLAN_KERNEL, VERDICT_FAIL, VERDICT_PASS, false, false},
        {PLAN_BOTH, VERDICT_FAIL, VERDICT_FAIL, false, true},
        {PLAN_BOTH, VERDICT_EXPECTED_FAIL, VERDICT_FAIL, false, true},
        {PLAN_BOTH, VERDICT_UNEXPECTED_PASS, VERDICT_PASS, false, true},
        {PLAN_BOTH, VERDICT_DIVERGED, VERDICT_PASS, false, true},
        {PLAN_BOTH, VERDICT_DIVERGED, VERDICT_PASS, true, false},
        {PLAN_BOTH, VERDICT_ERROR, VERDICT_PASS, false, false},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct trace_fixture trace;
        struct plan plan;
        struct result result;
        trace_fixture_begin(&trace);
        trace_fixture_hello(&trace);
        begin_result(&result, &plan, &trace);
        result.world = cases[i].world;
        result.verdict = cases[i].verdict;
        result.sim_verdict = cases[i].sim;
        result.trace_by_chance = cases[i].by_chance;
        json_t *story = tell(&plan, &result);
        assert_int_equal(story != NULL, cases[i].told);
        json_decref(story);
        result_fini(&result);
    }
}

/* In a report: behind the failure, and only there. */
static void only_a_result_with_a_failure_is_explained(void **state)
{
    (void)state;
    for (int fails = 0; fails <= 1; fails++) {
        struct trace_fixture trace;
        struct plan plan;
        struct result result;
        trace_fixture_begin(&trace);
        trace_fixture_hello(&trace);
        begin_result(&result, &plan, &trace);
        if (!fails) {
            free(result.failure.sentence);
            result.failure = (struct result_failure){.source = PLAN_NONE};
            result.verdict = VERDICT_PASS;
        }
        json_t *json = report_json_result(&plan, &result);
        assert_non_null(json);
        const json_t *step = json_array_get(json_object_get(json, "steps"), 0);
        const char *what = json_string_value(json_object_get(step, "what"));
        assert_int_equal(what != NULL, fails);
        assert_int_equal(json_object_get(json, "story") != NULL, fails);
        if (fails) {
            assert_string_equal(what, "connect");
        }
        json_decref(json);
        result_fini(&result);
    }
}

/* On the terminal, too. */
static void a_failed_step_says_what_it_does(void **state)
{
    (void)state;
    static const char *const clients[] = {"bob"};
    static const struct plan_step step = {.verb = PLAN_HALF_CLOSE, .source = 3, .client = 0};
    struct plan plan;
    fixture_plan(&plan, "tcp/one");
    plan.steps = (struct plan_steps){&step, 1};
    plan.clients = clients;
    plan.client_count = 1;
    struct result result;
    fixture_result(&result, 0, &plan);
    fixture_fail(&result, VERDICT_FAIL, "HELLO", "HELLO");
    result.failure.source = 3;
    result.failure.iteration_depth = 0;
    result.failure.expected.kind = result.failure.actual.kind = EVIDENCE_NONE;
    result.note = strdup("half-close is lost");
    struct bytes text;
    bytes_init(&text, (size_t)1 << 20);
    struct ink ink = {.out = &text};
    result_text_add(&ink, &plan, &result, 0, NULL, NULL);
    result_fini(&result);
    assert_int_equal(ink.status, 0);
    assert_string_equal(bytes_string(&text),
                        "FAIL tcp/one\n"
                        "  scenarios/some.json: step /steps/2: the client received other bytes\n"
                        "  step: half_close as bob\n"
                        "  note: half-close is lost\n"
                        "  replay: sockdrill run --filter 'tcp/one' --seed 1\n");
    bytes_fini(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(calls_are_told_without_ports_sockets_marks_and_noise),
        cmocka_unit_test(faults_errors_and_datagrams_name_their_cause),
        cmocka_unit_test(at_most_64_bytes_of_a_call_are_shown),
        cmocka_unit_test(of_many_events_the_first_and_the_last_are_told),
        cmocka_unit_test(what_is_no_trace_or_holds_no_call_is_no_story),
        cmocka_unit_test(a_story_is_told_where_the_simulated_run_has_a_part_in_the_failure),
        cmocka_unit_test(only_a_result_with_a_failure_is_explained),
        cmocka_unit_test(a_failed_step_says_what_it_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
