/* SPDX-License-Identifier: MIT */
/*
 * The ways in which a stream or datagram target may have played an input, as tapes.
 *
 * Such a target plays bytes whole, cut, and through small buffers, and says of a finding only which
 * bytes they were. Here are one plain tape and others that cut elsewhere, the simplest first. Pure
 * but for the bytes.
 */
#ifndef DRILL_FUZZ_TAPE_VARIANT_H
#define DRILL_FUZZ_TAPE_VARIANT_H

#include "tape_file.h"

/* Appends variant `number` from 0: 1, 0 when there are no more, -ENOMEM or -ENOSPC. What is a tape
 * already has one. */
int tape_variant(const struct tape_target *target, const uint8_t *data, size_t size,
                 uint64_t number, struct bytes *events);

#endif
