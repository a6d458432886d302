/* SPDX-License-Identifier: MIT */
#include "plugin_fixture.h"

#include <errno.h>

#include "plugin_info.h"

static const struct drill_option string = {.name = "word", .type = DRILL_STRING};
static const struct drill_option any = {.name = "number", .type = DRILL_INTEGER};
static const struct drill_option small = {
    .name = "digit", .type = DRILL_INTEGER, .minimum = -9, .maximum = 9};
static const struct drill_option boolean = {.name = "loud", .type = DRILL_BOOLEAN};

static int64_t parsed(const struct drill_option *option, const char *text)
{
    struct drill_value value = {.integer = 77};
    struct drill_error error = {0};
    if (plugin_option_parse(option, text, &value, &error) != 0) {
        fail_msg("%s", error.sentence);
    }
    return value.integer;
}

/* Refused with this sentence, and the value is left alone. */
static void assert_refused(const struct drill_option *option, const char *text,
                           const char *sentence)
{
    struct drill_value value = {.integer = 77};
    struct drill_error error = {0};
    assert_int_equal(plugin_option_parse(option, text, &value, &error), -EINVAL);
    assert_string_equal(error.sentence, sentence);
    assert_int_equal(value.integer, 77);
    assert_null(value.string);
}

static void strings_are_borrowed_as_they_are(void **state)
{
    (void)state;
    static const char *const texts[] = {"", "exit", " 1", "true", "a\nb", "\xc3\xa9"};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct drill_value value = {0};
        assert_int_equal(plugin_option_parse(&string, texts[i], &value, NULL), 0);
        assert_ptr_equal(value.string, texts[i]);
    }
    assert_refused(&string, "\xff", "option 'word' is not valid UTF-8");
}

static void integers_are_decimal(void **state)
{
    (void)state;
    assert_int_equal(parsed(&any, "0"), 0);
    assert_int_equal(parsed(&any, "-0"), 0);
    assert_int_equal(parsed(&any, "007"), 7);
    assert_true(parsed(&any, "9223372036854775807") == INT64_MAX);
    assert_true(parsed(&any, "-9223372036854775808") == INT64_MIN);
    static const char *const bad[] = {"",     "-",   "+1",  " 1",  "1 ",
                                      "0x10", "1.0", "1e3", "--1", "one"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        char sentence[128];
        snprintf(sentence, sizeof(sentence), "option 'number' needs an integer, not '%s'", bad[i]);
        assert_refused(&any, bad[i], sentence);
    }
    assert_refused(&any, "9223372036854775808",
                   "option 'number' needs an integer of 64 bits, not '9223372036854775808'");
    assert_refused(&any, "-9223372036854775809",
                   "option 'number' needs an integer of 64 bits, not '-9223372036854775809'");
}

static void integers_keep_to_their_range(void **state)
{
    (void)state;
    assert_int_equal(parsed(&small, "-9"), -9);
    assert_int_equal(parsed(&small, "9"), 9);
    assert_refused(&small, "10", "option 'digit' must be from -9 to 9, not 10");
    assert_refused(&small, "-10", "option 'digit' must be from -9 to 9, not -10");
}

static void booleans_are_true_and_false(void **state)
{
    (void)state;
    assert_int_equal(parsed(&boolean, "true"), 1);
    assert_int_equal(parsed(&boolean, "false"), 0);
    assert_refused(&boolean, "yes", "option 'loud' needs true or false, not 'yes'");
    assert_refused(&boolean, "1", "option 'loud' needs true or false, not '1'");
    assert_refused(&boolean, "True", "option 'loud' needs true or false, not 'True'");
    assert_refused(&boolean, "", "option 'loud' needs true or false, not ''");
}

static void a_null_string_needs_a_null_fallback(void **state)
{
    (void)state;
    struct drill_option filled = string;
    struct drill_value value = {0};
    struct drill_error error = {0};
    filled.fallback.string = "exit";
    assert_int_equal(plugin_option_check(&string, &value, &error), 0);
    assert_int_equal(plugin_option_check(&filled, &value, &error), -EINVAL);
    assert_string_equal(error.sentence, "option 'word' needs a string");
}

static void typed_values_are_checked(void **state)
{
    (void)state;
    struct drill_value value = {.integer = -1};
    struct drill_error error = {0};
    assert_int_equal(plugin_option_check(&any, &value, &error), 0);
    assert_int_equal(plugin_option_check(&boolean, &value, &error), -EINVAL);
    assert_string_equal(error.sentence, "option 'loud' must be 0 or 1, not -1");
    struct drill_option strange = {.name = "strange", .type = (enum drill_option_type)9};
    assert_int_equal(plugin_option_check(&strange, &value, &error), -EINVAL);
    assert_string_equal(error.sentence, "option 'strange' has an unknown type");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(strings_are_borrowed_as_they_are),
        cmocka_unit_test(integers_are_decimal),
        cmocka_unit_test(integers_keep_to_their_range),
        cmocka_unit_test(booleans_are_true_and_false),
        cmocka_unit_test(a_null_string_needs_a_null_fallback),
        cmocka_unit_test(typed_values_are_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
