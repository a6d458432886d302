/* SPDX-License-Identifier: MIT */
/*
 * How a fuzz target says that it found something: one line on standard error, then abort, which is
 * what every engine takes for a crash. Thread-safe.
 */
#ifndef DRILL_FUZZ_FINDING_H
#define DRILL_FUZZ_FINDING_H

/* Prints "sockdrill: oracle ORACLE: SENTENCE" and aborts. */
_Noreturn void finding(const char *oracle, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
