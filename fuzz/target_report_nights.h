/* SPDX-License-Identifier: MIT */
/* The part of the fuzz target `report` that is about fuzz reports. */
#ifndef DRILL_FUZZ_TARGET_REPORT_NIGHTS_H
#define DRILL_FUZZ_TARGET_REPORT_NIGHTS_H

#include <stddef.h>
#include <stdint.h>

/* Reads both texts as fuzz reports and compares them, in every face. A finding does not return. */
void target_report_nights(const uint8_t *first, size_t first_size, const uint8_t *second,
                          size_t second_size);

#endif
