/* SPDX-License-Identifier: MIT */
/*
 * What the subcommands of `sockdrill tape` share: inputs that are read, results that are written.
 *
 * Whatever goes wrong is said on standard error, and the exit code of the process is returned. One
 * thread.
 */
#ifndef DRILL_CLI_TAPE_OPEN_H
#define DRILL_CLI_TAPE_OPEN_H

#include "arguments.h"
#include "plugin_catalog.h"
#include "tape_file.h"

/* A tape file or a fuzz input. */
struct tape_input {
    const char *path;
    struct bytes data, events; /* owned: the file, and what a stream or datagram became */
    struct tape_file file;
    bool has_header, has_target;
    struct tape_target target;
};

/* Reads FILE. One without a header is for `target` (NULL: for the folder that its path names), and
 * with neither `has_target` is false and the file's plugin NULL: its events are the file. The input
 * is to be freed in any case. */
int tape_open(const char *path, const char *target, struct tape_input *input);
void tape_open_fini(struct tape_input *input);

/* The plugin that the input names; one that is not there, or does not serve the target's
 * transport, is an error. The folders are those of --plugin-path. */
int tape_open_plugin(const struct tape_input *input, struct plugin_catalog *catalog,
                     struct tape_plugin *plugin);

/* To OUT, or to standard output when that is NULL. */
int tape_write(const char *out, const void *data, size_t size);

#endif
