/* SPDX-License-Identifier: MIT */
/* The lists `faults`: which calls of the server fail, and how. */
#include <errno.h>
#include <string.h>

#include "scenario_internal.h"
#include "world_fault_error.h"

/* In the order of world_fault_call. */
static const char *const call_words[] = {"accept", "recv", "recvfrom", "send", "sendto", NULL};
#define FAULT_ERROR_MAX 32

/* A fault that is being read: its `call` is an index of call_words. */
struct fault {
    const json_t *value;
    const struct scenario_place *at;
    size_t call;
    const struct world_fault_error *error; /* NULL: a short count */
    struct world_fault_rule *rule;
};

static int require(struct scenario_load *load, const struct fault *fault, const char *key)
{
    return json_object_get(fault->value, key)
               ? 0
               : scenario_refuse(load, fault->at, "a fault needs \"%s\"", key);
}

static int fault_call(struct scenario_load *load, struct fault *fault)
{
    static const uint32_t over_tcp = WORLD_FAULT_ACCEPT | WORLD_FAULT_RECV | WORLD_FAULT_SEND;
    struct scenario_place here = scenario_at_key(fault->at, "call");
    bool udp = load->plan->server.transport == WORLD_UDP;
    int status = require(load, fault, "call");
    if (status == 0) {
        status = scenario_word(load, json_object_get(fault->value, "call"), &here, call_words,
                               &fault->call);
    }
    if (status != 0) {
        return status;
    }
    fault->rule->call = world_fault_call(fault->call);
    const char *word = call_words[fault->call];
    bool streams = over_tcp & (1u << fault->call);
    if (udp && fault->rule->call == WORLD_CALL_ACCEPT) {
        return scenario_refuse(load, &here,
                               "a UDP server calls \"recvfrom\" and \"sendto\"; it has no "
                               "connections to accept");
    }
    if (udp == streams) {
        bool receives = strncmp(word, "recv", 4) == 0;
        return scenario_refuse(load, &here, "a %s server calls \"%s\", not \"%s\"",
                               udp ? "UDP" : "TCP",
                               receives ? udp ? "recvfrom" : "recv"
                               : udp    ? "sendto"
                                        : "send",
                               word);
    }
    return 0;
}

static int fault_nth(struct scenario_load *load, struct fault *fault)
{
    struct scenario_place here = scenario_at_key(fault->at, "nth");
    int64_t nth = 0;
    int status = require(load, fault, "nth");
    if (status == 0) {
        status = scenario_integer(load, json_object_get(fault->value, "nth"), &here, 1,
                                  WORLD_FAULT_NTH_MAX, &nth);
    }
    fault->rule->nth = (uint64_t)nth;
    return status;
}

/* An error that another call has is told apart from one that is misspelt. */
static int check_whose_error(struct scenario_load *load, const struct fault *fault,
                             const char *name, const struct scenario_place *at)
{
    for (size_t i = 0; name && i < world_fault_error_count(); i++) {
        const struct world_fault_error *error = world_fault_error(i);
        if (strcmp(error->name, name) != 0 || error->calls & (1u << fault->call)) {
            continue;
        }
        size_t other = 0;
        while (!(error->calls & (1u << other))) {
            other++;
        }
        return scenario_refuse(load, at, "\"%s\" does not fail with %s, as \"%s\" does",
                               call_words[fault->call], name, call_words[other]);
    }
    return 0;
}

static int fault_error(struct scenario_load *load, struct fault *fault, const json_t *value)
{
    struct scenario_place here = scenario_at_key(fault->at, "error");
    const struct world_fault_error *errors[FAULT_ERROR_MAX];
    const char *words[FAULT_ERROR_MAX + 1];
    size_t count = 0, word = 0;
    ASSERT(world_fault_error_count() <= FAULT_ERROR_MAX);
    for (size_t i = 0; i < world_fault_error_count(); i++) {
        if (world_fault_error(i)->calls & (1u << fault->call)) {
            errors[count] = world_fault_error(i);
            words[count++] = world_fault_error(i)->name;
        }
    }
    words[count] = NULL;
    int status = check_whose_error(load, fault, json_string_value(value), &here);
    if (status == 0) {
        status = scenario_word(load, value, &here, words, &word);
    }
    if (status == 0) {
        fault->error = errors[word];
        fault->rule->error = fault->error->error;
    }
    return status;
}

static int fault_short(struct scenario_load *load, struct fault *fault, const json_t *value)
{
    struct scenario_place here = scenario_at_key(fault->at, "short");
    uint32_t buffer = load->plan->server.recv_buffer_bytes;
    int64_t bytes = 0;
    if (!((WORLD_FAULT_RECV | WORLD_FAULT_SEND) & (1u << fault->call))) {
        return scenario_refuse_key(load, &here,
                                   "\"short\" goes with \"recv\" and \"send\", not with \"%s\"",
                                   call_words[fault->call]);
    }
    int status = scenario_integer(load, value, &here, 1, WORLD_FAULT_SHORT_MAX, &bytes);
    if (status == 0 && fault->rule->call == WORLD_CALL_RECV && bytes >= buffer) {
        return scenario_refuse(load, &here,
                               "no receive is cut short at %lld bytes: \"recv_buffer\" lets it "
                               "take at most %u",
                               (long long)bytes, buffer);
    }
    fault->rule->short_bytes = (uint32_t)bytes;
    return status;
}

static int fault_effect(struct scenario_load *load, struct fault *fault)
{
    const json_t *error = json_object_get(fault->value, "error");
    const json_t *bytes = json_object_get(fault->value, "short");
    if (!error == !bytes) {
        return scenario_refuse(load, fault->at,
                               error ? "a fault has either an \"error\" or a \"short\", not both"
                                     : "a fault needs an \"error\" or a \"short\"");
    }
    return error ? fault_error(load, fault, error) : fault_short(load, fault, bytes);
}

static int fault_sticky(struct scenario_load *load, struct fault *fault)
{
    struct scenario_place here = scenario_at_key(fault->at, "sticky");
    const json_t *value = json_object_get(fault->value, "sticky");
    int status = value ? scenario_boolean(load, value, &here, &fault->rule->sticky) : 0;
    if (status == 0 && fault->rule->sticky && fault->error &&
        fault->error->again & (1u << fault->call)) {
        return scenario_refuse(load, &here,
                               "after %s the server calls \"%s\" again at once: were it "
                               "\"sticky\", the run would never end",
                               fault->error->name, call_words[fault->call]);
    }
    return status;
}

static int check_hidden(struct scenario_load *load, const struct fault *fault,
                        const struct world_fault_rule *rules, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (world_fault_hides(&rules[i], fault->rule)) {
            return scenario_refuse(load, fault->at,
                                   "this fault could never happen: entry %zu of \"faults\" takes "
                                   "the same \"%s\" before it",
                                   i, call_words[fault->call]);
        }
    }
    return 0;
}

static int read_fault(struct scenario_load *load, struct fault *fault)
{
    static const char *const keys[] = {"call", "nth", "error", "short", "sticky", NULL};
    int (*const parts[])(struct scenario_load *, struct fault *) = {fault_call, fault_nth,
                                                                    fault_effect, fault_sticky};
    int status = scenario_closed(load, fault->value, fault->at, keys);
    for (size_t i = 0; status == 0 && i < sizeof(parts) / sizeof(parts[0]); i++) {
        status = parts[i](load, fault);
    }
    return status;
}

int scenario_faults(struct scenario_load *load, const json_t *faults,
                    const struct scenario_place *at)
{
    int status = scenario_list(load, faults, at, "faults");
    if (status != 0) {
        return status;
    }
    size_t count = json_array_size(faults);
    if (count > WORLD_FAULT_RULES_MAX) {
        return scenario_refuse(load, at, "\"faults\" holds at most %d faults, not %zu",
                               WORLD_FAULT_RULES_MAX, count);
    }
    struct world_fault_rule *rules = scenario_alloc(load, count, sizeof(*rules));
    if (!rules) {
        return -ENOMEM;
    }
    for (size_t i = 0; i < count && status == 0; i++) {
        struct scenario_place entry = scenario_at_index(at, i);
        struct fault fault = {.value = json_array_get(faults, i), .at = &entry, .rule = &rules[i]};
        status = read_fault(load, &fault);
        if (status == 0) {
            status = check_hidden(load, &fault, rules, i);
        }
    }
    load->plan->faults = rules;
    load->plan->fault_count = count;
    return status;
}
