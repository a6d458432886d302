/* SPDX-License-Identifier: MIT */
#include "fuzz/engine.h"

#include "common/process.h"

#include <errno.h>
#include <ftw.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/* User and system, of all children that were reaped. */
static double children_cpu_ns(void)
{
    struct rusage usage = {0};
    getrusage(RUSAGE_CHILDREN, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e9 +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e3;
}

static int libfuzzer_run(const char *target, const struct engine_run *run, unsigned runs,
                         double *used_ns, struct failure *failure)
{
    char length[32], count[32], artifacts[PATH_MAX + 32], seeds[sizeof(run->corpus->list) + 16];
    uint64_t elapsed_ns = 0;
    snprintf(length, sizeof(length), "-max_len=%zu", run->length);
    snprintf(count, sizeof(count), "-runs=%u", runs);
    snprintf(artifacts, sizeof(artifacts), "-artifact_prefix=%s/", run->folder);
    snprintf(seeds, sizeof(seeds), "-seed_inputs=%s", run->corpus->list);
    const char *arguments[] = {
        target, "-seed=1", "-len_control=0", "-verbosity=0", length, count, artifacts, seeds, NULL};
    double start_ns = children_cpu_ns();
    int result = process_run(arguments, run->log, &elapsed_ns, failure);
    *used_ns = children_cpu_ns() - start_ns;
    return result;
}

int engine_libfuzzer(const char *target, const struct engine_run *run, unsigned runs,
                     double *exec_ns, struct failure *failure)
{
    double start_ns = 0, all_ns = 0;
    int result = libfuzzer_run(target, run, 1, &start_ns, failure);
    if (result == 0) {
        result = libfuzzer_run(target, run, runs, &all_ns, failure);
    }
    *exec_ns = (all_ns > start_ns ? all_ns - start_ns : all_ns) / (double)runs;
    return result;
}

bool engine_find_afl(char path[PATH_MAX])
{
    const char *folders = getenv("PATH");
    while (folders != NULL && *folders != '\0') {
        size_t length = strcspn(folders, ":");
        snprintf(path, PATH_MAX, "%.*s/afl-fuzz", (int)length, folders);
        if (access(path, X_OK) == 0) {
            return true;
        }
        folders += length + (folders[length] == ':');
    }
    return false;
}

static int remove_entry(const char *path, const struct stat *status, int kind, struct FTW *where)
{
    (void)status;
    (void)kind;
    (void)where;
    return remove(path);
}

/* What afl-fuzz left of an earlier run. */
static void remove_output(const char *output)
{
    nftw(output, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

/* Reads the line "KEY   : NUMBER"; false: there is none. */
static bool stats_number(FILE *file, const char *key, double *number)
{
    char line[PATH_MAX];
    size_t length = strlen(key);
    rewind(file);
    while (fgets(line, sizeof(line), file) != NULL) {
        const char *colon = strchr(line, ':');
        if (strncmp(line, key, length) == 0 && line[length] == ' ' && colon != NULL) {
            *number = strtod(colon + 1, NULL);
            return true;
        }
    }
    return false;
}

static int stats_read(const char *output, double *execs_per_s, double *stability,
                      struct failure *failure)
{
    char path[PATH_MAX];
    snprintf(path, sizeof(path), "%.4000s/default/fuzzer_stats", output);
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        return failure_errno(failure, "afl-fuzz left no %.400s", path);
    }
    bool complete = stats_number(file, "execs_per_sec", execs_per_s) &&
                    stats_number(file, "stability", stability);
    fclose(file);
    return complete ? 0 : failure_set(failure, -EPROTO, "%.400s is not understood", path);
}

/* Binds this process, and so what it starts, to its first CPU, and back. */
static bool bind_first(cpu_set_t *before)
{
    cpu_set_t first;
    if (sched_getaffinity(0, sizeof(*before), before) != 0) {
        return false;
    }
    CPU_ZERO(&first);
    for (size_t cpu = 0; cpu < CPU_SETSIZE; cpu++) {
        if (CPU_ISSET(cpu, before)) {
            CPU_SET(cpu, &first);
            break;
        }
    }
    return sched_setaffinity(0, sizeof(first), &first) == 0;
}

int engine_afl(const char *afl, const char *target, const struct engine_run *run, unsigned seconds,
               double *execs_per_s, double *stability, struct failure *failure)
{
    char output[PATH_MAX], span[16], length[32];
    cpu_set_t before;
    uint64_t elapsed_ns = 0;
    snprintf(output, sizeof(output), "%.4000s/afl", run->folder);
    snprintf(span, sizeof(span), "%u", seconds);
    snprintf(length, sizeof(length), "%zu", run->length);
    const char *arguments[] = {
        afl,    "-i", run->corpus->folder, "-o", output, "-V", span, "-s", "1", "-G", length, "--",
        target, NULL};
    setenv("AFL_NO_UI", "1", 1);
    setenv("AFL_NO_AFFINITY", "1", 1);
    setenv("AFL_SKIP_CPUFREQ", "1", 1);
    setenv("AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES", "1", 1);
    bool bound = bind_first(&before);
    int result = process_run(arguments, run->log, &elapsed_ns, failure);
    if (bound) {
        sched_setaffinity(0, sizeof(before), &before);
    }
    if (result == 0) {
        result = stats_read(output, execs_per_s, stability, failure);
    }
    remove_output(output);
    return result;
}
