/* SPDX-License-Identifier: MIT */
#include "sim/contest.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

const char *const contest_names[ENTRANT_COUNT] = {
    [ENTRANT_SIM] = "simulated",
    [ENTRANT_REPORT] = "simulated, report written",
    [ENTRANT_KERNEL] = "real sockets, same runner",
    [ENTRANT_EPOLL] = "real sockets by hand, epoll",
    [ENTRANT_BLOCKING] = "real sockets by hand, blocking",
};

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
    snprintf(contest->report, sizeof(contest->report), "%s/report.json", contest->folder);
    return 0;
}

int contest_open(struct contest *contest, struct failure *failure)
{
    int result = contest_make_folder(contest, failure);
    return result == 0 ? drill_open(&contest->drill, failure) : result;
}

void contest_close(struct contest *contest)
{
    drill_close(&contest->drill);
    if (contest->folder[0] != '\0') {
        unlink(contest->report);
        rmdir(contest->folder);
    }
}

bool contest_has(enum shape shape, enum entrant entrant)
{
    switch (entrant) {
    case ENTRANT_SIM:
    case ENTRANT_REPORT:
        return true;
    case ENTRANT_KERNEL:
        return shape_is_real(shape);
    case ENTRANT_EPOLL:
    case ENTRANT_BLOCKING:
        return shape == SHAPE_HELLO;
    case ENTRANT_COUNT:
        break;
    }
    return false;
}

/* User and system. No entrant ever waits, so on an idle machine this is the real time; on a busy
 * one it leaves out what others used. */
static uint64_t contest_cpu_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static int contest_measure(struct contest *contest, enum shape shape, enum entrant entrant,
                           struct failure *failure)
{
    struct drill *drill = &contest->drill;
    unsigned count = contest->counts[entrant];
    uint64_t elapsed_ns = 0;
    uint64_t start_ns = contest_cpu_ns();
    int result = 0;
    switch (entrant) {
    case ENTRANT_SIM:
        result = drill_play(drill, DRILL_WORLD_SIM, shape, count, &elapsed_ns, failure);
        break;
    case ENTRANT_REPORT:
        result = drill_report(drill, shape, count, contest->report, &elapsed_ns, failure);
        break;
    case ENTRANT_KERNEL:
        result = drill_play(drill, DRILL_WORLD_KERNEL, shape, count, &elapsed_ns, failure);
        break;
    case ENTRANT_EPOLL:
        result = cycles_epoll(count, CYCLE_FIN, &elapsed_ns, failure);
        break;
    case ENTRANT_BLOCKING:
        result = cycles_blocking(count, CYCLE_FIN, &elapsed_ns, failure);
        break;
    case ENTRANT_COUNT:
        break;
    }
    if (result == 0) {
        double used_ns = (double)(contest_cpu_ns() - start_ns);
        spread_add(&contest->per_s[shape][entrant], (double)count * 1e9 / used_ns);
    }
    if (result == 0 && shape == SHAPE_HUNG && entrant == ENTRANT_SIM) {
        spread_add(&contest->hung_ms, (double)elapsed_ns / 1e6 / (double)count);
    }
    return result;
}

int contest_round(struct contest *contest, struct failure *failure)
{
    int result = 0;
    for (int shape = 0; shape < SHAPE_COUNT; shape++) {
        for (int entrant = 0; entrant < ENTRANT_COUNT && result == 0; entrant++) {
            if (contest_has((enum shape)shape, (enum entrant)entrant)) {
                result =
                    contest_measure(contest, (enum shape)shape, (enum entrant)entrant, failure);
            }
        }
    }
    return result;
}
