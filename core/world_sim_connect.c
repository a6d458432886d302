/* SPDX-License-Identifier: MIT */
/*
 * The simulated world's TCP connections: how they begin.
 *
 * The order of checks, and what connect answers when it is called again, follow inet_stream_connect
 * and tcp_conn_request of Linux. Not modelled: connecting a socket to itself, and two sockets that
 * connect to each other.
 */
#include <errno.h>

#include "world_sim_internal.h"

int sim_listen(struct world *world, int socket, int backlog)
{
    struct sim *sim = sim_of(world);
    struct sim_socket *s = sim_get(sim, socket);
    if (!s) {
        return -EBADF;
    }
    if (s->transport != WORLD_TCP) {
        return -EOPNOTSUPP;
    }
    if (s->link != SIM_UNCONNECTED || (s->state != SIM_CLOSED && s->state != SIM_LISTEN)) {
        return -EINVAL;
    }
    s->backlog = backlog < (int)SIM_BACKLOG_MAX ? (uint32_t)backlog : SIM_BACKLOG_MAX;
    if (s->state == SIM_LISTEN) {
        return 0;
    }
    if (s->port == 0 ? !sim_port_choose(sim, s) : sim_port_conflicts(sim, s, s->port)) {
        return -EADDRINUSE;
    }
    s->state = SIM_LISTEN;
    s->listen_id = ++sim->serial;
    s->young = s->queue_length = 0;
    s->queue_first = SIM_NONE;
    sim_port_listen(sim, s);
    sim_refresh(sim, s);
    return 0;
}

int sim_accept(struct world *world, int socket, struct world_address *peer)
{
    struct sim *sim = sim_of(world);
    struct sim_socket *s = sim_get(sim, socket);
    if (!s) {
        return -EBADF;
    }
    if (s->transport != WORLD_TCP) {
        return -EOPNOTSUPP;
    }
    if (s->state != SIM_LISTEN) {
        return -EINVAL;
    }
    if (s->queue_length == 0) {
        return -EAGAIN;
    }
    struct sim_socket *child = &sim->sockets[s->queue_first];
    s->queue_first = child->next;
    s->queue_length--;
    child->listener.at = SIM_NONE;
    child->open = true;
    child->link = SIM_CONNECTED;
    sim->open_sockets++;
    sim_refresh(sim, s);
    *peer = child->peer;
    return (int)sim_number(sim, child);
}

/* Chooses both ends of the connection. */
static int connect_ends(struct sim *sim, struct sim_socket *s, const struct world_address *address)
{
    struct world_address peer = *address;
    if (peer.family != s->family) {
        return s->family == WORLD_IPV6 ? -EINVAL : -EAFNOSUPPORT;
    }
    if (!sim_address_is_local(&peer)) {
        return -ENETUNREACH;
    }
    sim_address_resolve(&peer);
    sim_address_resolve(&s->local);
    if (s->port == 0 ? !sim_port_choose(sim, s) : sim_port_connected(sim, s, &peer)) {
        if (!s->address_locked) {
            s->local = (struct world_address){.family = s->family, .port = s->local.port};
        }
        if (!s->port_locked) {
            sim_port_release(sim, s);
        }
        return -EADDRNOTAVAIL;
    }
    s->peer = peer;
    return 0;
}

static void connect_retry(struct sim *sim, struct sim_socket *s)
{
    uint64_t due_ns = s->syn_ns + world_sim_syn_retry_ns(s->retries + 1);
    sim_timer_set(sim, s, SIM_SYN_TIMER, due_ns);
}

/* Calls take time: of connects that hang at one instant each is a little later than the one before,
 * so that their retries do not all find the accept queue in the same state. */
static uint64_t connect_instant(struct sim *sim)
{
    bool again = sim->hung_connects > 0 && sim->hung_ns == sim->now_ns;
    sim->hung_connects = again ? sim->hung_connects + 1 : 1;
    sim->hung_ns = sim->now_ns;
    return sim->now_ns + (sim->hung_connects - 1) * SIM_CONNECT_NS;
}

static int connect_start(struct sim *sim, struct sim_socket *s, const struct world_address *address)
{
    int status = connect_ends(sim, s, address);
    if (status != 0) {
        return status;
    }
    s->id = ++sim->serial;
    s->state = SIM_SYN_SENT;
    s->link = SIM_CONNECTING;
    s->error = 0;
    s->done = false;
    s->fin = SIM_FIN_NONE;
    s->retries = 0;
    sim_packet(sim, SIM_SYN, sim_end_of(sim, s), (struct sim_end){.at = SIM_NONE}, 0);
    if (s->state == SIM_SYN_SENT) {
        s->syn_ns = connect_instant(sim);
        connect_retry(sim, s);
    }
    sim_refresh(sim, s);
    return -EINPROGRESS;
}

/* The kernel's sock_error of connect: the attempt is over, the socket can connect anew. */
static int connect_failed(struct sim *sim, struct sim_socket *s)
{
    int status = sim_take_error(s);
    s->link = SIM_UNCONNECTED;
    sim_disconnect(sim, s);
    return status ? status : -ECONNABORTED;
}

int sim_connect(struct world *world, int socket, const struct world_address *address)
{
    struct sim *sim = sim_of(world);
    struct sim_socket *s = sim_get(sim, socket);
    if (!s) {
        return -EBADF;
    }
    if (s->transport == WORLD_UDP) {
        return sim_udp_connect(sim, s, address);
    }
    switch ((enum sim_link)s->link) {
    case SIM_DISCONNECTING:
        return -EINVAL;
    case SIM_CONNECTED:
        return -EISCONN;
    case SIM_CONNECTING:
        if (s->state == SIM_SYN_SENT) {
            return -EALREADY;
        }
        if (s->state == SIM_CLOSED) {
            return connect_failed(sim, s);
        }
        s->link = SIM_CONNECTED;
        return 0;
    case SIM_UNCONNECTED:
        break;
    }
    return s->state == SIM_CLOSED ? connect_start(sim, s, address) : -EISCONN;
}

static struct sim_socket *make_child(struct sim *sim, struct sim_socket *client,
                                     struct sim_socket *listener)
{
    uint32_t number = sim_socket_take(sim, WORLD_TCP, (enum world_family)client->family);
    if (number == SIM_NONE) {
        return NULL;
    }
    struct sim_socket *child = &sim->sockets[number];
    child->state = SIM_SYN_RECEIVED;
    child->local = client->peer;
    child->peer = client->local;
    child->reuse = listener->reuse;
    child->reset_on_close = listener->reset_on_close;
    child->shutdown = listener->shutdown;
    child->send_room = listener->send_room;
    child->receive_room = listener->receive_room;
    child->address_locked = true;
    child->connection = sim_number(sim, client);
    child->listener.at = sim_number(sim, listener);
    child->listener.id = listener->listen_id;
    client->connection = number;
    listener->young++;
    sim_port_hold(sim, child, client->peer.port);
    return child;
}

void sim_syn_arrives(struct sim *sim, struct sim_socket *client)
{
    if (!client || client->state != SIM_SYN_SENT || client->connection != SIM_NONE) {
        return;
    }
    struct sim_end nobody = {.at = SIM_NONE};
    struct sim_socket *listener = sim_listener_at(sim, &client->peer);
    if (!listener) {
        sim_packet(sim, SIM_RST, nobody, sim_end_of(sim, client), 0);
        return;
    }
    /* Those whose handshake is under way have their place already. Linux lets a few more in when
     * several come at once, and then keeps them waiting half open. */
    struct sim_socket *child = NULL;
    if (listener->queue_length + listener->young <= listener->backlog) {
        child = make_child(sim, client, listener);
    }
    if (!child) {
        listener->dropped++;
        return;
    }
    sim_packet(sim, SIM_SYN_ACK, sim_end_of(sim, child), sim_end_of(sim, client), 0);
}

void sim_syn_ack_arrives(struct sim *sim, struct sim_socket *client, struct sim_socket *child)
{
    if (!child) {
        return;
    }
    if (!client || client->state != SIM_SYN_SENT) {
        sim_child_leaves(sim, child);
        return;
    }
    sim_timer_cancel(sim, client);
    client->state = SIM_ESTABLISHED;
    sim_packet(sim, SIM_ACK, sim_end_of(sim, client), sim_end_of(sim, child), 0);
    sim_refresh(sim, client);
}

static struct sim_socket *listener_of(struct sim *sim, const struct sim_socket *child)
{
    if (child->listener.at == SIM_NONE) {
        return NULL;
    }
    struct sim_socket *listener = &sim->sockets[child->listener.at];
    bool listens = listener->state == SIM_LISTEN && listener->listen_id == child->listener.id;
    return listens ? listener : NULL;
}

void sim_ack_arrives(struct sim *sim, struct sim_socket *child)
{
    if (!child || child->state != SIM_SYN_RECEIVED) {
        return;
    }
    struct sim_socket *listener = listener_of(sim, child);
    if (!listener) {
        sim_abort(sim, child);
        sim_socket_release(sim, child);
        return;
    }
    child->state = SIM_ESTABLISHED;
    child->next = SIM_NONE;
    if (listener->queue_length == 0) {
        listener->queue_first = sim_number(sim, child);
    } else {
        sim->sockets[listener->queue_last].next = sim_number(sim, child);
    }
    listener->queue_last = sim_number(sim, child);
    listener->queue_length++;
    listener->young--;
    sim_refresh(sim, listener);
    if (child->shutdown & SIM_SHUT_WR) {
        sim_send_fin(sim, child);
    }
}

void sim_child_leaves(struct sim *sim, struct sim_socket *child)
{
    struct sim_socket *listener = listener_of(sim, child);
    if (listener) {
        ASSERT(listener->young > 0);
        listener->young--;
    }
    sim_socket_release(sim, child);
}

void sim_syn_timer(struct sim *sim, struct sim_socket *client)
{
    if (client->state != SIM_SYN_SENT) {
        return;
    }
    if (client->retries == SIM_SYN_RETRIES) {
        sim_over(sim, client, ETIMEDOUT);
        return;
    }
    client->retries++;
    sim_packet(sim, SIM_SYN, sim_end_of(sim, client), (struct sim_end){.at = SIM_NONE}, 0);
    if (client->state == SIM_SYN_SENT) {
        connect_retry(sim, client);
    }
}

void sim_listen_stop(struct sim *sim, struct sim_socket *s)
{
    while (s->queue_length > 0) {
        struct sim_socket *child = &sim->sockets[s->queue_first];
        s->queue_first = child->next;
        s->queue_length--;
        sim_abort(sim, child);
        sim_socket_release(sim, child);
    }
    s->young = 0;
    sim_port_unlisten(sim, s);
}
