/* SPDX-License-Identifier: MIT */
/*
 * Loads the scenarios that a command was given and says what is wrong with them.
 */
#ifndef DRILL_CLI_SUITE_OPEN_H
#define DRILL_CLI_SUITE_OPEN_H

#include "arguments.h"
#include "scenario.h"

/* COMMAND_GOOD and a suite with at least one plan; otherwise every refusal was printed on standard
 * error. The suite is to be freed in any case. The plans do not need the plugin catalog any more.
 */
int suite_open(const struct arguments *paths, const struct arguments *plugin_folders,
               struct suite *suite);

#endif
