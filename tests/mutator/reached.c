/* SPDX-License-Identifier: MIT */
/* The auction that ends the process when two things were sold: how a test sees that an engine came
 * there. */
#define auction_reached() __builtin_trap()
#include "../plugins/auction.c"
