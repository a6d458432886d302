/* SPDX-License-Identifier: MIT */
/* sockdrill serve: plugins on real sockets, any number of listeners in one loop. */
#include <argp.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "arguments.h"
#include "command.h"
#include "output.h"
#include "plugin_path.h"
#include "serve_spec.h"
#include "server.h"
#include "stop.h"

#define SERVE_DRAIN_NS (5 * CLOCK_S)

enum { SERVE_PLUGIN_PATH = 256 };

struct serve {
    struct arguments specs_text, folders;
    bool verbose;
    struct serve_spec *specs; /* one per text */
    size_t spec_count;
    struct world *world;
    struct loop loop;
    struct run_clock clock;
    struct server server;
    struct loop_watch stop_watch;
    bool stop_seen;
};

static const struct argp_option serve_options[] = {
    {"plugin-path", SERVE_PLUGIN_PATH, "DIR", 0,
     "look for plugins in DIR first (a list with ':'; may be given more than once)", 0},
    {"verbose", 'v', 0, 0, "log sessions and what plugins say to standard error", 0},
    {0},
};

static error_t serve_parse(int key, char *argument, struct argp_state *state)
{
    struct serve *serve = state->input;
    switch (key) {
    case SERVE_PLUGIN_PATH:
        arguments_add(&serve->folders, argument);
        return 0;
    case 'v':
        serve->verbose = true;
        return 0;
    case ARGP_KEY_ARG:
        arguments_add(&serve->specs_text, argument);
        return 0;
    case ARGP_KEY_NO_ARGS:
        argp_error(state, "name a plugin and where to serve it, such as "
                          "uppercase@tcp://127.0.0.1:9000");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp serve_argp = {
    .options = serve_options,
    .parser = serve_parse,
    .args_doc = "PLUGIN@ENDPOINT...",
    .doc =
        "Serves plugins to real peers, all listeners in one loop, until SIGINT or SIGTERM.\v"
        "An endpoint is tcp://HOST:PORT or udp://HOST:PORT. HOST is an address, [IPv6] in "
        "brackets; without one it is 127.0.0.1. Port 0 takes a free one; the line `listening ...` "
        "on standard output says which. Settings follow as ?KEY=VALUE&KEY=VALUE: recv_buffer, "
        "backlog, sessions_max, sessions_total, messages_per_session, idle_timeout_ms, "
        "send_buffer, reply_max, or an option of the plugin. See sockdrill(1).",
};

/* One line to standard error about a session. */
static void serve_log(struct listener *listener, uint64_t session, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void serve_log(struct listener *listener, uint64_t session, const char *format, ...)
{
    char message[3072];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof(message), format, arguments);
    va_end(arguments);
    struct world_address address = listener_address(listener);
    char place[WORLD_ADDRESS_TEXT];
    output_complain("%s@%s session %llu: %s", listener_plugin(listener)->plugin->descriptor.name,
                    world_address_text(&address, place), (unsigned long long)session, message);
}

/* A UDP listener's one session is no event for a person. */
static bool serve_is_peer(const struct serve *serve, const struct session *session)
{
    struct listener *listener = session_listener(session);
    return serve->verbose && listener_plugin(listener)->transport == DRILL_TCP;
}

static void serve_accepted(void *owner, struct session *session)
{
    if (serve_is_peer(owner, session)) {
        char peer[WORLD_ADDRESS_TEXT];
        serve_log(session_listener(session), session_id(session), "accepted %s",
                  world_address_text(session_peer(session), peer));
    }
}

static void serve_ended(void *owner, struct session *session, enum session_end end)
{
    if (serve_is_peer(owner, session)) {
        serve_log(session_listener(session), session_id(session), "ended: %s",
                  session_end_name(end));
    }
}

/* Shown without -v as well: the peers see nothing of it but a closed connection. */
static void serve_plugin_failed(void *owner, struct session *session, struct plugin_fault fault)
{
    (void)owner;
    if (session) {
        serve_log(session_listener(session), session_id(session), "%s", fault.sentence);
    } else {
        output_complain("%s", fault.sentence);
    }
}

static void serve_logged(void *owner, struct listener *listener, uint64_t session,
                         const char *message)
{
    const struct serve *serve = owner;
    if (serve->verbose) {
        serve_log(listener, session, "%s", message);
    }
}

/* Every session is a descriptor, so the soft limit is lifted as far as it goes. */
static uint32_t serve_raise_descriptors(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) {
        return 1024;
    }
    rlim_t wanted = limit.rlim_max;
    limit.rlim_cur = wanted;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0 && getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        wanted = limit.rlim_cur;
    }
    return (uint32_t)(wanted < (rlim_t)SERVE_SESSIONS_MAX ? wanted : SERVE_SESSIONS_MAX);
}

static int serve_read_specs(struct serve *serve)
{
    uint32_t sessions_max = serve_raise_descriptors();
    struct plugin_catalog *catalog = plugin_path_catalog(&serve->folders);
    int code = COMMAND_GOOD;
    serve->specs = calloc(serve->specs_text.count, sizeof(*serve->specs));
    if (!serve->specs) {
        output_no_memory();
    }
    for (size_t i = 0; i < serve->specs_text.count; i++) {
        struct drill_error error = {0};
        const char *text = serve->specs_text.items[i];
        int status = serve_spec_parse(&serve->specs[serve->spec_count++], text, catalog,
                                      sessions_max, &error);
        if (status != 0) {
            output_complain("%s: %s", text, error.sentence);
            code = status == -ENOMEM ? COMMAND_MACHINE : COMMAND_USAGE;
        }
    }
    plugin_catalog_free(catalog);
    return code;
}

static int serve_listen(struct serve *serve)
{
    for (size_t i = 0; i < serve->spec_count; i++) {
        struct serve_spec *spec = &serve->specs[i];
        struct drill_error error = {0};
        struct listener *listener = NULL;
        int status = server_listen(&serve->server, &spec->options, &listener, &error);
        if (status != 0) {
            output_complain("%s: %s", spec->text, error.sentence);
            return status == -EINVAL ? COMMAND_USAGE : COMMAND_MACHINE;
        }
        spec->address = listener_address(listener);
    }
    return COMMAND_GOOD;
}

/* Once all of them listen: whoever started this waits for these lines. */
static int serve_tell(const struct serve *serve)
{
    for (size_t i = 0; i < serve->spec_count; i++) {
        const struct serve_spec *spec = &serve->specs[i];
        char text[ENDPOINT_TEXT];
        printf("listening %s@%s\n", spec->plugin->descriptor.name,
               endpoint_text(spec->endpoint.transport, &spec->address, text));
    }
    return output_flush() == 0 ? COMMAND_GOOD : COMMAND_MACHINE;
}

/* The byte stays in the pipe: once is enough. */
static void serve_stop_ready(struct loop_watch *watch, uint32_t events)
{
    struct serve *serve =
        (struct serve *)(void *)((char *)watch - offsetof(struct serve, stop_watch));
    (void)events;
    loop_watch(&serve->loop, watch, 0);
    serve->stop_seen = true;
}

/* Serves until nothing is left to serve, until a wish to stop is heard, or until `deadline_ns`. */
static int serve_turn(struct serve *serve, bool draining, uint64_t deadline_ns)
{
    while (server_activity(&serve->server) > 0 && (draining || !serve->stop_seen)) {
        if (clock_now_ns(&serve->clock) >= deadline_ns) {
            return 0;
        }
        uint64_t timer_ns = server_next_timer_ns(&serve->server);
        int status = loop_turn(&serve->loop, timer_ns < deadline_ns ? timer_ns : deadline_ns);
        if (status < 0 && status != -EINTR) {
            return status;
        }
        server_run_timers(&serve->server);
    }
    return 0;
}

static int serve_until_stopped(struct serve *serve)
{
    int status = serve_turn(serve, false, CLOCK_NEVER_NS);
    if (status == 0 && serve->stop_seen) {
        server_drain(&serve->server);
        status = serve_turn(serve, true, clock_after(clock_now_ns(&serve->clock), SERVE_DRAIN_NS));
    }
    if (status != 0) {
        output_complain("waiting for events failed: %s", strerror(-status));
        return COMMAND_MACHINE;
    }
    size_t left = server_activity(&serve->server);
    if (left > 0) {
        output_complain("%zu session%s did not take the rest of the answer; closed", left,
                        left == 1 ? "" : "s");
    }
    return COMMAND_GOOD;
}

static int serve_watch_stop(struct serve *serve)
{
    int end = stop_catch(false);
    int status = end;
    if (end >= 0) {
        serve->stop_watch = (struct loop_watch){.ready = serve_stop_ready, .socket = end};
        status = loop_watch(&serve->loop, &serve->stop_watch, WORLD_READABLE);
    }
    if (status < 0) {
        output_complain("signals cannot be watched: %s", strerror(-status));
        return COMMAND_MACHINE;
    }
    return COMMAND_GOOD;
}

static int serve_open(struct serve *serve)
{
    serve->world = world_kernel_new();
    if (!serve->world) {
        output_complain("no sockets to be had: %s", strerror(errno));
        return COMMAND_MACHINE;
    }
    struct server_observer observer = {
        .owner = serve,
        .accepted = serve_accepted,
        .ended = serve_ended,
        .plugin_failed = serve_plugin_failed,
        .logged = serve_logged,
    };
    serve->clock = (struct run_clock){.real = true};
    loop_init(&serve->loop, serve->world);
    server_init(&serve->server, &serve->loop, &serve->clock, observer);
    int code = serve_watch_stop(serve);
    if (code == COMMAND_GOOD) {
        code = serve_listen(serve);
        code = code == COMMAND_GOOD ? serve_tell(serve) : code;
    }
    if (code == COMMAND_GOOD) {
        code = serve_until_stopped(serve);
    }
    server_fini(&serve->server);
    world_free(serve->world);
    return code;
}

int cmd_serve(int argc, char **argv)
{
    struct serve serve = {0};
    argp_parse(&serve_argp, argc, argv, 0, NULL, &serve);
    int code = serve_read_specs(&serve);
    if (code == COMMAND_GOOD) {
        code = serve_open(&serve);
    }
    for (size_t i = 0; i < serve.spec_count; i++) {
        serve_spec_fini(&serve.specs[i]);
    }
    free(serve.specs);
    arguments_fini(&serve.specs_text);
    arguments_fini(&serve.folders);
    return code;
}
