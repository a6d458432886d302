/* SPDX-License-Identifier: MIT */
/*
 * The listener half of plugin_host.h: configuration, and the services that a plugin calls back.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "plugin_host.h"
#include "plugin_info.h"

#define LINE_BYTES_MAX 1024 /* of a logged line, with its terminator */

/* Marks memory that a plugin holds and memory that it gave back. */
#define HELD     UINT64_C(0x64726c6c68656c64)
#define RELEASED UINT64_C(0x64726c6c66726565)

struct plugin_allocation {
    /* First, where the C library's bookkeeping for freed memory goes, so that `mark` survives. */
    struct plugin_allocation *previous, *next;
    struct plugin_listener *listener;
    uint64_t mark;
    size_t size;
    max_align_t memory[];
};

static struct plugin_listener *listener_of(const struct drill_context *context)
{
    return ((const struct plugin_call *)(const void *)context)->listener;
}

static _Noreturn void misuse(const struct plugin_listener *listener, const char *sentence)
{
    check_plugin_misused(listener->plugin->descriptor.name, sentence);
}

/* The listener behind a service that `frame` may not use. */
static struct plugin_listener *asked(const struct drill_context *context)
{
    struct plugin_listener *listener = listener_of(context);
    if (listener->framing) {
        misuse(listener, "it used a service in frame, which must depend on its input only");
    }
    return listener;
}

static void *service_allocate(const struct drill_context *context, size_t size)
{
    struct plugin_listener *listener = asked(context);
    if (size > PLUGIN_ALLOCATED_BYTES_MAX - listener->allocated_bytes) {
        return NULL;
    }
    struct plugin_allocation *allocation = calloc(1, sizeof(*allocation) + size);
    if (!allocation) {
        return NULL;
    }
    allocation->mark = HELD;
    allocation->listener = listener;
    allocation->size = size;
    allocation->next = listener->allocations;
    if (allocation->next) {
        allocation->next->previous = allocation;
    }
    listener->allocations = allocation;
    listener->allocated_bytes += size;
    listener->allocated_count++;
    return allocation->memory;
}

/* Takes an allocation out of its listener's list and frees it. */
static void allocation_free(struct plugin_allocation *allocation)
{
    struct plugin_listener *listener = allocation->listener;
    ASSERT(listener->allocated_count > 0);
    ASSERT(listener->allocated_bytes >= allocation->size);
    if (allocation->previous) {
        allocation->previous->next = allocation->next;
    } else {
        listener->allocations = allocation->next;
    }
    if (allocation->next) {
        allocation->next->previous = allocation->previous;
    }
    listener->allocated_bytes -= allocation->size;
    listener->allocated_count--;
    /* Volatile, or the compiler would drop a write to memory that is freed next. */
    *(volatile uint64_t *)&allocation->mark = RELEASED;
    free(allocation);
}

static void service_release(const struct drill_context *context, void *memory)
{
    if (!memory) {
        return;
    }
    struct plugin_listener *listener = asked(context);
    struct plugin_allocation *allocation =
        (struct plugin_allocation *)(void *)((uint8_t *)memory -
                                             offsetof(struct plugin_allocation, memory));
    /* Volatile, or the compiler may assume that memory once freed is not looked at. */
    uint64_t mark = *(volatile uint64_t *)&allocation->mark;
    if (mark == RELEASED) {
        misuse(listener, "it released the same memory twice");
    }
    if (mark != HELD || allocation->listener != listener) {
        misuse(listener, "it released memory that this listener did not allocate, or wrote in "
                         "front of memory that it did");
    }
    const struct plugin_allocation *before =
        allocation->previous ? allocation->previous->next : listener->allocations;
    if (before != allocation || (allocation->next && allocation->next->previous != allocation)) {
        misuse(listener, "it overwrote the host's record of what it allocated");
    }
    allocation_free(allocation);
}

/* A line is shown on terminals: bounded, and without what could steer one. */
static void service_log(const struct drill_context *context, const char *message)
{
    struct plugin_listener *listener = listener_of(context);
    char line[LINE_BYTES_MAX];
    size_t size = message ? strnlen(message, sizeof(line) - 1) : 0;
    for (size_t i = 0; i < size; i++) {
        bool control = (uint8_t)message[i] < 0x20 || message[i] == 0x7f;
        line[i] = control ? ' ' : message[i];
    }
    line[size] = '\0';
    if (listener->said) {
        memcpy(listener->said, line, size + 1);
    }
    if (listener->hooks.log) {
        listener->hooks.log(listener->hooks.owner, context->session, line);
    }
}

static uint64_t service_random(const struct drill_context *context)
{
    struct plugin_listener *listener = asked(context);
    listener->asked_outside = true;
    return prng_next(&listener->prng);
}

static uint64_t service_now_ns(const struct drill_context *context)
{
    struct plugin_listener *listener = asked(context);
    listener->asked_outside = true;
    return clock_now_ns(listener->clock);
}

static void service_wake_after(const struct drill_context *context, uint64_t delay_ns)
{
    struct plugin_listener *listener = asked(context);
    listener->asked_outside = true;
    if (!listener->plugin->descriptor.wake) {
        misuse(listener, "it called wake_after without having a wake callback");
    }
    if (context->session == 0) {
        misuse(listener, "it called wake_after outside of a session");
    }
    if (listener->hooks.wake_at) {
        uint64_t wake_ns = clock_after(clock_now_ns(listener->clock), delay_ns);
        listener->hooks.wake_at(listener->hooks.owner, context->session, wake_ns);
    }
}

static enum drill_status service_post(const struct drill_context *context, uint64_t session,
                                      struct drill_bytes bytes)
{
    struct plugin_listener *listener = asked(context);
    if (!bytes.data && bytes.size > 0) {
        misuse(listener, "it posted bytes from a null pointer");
    }
    if (!listener->hooks.post || listener->transport != DRILL_TCP) {
        return DRILL_SILENT;
    }
    listener->asked_outside = true;
    return listener->hooks.post(listener->hooks.owner, context->session, session, bytes);
}

static const struct drill_services services = {
    .struct_size = sizeof(struct drill_services),
    .allocate = service_allocate,
    .release = service_release,
    .log = service_log,
    .random = service_random,
    .now_ns = service_now_ns,
    .wake_after = service_wake_after,
    .post = service_post,
};

struct plugin_call plugin_call_make(struct plugin_listener *listener, uint64_t session, void *state)
{
    return (struct plugin_call){
        .public = {.struct_size = sizeof(struct drill_context),
                   .transport = listener->transport,
                   .services = &services,
                   .config = listener->config,
                   .state = state,
                   .session = session},
        .listener = listener,
    };
}

/* Copies one checked value into `to`. */
static int copy_value(const struct drill_option *option, const struct drill_value *from,
                      struct drill_value *to, struct drill_error *error)
{
    int status = plugin_option_check(option, from, error);
    if (status != 0) {
        return status;
    }
    *to = (struct drill_value){0};
    if (option->type != DRILL_STRING) {
        to->integer = from->integer;
        return 0;
    }
    if (from->string) {
        to->string = strdup(from->string);
        if (!to->string) {
            drill_error_set(error, "there is no memory for the value of '%s'", option->name);
            return -ENOMEM;
        }
    }
    return 0;
}

static int room_for_values(struct plugin_room *room, size_t count)
{
    if (room->value_count == count) {
        return 0;
    }
    free(room->values);
    room->values = malloc(count * sizeof(*room->values));
    room->value_count = room->values ? count : 0;
    return room->values ? 0 : -ENOMEM;
}

static int room_for_config(struct plugin_room *room, size_t size)
{
    if (room->config_bytes == size) {
        return 0;
    }
    free(room->config);
    room->config = malloc(size);
    room->config_bytes = room->config ? size : 0;
    return room->config ? 0 : -ENOMEM;
}

static int copy_values(struct plugin_listener *listener, const struct drill_value *values,
                       struct drill_error *error)
{
    const struct drill_descriptor *descriptor = &listener->plugin->descriptor;
    if (descriptor->option_count == 0) {
        return 0;
    }
    if (room_for_values(&listener->room, descriptor->option_count) != 0) {
        drill_error_set(error, "there is no memory for the options of plugin '%s'",
                        descriptor->name);
        return -ENOMEM;
    }
    listener->values = listener->room.values;
    memset(listener->values, 0, descriptor->option_count * sizeof(*listener->values));
    for (size_t i = 0; i < descriptor->option_count; i++) {
        const struct drill_option *option = &descriptor->options[i];
        int status = copy_value(option, values ? &values[i] : &option->fallback,
                                &listener->values[i], error);
        if (status != 0) {
            return status;
        }
    }
    return 0;
}

/* Lets the plugin read its options. The last line that it logs says why it refused them. */
static int configure(struct plugin_listener *listener, struct drill_error *error)
{
    const struct drill_descriptor *descriptor = &listener->plugin->descriptor;
    if (!descriptor->configure) {
        return 0;
    }
    char said[LINE_BYTES_MAX];
    said[0] = '\0';
    listener->said = said;
    struct plugin_call call = plugin_call_make(listener, 0, NULL);
    uint32_t properties = listener->properties;
    enum drill_status status = descriptor->configure(&call.public, listener->values, &properties);
    listener->said = NULL;
    if (status != DRILL_OK) {
        return drill_error_set(error, "plugin '%s' refuses its options%s%.800s", descriptor->name,
                               said[0] ? ": " : "", said);
    }
    if (properties & ~listener->properties) {
        return drill_error_set(error,
                               "plugin '%s' set the properties 0x%x while it was configured, and "
                               "may only clear what it declared; correct its configure",
                               descriptor->name, properties & ~listener->properties);
    }
    listener->properties = properties;
    return 0;
}

static int listener_set_up(struct plugin_listener *listener, const struct drill_value *values,
                           struct drill_error *error)
{
    const struct drill_descriptor *descriptor = &listener->plugin->descriptor;
    if (!(descriptor->transports & listener->transport)) {
        return drill_error_set(error, "plugin '%s' does not serve %s", descriptor->name,
                               listener->transport == DRILL_TCP ? "tcp" : "udp");
    }
    int status = copy_values(listener, values, error);
    if (status == 0 && descriptor->config_size > 0) {
        if (room_for_config(&listener->room, descriptor->config_size) != 0) {
            drill_error_set(error, "there is no memory for the config of plugin '%s'",
                            descriptor->name);
            return -ENOMEM;
        }
        listener->config = listener->room.config;
        memset(listener->config, 0, descriptor->config_size);
    }
    return status == 0 ? configure(listener, error) : status;
}

int plugin_listener_init(struct plugin_listener *listener, const struct plugin *plugin,
                         uint32_t transport, const struct drill_value *values, uint64_t seed,
                         struct run_clock *clock, struct plugin_hooks hooks,
                         struct drill_error *error)
{
    ASSERT(transport == DRILL_TCP || transport == DRILL_UDP);
    *listener = (struct plugin_listener){
        .room = listener->room,
        .plugin = plugin,
        .clock = clock,
        .hooks = hooks,
        .prng = {.state = seed},
        .transport = transport,
        .properties = plugin->descriptor.properties,
    };
    int status = listener_set_up(listener, values, error);
    if (status != 0) {
        plugin_listener_fini(listener);
    }
    return status;
}

static void free_allocations(struct plugin_listener *listener)
{
    struct plugin_allocation *allocation = listener->allocations;
    while (allocation) {
        struct plugin_allocation *next = allocation->next;
        free(allocation);
        allocation = next;
    }
    listener->allocations = NULL;
    listener->allocated_bytes = listener->allocated_count = 0;
}

int plugin_listener_renew(struct plugin_listener *listener, uint64_t seed,
                          struct drill_error *error)
{
    const struct drill_descriptor *descriptor = &listener->plugin->descriptor;
    free_allocations(listener);
    listener->prng.state = seed;
    listener->asked_outside = false;
    listener->properties = descriptor->properties;
    if (listener->config) {
        memset(listener->config, 0, descriptor->config_size);
    }
    return configure(listener, error);
}

void plugin_listener_end(struct plugin_listener *listener)
{
    free_allocations(listener);
    for (size_t i = 0; listener->values && i < listener->plugin->descriptor.option_count; i++) {
        free((char *)listener->values[i].string);
    }
    *listener = (struct plugin_listener){.room = listener->room};
}

void plugin_listener_fini(struct plugin_listener *listener)
{
    plugin_listener_end(listener);
    free(listener->room.values);
    free(listener->room.config);
    *listener = (struct plugin_listener){0};
}
