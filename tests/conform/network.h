/* SPDX-License-Identifier: MIT */
/*
 * A network namespace of one's own, so that no other program of the machine takes or holds the
 * ports that a sequence uses, and no connection of another one is remembered there.
 */
#ifndef DRILL_CONFORM_NETWORK_H
#define DRILL_CONFORM_NETWORK_H

/* Moves the process into a new network with nothing but loopback. Returns 0, or -errno where that
 * is not allowed; the process then stays where it is. Sockets that are open belong to the old one.
 */
int network_private(void);

#endif
