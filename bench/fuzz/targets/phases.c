/* SPDX-License-Identifier: MIT */
/*
 * Where the time of one exec goes, without an engine: prints lines "NANOSECONDS<tab>PHASE" of CPU
 * time, each the least of some repetitions. `phases COUNT` does each phase COUNT times per
 * repetition. FUZZ_PLUGIN serves TCP.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "rig_stage.h"
#include "shadow.h"
#include "tape.h"
#include "target_plugin.h"

#define REPETITIONS  7
#define SMALL_BYTES  64u
#define MEDIUM_BYTES 256u

/* What the phases share. */
struct bench {
    unsigned long count;
    uint8_t input[MEDIUM_BYTES], answer[MEDIUM_BYTES], shadowed[MEDIUM_BYTES];
    size_t size; /* bytes of `input` that a phase is about */
    size_t shadowed_size;
    struct plugin *plugin;
    struct rig_stage stage;
    struct rig_stream *stream;
    struct rig_tape *rig_tape;
    struct tape *tape;
    struct shadow shadow;
    int socket;
};

static struct bench bench;

static double cpu_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static double measure(void (*phase)(void), size_t size)
{
    double least_ns = 0;
    bench.size = size;
    for (int i = 0; i < REPETITIONS; i++) {
        double start_ns = cpu_ns();
        for (unsigned long n = 0; n < bench.count; n++) {
            phase();
        }
        double each_ns = (cpu_ns() - start_ns) / (double)bench.count;
        least_ns = i == 0 || each_ns < least_ns ? each_ns : least_ns;
    }
    return least_ns;
}

static void print(double each_ns, const char *what)
{
    printf("%.1f\t%s\n", each_ns, what);
}

static void turn_until_still(void)
{
    while (rig_stage_turn(&bench.stage)) {
    }
}

/* What a plugin answers is as long as its input here: it is the shipped `uppercase`. */
static void receive(size_t size)
{
    ssize_t got = world_recv(bench.stage.world, bench.socket, bench.answer, sizeof(bench.answer));
    if (got != (ssize_t)size) {
        fprintf(stderr, "phases: an answer of %zd bytes instead of %zu\n", got, size);
        exit(EXIT_FAILURE);
    }
}

static void phase_clear(void)
{
    rig_stage_clear(&bench.stage);
}

static void phase_connect(void)
{
    bench.socket = rig_stage_connect(&bench.stage);
    turn_until_still();
    (void)world_shutdown(bench.stage.world, bench.socket, WORLD_SHUT_WR);
    turn_until_still();
    receive(0);
    world_close(bench.stage.world, bench.socket);
    rig_stage_clear(&bench.stage);
}

static void phase_answer(void)
{
    ssize_t sent = world_send(bench.stage.world, bench.socket, bench.input, bench.size);
    ASSERT(sent == (ssize_t)bench.size);
    turn_until_still();
    receive(bench.size);
}

static void shadow_answered(void *owner, const void *data, size_t size)
{
    (void)owner;
    memcpy(bench.shadowed + bench.shadowed_size, data, size);
    bench.shadowed_size += size;
}

static void phase_shadow(void)
{
    bench.shadowed_size = 0;
    shadow_open(&bench.shadow, 1, bench.input);
    shadow_receive(&bench.shadow, bench.size / 2);
    shadow_receive(&bench.shadow, bench.size - bench.size / 2);
    shadow_close(&bench.shadow, true);
    if (bench.shadowed_size != bench.size ||
        memcmp(bench.shadowed, bench.answer, bench.size) != 0) {
        fprintf(stderr, "phases: the plugin answers otherwise without a network\n");
        exit(EXIT_FAILURE);
    }
}

/* Inputs differ, so that each goes another way. */
static void change_input(void)
{
    bench.input[0]++;
}

static void phase_stream(void)
{
    change_input();
    rig_stream_play(bench.stream, bench.input, bench.size);
}

static void phase_decode(void)
{
    change_input();
    (void)tape_decode(bench.tape, bench.input, bench.size);
}

static void phase_tape(void)
{
    change_input();
    rig_tape_play(bench.rig_tape, bench.input, bench.size);
}

static void bench_open(void)
{
    struct tape_plugin known = tape_plugin_of_descriptor(&FUZZ_PLUGIN);
    struct prng prng = {.state = RIG_SEED};
    prng_fill(&prng, bench.input, sizeof(bench.input));
    bench.plugin = rig_adopt(&FUZZ_PLUGIN);
    rig_stage_init(&bench.stage, bench.plugin, WORLD_TCP, false);
    bench.stream = rig_stream_new(&FUZZ_PLUGIN, false);
    bench.rig_tape = rig_tape_new(&FUZZ_PLUGIN, false);
    bench.tape = tape_new(TAPE_EXPLORE, &known, NULL);
    shadow_init(&bench.shadow, shadow_answered, NULL);
    int status = shadow_prepare(&bench.shadow, listener_plugin(bench.stage.listener), RIG_REPLY_MAX,
                                UINT32_MAX);
    ASSERT(status == 0);
    ASSERT(bench.tape);
}

static void bench_close(void)
{
    shadow_fini(&bench.shadow);
    tape_free(bench.tape);
    rig_tape_free(bench.rig_tape);
    rig_stream_free(bench.stream);
    rig_stage_fini(&bench.stage);
    plugin_free(bench.plugin);
}

static void bench_answers(void)
{
    bench.socket = rig_stage_connect(&bench.stage);
    turn_until_still();
    print(measure(phase_answer, SMALL_BYTES), "stream: send 64 bytes, receive the answer");
    print(measure(phase_shadow, SMALL_BYTES), "stream: shadow of 64 bytes in two pieces, compare");
    print(measure(phase_answer, MEDIUM_BYTES), "stream: send 256 bytes, receive the answer");
    print(measure(phase_shadow, MEDIUM_BYTES),
          "stream: shadow of 256 bytes in two pieces, compare");
    (void)world_shutdown(bench.stage.world, bench.socket, WORLD_SHUT_WR);
    turn_until_still();
    world_close(bench.stage.world, bench.socket);
    rig_stage_clear(&bench.stage);
}

int main(int argc, char **argv)
{
    bench.count = argc == 2 ? strtoul(argv[1], NULL, 10) : 0;
    if (bench.count == 0) {
        fprintf(stderr, "usage: %s COUNT\n", argv[0]);
        return EXIT_FAILURE;
    }
    bench_open();
    double clear_ns = measure(phase_clear, 0);
    print(clear_ns, "stream: clear, that is renew and rewind");
    print(measure(phase_connect, 0) - clear_ns, "stream: connect, half-close, end");
    bench_answers();
    print(measure(phase_stream, 0), "stream: exec of an empty input");
    print(measure(phase_stream, SMALL_BYTES), "stream: exec of 64 bytes");
    print(measure(phase_stream, MEDIUM_BYTES), "stream: exec of 256 bytes");
    double decode_ns = measure(phase_decode, MEDIUM_BYTES);
    print(decode_ns, "tape: decode 256 random bytes");
    print(measure(phase_tape, MEDIUM_BYTES) - decode_ns, "tape: run what they say");
    bench_close();
    return EXIT_SUCCESS;
}
