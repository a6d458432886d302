/* SPDX-License-Identifier: MIT */
/*
 * Whether two plans are the same, member by member. Not looked at: what only names them (id, file,
 * hash), where the plugin lies, `explore`, and how much memory they have. Pure.
 */
#ifndef DRILL_FUZZ_TAPE_EQUAL_H
#define DRILL_FUZZ_TAPE_EQUAL_H

#include "plan.h"

enum tape_equal_flag {
    TAPE_EQUAL_NAMES = 1, /* title, tags and the names of clients, too */
    TAPE_EQUAL_FLAT = 2,  /* an unrolled repeat is the steps that it stands for; where steps stand
                             in the file does not count then */
    TAPE_EQUAL_ENDING = 4 /* `b` may have one more step: an `expect_server` that ends it */
};

/* NULL when they are, else the first thing that differs: "cuts", "a step's client", ... */
const char *tape_equal(const struct plan *a, const struct plan *b, unsigned flags);

#endif
