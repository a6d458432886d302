/* SPDX-License-Identifier: MIT */
/*
 * The seal: from seal_close() on the kernel kills this process for any system call but those that
 * manage memory, write to what is open, and end it; and a clock that is read without a system call
 * ends it too.
 *
 * It cannot be opened again. One thread.
 */
#ifndef DRILL_TESTS_SEAL_H
#define DRILL_TESTS_SEAL_H

/* Exit status of a process that read a clock behind the seal. */
#define SEAL_CLOCK_STATUS 70

/* 0 or -errno, where the kernel knows no filters. */
int seal_close(void);

#endif
