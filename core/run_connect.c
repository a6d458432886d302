/* SPDX-License-Identifier: MIT */
/* The verbs that connect: connect and fill_backlog. */
#include "run.h"

/* Opens one and settles; NULL when that failed. */
static struct connection *connect_settled(struct run *run, struct lane *lane, uint32_t name)
{
    struct connection *connection = connection_open(run, name);
    return connection && run_settle(run, lane) == STEP_DONE ? connection : NULL;
}

static const char *connect_outcome_text(enum client_state state)
{
    switch (state) {
    case CLIENT_REFUSED:
        return "refused";
    case CLIENT_HUNG:
        return "hung: the accept queue is full";
    case CLIENT_OPEN:
        return "connected";
    case CLIENT_NONE:
    case CLIENT_CONNECTING:
    case CLIENT_CLOSED:
        break;
    }
    return "not known";
}

static bool connect_outcome_is(enum client_state state, enum plan_connect_outcome outcome)
{
    switch (outcome) {
    case PLAN_CONNECTED:
        return state == CLIENT_OPEN;
    case PLAN_CONNECT_REFUSED:
        return state == CLIENT_REFUSED;
    case PLAN_HUNG:
        return state == CLIENT_HUNG;
    }
    return false;
}

enum step_state connect_client(struct run *run, struct lane *lane, const struct plan_step *step)
{
    static const char *const expected[] = {
        [PLAN_CONNECTED] = "connected", [PLAN_CONNECT_REFUSED] = "refused", [PLAN_HUNG] = "hung"};
    struct connection *connection = connect_settled(run, lane, step->client);
    if (!connection) {
        return STEP_FAILED;
    }
    enum client_state state = connection->client.state;
    run->hung = run->hung || state == CLIENT_HUNG;
    if (!connect_outcome_is(state, step->connect) &&
        run_disappointed(run, lane, VERDICT_FAIL, "connect: expected %s, but it was %s",
                         expected[step->connect], connect_outcome_text(state)) != STEP_DONE) {
        return STEP_FAILED;
    }
    if (state == CLIENT_HUNG && run->plan->worlds != PLAN_SIM) {
        /* Its retries would follow the kernel's own timers: no story that is told twice may hang on
         * them. */
        connection_close(connection, false);
        return run_settle(run, lane);
    }
    return STEP_DONE;
}

enum step_state fill_backlog(struct run *run, struct lane *lane, const struct plan_step *step)
{
    for (uint32_t i = 0; i < step->fill_backlog.count; i++) {
        struct connection *connection =
            connect_settled(run, lane, step->fill_backlog.first_client + i);
        if (!connection) {
            return STEP_FAILED;
        }
        if (connection->accepted) {
            return run_disappointed(
                run, lane, VERDICT_FAIL,
                "fill_backlog: the server accepts connections, so that its backlog "
                "cannot be filled; stop it first with {\"server\": {\"accepting\": "
                "false}}");
        }
        if (connection->client.state != CLIENT_OPEN) {
            return run_disappointed(
                run, lane, VERDICT_FAIL,
                "fill_backlog: expected %u connections to complete, but number %u was %s",
                step->fill_backlog.count, i + 1, connect_outcome_text(connection->client.state));
        }
    }
    struct connection *last = connect_settled(run, lane, PLAN_NONE);
    if (!last) {
        return STEP_FAILED;
    }
    if (last->client.state != CLIENT_HUNG &&
        run_disappointed(run, lane, VERDICT_FAIL,
                         "fill_backlog: expected connection number %u to hang, but it was %s",
                         step->fill_backlog.count + 1,
                         connect_outcome_text(last->client.state)) != STEP_DONE) {
        return STEP_FAILED;
    }
    connection_close(last, false);
    enum step_state state = run_settle(run, lane);
    connection_retire(last);
    return state;
}
