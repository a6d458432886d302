/* SPDX-License-Identifier: MIT */
/* `expect_server`: what the server is expected to have seen. */
#include <errno.h>
#include <string.h>

#include "scenario_internal.h"

static const char *const server_keys[] = {"sessions", "bytes_received", "recv_sizes",
                                          "session",  "truncated",      "peers",
                                          "ends",     "alive",          NULL};

static int refuse_transport(struct scenario_load *load, const json_t *value,
                            const struct scenario_place *at)
{
    static const char *const stream_keys[] = {"sessions", "session", "ends"};
    bool udp = load->plan->server.transport == WORLD_UDP;
    for (size_t i = 0; udp && i < sizeof(stream_keys) / sizeof(stream_keys[0]); i++) {
        struct scenario_place here = scenario_at_key(at, stream_keys[i]);
        if (json_object_get(value, stream_keys[i])) {
            return scenario_refuse_key(
                load, &here,
                "\"%s\" means nothing over UDP, whose listener is one session for life",
                stream_keys[i]);
        }
    }
    struct scenario_place here = scenario_at_key(at, "truncated");
    if (!udp && json_object_get(value, "truncated")) {
        return scenario_refuse_key(load, &here,
                                   "\"truncated\" counts datagrams: it means nothing over TCP");
    }
    return 0;
}

static int read_count(struct scenario_load *load, const json_t *value,
                      const struct scenario_place *at, const char *key, bool *has, uint64_t *count)
{
    struct scenario_place here = scenario_at_key(at, key);
    const json_t *given = json_object_get(value, key);
    int64_t number = 0;
    if (!given) {
        return 0;
    }
    int status = scenario_integer(load, given, &here, 0, SCENARIO_COUNT_MAX, &number);
    *has = true;
    *count = (uint64_t)number;
    return status;
}

static int read_sizes(struct scenario_load *load, const json_t *value,
                      const struct scenario_place *at, struct plan_expect_server *made)
{
    struct scenario_place here = scenario_at_key(at, "recv_sizes");
    const json_t *list = json_object_get(value, "recv_sizes");
    bool udp = load->plan->server.transport == WORLD_UDP;
    char text[96];
    if (!list) {
        return 0;
    }
    if (!json_is_array(list)) {
        return scenario_refuse(load, &here, "\"recv_sizes\" must be a list of sizes, not %s",
                               scenario_describe(list, text));
    }
    size_t count = json_array_size(list);
    size_t most = udp ? scenario_datagram_bytes_max(load) : load->plan->server.recv_buffer_bytes;
    uint64_t *sizes = scenario_alloc(load, count, sizeof(*sizes));
    int status = sizes ? 0 : -ENOMEM;
    for (size_t i = 0; i < count && status == 0; i++) {
        struct scenario_place entry = scenario_at_index(&here, i);
        int64_t size = 0;
        status = scenario_integer(load, json_array_get(list, i), &entry, udp ? 0 : 1, (int64_t)most,
                                  &size);
        sizes[i] = (uint64_t)size;
    }
    made->has_recv_sizes = true;
    made->recv_sizes = sizes;
    made->recv_size_count = count;
    return status;
}

static int read_session(struct scenario_load *load, const json_t *value,
                        const struct scenario_place *at, struct plan_expect_server *made)
{
    struct scenario_place here = scenario_at_key(at, "session");
    const json_t *name = json_object_get(value, "session");
    made->session = PLAN_NONE;
    if (!name) {
        return 0;
    }
    if (!made->has_bytes_received && !made->has_recv_sizes) {
        return scenario_refuse_key(load, &here,
                                   "\"session\" goes with \"recv_sizes\" or \"bytes_received\"");
    }
    return scenario_client(load, name, &here, &made->session);
}

static int read_peers(struct scenario_load *load, const json_t *value,
                      const struct scenario_place *at, struct plan_expect_server *made)
{
    struct scenario_place here = scenario_at_key(at, "peers");
    const json_t *list = json_object_get(value, "peers");
    if (!list) {
        return 0;
    }
    int status = scenario_list(load, list, &here, "clients");
    size_t count = status == 0 ? json_array_size(list) : 0;
    uint32_t *peers = scenario_alloc(load, count, sizeof(*peers));
    if (!peers) {
        return -ENOMEM;
    }
    for (size_t i = 0; i < count && status == 0; i++) {
        struct scenario_place entry = scenario_at_index(&here, i);
        status = scenario_client(load, json_array_get(list, i), &entry, &peers[i]);
    }
    made->has_peers = true;
    made->peers = peers;
    made->peer_count = count;
    return status;
}

static int read_end(struct scenario_load *load, const json_t *value,
                    const struct scenario_place *at, enum session_end *end)
{
    /* A session that ended because the plugin failed fails the run whatever is expected. */
    static const char *words[SESSION_FAILURE + 1];
    for (int i = 0; i < SESSION_FAILURE; i++) {
        words[i] = session_end_name((enum session_end)i);
    }
    size_t word = 0;
    int status = scenario_word(load, value, at, words, &word);
    *end = (enum session_end)word;
    return status;
}

static int read_ends(struct scenario_load *load, const json_t *value,
                     const struct scenario_place *at, struct plan_expect_server *made)
{
    struct scenario_place here = scenario_at_key(at, "ends");
    const json_t *object = json_object_get(value, "ends");
    char text[96];
    if (!object) {
        return 0;
    }
    if (!json_is_object(object) || json_object_size(object) == 0) {
        return scenario_refuse(
            load, &here, "\"ends\" must be an object such as {\"client\": \"eof\"}, not %s",
            json_is_object(object) ? "an empty one" : scenario_describe(object, text));
    }
    struct plan_expected_end *ends = scenario_alloc(load, json_object_size(object), sizeof(*ends));
    if (!ends) {
        return -ENOMEM;
    }
    made->ends = ends;
    const char *name;
    json_t *end;
    json_object_foreach((json_t *)object, name, end)
    {
        struct scenario_place entry = scenario_at_key(&here, name);
        struct plan_expected_end *next = &ends[made->end_count++];
        json_t *client = json_string(name);
        int status = client ? scenario_client(load, client, &entry, &next->client) : -ENOMEM;
        json_decref(client);
        if (status == 0) {
            status = read_end(load, end, &entry, &next->end);
        }
        if (status != 0) {
            return status;
        }
    }
    return 0;
}

static int read_alive(struct scenario_load *load, const json_t *value,
                      const struct scenario_place *at, struct plan_expect_server *made)
{
    struct scenario_place here = scenario_at_key(at, "alive");
    const json_t *alive = json_object_get(value, "alive");
    int status = alive ? scenario_boolean(load, alive, &here, &made->alive) : 0;
    if (status == 0 && alive && !made->alive) {
        return scenario_refuse(load, &here,
                               "\"alive\" must be true: a dead server is a crash verdict");
    }
    if (status == 0 && alive && load->plan->server.sessions_total != PLAN_NONE) {
        return scenario_refuse(load, &here,
                               "\"alive\" connects once more, which would use up one of the "
                               "server's \"sessions_total\"");
    }
    return status;
}

int scenario_expect_server(struct scenario_load *load, const json_t *value,
                           const struct scenario_place *at, struct plan_step *step)
{
    struct scenario_place here = scenario_at_key(at, "expect_server");
    struct plan_expect_server *made = scenario_alloc(load, 1, sizeof(*made));
    if (!made) {
        return -ENOMEM;
    }
    step->expect_server = made;
    int status = scenario_closed(load, value, &here, server_keys);
    if (status == 0 && json_object_size(value) == 0) {
        return scenario_refuse(load, &here, "an empty \"expect_server\" asserts nothing");
    }
    if (status == 0) {
        status = refuse_transport(load, value, &here);
    }
    if (status == 0) {
        status = read_count(load, value, &here, "sessions", &made->has_sessions, &made->sessions);
    }
    if (status == 0) {
        status = read_count(load, value, &here, "bytes_received", &made->has_bytes_received,
                            &made->bytes_received);
    }
    if (status == 0) {
        status =
            read_count(load, value, &here, "truncated", &made->has_truncated, &made->truncated);
    }
    int (*const parts[])(struct scenario_load *, const json_t *, const struct scenario_place *,
                         struct plan_expect_server *) = {read_sizes, read_session, read_peers,
                                                         read_ends, read_alive};
    for (size_t i = 0; status == 0 && i < sizeof(parts) / sizeof(parts[0]); i++) {
        status = parts[i](load, value, &here, made);
    }
    return status == 0 ? scenario_check_memory(load, &here) : status;
}
