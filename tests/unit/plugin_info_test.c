/* SPDX-License-Identifier: MIT */
#include "plugin_fixture.h"

#include <errno.h>

#include "plugin_info.h"

static const char *const names[] = {"dual", "lines", "options", "waker", "chat", "greeter"};

static void encode(const char *name, struct plugin **plugin, struct bytes *wire)
{
    *plugin = fixture_load(DRILL_TEST_PLUGINS, name);
    bytes_init(wire, 1 << 20);
    assert_int_equal(plugin_info_encode(*plugin, wire), 0);
}

static void assert_same_string(const char *a, const char *b)
{
    assert_true((a == NULL) == (b == NULL));
    if (a && b) {
        assert_string_equal(a, b);
    }
}

static void assert_describes(const struct plugin_info *info, const struct plugin *plugin)
{
    const struct drill_descriptor *descriptor = &plugin->descriptor;
    assert_string_equal(info->name, descriptor->name);
    assert_string_equal(info->version, descriptor->version);
    assert_string_equal(info->summary, descriptor->summary);
    assert_string_equal(info->path, plugin->path);
    assert_int_equal(info->transports, descriptor->transports);
    assert_int_equal(info->properties, descriptor->properties);
    assert_true(info->has_frame == (descriptor->frame != NULL));
    assert_true(info->has_open == (descriptor->open != NULL));
    assert_true(info->has_eof == (descriptor->eof != NULL));
    assert_true(info->has_wake == (descriptor->wake != NULL));
    assert_int_equal(info->message_max, descriptor->message_max);
    assert_int_equal(info->option_count, descriptor->option_count);
    for (size_t i = 0; i < info->option_count; i++) {
        const struct drill_option *copy = &info->options[i];
        const struct drill_option *option = &descriptor->options[i];
        assert_string_equal(copy->name, option->name);
        assert_int_equal(copy->type, option->type);
        assert_same_string(copy->fallback.string, option->fallback.string);
        assert_true(copy->fallback.integer == option->fallback.integer);
        assert_true(copy->minimum == option->minimum && copy->maximum == option->maximum);
        assert_string_equal(copy->help, option->help);
    }
}

static void a_description_survives_the_wire(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct plugin *plugin;
        struct bytes wire;
        struct plugin_info *info = NULL;
        encode(names[i], &plugin, &wire);
        assert_int_equal(plugin_info_decode(wire.data, wire.size, &info), 0);
        assert_describes(info, plugin);
        /* Nothing of it lies in the shared object. */
        plugin_free(plugin);
        bytes_fini(&wire);
        assert_string_equal(info->name, names[i]);
        plugin_info_free(info);
    }
    plugin_info_free(NULL);
}

static void missing_texts_become_empty_ones(void **state)
{
    (void)state;
    struct plugin *plugin = fixture_load(DRILL_TEST_PLUGINS, "options");
    struct drill_option option = {.name = "bare", .type = DRILL_STRING};
    plugin->descriptor.summary = NULL;
    plugin->descriptor.options = &option;
    plugin->descriptor.option_count = 1;
    struct bytes wire;
    struct plugin_info *info = NULL;
    bytes_init(&wire, 1 << 20);
    assert_int_equal(plugin_info_encode(plugin, &wire), 0);
    assert_int_equal(plugin_info_decode(wire.data, wire.size, &info), 0);
    assert_string_equal(info->summary, "");
    assert_string_equal(info->options[0].help, "");
    assert_null(info->options[0].fallback.string);
    plugin_info_free(info);
    bytes_fini(&wire);
    plugin_free(plugin);
}

static void every_cut_and_every_excess_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct plugin *plugin;
        struct bytes wire;
        encode(names[i], &plugin, &wire);
        for (size_t size = 0; size < wire.size; size++) {
            /* On the heap and exactly so large, for a sanitizer to see any read beyond it. */
            uint8_t *cut = malloc(size ? size : 1);
            assert_non_null(cut);
            memcpy(cut, wire.data, size);
            struct plugin_info *info = NULL;
            assert_int_equal(plugin_info_decode(cut, size, &info), -EINVAL);
            assert_null(info);
            free(cut);
        }
        struct plugin_info *info = NULL;
        assert_int_equal(bytes_add_byte(&wire, 0, 1), 0);
        assert_int_equal(plugin_info_decode(wire.data, wire.size, &info), -EINVAL);
        bytes_fini(&wire);
        plugin_free(plugin);
    }
}

static void assert_sound(const struct plugin_info *info)
{
    assert_true(plugin_check_name(info->name));
    assert_true(plugin_check_line(info->version));
    assert_true(plugin_check_line(info->summary));
    assert_true(info->transports > 0 && info->transports <= 3);
    assert_true(info->message_max > 0 && info->message_max <= PLUGIN_MESSAGE_BYTES_MAX);
    assert_int_equal(plugin_check_options(info->options, info->option_count, NULL), 0);
    for (size_t i = 0; i < info->option_count; i++) {
        assert_non_null(info->options[i].help);
    }
}

/* A taken-over child can send anything: whatever is accepted still keeps every promise. */
static void no_changed_byte_gives_an_unsound_description(void **state)
{
    (void)state;
    static const uint8_t changes[] = {0x01, 0x80, 0xff};
    unsigned refused = 0;
    struct plugin *plugin;
    struct bytes wire;
    encode("options", &plugin, &wire);
    for (size_t at = 0; at < wire.size; at++) {
        for (size_t i = 0; i < sizeof(changes); i++) {
            struct plugin_info *info = NULL;
            wire.data[at] ^= changes[i];
            int status = plugin_info_decode(wire.data, wire.size, &info);
            assert_true(status == 0 || status == -EINVAL);
            refused += status != 0;
            if (status == 0) {
                assert_sound(info);
            }
            plugin_info_free(info);
            wire.data[at] ^= changes[i];
        }
    }
    assert_true(refused > 0);
    bytes_fini(&wire);
    plugin_free(plugin);
}

static void a_nul_inside_a_text_is_refused(void **state)
{
    (void)state;
    struct plugin *plugin;
    struct bytes wire;
    struct plugin_info *info = NULL;
    encode("options", &plugin, &wire);
    uint8_t *summary = memmem(wire.data, wire.size, "Tells its options", 17);
    assert_non_null(summary);
    summary[5] = '\0';
    assert_int_equal(plugin_info_decode(wire.data, wire.size, &info), -EINVAL);
    bytes_fini(&wire);
    plugin_free(plugin);
}

static void what_the_loader_refuses_the_decoder_refuses(void **state)
{
    (void)state;
    struct plugin *plugin = fixture_load(DRILL_TEST_PLUGINS, "dual");
    const struct drill_descriptor sound = plugin->descriptor;
    struct drill_option bad_option = {.name = "a b", .type = DRILL_STRING};
    for (int fault = 0; fault < 8; fault++) {
        struct bytes wire;
        struct plugin_info *info = NULL;
        plugin->descriptor = sound;
        plugin->descriptor.name = fault == 0 ? "" : sound.name;
        plugin->descriptor.version = fault == 1 ? "" : sound.version;
        plugin->descriptor.summary = fault == 2 ? "\x1b" : sound.summary;
        plugin->descriptor.transports = fault == 3 ? 0 : sound.transports;
        plugin->descriptor.properties = fault == 4 ? 0x100 : sound.properties;
        plugin->descriptor.message_max = fault == 5 ? 0 : sound.message_max;
        plugin->descriptor.options = &bad_option;
        plugin->descriptor.option_count = fault == 6;
        bytes_init(&wire, 1 << 20);
        assert_int_equal(plugin_info_encode(plugin, &wire), 0);
        assert_int_equal(plugin_info_decode(wire.data, wire.size, &info), fault < 7 ? -EINVAL : 0);
        plugin_info_free(info);
        bytes_fini(&wire);
    }
    plugin->descriptor = sound;
    plugin_free(plugin);
}

static void encoding_without_room_changes_nothing(void **state)
{
    (void)state;
    struct plugin *plugin = fixture_load(DRILL_TEST_PLUGINS, "options");
    for (size_t size_max = 3; size_max < 200; size_max++) {
        struct bytes wire;
        bytes_init(&wire, size_max);
        assert_int_equal(bytes_add(&wire, "abc", 3), 0);
        assert_int_equal(plugin_info_encode(plugin, &wire), -ENOSPC);
        assert_int_equal(wire.size, 3);
        bytes_fini(&wire);
    }
    plugin_free(plugin);
}

static void options_are_found_by_name(void **state)
{
    (void)state;
    struct plugin *plugin;
    struct bytes wire;
    struct plugin_info *info = NULL;
    encode("options", &plugin, &wire);
    assert_int_equal(plugin_info_decode(wire.data, wire.size, &info), 0);
    assert_int_equal(plugin_info_option(info, "greeting"), 0);
    assert_int_equal(plugin_info_option(info, "polite"), 5);
    assert_int_equal(plugin_info_option(info, "Polite"), -1);
    assert_int_equal(plugin_info_option(info, ""), -1);
    plugin_info_free(info);
    bytes_fini(&wire);
    plugin_free(plugin);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_description_survives_the_wire),
        cmocka_unit_test(missing_texts_become_empty_ones),
        cmocka_unit_test(every_cut_and_every_excess_is_refused),
        cmocka_unit_test(no_changed_byte_gives_an_unsound_description),
        cmocka_unit_test(a_nul_inside_a_text_is_refused),
        cmocka_unit_test(what_the_loader_refuses_the_decoder_refuses),
        cmocka_unit_test(encoding_without_room_changes_nothing),
        cmocka_unit_test(options_are_found_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
