/* SPDX-License-Identifier: MIT */
/* Reports as files bring them: what is read, and what is refused with which sentence and place. */
#include "diff_fixture.h"

#include <errno.h>

struct refusal {
    const char *text, *sentence, *pointer;
    unsigned line;
};

#define HEAD                                                                                       \
    "{\"schema\": 1, \"tool\": \"sockdrill\", \"version\": \"1\", \"build\": \"plain\", "          \
    "\"title\": \"\", \"complete\": true, "

static void what_is_no_report_is_refused_with_a_sentence(void **state)
{
    (void)state;
    static const struct refusal refusals[] = {
        {"", "the file is empty", "", 0},
        {"hello", "not JSON", "", 1},
        {"{\"schema\": 1,\n \"tool\": \"sockd", "ends in the middle", "", 2},
        {"{\"schema\": 1,\n \"tool\": \"sockdrill\"", "ends in the middle", "", 2},
        {HEAD "\"results\": []} x", "not JSON", "", 1},
        {"{\"schema\": 1, \"schema\": 1}", "not JSON", "", 1},
        {"[]", "not a report", "/tool", 0},
        {"{}", "not a report", "/tool", 0},
        {"{\"tool\": \"other\", \"schema\": 1}", "not a report", "/tool", 0},
        {"{\"tool\": \"sockdrill\", \"schema\": 0}", "not a report", "/schema", 0},
        {"{\"tool\": \"sockdrill\", \"schema\": \"1\"}", "not a report", "/schema", 0},
        {"{\"tool\": \"sockdrill\", \"schema\": 2}", "is of version 2", "/schema", 0},
        {"{\"tool\": \"sockdrill\", \"schema\": 9223372036854775807, \"new\": {}}",
         "is of version 9223372036854775807", "/schema", 0},
        {"{\"tool\": \"sockdrill\", \"schema\": 1, \"version\": \"1\", \"document\": \"diff\"}",
         "not a report", "/build", 0},
        {"{\"tool\": \"sockdrill\", \"schema\": 1, \"version\": \"1\", \"build\": \"odd\", "
         "\"title\": \"\", \"complete\": true, \"results\": []}",
         "not a report", "/build", 0},
        {HEAD "\"scenarios\": []}", "not a report", "/results", 0},
        {HEAD "\"results\": {}}", "not a report", "/results", 0},
        {HEAD "\"results\": [1]}", "not an object", "/results/0", 0},
        {HEAD "\"results\": [{}]}", "here stands nothing", "/results/0/id", 0},
    };
    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
        struct report_read report;
        struct drill_error error;
        const char *text = refusals[i].text;
        assert_int_equal(report_read_text("r.json", text, strlen(text), &report, &error), -EINVAL);
        if (!strstr(error.sentence, refusals[i].sentence) ||
            strcmp(error.pointer, refusals[i].pointer) != 0 || error.line != refusals[i].line) {
            fail_msg("%s: line %u: %s (at %s)", text, error.line, error.sentence, error.pointer);
        }
        assert_string_equal(error.file, "r.json");
        assert_null(report.root);
    }
}

/* Keys may come in any order, and what a result is refused for is told last. */
static void the_order_of_keys_does_not_matter(void **state)
{
    (void)state;
    static const char odd[] =
        "{\"results\": [{\"id\": 7}], \"schema\": 2, \"tool\": \"sockdrill\"}";
    static const char twice[] = "{\"results\": [],\n\"results\": []}";
    struct report_read report;
    struct drill_error error;
    char text[2048];
    snprintf(text, sizeof(text),
             "{\"results\": [%s], \"complete\": true, \"title\": \"t\", \"build\": \"plain\", "
             "\"version\": \"1\", \"tool\": \"sockdrill\", \"schema\": 1}",
             diff_fixture_result);
    assert_int_equal(report_read_text("r.json", text, strlen(text), &report, &error), 0);
    assert_int_equal(report.count, 1);
    assert_string_equal(report.title, "t");
    report_read_fini(&report);
    assert_int_equal(report_read_text("r.json", odd, strlen(odd), &report, &error), -EINVAL);
    assert_non_null(strstr(error.sentence, "is of version 2"));
    assert_int_equal(report_read_text("r.json", twice, strlen(twice), &report, &error), -EINVAL);
    assert_non_null(strstr(error.sentence, "twice"));
    assert_int_equal(error.line, 2);
}

static void a_lean_report_gives_the_same_results_one_at_a_time(void **state)
{
    (void)state;
    struct report_read lean, whole;
    struct drill_error error;
    json_t *json = diff_fixture_report(), *results = json_object_get(json, "results");
    json_array_append_new(results, diff_fixture_patched("id \"z\""));
    json_array_append_new(results, diff_fixture_patched("id \"\u00e4\"\nverdict \"skipped\""));
    char *text = json_dumps(json, JSON_INDENT(3));
    size_t size = strlen(text);
    assert_int_equal(report_read_text("r.json", text, size, &whole, &error), 0);
    assert_int_equal(report_read_text_lean("r.json", text, size, &lean, &error), 0);
    assert_int_equal(lean.count, 2);
    for (size_t i = 0; i < 2; i++) {
        json_t *one = report_read_json(&lean.results[i]),
               *other = report_read_json(&whole.results[i]);
        assert_null(lean.results[i].json);
        assert_ptr_equal(other, whole.results[i].json);
        assert_true(json_equal(one, other));
        assert_string_equal(lean.results[i].id, whole.results[i].id);
        assert_int_equal(lean.results[i].verdict, whole.results[i].verdict);
        assert_true(lean.results[i].text > text && lean.results[i].text[0] == '{' &&
                    lean.results[i].text[lean.results[i].size - 1] == '}');
        json_decref(one);
        json_decref(other);
    }
    report_read_fini(&lean);
    report_read_fini(&whole);
    free(text);
    json_decref(json);
}

/* Reads a report of one patched result: 0 or -EINVAL. */
static int read_patched(const char *patch, struct drill_error *error)
{
    struct report_read report;
    json_t *json = diff_fixture_report();
    json_array_append_new(json_object_get(json, "results"), diff_fixture_patched(patch));
    char *text = json_dumps(json, 0);
    int status = report_read_text("r.json", text, strlen(text), &report, error);
    if (status == 0) {
        report_read_fini(&report);
    }
    free(text);
    json_decref(json);
    return status;
}

/* A story of one event. */
#define STORY(event) "story {\"omitted\": 0, \"events\": [" event "]}"
#define EVENT        "/results/0/story/events/0"
#define SENT(data)                                                                                 \
    "{\"at_ns\": 0, \"event\": \"send\", \"size\": 9, \"result\": 1, \"data\": " data "}"

static void members_that_break_the_schema_are_refused_with_their_place(void **state)
{
    (void)state;
    static const char *const patches[][2] = {
        {"id \"\"", "/results/0/id"},
        {"hash \"ab\"", "/results/0/hash"},
        {"hash \"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"", "/results/0/hash"},
        {"title 1", "/results/0/title"},
        {"tags [1]", "/results/0/tags"},
        {"plugin null", "/results/0/plugin"},
        {"seed -1", "/results/0/seed"},
        {"seed 1.5", "/results/0/seed"},
        {"verdict \"fine\"", "/results/0/verdict"},
        {"steps {}", "/results/0/steps"},
        {"steps.1.runs \"3\"", "/results/0/steps/1/runs"},
        {"steps.0.iteration [-1]", "/results/0/steps/0/iteration"},
        {"clients.0.name \"\"", "/results/0/clients/0/name"},
        {"clients.0.received []", "/results/0/clients/0/received"},
        {"clients.0.received.hex \"6\"", "/results/0/clients/0/received/hex"},
        {"clients.0.received.hex \"6G\"", "/results/0/clients/0/received/hex"},
        {"clients.0.received.length 4", "/results/0/clients/0/received"},
        {"clients.0.received.offset 1", "/results/0/clients/0/received"},
        {"clients.0.received.offset 9223372036854775807", "/results/0/clients/0/received"},
        {"clients.0.received.length -5", "/results/0/clients/0/received/length"},
        {"sessions.0.recv_sizes [[1]]", "/results/0/sessions/0/recv_sizes"},
        {"sessions.0.recv_sizes [1]", "/results/0/sessions/0/recv_sizes"},
        {"sessions.0.end -", "/results/0/sessions/0/end"},
        {"failure {}", "/results/0/failure/step"},
        {"faults [{}]", "/results/0/faults/0/call"},
        {"divergence []", "/results/0/divergence"},
        {"steps.0.what 1", "/results/0/steps/0/what"},
        {"story []", "/results/0/story"},
        {"story {\"omitted\": 0}", "/results/0/story/events"},
        {STORY("{}"), "/results/0/story/events/0/at_ns"},
        {STORY("{\"at_ns\": 0}"), EVENT},
        {STORY("{\"at_ns\": 0, \"step\": \"\", \"event\": \"send\", \"result\": 0}"), EVENT},
        {STORY("{\"at_ns\": 0, \"event\": \"sing\", \"result\": 0}"), EVENT},
        {STORY("{\"at_ns\": 0, \"event\": \"send\"}"), EVENT},
        {STORY("{\"at_ns\": 0, \"event\": \"send\", \"result\": 0, \"error\": \"E\"}"), EVENT},
        {STORY("{\"at_ns\": 0, \"event\": \"send\", \"result\": -1}"), EVENT "/result"},
        {STORY("{\"at_ns\": 0, \"event\": \"set\", \"result\": 0, \"option\": \"x\"}"), EVENT},
        {STORY("{\"at_ns\": 0, \"event\": \"set\", \"result\": 0, \"value\": 1.5}"), EVENT},
        {STORY("{\"at_ns\": 0, \"event\": \"shutdown\", \"result\": 0, \"how\": \"x\"}"), EVENT},
        {STORY(SENT("{\"length\": 1}")), EVENT "/data/hex"},
        {STORY(SENT("{\"length\": 1, \"hex\": \"6162\"}")), EVENT},
        {STORY(SENT("[]")), EVENT "/data"},
        {"quarantine \"#12\"", "/results/0/quarantine"},
        {"quarantine {\"issue\": \"\", \"until\": \"2027-01-31\", \"over\": true}",
         "/results/0/quarantine/issue"},
        {"quarantine {\"issue\": \"#12\", \"until\": \"2027-02-29\", \"over\": true}",
         "/results/0/quarantine/until"},
        {"quarantine {\"issue\": \"#12\", \"until\": 2027, \"over\": true}",
         "/results/0/quarantine/until"},
        {"quarantine {\"issue\": \"#12\", \"until\": \"2027-01-31\"}",
         "/results/0/quarantine/over"},
    };
    for (size_t i = 0; i < sizeof(patches) / sizeof(patches[0]); i++) {
        struct drill_error error;
        if (read_patched(patches[i][0], &error) != -EINVAL ||
            strcmp(error.pointer, patches[i][1]) != 0) {
            fail_msg("%s: %s (at %s)", patches[i][0], error.sentence, error.pointer);
        }
        assert_non_null(strstr(error.sentence, "sockdrill run --report"));
    }
}

static void an_excerpt_of_257_bytes_is_refused(void **state)
{
    (void)state;
    char hex[2 * 257 + 1], patch[1024];
    memset(hex, 'a', sizeof(hex));
    for (int bytes = 257; bytes >= 256; bytes--) {
        struct drill_error error;
        hex[2 * bytes] = 0;
        snprintf(patch, sizeof(patch),
                 "clients.0.received {\"length\": 300, \"hash\": " DIFF_HASH_A ", \"hex\": \"%s\"}",
                 hex);
        assert_int_equal(read_patched(patch, &error), bytes == 256 ? 0 : -EINVAL);
    }
}

/* What does not fit, and the most that does. */
static void a_story_has_its_bounds(void **state)
{
    (void)state;
    for (size_t count = 240; count <= 241; count++) {
        struct report_read report;
        struct drill_error error;
        json_t *json = diff_fixture_report();
        json_t *result = diff_fixture_patched(STORY("{\"at_ns\": 0, \"step\": \"/steps/0\"}"));
        json_t *events = json_object_get(json_object_get(result, "story"), "events");
        while (json_array_size(events) < count) {
            json_array_append(events, json_array_get(events, 0));
        }
        json_array_append_new(json_object_get(json, "results"), result);
        char *text = json_dumps(json, 0);
        int status = report_read_text("r.json", text, strlen(text), &report, &error);
        assert_int_equal(status, count == 240 ? 0 : -EINVAL);
        if (status == 0) {
            report_read_fini(&report);
        }
        free(text);
        json_decref(json);
    }
    struct drill_error error;
    char hex[2 * 65 + 1], patch[1024];
    memset(hex, 'a', sizeof(hex));
    for (int bytes = 65; bytes >= 64; bytes--) {
        hex[2 * bytes] = 0;
        snprintf(patch, sizeof(patch), STORY(SENT("{\"length\": 65, \"hex\": \"%s\"}")), hex);
        assert_int_equal(read_patched(patch, &error), bytes == 64 ? 0 : -EINVAL);
    }
}

static void two_results_of_one_id_are_refused(void **state)
{
    (void)state;
    struct report_read report;
    struct drill_error error;
    json_t *json = diff_fixture_report();
    json_array_append_new(json_object_get(json, "results"), diff_fixture_patched(""));
    json_array_append_new(json_object_get(json, "results"), diff_fixture_patched("seed 2"));
    char *text = json_dumps(json, 0);
    assert_int_equal(report_read_text("r.json", text, strlen(text), &report, &error), -EINVAL);
    assert_non_null(strstr(error.sentence, "two results have the id 'x'"));
    free(text);
    json_decref(json);
}

/* Cut at every place: each part is refused, and only the whole is read. */
static void every_beginning_of_a_report_is_refused(void **state)
{
    (void)state;
    json_t *json = diff_fixture_report();
    json_array_append_new(json_object_get(json, "results"), diff_fixture_patched(""));
    char *text = json_dumps(json, JSON_INDENT(2));
    size_t size = strlen(text);
    for (size_t i = 0; i <= size; i++) {
        struct report_read report;
        struct drill_error error;
        int status = report_read_text("r.json", text, i, &report, &error);
        assert_int_equal(status, i == size ? 0 : -EINVAL);
        if (status == 0) {
            assert_int_equal(report.count, 1);
            report_read_fini(&report);
        } else {
            assert_true(error.sentence[0]);
        }
    }
    free(text);
    json_decref(json);
}

/* One byte changed at a time: whatever is read can be compared. */
static void changed_bytes_never_break_the_reader(void **state)
{
    (void)state;
    struct report_read whole;
    diff_fixture_read_patched("", &whole);
    json_t *json = diff_fixture_report();
    json_array_append_new(json_object_get(json, "results"), diff_fixture_patched(""));
    char *text = json_dumps(json, 0);
    size_t size = strlen(text), read = 0;
    for (size_t i = 0; i < 4 * size; i++) {
        static const char letters[] = "0\"}]{[-,";
        struct report_read report;
        struct drill_error error;
        struct diff diff;
        char kept = text[i / 4];
        text[i / 4] = letters[(i / 4 + i) % (sizeof(letters) - 1)];
        if (report_read_text("r.json", text, size, &report, &error) == 0) {
            assert_int_equal(diff_make(&diff, &whole, &report), 0);
            diff_fini(&diff);
            report_read_fini(&report);
            read++;
        }
        text[i / 4] = kept;
    }
    assert_true(read > 0 && read < 4 * size);
    free(text);
    json_decref(json);
    report_read_fini(&whole);
}

static void what_cannot_be_opened_or_is_a_folder_is_refused(void **state)
{
    (void)state;
    struct report_read report;
    struct drill_error error;
    assert_int_equal(report_read_file(DRILL_SOURCE_DIR, &report, &error), -EINVAL);
    assert_non_null(strstr(error.sentence, "folder"));
    assert_int_equal(report_read_file(DRILL_SOURCE_DIR "/nowhere", &report, &error), -EINVAL);
    assert_non_null(strstr(error.sentence, "No such file"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_no_report_is_refused_with_a_sentence),
        cmocka_unit_test(the_order_of_keys_does_not_matter),
        cmocka_unit_test(a_lean_report_gives_the_same_results_one_at_a_time),
        cmocka_unit_test(members_that_break_the_schema_are_refused_with_their_place),
        cmocka_unit_test(an_excerpt_of_257_bytes_is_refused),
        cmocka_unit_test(a_story_has_its_bounds),
        cmocka_unit_test(two_results_of_one_id_are_refused),
        cmocka_unit_test(every_beginning_of_a_report_is_refused),
        cmocka_unit_test(changed_bytes_never_break_the_reader),
        cmocka_unit_test(what_cannot_be_opened_or_is_a_folder_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
