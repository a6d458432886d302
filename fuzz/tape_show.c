/* SPDX-License-Identifier: MIT */
#include "tape_show.h"

#include <inttypes.h>

#include "plan_setting.h"
#include "world_fault_error.h"

#define SHOWN_BYTES_MAX 48

static int show_client(uint64_t number, struct bytes *line)
{
    bool backlog;
    uint64_t index = tape_client_index(number, &backlog);
    return bytes_add_format(line, backlog ? " backlog[%" PRIu64 "]" : " client %" PRIu64, index);
}

static int show_setting(const uint64_t *operands, struct bytes *line)
{
    static const char *const others[] = {"idle_timeout_ms", "transport", "family"};
    size_t key = (size_t)(operands[0] % TAPE_SETTING_COUNT);
    const char *name =
        key < PLAN_SETTING_COUNT ? plan_setting(key)->key : others[key - PLAN_SETTING_COUNT];
    if (key == TAPE_SET_TRANSPORT) {
        return bytes_add_format(line, " %s %s", name, operands[1] & 1 ? "udp" : "tcp");
    }
    if (key == TAPE_SET_FAMILY) {
        return bytes_add_format(line, " %s %s", name, operands[1] & 1 ? "ipv6" : "ipv4");
    }
    return bytes_add_format(line, " %s %" PRIu64, name, operands[1]);
}

static int show_fault(const uint64_t *operands, struct bytes *line)
{
    enum world_call call = world_fault_call((operands[0] >> 1) % WORLD_FAULT_CALL_COUNT);
    const char *sticky = operands[0] & 1 ? " and all that follow" : "";
    if (operands[2] < world_fault_error_count()) {
        return bytes_add_format(line, " %s %" PRIu64 "%s: %s", world_call_name(call), operands[1],
                                sticky, world_fault_error((size_t)operands[2])->name);
    }
    return bytes_add_format(line, " %s %" PRIu64 "%s: short, %" PRIu64 " bytes",
                            world_call_name(call), operands[1], sticky,
                            operands[2] - world_fault_error_count() + 1);
}

static int show_network(const uint64_t *operands, struct bytes *line)
{
    static const char *const names[TAPE_NETWORK_COUNT] = {"latency_ms", "loss_percent",
                                                          "duplicate_percent", "reorder_percent"};
    return bytes_add_format(line, " %s %" PRIu64, names[operands[0] % TAPE_NETWORK_COUNT],
                            operands[1]);
}

static int show_seen(const uint64_t *operands, struct bytes *line)
{
    static const char *const names[TAPE_SEEN_COUNT] = {
        "sessions", "bytes_received", "truncated", "recv_sizes", "session", "peers", "ends"};
    enum tape_seen kind = (enum tape_seen)(operands[0] % TAPE_SEEN_COUNT);
    int status = bytes_add_format(line, " %s", names[kind]);
    if (status == 0 && kind >= TAPE_SEEN_SESSION) {
        status = show_client(operands[1], line);
    }
    if (status == 0 && kind == TAPE_SEEN_END) {
        return bytes_add_format(
            line, " %s", session_end_name((enum session_end)(operands[2] % SESSION_FAILURE)));
    }
    return status == 0 && kind < TAPE_SEEN_SESSION
               ? bytes_add_format(line, " %" PRIu64, operands[2])
               : status;
}

static int show_server(const uint64_t *operands, struct bytes *line)
{
    static const char *const words[] = {[PLAN_ACCEPTING_OFF] = "accepting off",
                                        [PLAN_ACCEPTING_ON] = "accepting on",
                                        [PLAN_STOP] = "stop"};
    return bytes_add_format(line, " %s", words[operands[0] % (PLAN_STOP + 1)]);
}

static int show_numbers(const struct tape_event *event, struct bytes *line)
{
    unsigned first = tape_opcode_has_client(event->opcode);
    int status = first ? show_client(event->operands[0], line) : 0;
    for (unsigned i = first; i < tape_opcode_operands(event->opcode) && status == 0; i++) {
        status = bytes_add_format(line, " %" PRIu64, event->operands[i]);
    }
    return status;
}

static int show_operands(const struct tape_event *event, struct bytes *line)
{
    switch ((unsigned)event->opcode) {
    case TAPE_SET:
        return show_setting(event->operands, line);
    case TAPE_FAULT:
        return show_fault(event->operands, line);
    case TAPE_NETWORK:
        return show_network(event->operands, line);
    case TAPE_SEEN:
        return show_seen(event->operands, line);
    case TAPE_SERVER:
        return show_server(event->operands, line);
    default:
        return show_numbers(event, line);
    }
}

static int show_payload(const struct tape_event *event, struct bytes *line)
{
    size_t shown = event->payload_size < SHOWN_BYTES_MAX ? event->payload_size : SHOWN_BYTES_MAX;
    int status = bytes_add_format(line, " %zu bytes \"", event->payload_size);
    for (size_t i = 0; i < shown && status == 0; i++) {
        uint8_t byte = event->payload[i];
        bool plain = byte >= 0x20 && byte < 0x7f && byte != '"' && byte != '\\';
        status = bytes_add_format(line, plain ? "%c" : "\\x%02x", byte);
    }
    return status == 0 ? bytes_add_format(line, shown < event->payload_size ? "\"..." : "\"")
                       : status;
}

int tape_show(const struct tape_event *event, struct bytes *line)
{
    int status = bytes_add_format(line, "%8zu  %s", event->offset, tape_opcode_name(event->opcode));
    if (status == 0) {
        status = show_operands(event, line);
    }
    if (status == 0 && event->payload) {
        status = show_payload(event, line);
    }
    return status == 0 && tape_event_is_injected(event) ? bytes_add_format(line, "  (injected)")
                                                        : status;
}
