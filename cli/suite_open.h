/* SPDX-License-Identifier: MIT */
/*
 * Loads the scenarios that a command was given and says what is wrong with them.
 */
#ifndef DRILL_CLI_SUITE_OPEN_H
#define DRILL_CLI_SUITE_OPEN_H

#include "arguments.h"
#include "plugin_catalog.h"
#include "scenario.h"

/* COMMAND_GOOD and a suite with at least one plan; otherwise every refusal was printed on standard
 * error. The suite is to be freed in any case. The plans do not need the plugin catalog any more.
 */
int suite_open(const struct arguments *paths, const struct arguments *plugin_folders,
               struct suite *suite);

/* The same with a catalog that the caller keeps, and every plan keeps its expanded JSON. */
int suite_open_spelled(const struct arguments *paths, struct plugin_catalog *catalog,
                       struct suite *suite);

#endif
