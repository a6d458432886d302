/* SPDX-License-Identifier: MIT */
/*
 * What is sent: a function of who sends and where in the stream, so that each world's bytes can be
 * verified by themselves, whatever pieces they came in. Set up once, then read only.
 */
#ifndef DRILL_CONFORM_PAYLOAD_H
#define DRILL_CONFORM_PAYLOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The largest piece that can be asked for at once. */
#define PAYLOAD_MAX 262144

/* Longer than any datagram. */
#define DATAGRAM_BYTES 65536

void payload_init(void);

/* `size` bytes of slot `sender`'s stream from `offset`; borrowed. */
const uint8_t *payload_stream(int sender, uint64_t offset, size_t size);
/* Slot `sender`'s datagram number `number`; borrowed. */
const uint8_t *payload_datagram(int sender, uint64_t number, size_t size);

#endif
