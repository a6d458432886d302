/* SPDX-License-Identifier: MIT */
/*
 * The simulated world's datagrams.
 *
 * The order of checks follows udp_sendmsg and __skb_recv_udp of Linux. IPv4 addresses on IPv6
 * sockets are not modelled (-EAFNOSUPPORT).
 */
#include <errno.h>
#include <string.h>

#include "world_sim_internal.h"

#define PAYLOAD_MAX_IPV4 65507u /* 65,535 less the headers of IPv4 and UDP */
#define PAYLOAD_MAX_IPV6 65527u /* the header of IPv6 does not count */
#define LENGTH_MAX       65535u

/* What a datagram takes of its receiver's room: the memory of an sk_buff as Linux 6.18 makes it,
 * bookkeeping of 576 bytes and a head whose size is one of few. Longer ones have pages for the
 * rest. */
static uint32_t datagram_cost(enum world_family family, size_t size)
{
    static const uint32_t heads[] = {256, 704, 1728, 3776, 7872, 16064};
    size_t headers = family == WORLD_IPV6 ? 72 : 59;
    for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
        if (size + headers <= heads[i] - (heads[i] == 16064)) {
            return heads[i] + 576;
        }
    }
    return (uint32_t)size + 832;
}

static uint32_t inbox_take(struct sim *sim, struct sim_socket *s)
{
    uint32_t number = s->inbox_first;
    s->inbox_first = sim->datagrams[number].next;
    /* The kernel takes all that is there at once, and gives room back in quarters or when that is
     * read. */
    if (s->inbox_old == 0) {
        s->inbox_old = s->inbox_length;
    }
    s->inbox_length--;
    s->inbox_old--;
    s->inbox_owed += sim->datagrams[number].cost;
    if (s->inbox_owed >= s->receive_room / 4 || s->inbox_old == 0) {
        s->inbox_cost -= s->inbox_owed;
        s->inbox_owed = 0;
    }
    return number;
}

static void inbox_put(struct sim *sim, struct sim_socket *s, uint32_t number)
{
    struct sim_datagram *datagram = &sim->datagrams[number];
    if (s->inbox_cost > 0 && s->inbox_cost + datagram->cost > s->receive_room) {
        s->dropped++;
        sim_datagram_release(sim, number);
        return;
    }
    datagram->next = SIM_NONE;
    if (s->inbox_first == SIM_NONE) {
        s->inbox_first = number;
    } else {
        sim->datagrams[s->inbox_last].next = number;
    }
    s->inbox_last = number;
    s->inbox_length++;
    s->inbox_cost += datagram->cost;
}

/* Delivers the datagram that waited to be overtaken. */
static void inbox_put_held(struct sim *sim, struct sim_socket *s)
{
    uint32_t number = s->held;
    if (number != SIM_NONE) {
        s->held = SIM_NONE;
        sim_timer_cancel(sim, s);
        inbox_put(sim, s, number);
    }
}

void sim_overtake_timer(struct sim *sim, struct sim_socket *s)
{
    inbox_put_held(sim, s);
    sim_refresh(sim, s);
}

void sim_datagram_arrives(struct sim *sim, uint32_t number)
{
    struct sim_datagram *datagram = &sim->datagrams[number];
    struct sim_socket *s = sim_inbox_at(sim, &datagram->to, &datagram->from);
    if (!s) {
        sim_bytes_cut(sim, &datagram->bytes, 0);
        sim_packet_datagram(sim, SIM_UNREACHABLE, number);
        return;
    }
    if (datagram->late && s->held == SIM_NONE) {
        s->held = number;
        sim_timer_set(sim, s, SIM_OVERTAKE_TIMER, sim->now_ns + SIM_REORDER_NS);
        return;
    }
    inbox_put(sim, s, number);
    inbox_put_held(sim, s);
    sim_refresh(sim, s);
}

void sim_unreachable_arrives(struct sim *sim, uint32_t number)
{
    const struct sim_datagram *datagram = &sim->datagrams[number];
    struct sim_socket *s = sim_inbox_at(sim, &datagram->from, &datagram->to);
    if (s && s->state == SIM_ESTABLISHED) {
        s->error = ECONNREFUSED;
        sim_refresh(sim, s);
    }
    sim_datagram_release(sim, number);
}

static bool drawn(struct sim *sim, uint32_t percent)
{
    return percent > 0 && prng_below(&sim->prng, 100) < percent;
}

/* Puts one copy on the wire. */
static int datagram_send(struct sim *sim, const struct sim_socket *s, const void *data, size_t size,
                         const struct world_address *to)
{
    uint32_t number = sim_packet_room(sim) ? sim_datagram_take(sim) : SIM_NONE;
    if (number == SIM_NONE) {
        sim->exhausted = true;
        return -ENOBUFS;
    }
    struct sim_datagram *datagram = &sim->datagrams[number];
    if (sim_bytes_put(sim, &datagram->bytes, data, size) < size) {
        sim_datagram_release(sim, number);
        return -ENOBUFS;
    }
    datagram->from = s->local;
    datagram->to = *to;
    sim_address_resolve(&datagram->from);
    sim_address_resolve(&datagram->to);
    datagram->cost = datagram_cost((enum world_family)s->family, size);
    datagram->late = drawn(sim, sim->network.reorder_percent);
    sim_packet_datagram(sim, SIM_DATAGRAM, number);
    return 0;
}

/* -EAFNOSUPPORT, -ENETUNREACH or 0. */
static int datagram_reaches(const struct sim_socket *s, const struct world_address *to)
{
    if (to->family != s->family) {
        return -EAFNOSUPPORT;
    }
    return sim_address_is_local(to) ? 0 : -ENETUNREACH;
}

static int datagram_check(struct sim_socket *s, size_t size, const struct world_address *to)
{
    int status = 0;
    if (s->family == WORLD_IPV4 && size > LENGTH_MAX) {
        return -EMSGSIZE;
    }
    if (!to && s->state != SIM_ESTABLISHED) {
        return -EDESTADDRREQ;
    }
    if (to && to->family == s->family && to->port == 0) {
        return -EINVAL;
    }
    status = to ? datagram_reaches(s, to) : 0;
    if (status != 0) {
        return status;
    }
    if (size > (s->family == WORLD_IPV6 ? PAYLOAD_MAX_IPV6 : PAYLOAD_MAX_IPV4)) {
        return -EMSGSIZE;
    }
    status = sim_take_error(s);
    if (status != 0) {
        return status;
    }
    return s->shutdown & SIM_SHUT_WR ? -EPIPE : 0;
}

ssize_t sim_udp_send(struct sim *sim, struct sim_socket *s, const void *data, size_t size,
                     const struct world_address *to)
{
    if (s->port == 0 && !sim_port_choose(sim, s)) {
        return -EAGAIN;
    }
    int status = datagram_check(s, size, to);
    if (status == 0) {
        const struct world_address *peer = to ? to : &s->peer;
        int copies = drawn(sim, sim->network.loss_percent) ? 0 : 1;
        copies += copies > 0 && drawn(sim, sim->network.duplicate_percent);
        for (int i = 0; i < copies && status == 0; i++) {
            status = datagram_send(sim, s, data, size, peer);
        }
    }
    sim_refresh(sim, s);
    return status != 0 ? status : (ssize_t)size;
}

ssize_t sim_udp_recv(struct sim *sim, struct sim_socket *s, void *data, size_t size,
                     struct world_address *peer)
{
    ssize_t result = sim_take_error(s);
    if (result == 0 && s->inbox_first == SIM_NONE) {
        result = -EAGAIN;
    }
    if (result == 0) {
        uint32_t number = inbox_take(sim, s);
        struct sim_datagram *datagram = &sim->datagrams[number];
        result = (ssize_t)datagram->bytes.size;
        if (peer) {
            *peer = datagram->from;
        }
        sim_bytes_take(sim, &datagram->bytes, data,
                       size < datagram->bytes.size ? size : datagram->bytes.size);
        sim_datagram_release(sim, number);
    }
    sim_refresh(sim, s);
    return result;
}

int sim_udp_connect(struct sim *sim, struct sim_socket *s, const struct world_address *address)
{
    if (s->port == 0 && !sim_port_choose(sim, s)) {
        return -EAGAIN;
    }
    int status = datagram_reaches(s, address);
    if (status != 0) {
        return status;
    }
    s->peer = *address;
    sim_address_resolve(&s->peer);
    sim_address_resolve(&s->local);
    s->state = SIM_ESTABLISHED;
    sim_refresh(sim, s);
    return 0;
}
