/* SPDX-License-Identifier: MIT */
/* The text of one result: exact, because reports are compared byte by byte. */
#include "report_json_fixture.h"

#include "json_text.h"

/* Renders at column 0 and compares with the expected text. */
static void assert_result_text(const struct plan *plan, const struct result *result,
                               const char *expected)
{
    struct bytes text;
    bytes_init(&text, JSON_TEXT_BYTES_MAX);
    json_t *json = report_json_result(plan, result);
    assert_non_null(json);
    assert_int_equal(json_text_add(&text, json, 0), 0);
    assert_string_equal(bytes_string(&text), expected);
    json_decref(json);
    bytes_fini(&text);
}

static void a_pass_is_rendered_in_fixed_order(void **state)
{
    (void)state;
    struct plan plan;
    fixture_plan(&plan, "tcp/one");
    struct result result;
    fixture_result(&result, 0, &plan);
    assert_result_text(
        &plan, &result,
        "{\n"
        "  \"id\": \"tcp/one\",\n"
        "  \"hash\": \"abcd0000000000000000000000000000\",\n"
        "  \"title\": \"Something that is \xc3\xa4tested\",\n"
        "  \"tags\": [\"seed\", \"tcp\"],\n"
        "  \"plugin\": {\"name\": \"uppercase\", \"version\": \"1.0.0\"},\n"
        "  \"world\": \"kernel\",\n"
        "  \"seed\": 1,\n"
        "  \"verdict\": \"pass\",\n"
        "  \"steps\": [{\"step\": \"/steps/0\", \"runs\": 1, \"verdict\": \"pass\"}],\n"
        "  \"clients\": [\n"
        "    {\n"
        "      \"name\": \"client\",\n"
        "      \"sent\": {\n"
        "        \"length\": 5,\n"
        "        \"hash\": \"b5e9c1ad071b3e7fc779cfaa5e523818\",\n"
        "        \"text\": \"hello\",\n"
        "        \"hex\": \"68656c6c6f\"\n"
        "      },\n"
        "      \"received\": {\n"
        "        \"length\": 5,\n"
        "        \"hash\": \"9c94b776156d973d9305058f96f27723\",\n"
        "        \"text\": \"HELLO\",\n"
        "        \"hex\": \"48454c4c4f\"\n"
        "      },\n"
        "      \"end\": \"eof\"\n"
        "    }\n"
        "  ],\n"
        "  \"sessions\": [\n"
        "    {\n"
        "      \"name\": \"client\",\n"
        "      \"bytes_received\": 5,\n"
        "      \"received\": {\n"
        "        \"length\": 5,\n"
        "        \"hash\": \"b5e9c1ad071b3e7fc779cfaa5e523818\",\n"
        "        \"text\": \"hello\",\n"
        "        \"hex\": \"68656c6c6f\"\n"
        "      },\n"
        "      \"recv_sizes\": [[5, 1]],\n"
        "      \"end\": \"eof\"\n"
        "    }\n"
        "  ]\n"
        "}");
    result_fini(&result);
}

static void a_failure_names_step_iteration_and_both_sides(void **state)
{
    (void)state;
    struct plan plan;
    fixture_plan(&plan, "tcp/one");
    struct result result;
    fixture_result(&result, 0, &plan);
    fixture_fail(&result, VERDICT_FAIL, "HELLO", "HELL\xff");
    json_t *json = render(&plan, &result);
    assert_string_at(json, "verdict", "fail");
    assert_string_at(json, "failure.step", "/steps/1/steps/0");
    assert_int_equal(json_integer_value(member(json, "failure.iteration.0")), 4);
    assert_string_at(json, "failure.sentence", "the client received other bytes");
    assert_string_at(json, "failure.expected.text", "HELLO");
    assert_null(member(json, "failure.actual.text"));
    assert_string_at(json, "failure.actual.hex", "48454c4cff");
    assert_int_equal(json_integer_value(member(json, "failure.actual.offset")), 0);
    assert_string_at(json, "replay", "sockdrill run --filter 'tcp/one' --seed 1");
    json_decref(json);
}

static void steps_end_with_the_one_that_failed(void **state)
{
    (void)state;
    struct plan plan;
    fixture_plan(&plan, "tcp/one");
    struct result result;
    fixture_result(&result, 0, &plan);
    fixture_fail(&result, VERDICT_CRASH, "a", "b");
    json_t *json = render(&plan, &result);
    const json_t *steps = member(json, "steps");
    assert_int_equal(json_array_size(steps), 2);
    assert_string_at(steps, "0.step", "/steps/0");
    assert_string_at(steps, "0.verdict", "pass");
    assert_string_at(steps, "1.step", "/steps/1/steps/0");
    assert_string_at(steps, "1.verdict", "crash");
    assert_int_equal(json_integer_value(member(steps, "1.runs")), 4);
    assert_int_equal(json_integer_value(member(steps, "1.iteration.0")), 4);
    json_decref(json);
}

static void an_expected_failure_is_a_failed_step_and_needs_no_replay(void **state)
{
    (void)state;
    struct plan plan;
    fixture_plan(&plan, "tcp/one");
    struct result result;
    fixture_result(&result, 0, &plan);
    fixture_fail(&result, VERDICT_EXPECTED_FAIL, "a", "b");
    result.note = strdup("known since 2019");
    json_t *json = render(&plan, &result);
    assert_string_at(json, "steps.1.verdict", "fail");
    assert_string_at(json, "note", "known since 2019");
    assert_string_at(json, "failure.step", "/steps/1/steps/0");
    assert_null(member(json, "replay"));
    json_decref(json);
}

static void every_verdict_has_its_name(void **state)
{
    (void)state;
    struct plan plan;
    fixture_plan(&plan, "tcp/one");
    for (int i = 0; i < VERDICT_COUNT; i++) {
        struct result result;
        fixture_result(&result, 0, &plan);
        result.verdict = (enum verdict)i;
        bool bad = !verdict_is_good(result.verdict);
        json_t *json = render(&plan, &result);
        assert_string_at(json, "verdict", verdict_name((enum verdict)i));
        assert_int_equal(member(json, "replay") != NULL, bad);
        json_decref(json);
    }
}

static void a_failure_without_a_step_or_a_sentence_still_says_so(void **state)
{
    (void)state;
    struct plan plan;
    fixture_plan(&plan, "tcp/one");
    struct result result;
    fixture_result(&result, 0, &plan);
    result.verdict = VERDICT_ERROR;
    json_t *json = render(&plan, &result);
    assert_true(json_is_null(member(json, "failure.step")));
    assert_int_equal(json_array_size(member(json, "failure.iteration")), 0);
    assert_string_at(json, "failure.sentence", "no reason was given");
    assert_true(json_is_null(member(json, "failure.expected")));
    json_decref(json);
}

static void evidence_may_be_words(void **state)
{
    (void)state;
    struct plan plan;
    fixture_plan(&plan, "tcp/one");
    struct result result;
    fixture_result(&result, 0, &plan);
    assert_int_equal(result_decide(&result, VERDICT_FAIL, "it ended otherwise"), 0);
    result.failure.expected.kind = EVIDENCE_TEXT;
    result.failure.expected.text = strdup("eof");
    result.failure.actual.kind = EVIDENCE_TEXT;
    result.failure.actual.text = strdup("reset");
    json_t *json = render(&plan, &result);
    assert_string_at(json, "failure.expected", "eof");
    assert_string_at(json, "failure.actual", "reset");
    json_decref(json);
}

static void what_depends_on_the_kernel_is_null(void **state)
{
    (void)state;
    struct plan plan;
    fixture_plan(&plan, "tcp/one");
    struct result result;
    fixture_result(&result, 0, &plan);
    result.sessions[0].comparable_bytes = false;
    result.sessions[0].comparable_sizes = false;
    result.sessions[0].recv_runs_cut = true;
    result.clients[0].end = 0;
    json_t *json = render(&plan, &result);
    assert_true(json_is_null(member(json, "sessions.0.bytes_received")));
    assert_true(json_is_null(member(json, "sessions.0.received")));
    assert_true(json_is_null(member(json, "sessions.0.recv_sizes")));
    assert_null(member(json, "sessions.0.recv_sizes_cut"));
    assert_null(member(json, "sessions.0.truncated"));
    assert_true(json_is_null(member(json, "clients.0.end")));
    json_decref(json);
}

static void what_a_client_sent_and_received_may_be_null_each(void **state)
{
    (void)state;
    struct plan plan;
    fixture_plan(&plan, "tcp/one");
    for (unsigned mask = 0; mask < 4; mask++) {
        struct result result;
        fixture_result(&result, 0, &plan);
        result.clients[0].sent_unknown = mask & 1;
        result.clients[0].received_unknown = mask & 2;
        json_t *json = render(&plan, &result);
        const json_t *sent = member(json, "clients.0.sent");
        const json_t *received = member(json, "clients.0.received");
        assert_true(mask & 1 ? json_is_null(sent) : json_is_object(sent));
        assert_true(mask & 2 ? json_is_null(received) : json_is_object(received));
        json_decref(json);
    }
}

static void udp_counts_truncated_datagrams(void **state)
{
    (void)state;
    struct plan plan;
    fixture_plan(&plan, "udp/one");
    plan.server.transport = WORLD_UDP;
    struct result result;
    fixture_result(&result, 0, &plan);
    result.sessions[0].truncated = 3;
    json_t *json = render(&plan, &result);
    assert_int_equal(json_integer_value(member(json, "sessions.0.truncated")), 3);
    json_decref(json);
}

static void long_streams_keep_length_hash_and_256_bytes(void **state)
{
    (void)state;
    struct plan plan;
    fixture_plan(&plan, "tcp/one");
    char payload[1000];
    memset(payload, 'x', sizeof(payload));
    struct result result;
    fixture_result_bytes(&result, 0, &plan, payload, sizeof(payload), "", 0);
    json_t *json = render(&plan, &result);
    assert_int_equal(json_integer_value(member(json, "clients.0.sent.length")), 1000);
    assert_int_equal(json_string_length(member(json, "clients.0.sent.text")), 256);
    assert_int_equal(json_string_length(member(json, "clients.0.sent.hex")), 512);
    assert_string_at(json, "clients.0.received.text", "");
    assert_string_at(json, "clients.0.received.hex", "");
    json_decref(json);
}

static void bytes_are_text_only_when_all_are_printable(void **state)
{
    (void)state;
    struct plan plan;
    fixture_plan(&plan, "tcp/one");
    static const struct {
        const char *bytes;
        size_t size;
        bool text;
    } cases[] = {{"a\tb\n", 4, true}, {"a\rb", 3, false},        {"a\0b", 3, false},
                 {"\x7f", 1, false},  {"\xc3\xa4", 2, false},    {"\x1b[31m", 5, false},
                 {"~ \"\\", 4, true}, {"\xed\xa0\x80", 3, false}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct result result;
        fixture_result_bytes(&result, 0, &plan, cases[i].bytes, cases[i].size, "", 0);
        json_t *json = render(&plan, &result);
        const json_t *text = member(json, "clients.0.sent.text");
        assert_int_equal(text != NULL, cases[i].text);
        assert_int_equal(json_string_length(member(json, "clients.0.sent.hex")), 2 * cases[i].size);
        json_decref(json);
    }
}

static void broken_utf8_becomes_replacement_characters(void **state)
{
    (void)state;
    struct plan plan;
    fixture_plan(&plan, "tcp/\xff\xfe");
    plan.title = "\xc0\x80 \xf4\x90\x80\x80 ok";
    struct result result;
    fixture_result(&result, 0, &plan);
    json_t *json = render(&plan, &result);
    assert_string_at(json, "id", "tcp/\xef\xbf\xbd\xef\xbf\xbd");
    assert_string_at(
        json, "title",
        "\xef\xbf\xbd\xef\xbf\xbd \xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd ok");
    json_decref(json);
}

static void assert_replay(const struct plan *plan, const struct result *result,
                          const char *expected)
{
    struct bytes text;
    bytes_init(&text, 1000);
    assert_int_equal(report_json_replay(&text, plan, result), 0);
    assert_string_equal(bytes_string(&text), expected);
    bytes_fini(&text);
}

static void the_replay_command_quotes_for_shell_and_glob(void **state)
{
    (void)state;
    struct plan plan;
    fixture_plan(&plan, "t/it's [a]*?\\");
    struct result result = {.seed = UINT64_MAX, .world = PLAN_KERNEL};
    assert_replay(&plan, &result,
                  "sockdrill run --filter 't/it'\\''s \\[a]\\*\\?\\\\' "
                  "--seed 18446744073709551615");
}

static void the_replay_command_names_a_world_that_is_not_the_default(void **state)
{
    (void)state;
    struct plan plan;
    fixture_plan(&plan, "a");
    struct result result = {.seed = 1, .world = PLAN_KERNEL};
    assert_replay(&plan, &result, "sockdrill run --filter 'a' --seed 1");
    plan.worlds = PLAN_BOTH;
    assert_replay(&plan, &result, "sockdrill run --filter 'a' --seed 1 --world kernel");
    result.world = PLAN_SIM;
    assert_replay(&plan, &result, "sockdrill run --filter 'a' --seed 1 --world sim");
    result.world = PLAN_BOTH;
    assert_replay(&plan, &result, "sockdrill run --filter 'a' --seed 1");
}

static void a_thousand_receive_sizes_stand_on_one_line(void **state)
{
    (void)state;
    struct plan plan;
    fixture_plan(&plan, "tcp/one");
    struct result result;
    fixture_result(&result, 0, &plan);
    struct result_session *session = &result.sessions[0];
    session->recv_runs =
        realloc(session->recv_runs, RESULT_RECV_RUNS_MAX * sizeof(*session->recv_runs));
    assert_non_null(session->recv_runs);
    for (size_t i = 0; i < RESULT_RECV_RUNS_MAX; i++) {
        session->recv_runs[i] = (struct result_run){.size = i % 1024, .count = i + 1};
    }
    session->recv_run_count = RESULT_RECV_RUNS_MAX;
    session->recv_runs_cut = true;
    struct bytes text;
    bytes_init(&text, JSON_TEXT_BYTES_MAX);
    json_t *json = render(&plan, &result);
    assert_int_equal(json_text_add(&text, json, 0), 0);
    const char *line = strstr(bytes_string(&text), "\"recv_sizes\": [[0, 1], [1, 2], ");
    assert_non_null(line);
    assert_non_null(strstr(line, "[999, 1000]],\n      \"recv_sizes_cut\": true,\n"));
    assert_true(strchr(line, '\n') == strstr(line, "[999, 1000]],\n") + strlen("[999, 1000]],"));
    bytes_fini(&text);
    json_decref(json);
}

static void omitted_connections_are_counted(void **state)
{
    (void)state;
    struct plan plan;
    fixture_plan(&plan, "tcp/one");
    struct result result;
    fixture_result(&result, 0, &plan);
    result.clients_omitted = 7;
    result.sessions_omitted = 8;
    json_t *json = render(&plan, &result);
    assert_int_equal(json_integer_value(member(json, "clients_omitted")), 7);
    assert_int_equal(json_integer_value(member(json, "sessions_omitted")), 8);
    json_decref(json);
}

static void what_is_not_canonical_changes_nothing(void **state)
{
    (void)state;
    struct plan plan;
    fixture_plan(&plan, "tcp/one");
    struct result one, other;
    fixture_result(&one, 0, &plan);
    fixture_result(&other, 0, &plan);
    fixture_fail(&one, VERDICT_CRASH, "a", "b");
    fixture_fail(&other, VERDICT_CRASH, "a", "b");
    other.real_ns = 77;
    other.trouble.signal = 11;
    other.trouble.output = strdup("==4711== at 0xdeadbeef");
    other.trouble.frames[0].module = strdup("/somewhere/server.so");
    other.trouble.frame_count = 1;
    struct plan elsewhere = plan;
    elsewhere.file = "/another/path.json";
    elsewhere.server.plugin_path = "/another/plugin.so";
    json_t *here = render(&plan, &one);
    json_t *there = render(&elsewhere, &other);
    assert_true(json_equal(here, there));
    json_decref(here);
    json_decref(there);
}

static void the_summary_counts_every_verdict(void **state)
{
    (void)state;
    struct report_summary summary = {
        .planned = 12, .total = 10, .counts = {1, 2, 3}, .quarantined = 4, .overdue = 1};
    assert_int_equal(report_summary_failing(&summary), 2);
    json_t *json = report_json_summary(&summary);
    char *text = json_dumps(json, 0);
    assert_string_equal(text,
                        "{\"planned\": 12, \"total\": 10, \"pass\": 1, \"fail\": 2, "
                        "\"error\": 3, \"crash\": 0, \"hang\": 0, \"leak\": 0, "
                        "\"diverged\": 0, \"flaky\": 0, \"skipped\": 0, \"expected-fail\": 0, "
                        "\"unexpected-pass\": 0, \"quarantined\": 4, "
                        "\"overdue\": 1}");
    free(text);
    json_decref(json);
}

/* Wherever the limit of a line strikes, in a key, a string or a bracket, nothing is lost. */
static void text_of_any_width_reads_back_as_it_was(void **state)
{
    (void)state;
    char filler[JSON_TEXT_LINE_COLUMNS + 30] = "";
    for (size_t i = 0; i + 1 < sizeof(filler); i++) {
        json_t *json = json_pack("{s:{s:s, s:i}, s:[s, s, {s:s}], s:[[i, i], [i]]}", "object",
                                 "filler", filler, "a_rather_long_key", 1, "list", filler,
                                 "\n\"\x01", "nested_key", "", "numbers", 1, 2, 3);
        struct bytes text;
        bytes_init(&text, JSON_TEXT_BYTES_MAX);
        assert_int_equal(json_text_add(&text, json, i % 7), 0);
        json_t *back = json_loads(bytes_string(&text), JSON_REJECT_DUPLICATES, NULL);
        assert_non_null(back);
        assert_true(json_equal(json, back));
        for (const char *line = bytes_string(&text); line; line = strchr(line, '\n')) {
            line += *line == '\n';
            assert_true(strcspn(line, "\n") <= JSON_TEXT_LINE_COLUMNS || i > 75);
        }
        json_decref(back);
        json_decref(json);
        bytes_fini(&text);
        filler[i] = 'f';
    }
}

/* Reports that were read may hold members of any name. */
static void keys_cannot_break_out(void **state)
{
    (void)state;
    char key[JSON_TEXT_LINE_COLUMNS];
    memset(key, 'k', sizeof(key) - 1);
    memcpy(key, "\": 1, \"\\\n", 9);
    key[sizeof(key) - 1] = '\0';
    json_t *json = json_pack("{s:{s:[s, s]}, s:i}", "object", key, "a", "b", key, 2);
    struct bytes text;
    bytes_init(&text, JSON_TEXT_BYTES_MAX);
    assert_int_equal(json_text_add(&text, json, 0), 0);
    json_t *back = json_loads(bytes_string(&text), JSON_REJECT_DUPLICATES, NULL);
    assert_true(json_equal(json, back));
    json_decref(back);
    json_decref(json);
    bytes_fini(&text);
}

static void numbers_beyond_json_are_capped(void **state)
{
    (void)state;
    json_t *number = json_text_integer(UINT64_MAX);
    assert_true(json_integer_value(number) == INT64_MAX);
    json_decref(number);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pass_is_rendered_in_fixed_order),
        cmocka_unit_test(a_failure_names_step_iteration_and_both_sides),
        cmocka_unit_test(steps_end_with_the_one_that_failed),
        cmocka_unit_test(an_expected_failure_is_a_failed_step_and_needs_no_replay),
        cmocka_unit_test(every_verdict_has_its_name),
        cmocka_unit_test(a_failure_without_a_step_or_a_sentence_still_says_so),
        cmocka_unit_test(evidence_may_be_words),
        cmocka_unit_test(what_depends_on_the_kernel_is_null),
        cmocka_unit_test(what_a_client_sent_and_received_may_be_null_each),
        cmocka_unit_test(udp_counts_truncated_datagrams),
        cmocka_unit_test(long_streams_keep_length_hash_and_256_bytes),
        cmocka_unit_test(bytes_are_text_only_when_all_are_printable),
        cmocka_unit_test(broken_utf8_becomes_replacement_characters),
        cmocka_unit_test(the_replay_command_quotes_for_shell_and_glob),
        cmocka_unit_test(the_replay_command_names_a_world_that_is_not_the_default),
        cmocka_unit_test(a_thousand_receive_sizes_stand_on_one_line),
        cmocka_unit_test(omitted_connections_are_counted),
        cmocka_unit_test(what_is_not_canonical_changes_nothing),
        cmocka_unit_test(the_summary_counts_every_verdict),
        cmocka_unit_test(text_of_any_width_reads_back_as_it_was),
        cmocka_unit_test(keys_cannot_break_out),
        cmocka_unit_test(numbers_beyond_json_are_capped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
