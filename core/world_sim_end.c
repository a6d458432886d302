/* SPDX-License-Identifier: MIT */
/*
 * The simulated world's TCP connections: how they end.
 *
 * Follows inet_shutdown, tcp_close, tcp_disconnect, tcp_fin and tcp_reset of Linux. Not modelled:
 * TIME_WAIT, and the minute after which Linux forgets an orphan in FIN_WAIT_2; here it holds its
 * port for as long as its peer keeps the connection.
 */
#include <errno.h>

#include "world_sim_internal.h"

/* tcp_set_state(TCP_CLOSE). */
static void end_state(struct sim *sim, struct sim_socket *s)
{
    s->state = SIM_CLOSED;
    sim_timer_cancel(sim, s);
    if (!s->port_locked) {
        sim_port_release(sim, s);
    }
}

/* Neither end reaches the other any more; what has arrived can still be read. */
static void end_part(struct sim *sim, struct sim_socket *s)
{
    struct sim_socket *peer = sim_peer(sim, s);
    sim_bytes_cut(sim, &s->in, s->readable);
    s->flight = 0;
    if (peer) {
        sim_bytes_cut(sim, &peer->in, peer->readable + peer->flight);
        peer->connection = SIM_NONE;
        s->connection = SIM_NONE;
    }
}

void sim_over(struct sim *sim, struct sim_socket *s, int error)
{
    s->error = error ? error : s->error;
    s->shutdown = SIM_SHUT_ALL;
    end_state(sim, s);
    end_part(sim, s);
    if (s->orphan) {
        sim_socket_release(sim, s);
    } else {
        sim_refresh(sim, s);
    }
}

void sim_rst_arrives(struct sim *sim, struct sim_socket *s)
{
    if (!s) {
        return;
    }
    switch ((enum sim_state)s->state) {
    case SIM_FREE:
    case SIM_CLOSED:
    case SIM_LISTEN:
        return;
    case SIM_SYN_SENT:
        sim_over(sim, s, ECONNREFUSED);
        return;
    case SIM_SYN_RECEIVED:
        sim_child_leaves(sim, s);
        return;
    case SIM_CLOSE_WAIT:
        sim_over(sim, s, EPIPE);
        return;
    case SIM_ESTABLISHED:
    case SIM_FIN_WAIT_1:
    case SIM_FIN_WAIT_2:
    case SIM_CLOSING:
    case SIM_LAST_ACK:
        sim_over(sim, s, ECONNRESET);
        return;
    }
}

/* tcp_need_reset. */
static bool end_needs_reset(const struct sim_socket *s)
{
    return s->state == SIM_ESTABLISHED || s->state == SIM_CLOSE_WAIT ||
           s->state == SIM_FIN_WAIT_1 || s->state == SIM_FIN_WAIT_2 ||
           s->state == SIM_SYN_RECEIVED ||
           ((s->state == SIM_CLOSING || s->state == SIM_LAST_ACK) && s->fin == SIM_FIN_QUEUED);
}

static void end_send_rst(struct sim *sim, struct sim_socket *s)
{
    struct sim_end to = sim_peer_end(sim, s);
    struct sim_end from = sim_end_of(sim, s);
    end_part(sim, s);
    if (to.at != SIM_NONE) {
        sim_packet(sim, SIM_RST, from, to, 0);
    }
}

void sim_abort(struct sim *sim, struct sim_socket *s)
{
    if (end_needs_reset(s)) {
        end_send_rst(sim, s);
    }
}

void sim_disconnect(struct sim *sim, struct sim_socket *s)
{
    if (s->state == SIM_LISTEN) {
        sim_listen_stop(sim, s);
    } else if (end_needs_reset(s)) {
        end_send_rst(sim, s);
        s->error = ECONNRESET;
    } else if (s->state == SIM_SYN_SENT) {
        s->error = ECONNRESET;
    }
    if (s->state != SIM_CLOSED) {
        end_state(sim, s);
    }
    end_part(sim, s);
    sim_bytes_cut(sim, &s->in, 0);
    s->readable = 0;
    s->id = ++sim->serial;
    s->peer.port = 0;
    s->shutdown = 0;
    s->done = false;
    s->fin = SIM_FIN_NONE;
    if (!s->address_locked) {
        s->local = (struct world_address){.family = s->family, .port = s->local.port};
    }
    sim_refresh(sim, s);
}

void sim_send_fin(struct sim *sim, struct sim_socket *s)
{
    if (s->state == SIM_ESTABLISHED) {
        s->state = SIM_FIN_WAIT_1;
    } else if (s->state == SIM_CLOSE_WAIT) {
        s->state = SIM_LAST_ACK;
    } else {
        return;
    }
    s->fin = SIM_FIN_QUEUED;
    sim_fin_try(sim, s);
}

void sim_fin_arrives(struct sim *sim, const struct sim_event *packet)
{
    struct sim_socket *s = sim_at(sim, packet->to);
    if (!s || s->state == SIM_CLOSED) {
        sim_packet(sim, SIM_FIN_ACK, packet->to, packet->from, 0);
        return;
    }
    s->shutdown |= SIM_SHUT_RD;
    s->done = true;
    if (s->state == SIM_ESTABLISHED) {
        s->state = SIM_CLOSE_WAIT;
    } else if (s->state == SIM_FIN_WAIT_1) {
        s->state = SIM_CLOSING;
    }
    bool over = s->state == SIM_FIN_WAIT_2;
    sim_packet(sim, SIM_FIN_ACK, packet->to, packet->from, 0);
    if (over) {
        sim_over(sim, s, 0);
    } else {
        sim_refresh(sim, s);
    }
}

void sim_fin_ack_arrives(struct sim *sim, struct sim_socket *s)
{
    if (!s) {
        return;
    }
    if (s->state == SIM_CLOSING || s->state == SIM_LAST_ACK) {
        sim_over(sim, s, 0);
    } else if (s->state == SIM_FIN_WAIT_1) {
        s->state = SIM_FIN_WAIT_2;
        s->shutdown |= SIM_SHUT_WR;
        sim_refresh(sim, s);
    }
}

static int shutdown_tcp(struct sim *sim, struct sim_socket *s, uint32_t how)
{
    if (s->link == SIM_CONNECTING) {
        bool begun = s->state != SIM_SYN_SENT && s->state != SIM_CLOSED;
        s->link = begun ? SIM_CONNECTED : SIM_DISCONNECTING;
    }
    if (s->state == SIM_SYN_SENT || (s->state == SIM_LISTEN && (how & SIM_SHUT_RD))) {
        sim_disconnect(sim, s);
        s->link = SIM_UNCONNECTED;
        return 0;
    }
    if (s->state == SIM_LISTEN) {
        return 0;
    }
    int status = s->state == SIM_CLOSED ? -ENOTCONN : 0;
    s->shutdown |= (uint8_t)how;
    if (how & SIM_SHUT_WR) {
        sim_send_fin(sim, s);
    }
    return status;
}

int sim_shutdown(struct world *world, int socket, enum world_shutdown how)
{
    struct sim *sim = sim_of(world);
    struct sim_socket *s = sim_get(sim, socket);
    uint32_t bits = how == WORLD_SHUT_RD   ? SIM_SHUT_RD
                    : how == WORLD_SHUT_WR ? SIM_SHUT_WR
                                           : SIM_SHUT_ALL;
    int status = 0;
    if (!s) {
        return -EBADF;
    }
    if (s->transport == WORLD_TCP) {
        status = shutdown_tcp(sim, s, bits);
    } else {
        status = s->state == SIM_CLOSED ? -ENOTCONN : 0;
        s->shutdown |= (uint8_t)bits;
    }
    sim_refresh(sim, s);
    return status;
}

/* Whether the endpoint lives on to deliver what is queued and to say goodbye. */
static bool close_lingers(struct sim *sim, struct sim_socket *s)
{
    if (s->state == SIM_LISTEN) {
        sim_listen_stop(sim, s);
        return false;
    }
    if (s->readable > 0 && s->state != SIM_CLOSED) {
        end_send_rst(sim, s);
        return false;
    }
    if (s->reset_on_close) {
        sim_abort(sim, s);
        return false;
    }
    switch ((enum sim_state)s->state) {
    case SIM_ESTABLISHED:
    case SIM_CLOSE_WAIT:
    case SIM_FIN_WAIT_1:
    case SIM_FIN_WAIT_2:
    case SIM_CLOSING:
    case SIM_LAST_ACK:
        return true;
    case SIM_FREE:
    case SIM_CLOSED:
    case SIM_LISTEN:
    case SIM_SYN_SENT:
    case SIM_SYN_RECEIVED:
        return false;
    }
    return false;
}

int sim_close(struct world *world, int socket)
{
    struct sim *sim = sim_of(world);
    struct sim_socket *s = sim_get(sim, socket);
    if (!s) {
        return -EBADF;
    }
    sim_unwatch(sim, s);
    s->open = false;
    sim->open_sockets--;
    if (s->transport == WORLD_UDP || !close_lingers(sim, s)) {
        sim_socket_release(sim, s);
        return 0;
    }
    s->orphan = true;
    s->shutdown = SIM_SHUT_ALL;
    /* The last that happens to it here: it may be gone when this returns. */
    sim_send_fin(sim, s);
    return 0;
}
