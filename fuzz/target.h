/* SPDX-License-Identifier: MIT */
/*
 * What a fuzz target exports; https://llvm.org/docs/LibFuzzer.html. AFL++ and the replayer call the
 * same two functions.
 */
#ifndef DRILL_FUZZ_TARGET_H
#define DRILL_FUZZ_TARGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The replayer has no hurry: it sets this before LLVMFuzzerInitialize, and every input is played in
 * every way that there is. Engines leave it alone. */
extern bool target_thorough;

/* Called once before the first input. Returns 0. */
int LLVMFuzzerInitialize(int *argc, char ***argv);
/* Plays one input. Returns 0; a finding does not return. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
