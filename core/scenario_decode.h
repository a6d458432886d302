/* SPDX-License-Identifier: MIT */
/*
 * Bytes written as text: hexadecimal and base64 (RFC 4648). Pure functions; any thread.
 */
#ifndef DRILL_CORE_SCENARIO_DECODE_H
#define DRILL_CORE_SCENARIO_DECODE_H

#include <stddef.h>
#include <stdint.h>

#define SCENARIO_DECODE_BAD SIZE_MAX

/* Each returns how many bytes the text stands for, or SCENARIO_DECODE_BAD; `data` takes them and
 * may be NULL. */
size_t scenario_decode_hex(const char *text, size_t size, uint8_t *data);
size_t scenario_decode_base64(const char *text, size_t size, uint8_t *data);

#endif
