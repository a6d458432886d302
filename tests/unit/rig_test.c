/* SPDX-License-Identifier: MIT */
/*
 * The rig of fuzz targets: correct plugins raise no alarm, whatever they are sent, and a plugin
 * that lies ends the process with the oracle's name. What each oracle finds is proved by
 * tests/planted.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "prng.h"
#include "rig.h"
#include "static_plugins.h"

#define INPUTS      3000
#define INPUT_BYTES 3000

static const struct drill_descriptor *shipped(const char *name)
{
    for (size_t i = 0; drill_static_plugins[i]; i++) {
        if (strcmp(drill_static_plugins[i]->name, name) == 0) {
            return drill_static_plugins[i];
        }
    }
    fail_msg("no plugin %s is linked", name);
    return NULL;
}

/* Short inputs mostly, every byte in use; the size. */
static size_t draw(struct prng *prng, uint8_t data[INPUT_BYTES])
{
    size_t size = (size_t)prng_below(prng, prng_below(prng, 8) == 0 ? INPUT_BYTES : 100);
    prng_fill(prng, data, size);
    return size;
}

static void streams_raise_no_alarm_on_a_correct_plugin(void **state)
{
    static uint8_t data[INPUT_BYTES];
    struct prng prng = {1};
    (void)state;
    struct rig_stream *rig = rig_stream_new(shipped("uppercase"), true);
    for (int i = 0; i < INPUTS; i++) {
        rig_stream_play(rig, data, draw(&prng, data));
    }
    rig_stream_free(rig);
}

static void datagrams_raise_no_alarm_on_a_correct_plugin(void **state)
{
    static uint8_t data[INPUT_BYTES];
    struct prng prng = {2};
    (void)state;
    struct rig_datagram *rig = rig_datagram_new(shipped("ack-ok"));
    for (int i = 0; i < INPUTS; i++) {
        rig_datagram_play(rig, data, draw(&prng, data));
    }
    rig_datagram_free(rig);
}

static void tapes_raise_no_alarm_on_correct_plugins(void **state)
{
    static uint8_t data[INPUT_BYTES];
    static const char *const names[] = {"uppercase", "ack-ok"};
    struct prng prng = {3};
    (void)state;
    for (size_t n = 0; n < 2; n++) {
        struct rig_tape *rig = rig_tape_new(shipped(names[n]), true);
        for (int i = 0; i < INPUTS; i++) {
            rig_tape_play(rig, data, draw(&prng, data));
        }
        rig_tape_free(rig);
    }
}

/* Declares to answer with as many bytes, and answers with one less to what is longer than 9. */
static enum drill_status lie(const struct drill_context *context, struct drill_bytes in,
                             struct drill_buffer *out)
{
    (void)context;
    drill_put(out, in.data, in.size > 9 ? in.size - 1 : in.size);
    return DRILL_OK;
}

static const struct drill_descriptor liar = {
    .abi_version = DRILL_ABI_VERSION,
    .struct_size = sizeof(struct drill_descriptor),
    .name = "liar",
    .version = "1",
    .transports = DRILL_TCP,
    .properties = DRILL_LENGTH_PRESERVING,
    .transform = lie,
};

static void play_as_stream(const uint8_t *data, size_t size)
{
    struct rig_stream *rig = rig_stream_new(&liar, false);
    rig_stream_play(rig, data, size);
    rig_stream_free(rig);
}

static void play_as_tape(const uint8_t *data, size_t size)
{
    struct rig_tape *rig = rig_tape_new(&liar, false);
    rig_tape_play(rig, data, size);
    rig_tape_free(rig);
}

/* Plays an input in a child, whose standard error is kept. Returns how the child ended. */
static int play_aside(void (*play)(const uint8_t *, size_t), const void *data, size_t size,
                      char *said, size_t said_size)
{
    FILE *error = tmpfile();
    assert_non_null(error);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        dup2(fileno(error), STDERR_FILENO);
        play(data, size);
        _exit(0);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    rewind(error);
    said[fread(said, 1, said_size - 1, error)] = '\0';
    fclose(error);
    return status;
}

static void a_lie_ends_the_process_with_the_name_of_its_oracle(void **state)
{
    /* Connect, and send ten bytes. */
    static const char tape[] = {0, 0, 1, 0, 10, '0', '1', '2', '3', '4', '5', '6', '7', '8', '9'};
    char said[4096];
    (void)state;
    int status = play_aside(play_as_stream, "0123456789", 10, said, sizeof(said));
    assert_true(WIFSIGNALED(status) || WEXITSTATUS(status) != 0);
    assert_non_null(strstr(said, "sockdrill: oracle property: the plugin liar declares"));
    status = play_aside(play_as_tape, tape, sizeof(tape), said, sizeof(said));
    assert_true(WIFSIGNALED(status) || WEXITSTATUS(status) != 0);
    assert_non_null(strstr(said, "sockdrill: oracle property: the plugin liar declares"));
    assert_int_equal(play_aside(play_as_stream, "012345678", 9, said, sizeof(said)), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(streams_raise_no_alarm_on_a_correct_plugin),
        cmocka_unit_test(datagrams_raise_no_alarm_on_a_correct_plugin),
        cmocka_unit_test(tapes_raise_no_alarm_on_correct_plugins),
        cmocka_unit_test(a_lie_ends_the_process_with_the_name_of_its_oracle),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
