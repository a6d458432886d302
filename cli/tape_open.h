/* SPDX-License-Identifier: MIT */
/*
 * What the subcommands of `sockdrill tape` share: inputs that are read, results that are written.
 *
 * Whatever goes wrong is said on standard error, and the exit code of the process is returned. One
 * thread.
 */
#ifndef DRILL_CLI_TAPE_OPEN_H
#define DRILL_CLI_TAPE_OPEN_H

#include "plugin_catalog.h"
#include "tape_arguments.h"
#include "tape_file.h"

/* A tape file or a fuzz input. */
struct tape_input {
    const char *path;
    struct bytes data, events; /* owned: the file, and what a stream or datagram became */
    struct tape_file file;
    bool has_header, has_target;
    struct tape_target target;
};

/* Reads the file, which is a regular one. One without a header is cut where fuzz targets cut it,
 * and is for the target that was named (NULL: for the folder that its path names); with neither
 * `has_target` is false and the file's plugin NULL: its events are the file. The input is to be
 * freed in any case. */
int tape_open(const struct tape_arguments *arguments, struct tape_input *input);
void tape_open_fini(struct tape_input *input);

/* The same, and the plugin that the input names; one that is not there, or does not serve the
 * target's transport, is an error. The catalog, too, is to be freed in any case. */
int tape_open_for_plugin(const struct tape_arguments *arguments, struct tape_input *input,
                         struct plugin_catalog **catalog, struct tape_plugin *plugin);

/* To OUT, or to standard output when that is NULL. */
int tape_write(const char *out, const void *data, size_t size);

#endif
