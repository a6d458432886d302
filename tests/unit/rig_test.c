/* SPDX-License-Identifier: MIT */
/*
 * The rig of fuzz targets: correct plugins raise no alarm, whatever they are sent, and one that is
 * wrong ends the process with the name of the oracle that saw it. What fuzzers find with each is
 * proved by tests/planted.
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

/* Answers that it failed. */
static enum drill_status give_up(const struct drill_context *context, struct drill_bytes in,
                                 struct drill_buffer *out)
{
    (void)context;
    (void)in;
    (void)out;
    return DRILL_INTERNAL_ERROR;
}

static enum drill_status answer_count(struct drill_buffer *out, unsigned *count)
{
    char text[16];
    snprintf(text, sizeof(text), "%u", ++*count);
    drill_put_string(out, text);
    return DRILL_OK;
}

/* Counts what is received by all sessions of a listener. */
static enum drill_status count(const struct drill_context *context, struct drill_bytes in,
                               struct drill_buffer *out)
{
    (void)in;
    return answer_count(out, context->config);
}

/* The same for all listeners of the process. */
static enum drill_status count_on(const struct drill_context *context, struct drill_bytes in,
                                  struct drill_buffer *out)
{
    static unsigned so_far;
    (void)context;
    (void)in;
    return answer_count(out, &so_far);
}

/* Answers each receive with a dot, however the stream was cut. */
static enum drill_status dot(const struct drill_context *context, struct drill_bytes in,
                             struct drill_buffer *out)
{
    (void)context;
    (void)in;
    drill_put_string(out, ".");
    return DRILL_OK;
}

static enum drill_status forget(const struct drill_context *context, struct drill_bytes in,
                                struct drill_buffer *out)
{
    (void)out;
    (void)context->services->allocate(context, in.size + 1);
    return DRILL_OK;
}

/* What differs between the plugins of these tests. */
#define WRONG(its_name, its_transports, its_properties, its_transform)                             \
    {                                                                                              \
        .abi_version = DRILL_ABI_VERSION, .struct_size = sizeof(struct drill_descriptor),          \
        .name = (its_name), .version = "1", .transports = (its_transports),                        \
        .properties = (its_properties), .config_size = sizeof(unsigned),                           \
        .transform = (its_transform),                                                              \
    }

static const struct drill_descriptor liar = WRONG("liar", DRILL_TCP, DRILL_LENGTH_PRESERVING, lie);
static const struct drill_descriptor datagram_liar =
    WRONG("datagram-liar", DRILL_UDP, DRILL_LENGTH_PRESERVING, lie);
static const struct drill_descriptor quitter = WRONG("quitter", DRILL_TCP, 0, give_up);
static const struct drill_descriptor counter = WRONG("counter", DRILL_TCP, 0, count);
static const struct drill_descriptor sharer = WRONG("sharer", DRILL_TCP, DRILL_SHARED_STATE, count);
static const struct drill_descriptor keeper =
    WRONG("keeper", DRILL_TCP, DRILL_SHARED_STATE, count_on);
static const struct drill_descriptor cutter =
    WRONG("cutter", DRILL_TCP, DRILL_SPLIT_INVARIANT, dot);
static const struct drill_descriptor forgetter = WRONG("forgetter", DRILL_TCP, 0, forget);

static void play_as_stream(const struct drill_descriptor *plugin, const uint8_t *data, size_t size)
{
    struct rig_stream *rig = rig_stream_new(plugin, true);
    rig_stream_play(rig, data, size);
    rig_stream_free(rig);
}

static void play_as_datagram(const struct drill_descriptor *plugin, const uint8_t *data,
                             size_t size)
{
    struct rig_datagram *rig = rig_datagram_new(plugin);
    rig_datagram_play(rig, data, size);
    rig_datagram_free(rig);
}

static void play_as_tape(const struct drill_descriptor *plugin, const uint8_t *data, size_t size)
{
    struct rig_tape *rig = rig_tape_new(plugin, true);
    rig_tape_play(rig, data, size);
    rig_tape_free(rig);
}

typedef void play_function(const struct drill_descriptor *plugin, const uint8_t *data, size_t size);

/* Plays an input in a child, whose standard error is kept. Returns how the child ended. */
static int play_aside(play_function *play, const struct drill_descriptor *plugin, const void *data,
                      size_t size, char *said, size_t said_size)
{
    FILE *error = tmpfile();
    assert_non_null(error);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        dup2(fileno(error), STDERR_FILENO);
        play(plugin, data, size);
        _exit(0);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    rewind(error);
    said[fread(said, 1, said_size - 1, error)] = '\0';
    fclose(error);
    return status;
}

/* Connect, and send ten bytes; the same of two clients. */
static const char tape[] = {0, 0, 1, 0, 10, '0', '1', '2', '3', '4', '5', '6', '7', '8', '9'};
static const char tape_of_two[] = {0, 0, 1, 0, 1, 'a', 0, 1, 1, 1, 1, 'b'};

/* The process ends, and says by which oracle; or, without one, ends well and says nothing. */
static void expect_oracle(play_function *play, const struct drill_descriptor *plugin,
                          const void *data, size_t size, const char *oracle)
{
    char said[4096], wanted[64];
    int status = play_aside(play, plugin, data, size, said, sizeof(said));
    if (!oracle) {
        assert_string_equal(said, "");
        assert_int_equal(status, 0);
        return;
    }
    assert_true(WIFSIGNALED(status) || WEXITSTATUS(status) != 0);
    snprintf(wanted, sizeof(wanted), "sockdrill: oracle %s: ", oracle);
    if (!strstr(said, wanted) || !strstr(said, plugin->name)) {
        fail_msg("expected '%s' of %s in: %s", wanted, plugin->name, said);
    }
}

static void a_wrong_stream_ends_the_process_with_the_name_of_its_oracle(void **state)
{
    (void)state;
    expect_oracle(play_as_stream, &liar, "0123456789", 10, "property");
    expect_oracle(play_as_stream, &liar, "012345678", 9, NULL);
    expect_oracle(play_as_stream, &quitter, "x", 1, "plugin");
    expect_oracle(play_as_stream, &cutter, "0123456789", 10, "split");
    expect_oracle(play_as_stream, &forgetter, "x", 1, "leak");
}

static void a_wrong_datagram_ends_the_process_with_the_name_of_its_oracle(void **state)
{
    (void)state;
    expect_oracle(play_as_datagram, &datagram_liar, "0123456789", 10, "property");
}

static void a_wrong_tape_ends_the_process_with_the_name_of_its_oracle(void **state)
{
    (void)state;
    expect_oracle(play_as_tape, &liar, tape, sizeof(tape), "property");
    expect_oracle(play_as_tape, &quitter, tape, sizeof(tape), "plugin");
    expect_oracle(play_as_tape, &counter, tape_of_two, sizeof(tape_of_two), "replay");
    expect_oracle(play_as_tape, &forgetter, tape, sizeof(tape), "leak");
}

static void a_tape_that_goes_otherwise_the_second_time_is_seen_by_repeat(void **state)
{
    (void)state;
    expect_oracle(play_as_tape, &keeper, tape, sizeof(tape), "repeat");
    /* Sessions may share what each listener begins anew. */
    expect_oracle(play_as_tape, &sharer, tape_of_two, sizeof(tape_of_two), NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(streams_raise_no_alarm_on_a_correct_plugin),
        cmocka_unit_test(datagrams_raise_no_alarm_on_a_correct_plugin),
        cmocka_unit_test(tapes_raise_no_alarm_on_correct_plugins),
        cmocka_unit_test(a_wrong_stream_ends_the_process_with_the_name_of_its_oracle),
        cmocka_unit_test(a_wrong_datagram_ends_the_process_with_the_name_of_its_oracle),
        cmocka_unit_test(a_wrong_tape_ends_the_process_with_the_name_of_its_oracle),
        cmocka_unit_test(a_tape_that_goes_otherwise_the_second_time_is_seen_by_repeat),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
