/* SPDX-License-Identifier: MIT */
/*
 * Which files are scenarios: from the paths that a user gives to files with ids.
 *
 * A folder is walked in bytewise order of its entries' names; what begins with a dot is left alone.
 * The nearest suite.json above a file is its suite's root. Not thread-safe.
 */
#ifndef DRILL_CORE_SCENARIO_FIND_H
#define DRILL_CORE_SCENARIO_FIND_H

#include <sys/types.h>

#include "scenario_internal.h"

#define SCENARIO_FOLDER_DEPTH_MAX 64
#define SCENARIO_NO_ROOT          SIZE_MAX

/* A folder with a suite.json. */
struct scenario_root {
    char *folder; /* owned: resolved */
    struct scenario_source suite;
    bool bad; /* its suite.json was refused: what lies below is not loaded */
};

struct scenario_file {
    char *id, *file; /* owned */
    size_t root;     /* an index, or SCENARIO_NO_ROOT */
    dev_t device;
    ino_t inode;
};

struct scenario_find {
    struct suite *suite; /* takes the errors */
    struct scenario_root *roots;
    size_t root_count;
    struct scenario_file *files;
    size_t file_count;
};

void scenario_find_init(struct scenario_find *find, struct suite *suite);
void scenario_find_fini(struct scenario_find *find);

/* Adds what lies at a path, a file or a folder, and what the suite says that it was asked for. 0,
 * -EINVAL after a refusal, or -ENOMEM. `root` is the one that the path itself belongs to. */
int scenario_find_path(struct scenario_find *find, const char *given, size_t *root);

/* Sorts by id, drops what was given twice, and refuses two files with one id. */
int scenario_find_finish(struct scenario_find *find);

/* scenario_root.c */

/* The root that lies at the resolved folder `real`, shown as `display`; SCENARIO_NO_ROOT when it
 * holds no suite.json. 0 or -ENOMEM. */
int scenario_root_at(struct scenario_find *find, const char *real, const char *display,
                     size_t *root);
/* The nearest root at or above a folder; `prefix` gets the way from there, "" or "tcp/". */
int scenario_root_above(struct scenario_find *find, const char *folder, size_t *root,
                        struct bytes *prefix);

/* An error about a path, without a position: -EINVAL or -ENOMEM. */
int scenario_find_refuse(struct scenario_find *find, const char *path, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
