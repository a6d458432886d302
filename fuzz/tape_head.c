/* SPDX-License-Identifier: MIT */
/* Events before the first step: settings, options, faults, the network. */
#include <string.h>

#include "plugin_check.h"
#include "tape_internal.h"
#include "world_fault_error.h"

/* A fuzzer's plan asks for smaller buffers and fewer sessions. How much a call may reply is not its
 * choice: a plugin is not to blame for a host that lets it say too little. */
static const struct {
    int64_t maximum;
    bool fixed;
} explored[PLAN_SETTING_COUNT] = {
    [PLAN_SET_RECV_BUFFER] = {4096, false},
    [PLAN_SET_BACKLOG] = {16, false},
    [PLAN_SET_SESSIONS_MAX] = {16, false},
    [PLAN_SET_SESSIONS_TOTAL] = {1000000000, false},
    [PLAN_SET_MESSAGES_PER_SESSION] = {1000000000, false},
    [PLAN_SET_SEND_BUFFER] = {1 << 16, false},
    [PLAN_SET_REPLY_MAX] = {65536, true},
};

static uint64_t clamp(uint64_t value, uint64_t least, uint64_t most)
{
    return value < least ? least : value > most ? most : value;
}

static void use_default(struct tape *tape, size_t index)
{
    plan_setting_put(&tape->plan.server, index, plan_setting(index)->fallback);
}

static void set_number(struct tape *tape, size_t index, uint64_t value)
{
    const struct plan_setting *setting = plan_setting(index);
    uint64_t most = (uint64_t)setting->maximum;
    if (setting->tcp_only && tape->udp) {
        return;
    }
    if (tape->use == TAPE_EXPLORE) {
        if (explored[index].fixed) {
            return;
        }
        most = clamp(most, 0, (uint64_t)explored[index].maximum);
    }
    plan_setting_put(&tape->plan.server, index,
                     (uint32_t)clamp(value, (uint64_t)setting->minimum, most));
}

/* What only streams have goes back to its default. */
static void set_transport(struct tape *tape, bool udp)
{
    if (!(tape->plugin.transports & (udp ? DRILL_UDP : DRILL_TCP))) {
        return;
    }
    tape->udp = udp;
    tape->plan.server.transport = udp ? WORLD_UDP : WORLD_TCP;
    for (size_t i = 0; i < PLAN_SETTING_COUNT; i++) {
        if (plan_setting(i)->tcp_only) {
            use_default(tape, i);
        }
    }
    tape->plan.server.idle_timeout_ms = 0;
}

static void set_setting(struct tape *tape, const struct tape_event *event)
{
    uint64_t value = event->operands[1];
    size_t key = (size_t)(event->operands[0] % TAPE_SETTING_COUNT);
    /* Faults were checked against the buffer, the network against the transport. */
    if (tape->plan.fault_count > 0 || tape->network_set) {
        return;
    }
    if (key == TAPE_SET_TRANSPORT) {
        set_transport(tape, value & 1);
    } else if (key == TAPE_SET_FAMILY) {
        tape->plan.server.family = value & 1 ? WORLD_IPV6 : WORLD_IPV4;
    } else if (key != TAPE_SET_IDLE_TIMEOUT_MS) {
        set_number(tape, key, value);
    } else if (!tape->udp) {
        tape->plan.server.idle_timeout_ms = clamp(value, 1, PLAN_MS_MAX);
    }
}

static int64_t unzigzag(uint64_t value)
{
    uint64_t magnitude = value >> 1;
    return value & 1 ? -(int64_t)magnitude - 1 : (int64_t)magnitude;
}

static void set_option(struct tape *tape, const struct tape_event *event)
{
    if (tape->plugin.option_count == 0) {
        return;
    }
    size_t index = (size_t)(event->operands[0] % tape->plugin.option_count);
    const struct drill_option *option = &tape->plugin.options[index];
    int64_t number = unzigzag(event->operands[1]);
    switch (option->type) {
    case DRILL_STRING:
        return;
    case DRILL_BOOLEAN:
        tape->values[index].integer = event->operands[1] & 1;
        return;
    case DRILL_INTEGER:
        if (option->minimum != 0 || option->maximum != 0) {
            number = number < option->minimum   ? option->minimum
                     : number > option->maximum ? option->maximum
                                                : number;
        }
        tape->values[index].integer = number;
        return;
    }
}

/* A copy when it is text that JSON can hold, or NULL. */
char *tape_head_text(struct tape *tape, const struct tape_event *event)
{
    if (memchr(event->payload, 0, event->payload_size)) {
        return NULL;
    }
    size_t before = tape->text_count;
    char *text = tape_text(tape, event->payload, event->payload_size);
    if (text && !plugin_check_utf8(text)) {
        tape->text_count = before;
        return NULL;
    }
    return text;
}

static void set_option_text(struct tape *tape, const struct tape_event *event)
{
    if (tape->plugin.option_count == 0) {
        return;
    }
    size_t index = (size_t)(event->operands[0] % tape->plugin.option_count);
    if (tape->plugin.options[index].type != DRILL_STRING) {
        return;
    }
    const char *text = tape_head_text(tape, event);
    if (text) {
        tape->values[index].string = text;
    }
}

/* The call that is meant, or its like on the other transport. */
static size_t fault_call(const struct tape *tape, uint64_t number)
{
    static const size_t over_tcp[] = {0, 1, 1, 3, 3}, over_udp[] = {2, 2, 2, 4, 4};
    size_t index = (size_t)(number % WORLD_FAULT_CALL_COUNT);
    return tape->udp ? over_udp[index] : over_tcp[index];
}

/* The error that is meant, or the next one that this call has. */
static const struct world_fault_error *fault_error(size_t call, uint64_t effect)
{
    size_t index = (size_t)(effect % world_fault_error_count());
    while (!(world_fault_error(index)->calls & (1u << call))) {
        index = (index + 1) % world_fault_error_count();
    }
    return world_fault_error(index);
}

static bool fault_effect(const struct tape *tape, size_t call, uint64_t effect,
                         struct world_fault_rule *rule)
{
    bool shortens = (1u << call) & (WORLD_FAULT_RECV | WORLD_FAULT_SEND);
    if (effect < world_fault_error_count() || !shortens) {
        const struct world_fault_error *error = fault_error(call, effect);
        rule->error = error->error;
        rule->sticky = rule->sticky && !(error->again & (1u << call));
        return true;
    }
    uint64_t most = WORLD_FAULT_SHORT_MAX;
    if (rule->call == WORLD_CALL_RECV && most >= tape->plan.server.recv_buffer_bytes) {
        most = tape->plan.server.recv_buffer_bytes - 1;
    }
    rule->short_bytes = (uint32_t)clamp(effect - world_fault_error_count() + 1, 1, most);
    return most > 0;
}

static void add_fault(struct tape *tape, const struct tape_event *event)
{
    size_t call = fault_call(tape, event->operands[0] >> 1);
    struct world_fault_rule rule = {
        .call = world_fault_call(call),
        .nth = clamp(event->operands[1], 1, WORLD_FAULT_NTH_MAX),
        .sticky = event->operands[0] & 1,
    };
    if (tape->plan.fault_count == tape->limits.faults ||
        !fault_effect(tape, call, event->operands[2], &rule)) {
        return;
    }
    for (size_t i = 0; i < tape->plan.fault_count; i++) {
        if (world_fault_hides(&tape->rules[i], &rule)) {
            return;
        }
    }
    tape->rules[tape->plan.fault_count++] = rule;
    tape->queues = tape->queues || rule.call == WORLD_CALL_ACCEPT;
}

static void set_network(struct tape *tape, const struct tape_event *event)
{
    struct world_sim_network *network = &tape->plan.network;
    enum tape_network key = (enum tape_network)(event->operands[0] % TAPE_NETWORK_COUNT);
    uint32_t percent = (uint32_t)clamp(event->operands[1], 0, 100);
    if (tape->plan.worlds != PLAN_SIM || (!tape->udp && key != TAPE_LATENCY_MS)) {
        return;
    }
    tape->network_set = true;
    switch (key) {
    case TAPE_LATENCY_MS:
        network->latency_ns = clamp(event->operands[1], 0, PLAN_LATENCY_MS_MAX) * UINT64_C(1000000);
        return;
    case TAPE_LOSS:
        network->loss_percent = percent;
        return;
    case TAPE_DUPLICATE:
        network->duplicate_percent = percent;
        return;
    case TAPE_REORDER:
        network->reorder_percent = percent;
        return;
    }
}

static void set_rare(struct tape *tape, const struct tape_event *event)
{
    if (tape->use == TAPE_EXPLORE) {
        return;
    }
    if (event->opcode == TAPE_SEED) {
        tape->plan.seed = event->operands[0];
    } else if (event->opcode == TAPE_WORLDS && !tape->network_set) {
        uint64_t mask = event->operands[0] % (PLAN_BOTH + 1);
        tape->plan.worlds = mask ? (uint32_t)mask : PLAN_BOTH;
    } else if (event->opcode == TAPE_WHY && event->payload_size > 0) {
        const char *why = tape_head_text(tape, event);
        tape->plan.expect_failure = why ? why : tape->plan.expect_failure;
    }
}

void tape_head_event(struct tape *tape, const struct tape_event *event)
{
    if (tape->begun) {
        return;
    }
    if (event->opcode == TAPE_SET) {
        set_setting(tape, event);
    } else if (event->opcode == TAPE_OPTION) {
        set_option(tape, event);
    } else if (event->opcode == TAPE_OPTION_TEXT) {
        set_option_text(tape, event);
    } else if (event->opcode == TAPE_FAULT) {
        add_fault(tape, event);
    } else if (event->opcode == TAPE_NETWORK) {
        set_network(tape, event);
    } else {
        set_rare(tape, event);
    }
}

void tape_head_reset(struct tape *tape)
{
    const struct tape_plugin *plugin = &tape->plugin;
    struct plan *plan = &tape->plan;
    *plan = (struct plan){
        .id = "tape",
        .file = "",
        .title = "",
        .worlds = tape->use == TAPE_EXPLORE ? PLAN_SIM : PLAN_BOTH,
        .seed = 1,
        .explore = tape->use == TAPE_EXPLORE,
        .faults = tape->rules,
        .sources = tape->sources,
        .clients = tape->client_names,
        .capture_sizes = tape->capture_sizes,
        .server = {.plugin = plugin->name,
                   .plugin_path = plugin->path,
                   .plugin_version = plugin->version,
                   .values = tape->values,
                   .value_count = plugin->option_count,
                   .family = WORLD_IPV4},
    };
    for (size_t i = 0; i < plugin->option_count; i++) {
        tape->values[i] = plugin->options[i].fallback;
    }
    tape->udp = !(plugin->transports & DRILL_TCP);
    plan->server.transport = tape->udp ? WORLD_UDP : WORLD_TCP;
    for (size_t i = 0; i < PLAN_SETTING_COUNT; i++) {
        use_default(tape, i);
    }
    tape->network_set = tape->queues = tape->begun = false;
}
