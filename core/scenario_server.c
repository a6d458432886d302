/* SPDX-License-Identifier: MIT */
/* The `server` object: every key, its range and its default. */
#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "nearest.h"
#include "plan_setting.h"
#include "scenario_internal.h"

static const char *const server_keys[] = {
    "plugin",
    "options",
    "transport",
    "family",
    "recv_buffer",
    "backlog",
    "sessions_max",
    "sessions_total",
    "messages_per_session",
    "idle_timeout_ms",
    "send_buffer",
    "reply_max",
    NULL,
};

static const char *const transport_words[] = {"tcp", "udp", NULL};
static const char *const family_words[] = {"ipv4", "ipv6", NULL};

static int refuse_reserved(struct scenario_load *load, const json_t *server,
                           const struct scenario_place *at)
{
    static const char *const reserved[] = {"external", "command"};
    for (size_t i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++) {
        struct scenario_place here = scenario_at_key(at, reserved[i]);
        if (json_object_get(server, reserved[i])) {
            return scenario_refuse_key(load, &here,
                                       "\"%s\" is reserved: it is not available in this version",
                                       reserved[i]);
        }
    }
    return 0;
}

static int server_numbers(struct scenario_load *load, const json_t *server,
                          const struct scenario_place *at, struct plan_server *made)
{
    for (size_t i = 0; i < PLAN_SETTING_COUNT; i++) {
        const struct plan_setting *key = plan_setting(i);
        struct scenario_place here = scenario_at_key(at, key->key);
        const json_t *value = json_object_get(server, key->key);
        int64_t number = key->fallback;
        if (value && key->tcp_only && made->transport == WORLD_UDP) {
            return scenario_refuse_key(load, &here, "\"%s\" means nothing over UDP", key->key);
        }
        if (value) {
            int status = scenario_integer(load, value, &here, key->minimum, key->maximum, &number);
            if (status != 0) {
                return status;
            }
        }
        plan_setting_put(made, i, (uint32_t)number);
    }
    return 0;
}

static int server_idle(struct scenario_load *load, const json_t *server,
                       const struct scenario_place *at, struct plan_server *made)
{
    struct scenario_place here = scenario_at_key(at, "idle_timeout_ms");
    const json_t *value = json_object_get(server, "idle_timeout_ms");
    int64_t number = 0;
    if (value && made->transport == WORLD_UDP) {
        return scenario_refuse_key(
            load, &here,
            "\"idle_timeout_ms\" means nothing over UDP, whose listener is one session for life");
    }
    int status = value ? scenario_integer(load, value, &here, 1, SCENARIO_MS_MAX, &number) : 0;
    made->idle_timeout_ms = (uint64_t)number;
    return status;
}

static int server_transport(struct scenario_load *load, const json_t *server,
                            const struct scenario_place *at, struct plan_server *made)
{
    struct scenario_place here = scenario_at_key(at, "transport");
    const json_t *value = json_object_get(server, "transport");
    size_t word = load->plugin->transports & DRILL_TCP ? 0 : 1;
    int status = value ? scenario_word(load, value, &here, transport_words, &word) : 0;
    if (status != 0) {
        return status;
    }
    uint32_t needed = word == 0 ? DRILL_TCP : DRILL_UDP;
    if (!(load->plugin->transports & needed)) {
        return scenario_refuse(load, &here, "the plugin \"%s\" does not serve %s",
                               load->plugin->name, word == 0 ? "TCP" : "UDP");
    }
    made->transport = word == 0 ? WORLD_TCP : WORLD_UDP;
    return 0;
}

static int server_family(struct scenario_load *load, const json_t *server,
                         const struct scenario_place *at, struct plan_server *made)
{
    struct scenario_place here = scenario_at_key(at, "family");
    const json_t *value = json_object_get(server, "family");
    size_t word = 0;
    int status = value ? scenario_word(load, value, &here, family_words, &word) : 0;
    made->family = word == 0 ? WORLD_IPV4 : WORLD_IPV6;
    return status;
}

/* The folder where a plugin's relative path starts is the one of the file that says it. */
static const char *plugin_folder(const struct scenario_load *load)
{
    const json_t *own = json_object_get(load->source->root, "server");
    bool inherited = load->defaults && !json_object_get(own, "plugin");
    return inherited ? load->defaults->folder : load->source->folder;
}

static int server_plugin(struct scenario_load *load, const json_t *server,
                         const struct scenario_place *at, struct plan_server *made)
{
    struct scenario_place here = scenario_at_key(at, "plugin");
    const json_t *value = json_object_get(server, "plugin");
    const char *name = NULL;
    if (!value) {
        return scenario_refuse(load, at, "\"server\" needs a \"plugin\"");
    }
    int status = scenario_string(load, value, &here, false, &name);
    if (status != 0) {
        return status;
    }
    struct drill_error error = {0};
    status =
        load->plugins->find(load->plugins->owner, name, plugin_folder(load), &load->plugin, &error);
    if (status != 0) {
        return status == -ENOMEM ? status : scenario_refuse(load, &here, "%s", error.sentence);
    }
    made->plugin = scenario_keep(load, name);
    made->plugin_path = scenario_keep(load, load->plugin->path ? load->plugin->path : "");
    made->plugin_version = scenario_keep(load, load->plugin->version);
    return made->plugin && made->plugin_path && made->plugin_version ? 0 : -ENOMEM;
}

static int option_integer(struct scenario_load *load, const json_t *value,
                          const struct scenario_place *at, const struct drill_option *option,
                          int64_t *number)
{
    bool any = option->minimum == 0 && option->maximum == 0;
    return scenario_integer(load, value, at, any ? INT64_MIN : option->minimum,
                            any ? INT64_MAX : option->maximum, number);
}

static int option_value(struct scenario_load *load, const json_t *value,
                        const struct scenario_place *at, const struct drill_option *option,
                        struct drill_value *made)
{
    int status = 0;
    bool truth = false;
    const char *string = NULL;
    switch (option->type) {
    case DRILL_STRING:
        status = scenario_string(load, value, at, true, &string);
        made->string = status == 0 ? scenario_keep(load, string) : NULL;
        return status == 0 && !made->string ? -ENOMEM : status;
    case DRILL_INTEGER:
        return option_integer(load, value, at, option, &made->integer);
    case DRILL_BOOLEAN:
        status = scenario_boolean(load, value, at, &truth);
        made->integer = truth;
        return status;
    }
    return scenario_refuse(load, at, "the plugin declares no type for this option");
}

static int refuse_option(struct scenario_load *load, const char *name,
                         const struct scenario_place *at)
{
    const char *names[64];
    size_t count = 0;
    while (count < load->plugin->option_count && count < 64) {
        names[count] = load->plugin->options[count].name;
        count++;
    }
    const char *near = nearest_name(name, names, count);
    if (near) {
        return scenario_refuse_key(
            load, at, "the plugin \"%s\" has no option \"%.80s\"; did you mean \"%s\"?",
            load->plugin->name, name, near);
    }
    return scenario_refuse_key(load, at, "the plugin \"%s\" has no option \"%.80s\"",
                               load->plugin->name, name);
}

static int server_fallbacks(struct scenario_load *load, struct drill_value *values)
{
    for (size_t i = 0; i < load->plugin->option_count; i++) {
        values[i] = load->plugin->options[i].fallback;
        if (values[i].string) {
            values[i].string = scenario_keep(load, values[i].string);
            if (!values[i].string) {
                return -ENOMEM;
            }
        }
    }
    return 0;
}

static size_t option_find(const struct plugin_info *plugin, const char *name)
{
    size_t i = 0;
    while (i < plugin->option_count && strcmp(plugin->options[i].name, name) != 0) {
        i++;
    }
    return i;
}

static int server_options(struct scenario_load *load, const json_t *server,
                          const struct scenario_place *at, struct plan_server *made)
{
    struct scenario_place here = scenario_at_key(at, "options");
    const json_t *options = json_object_get(server, "options");
    size_t count = load->plugin->option_count;
    struct drill_value *values = scenario_alloc(load, count, sizeof(*values));
    if (!values || server_fallbacks(load, values) != 0) {
        return -ENOMEM;
    }
    made->values = values;
    made->value_count = count;
    char text[96];
    if (options && !json_is_object(options)) {
        return scenario_refuse(load, &here, "\"options\" must be an object, not %s",
                               scenario_describe(options, text));
    }
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)options, name, value)
    {
        struct scenario_place option = scenario_at_key(&here, name);
        size_t i = option_find(load->plugin, name);
        if (i == count) {
            return refuse_option(load, name, &option);
        }
        int status = option_value(load, value, &option, &load->plugin->options[i], &values[i]);
        if (status != 0) {
            return status;
        }
    }
    return 0;
}

int scenario_server(struct scenario_load *load, const json_t *server,
                    const struct scenario_place *at)
{
    struct plan_server *made = &load->plan->server;
    int (*const parts[])(struct scenario_load *, const json_t *, const struct scenario_place *,
                         struct plan_server *) = {server_plugin,  server_transport, server_family,
                                                  server_numbers, server_idle,      server_options};
    int status = refuse_reserved(load, server, at);
    if (status == 0) {
        status = scenario_closed(load, server, at, server_keys);
    }
    for (size_t i = 0; status == 0 && i < sizeof(parts) / sizeof(parts[0]); i++) {
        status = parts[i](load, server, at, made);
    }
    return status;
}

/* A value that mentions a matrix name can only be checked where the matrix is. */
static bool is_plain(const json_t *value)
{
    return !json_is_string(value) || !strchr(json_string_value(value), '$');
}

int scenario_server_defaults(struct scenario_load *load, const json_t *server,
                             const struct scenario_place *at)
{
    int status = refuse_reserved(load, server, at);
    if (status == 0) {
        status = scenario_closed(load, server, at, server_keys);
    }
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)server, key, value)
    {
        struct scenario_place here = scenario_at_key(at, key);
        size_t word;
        int64_t number;
        const char *string;
        if (status != 0 || !is_plain(value)) {
            continue;
        }
        if (strcmp(key, "transport") == 0) {
            status = scenario_word(load, value, &here, transport_words, &word);
        } else if (strcmp(key, "family") == 0) {
            status = scenario_word(load, value, &here, family_words, &word);
        } else if (strcmp(key, "plugin") == 0) {
            status = scenario_string(load, value, &here, false, &string);
        } else if (strcmp(key, "idle_timeout_ms") == 0) {
            status = scenario_integer(load, value, &here, 1, SCENARIO_MS_MAX, &number);
        }
        for (size_t i = 0; status == 0 && i < PLAN_SETTING_COUNT; i++) {
            if (strcmp(key, plan_setting(i)->key) == 0) {
                status = scenario_integer(load, value, &here, plan_setting(i)->minimum,
                                          plan_setting(i)->maximum, &number);
            }
        }
    }
    return status;
}
