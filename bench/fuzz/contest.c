/* SPDX-License-Identifier: MIT */
#include "fuzz/contest.h"

#include "common/process.h"
#include "fuzz/engine.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* How long one line of the phases may take. */
#define PHASE_WAIT_MS 60000

static const char *const libfuzzer_presets[BUILD_COUNT] = {
    [BUILD_PLAIN] = "fuzz-libfuzzer-plain", [BUILD_SANITIZED] = "fuzz-libfuzzer"};
static const char *const afl_presets[BUILD_COUNT] = {
    [BUILD_PLAIN] = "fuzz-afl-plain", [BUILD_SANITIZED] = "fuzz-afl"};

static int contest_make_folder(struct contest *contest, struct failure *failure)
{
    const char *parent = getenv("TMPDIR");
    int length = snprintf(contest->folder, sizeof(contest->folder), "%s/sockdrill-bench-XXXXXX",
                          parent != NULL && parent[0] != '\0' ? parent : "/tmp");
    if (length < 0 || (size_t)length >= sizeof(contest->folder)) {
        contest->folder[0] = '\0';
        return failure_set(failure, -ENAMETOOLONG, "the path in TMPDIR is too long");
    }
    if (mkdtemp(contest->folder) == NULL) {
        int result = failure_errno(failure, "cannot make a folder %s", contest->folder);
        contest->folder[0] = '\0';
        return result;
    }
    snprintf(contest->log, sizeof(contest->log), "%s/output.txt", contest->folder);
    return 0;
}

int contest_open(struct contest *contest, struct failure *failure)
{
    contest->has_afl = engine_find_afl(contest->afl);
    int result = contest_make_folder(contest, failure);
    for (int length = 0; length < LENGTH_COUNT && result == 0; length++) {
        char name[32];
        snprintf(name, sizeof(name), "inputs-%zu", length_bytes[length]);
        result = corpus_open(&contest->corpora[length], contest->folder, name, length_bytes[length],
                             failure);
    }
    return result;
}

void contest_close(struct contest *contest, bool keep)
{
    for (int length = 0; length < LENGTH_COUNT; length++) {
        corpus_close(&contest->corpora[length]);
    }
    if (contest->folder[0] != '\0' && !keep) {
        unlink(contest->log);
        rmdir(contest->folder);
    }
}

static struct engine_run contest_run(const struct contest *contest, enum length length)
{
    return (struct engine_run){.corpus = &contest->corpora[length],
                               .length = length_bytes[length],
                               .folder = contest->folder,
                               .log = contest->log};
}

static int contest_libfuzzer(struct contest *contest, enum build build, enum length length,
                             enum entrant entrant, struct failure *failure)
{
    char target[PATH_MAX];
    double exec_ns = 0;
    bool real = entrant == ENTRANT_LOOPBACK || entrant == ENTRANT_LOOPBACK_UDP;
    struct engine_run run = contest_run(contest, length);
    snprintf(target, sizeof(target), "%s/%s/%s", BENCH_BUILDS, libfuzzer_presets[build],
             entrants[entrant].path);
    int result = engine_libfuzzer(target, &run, real ? contest->runs_loopback : contest->runs,
                                  &exec_ns, failure);
    if (result == 0) {
        spread_add(&contest->exec_ns[build][length][entrant], exec_ns);
    }
    return result;
}

bool contest_has_afl(enum entrant entrant)
{
    return entrant == ENTRANT_EMPTY || entrants[entrant].bare != ENTRANT_COUNT;
}

static int contest_afl(struct contest *contest, enum build build, enum entrant entrant,
                       struct failure *failure)
{
    char target[PATH_MAX];
    double per_s = 0, stability = 0;
    struct engine_run run = contest_run(contest, LENGTH_256);
    snprintf(target, sizeof(target), "%s/%s/%s", BENCH_BUILDS, afl_presets[build],
             entrants[entrant].path);
    int result =
        engine_afl(contest->afl, target, &run, contest->afl_seconds, &per_s, &stability, failure);
    if (result == 0) {
        spread_add(&contest->afl_per_s[build][entrant], per_s);
        spread_add(&contest->afl_stability[build][entrant], stability);
    }
    return result;
}

/* A line "NANOSECONDS<tab>PHASE". */
static int contest_add_phase(struct contest *contest, unsigned number, char *line,
                             struct failure *failure)
{
    char *tab = strchr(line, '\t');
    if (tab == NULL || number == PHASES_MAX) {
        return failure_set(failure, -EPROTO, "the phases printed '%.300s'", line);
    }
    struct phase *phase = &contest->phases[number];
    snprintf(phase->name, sizeof(phase->name), "%s", tab + 1);
    spread_add(&phase->ns, strtod(line, NULL));
    contest->phase_count = number + 1 > contest->phase_count ? number + 1 : contest->phase_count;
    return 0;
}

static int contest_phases(struct contest *contest, struct failure *failure)
{
    char path[PATH_MAX], count[16], line[128];
    struct process process = {.pid = 0};
    unsigned number = 0;
    snprintf(path, sizeof(path), "%s/%s/bench/phases", BENCH_BUILDS,
             libfuzzer_presets[BUILD_PLAIN]);
    snprintf(count, sizeof(count), "%u", contest->phase_runs);
    const char *arguments[] = {path, count, NULL};
    int result = process_start(&process, arguments, -1, failure);
    while (result == 0) {
        result = process_read_line(&process, line, sizeof(line), PHASE_WAIT_MS, failure);
        if (result == 0) {
            result = contest_add_phase(contest, number++, line, failure);
        }
    }
    /* The end of its output is how it says that it is done. */
    int status = process_stop(&process);
    bool done = result == -EPIPE && number > 0 && status == 0;
    return done ? 0 : failure_set(failure, -EPROTO, "%s failed: %.200s", path, failure->text);
}

int contest_round(struct contest *contest, struct failure *failure)
{
    int result = contest_phases(contest, failure);
    for (int build = 0; build < BUILD_COUNT; build++) {
        for (int length = 0; length < LENGTH_COUNT; length++) {
            for (int entrant = 0; entrant < ENTRANT_COUNT && result == 0; entrant++) {
                result = contest_libfuzzer(contest, (enum build)build, (enum length)length,
                                           (enum entrant)entrant, failure);
            }
        }
        for (int entrant = 0; entrant < ENTRANT_COUNT && result == 0; entrant++) {
            if (contest->has_afl && contest_has_afl((enum entrant)entrant)) {
                result = contest_afl(contest, (enum build)build, (enum entrant)entrant, failure);
            }
        }
    }
    return result;
}
