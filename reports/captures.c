/* SPDX-License-Identifier: MIT */
#include "captures.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bytes.h"
#include "pcap.h"
#include "trace.h"

#define PATH_BYTES_MAX ((size_t)1 << 16)
#define NAME_BYTES_MAX (NAME_MAX - 8) /* a capture has a longer name before it is whole */

/* The captures of one plan; NULL: it does not run in that world. */
struct paths {
    char *sim, *kernel;
};

struct captures {
    struct plan *const *plans;
    size_t plan_count;
    struct paths *paths; /* by plan */
};

void captures_close(struct captures *captures)
{
    for (size_t i = 0; i < captures->plan_count; i++) {
        free(captures->paths[i].sim);
        free(captures->paths[i].kernel);
    }
    free(captures->paths);
    free(captures);
}

static int refuse(const char *path, int status, struct drill_error *error)
{
    drill_error_set(error, "cannot write captures to \"%s\": %s", path, strerror(-status));
    return status;
}

/* Adds one part of an id, which would not be a file name if it were empty or dots. */
static int add_part(struct bytes *path, const char *part, size_t size)
{
    if (size == 0) {
        return bytes_add_format(path, "%%2F");
    }
    if (strspn(part, ".") < size || size > 2) {
        return bytes_add(path, part, size);
    }
    return bytes_add_format(path, "%s", size == 1 ? "%2E" : "%2E%2E");
}

/* A slash that ends nothing is no slash of a path: it belongs to the value of a matrix. */
static int add_id(struct bytes *path, const char *id)
{
    int status = 0;
    while (status == 0) {
        size_t size = strcspn(id, "/");
        status = add_part(path, id, size);
        if (id[size] == '\0') {
            break;
        }
        if (status == 0 && size > 0) {
            status = bytes_add(path, "/", 1);
        }
        id += size + 1;
    }
    return status;
}

/* Whether every part of the path can be the name of a file. */
static bool fits(const char *path)
{
    size_t size = 0;
    for (; *path && size <= NAME_BYTES_MAX; path++) {
        size = *path == '/' ? 0 : size + 1;
    }
    return size <= NAME_BYTES_MAX;
}

static int name_capture(const char *folder, const char *id, const char *ending, char **path,
                        struct drill_error *error)
{
    struct bytes text;
    bytes_init(&text, PATH_BYTES_MAX);
    int status = bytes_add_format(&text, "%s/", folder);
    status = status == 0 ? add_id(&text, id) : status;
    status = status == 0 ? bytes_add_format(&text, "%s", ending) : status;
    const char *name = status == 0 ? bytes_string(&text) : NULL;
    if (!name) {
        status = status == 0 ? -ENOMEM : status;
    } else if (!fits(name) || text.size >= PATH_MAX - (NAME_MAX - NAME_BYTES_MAX)) {
        status = -ENAMETOOLONG;
    }
    if (status != 0) {
        /* The reason comes first, for the path may be longer than a sentence can be. */
        drill_error_set(error, "cannot write the capture: %s: \"%s\"", strerror(-status),
                        name ? name : id);
        bytes_fini(&text);
        return status;
    }
    *path = (char *)text.data;
    return 0;
}

static int name_captures(struct captures *captures, const char *folder, enum plan_world worlds,
                         struct drill_error *error)
{
    int status = 0;
    for (size_t i = 0; i < captures->plan_count && status == 0; i++) {
        const struct plan *plan = captures->plans[i];
        struct paths *paths = &captures->paths[i];
        uint32_t runs = plan->worlds & worlds;
        if (runs & PLAN_SIM) {
            status = name_capture(folder, plan->id, runs == PLAN_BOTH ? ".sim.pcap" : ".pcap",
                                  &paths->sim, error);
        }
        if (status == 0 && runs & PLAN_KERNEL) {
            status = name_capture(folder, plan->id, runs == PLAN_BOTH ? ".kernel.pcap" : ".pcap",
                                  &paths->kernel, error);
        }
    }
    return status;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The one would replace the other. */
static int refuse_twins(const struct captures *captures, struct drill_error *error)
{
    size_t count = 0;
    const char **names = calloc(2 * captures->plan_count + 1, sizeof(*names));
    if (!names) {
        drill_error_set(error, "no memory for the captures");
        return -ENOMEM;
    }
    for (size_t i = 0; i < captures->plan_count; i++) {
        const struct paths *paths = &captures->paths[i];
        const char *both[] = {paths->sim, paths->kernel};
        for (size_t k = 0; k < 2; k++) {
            if (both[k]) {
                names[count++] = both[k];
            }
        }
    }
    qsort(names, count, sizeof(*names), by_name);
    int status = 0;
    for (size_t i = 1; i < count && status == 0; i++) {
        if (strcmp(names[i - 1], names[i]) == 0) {
            drill_error_set(error, "two scenarios would have the capture \"%s\": rename one",
                            names[i]);
            status = -EEXIST;
        }
    }
    free(names);
    return status;
}

/* Makes the folders that lead to a file, or with a slash at its end the folder itself. */
static int make_folders(char *path)
{
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        int status = mkdir(path, 0777) != 0 && errno != EEXIST ? -errno : 0;
        *slash = '/';
        if (status != 0) {
            return status;
        }
    }
    return 0;
}

static int open_folder(const char *folder, struct drill_error *error)
{
    struct stat status;
    char *path = NULL;
    if (asprintf(&path, "%s/", folder) < 0) {
        return refuse(folder, -ENOMEM, error);
    }
    int result = make_folders(path);
    if (result == 0 && stat(path, &status) != 0) {
        result = -errno;
    }
    if (result == 0 && access(path, W_OK | X_OK) != 0) {
        result = -errno;
    }
    free(path);
    return result == 0 ? 0 : refuse(folder, result, error);
}

int captures_open(const char *folder, struct plan *const *plans, size_t plan_count,
                  enum plan_world worlds, struct captures **out, struct drill_error *error)
{
    struct captures *captures = calloc(1, sizeof(*captures));
    struct paths *paths = calloc(plan_count ? plan_count : 1, sizeof(*paths));
    if (!captures || !paths) {
        free(captures);
        free(paths);
        drill_error_set(error, "no memory for the captures");
        return -ENOMEM;
    }
    *captures = (struct captures){.plans = plans, .plan_count = plan_count, .paths = paths};
    int status = name_captures(captures, folder, worlds, error);
    if (status == 0) {
        status = refuse_twins(captures, error);
    }
    if (status == 0) {
        status = open_folder(folder, error);
    }
    if (status != 0) {
        captures_close(captures);
        return status;
    }
    *out = captures;
    return 0;
}

static int write_capture(char *path, const struct bytes *trace, struct drill_error *error)
{
    struct trace_view view;
    int status = make_folders(path);
    if (status == 0) {
        status = trace_view(trace, &view);
    }
    return status == 0 ? pcap_write(path, &view, error) : refuse(path, status, error);
}

int captures_add(struct captures *captures, const struct result *result, struct drill_error *error)
{
    ASSERT(result->plan < captures->plan_count);
    const struct paths *paths = &captures->paths[result->plan];
    int status = 0;
    if (result->verdict == VERDICT_SKIPPED) {
        return 0;
    }
    if (paths->sim) {
        status = write_capture(paths->sim, &result->sim_trace, error);
    }
    if (status == 0 && paths->kernel) {
        status = write_capture(paths->kernel, &result->kernel_trace, error);
    }
    return status;
}
