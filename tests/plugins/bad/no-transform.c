/* SPDX-License-Identifier: MIT */
/* Answers nothing. */
#include <sockdrill/plugin.h>

DRILL_PLUGIN(no_transform, .name = "no-transform", .version = "1", .transports = DRILL_TCP);
