/* SPDX-License-Identifier: MIT */
#include "tape_regress.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "plan_setting.h"
#include "tape_file.h"
#include "tape_scenario.h"

/* How often a scenario is played and changed. Each time one outcome moves on, of which there are
 * three. */
#define ATTEMPTS_MAX 200

struct attempt {
    struct tape_judge *judge;
    const struct tape_plugin *plugin;
    const struct scenario_plugins *plugins;
    const char *path;
    struct tape_regress *regress;
    struct bytes events; /* owned: of the scenario, with its outcomes */
    bool alive;          /* it ends in asking whether the server is alive */
};

/* A tape with room for these events; NULL without memory. */
static struct tape *whole_tape(const struct tape_plugin *plugin, const struct bytes *events)
{
    struct tape_limits limits;
    tape_limits_measure(events->data, events->size, &limits);
    return tape_new(TAPE_WHOLE, plugin, &limits);
}

static int add_event(struct bytes *events, enum tape_opcode opcode, uint64_t operand)
{
    struct tape_event event = {.opcode = opcode, .operands = {operand}};
    return tape_event_add(events, &event);
}

/* Settings of which a fuzzer's plan has less than a scenario are the scenario's own again, where no
 * event has changed them. */
static void use_defaults(struct attempt *attempt, struct plan_server *server)
{
    const struct plan *plain = tape_decode(attempt->judge->tapes[1], NULL, 0);
    for (size_t i = 0; i < PLAN_SETTING_COUNT && server->transport == plain->server.transport;
         i++) {
        if (plan_setting_get(server, i) == plan_setting_get(&plain->server, i)) {
            plan_setting_put(server, i, plan_setting(i)->fallback);
        }
    }
}

/* The events of the plan that a fuzzer's target makes of the minimized ones, its end included, for
 * both worlds if they have a network in common. */
static int begin(struct attempt *attempt, const struct bytes *minimized)
{
    struct plan plan = *tape_decode(attempt->judge->tapes[0], minimized->data, minimized->size);
    const struct world_sim_network *network = &plan.network;
    bool lossy =
        network->loss_percent > 0 || network->duplicate_percent > 0 || network->reorder_percent > 0;
    attempt->regress->injected = tape_plan_is_injected(&plan);
    plan.worlds = lossy || network->latency_ns > 0 ? PLAN_SIM : PLAN_BOTH;
    use_defaults(attempt, &plan.server);
    return tape_encode(&plan, attempt->plugin, &attempt->events);
}

/* The scenario of the events as they are now; with -EINVAL and a sentence one that does not load.
 */
static int write_scenario(struct attempt *attempt, struct suite *suite)
{
    static const char *const tags[] = {"regress"};
    struct bytes *text = &attempt->regress->text;
    size_t size = attempt->events.size;
    int status = attempt->alive ? add_event(&attempt->events, TAPE_EXPECT_SERVER, 1) : 0;
    struct tape *tape = status == 0 ? whole_tape(attempt->plugin, &attempt->events) : NULL;
    if (!tape) {
        return -ENOMEM;
    }
    struct plan plan = *tape_decode(tape, attempt->events.data, attempt->events.size);
    plan.title = attempt->judge->wanted;
    plan.tags = tags;
    plan.tag_count = 1;
    bytes_clear(text);
    status = tape_scenario(&plan, attempt->plugin, text);
    tape_free(tape);
    attempt->events.size = size;
    *suite = (struct suite){0};
    if (status != 0) {
        return status;
    }
    status =
        suite_load_text(attempt->path, "regress", text->data, text->size, attempt->plugins, suite);
    if (suite->error_count > 0) {
        snprintf(attempt->regress->why, sizeof(attempt->regress->why), "it does not load: %s",
                 suite->errors[0].sentence);
    }
    return status;
}

/* Whether an event begins a step of its own: those that do come in the order of the plan's sources.
 */
static bool begins_step(enum tape_opcode opcode)
{
    switch (opcode) {
    case TAPE_CONNECT:
    case TAPE_SEND:
    case TAPE_HALF_CLOSE:
    case TAPE_CLOSE:
    case TAPE_RESET:
    case TAPE_PAUSE:
    case TAPE_RESUME:
    case TAPE_WAIT:
    case TAPE_COMPOSE:
    case TAPE_REPEAT:
    case TAPE_TOGETHER:
    case TAPE_SERVER:
    case TAPE_FILL_BACKLOG:
    case TAPE_EXPECT:
    case TAPE_EXPECT_COMPOSE:
    case TAPE_EXPECT_SIZE:
    case TAPE_EXPECT_REGEX:
    case TAPE_EXPECT_END:
    case TAPE_EXPECT_SILENCE:
    case TAPE_EXPECT_SERVER:
    case TAPE_UNROLLED:
        return true;
    case TAPE_BYTES:
    case TAPE_FILL:
    case TAPE_RANDOM:
    case TAPE_CAPTURED:
    case TAPE_CUT:
    case TAPE_CUT_EVERY:
    case TAPE_UNSETTLED:
    case TAPE_LANE:
    case TAPE_ORDER:
    case TAPE_END:
    case TAPE_SET:
    case TAPE_OPTION:
    case TAPE_OPTION_TEXT:
    case TAPE_FAULT:
    case TAPE_NETWORK:
    case TAPE_OUTCOME:
    case TAPE_WITHIN:
    case TAPE_ANY:
    case TAPE_CAPTURE:
    case TAPE_SEEN:
    case TAPE_SEED:
    case TAPE_WORLDS:
    case TAPE_WHY:
        break;
    }
    return false;
}

/* Puts the events into `out` with the outcome of the step at `source` moved on by one. 1, 0 when it
 * has no outcome or no other, or -errno. */
static int move_on(const struct bytes *events, uint32_t source, struct bytes *out)
{
    struct tape_event event;
    uint32_t step = 0;
    uint64_t outcome = 0;
    size_t behind = 0; /* where the step's head ends */
    int status = 0;
    for (size_t at = 0; at < events->size && status == 0;) {
        at = tape_event_read(events->data, events->size, at, &event);
        bool begins = begins_step(event.opcode);
        bool mine = begins && step == source;
        step += begins;
        if (mine && event.opcode != TAPE_CONNECT && event.opcode != TAPE_SEND &&
            event.opcode != TAPE_COMPOSE) {
            return 0;
        }
        if (event.opcode == TAPE_OUTCOME && step == source + 1) {
            outcome = event.operands[0];
            continue;
        }
        status = bytes_add(out, events->data + event.offset, event.size);
        behind = mine ? out->size : behind;
    }
    if (status != 0 || behind == 0 || outcome == 2) {
        return status;
    }
    struct bytes rest;
    bytes_init(&rest, out->size_max);
    status = behind < out->size ? bytes_add(&rest, out->data + behind, out->size - behind) : 0;
    out->size = behind;
    status = status == 0 ? add_event(out, TAPE_OUTCOME, outcome + 1) : status;
    status = status == 0 && rest.size > 0 ? bytes_add(out, rest.data, rest.size) : status;
    bytes_fini(&rest);
    return status == 0 ? 1 : status;
}

/* Where a connect is refused its client's other steps go. Their canonical events replace the old
 * ones, so that steps can be counted in them. */
static int settle_events(struct attempt *attempt, const struct bytes *changed)
{
    struct tape *tape = whole_tape(attempt->plugin, changed);
    if (!tape) {
        return -ENOMEM;
    }
    const struct plan *plan = tape_decode(tape, changed->data, changed->size);
    bytes_clear(&attempt->events);
    int status = tape_encode(plan, attempt->plugin, &attempt->events);
    tape_free(tape);
    return status;
}

/* Lets the scenario expect what came instead: 1, 0 when that cannot be said, or -errno. */
static int adjust(struct attempt *attempt, const struct plan *plan)
{
    const struct tape_finding *sim = &attempt->regress->sim;
    struct bytes changed;
    if (sim->oracle != ORACLE_STORY || sim->source == PLAN_NONE) {
        return 0;
    }
    if (attempt->alive && sim->source + 1 == plan->source_count) {
        attempt->alive = false;
        return 1;
    }
    bytes_init(&changed, TAPE_FILE_BYTES_MAX);
    int status = move_on(&attempt->events, sim->source, &changed);
    if (status == 1) {
        status = settle_events(attempt, &changed);
        status = status == 0 ? 1 : status;
    }
    bytes_fini(&changed);
    return status;
}

static int play_kernel(struct attempt *attempt, struct plan *plan)
{
    struct tape_regress *regress = attempt->regress;
    regress->sim_only = !(plan->worlds & PLAN_KERNEL);
    if (regress->sim_only) {
        return 0;
    }
    int status = tape_judge_plan(attempt->judge, plan, PLAN_KERNEL, &regress->kernel);
    if (status == 0 && strcmp(regress->kernel.fingerprint, attempt->judge->wanted) != 0) {
        status = tape_judge_plan(attempt->judge, plan, PLAN_BOTH, &regress->both);
    }
    return status;
}

/* One attempt: 1 to go on, 0 when `regress` tells how it ended, or -errno. */
static int attempt_once(struct attempt *attempt)
{
    struct tape_regress *regress = attempt->regress;
    struct suite suite;
    int status = write_scenario(attempt, &suite);
    if (status == -EINVAL && attempt->alive) {
        attempt->alive = false;
        regress->why[0] = '\0';
        suite_free(&suite);
        return 1;
    }
    if (status == 0) {
        struct plan *plan = suite.plans[0];
        status = tape_judge_plan(attempt->judge, plan, PLAN_SIM, &regress->sim);
        bool shows = status == 0 && strcmp(regress->sim.fingerprint, attempt->judge->wanted) == 0;
        if (shows) {
            status = play_kernel(attempt, plan);
        } else if (status == 0) {
            status = adjust(attempt, plan);
        }
        if (status == 0 && !shows) {
            snprintf(regress->why, sizeof(regress->why), "as a scenario it ends otherwise: %s%s%s",
                     verdict_name(regress->sim.verdict), regress->sim.sentence[0] ? ", " : "",
                     regress->sim.sentence);
        }
    }
    suite_free(&suite);
    return status == -EINVAL ? 0 : status;
}

int tape_regress_make(struct tape_judge *judge, const struct tape_plugin *plugin,
                      const struct scenario_plugins *plugins, const char *path,
                      const struct bytes *events, struct tape_regress *regress)
{
    struct attempt attempt = {.judge = judge,
                              .plugin = plugin,
                              .plugins = plugins,
                              .path = path,
                              .regress = regress,
                              .alive = true};
    *regress = (struct tape_regress){.injected = false};
    bytes_init(&regress->text, TAPE_FILE_BYTES_MAX);
    bytes_init(&attempt.events, TAPE_FILE_BYTES_MAX);
    int status = begin(&attempt, events);
    int more = 1;
    for (unsigned i = 0; i < ATTEMPTS_MAX && status == 0 && more == 1; i++) {
        more = attempt_once(&attempt);
        status = more < 0 ? more : 0;
    }
    if (status == 0 && more == 1) {
        snprintf(regress->why, sizeof(regress->why), "after %d attempts it still ends otherwise",
                 ATTEMPTS_MAX);
    }
    bytes_fini(&attempt.events);
    return status;
}

void tape_regress_fini(struct tape_regress *regress)
{
    bytes_fini(&regress->text);
}
