/* SPDX-License-Identifier: MIT */
/*
 * The simulated world's byte streams.
 *
 * A sender's bytes are written once, into the `in` of the receiver: first those that have arrived,
 * then those under way, then those that found no room there and count as the sender's buffer. They
 * move on as counts. The window opens as soon as the receiver reads.
 */
#include <errno.h>

#include "world_sim_internal.h"

/* Sends what the receiver has room for of what waits, and then the FIN that waits behind it. */
static void stream_pump(struct sim *sim, struct sim_socket *receiver)
{
    struct sim_socket *sender = sim_peer(sim, receiver);
    size_t waiting = sim_waiting(receiver);
    if (!sender || waiting == 0) {
        return;
    }
    size_t window = sim_window(receiver);
    size_t size = waiting < window ? waiting : window;
    if (size == 0) {
        return;
    }
    receiver->flight += size;
    sim_packet(sim, SIM_DATA, sim_end_of(sim, sender), sim_end_of(sim, receiver), size);
    sim_fin_try(sim, sender);
    sim_refresh(sim, sender);
}

void sim_fin_try(struct sim *sim, struct sim_socket *s)
{
    struct sim_socket *peer = sim_peer(sim, s);
    if (s->fin != SIM_FIN_QUEUED || (peer && sim_waiting(peer) > 0)) {
        return;
    }
    s->fin = SIM_FIN_SENT;
    sim_packet(sim, SIM_FIN, sim_end_of(sim, s), sim_peer_end(sim, s), 0);
}

/* Nobody reads any more at the other end: what arrives there resets the connection. */
static bool discards(const struct sim_socket *s)
{
    return s->orphan || ((s->state == SIM_FIN_WAIT_1 || s->state == SIM_FIN_WAIT_2) &&
                         (s->shutdown & SIM_SHUT_RD));
}

void sim_data_arrives(struct sim *sim, const struct sim_event *packet)
{
    struct sim_socket *receiver = sim_at(sim, packet->to);
    if (!receiver || receiver->state == SIM_CLOSED) {
        sim_packet(sim, SIM_RST, packet->to, packet->from, 0);
        return;
    }
    if (discards(receiver)) {
        sim_packet(sim, SIM_RST, packet->to, packet->from, 0);
        sim_over(sim, receiver, ECONNRESET);
        return;
    }
    receiver->flight -= packet->size;
    receiver->readable += packet->size;
    sim_refresh(sim, receiver);
}

/* Why nothing can be sent at all, or 0. */
static int send_refused(struct sim_socket *s)
{
    int status = 0;
    if (s->state != SIM_ESTABLISHED && s->state != SIM_CLOSE_WAIT) {
        status = sim_take_error(s);
        if (status != 0) {
            return status;
        }
        return s->state == SIM_SYN_SENT ? -EAGAIN : -EPIPE;
    }
    if (s->error || (s->shutdown & SIM_SHUT_WR)) {
        status = sim_take_error(s);
        return status ? status : -EPIPE;
    }
    return 0;
}

/* Nobody is there, or nobody who reads: what is sent is taken, and answered by a RST. */
static ssize_t send_into_the_void(struct sim *sim, struct sim_socket *s, size_t size)
{
    size_t sent = size < s->send_room ? size : s->send_room;
    sim_packet(sim, SIM_DATA, sim_end_of(sim, s), sim_peer_end(sim, s), 0);
    sim_refresh(sim, s);
    return (ssize_t)sent;
}

ssize_t sim_tcp_send(struct sim *sim, struct sim_socket *s, const void *data, size_t size)
{
    int status = send_refused(s);
    if (status != 0 || size == 0) {
        sim_refresh(sim, s);
        return status;
    }
    struct sim_socket *peer = sim_peer(sim, s);
    if (!sim_packet_room(sim)) {
        return -EAGAIN;
    }
    size_t waiting = peer ? sim_waiting(peer) : 0;
    size_t window = peer && waiting == 0 ? sim_window(peer) : 0;
    if (!peer || (sim->network.latency_ns == 0 && window > 0 && discards(peer))) {
        return send_into_the_void(sim, s, size);
    }
    size_t room = window + (waiting < s->send_room ? s->send_room - waiting : 0);
    if (waiting >= s->send_room) {
        return -EAGAIN;
    }
    size_t put = sim_bytes_put(sim, &peer->in, data, size < room ? size : room);
    if (put == 0) {
        return -EAGAIN;
    }
    size_t now = put < window ? put : window;
    if (now > 0) {
        peer->flight += now;
        sim_packet(sim, SIM_DATA, sim_end_of(sim, s), sim_end_of(sim, peer), now);
    }
    if (put > now) {
        sim_refresh(sim, s);
    }
    return (ssize_t)put;
}

/* What a receive returns when nothing is queued. */
static int recv_nothing(struct sim_socket *s)
{
    if (s->done) {
        return 0;
    }
    if (s->error) {
        return sim_take_error(s);
    }
    if (s->shutdown & SIM_SHUT_RD) {
        return 0;
    }
    return s->state == SIM_CLOSED ? -ENOTCONN : -EAGAIN;
}

ssize_t sim_tcp_recv(struct sim *sim, struct sim_socket *s, void *data, size_t size)
{
    if (s->state == SIM_LISTEN) {
        return -ENOTCONN;
    }
    if (s->readable == 0) {
        int status = recv_nothing(s);
        sim_refresh(sim, s);
        return status;
    }
    size_t taken = size < s->readable ? size : s->readable;
    sim_bytes_take(sim, &s->in, data, taken);
    s->readable -= taken;
    stream_pump(sim, s);
    sim_refresh(sim, s);
    return (ssize_t)taken;
}
