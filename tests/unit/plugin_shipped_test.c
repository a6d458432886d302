/* SPDX-License-Identifier: MIT */
/*
 * The shipped plugins and the template, each as a shared object and, where it is shipped, linked
 * into this program: both forms must do the same.
 */
#include "plugin_fixture.h"

#include <ctype.h>

#include "static_plugins.h"

/* Each byte there is, in order. */
static void all_bytes(uint8_t bytes[256])
{
    for (int i = 0; i < 256; i++) {
        bytes[i] = (uint8_t)i;
    }
}

static struct plugin *adopt(const char *name)
{
    struct plugin *plugin = NULL;
    struct drill_error error = {0};
    for (size_t i = 0; drill_static_plugins[i]; i++) {
        if (strcmp(drill_static_plugins[i]->name, name) == 0) {
            if (plugin_adopt(drill_static_plugins[i], &plugin, &error) != 0) {
                fail_msg("%s", error.sentence);
            }
            return plugin;
        }
    }
    fail_msg("no plugin '%s' is linked in", name);
    return NULL;
}

/* One of the two forms of a shipped plugin. */
static void start(struct fixture *fixture, bool linked, const char *name, uint32_t transport,
                  const struct drill_value *values)
{
    struct plugin *plugin = linked ? adopt(name) : fixture_load(DRILL_PLUGINS, name);
    assert_int_equal(fixture_listen(fixture, plugin, transport, values), 0);
    assert_true(linked == (plugin->handle == NULL));
}

static void uppercase_maps_a_to_z_and_nothing_else(void **state)
{
    (void)state;
    for (int linked = 0; linked <= 1; linked++) {
        struct fixture fixture;
        uint8_t in[256];
        all_bytes(in);
        start(&fixture, linked, "uppercase", DRILL_TCP, NULL);
        assert_int_equal(fixture_send(&fixture, 1, in, sizeof(in)), DRILL_OK);
        assert_int_equal(fixture.out.size, 256);
        for (int i = 0; i < 256; i++) {
            int expected = i < 128 ? toupper(i) : i;
            assert_int_equal(fixture.out.data[i], expected);
        }
        assert_int_equal(fixture_say(&fixture, 1, "exit"), DRILL_OK);
        fixture_expect(&fixture, "EXIT");
        fixture_stop(&fixture);
    }
}

static void uppercase_quits_at_its_word_alone(void **state)
{
    (void)state;
    struct drill_value quit = {.string = "exit"};
    for (int linked = 0; linked <= 1; linked++) {
        struct fixture fixture;
        start(&fixture, linked, "uppercase", DRILL_TCP, &quit);
        assert_int_equal(fixture.listener.properties, 0);
        assert_int_equal(fixture_say(&fixture, 1, "exit"), DRILL_CLOSE);
        fixture_expect(&fixture, "");
        static const char *const others[] = {"exi", "exit\n", "exitexit", "Exit", "x"};
        for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
            assert_int_equal(fixture_say(&fixture, 1, others[i]), DRILL_OK);
            assert_int_equal(fixture.out.size, strlen(others[i]));
        }
        fixture_stop(&fixture);
    }
}

static void uppercase_reports_that_its_answer_does_not_fit(void **state)
{
    (void)state;
    for (int linked = 0; linked <= 1; linked++) {
        struct fixture fixture;
        start(&fixture, linked, "uppercase", DRILL_TCP, NULL);
        fixture.room = 4;
        assert_int_equal(fixture_say(&fixture, 1, "four"), DRILL_OK);
        fixture_expect(&fixture, "FOUR");
        fixture_say(&fixture, 1, "fives");
        assert_int_not_equal(fixture.out.overflow, 0);
        fixture_stop(&fixture);
    }
}

static void ack_ok_answers_every_datagram(void **state)
{
    (void)state;
    for (int linked = 0; linked <= 1; linked++) {
        struct fixture fixture;
        start(&fixture, linked, "ack-ok", DRILL_UDP, NULL);
        assert_int_equal(fixture.listener.properties, DRILL_ONE_REPLY_PER_DATAGRAM);
        assert_int_equal(fixture_send(&fixture, 1, NULL, 0), DRILL_OK);
        fixture_expect(&fixture, "OK");
        assert_int_equal(fixture_say(&fixture, 1, "hello"), DRILL_OK);
        fixture_expect(&fixture, "OK");
        fixture_stop(&fixture);
    }
}

static void both_forms_describe_themselves_alike(void **state)
{
    (void)state;
    for (size_t i = 0; drill_static_plugins[i]; i++) {
        struct plugin *linked = adopt(drill_static_plugins[i]->name);
        struct plugin *loaded = fixture_load(DRILL_PLUGINS, drill_static_plugins[i]->name);
        const struct drill_descriptor *one = &linked->descriptor;
        const struct drill_descriptor *other = &loaded->descriptor;
        assert_string_equal(one->version, other->version);
        assert_string_equal(one->summary, other->summary);
        assert_int_equal(one->transports, other->transports);
        assert_int_equal(one->properties, other->properties);
        assert_int_equal(one->config_size, other->config_size);
        assert_int_equal(one->state_size, other->state_size);
        assert_int_equal(one->message_max, other->message_max);
        assert_int_equal(one->option_count, other->option_count);
        assert_string_equal(linked->path, "");
        plugin_free(linked);
        plugin_free(loaded);
    }
}

static void the_template_rotates_by_13(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_start(&fixture, "template", DRILL_TCP, NULL);
    assert_int_equal(fixture_say(&fixture, 1, "Hello, World! @[`{"), DRILL_OK);
    fixture_expect(&fixture, "Uryyb, Jbeyq! @[`{");
    fixture_stop(&fixture);
    fixture_start(&fixture, "template", DRILL_UDP, NULL);
    assert_int_equal(fixture_send(&fixture, 1, NULL, 0), DRILL_OK);
    fixture_expect(&fixture, "");
    fixture_stop(&fixture);
}

/* Sends `in` as two receives and appends the replies to `reply`. */
static size_t send_cut(struct fixture *fixture, const uint8_t *in, size_t size, size_t cut,
                       uint8_t *reply)
{
    size_t got = 0;
    for (int part = 0; part < 2; part++) {
        const uint8_t *from = part ? in + cut : in;
        size_t length = part ? size - cut : cut;
        if (length == 0) {
            continue;
        }
        assert_int_equal(fixture_send(fixture, 1, from, length), DRILL_OK);
        assert_int_equal(fixture->out.overflow, 0);
        assert_int_equal(fixture->out.size, length);
        memcpy(reply + got, fixture->out.data, fixture->out.size);
        got += fixture->out.size;
    }
    return got;
}

/* What the declared properties promise, for every cut of every byte there is. */
static void assert_keeps_its_promises(struct fixture *fixture)
{
    uint8_t in[256];
    uint8_t whole[256];
    uint8_t reply[256];
    uint32_t promised = DRILL_SPLIT_INVARIANT | DRILL_LENGTH_PRESERVING;
    all_bytes(in);
    assert_int_equal(fixture->listener.properties & promised, promised);
    assert_int_equal(send_cut(fixture, in, sizeof(in), 0, whole), 256);
    for (size_t cut = 1; cut < sizeof(in); cut++) {
        assert_int_equal(send_cut(fixture, in, sizeof(in), cut, reply), 256);
        assert_memory_equal(reply, whole, sizeof(whole));
    }
}

static void byte_wise_plugins_keep_their_promises(void **state)
{
    (void)state;
    struct fixture fixture;
    for (int linked = 0; linked <= 1; linked++) {
        start(&fixture, linked, "uppercase", DRILL_TCP, NULL);
        assert_keeps_its_promises(&fixture);
        fixture_stop(&fixture);
    }
    fixture_start(&fixture, "template", DRILL_TCP, NULL);
    assert_keeps_its_promises(&fixture);
    fixture_stop(&fixture);
}

/* The promise to authors: a stateless transform fits in 25 lines, the licence line included. */
static void a_stateless_plugin_fits_in_25_lines(void **state)
{
    (void)state;
    unsigned lines = 0;
    FILE *source = fopen(DRILL_SOURCE_DIR "/plugins/ack-ok.c", "r");
    assert_non_null(source);
    for (int byte = getc(source); byte != EOF; byte = getc(source)) {
        lines += byte == '\n';
    }
    fclose(source);
    assert_true(lines > 0 && lines <= 25);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(uppercase_maps_a_to_z_and_nothing_else),
        cmocka_unit_test(uppercase_quits_at_its_word_alone),
        cmocka_unit_test(uppercase_reports_that_its_answer_does_not_fit),
        cmocka_unit_test(ack_ok_answers_every_datagram),
        cmocka_unit_test(both_forms_describe_themselves_alike),
        cmocka_unit_test(the_template_rotates_by_13),
        cmocka_unit_test(byte_wise_plugins_keep_their_promises),
        cmocka_unit_test(a_stateless_plugin_fits_in_25_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
