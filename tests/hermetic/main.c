/* SPDX-License-Identifier: MIT */
/*
 * hermetic: proves that simulated scenarios need nothing but memory, and that their outcome hangs
 * on nothing but their sources and their seed.
 *
 * It loads a suite and its plugins, closes the seal (seal.h) and plays every scenario that allows
 * the simulated world: twice in one world that is reset before each, and once in a world made for
 * it alone. Each verdict must be good and all three traces must have the same hash.
 */
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "rig.h"
#include "seal.h"

static const char usage[] =
    "usage: hermetic FOLDER              play the suite in FOLDER behind the seal\n"
    "       hermetic --hashes FOLDER     print the hash of each trace, without a seal\n"
    "       hermetic --self-test         see that the seal kills what it must\n";

/* Buffered output would ask for the kind of file it goes to. */
static void __attribute__((format(printf, 1, 2))) say(const char *format, ...)
{
    char line[2048];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(line, sizeof(line), format, arguments);
    va_end(arguments);
    size_t size = length < 0 ? 0 : (size_t)length;
    size = size < sizeof(line) ? size : sizeof(line) - 1;
    if (write(STDOUT_FILENO, line, size) != (ssize_t)size) {
        _exit(EXIT_FAILURE);
    }
}

static const char *hash_text(const uint8_t hash[16], char text[33])
{
    for (int i = 0; i < 16; i++) {
        snprintf(text + (size_t)i * 2, 3, "%02x", hash[i]);
    }
    return text;
}

/* A bad outcome is said. */
static bool play(struct rig *rig, struct rig_world *world, size_t plan, struct rig_outcome *outcome)
{
    struct drill_error error = {0};
    int status = rig_play(rig, world, plan, outcome, &error);
    if (status != 0) {
        say("%s: the machine failed: errno %d\n", rig->suite.plans[plan]->id, -status);
    } else if (!outcome->good) {
        say("%s: %s\n", rig->suite.plans[plan]->id, error.sentence);
    }
    return status == 0 && outcome->good;
}

static bool play_fresh(struct rig *rig, size_t plan, struct rig_outcome *outcome)
{
    struct rig_world alone;
    bool good = rig_world_new(rig, &alone) == 0 && play(rig, &alone, plan, outcome);
    rig_world_free(&alone);
    return good;
}

static bool is_same(const struct rig *rig, size_t plan, const struct rig_outcome *first,
                    const struct rig_outcome *other, const char *what)
{
    char texts[2][33];
    bool same = memcmp(first->hash, other->hash, sizeof(first->hash)) == 0;
    if (!same) {
        say("%s: the trace %s has the hash %s and %llu events, the first one %s and %llu\n",
            rig->suite.plans[plan]->id, what, hash_text(other->hash, texts[0]),
            (unsigned long long)other->events, hash_text(first->hash, texts[1]),
            (unsigned long long)first->events);
    }
    return same;
}

/* Everything behind the seal: how many scenarios were not as they should be. */
static size_t play_all(struct rig *rig, struct rig_world *world, struct rig_outcome *first,
                       size_t *played)
{
    size_t bad = 0;
    for (size_t i = 0; i < rig->suite.plan_count; i++) {
        if (rig_allows(rig, i)) {
            *played += 1;
            bad += play(rig, world, i, &first[i]) ? 0 : 1;
        }
    }
    for (size_t i = 0; i < rig->suite.plan_count; i++) {
        struct rig_outcome again = {0};
        struct rig_outcome alone = {0};
        if (rig_allows(rig, i) && first[i].good) {
            bool same = play(rig, world, i, &again) && play_fresh(rig, i, &alone) &&
                        is_same(rig, i, &first[i], &again, "of the second run") &&
                        is_same(rig, i, &first[i], &alone, "in a fresh world");
            bad += same ? 0 : 1;
        }
    }
    return bad;
}

static int run_sealed(struct rig *rig, struct rig_world *world)
{
    size_t played = 0;
    struct rig_outcome *first = calloc(rig->suite.plan_count, sizeof(*first));
    int status = first ? seal_close() : -ENOMEM;
    if (status != 0) {
        free(first);
        say("hermetic: the seal could not be closed: errno %d\n", -status);
        return EXIT_FAILURE;
    }
    size_t bad = play_all(rig, world, first, &played);
    say("%zu of %zu scenarios played three times behind the seal: %zu were not as they should be\n",
        played, rig->suite.plan_count, bad);
    free(first);
    return bad == 0 && played > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int print_hashes(struct rig *rig, struct rig_world *world)
{
    bool good = true;
    for (size_t i = 0; i < rig->suite.plan_count; i++) {
        struct rig_outcome outcome = {0};
        char text[33];
        if (rig_allows(rig, i)) {
            good = play(rig, world, i, &outcome) && good;
            say("%s %s\n", rig->suite.plans[i]->id, hash_text(outcome.hash, text));
        }
    }
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* What must not be possible behind the seal. */
static void break_by_socket(void)
{
    (void)socket(AF_INET, SOCK_STREAM, 0);
}

static void break_by_open(void)
{
    FILE *file = fopen("/dev/null", "r");
    if (file) {
        fclose(file);
    }
}

static void break_by_clock(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
}

static void break_by_pipe(void)
{
    int ends[2];
    (void)!pipe(ends);
}

/* Takes and gives back memory, whatever the compiler thinks of that. */
static void use_memory(size_t size)
{
    uint8_t *volatile memory = malloc(size);
    free(memory);
}

/* How a child ended that closed the seal and then did `act`. */
static int try_behind_seal(void (*act)(void))
{
    int ended = 0;
    pid_t child = fork();
    if (child == 0) {
        use_memory(1); /* the first time libc asks for random bytes */
        if (seal_close() == 0) {
            use_memory((size_t)1 << 20);
            act();
        }
        _exit(EXIT_SUCCESS);
    }
    return child > 0 && waitpid(child, &ended, 0) == child ? ended : 0;
}

static int self_test(void)
{
    static const struct {
        const char *name;
        void (*act)(void);
        bool by_kernel; /* or else by our own clock */
    } breaches[] = {
        {"socket", break_by_socket, true},
        {"fopen", break_by_open, true},
        {"pipe", break_by_pipe, true},
        {"clock_gettime", break_by_clock, false},
    };
    int failed = 0;
    for (size_t i = 0; i < sizeof(breaches) / sizeof(breaches[0]); i++) {
        int ended = try_behind_seal(breaches[i].act);
        bool killed = breaches[i].by_kernel
                          ? WIFSIGNALED(ended) && WTERMSIG(ended) == SIGSYS
                          : WIFEXITED(ended) && WEXITSTATUS(ended) == SEAL_CLOCK_STATUS;
        say("%s behind the seal: %s\n", breaches[i].name, killed ? "stopped" : "NOT stopped");
        failed += killed ? 0 : 1;
    }
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int with_rig(const char *folder, int (*act)(struct rig *rig, struct rig_world *world))
{
    struct rig rig;
    struct rig_world world = {0};
    struct drill_error error = {0};
    char text[2048];
    int result = EXIT_FAILURE;
    int status = rig_open(&rig, folder, DRILL_PLUGINS, &error);
    if (status == 0 && rig_world_new(&rig, &world) == 0) {
        result = act(&rig, &world);
    } else {
        say("hermetic: %s\n", status != 0 ? drill_error_text(&error, text, sizeof(text))
                                          : "a simulated world could not be made");
    }
    rig_world_free(&world);
    rig_close(&rig);
    return result;
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "--self-test") == 0) {
        return self_test();
    }
    if (argc == 3 && strcmp(argv[1], "--hashes") == 0) {
        return with_rig(argv[2], print_hashes);
    }
    if (argc == 2 && argv[1][0] != '-') {
        return with_rig(argv[1], run_sealed);
    }
    say("%s", usage);
    return EXIT_FAILURE;
}
