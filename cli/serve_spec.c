/* SPDX-License-Identifier: MIT */
#include "serve_spec.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "arguments.h"
#include "nearest.h"
#include "plugin_info.h"

#define SERVE_OPTION_PREFIX "option."

/* Where a server key is kept, and what it may be. */
struct serve_key {
    const char *name;
    size_t offset; /* of the uint32_t in struct listener_options */
    uint64_t least, most;
    bool tcp_only;
};

#define SERVE_KEY(name, member, least, most, tcp_only)                                             \
    {                                                                                              \
        name, offsetof(struct listener_options, member), least, most, tcp_only                     \
    }

/* With the ranges that scenarios allow. idle_timeout_ms has no entry: it is the one that is not
 * kept as it is given. */
static const struct serve_key serve_keys[] = {
    SERVE_KEY("recv_buffer", recv_buffer_bytes, 1, 1 << 20, false),
    SERVE_KEY("backlog", backlog, 0, 4096, true),
    SERVE_KEY("sessions_max", sessions_max, 1, SERVE_SESSIONS_MAX, true),
    SERVE_KEY("sessions_total", sessions_total, 1, 1000000000, true),
    SERVE_KEY("messages_per_session", messages_per_session, 1, 1000000000, true),
    SERVE_KEY("send_buffer", send_buffer_bytes, 1, 1 << 26, false),
    SERVE_KEY("reply_max", reply_bytes_max, 1, 1 << 24, false),
};
#define SERVE_KEY_COUNT    (sizeof(serve_keys) / sizeof(serve_keys[0]))
#define SERVE_IDLE_TIMEOUT "idle_timeout_ms"
#define SERVE_IDLE_MS_MAX  UINT64_C(31536000000) /* a year */

/* What a query may name at most: the server keys and the plugin's options. */
#define SERVE_CANDIDATES_MAX (SERVE_KEY_COUNT + 1 + PLUGIN_OPTIONS_MAX)

static int serve_hex(char digit)
{
    const char *digits = "0123456789abcdef";
    char lower = digit >= 'A' && digit <= 'F' ? (char)(digit - 'A' + 'a') : digit;
    const char *found = lower ? strchr(digits, lower) : NULL;
    return found ? (int)(found - digits) : -1;
}

/* RFC 3986, 2.1; in place. */
static int serve_decode(char *text, struct drill_error *error)
{
    char *out = text;
    for (const char *in = text; *in;) {
        if (*in != '%') {
            *out++ = *in++;
            continue;
        }
        int high = serve_hex(in[1]);
        int low = high < 0 ? -1 : serve_hex(in[2]);
        if (low < 0 || (high == 0 && low == 0)) {
            return drill_error_set(error,
                                   "'%.3s' is not a byte: write %%HH with two hexadecimal "
                                   "digits, not 00; a percent sign is %%25",
                                   in);
        }
        *out++ = (char)(high * 16 + low);
        in += 3;
    }
    *out = '\0';
    return 0;
}

static int serve_take_number(const char *key, const char *value, uint64_t least, uint64_t most,
                             uint64_t *number, struct drill_error *error)
{
    if (arguments_number(value, least, most, number) != 0) {
        return drill_error_set(error, "'%s' takes a number from %llu to %llu, not '%.100s'", key,
                               (unsigned long long)least, (unsigned long long)most, value);
    }
    return 0;
}

static int serve_refuse_for_udp(const char *key, struct drill_error *error)
{
    return drill_error_set(error, "'%s' is for TCP: a UDP listener is one session for life", key);
}

/* 1 when `key` is no server key. */
static int serve_take_key(struct serve_spec *spec, const char *key, const char *value,
                          struct drill_error *error)
{
    bool udp = spec->endpoint.transport == WORLD_UDP;
    uint64_t number = 0;
    if (strcmp(key, SERVE_IDLE_TIMEOUT) == 0) {
        int status = udp ? serve_refuse_for_udp(key, error)
                         : serve_take_number(key, value, 1, SERVE_IDLE_MS_MAX, &number, error);
        spec->options.idle_timeout_ns = number * CLOCK_MS;
        return status;
    }
    for (size_t i = 0; i < SERVE_KEY_COUNT; i++) {
        const struct serve_key *known = &serve_keys[i];
        if (strcmp(key, known->name) != 0) {
            continue;
        }
        if (udp && known->tcp_only) {
            return serve_refuse_for_udp(key, error);
        }
        int status = serve_take_number(key, value, known->least, known->most, &number, error);
        uint32_t kept = (uint32_t)number;
        memcpy((char *)&spec->options + known->offset, &kept, status == 0 ? sizeof(kept) : 0);
        return status;
    }
    return 1;
}

static int serve_refuse_key(const struct serve_spec *spec, const char *key,
                            struct drill_error *error)
{
    const char *names[SERVE_CANDIDATES_MAX] = {SERVE_IDLE_TIMEOUT};
    size_t count = 1;
    for (size_t i = 0; i < SERVE_KEY_COUNT; i++) {
        names[count++] = serve_keys[i].name;
    }
    const struct drill_descriptor *plugin = &spec->plugin->descriptor;
    for (size_t i = 0; i < plugin->option_count && count < SERVE_CANDIDATES_MAX; i++) {
        names[count++] = plugin->options[i].name;
    }
    const char *near = nearest_name(key, names, count);
    return drill_error_set(error, "'%.100s' is neither a server key nor an option of '%s'%s%s%s",
                           key, plugin->name, near ? "; did you mean '" : "", near ? near : "",
                           near ? "'?" : "");
}

static int serve_take_option(struct serve_spec *spec, const char *key, const char *value,
                             struct drill_error *error)
{
    const struct drill_descriptor *plugin = &spec->plugin->descriptor;
    size_t prefix = strlen(SERVE_OPTION_PREFIX);
    const char *name = strncmp(key, SERVE_OPTION_PREFIX, prefix) == 0 ? key + prefix : key;
    for (size_t i = 0; i < plugin->option_count; i++) {
        if (strcmp(plugin->options[i].name, name) == 0) {
            return plugin_option_parse(&plugin->options[i], value, &spec->values[i], error);
        }
    }
    return serve_refuse_key(spec, key, error);
}

static int serve_take_pair(struct serve_spec *spec, char *pair, struct drill_error *error)
{
    char *equals = strchr(pair, '=');
    if (!equals || equals == pair) {
        return drill_error_set(error, "'%.100s' is not KEY=VALUE", pair);
    }
    *equals = '\0';
    int status = serve_decode(equals + 1, error);
    if (status == 0) {
        status = serve_take_key(spec, pair, equals + 1, error);
    }
    return status == 1 ? serve_take_option(spec, pair, equals + 1, error) : status;
}

/* A key that stands there twice would leave one of its values without effect. */
static int serve_refuse_twice(const char *query, struct drill_error *error)
{
    for (const char *key = query; key; key = strchr(key, '&') ? strchr(key, '&') + 1 : NULL) {
        size_t size = strcspn(key, "=&");
        const char *other = strchr(key, '&');
        for (; other; other = strchr(other, '&')) {
            other++;
            if (strncmp(key, other, size) == 0 && strcspn(other, "=&") == size) {
                return drill_error_set(error, "'%.*s' is given twice", (int)size, key);
            }
        }
    }
    return 0;
}

static int serve_take_query(struct serve_spec *spec, struct drill_error *error)
{
    if (!spec->endpoint.query) {
        return 0;
    }
    int status = serve_refuse_twice(spec->endpoint.query, error);
    spec->query = strdup(spec->endpoint.query);
    if (!spec->query) {
        drill_error_set(error, "there is not enough memory");
        return -ENOMEM;
    }
    char *rest = spec->query;
    while (status == 0 && rest) {
        char *pair = strsep(&rest, "&");
        status = serve_take_pair(spec, pair, error);
    }
    return status;
}

/* The plugin's name ends at the last '@' in front of the endpoint's scheme. */
static int serve_split(struct serve_spec *spec, struct drill_error *error)
{
    const char *scheme = strstr(spec->text, "://");
    const char *at = scheme ? memrchr(spec->text, '@', (size_t)(scheme - spec->text)) : NULL;
    if (!at || at == spec->text) {
        return drill_error_set(error, "write PLUGIN@tcp://HOST:PORT or PLUGIN@udp://HOST:PORT");
    }
    spec->plugin_name = strndup(spec->text, (size_t)(at - spec->text));
    if (!spec->plugin_name) {
        drill_error_set(error, "there is not enough memory");
        return -ENOMEM;
    }
    return endpoint_parse(at + 1, &spec->endpoint, error);
}

/* A child process loads the plugin first: one that crashes is refused like any other bad one. */
static int serve_load(struct serve_spec *spec, struct plugin_catalog *catalog,
                      struct drill_error *error)
{
    const struct plugin_info *info = NULL;
    int status = plugin_catalog_find(catalog, spec->plugin_name, ".", &info, error);
    if (status == 0) {
        status = plugin_load(info->path, &spec->plugin, error);
    }
    if (status != 0) {
        return status;
    }
    const struct drill_descriptor *plugin = &spec->plugin->descriptor;
    uint32_t transport = spec->endpoint.transport == WORLD_UDP ? DRILL_UDP : DRILL_TCP;
    if (!(plugin->transports & transport)) {
        return drill_error_set(error, "plugin '%s' does not serve %s", plugin->name,
                               endpoint_scheme(spec->endpoint.transport));
    }
    spec->values = calloc(plugin->option_count + 1, sizeof(*spec->values));
    if (!spec->values) {
        drill_error_set(error, "there is not enough memory");
        return -ENOMEM;
    }
    for (size_t i = 0; i < plugin->option_count; i++) {
        spec->values[i] = plugin->options[i].fallback;
    }
    return 0;
}

static void serve_fill(struct serve_spec *spec, uint32_t sessions_max)
{
    spec->options = (struct listener_options){
        .plugin = spec->plugin,
        .values = spec->values,
        .seed = 1,
        .transport = spec->endpoint.transport,
        .address = spec->endpoint.address,
        .recv_buffer_bytes = 1024,
        .backlog = SERVE_BACKLOG_DEFAULT,
        .sessions_max = sessions_max,
        .sessions_total = LISTENER_UNLIMITED,
        .messages_per_session = LISTENER_UNLIMITED,
        .reply_bytes_max = 65536,
        .socket = -1,
    };
}

int serve_spec_parse(struct serve_spec *spec, const char *text, struct plugin_catalog *catalog,
                     uint32_t sessions_max, struct drill_error *error)
{
    *spec = (struct serve_spec){.text = text};
    int status = serve_split(spec, error);
    if (status == 0) {
        status = serve_load(spec, catalog, error);
    }
    if (status == 0) {
        serve_fill(spec, sessions_max);
        status = serve_take_query(spec, error);
    }
    return status;
}

void serve_spec_fini(struct serve_spec *spec)
{
    free(spec->values);
    free(spec->query);
    free(spec->plugin_name);
    plugin_free(spec->plugin);
}
