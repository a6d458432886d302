/* SPDX-License-Identifier: MIT */
#include "endpoint.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

const char *endpoint_scheme(enum world_transport transport)
{
    switch (transport) {
    case WORLD_TCP:
        return "tcp";
    case WORLD_UDP:
        return "udp";
    }
    return "";
}

const char *endpoint_text(enum world_transport transport, const struct world_address *address,
                          char text[ENDPOINT_TEXT])
{
    char host[WORLD_ADDRESS_TEXT];
    snprintf(text, ENDPOINT_TEXT, "%s://%s", endpoint_scheme(transport),
             world_address_text(address, host));
    return text;
}

static int endpoint_parse_scheme(const char *text, enum world_transport *transport,
                                 struct drill_error *error)
{
    if (strncmp(text, "tcp://", 6) == 0) {
        *transport = WORLD_TCP;
        return 0;
    }
    if (strncmp(text, "udp://", 6) == 0) {
        *transport = WORLD_UDP;
        return 0;
    }
    return drill_error_set(
        error, "'%.200s' is not an endpoint: write tcp://HOST:PORT or udp://HOST:PORT", text);
}

int endpoint_parse(const char *text, struct endpoint *endpoint, struct drill_error *error)
{
    int status = endpoint_parse_scheme(text, &endpoint->transport, error);
    if (status != 0) {
        return status;
    }
    const char *address = text + strlen("tcp://");
    const char *query = strchr(address, '?');
    size_t size = query ? (size_t)(query - address) : strlen(address);
    endpoint->query = query ? query + 1 : NULL;
    char copy[256] = "";
    if (size >= sizeof(copy)) {
        return drill_error_set(error, "'%.200s...' is too long for an endpoint", text);
    }
    memcpy(copy, address, size);
    if (world_address_parse(copy, &endpoint->address) != 0) {
        return drill_error_set(error,
                               "'%s' is not an address and a port: write for example "
                               "127.0.0.1:9000, [::1]:9000 or :9000 (names are not resolved)",
                               copy);
    }
    return 0;
}
