/* SPDX-License-Identifier: MIT */
/* Worker processes that count into shared memory, and a parent that adds up. */
#include "hunt.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "draw.h"
#include "network.h"
#include "prng.h"

#define PROGRESS_MS 10000
/* After so many a worker moves to a new network, where no connection of earlier ones is remembered:
 * TIME_WAIT lasts for a minute, and sequences must not meet each other. */
#define HUNT_NETWORK_SEQUENCES 5000

/* What a worker shares with its parent. */
struct worker {
    struct hunt_totals totals;
    uint64_t index; /* the sequence that it plays */
};

struct hunt {
    const struct hunt_options *options;
    struct worker *worker;
    struct rig rig;
    struct sequence *findings; /* the shrunk ones, so that none is printed twice */
    unsigned finding_count;
};

void hunt_draw(uint64_t seed, uint64_t index, struct sequence *sequence)
{
    struct prng first = {.state = seed};
    struct prng second = {.state = prng_next(&first) + index};
    draw_sequence(prng_next(&second), sequence);
}

bool hunt_first(struct rig *rig, uint64_t seed, uint64_t sequences, struct sequence *found)
{
    for (uint64_t i = 0; i < sequences; i++) {
        hunt_draw(seed, i, found);
        if (rig_play(rig, found) == LOCKSTEP_DIFFERS && rig_repeats(rig, found)) {
            return true;
        }
    }
    return false;
}

static bool finding_known(const struct hunt *hunt, const struct sequence *sequence)
{
    for (unsigned i = 0; i < hunt->finding_count; i++) {
        if (sequence_equal(&hunt->findings[i], sequence)) {
            return true;
        }
    }
    return false;
}

/* What was just played and differed, as text that the caller frees; NULL without memory. */
static char *finding_seen(const struct hunt *hunt, const struct sequence *sequence)
{
    char *page = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&page, &size);
    if (out) {
        rig_tell(&hunt->rig, sequence, LOCKSTEP_DIFFERS, out);
        fclose(out);
    }
    return page;
}

/* In one piece, for several workers may print. `seen` is how it was found, should it not come
 * again; NULL: nothing to add. */
static void finding_print(struct hunt *hunt, const struct sequence *sequence, const char *title,
                          const char *seen)
{
    char text[SEQUENCE_TEXT];
    char *page = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&page, &size);
    if (!out) {
        return;
    }
    fprintf(out, "\n%s: sequence %" PRIu64 " of seed %" PRIu64 "\n", title, hunt->worker->index,
            hunt->options->seed);
    struct lockstep_counts counts = hunt->rig.lockstep.counts;
    if (rig_show(&hunt->rig, sequence, out) != LOCKSTEP_DIFFERS && seen) {
        fprintf(out, "as it was seen first:\n%s", seen);
    }
    hunt->rig.lockstep.counts = counts;
    fprintf(out, "replay: sockdrill-conform --replay '%s'\n", sequence_text(sequence, text));
    fprintf(out, "or:     sockdrill-conform --seed %" PRIu64 " --first %" PRIu64 " --sequences 1\n",
            hunt->options->seed, hunt->worker->index);
    fclose(out);
    fwrite(page, 1, size, stdout);
    fflush(stdout);
    free(page);
}

static void hunt_differs(struct hunt *hunt, struct sequence *sequence)
{
    struct hunt_totals *totals = &hunt->worker->totals;
    struct lockstep_counts counts = hunt->rig.lockstep.counts;
    char *seen = finding_seen(hunt, sequence);
    if (!rig_repeats(&hunt->rig, sequence)) {
        totals->unrepeatable++;
        finding_print(hunt, sequence, "does not repeat", seen);
    } else {
        totals->differences++;
        rig_shrink(&hunt->rig, sequence);
        if (!finding_known(hunt, sequence)) {
            hunt->findings[hunt->finding_count++] = *sequence;
            finding_print(hunt, sequence, "DIFFERENCE", seen);
        }
    }
    free(seen);
    hunt->rig.lockstep.counts = counts;
}

static void hunt_one(struct hunt *hunt)
{
    struct hunt_totals *totals = &hunt->worker->totals;
    struct sequence sequence;
    hunt_draw(hunt->options->seed, hunt->worker->index, &sequence);
    switch (rig_play(&hunt->rig, &sequence)) {
    case LOCKSTEP_SAME:
        break;
    case LOCKSTEP_DIFFERS:
        hunt_differs(hunt, &sequence);
        break;
    case LOCKSTEP_CUT:
        totals->cut++;
        if (hunt->options->show_cut) {
            sequence.count = hunt->rig.lockstep.calls;
            finding_print(hunt, &sequence, "cut short", NULL);
        }
        break;
    case LOCKSTEP_COINCIDENCE:
        totals->coincidences++;
        break;
    }
    totals->sequences++;
    totals->calls = hunt->rig.lockstep.counts.calls;
    totals->levelled = hunt->rig.lockstep.counts.levelled;
    totals->waits = hunt->rig.lockstep.counts.waits;
    totals->held = hunt->rig.lockstep.counts.held;
}

/* Plays every `workers`th sequence. */
static int hunt_work(const struct hunt_options *options, struct worker *worker, unsigned number,
                     uint64_t until_ns)
{
    struct hunt hunt = {.options = options, .worker = worker};
    hunt.findings = calloc(options->findings_max, sizeof(*hunt.findings));
    if (!hunt.findings) {
        return -ENOMEM;
    }
    int status = rig_open(&hunt.rig, options->kinds[0], options->kinds[1], options->lie);
    if (status != 0) {
        free(hunt.findings);
        return status;
    }
    uint64_t step = options->workers;
    for (uint64_t i = number; options->sequences == 0 || i < options->sequences; i += step) {
        if (clock_real_ns() >= until_ns || hunt.finding_count == options->findings_max) {
            break;
        }
        if (!options->host_network && i / step % HUNT_NETWORK_SEQUENCES == 0) {
            network_private();
        }
        worker->index = options->first + i;
        hunt_one(&hunt);
    }
    free(hunt.findings);
    rig_close(&hunt.rig);
    return 0;
}

static void hunt_sum(const struct worker *workers, unsigned count, struct hunt_totals *totals)
{
    memset(totals, 0, sizeof(*totals));
    for (unsigned i = 0; i < count; i++) {
        const struct hunt_totals *one = &workers[i].totals;
        totals->sequences += one->sequences;
        totals->calls += one->calls;
        totals->differences += one->differences;
        totals->unrepeatable += one->unrepeatable;
        totals->levelled += one->levelled;
        totals->cut += one->cut;
        totals->coincidences += one->coincidences;
        totals->waits += one->waits;
        totals->held += one->held;
    }
}

void hunt_print(const struct hunt_totals *totals, FILE *out)
{
    fprintf(out,
            "%" PRIu64 " sequences, %" PRIu64 " calls: %" PRIu64 " differences, %" PRIu64
            " that did not repeat; levelled %" PRIu64 ", cut short %" PRIu64
            ", ports that came up twice %" PRIu64 ", waits %" PRIu64 ", room held back %" PRIu64
            "\n",
            totals->sequences, totals->calls, totals->differences, totals->unrepeatable,
            totals->levelled, totals->cut, totals->coincidences, totals->waits, totals->held);
    fflush(out);
}

/* Until all workers have closed their end of the pipe. */
static void hunt_watch(int pipe_end, const struct hunt_options *options,
                       const struct worker *workers)
{
    struct pollfd end = {.fd = pipe_end, .events = POLLIN};
    struct hunt_totals totals;
    while (poll(&end, 1, PROGRESS_MS) == 0) {
        hunt_sum(workers, options->workers, &totals);
        if (options->progress) {
            hunt_print(&totals, stderr);
        }
    }
}

/* Collects the workers; one that died left the number of its sequence. */
static void hunt_reap(const pid_t *processes, const struct hunt_options *options,
                      struct worker *workers)
{
    for (unsigned i = 0; i < options->workers; i++) {
        int status = 0;
        if (processes[i] > 0 && waitpid(processes[i], &status, 0) == processes[i] && status != 0) {
            workers[i].totals.differences++;
            fprintf(stderr,
                    "worker died (%s %d): sockdrill-conform --seed %" PRIu64 " --first %" PRIu64
                    " --sequences 1\n",
                    WIFSIGNALED(status) ? "signal" : "exit code",
                    WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status), options->seed,
                    workers[i].index);
        }
    }
}

static int hunt_start(const struct hunt_options *options, struct worker *workers, pid_t *processes,
                      int *pipe_end)
{
    int ends[2];
    uint64_t until_ns =
        options->seconds > 0 ? clock_real_ns() + options->seconds * CLOCK_S : CLOCK_NEVER_NS;
    if (pipe(ends) != 0) {
        return -errno;
    }
    for (unsigned i = 0; i < options->workers; i++) {
        processes[i] = fork();
        if (processes[i] == 0) {
            close(ends[0]);
            _exit(hunt_work(options, &workers[i], i, until_ns) == 0 ? 0 : 3);
        }
    }
    close(ends[1]);
    *pipe_end = ends[0];
    return 0;
}

int hunt_run(const struct hunt_options *options, struct hunt_totals *totals)
{
    pid_t processes[HUNT_WORKERS_MAX] = {0};
    size_t size = options->workers * sizeof(struct worker);
    int pipe_end = -1;
    struct worker *workers =
        mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (workers == MAP_FAILED) {
        return -errno;
    }
    fflush(NULL);
    int status = hunt_start(options, workers, processes, &pipe_end);
    if (status == 0) {
        hunt_watch(pipe_end, options, workers);
        hunt_reap(processes, options, workers);
        hunt_sum(workers, options->workers, totals);
        close(pipe_end);
    }
    munmap(workers, size);
    return status;
}
