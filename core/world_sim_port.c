/* SPDX-License-Identifier: MIT */
/*
 * The simulated world's addresses and ports.
 *
 * Local are 127.0.0.0/8, ::1 and the wildcards; everything else is out of reach. IPv4 and IPv6 have
 * separate ports, as with IPV6_V6ONLY: a wildcard IPv6 socket does not get IPv4 traffic. Ports that
 * are chosen go round from 32768 up, without those that readers of captures know, then through what
 * is left from 1024. A closed connection frees its port at once: there is no TIME_WAIT.
 */
#include <errno.h>
#include <string.h>

#include "world_sim_internal.h"

#define PORT_FIRST  32768u /* net.ipv4.ip_local_port_range */
#define PORT_COUNT  (SIM_PORTS - PORT_FIRST)
#define PORT_LOWEST 1024u

/* Where Wireshark takes payload, of TCP or of UDP, for that of a protocol of its own: what
 * `tshark -G decodes` of version 4.0 has from PORT_FIRST up, in order. The ports of a run are the
 * same each time, so that a capture of many clients would always have some of these. */
static const uint16_t ports_known[] = {
    34962, 34980, 37008, 41170, 44321, 44322, 44818, 45564, 47000, 47808, 48049, 48898,
    49999, 54328, 56000, 56001, 56500, 56501, 57000, 57001, 57032, 57033, 57500, 57501,
    57532, 57533, 59000, 59001, 59032, 59033, 59500, 59501, 59532, 59533, 60001};

#define KNOWN_COUNT (sizeof(ports_known) / sizeof(ports_known[0]))
#define USUAL_COUNT (PORT_COUNT - KNOWN_COUNT)

static bool port_is_known(uint32_t port)
{
    size_t i = 0;
    while (i < KNOWN_COUNT && ports_known[i] < port) {
        i++;
    }
    return i < KNOWN_COUNT && ports_known[i] == port;
}

static size_t port_table(const struct sim_socket *s)
{
    return s->transport * 2u + s->family;
}

bool sim_address_is_local(const struct world_address *address)
{
    if (address->family == WORLD_IPV4) {
        return address->ip[0] == 127 || sim_address_is_any(address);
    }
    struct world_address loopback = world_loopback(WORLD_IPV6, 0);
    return sim_address_is_any(address) ||
           memcmp(address->ip, loopback.ip, sizeof(loopback.ip)) == 0;
}

void sim_address_resolve(struct world_address *address)
{
    if (sim_address_is_any(address)) {
        *address = world_loopback(address->family, address->port);
    }
}

/* Whether it is one of those that are chosen first. */
static bool port_is_usual(uint32_t port)
{
    return port >= PORT_FIRST && !port_is_known(port);
}

static bool same_ip(const struct world_address *a, const struct world_address *b)
{
    return memcmp(a->ip, b->ip, sizeof(a->ip)) == 0;
}

static bool overlap(const struct world_address *a, const struct world_address *b)
{
    return sim_address_is_any(a) || sim_address_is_any(b) || same_ip(a, b);
}

static struct sim_socket *first_bound(struct sim *sim, size_t table, uint16_t port)
{
    uint32_t link = sim->bound[table][port];
    return link ? &sim->sockets[link - 1] : NULL;
}

static struct sim_socket *next_bound(struct sim *sim, const struct sim_socket *s)
{
    return s->port_next == SIM_NONE ? NULL : &sim->sockets[s->port_next];
}

void sim_port_hold(struct sim *sim, struct sim_socket *s, uint16_t port)
{
    uint32_t *head = &sim->bound[port_table(s)][port];
    s->port = s->local.port = port;
    s->port_previous = SIM_NONE;
    s->port_next = *head ? *head - 1 : SIM_NONE;
    if (*head) {
        sim->sockets[*head - 1].port_previous = sim_number(sim, s);
    } else {
        sim->ports_held[port_table(s)] += port_is_usual(port);
    }
    *head = sim_number(sim, s) + 1;
}

void sim_port_release(struct sim *sim, struct sim_socket *s)
{
    if (s->port == 0) {
        return;
    }
    if (s->port_next != SIM_NONE) {
        sim->sockets[s->port_next].port_previous = s->port_previous;
    } else if (s->port_previous == SIM_NONE) {
        sim->ports_held[port_table(s)] -= port_is_usual(s->port);
    }
    if (s->port_previous != SIM_NONE) {
        sim->sockets[s->port_previous].port_next = s->port_next;
    } else {
        sim->bound[port_table(s)][s->port] = s->port_next == SIM_NONE ? 0 : s->port_next + 1;
    }
    s->port = 0;
}

/* The next free port from `first` up; 0: none. */
static uint16_t port_search(const struct sim *sim, size_t table, uint32_t first, bool usual,
                            uint16_t *next)
{
    uint32_t count = SIM_PORTS - first;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t port = first + *next;
        *next = (uint16_t)(*next + 1u < count ? *next + 1u : 0);
        if (sim->bound[table][port] == 0 && (!usual || port_is_usual(port))) {
            return (uint16_t)port;
        }
    }
    return 0;
}

bool sim_port_choose(struct sim *sim, struct sim_socket *s)
{
    size_t table = port_table(s);
    uint16_t port = 0;
    if (sim->ports_held[table] < USUAL_COUNT) {
        port = port_search(sim, table, PORT_FIRST, true, &sim->next_port[table]);
    }
    if (port == 0) {
        port = port_search(sim, table, PORT_LOWEST, false, &sim->next_spare[table]);
    }
    if (port == 0) {
        return false;
    }
    sim_port_hold(sim, s, port);
    return true;
}

bool sim_port_conflicts(struct sim *sim, const struct sim_socket *s, uint16_t port)
{
    for (const struct sim_socket *other = first_bound(sim, port_table(s), port); other;
         other = next_bound(sim, other)) {
        if (other == s || !overlap(&s->local, &other->local)) {
            continue;
        }
        if (!s->reuse || !other->reuse || other->state == SIM_LISTEN) {
            return true;
        }
    }
    return false;
}

bool sim_port_connected(struct sim *sim, const struct sim_socket *s,
                        const struct world_address *peer)
{
    for (const struct sim_socket *other = first_bound(sim, port_table(s), s->port); other;
         other = next_bound(sim, other)) {
        if (other != s && other->state != SIM_CLOSED && other->state != SIM_LISTEN &&
            same_ip(&s->local, &other->local) && world_address_equal(peer, &other->peer)) {
            return true;
        }
    }
    return false;
}

void sim_port_listen(struct sim *sim, struct sim_socket *s)
{
    uint32_t *head = &sim->listening[port_table(s)][s->port];
    s->listen_previous = SIM_NONE;
    s->listen_next = *head ? *head - 1 : SIM_NONE;
    if (*head) {
        sim->sockets[*head - 1].listen_previous = sim_number(sim, s);
    }
    *head = sim_number(sim, s) + 1;
}

void sim_port_unlisten(struct sim *sim, struct sim_socket *s)
{
    if (s->listen_next != SIM_NONE) {
        sim->sockets[s->listen_next].listen_previous = s->listen_previous;
    }
    if (s->listen_previous != SIM_NONE) {
        sim->sockets[s->listen_previous].listen_next = s->listen_next;
    } else {
        sim->listening[port_table(s)][s->port] =
            s->listen_next == SIM_NONE ? 0 : s->listen_next + 1;
    }
}

struct sim_socket *sim_listener_at(struct sim *sim, const struct world_address *address)
{
    struct sim_socket *any = NULL;
    uint32_t link = sim->listening[WORLD_TCP * 2u + address->family][address->port];
    while (link) {
        struct sim_socket *s = &sim->sockets[link - 1];
        if (same_ip(&s->local, address)) {
            return s;
        }
        any = sim_address_is_any(&s->local) ? s : any;
        link = s->listen_next == SIM_NONE ? 0 : s->listen_next + 1;
    }
    return any;
}

/* A connected socket hears its peer alone. */
static bool hears(const struct sim_socket *s, const struct world_address *from)
{
    return s->state != SIM_ESTABLISHED ||
           (same_ip(&s->peer, from) && (s->peer.port == 0 || s->peer.port == from->port));
}

struct sim_socket *sim_inbox_at(struct sim *sim, const struct world_address *to,
                                const struct world_address *from)
{
    struct sim_socket *any = NULL;
    for (struct sim_socket *s = first_bound(sim, WORLD_UDP * 2u + to->family, to->port); s;
         s = next_bound(sim, s)) {
        if (!hears(s, from)) {
            continue;
        }
        if (same_ip(&s->local, to)) {
            return s;
        }
        any = sim_address_is_any(&s->local) ? s : any;
    }
    return any;
}

int sim_bind(struct world *world, int socket, const struct world_address *address)
{
    struct sim *sim = sim_of(world);
    struct sim_socket *s = sim_get(sim, socket);
    if (!s) {
        return -EBADF;
    }
    /* What binds may be bound again at once: the kernel world sets SO_REUSEADDR for TCP. */
    s->reuse = s->reuse || s->transport == WORLD_TCP;
    if (address->family != s->family) {
        /* An IPv4 address is too short for an IPv6 socket. */
        return s->family == WORLD_IPV6 ? -EINVAL : -EAFNOSUPPORT;
    }
    if (!sim_address_is_local(address)) {
        return -EADDRNOTAVAIL;
    }
    if (s->state != SIM_CLOSED || s->port != 0) {
        return -EINVAL;
    }
    uint16_t before = s->local.port;
    s->local = *address;
    if (address->port == 0 ? !sim_port_choose(sim, s) : sim_port_conflicts(sim, s, address->port)) {
        s->local = (struct world_address){.family = s->family, .port = before};
        return -EADDRINUSE;
    }
    if (address->port != 0) {
        sim_port_hold(sim, s, address->port);
    }
    s->address_locked = !sim_address_is_any(address);
    s->port_locked = address->port != 0;
    return 0;
}

int sim_getsockname(struct world *world, int socket, struct world_address *address)
{
    const struct sim_socket *s = sim_get(sim_of(world), socket);
    if (!s) {
        return -EBADF;
    }
    *address = s->local;
    return 0;
}

int sim_getpeername(struct world *world, int socket, struct world_address *address)
{
    const struct sim_socket *s = sim_get(sim_of(world), socket);
    if (!s) {
        return -EBADF;
    }
    if (s->state == SIM_CLOSED || s->state == SIM_SYN_SENT || s->state == SIM_LISTEN ||
        s->peer.port == 0) {
        return -ENOTCONN;
    }
    *address = s->peer;
    return 0;
}
