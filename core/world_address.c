/* SPDX-License-Identifier: MIT */
/* Addresses as values and as text; needs no socket. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "world.h"

struct world_address world_loopback(enum world_family family, uint16_t port)
{
    struct world_address address = {.family = family, .port = port};
    if (family == WORLD_IPV6) {
        address.ip[15] = 1;
    } else {
        address.ip[0] = 127;
        address.ip[3] = 1;
    }
    return address;
}

bool world_address_equal(const struct world_address *a, const struct world_address *b)
{
    return a->family == b->family && a->port == b->port && memcmp(a->ip, b->ip, sizeof(a->ip)) == 0;
}

const char *world_address_text(const struct world_address *address, char text[WORLD_ADDRESS_TEXT])
{
    char host[INET6_ADDRSTRLEN] = "";
    bool six = address->family == WORLD_IPV6;
    inet_ntop(six ? AF_INET6 : AF_INET, address->ip, host, sizeof(host));
    snprintf(text, WORLD_ADDRESS_TEXT, six ? "[%s]:%u" : "%s:%u", host, (unsigned)address->port);
    return text;
}

static int address_parse_port(const char *text, uint16_t *port)
{
    char *end = NULL;
    if (text[0] < '0' || text[0] > '9') {
        return -EINVAL;
    }
    unsigned long number = strtoul(text, &end, 10);
    if (*end != '\0' || number > UINT16_MAX) {
        return -EINVAL;
    }
    *port = (uint16_t)number;
    return 0;
}

int world_address_parse(const char *text, struct world_address *address)
{
    const char *colon = strrchr(text, ':');
    size_t length = colon ? (size_t)(colon - text) : 0;
    char host[WORLD_ADDRESS_TEXT] = "";
    if (!colon || length >= sizeof(host)) {
        return -EINVAL;
    }
    memcpy(host, text, length);
    *address = world_loopback(WORLD_IPV4, 0);
    if (length >= 2 && host[0] == '[' && host[length - 1] == ']') {
        host[length - 1] = '\0';
        address->family = WORLD_IPV6;
        if (inet_pton(AF_INET6, host + 1, address->ip) != 1) {
            return -EINVAL;
        }
    } else if (length > 0) {
        if (strcmp(host, "localhost") != 0 && inet_pton(AF_INET, host, address->ip) != 1) {
            return -EINVAL;
        }
    }
    return address_parse_port(colon + 1, &address->port);
}
