/* SPDX-License-Identifier: MIT */
/*
 * What the tests of plugins share: finding the shared objects, and a stand-in for the session layer
 * that makes a listener, calls the plugin and keeps what it asked of the host.
 *
 * Include it first: it brings cmocka with what cmocka needs. One fixture at a time per thread.
 */
#ifndef DRILL_TESTS_PLUGIN_FIXTURE_H
#define DRILL_TESTS_PLUGIN_FIXTURE_H

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "plugin_host.h"

#define FIXTURE_SESSIONS_MAX 16
#define FIXTURE_REPLY_BYTES  4096

struct fixture {
    struct plugin *plugin;
    struct run_clock clock;
    struct plugin_listener listener;
    struct drill_error error;
    void *states[FIXTURE_SESSIONS_MAX]; /* by session number */
    /* The last of each request that reached the host. */
    char logged[2048];
    unsigned log_count;
    uint64_t log_session;
    uint64_t wake_session, wake_ns;
    unsigned wake_count;
    uint64_t post_from, post_to;
    char posted[256]; /* "to:bytes;" for each */
    /* The reply of the last call; `room` is how much of `data` it may use. */
    uint8_t data[FIXTURE_REPLY_BYTES];
    size_t room;
    struct drill_buffer out;
};

static inline void fixture_log(void *owner, uint64_t session, const char *message)
{
    struct fixture *fixture = owner;
    snprintf(fixture->logged, sizeof(fixture->logged), "%s", message);
    fixture->log_session = session;
    fixture->log_count++;
}

static inline void fixture_wake_at(void *owner, uint64_t session, uint64_t wake_ns)
{
    struct fixture *fixture = owner;
    fixture->wake_session = session;
    fixture->wake_ns = wake_ns;
    fixture->wake_count++;
}

/* Sessions from 1 to 9 exist. */
static inline enum drill_status fixture_post(void *owner, uint64_t from, uint64_t to,
                                             struct drill_bytes bytes)
{
    struct fixture *fixture = owner;
    if (to < 1 || to > 9) {
        return DRILL_SILENT;
    }
    size_t used = strlen(fixture->posted);
    snprintf(fixture->posted + used, sizeof(fixture->posted) - used, "%u>%u:%.*s;", (unsigned)from,
             (unsigned)to, (int)bytes.size, (const char *)bytes.data);
    return DRILL_OK;
}

/* Fails the test with the sentence when a plugin that must load does not. */
static inline struct plugin *fixture_load(const char *folder, const char *name)
{
    char path[4096];
    struct plugin *plugin = NULL;
    struct drill_error error = {0};
    snprintf(path, sizeof(path), "%s/%s.so", folder, name);
    if (plugin_load(path, &plugin, &error) != 0) {
        fail_msg("%s", error.sentence);
    }
    return plugin;
}

/* What plugin_listener_init returned; the fixture owns the plugin either way. */
static inline int fixture_listen(struct fixture *fixture, struct plugin *plugin, uint32_t transport,
                                 const struct drill_value *values)
{
    *fixture = (struct fixture){.plugin = plugin, .room = FIXTURE_REPLY_BYTES};
    fixture->clock.now_ns = 1000;
    struct plugin_hooks hooks = {
        .owner = fixture, .log = fixture_log, .wake_at = fixture_wake_at, .post = fixture_post};
    return plugin_listener_init(&fixture->listener, plugin, transport, values, 1, &fixture->clock,
                                hooks, &fixture->error);
}

/* A listener of a test plugin that must configure. */
static inline void fixture_start(struct fixture *fixture, const char *name, uint32_t transport,
                                 const struct drill_value *values)
{
    struct plugin *plugin = fixture_load(DRILL_TEST_PLUGINS, name);
    if (fixture_listen(fixture, plugin, transport, values) != 0) {
        fail_msg("%s", fixture->error.sentence);
    }
}

static inline void fixture_stop(struct fixture *fixture)
{
    for (size_t i = 0; i < FIXTURE_SESSIONS_MAX; i++) {
        free(fixture->states[i]);
    }
    if (fixture->listener.plugin) {
        plugin_listener_fini(&fixture->listener);
    }
    plugin_free(fixture->plugin);
}

static inline struct plugin_call fixture_call(struct fixture *fixture, uint64_t session)
{
    size_t state_bytes = fixture->plugin->descriptor.state_size;
    assert_true(session < FIXTURE_SESSIONS_MAX);
    if (state_bytes > 0 && !fixture->states[session]) {
        fixture->states[session] = calloc(1, state_bytes);
    }
    fixture->out = (struct drill_buffer){.data = fixture->data, .capacity = fixture->room};
    return plugin_call_make(&fixture->listener, session, fixture->states[session]);
}

static inline enum drill_status fixture_open(struct fixture *fixture, uint64_t session)
{
    struct plugin_call call = fixture_call(fixture, session);
    return fixture->plugin->descriptor.open(&call.public, &fixture->out);
}

static inline enum drill_status fixture_send(struct fixture *fixture, uint64_t session,
                                             const void *data, size_t size)
{
    struct plugin_call call = fixture_call(fixture, session);
    struct drill_bytes in = {.data = data, .size = size};
    return fixture->plugin->descriptor.transform(&call.public, in, &fixture->out);
}

static inline enum drill_status fixture_say(struct fixture *fixture, uint64_t session,
                                            const char *text)
{
    return fixture_send(fixture, session, text, strlen(text));
}

static inline enum drill_status fixture_eof(struct fixture *fixture, uint64_t session,
                                            const char *rest)
{
    struct plugin_call call = fixture_call(fixture, session);
    struct drill_bytes in = {.data = (const uint8_t *)rest, .size = strlen(rest)};
    return fixture->plugin->descriptor.eof(&call.public, in, &fixture->out);
}

static inline enum drill_status fixture_wake(struct fixture *fixture, uint64_t session)
{
    struct plugin_call call = fixture_call(fixture, session);
    return fixture->plugin->descriptor.wake(&call.public, &fixture->out);
}

static inline void fixture_close(struct fixture *fixture, uint64_t session)
{
    struct plugin_call call = fixture_call(fixture, session);
    fixture->plugin->descriptor.close(&call.public);
}

static inline size_t fixture_frame(struct fixture *fixture, const void *data, size_t size)
{
    struct plugin_call call = fixture_call(fixture, 1);
    struct drill_bytes in = {.data = data, .size = size};
    return fixture->plugin->descriptor.frame(&call.public, in);
}

/* A child that came to no harm exits with this. */
#define FIXTURE_UNHARMED 77

/* In a child that a test forked: no words on the terminal, and signals end it, which cmocka would
 * turn into a failed test of the child. */
static inline void fixture_become_victim(void)
{
    static const int signals[] = {SIGFPE, SIGILL, SIGSEGV, SIGBUS, SIGABRT};
    int quiet = open("/dev/null", O_WRONLY);
    dup2(quiet, STDERR_FILENO);
    for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
        signal(signals[i], SIG_DFL);
    }
}

/* How `child` ended, as waitpid tells. */
static inline int fixture_wait(pid_t child)
{
    int ended = 0;
    assert_true(child > 0);
    assert_int_equal(waitpid(child, &ended, 0), child);
    return ended;
}

static inline bool fixture_exited(int ended, int status)
{
    return WIFEXITED(ended) && WEXITSTATUS(ended) == status;
}

/* The last reply is exactly `text`. */
static inline void fixture_expect(const struct fixture *fixture, const char *text)
{
    char reply[FIXTURE_REPLY_BYTES + 1];
    assert_int_equal(fixture->out.overflow, 0);
    memcpy(reply, fixture->data, fixture->out.size);
    reply[fixture->out.size] = '\0';
    assert_string_equal(reply, text);
    assert_int_equal(fixture->out.size, strlen(text));
}

#endif
