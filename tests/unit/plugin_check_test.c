/* SPDX-License-Identifier: MIT */
#include "plugin_fixture.h"

#include <errno.h>

#include "plugin_check.h"

static enum drill_status answer(const struct drill_context *context, struct drill_bytes in,
                                struct drill_buffer *out)
{
    (void)context;
    (void)in;
    (void)out;
    return DRILL_OK;
}

static enum drill_status configure(const struct drill_context *context,
                                   const struct drill_value *values, uint32_t *properties)
{
    (void)context;
    (void)values;
    (void)properties;
    return DRILL_OK;
}

static struct drill_descriptor sound(void)
{
    return (struct drill_descriptor){.abi_version = DRILL_ABI_VERSION,
                                     .struct_size = sizeof(struct drill_descriptor),
                                     .name = "sound",
                                     .version = "1",
                                     .transports = DRILL_TCP,
                                     .configure = configure,
                                     .transform = answer};
}

static void assert_accepted(const struct drill_descriptor *descriptor)
{
    struct drill_error error = {0};
    if (plugin_check(descriptor, &error) != 0) {
        fail_msg("%s", error.sentence);
    }
}

/* Both ways in say the same: the check itself, and a plugin linked into the program. */
static void assert_refused(const struct drill_descriptor *descriptor, const char *sentence)
{
    struct drill_error error = {0};
    char adopted[1024];
    assert_int_equal(plugin_check(descriptor, &error), -EINVAL);
    assert_string_equal(error.sentence, sentence);
    struct plugin *plugin = NULL;
    assert_int_equal(plugin_adopt(descriptor, &plugin, &error), -EINVAL);
    assert_null(plugin);
    snprintf(adopted, sizeof(adopted), "a plugin linked into this program is refused: %s",
             sentence);
    assert_string_equal(error.sentence, adopted);
}

static void only_the_required_members_are_enough(void **state)
{
    (void)state;
    struct drill_descriptor descriptor = sound();
    descriptor.configure = NULL;
    assert_accepted(&descriptor);
}

static void names_are_letters_digits_dashes_and_underscores(void **state)
{
    (void)state;
    static const char *const bad[] = {"a b", "a/b", "../a", "a.so", "\xc3\xa9", "a\n", "a:b", "="};
    struct drill_descriptor descriptor = sound();
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        descriptor.name = bad[i];
        assert_refused(&descriptor, "the name is not made of 1 to 64 letters, digits, '-' and '_'; "
                                    "change .name in DRILL_PLUGIN");
    }
    char lengthy[PLUGIN_NAME_BYTES_MAX + 2];
    memset(lengthy, 'a', sizeof(lengthy));
    lengthy[PLUGIN_NAME_BYTES_MAX + 1] = '\0';
    descriptor.name = lengthy;
    assert_refused(&descriptor, "the name is not made of 1 to 64 letters, digits, '-' and '_'; "
                                "change .name in DRILL_PLUGIN");
    lengthy[PLUGIN_NAME_BYTES_MAX] = '\0';
    assert_accepted(&descriptor);
    descriptor.name = "azAZ09-_";
    assert_accepted(&descriptor);
    descriptor.name = "";
    assert_refused(&descriptor, "the name is empty; set .name in DRILL_PLUGIN");
    descriptor.name = NULL;
    assert_refused(&descriptor, "the name is empty; set .name in DRILL_PLUGIN");
}

static void texts_are_lines_of_utf8(void **state)
{
    (void)state;
    static const char *const bad[] = {"a\nb", "\t", "\x1b[2J", "\x7f", "\xff", "\xc3"};
    struct drill_descriptor descriptor = sound();
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        descriptor = sound();
        descriptor.version = bad[i];
        assert_refused(&descriptor, "the version is not one line of UTF-8 of at most 4096 bytes; "
                                    "change .version in DRILL_PLUGIN");
        descriptor = sound();
        descriptor.summary = bad[i];
        assert_refused(&descriptor, "the summary is not one line of UTF-8 of at most 4096 bytes; "
                                    "change .summary in DRILL_PLUGIN");
    }
    descriptor = sound();
    descriptor.version = "";
    assert_refused(&descriptor, "the version is empty; set .version in DRILL_PLUGIN");
    descriptor.version = NULL;
    assert_refused(&descriptor, "the version is empty; set .version in DRILL_PLUGIN");
}

static void texts_have_a_longest(void **state)
{
    (void)state;
    char text[PLUGIN_TEXT_BYTES_MAX + 2];
    memset(text, 'x', sizeof(text));
    text[PLUGIN_TEXT_BYTES_MAX] = '\0';
    assert_true(plugin_check_line(text));
    text[PLUGIN_TEXT_BYTES_MAX] = 'x';
    text[PLUGIN_TEXT_BYTES_MAX + 1] = '\0';
    assert_false(plugin_check_line(text));
}

static void utf8_is_what_rfc_3629_says(void **state)
{
    (void)state;
    static const char *const good[] = {"",
                                       "a",
                                       "\x7f",
                                       "\xc2\x80",
                                       "\xdf\xbf",
                                       "\xe0\xa0\x80",
                                       "\xec\xbf\xbf",
                                       "\xed\x9f\xbf",
                                       "\xee\x80\x80",
                                       "\xef\xbf\xbf",
                                       "\xf0\x90\x80\x80",
                                       "\xf3\xbf\xbf\xbf",
                                       "\xf4\x8f\xbf\xbf"};
    static const char *const bad[] = {"\x80",
                                      "\xbf",
                                      "\xc0\x80",
                                      "\xc1\xbf",
                                      "\xc2",
                                      "\xc2 ",
                                      "\xc2\xc0",
                                      "\xe0\x9f\xbf",
                                      "\xe1\x80",
                                      "\xe1\x80 ",
                                      "\xed\xa0\x80",
                                      "\xf0\x8f\xbf\xbf",
                                      "\xf0\x90\x80",
                                      "\xf4\x90\x80\x80",
                                      "\xf5\x80\x80\x80",
                                      "\xff",
                                      "a\xfe"};
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        assert_true(plugin_check_utf8(good[i]));
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_false(plugin_check_utf8(bad[i]));
    }
}

static void flags_are_known_ones(void **state)
{
    (void)state;
    struct drill_descriptor descriptor = sound();
    descriptor.transports = 0;
    assert_refused(&descriptor,
                   "it serves no transport; set .transports to DRILL_TCP, DRILL_UDP or both");
    descriptor.transports = DRILL_TCP | 4u;
    assert_refused(&descriptor,
                   "its transports hold the unknown bits 0x4; use DRILL_TCP, DRILL_UDP or both");
    descriptor = sound();
    descriptor.properties = DRILL_SPLIT_INVARIANT | 0x80000010u;
    assert_refused(&descriptor, "its properties hold the unknown bits 0x80000010; use those of "
                                "<sockdrill/plugin.h>, or a newer sockdrill");
    descriptor.transports = DRILL_TCP | DRILL_UDP;
    descriptor.properties = DRILL_SPLIT_INVARIANT | DRILL_LENGTH_PRESERVING |
                            DRILL_ONE_REPLY_PER_DATAGRAM | DRILL_SHARED_STATE;
    assert_accepted(&descriptor);
}

static void sizes_have_a_largest(void **state)
{
    (void)state;
    struct drill_descriptor descriptor = sound();
    descriptor.config_size = (size_t)1 << 20;
    descriptor.state_size = (size_t)1 << 20;
    descriptor.message_max = (size_t)16 << 20;
    assert_accepted(&descriptor);
    descriptor.config_size++;
    assert_refused(&descriptor, "it asks for 1048577 bytes of config; at most 1048576 are given, "
                                "more can be had from services->allocate");
    descriptor.config_size = 0;
    descriptor.state_size++;
    assert_refused(&descriptor, "it asks for 1048577 bytes of state per session; at most 1048576 "
                                "are given, more can be had from services->allocate");
    descriptor.state_size = 0;
    descriptor.message_max++;
    assert_refused(&descriptor, "its message_max is 16777217 bytes; at most 16777216 are allowed, "
                                "so lower .message_max");
}

static void a_transform_is_required(void **state)
{
    (void)state;
    struct drill_descriptor descriptor = sound();
    descriptor.transform = NULL;
    assert_refused(&descriptor, "it has no transform; set .transform in DRILL_PLUGIN");
}

static void option_tables_are_sound(void **state)
{
    (void)state;
    static const struct {
        struct drill_option options[2];
        const char *sentence; /* NULL: accepted */
    } cases[] = {
        {{{.name = "a", .type = DRILL_STRING}, {.name = "b", .type = DRILL_STRING}}, NULL},
        {{{.name = NULL, .type = DRILL_STRING}},
         "entry 0 of its option table has no proper name; use 1 to 64 letters, digits, '-' and "
         "'_'"},
        {{{.name = "a", .type = DRILL_STRING}, {.name = "", .type = DRILL_STRING}},
         "entry 1 of its option table has no proper name; use 1 to 64 letters, digits, '-' and "
         "'_'"},
        {{{.name = "a=b", .type = DRILL_STRING}},
         "entry 0 of its option table has no proper name; use 1 to 64 letters, digits, '-' and "
         "'_'"},
        {{{.name = "a", .type = DRILL_STRING}, {.name = "a", .type = DRILL_BOOLEAN}},
         "its option 'a' is there twice, as entries 0 and 1; remove or rename one"},
        {{{.name = "a", .type = (enum drill_option_type)0}},
         "its option 'a' has the unknown type 0; use DRILL_STRING, DRILL_INTEGER or "
         "DRILL_BOOLEAN"},
        {{{.name = "a", .type = (enum drill_option_type)4}},
         "its option 'a' has the unknown type 4; use DRILL_STRING, DRILL_INTEGER or "
         "DRILL_BOOLEAN"},
        {{{.name = "a", .type = DRILL_STRING, .help = "two\nlines"},
          {.name = "b", .type = DRILL_STRING}},
         "the help of its option 'a' is not one line of UTF-8 of at most 4096 bytes"},
        {{{.name = "a", .type = DRILL_STRING, .fallback = {.string = "\xff"}}},
         "its option 'a' falls back to something that is not one line of UTF-8 of at most 4096 "
         "bytes; correct .fallback"},
        {{{.name = "a", .type = DRILL_INTEGER, .minimum = 2, .maximum = 1}},
         "its option 'a' has the empty range 2 to 1; let .minimum be at most .maximum"},
        {{{.name = "a", .type = DRILL_INTEGER, .minimum = 1, .maximum = 9}},
         "its option 'a' falls back to 0, outside its range 1 to 9; correct .fallback"},
        {{{.name = "a",
           .type = DRILL_INTEGER,
           .fallback = {.integer = 10},
           .minimum = -9,
           .maximum = 9}},
         "its option 'a' falls back to 10, outside its range -9 to 9; correct .fallback"},
        {{{.name = "a", .type = DRILL_INTEGER, .fallback = {.integer = INT64_MIN}},
          {.name = "b", .type = DRILL_INTEGER, .minimum = INT64_MIN, .maximum = INT64_MAX}},
         NULL},
        {{{.name = "a", .type = DRILL_BOOLEAN, .fallback = {.integer = 2}}},
         "its boolean option 'a' falls back to 2; use 0 or 1 in .fallback"},
        {{{.name = "a", .type = DRILL_BOOLEAN, .fallback = {.integer = 1}},
          {.name = "b", .type = DRILL_BOOLEAN}},
         NULL},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct drill_descriptor descriptor = sound();
        descriptor.options = cases[i].options;
        descriptor.option_count = cases[i].options[1].name ? 2 : 1;
        if (cases[i].sentence) {
            assert_refused(&descriptor, cases[i].sentence);
        } else {
            assert_accepted(&descriptor);
        }
    }
}

static void option_tables_have_a_largest_and_a_reader(void **state)
{
    (void)state;
    struct drill_option options[PLUGIN_OPTIONS_MAX + 1];
    char names[PLUGIN_OPTIONS_MAX + 1][16];
    for (int i = 0; i <= PLUGIN_OPTIONS_MAX; i++) {
        snprintf(names[i], sizeof(names[i]), "o%d", i);
        options[i] = (struct drill_option){.name = names[i], .type = DRILL_STRING};
    }
    struct drill_descriptor descriptor = sound();
    descriptor.options = options;
    descriptor.option_count = PLUGIN_OPTIONS_MAX;
    assert_accepted(&descriptor);
    descriptor.option_count = PLUGIN_OPTIONS_MAX + 1;
    assert_refused(&descriptor, "its option table has 257 entries; at most 256 are allowed");
    descriptor.option_count = 1;
    descriptor.configure = NULL;
    assert_refused(&descriptor, "it declares options but nothing reads them; set .configure in "
                                "DRILL_PLUGIN");
    descriptor.options = NULL;
    assert_refused(&descriptor, "it has 1 options but no table; set .options");
}

static void an_error_need_not_be_wanted(void **state)
{
    (void)state;
    struct drill_descriptor descriptor = sound();
    struct plugin *plugin = NULL;
    descriptor.name = "";
    assert_int_equal(plugin_check(&descriptor, NULL), -EINVAL);
    assert_int_equal(plugin_adopt(&descriptor, &plugin, NULL), -EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_the_required_members_are_enough),
        cmocka_unit_test(names_are_letters_digits_dashes_and_underscores),
        cmocka_unit_test(texts_are_lines_of_utf8),
        cmocka_unit_test(texts_have_a_longest),
        cmocka_unit_test(utf8_is_what_rfc_3629_says),
        cmocka_unit_test(flags_are_known_ones),
        cmocka_unit_test(sizes_have_a_largest),
        cmocka_unit_test(a_transform_is_required),
        cmocka_unit_test(option_tables_are_sound),
        cmocka_unit_test(option_tables_have_a_largest_and_a_reader),
        cmocka_unit_test(an_error_need_not_be_wanted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
