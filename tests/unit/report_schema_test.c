/* SPDX-License-Identifier: MIT */
/* What is written matches its schema, as a real validator sees it. */
#include "trace_fixture.h"

#include "report.h"
#include "schema_fixture.h"
#include "timings.h"
#include "traces.h"

/* One result of each verdict as the runner makes them, with everything that may be odd. */
static void odd_result(struct report_fixture *fixture, struct result *result, uint32_t index)
{
    struct plan *plan = &fixture->stored[index];
    char payload[700];
    for (size_t i = 0; i < sizeof(payload); i++) {
        payload[i] = (char)(i * (index + 1));
    }
    fixture_result_bytes(result, index, plan, payload, index * 63, "a \"quoted\"\n\\ line\t", 18);
    enum verdict verdict = index < VERDICT_COUNT ? (enum verdict)index : VERDICT_PASS;
    if (verdict == VERDICT_SKIPPED || verdict == VERDICT_UNEXPECTED_PASS) {
        result->verdict = verdict;
        result->note = strdup("a reason \x01\x80");
    } else if (verdict == VERDICT_DIVERGED) {
        plan->worlds = PLAN_BOTH;
        fixture_diverge(result);
    } else if (verdict != VERDICT_PASS) {
        fixture_fail(result, verdict, index % 2 ? "" : "expected", "\x1b]0;actual\x07");
    }
    result->sessions[0].comparable_sizes = index % 3 != 0;
    result->sessions[0].comparable_bytes = index % 4 != 0;
    result->sessions[0].end = (enum session_end)(index % SESSION_END_COUNT);
    result->clients[0].end = index % 3;
    result->clients[0].sent_unknown = index % 2;
    result->clients[0].received_unknown = index / 2 % 2;
    result->clients_omitted = index % 2;
}

static void many_runs(struct result *result)
{
    struct result_session *session = &result->sessions[0];
    session->recv_runs = realloc(session->recv_runs, 1000 * sizeof(*session->recv_runs));
    assert_non_null(session->recv_runs);
    for (size_t i = 0; i < 1000; i++) {
        session->recv_runs[i] = (struct result_run){.size = i, .count = UINT32_MAX};
    }
    session->recv_run_count = 1000;
    session->recv_runs_cut = true;
    session->comparable_sizes = true;
}

static void every_kind_of_result_matches_the_schema(void **state)
{
    schema_need_ajv();
    struct report_fixture *fixture = *state;
    fixture->stored[10].server.transport = WORLD_UDP;
    fixture->stored[11].tag_count = 0;
    fixture->stored[11].title = "";
    struct report *report = NULL;
    assert_int_equal(
        report_open(fixture->path, "\xff", fixture->plans, FIXTURE_PLANS, &report, &fixture->error),
        0);
    assert_int_equal(schema_validate("reports/report.schema.json", fixture->partial, true), 0);
    for (uint32_t i = 0; i < FIXTURE_PLANS; i++) {
        struct result result;
        odd_result(fixture, &result, i);
        if (i == 11) {
            many_runs(&result);
        }
        assert_int_equal(report_add(report, &result, &fixture->error), 0);
        result_fini(&result);
    }
    assert_int_equal(schema_validate("reports/report.schema.json", fixture->partial, true), 0);
    assert_int_equal(report_close(report, true, NULL, &fixture->error), 0);
    assert_int_equal(schema_validate("reports/report.schema.json", fixture->path, true), 0);
}

/* One result of both worlds, with faults that fired and that did not. */
static void a_result_with_faults_matches_the_schema(void **state)
{
    schema_need_ajv();
    struct report_fixture *fixture = *state;
    static const struct world_fault_rule rules[] = {
        {.call = WORLD_CALL_ACCEPT, .nth = 3, .error = ECONNABORTED},
        {.call = WORLD_CALL_SEND, .nth = UINT64_MAX, .short_bytes = 1, .sticky = true}};
    struct plan *plan = &fixture->stored[0];
    plan->worlds = PLAN_BOTH;
    plan->faults = rules;
    plan->fault_count = 2;
    struct report *report = NULL;
    assert_int_equal(report_open(fixture->path, NULL, fixture->plans, 2, &report, &fixture->error),
                     0);
    struct result result;
    fixture_result(&result, 0, plan);
    result.world = PLAN_BOTH;
    free(result.fault_fires);
    result.fault_fires = calloc(2, sizeof(*result.fault_fires));
    assert_non_null(result.fault_fires);
    result.fault_fires[1] = UINT64_MAX;
    result.fault_count = 2;
    assert_int_equal(report_add(report, &result, &fixture->error), 0);
    result_fini(&result);
    assert_int_equal(report_close(report, false, NULL, &fixture->error), 0);
    assert_int_equal(schema_validate("reports/report.schema.json", fixture->path, true), 0);
}

/* Writes a report of one result with one piece of its text replaced. */
static void write_changed(struct report_fixture *fixture, const char *from, const char *to)
{
    struct report *report = NULL;
    assert_int_equal(report_open(fixture->path, NULL, fixture->plans, 1, &report, &fixture->error),
                     0);
    struct result result;
    fixture_result(&result, 0, fixture->plans[0]);
    assert_int_equal(report_add(report, &result, &fixture->error), 0);
    result_fini(&result);
    assert_int_equal(report_close(report, true, NULL, &fixture->error), 0);
    size_t size;
    char *text = fixture_read(fixture->path, &size);
    char *place = strstr(text, from);
    assert_non_null(place);
    FILE *file = fopen(fixture->path, "wb");
    assert_non_null(file);
    fprintf(file, "%.*s%s%s", (int)(place - text), text, to, place + strlen(from));
    assert_int_equal(fclose(file), 0);
    free(text);
}

static void the_validator_refuses_what_is_wrong(void **state)
{
    schema_need_ajv();
    struct report_fixture *fixture = *state;
    static const char *const changes[][2] = {
        {"\"schema\": 1", "\"schema\": 2"},
        {"\"complete\": true", "\"complete\": true, \"time\": 1"},
        {"\"pass\": 1", "\"pass\": 2"},
        {"\"verdict\": \"pass\"", "\"verdict\": \"fail\""},
        {"\"length\": 5", "\"length\": 5.5"},
        {"\"length\": 5", "\"length\": 6"},
        {"\"text\": \"hello\"", "\"text\": \"help!\""},
        {"\"end\": \"eof\"", "\"end\": \"EOF\""},
        {"[5, 1]", "[5, 1, 1]"},
        {"\"world\": \"kernel\"", "\"world\": \"moon\""},
        {"\"schema\": 1,\n  \"tool\": \"sockdrill\"", "\"tool\": \"sockdrill\",\n  \"schema\": 1"},
        {"}\n}\n", "}\n}"},
    };
    for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
        write_changed(fixture, changes[i][0], changes[i][1]);
        if (schema_validate("reports/report.schema.json", fixture->path, false) != 1) {
            fail_msg("not refused: %s", changes[i][1]);
        }
    }
    write_changed(fixture, "\"schema\": 1", "\"schema\": 1");
    assert_int_equal(schema_validate("reports/report.schema.json", fixture->path, true), 0);
}

static void timings_match_their_schema(void **state)
{
    schema_need_ajv();
    struct report_fixture *fixture = *state;
    struct timings *timings = NULL;
    assert_int_equal(
        timings_open(fixture->path, fixture->plans, FIXTURE_PLANS, 4, &timings, &fixture->error),
        0);
    for (uint32_t i = 0; i < FIXTURE_PLANS; i++) {
        struct result result;
        odd_result(fixture, &result, i);
        result.trouble.signal = i == 3 ? 11 : 0;
        result.trouble.exit_status = i == 4 ? 7 : -1;
        result.trouble.output = i == 3 ? strdup("\x1b[31m\xff==1==ERROR\n") : NULL;
        assert_int_equal(timings_add(timings, &result, &fixture->error), 0);
        result_fini(&result);
    }
    assert_int_equal(schema_validate("reports/timings.schema.json", fixture->partial, true), 0);
    assert_int_equal(timings_close(timings, true, &fixture->error), 0);
    assert_int_equal(schema_validate("reports/timings.schema.json", fixture->path, true), 0);
}

/* Every kind of event, with all that may be odd. */
static void odd_trace(struct bytes *blob)
{
    struct trace_fixture trace;
    uint8_t binary[600];
    memset(binary, 0xff, sizeof(binary));
    trace_fixture_begin(&trace);
    trace_fixture_hello(&trace);
    for (unsigned kind = 0; kind < WORLD_CALL_COUNT; kind++) {
        trace_fixture_add(&trace, trace_fixture_call((enum world_call)kind, 5, 1, 1), "\x1b", 1);
        trace_fixture_add(&trace, trace_fixture_call((enum world_call)kind, 5, 0, -4095), NULL, 0);
    }
    trace_fixture_add(&trace, trace_fixture_call(WORLD_CALL_RECV, 6, 1024, 600), binary,
                      sizeof(binary));
    trace_fixture_step(&trace, 77);
    trace.store->hash[3] = 1;
    trace_fixture_end(&trace, blob);
}

static void traces_match_their_schema(void **state)
{
    schema_need_ajv();
    struct report_fixture *fixture = *state;
    struct traces *traces = NULL;
    assert_int_equal(
        traces_open(fixture->path, fixture->plans, FIXTURE_PLANS, &traces, &fixture->error), 0);
    assert_int_equal(schema_validate("reports/trace.schema.json", fixture->partial, true), 0);
    for (uint32_t i = FIXTURE_PLANS; i-- > 0;) {
        struct result result;
        odd_result(fixture, &result, i);
        result.world = (enum plan_world)(1 + i % PLAN_BOTH);
        odd_trace(&result.sim_trace);
        if (i % 2) {
            odd_trace(&result.kernel_trace);
        }
        assert_int_equal(traces_add(traces, &result, &fixture->error), 0);
        result_fini(&result);
    }
    assert_int_equal(traces_close(traces, true, &fixture->error), 0);
    assert_int_equal(schema_validate("reports/trace.schema.json", fixture->path, true), 0);
}

static void the_validator_refuses_a_trace_that_is_wrong(void **state)
{
    schema_need_ajv();
    struct report_fixture *fixture = *state;
    static const char document[] =
        "{\"schema\": 1, \"tool\": \"sockdrill\", \"version\": \"1\", \"complete\": true, "
        "\"scenarios\": [{\"id\": \"a\", \"world\": \"sim\", \"hash\": null, \"omitted\": 0, "
        "\"events\": [{\"at_ns\": 2, \"event\": \"wait\", \"result\": 0}, "
        "{\"at_ns\": %s, \"event\": \"recv\", \"socket\": 3, \"who\": \"b\", \"result\": 1, "
        "\"data\": {\"length\": 1, %s\"hex\": \"61\"}}]}]}\n";
    static const struct {
        const char *at, *text;
        int status;
    } cases[] = {{"2", "\"text\": \"a\", ", 0},
                 {"1", "\"text\": \"a\", ", 1},
                 {"2.5", "\"text\": \"a\", ", 1},
                 {"2", "\"text\": \"b\", ", 1},
                 {"2", "", 1}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char text[1024];
        snprintf(text, sizeof(text), document, cases[i].at, cases[i].text);
        fixture_write(fixture->path, text);
        assert_int_equal(
            schema_validate("reports/trace.schema.json", fixture->path, cases[i].status == 0),
            cases[i].status);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, report_setup, report_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_kind_of_result_matches_the_schema),
        TEST(the_validator_refuses_what_is_wrong),
        TEST(a_result_with_faults_matches_the_schema),
        TEST(timings_match_their_schema),
        TEST(traces_match_their_schema),
        TEST(the_validator_refuses_a_trace_that_is_wrong),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
