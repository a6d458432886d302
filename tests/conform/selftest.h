/* SPDX-License-Identifier: MIT */
/*
 * Proves the rig: planted lies are found, shrunk and replayed, the kernel agrees with itself, and
 * the text of a sequence reads back.
 */
#ifndef DRILL_CONFORM_SELFTEST_H
#define DRILL_CONFORM_SELFTEST_H

/* Prints a line per proof; returns how many failed. */
int selftest_run(void);

#endif
