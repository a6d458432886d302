/* SPDX-License-Identifier: MIT */
/*
 * Assertions for our own invariants and the error value that every layer fills for a person.
 *
 * ASSERT is never compiled out: a broken invariant of ours must not turn into a wrong verdict. What
 * peers, scenarios, plugins and files do wrong is never an assertion but a `struct drill_error`.
 * Thread-safe.
 */
#ifndef DRILL_CORE_CHECK_H
#define DRILL_CORE_CHECK_H

#include <stddef.h>

/* CHECK_SANITIZED is defined in builds with AddressSanitizer, of gcc or of clang. */
#ifdef __has_feature
#if __has_feature(address_sanitizer)
#define CHECK_SANITIZED 1
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
#define CHECK_SANITIZED 1
#endif

#define ASSERT(condition) ((condition) ? (void)0 : check_failed(#condition, __FILE__, __LINE__))

/* Says which invariant broke on standard error and aborts. */
_Noreturn void check_failed(const char *condition, const char *file, int line);

/* The same for a plugin that called a host service as it must not: it cannot be trusted with
 * another call, and its abort is a crash verdict. `plugin` is its name of at most 64 bytes. */
_Noreturn void check_plugin_misused(const char *plugin, const char *sentence);

/* Where and why something was refused. Members that do not apply are "" or 0. */
struct drill_error {
    char file[512];      /* the path as the user gave it */
    unsigned line;       /* from 1; 0: no position */
    unsigned column;     /* from 1, in bytes */
    char pointer[512];   /* RFC 6901 JSON pointer of the offending value */
    char sentence[1024]; /* what is wrong and what to do, without a final newline */
};

/* Fills only the sentence; a position already there stays. A NULL `error` is allowed. Returns
 * -EINVAL. */
int drill_error_set(struct drill_error *error, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* "file:line:column: sentence (at pointer)", leaving out what is not known. Returns `text`. */
const char *drill_error_text(const struct drill_error *error, char *text, size_t size);

#endif
