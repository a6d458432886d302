/* SPDX-License-Identifier: MIT */
#include "report/scale.h"

#include "report/matrix.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define SCALE_ARGUMENTS_MAX 16

/* The files of one size. */
struct scale_files {
    char good[PATH_MAX], other[PATH_MAX], bad[PATH_MAX];     /* suites */
    char report[PATH_MAX], changed[PATH_MAX], out[PATH_MAX]; /* reports, and what nobody reads */
    char shards[SCALE_SHARDS][PATH_MAX];
};

const char *scale_task_name(enum scale_task task)
{
    switch (task) {
    case SCALE_RUN:
        return "run, simulated, no report";
    case SCALE_RUN_REPORT:
        return "run, simulated";
    case SCALE_RUN_BOTH:
        return "run, both worlds";
    case SCALE_RUN_FAIL:
        return "run, simulated, all fail";
    case SCALE_DIFF_SAME:
        return "diff, nothing changed";
    case SCALE_DIFF_TEXT:
        return "diff, all changed";
    case SCALE_DIFF_JSON:
        return "diff, all changed, JSON";
    case SCALE_RUN_SHARDS:
        return "run, simulated, 4 shards";
    case SCALE_MERGE:
        return "merge of 4 shards";
    case SCALE_TASK_COUNT:
        break;
    }
    return "";
}

unsigned scale_count(enum scale_task task, unsigned count)
{
    return task == SCALE_RUN_FAIL ? count / SCALE_FAIL_PART : count;
}

int scale_open(struct scale *scale, const char *sockdrill, struct failure *failure)
{
    *scale = (struct scale){.sockdrill = sockdrill};
    int result = scratch_new(&scale->scratch, failure);
    if (result != 0) {
        return result;
    }
    snprintf(scale->log, sizeof(scale->log), "%s/output.txt", scale->scratch.folder);
    const char *const asks[] = {sockdrill, "merge", "--help", NULL};
    struct process_use use;
    struct failure ignored;
    scale->merges = process_measure(asks, scale->log, 0, &use, &ignored) == 0;
    return 0;
}

void scale_close(struct scale *scale)
{
    scratch_remove(&scale->scratch);
}

/* Runs the command, whose words end with a NULL, and adds to what it took. */
static int scale_run(const struct scale *scale, const char *const words[], int expected,
                     struct process_use *use, struct failure *failure)
{
    const char *arguments[SCALE_ARGUMENTS_MAX] = {scale->sockdrill};
    for (size_t i = 0; words[i] != NULL && i + 2 < SCALE_ARGUMENTS_MAX; i++) {
        arguments[i + 1] = words[i];
    }
    struct process_use own;
    int result = process_measure(arguments, scale->log, expected, &own, failure);
    use->elapsed_ns += own.elapsed_ns;
    use->cpu_ns += own.cpu_ns;
    use->memory_kib = own.memory_kib > use->memory_kib ? own.memory_kib : use->memory_kib;
    return result;
}

static int scale_run_shards(const struct scale *scale, const struct scale_files *files,
                            struct process_use *use, struct failure *failure)
{
    int result = 0;
    for (unsigned i = 0; i < SCALE_SHARDS && result == 0; i++) {
        char shard[32];
        snprintf(shard, sizeof(shard), "%u/%u", i + 1, SCALE_SHARDS);
        const char *const words[] = {"run", "-q",       "--world",        "sim",       "--shard",
                                     shard, "--report", files->shards[i], files->good, NULL};
        result = scale_run(scale, words, 0, use, failure);
    }
    return result;
}

static int scale_do(const struct scale *scale, const struct scale_files *files,
                    enum scale_task task, struct process_use *use, struct failure *failure)
{
    const char *const run[] = {"run", "-q", "--world", "sim", files->good, NULL};
    const char *const report[] = {"run",      "-q",          "--world",   "sim",
                                  "--report", files->report, files->good, NULL};
    const char *const both[] = {"run", "-q", "--report", files->out, files->good, NULL};
    const char *const fail[] = {"run",      "-q",       "--world",  "sim",
                                "--report", files->out, files->bad, NULL};
    const char *const same[] = {"diff", "-o", files->out, files->report, files->report, NULL};
    const char *const text[] = {"diff", "-o", files->out, files->report, files->changed, NULL};
    const char *const json[] = {"diff",     "--format",    "json",         "-o",
                                files->out, files->report, files->changed, NULL};
    const char *const merge[] = {
        "merge",          "-o", files->out, files->shards[0], files->shards[1], files->shards[2],
        files->shards[3], NULL};
    const char *const *const words[SCALE_TASK_COUNT] = {
        [SCALE_RUN] = run,        [SCALE_RUN_REPORT] = report, [SCALE_RUN_BOTH] = both,
        [SCALE_RUN_FAIL] = fail,  [SCALE_DIFF_SAME] = same,    [SCALE_DIFF_TEXT] = text,
        [SCALE_DIFF_JSON] = json, [SCALE_MERGE] = merge,
    };
    return task == SCALE_RUN_SHARDS
               ? scale_run_shards(scale, files, use, failure)
               : scale_run(scale, words[task], task == SCALE_RUN_FAIL, use, failure);
}

static int scale_write(const struct scale *scale, const char *kind, unsigned count,
                       const char *sent, const char *expected, char path[PATH_MAX],
                       struct failure *failure)
{
    char name[64];
    snprintf(name, sizeof(name), "%s-%u", kind, count);
    return matrix_write(scale->scratch.folder, name, count, sent, expected, path, failure);
}

/* The suites, and the report that is compared with another. */
static int scale_prepare(const struct scale *scale, unsigned count, struct scale_files *files,
                         struct failure *failure)
{
    const char *folder = scale->scratch.folder;
    snprintf(files->report, PATH_MAX, "%s/report-%u.json", folder, count);
    snprintf(files->changed, PATH_MAX, "%s/changed-%u.json", folder, count);
    snprintf(files->out, PATH_MAX, "%s/out", folder);
    for (unsigned i = 0; i < SCALE_SHARDS; i++) {
        snprintf(files->shards[i], PATH_MAX, "%s/shard-%u-%u.json", folder, count, i);
    }
    int result = scale_write(scale, "good", count, "hello", "HELLO", files->good, failure);
    if (result == 0) {
        result = scale_write(scale, "other", count, "howdy", "HOWDY", files->other, failure);
    }
    if (result == 0) {
        result = scale_write(scale, "bad", scale_count(SCALE_RUN_FAIL, count), "hello", "HELLA",
                             files->bad, failure);
    }
    const char *const words[] = {"run",      "-q",           "--world",    "sim",
                                 "--report", files->changed, files->other, NULL};
    struct process_use ignored = {.elapsed_ns = 0};
    return result == 0 ? scale_run(scale, words, 0, &ignored, failure) : result;
}

int scale_measure(const struct scale *scale, unsigned count,
                  struct process_use uses[SCALE_TASK_COUNT], struct failure *failure)
{
    static struct scale_files files;
    int result = scale_prepare(scale, count, &files, failure);
    int end = scale->merges ? SCALE_TASK_COUNT : SCALE_RUN_SHARDS;
    memset(uses, 0, SCALE_TASK_COUNT * sizeof(*uses));
    for (int task = 0; task < end && result == 0; task++) {
        fprintf(stderr, "%u results: %s\n", scale_count((enum scale_task)task, count),
                scale_task_name((enum scale_task)task));
        result = scale_do(scale, &files, (enum scale_task)task, &uses[task], failure);
    }
    return result;
}
