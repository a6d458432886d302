/* SPDX-License-Identifier: MIT */
#include "run/contest.h"

#include "common/process.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* `full` and `single` are indexed by entrant, which the two sockdrill entrants allow. */
_Static_assert(ENTRANT_REPEAT == 0 && ENTRANT_FILES == 1, "the sockdrill entrants come first");

const char *const contest_names[ENTRANT_COUNT] = {
    [ENTRANT_REPEAT] = "sockdrill, one scenario, repeat",
    [ENTRANT_FILES] = "sockdrill, one scenario per cycle",
    [ENTRANT_EPOLL] = "by hand in C, epoll",
    [ENTRANT_BLOCKING] = "by hand in C, blocking",
    [ENTRANT_PYTHON] = "Python socket + socketserver",
};

static const char *const end_names[CYCLE_END_COUNT] = {
    [CYCLE_FIN] = "fin", [CYCLE_RESET] = "reset"};

#define CONTEST_PYTHON_WAIT_MS 60000

/* Looks for python3 as a shell does. */
static bool contest_find_python(char path[PATH_MAX])
{
    const char *folders = getenv("PATH");
    while (folders != NULL && *folders != '\0') {
        size_t length = strcspn(folders, ":");
        snprintf(path, PATH_MAX, "%.*s/python3", (int)length, folders);
        if (access(path, X_OK) == 0) {
            return true;
        }
        folders += length + (folders[length] == ':');
    }
    return false;
}

static int contest_find(struct contest *contest, struct failure *failure)
{
    contest->has_python = contest_find_python(contest->python);
    int result = process_beside("cycles.py", contest->script, sizeof(contest->script), failure);
    if (result == 0 && contest->sockdrill_path == NULL) {
        return process_beside("../bin/sockdrill", contest->sockdrill, sizeof(contest->sockdrill),
                              failure);
    }
    if (result == 0) {
        snprintf(contest->sockdrill, sizeof(contest->sockdrill), "%s", contest->sockdrill_path);
    }
    return result;
}

static int contest_write(struct contest *contest, enum cycle_end end, struct failure *failure)
{
    char name[32];
    snprintf(name, sizeof(name), "%s-single", end_names[end]);
    int result = suite_write(&contest->scratch, name, 1, 1, end, contest->single[end], failure);
    if (result == 0) {
        snprintf(name, sizeof(name), "%s-repeat", end_names[end]);
        result = suite_write(&contest->scratch, name, 1, contest->cycles[end][ENTRANT_REPEAT], end,
                             contest->full[end][ENTRANT_REPEAT], failure);
    }
    if (result == 0) {
        snprintf(name, sizeof(name), "%s-files", end_names[end]);
        result = suite_write(&contest->scratch, name, contest->cycles[end][ENTRANT_FILES], 1, end,
                             contest->full[end][ENTRANT_FILES], failure);
    }
    return result;
}

int contest_open(struct contest *contest, struct failure *failure)
{
    int result = contest_find(contest, failure);
    if (result == 0) {
        result = scratch_new(&contest->scratch, failure);
    }
    if (result != 0) {
        return result;
    }
    snprintf(contest->log, sizeof(contest->log), "%s/output.txt", contest->scratch.folder);
    snprintf(contest->report, sizeof(contest->report), "%s/report.json", contest->scratch.folder);
    for (int end = 0; end < CYCLE_END_COUNT && result == 0; end++) {
        result = contest_write(contest, (enum cycle_end)end, failure);
    }
    return result;
}

void contest_close(struct contest *contest, bool keep)
{
    if (!keep) {
        scratch_remove(&contest->scratch);
    }
}

static int contest_drill(struct contest *contest, const char *folder, uint64_t *elapsed_ns,
                         struct failure *failure)
{
    const char *arguments[] = {contest->sockdrill, "run",           "-q",   "-j", "1",
                               "--report",         contest->report, folder, NULL};
    return process_run(arguments, contest->log, elapsed_ns, failure);
}

/* The script times its cycles itself: the start of an interpreter is long and varies. */
static int contest_python(struct contest *contest, enum cycle_end end, uint64_t *elapsed_ns,
                          struct failure *failure)
{
    char count[16];
    snprintf(count, sizeof(count), "%u", contest->cycles[end][ENTRANT_PYTHON]);
    const char *arguments[] = {contest->python, contest->script, count, end_names[end], NULL};
    struct process process = {.pid = 0};
    int result = process_start(&process, arguments, -1, failure);
    if (result == 0) {
        char line[64];
        struct failure cause = {""};
        result = process_read_line(&process, line, sizeof(line), CONTEST_PYTHON_WAIT_MS, &cause);
        if (result != 0) {
            failure_set(failure, result, "%s: %.300s", contest->script, cause.text);
        } else {
            *elapsed_ns = strtoull(line, NULL, 10);
        }
        process_stop(&process);
    }
    return result;
}

/* sockdrill's time beyond that of a run with a single cycle, the shortest of some: start-up cancels
 * out. On a machine so busy that nothing would be left, the whole time counts. */
static int contest_sockdrill(struct contest *contest, enum entrant entrant, enum cycle_end end,
                             uint64_t *elapsed_ns, struct failure *failure)
{
    uint64_t least_ns = UINT64_MAX;
    int result = 0;
    for (int i = 0; i < CONTEST_SINGLE_RUNS && result == 0; i++) {
        uint64_t single_ns = 0;
        result = contest_drill(contest, contest->single[end], &single_ns, failure);
        spread_add(&contest->start_ms, (double)single_ns / 1e6);
        least_ns = single_ns < least_ns ? single_ns : least_ns;
    }
    if (result == 0) {
        result = contest_drill(contest, contest->full[end][entrant], elapsed_ns, failure);
    }
    if (result == 0 && *elapsed_ns > least_ns) {
        *elapsed_ns -= least_ns;
    }
    return result;
}

static int contest_measure(struct contest *contest, enum entrant entrant, enum cycle_end end,
                           struct failure *failure)
{
    unsigned cycles = contest->cycles[end][entrant];
    uint64_t elapsed_ns = 0;
    int result = 0;
    switch (entrant) {
    case ENTRANT_EPOLL:
        result = cycles_epoll(cycles, end, &elapsed_ns, failure);
        break;
    case ENTRANT_BLOCKING:
        result = cycles_blocking(cycles, end, &elapsed_ns, failure);
        break;
    case ENTRANT_PYTHON:
        result = contest_python(contest, end, &elapsed_ns, failure);
        break;
    case ENTRANT_REPEAT:
    case ENTRANT_FILES:
        result = contest_sockdrill(contest, entrant, end, &elapsed_ns, failure);
        cycles -= 1; /* the one of the run that was taken off */
        break;
    case ENTRANT_COUNT:
        break;
    }
    if (result == 0) {
        spread_add(&contest->cycles_per_s[end][entrant], (double)cycles * 1e9 / (double)elapsed_ns);
    }
    return result;
}

int contest_round(struct contest *contest, struct failure *failure)
{
    int result = 0;
    for (int end = 0; end < CYCLE_END_COUNT; end++) {
        for (int entrant = 0; entrant < ENTRANT_COUNT && result == 0; entrant++) {
            if (entrant != ENTRANT_PYTHON || contest->has_python) {
                result =
                    contest_measure(contest, (enum entrant)entrant, (enum cycle_end)end, failure);
            }
        }
    }
    return result;
}
