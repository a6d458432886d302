/* SPDX-License-Identifier: MIT */
/*
 * Endpoints as people write them: tcp://127.0.0.1:9000, udp://[::1]:0, tcp://:9000.
 *
 * An empty host and `localhost` are IPv4 loopback; names are not resolved, so that what is served
 * and to whom is on the command line. Pure functions.
 */
#ifndef DRILL_CLI_ENDPOINT_H
#define DRILL_CLI_ENDPOINT_H

#include "check.h"
#include "world.h"

#define ENDPOINT_TEXT (WORLD_ADDRESS_TEXT + 8)

struct endpoint {
    enum world_transport transport;
    struct world_address address;
    const char *query; /* what follows a '?', borrowed; NULL: there is no '?' */
};

/* 0, or -EINVAL with a sentence. */
int endpoint_parse(const char *text, struct endpoint *endpoint, struct drill_error *error);

/* "tcp" or "udp". */
const char *endpoint_scheme(enum world_transport transport);

/* "tcp://127.0.0.1:9000". Returns `text`. */
const char *endpoint_text(enum world_transport transport, const struct world_address *address,
                          char text[ENDPOINT_TEXT]);

#endif
