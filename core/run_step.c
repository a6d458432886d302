/* SPDX-License-Identifier: MIT */
/* One step: what each verb does. */
#include <errno.h>

#include "run.h"

/* Large payloads go out in settled pieces of this size, so that receive sizes do not depend on
 * kernel buffering. */
static size_t piece_bytes(const struct run *run)
{
    size_t recv_buffer = run->plan->server.recv_buffer_bytes;
    size_t most = RUN_PIECE_BYTES_MAX;
    return recv_buffer >= most ? recv_buffer : most / recv_buffer * recv_buffer;
}

static bool listens(const struct run *run)
{
    return run->listener && listener_is_open(run->listener);
}

/* Sends one piece and settles, unless the step asked not to. `*broken` is set when this send
 * failed. */
static enum step_state send_piece(struct run *run, struct lane *lane, struct connection *connection,
                                  const struct plan_step *step, size_t at, size_t size,
                                  bool *broken)
{
    struct client *client = &connection->client;
    uint64_t before = client->sent;
    int status = client_send(client, run->payload.data ? run->payload.data + at : NULL, size);
    if (status == -ENOSPC) {
        return run_fail(
            run, lane, ORACLE_HARNESS,
            "send: the client has more waiting to be sent than the harness holds (%zu bytes)",
            client->unsent.size_max);
    }
    if (status == -ENOMEM) {
        return run_machine_failed(run, -ENOMEM);
    }
    *broken = status != 0;
    if (run_is_udp(run)) {
        connection->unheard += listens(run) ? 0 : client->sent - before;
    } else if (client->sent > before && connection->session_ended) {
        connection->sent_to_ended = true;
    }
    connection_mark(connection);
    if (!step->send.settle) {
        connection->unsettled_once = true;
        run->datagrams.unsettled_once = true;
        return STEP_DONE;
    }
    return run_settle(run, lane);
}

static size_t piece_end(const struct run *run, const struct plan_step *step, size_t at, size_t *cut)
{
    size_t end = run->payload.size;
    if (run_is_udp(run)) {
        return end;
    }
    if (step->send.cut_every) {
        end = at + 1;
    } else if (*cut < step->send.cut_count) {
        end = step->send.cuts[(*cut)];
    }
    if (step->send.settle && end - at > piece_bytes(run)) {
        return at + piece_bytes(run);
    }
    (*cut)++;
    return end;
}

static enum step_state send_outcome(struct run *run, struct lane *lane,
                                    const struct connection *connection,
                                    const struct plan_step *step, bool broken, uint64_t refusals)
{
    switch (step->send.outcome) {
    case PLAN_SENT:
        if (broken) {
            return run_disappointed(
                run, lane, VERDICT_FAIL,
                "send: expected the payload to be sent, but the connection is broken");
        }
        return STEP_DONE;
    case PLAN_SEND_BROKEN:
        if (!broken) {
            return run_disappointed(
                run, lane, VERDICT_FAIL,
                "send: expected a broken connection, but the payload was taken");
        }
        return STEP_DONE;
    case PLAN_SEND_REFUSED:
        if (connection->client.refusals == refusals) {
            return run_disappointed(run, lane, VERDICT_FAIL,
                                    "send: expected the datagram to be refused, but %s",
                                    listens(run) ? "somebody listens" : "no refusal came back");
        }
        return STEP_DONE;
    }
    return STEP_DONE;
}

static enum step_state send_payload(struct run *run, struct lane *lane,
                                    const struct plan_step *step)
{
    struct connection *connection = run_current(run, step->client);
    if (!connection || connection->client.state != CLIENT_OPEN) {
        return run_disappointed(run, lane, VERDICT_FAIL, "send: the client is not connected");
    }
    if (payload_render(run, &step->send.payload, &run->payload) != 0) {
        return run_machine_failed(run, -ENOMEM);
    }
    uint64_t refusals = connection->client.refusals;
    bool broken = false;
    size_t cut = 0;
    size_t at = 0;
    /* A datagram is sent even when it is empty; an empty TCP send does nothing. */
    bool more = run->payload.size > 0 || run_is_udp(run);
    while (more && !broken) {
        size_t end = piece_end(run, step, at, &cut);
        enum step_state state = send_piece(run, lane, connection, step, at, end - at, &broken);
        if (state != STEP_DONE) {
            return state;
        }
        at = end;
        more = at < run->payload.size;
    }
    return send_outcome(run, lane, connection, step, broken, refusals);
}

static enum step_state change_server(struct run *run, struct lane *lane,
                                     const struct plan_step *step)
{
    switch (step->server) {
    case PLAN_ACCEPTING_OFF:
    case PLAN_ACCEPTING_ON:
        listener_set_accepting(run->listener, step->server == PLAN_ACCEPTING_ON);
        break;
    case PLAN_STOP:
        listener_stop(run->listener);
        break;
    }
    for (size_t i = 0; i < run->connection_count; i++) {
        if (run->connections[i]) {
            connection_mark(run->connections[i]);
        }
    }
    return run_settle(run, lane);
}

/* The verbs of an open client that act at once. */
static enum step_state act_on_client(struct run *run, struct lane *lane,
                                     const struct plan_step *step)
{
    struct connection *connection = run_current(run, step->client);
    struct client *client = connection ? &connection->client : NULL;
    bool open = client && client->state == CLIENT_OPEN;
    bool ends = step->verb == PLAN_CLOSE || step->verb == PLAN_RESET;
    /* A connect that hangs, or that the network gave up, can be closed too. */
    bool tried = client && (client->state == CLIENT_HUNG || client->state == CLIENT_REFUSED);
    if (!open && !(tried && ends)) {
        return run_disappointed(run, lane, VERDICT_FAIL, "%s: the client is not connected",
                                plan_verb_name(step->verb));
    }
    if (step->verb == PLAN_HALF_CLOSE) {
        client_half_close(client);
    } else if (step->verb == PLAN_CLOSE || step->verb == PLAN_RESET) {
        connection_close(connection, step->verb == PLAN_RESET);
    } else {
        client_set_paused(client, step->verb == PLAN_PAUSE);
    }
    connection_mark(connection);
    return run_settle(run, lane);
}

static void wait_at_most(struct run *run, struct lane *lane, uint64_t ms)
{
    uint64_t delay_ns = ms > CLOCK_NEVER_NS / CLOCK_MS ? CLOCK_NEVER_NS : ms * CLOCK_MS;
    lane->deadline_ns = clock_after(run->clock.now_ns, delay_ns);
}

/* Steps that look before they act must find the run settled, also after a send that did not settle.
 */
static enum step_state settle_then_poll(struct run *run, struct lane *lane,
                                        const struct plan_step *step, uint64_t within_ms)
{
    enum step_state state = run_settle(run, lane);
    /* What an exploring run meets at once is met, and what it does not is let go. */
    bool waits = !run->plan->explore || step->verb == PLAN_WAIT;
    wait_at_most(run, lane, waits ? within_ms : 0);
    return state == STEP_DONE ? step_poll(run, lane, step) : state;
}

enum step_state step_begin(struct run *run, struct lane *lane, const struct plan_step *step)
{
    enum step_state state = STEP_DONE;
    switch (step->verb) {
    case PLAN_CONNECT:
        return connect_client(run, lane, step);
    case PLAN_SEND:
        return send_payload(run, lane, step);
    case PLAN_HALF_CLOSE:
    case PLAN_CLOSE:
    case PLAN_RESET:
    case PLAN_PAUSE:
    case PLAN_RESUME:
        return act_on_client(run, lane, step);
    case PLAN_SERVER:
        return change_server(run, lane, step);
    case PLAN_FILL_BACKLOG:
        return fill_backlog(run, lane, step);
    case PLAN_EXPECT_SERVER:
        state = run_settle(run, lane);
        return state == STEP_DONE ? expect_server(run, lane, step) : state;
    case PLAN_EXPECT:
        return settle_then_poll(run, lane, step, step->expect.within_ms);
    case PLAN_EXPECT_END:
        return settle_then_poll(run, lane, step, step->expect_end.within_ms);
    case PLAN_EXPECT_SILENCE:
        return settle_then_poll(run, lane, step, step->silence_ms);
    case PLAN_WAIT:
        return settle_then_poll(run, lane, step, step->wait_ms);
    case PLAN_TOGETHER:
        state = together_begin(run, lane, step);
        return state == STEP_DONE ? together_poll(run, lane) : state;
    case PLAN_REPEAT:
        break;
    }
    /* Repeats are walked by the lane. */
    ASSERT(false);
    return STEP_FAILED;
}

enum step_state step_poll(struct run *run, struct lane *lane, const struct plan_step *step)
{
    switch (step->verb) {
    case PLAN_EXPECT:
        return expect_bytes(run, lane, step);
    case PLAN_EXPECT_END:
        return expect_end(run, lane, step);
    case PLAN_EXPECT_SILENCE:
        return expect_silence(run, lane, step);
    case PLAN_WAIT:
        return run->clock.now_ns >= lane->deadline_ns ? STEP_DONE : STEP_WAIT;
    case PLAN_TOGETHER:
        return together_poll(run, lane);
    case PLAN_CONNECT:
    case PLAN_SEND:
    case PLAN_HALF_CLOSE:
    case PLAN_CLOSE:
    case PLAN_RESET:
    case PLAN_PAUSE:
    case PLAN_RESUME:
    case PLAN_SERVER:
    case PLAN_FILL_BACKLOG:
    case PLAN_EXPECT_SERVER:
    case PLAN_REPEAT:
        break;
    }
    /* These never wait. */
    ASSERT(false);
    return STEP_FAILED;
}
