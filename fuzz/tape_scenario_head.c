/* SPDX-License-Identifier: MIT */
/* Everything of a scenario but its steps; what is the default is left out. */
#include <string.h>

#include "tape_scenario_internal.h"
#include "world_fault_error.h"

static json_t *option_value(const struct drill_option *option, const struct drill_value *value)
{
    switch (option->type) {
    case DRILL_STRING:
        return writer_text(value->string);
    case DRILL_INTEGER:
        return json_integer(value->integer);
    case DRILL_BOOLEAN:
        return json_boolean(value->integer != 0);
    }
    return NULL;
}

static bool is_fallback(const struct drill_option *option, const struct drill_value *value)
{
    const char *fallback = option->fallback.string;
    if (option->type != DRILL_STRING) {
        return value->integer == option->fallback.integer;
    }
    return !value->string || (fallback && strcmp(value->string, fallback) == 0);
}

static void put_options(struct writer *writer, json_t *server)
{
    json_t *options = json_object();
    for (size_t i = 0; i < writer->plugin->option_count; i++) {
        const struct drill_option *option = &writer->plugin->options[i];
        const struct drill_value *value = &writer->plan->server.values[i];
        if (!is_fallback(option, value)) {
            writer_put(writer, options, option->name, option_value(option, value));
        }
    }
    if (json_object_size(options) > 0) {
        writer_put(writer, server, "options", options);
    } else {
        json_decref(options);
    }
}

static json_t *server_object(struct writer *writer)
{
    const struct plan_server *from = &writer->plan->server;
    bool udp = from->transport == WORLD_UDP;
    json_t *server = json_object();
    writer_put(writer, server, "plugin", writer_text(from->plugin));
    if (udp && writer->plugin->transports & DRILL_TCP) {
        writer_put(writer, server, "transport", json_string("udp"));
    }
    if (from->family == WORLD_IPV6) {
        writer_put(writer, server, "family", json_string("ipv6"));
    }
    for (size_t i = 0; i < PLAN_SETTING_COUNT; i++) {
        const struct plan_setting *setting = plan_setting(i);
        uint32_t number = plan_setting_get(from, i);
        if (number != setting->fallback && !(udp && setting->tcp_only)) {
            writer_put(writer, server, setting->key, json_integer(number));
        }
    }
    if (from->idle_timeout_ms > 0) {
        writer_put(writer, server, "idle_timeout_ms",
                   json_integer((json_int_t)from->idle_timeout_ms));
    }
    put_options(writer, server);
    return server;
}

static json_t *fault_object(struct writer *writer, const struct world_fault_rule *rule)
{
    json_t *fault = json_object();
    writer_put(writer, fault, "call", json_string(world_call_name(rule->call)));
    writer_put(writer, fault, "nth", json_integer((json_int_t)rule->nth));
    if (rule->error != 0) {
        writer_put(writer, fault, "error", json_string(world_error_name(rule->error)));
    } else {
        writer_put(writer, fault, "short", json_integer(rule->short_bytes));
    }
    if (rule->sticky) {
        writer_put(writer, fault, "sticky", json_true());
    }
    return fault;
}

static void put_faults(struct writer *writer, json_t *root)
{
    json_t *faults = json_array();
    for (size_t i = 0; i < writer->plan->fault_count; i++) {
        writer_append(writer, faults, fault_object(writer, &writer->plan->faults[i]));
    }
    if (json_array_size(faults) > 0) {
        writer_put(writer, root, "faults", faults);
    } else {
        json_decref(faults);
    }
}

static void put_network(struct writer *writer, json_t *root)
{
    const struct world_sim_network *from = &writer->plan->network;
    const struct {
        const char *key;
        uint64_t value;
    } keys[] = {{"latency_ms", from->latency_ns / 1000000},
                {"loss_percent", from->loss_percent},
                {"duplicate_percent", from->duplicate_percent},
                {"reorder_percent", from->reorder_percent}};
    json_t *network = json_object();
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        if (keys[i].value > 0) {
            writer_put(writer, network, keys[i].key, json_integer((json_int_t)keys[i].value));
        }
    }
    if (json_object_size(network) > 0) {
        writer_put(writer, root, "network", network);
    } else {
        json_decref(network);
    }
}

static void put_worlds(struct writer *writer, json_t *root)
{
    uint32_t worlds = writer->plan->worlds;
    if (worlds == PLAN_BOTH) {
        return;
    }
    json_t *list = json_array();
    writer_append(writer, list, json_string(worlds == PLAN_KERNEL ? "kernel" : "sim"));
    writer_put(writer, root, "worlds", list);
}

void writer_head(struct writer *writer, json_t *root)
{
    const struct plan *plan = writer->plan;
    if (plan->title && plan->title[0]) {
        writer_put(writer, root, "title", writer_text(plan->title));
    }
    json_t *tags = json_array();
    for (size_t i = 0; i < plan->tag_count; i++) {
        writer_append(writer, tags, writer_text(plan->tags[i]));
    }
    if (plan->tag_count > 0) {
        writer_put(writer, root, "tags", json_incref(tags));
    }
    json_decref(tags);
    put_worlds(writer, root);
    if (plan->expect_failure) {
        writer_put(writer, root, "expect_failure", writer_text(plan->expect_failure));
    }
    writer_put(writer, root, "server", server_object(writer));
    put_faults(writer, root);
    put_network(writer, root);
}
