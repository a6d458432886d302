/* SPDX-License-Identifier: MIT */
/* The `network` object: what the simulated network does to packets. */
#include <stddef.h>
#include <string.h>

#include "scenario_internal.h"

static const char *const network_keys[] = {"latency_ms", "loss_percent", "duplicate_percent",
                                           "reorder_percent", NULL};

static const struct percent_key {
    const char *key;
    size_t offset; /* of a uint32_t in struct world_sim_network */
} percent_keys[] = {
    {"loss_percent", offsetof(struct world_sim_network, loss_percent)},
    {"duplicate_percent", offsetof(struct world_sim_network, duplicate_percent)},
    {"reorder_percent", offsetof(struct world_sim_network, reorder_percent)},
};

static int read_latency(struct scenario_load *load, const json_t *network,
                        const struct scenario_place *at)
{
    struct scenario_place here = scenario_at_key(at, "latency_ms");
    const json_t *value = json_object_get(network, "latency_ms");
    int64_t latency_ms = 0;
    int status =
        value ? scenario_integer(load, value, &here, 0, PLAN_LATENCY_MS_MAX, &latency_ms) : 0;
    load->plan->network.latency_ns = (uint64_t)latency_ms * UINT64_C(1000000);
    return status;
}

static int read_percent(struct scenario_load *load, const json_t *network,
                        const struct scenario_place *at, const struct percent_key *key)
{
    struct scenario_place here = scenario_at_key(at, key->key);
    const json_t *value = json_object_get(network, key->key);
    int64_t percent = 0;
    if (value && load->plan->server.transport == WORLD_TCP) {
        return scenario_refuse_key(load, &here,
                                   "\"%s\" means nothing over TCP, which delivers everything once "
                                   "and in order",
                                   key->key);
    }
    int status = value ? scenario_integer(load, value, &here, 0, 100, &percent) : 0;
    uint32_t narrow = (uint32_t)percent;
    memcpy((char *)&load->plan->network + key->offset, &narrow, sizeof(narrow));
    return status;
}

int scenario_network(struct scenario_load *load, const json_t *network,
                     const struct scenario_place *at)
{
    int status = scenario_closed(load, network, at, network_keys);
    if (status == 0 && json_object_size(network) == 0) {
        return scenario_refuse(load, at, "\"network\" must not be empty: say what it does");
    }
    if (status == 0 && load->plan->worlds != PLAN_SIM) {
        return scenario_refuse_key(load, at,
                                   "only the simulated world has such a \"network\", real loopback "
                                   "does not: it needs \"worlds\": [\"sim\"]");
    }
    if (status == 0) {
        status = read_latency(load, network, at);
    }
    for (size_t i = 0; status == 0 && i < sizeof(percent_keys) / sizeof(percent_keys[0]); i++) {
        status = read_percent(load, network, at, &percent_keys[i]);
    }
    return status;
}
