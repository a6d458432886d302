/* SPDX-License-Identifier: MIT */
/*
 * Days of the calendar, written YYYY-MM-DD.
 *
 * Two of them compare as their text does: strcmp. There is no "today" here, for what is said of a
 * run must not hang on the clock. Pure; thread-safe.
 */
#ifndef DRILL_CORE_DATE_H
#define DRILL_CORE_DATE_H

#include <stdbool.h>

/* Whether this is a day that the Gregorian calendar has, from year 1 to 9999, and nothing else. */
bool date_is_valid(const char *text);

#endif
