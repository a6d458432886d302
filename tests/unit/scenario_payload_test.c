/* SPDX-License-Identifier: MIT */
/* Every spelling of a payload. */
#include "scenario_fixture.h"

#include <sys/stat.h>
#include <unistd.h>

#include "scenario_decode.h"

static const struct plan_payload *sent(const struct plan *plan, size_t step)
{
    return &plan->steps.steps[step].send.payload;
}

static void assert_bytes(const struct plan_payload *payload, const char *bytes, size_t size)
{
    assert_int_equal(payload->part_count, 1);
    assert_int_equal(payload->parts[0].kind, PLAN_BYTES);
    assert_int_equal(payload->size, size);
    assert_int_equal(payload->parts[0].size, size);
    assert_memory_equal(payload->parts[0].data, bytes, size);
}

static void a_string_is_its_utf8_and_may_hold_nul(void **state)
{
    (void)state;
    struct suite suite;
    const struct plan *plan = fixture_tcp("{'connect': {}}, {'send': 'h\\u00e9llo'},"
                                          "{'send': 'a\\u0000b'}, {'expect': 'x'}",
                                          &suite);
    assert_bytes(sent(plan, 1), "h\xc3\xa9llo", 6);
    assert_bytes(sent(plan, 2), "a\0b", 3);
    suite_free(&suite);
}

static void hex_and_base64_are_decoded(void **state)
{
    (void)state;
    struct suite suite;
    const struct plan *plan =
        fixture_tcp("{'connect': {}}, {'send': {'hex': '00ffAb'}}, {'send': {'hex': ''}},"
                    "{'send': {'base64': 'AP8='}}, {'send': {'base64': ''}}, {'expect': 'x'}",
                    &suite);
    assert_bytes(sent(plan, 1), "\x00\xff\xab", 3);
    assert_bytes(sent(plan, 2), "", 0);
    assert_bytes(sent(plan, 3), "\x00\xff", 2);
    assert_bytes(sent(plan, 4), "", 0);
    suite_free(&suite);
}

static void fill_and_random_are_not_made_yet(void **state)
{
    (void)state;
    struct suite suite;
    const struct plan *plan =
        fixture_tcp("{'connect': {}}, {'send': {'fill': 'A', 'size': 67108864}},"
                    "{'send': {'fill': '\\u0000', 'size': 0}},"
                    "{'send': {'random': 4096, 'seed': 9007199254740991}}, {'expect': 'x'}",
                    &suite);
    assert_int_equal(sent(plan, 1)->parts[0].kind, PLAN_FILL);
    assert_int_equal(sent(plan, 1)->parts[0].fill, 'A');
    assert_int_equal(sent(plan, 1)->size, 67108864);
    assert_int_equal(sent(plan, 2)->parts[0].fill, 0);
    assert_int_equal(sent(plan, 3)->parts[0].kind, PLAN_RANDOM);
    assert_int_equal(sent(plan, 3)->parts[0].seed, 9007199254740991);
    assert_int_equal(sent(plan, 3)->size, 4096);
    suite_free(&suite);
}

static void lists_are_joined_however_deep(void **state)
{
    (void)state;
    struct suite suite;
    const struct plan *plan = fixture_tcp(
        "{'connect': {}}, {'send': ['a', ['b', [], [{'hex': '63'}]], {'fill': 'd', 'size': 4}]},"
        "{'send': []}, {'expect': ['x', ['y']]}",
        &suite);
    const struct plan_payload *payload = sent(plan, 1);
    assert_int_equal(payload->part_count, 4);
    assert_int_equal(payload->size, 7);
    assert_memory_equal(payload->parts[2].data, "c", 1);
    assert_int_equal(payload->parts[3].kind, PLAN_FILL);
    assert_int_equal(sent(plan, 2)->part_count, 0);
    suite_free(&suite);
}

static void captures_keep_their_size_and_number(void **state)
{
    (void)state;
    struct suite suite;
    const struct plan *plan = fixture_tcp(
        "{'connect': {}}, {'expect': [{'capture': 'a', 'size': 8}, 'x', {'any': 4},"
        "{'capture': 'b', 'size': 2}]}, {'send': [{'captured': 'b'}, {'captured': 'a'}]},"
        "{'expect': {'capture': 'a', 'size': 8}}, {'expect': {'captured': 'a'}}",
        &suite);
    const struct plan_payload *expected = &plan->steps.steps[1].expect.payload;
    assert_int_equal(plan->capture_count, 2);
    assert_int_equal(plan->capture_sizes[0], 8);
    assert_int_equal(plan->capture_sizes[1], 2);
    assert_int_equal(expected->size, 15);
    assert_int_equal(expected->parts[0].kind, PLAN_CAPTURE);
    assert_int_equal(expected->parts[2].kind, PLAN_ANY);
    assert_int_equal(expected->parts[2].size, 4);
    assert_int_equal(sent(plan, 2)->size, 10);
    assert_int_equal(sent(plan, 2)->parts[0].kind, PLAN_CAPTURED);
    assert_int_equal(sent(plan, 2)->parts[0].capture, 1);
    assert_int_equal(sent(plan, 2)->parts[0].size, 2);
    suite_free(&suite);
}

static void write_file(const char *folder, const char *name, const char *bytes, size_t size)
{
    char path[512];
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    fclose(file);
}

/* Loads a scenario that lies in `folder` and sends the file called `name`. */
static int load_in(const char *folder, const char *name, struct suite *suite)
{
    char file[512], text[1024];
    snprintf(file, sizeof(file), "%s/s.json", folder);
    snprintf(text, sizeof(text),
             "{\"matrix\": {\"n\": [1, 2]}, \"server\": {\"plugin\": \"uppercase\"}, \"steps\": ["
             "{\"connect\": {}}, {\"send\": {\"file\": \"%s\"}}, {\"send\": {\"file\": \"%s\"}},"
             "{\"expect\": \"x${n}\"}]}",
             name, name);
    *suite = (struct suite){0};
    return suite_load_text(file, "s", text, strlen(text), &fixture_finder, suite);
}

static void a_file_lies_in_the_scenarios_folder(void **state)
{
    (void)state;
    char top[] = "/tmp/scenario-payload-XXXXXX";
    char folder[64], inner[80], link[96], path[128];
    struct suite suite;
    assert_non_null(mkdtemp(top));
    snprintf(folder, sizeof(folder), "%s/suite", top);
    snprintf(inner, sizeof(inner), "%s/data", folder);
    assert_int_equal(mkdir(folder, 0700) + mkdir(inner, 0700), 0);
    write_file(folder, "big.bin", "a\0b", 3);
    write_file(inner, "deep.bin", "", 0);
    write_file(top, "secret.bin", "s", 1);
    snprintf(link, sizeof(link), "%s/link.bin", folder);
    assert_int_equal(symlink("../secret.bin", link), 0);

    assert_int_equal(load_in(folder, "big.bin", &suite), 0);
    assert_int_equal(suite.plan_count, 2);
    assert_bytes(sent(suite.plans[0], 1), "a\0b", 3);
    /* Both members and both steps share one copy, which outlives the first to go. */
    assert_ptr_equal(sent(suite.plans[0], 1)->parts[0].data,
                     sent(suite.plans[1], 2)->parts[0].data);
    plan_free(suite.plans[0]);
    suite.plans[0] = suite.plans[--suite.plan_count];
    assert_bytes(sent(suite.plans[0], 1), "a\0b", 3);
    suite_free(&suite);

    assert_int_equal(load_in(folder, "data/deep.bin", &suite), 0);
    assert_bytes(sent(suite.plans[0], 1), "", 0);
    suite_free(&suite);

    assert_int_equal(load_in(folder, "link.bin", &suite), -EINVAL);
    assert_non_null(strstr(suite.errors[0].sentence, "lies outside the scenario's folder"));
    suite_free(&suite);

    snprintf(path, sizeof(path), "%s/fifo", folder);
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_int_equal(load_in(folder, "fifo", &suite), -EINVAL);
    assert_non_null(strstr(suite.errors[0].sentence, "is not a regular file"));
    suite_free(&suite);

    snprintf(path, sizeof(path), "%s/huge.bin", folder);
    write_file(folder, "huge.bin", "", 0);
    assert_int_equal(truncate(path, ((off_t)64 << 20) + 1), 0);
    assert_int_equal(load_in(folder, "huge.bin", &suite), -EINVAL);
    assert_non_null(strstr(suite.errors[0].sentence, "is larger than 64 MiB"));
    suite_free(&suite);
    snprintf(path, sizeof(path), "rm -r '%s'", top);
    assert_int_equal(system(path), 0);
}

static void memory_for_copies_is_bounded(void **state)
{
    (void)state;
    size_t size = (size_t)1 << 20;
    char *text = malloc(size + 512);
    struct suite suite = {0};
    assert_non_null(text);
    int used =
        sprintf(text, "{\"server\": {\"plugin\": \"uppercase\"}, \"steps\": [{\"connect\": {}},"
                      "{\"repeat\": 500000, \"steps\": [{\"send\": [\"${i}\", \"");
    memset(text + used, 'x', size);
    snprintf(text + (size_t)used + size, 64, "\"]}]}, {\"expect\": \"x\"}]}");
    assert_int_equal(suite_load_text("f.json", "f", text, strlen(text), &fixture_finder, &suite),
                     -EINVAL);
    assert_string_equal(suite.errors[0].sentence,
                        "the file needs more than 1024 MiB of memory once it is expanded");
    suite_free(&suite);
    free(text);
}

static void base64_is_read_as_rfc_4648_writes_it(void **state)
{
    (void)state;
    static const struct {
        const char *text, *bytes;
    } known[] = {{"", ""},
                 {"Zg==", "f"},
                 {"Zm8=", "fo"},
                 {"Zm9v", "foo"},
                 {"Zm9vYg==", "foob"},
                 {"Zm9vYmE=", "fooba"},
                 {"Zm9vYmFy", "foobar"}};
    uint8_t data[16];
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        size_t size = scenario_decode_base64(known[i].text, strlen(known[i].text), data);
        assert_int_equal(size, strlen(known[i].bytes));
        assert_memory_equal(data, known[i].bytes, size);
    }
    static const char *const bad[] = {
        "Z", "Zg", "Zg=", "Zh==", "Zm9=", "====", "Z===", "Zg==Zg==", "Zm 9", "Zm9v\n", "=m9v"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_true(scenario_decode_base64(bad[i], strlen(bad[i]), NULL) == SCENARIO_DECODE_BAD);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_string_is_its_utf8_and_may_hold_nul),
        cmocka_unit_test(hex_and_base64_are_decoded),
        cmocka_unit_test(fill_and_random_are_not_made_yet),
        cmocka_unit_test(lists_are_joined_however_deep),
        cmocka_unit_test(captures_keep_their_size_and_number),
        cmocka_unit_test(a_file_lies_in_the_scenarios_folder),
        cmocka_unit_test(memory_for_copies_is_bounded),
        cmocka_unit_test(base64_is_read_as_rfc_4648_writes_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
