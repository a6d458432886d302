/* SPDX-License-Identifier: MIT */
/*
 * Where plugins are looked for: the folders of --plugin-path, then those of the environment
 * variable SOCKDRILL_PLUGIN_PATH, then the folder that was built or installed with the command.
 */
#ifndef DRILL_CLI_PLUGIN_PATH_H
#define DRILL_CLI_PLUGIN_PATH_H

#include "arguments.h"
#include "plugin_catalog.h"

/* A colon-separated list that the caller frees; ends the process when there is no memory. */
char *plugin_path_new(const struct arguments *folders);

/* The catalog of that path; ends the process when there is no memory. */
struct plugin_catalog *plugin_path_catalog(const struct arguments *folders);

#endif
