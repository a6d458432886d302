/* SPDX-License-Identifier: MIT */
/* Scenario texts that nobody meant: cut short, or with bytes changed by chance. They are refused or
 * loaded; what matters is that the sanitizers stay silent. */
#include "scenario_fixture.h"

#include "prng.h"

#define MUTATIONS 20000

static const char good[] =
    "{\n"
    "  \"title\": \"costs $$1, n is ${n}\",\n"
    "  \"tags\": [\"a\", \"\\u00e9\\ud83d\\ude00\"],\n"
    "  \"worlds\": [\"kernel\"], \"expect_failure\": \"why\",\n"
    "  \"matrix\": {\"n\": [1, 2], \"msg\": [\"a\", \"b$x\"]},\n"
    "  \"server\": {\"plugin\": \"uppercase\", \"options\": {\"quit\": \"exit\"}, \"backlog\": "
    "2},\n"
    "  \"faults\": [{\"call\": \"recv\", \"nth\": \"$n\", \"error\": \"ECONNRESET\", "
    "\"sticky\": true},\n"
    "    {\"call\": \"send\", \"nth\": 2, \"short\": 3}],\n"
    "  \"steps\": [\n"
    "    {\"repeat\": \"$n\", \"steps\": [\n"
    "      {\"connect\": {}, \"as\": \"c[$i]\", \"note\": \"one\"},\n"
    "      {\"send\": [\"x${i}\", {\"hex\": \"00ff\"}, {\"base64\": \"QUI=\"}, {\"fill\": \"A\", "
    "\"size\": 3}, {\"random\": 4, \"seed\": 7}], \"as\": \"c[${i}]\", \"cuts\": [1, 2]},\n"
    "      {\"expect\": [{\"any\": 2}, {\"capture\": \"t\", \"size\": 4}], \"as\": \"c[$i]\"},\n"
    "      {\"repeat\": 2, \"index\": \"j\", \"steps\": [{\"wait_ms\": \"$j\"}]}]},\n"
    "    {\"server\": {\"accepting\": false}}, {\"fill_backlog\": {}, \"outcome\": \"capacity\"},\n"
    "    {\"connect\": {}}, {\"connect\": {}, \"as\": \"r\", \"outcome\": \"refused\"},\n"
    "    {\"together\": [[{\"send\": \"$msg\", \"settle\": false}], [{\"expect\": {\"captured\": "
    "\"t\"}, \"as\": \"c[0]\"}]], \"seed\": 3},\n"
    "    {\"expect_server\": {\"sessions\": \"$n\", \"ends\": {\"c[0]\": \"eof\"}, \"peers\": "
    "[\"client\"], \"recv_sizes\": [1], \"session\": \"client\", \"alive\": true}},\n"
    "    {\"expect\": {\"regex\": \"a.*\"}}, {\"expect\": {\"prefix\": \"b\"}, \"within_ms\": 5},\n"
    "    {\"pause\": {}}, {\"resume\": {}}, {\"expect\": {\"size\": 3}}, {\"expect_silence\": 5},\n"
    "    {\"half_close\": {}}, {\"expect_end\": [\"eof\", \"reset\"]}, {\"close\": {}}\n"
    "  ]\n"
    "}\n";

/* Whatever comes of it: an answer, with errors exactly when it was refused. The text is copied to
 * its exact size so that reading beyond it shows. */
static int load_exactly(const char *text, size_t size)
{
    struct suite suite = {0};
    char *copy = malloc(size ? size : 1);
    assert_non_null(copy);
    memcpy(copy, text, size);
    int status = suite_load_text("text.json", "text", copy, size, &fixture_finder, &suite);
    free(copy);
    if (status == 0) {
        assert_int_equal(suite.error_count, 0);
        assert_true(suite.plan_count > 0);
    } else {
        assert_int_equal(status, -EINVAL);
        assert_int_equal(suite.error_count, 1);
        assert_true(suite.errors[0].line > 0);
        assert_true(suite.errors[0].column > 0);
        assert_true(suite.errors[0].sentence[0] != '\0');
    }
    suite_free(&suite);
    return status;
}

static void the_text_itself_is_good(void **state)
{
    (void)state;
    assert_int_equal(load_exactly(good, strlen(good)), 0);
}

static void every_beginning_of_a_good_text_is_refused(void **state)
{
    (void)state;
    for (size_t size = 0; size < strlen(good) - 1; size++) {
        assert_int_equal(load_exactly(good, size), -EINVAL);
    }
}

/* One to four bytes become others; half of the time others that JSON uses. */
static void changed_bytes_never_crash_the_loader(void **state)
{
    (void)state;
    static const char likely[] = "{}[]\",:$\\0123456789-.eE \n\x80\xff";
    struct prng prng = {.state = 20260101};
    char text[sizeof(good)];
    unsigned accepted = 0;
    for (unsigned i = 0; i < MUTATIONS; i++) {
        memcpy(text, good, sizeof(good));
        for (uint64_t n = 1 + prng_below(&prng, 4); n > 0; n--) {
            size_t at = (size_t)prng_below(&prng, sizeof(good) - 1);
            text[at] = prng_below(&prng, 2) ? likely[prng_below(&prng, sizeof(likely) - 1)]
                                            : (char)prng_below(&prng, 256);
        }
        accepted += load_exactly(text, sizeof(good) - 1) == 0;
    }
    assert_true(accepted > 0);
    assert_true(accepted < MUTATIONS);
}

/* A piece of the text is taken out, or stands twice. */
static void moved_pieces_never_crash_the_loader(void **state)
{
    (void)state;
    struct prng prng = {.state = 7};
    char text[2 * sizeof(good)];
    for (unsigned i = 0; i < MUTATIONS / 4; i++) {
        size_t size = sizeof(good) - 1;
        size_t from = (size_t)prng_below(&prng, size);
        size_t length = 1 + (size_t)prng_below(&prng, size - from < 64 ? size - from : 64);
        size_t copies = prng_below(&prng, 2) ? 2 : 0;
        size_t used = from;
        memcpy(text, good, from);
        for (size_t copy = 0; copy < copies; copy++, used += length) {
            memcpy(text + used, good + from, length);
        }
        memcpy(text + used, good + from + length, size - from - length);
        load_exactly(text, used + size - from - length);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_text_itself_is_good),
        cmocka_unit_test(every_beginning_of_a_good_text_is_refused),
        cmocka_unit_test(changed_bytes_never_crash_the_loader),
        cmocka_unit_test(moved_pieces_never_crash_the_loader),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
