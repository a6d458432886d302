/* SPDX-License-Identifier: MIT */
/* What a worker looks for after each run besides the result. */
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "check.h"
#include "isolate.h"
#include "isolate_worker.h"

#ifdef CHECK_SANITIZED
#include <sanitizer/lsan_interface.h>

static bool is_built(void)
{
    return true;
}

bool isolate_leaks_found(void)
{
    return __lsan_do_recoverable_leak_check() != 0;
}
#else
static bool is_built(void)
{
    return false;
}

bool isolate_leaks_found(void)
{
    return false;
}
#endif

static int probe(void *unused, struct bytes *out)
{
    (void)unused;
    (void)out;
    return isolate_leaks_found() ? 1 : 0;
}

bool isolate_leaks_checkable(void)
{
    int leaks = 1;
    struct bytes none;
    bytes_init(&none, 0);
    return is_built() &&
           isolate_call(probe, NULL, ISOLATE_TIMEOUT_MS_DEFAULT, &none, &leaks, NULL) == 0 &&
           leaks == 0;
}

/* Kernels before 6.2 do not say how many there are; then they are counted. The one that reads the
 * folder counts too, each time. */
static long count_entries(void)
{
    DIR *folder = opendir("/proc/self/fd");
    if (!folder) {
        return -1;
    }
    long count = 0;
    while (readdir(folder)) {
        count++;
    }
    closedir(folder);
    return count;
}

long isolate_leaks_descriptors(void)
{
    struct stat status;
    if (stat("/proc/self/fd", &status) != 0) {
        return -1;
    }
    return status.st_size > 0 ? (long)status.st_size : count_entries();
}

/* Ends those that run: they hold this process's pipes, and nobody else knows of them. */
static void end_children(void)
{
    char *list = NULL;
    size_t room = 0;
    FILE *file = fopen("/proc/thread-self/children", "re");
    if (!file) {
        return;
    }
    if (getline(&list, &room, file) > 0) {
        char *rest = list;
        long pid = strtol(rest, &rest, 10);
        while (pid > 0) {
            (void)kill((pid_t)pid, SIGKILL);
            (void)waitpid((pid_t)pid, NULL, 0);
            pid = strtol(rest, &rest, 10);
        }
    }
    free(list);
    (void)fclose(file);
}

bool isolate_leaks_processes(void)
{
    bool any = false;
    pid_t ended = waitpid(-1, NULL, WNOHANG);
    while (ended > 0) {
        any = true;
        ended = waitpid(-1, NULL, WNOHANG);
    }
    if (ended == 0) {
        any = true;
        end_children();
    }
    return any;
}
