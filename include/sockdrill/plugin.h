/* SPDX-License-Identifier: MIT */
/*
 * The sockdrill plugin ABI, version 1.
 *
 * A plugin turns bytes received by a server into bytes sent back. It has no sockets, clock, threads
 * or files of its own: what it needs beyond its input it asks of the host through
 * `context->services`. That is what lets the same binary be served on real sockets, drilled by
 * scenarios, simulated, swept and fuzzed.
 *
 * Threading: every call into one loaded plugin comes from one thread, and calls never nest, except
 * that a service may be called from inside a callback. Lifetime: the descriptor is constant and
 * lives as long as the shared object. Pointers given to a callback are borrowed and valid until it
 * returns, unless its comment says otherwise.
 *
 * This header needs libc only and compiles as C11 and C++11. Plugins are written in C11; C++ fills
 * a `struct drill_descriptor` by assignment.
 */
#ifndef SOCKDRILL_PLUGIN_H
#define SOCKDRILL_PLUGIN_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

#define DRILL_ABI_VERSION 1u

/* Transports that a plugin can serve (`transports`). A scenario that names none gets TCP if it is
 * among them. */
#define DRILL_TCP 1u /* a byte stream: RFC 9293, tcp(7) */
#define DRILL_UDP 2u /* datagrams: RFC 768, udp(7) */

/* Properties: what must always hold. The harness checks each declared one in every run. */

/* The reply stream does not depend on how the input stream was cut. */
#define DRILL_SPLIT_INVARIANT 1u
/* Each transform answers exactly as many bytes as it was given. */
#define DRILL_LENGTH_PRESERVING 2u
/* UDP: every datagram is answered by exactly one. */
#define DRILL_ONE_REPLY_PER_DATAGRAM 4u
/* Sessions influence each other; a plugin that does not declare this is taken to be stateless. */
#define DRILL_SHARED_STATE 8u

/* Returned by `frame` for input that can never become a message. */
#define DRILL_FRAME_BAD SIZE_MAX

/* What a callback made of its input. */
enum drill_status {
    /* Send `out`; over UDP that is one datagram even when it is empty. */
    DRILL_OK = 0,
    /* Send nothing; over UDP no datagram. */
    DRILL_SILENT = 1,
    /* Send `out`, then close the session. */
    DRILL_CLOSE = 2,
    /* The peer broke the protocol: nothing is sent and the session is closed; over UDP, whose one
     * session is for life, only the datagram goes unanswered. */
    DRILL_PROTOCOL_ERROR = 3,
    /* The plugin failed: nothing is sent, the session is closed, the run fails. */
    DRILL_INTERNAL_ERROR = 4
};

/* Bytes that the callee may read until it returns. `data` may be NULL only when `size` is 0. */
struct drill_bytes {
    const uint8_t *data;
    size_t size; /* bytes */
};

/*
 * Where a callback writes its answer. Empty before each call (`size` 0); `capacity` is the server's
 * `reply_max` in bytes. Writing more sets `overflow`, which the host reports as a failure of the
 * plugin whatever the callback returns; nothing of that call is sent. Use the drill_put functions
 * below.
 */
struct drill_buffer {
    uint8_t *data;
    size_t size;
    size_t capacity;
    uint32_t overflow; /* not 0: more was written than fits */
};

/* The type of an option and of its value. */
enum drill_option_type {
    /* UTF-8, NUL-terminated; NULL when the option has no default and was not given */
    DRILL_STRING = 1,
    DRILL_INTEGER = 2, /* int64_t, within [minimum, maximum] */
    DRILL_BOOLEAN = 3  /* 0 or 1 */
};

/* A typed value; which member counts is said by the option's type. */
struct drill_value {
    const char *string; /* borrowed; lives as long as the listener */
    int64_t integer;    /* also the boolean: 0 or 1 */
};

/* One entry of a plugin's option table. The table ends at `option_count`. */
struct drill_option {
    const char *name; /* as scenarios spell it: letters, digits, '-' and '_', unique in the table */
    enum drill_option_type type;
    struct drill_value fallback; /* the value when the option is not given */
    int64_t minimum, maximum;    /* DRILL_INTEGER: the inclusive range; both 0 means any */
    const char *help;            /* one line for a person */
};

struct drill_context;

/*
 * What the host does for a plugin; reached as `context->services`. Every function takes the context
 * that the callback was given. Using these instead of libc is what makes memory faults, leak checks
 * and replays exact.
 */
struct drill_services {
    uint32_t struct_size; /* sizeof this struct as the host knows it; grows only at its end */
    uint32_t reserved;    /* 0 */
    /* `size` zeroed bytes, aligned as malloc aligns, or NULL when memory is refused. Owned by the
     * plugin until `release`; whatever is still held after the listener closed is reported as a
     * leak. */
    void *(*allocate)(const struct drill_context *context, size_t size);
    /* Gives back what `allocate` returned; NULL is allowed. */
    void (*release)(const struct drill_context *context, void *memory);
    /* One line for the person who watches; copied before it returns. */
    void (*log)(const struct drill_context *context, const char *message);
    /* The next number of a stream seeded by the run's seed: uniform over 64 bits, not for secrets.
     */
    uint64_t (*random)(const struct drill_context *context);
    /* The run clock in nanoseconds: virtual in scenarios, CLOCK_MONOTONIC when serving. */
    uint64_t (*now_ns)(const struct drill_context *context);
    /* Asks for one `wake` of this session `delay_ns` nanoseconds from now; replaces an earlier
     * request; UINT64_MAX takes it back. Only from a session's callbacks of a plugin that has
     * `wake`; anything else ends the process, as does releasing what was not allocated. */
    void (*wake_after)(const struct drill_context *context, uint64_t delay_ns);
    /* Sends bytes to a session of the same listener (`session` as in its context), in the order of
     * the calls and whatever this callback returns; what a session posts to itself follows the
     * callback's own answer. TCP only, and only for a plugin that declares DRILL_SHARED_STATE.
     * Returns DRILL_OK, or DRILL_SILENT when that session does not exist or is closing, when its
     * bounded reply buffer has no room for all of it, or when posting is not possible at all: then
     * nothing is sent. */
    enum drill_status (*post)(const struct drill_context *context, uint64_t session,
                              struct drill_bytes bytes);
};

/*
 * The first argument of every callback, allocated by the host. The struct grows only at its end;
 * `struct_size` says how much of it this host knows.
 */
struct drill_context {
    uint32_t struct_size;
    uint32_t transport;                    /* DRILL_TCP or DRILL_UDP: what this listener serves */
    const struct drill_services *services; /* never NULL */
    void *config; /* `config_size` bytes of the listener, zeroed before `configure`; NULL when that
                     is 0 */
    void *state;  /* `state_size` bytes of the session, zeroed before `open`; NULL when 0 or no
                     session */
    uint64_t session; /* counts from 1 within the listener; 0 in `configure` */
};

/*
 * What a plugin is. Filled by DRILL_PLUGIN. Grows only at its end; members that are 0 or NULL ask
 * for nothing. Only `abi_version`, `struct_size`, `name`, `version`, `transports` and `transform`
 * are required.
 */
struct drill_descriptor {
    uint32_t abi_version; /* DRILL_ABI_VERSION */
    uint32_t struct_size; /* sizeof(struct drill_descriptor) as the plugin was compiled */
    const char *name;     /* 1 to 64 letters, digits, '-' and '_' */
    const char *version; /* not empty; one line of UTF-8, at most 4096 bytes like every text here */
    const char *summary; /* one line for a person */
    uint32_t transports; /* DRILL_TCP | DRILL_UDP */
    uint32_t properties; /* DRILL_SPLIT_INVARIANT | ... */
    size_t config_size;  /* bytes, at most 1 MiB */
    size_t state_size;   /* bytes, at most 1 MiB */
    size_t message_max;  /* bytes, with `frame`: the longest message; 0: 65536; at most 16 MiB */
    const struct drill_option *options; /* at most 256; a plugin that has any has `configure` */
    size_t option_count;

    /* Once per listener before any session. `values` has one entry per option, in table order,
     * validated; they live as long as the listener. `*properties` holds the declared properties: it
     * may only clear bits. Returns DRILL_OK, or DRILL_INTERNAL_ERROR to refuse: the line last
     * logged is the reason that a person is given. */
    enum drill_status (*configure)(const struct drill_context *context,
                                   const struct drill_value *values, uint32_t *properties);

    /* Once per session, before anything is received: `out` may greet (TCP; over UDP `out` has
     * capacity 0: a UDP listener is one session for life). DRILL_OK or DRILL_SILENT opens the
     * session, DRILL_CLOSE closes it after the greeting; errors close it at once and `close` is not
     * called. */
    enum drill_status (*open)(const struct drill_context *context, struct drill_buffer *out);

    /* Answers what was received: over TCP the bytes of one receive call (or one whole message with
     * `frame`), never 0 bytes; over UDP one datagram, which may be empty. */
    enum drill_status (*transform)(const struct drill_context *context, struct drill_bytes in,
                                   struct drill_buffer *out);

    /* TCP: the length in bytes of the first whole message in `in` (at least 1, at most `in.size`),
     * 0 while it is incomplete, DRILL_FRAME_BAD for input that cannot become a message. `in` starts
     * at a message and is not empty. A message of more than `message_max` bytes is the peer's
     * protocol error. Must depend on `in` only, and may use no service but `log`. */
    size_t (*frame)(const struct drill_context *context, struct drill_bytes in);

    /* TCP: once, after the peer shut down its sending side and all it sent was transformed; `rest`
     * is what `frame` left incomplete. May answer; the session closes when the answer is sent. */
    enum drill_status (*eof)(const struct drill_context *context, struct drill_bytes rest,
                             struct drill_buffer *out);

    /* At the time asked for with `wake_after`. May answer over TCP; over UDP `out` has capacity 0.
     */
    enum drill_status (*wake)(const struct drill_context *context, struct drill_buffer *out);

    /* Exactly once for each `open` that succeeded (and for each session of a plugin without
     * `open`), however the session ended. Nothing can be sent any more. */
    void (*close)(const struct drill_context *context);
};

/* Appends `size` bytes, or sets `overflow` and appends nothing. */
static inline void drill_put(struct drill_buffer *out, const void *data, size_t size)
{
    if (size > out->capacity - out->size) {
        out->overflow = 1;
    } else if (size > 0) {
        memcpy(out->data + out->size, data, size);
        out->size += size;
    }
}

/* Appends a NUL-terminated string without its NUL. */
static inline void drill_put_string(struct drill_buffer *out, const char *string)
{
    drill_put(out, string, strlen(string));
}

/* Room for exactly `size` bytes, already counted in `out->size`, or NULL with `overflow` set. */
static inline uint8_t *drill_reserve(struct drill_buffer *out, size_t size)
{
    if (size > out->capacity - out->size) {
        out->overflow = 1;
        return NULL;
    }
    uint8_t *room = out->data + out->size;
    out->size += size;
    return room;
}

/*
 * DRILL_PLUGIN(uppercase, .name = "uppercase", ...) defines the descriptor
 * `drill_plugin_uppercase`. A shared build also exports it as `drill_plugin`, the one symbol a host
 * looks up; everything else stays hidden when compiled with -fvisibility=hidden, as
 * drill_add_plugin() does. A static build (-DDRILL_STATIC) defines only the first, so that several
 * plugins can be linked into one program.
 */
#define DRILL_DESCRIPTOR(id, ...)                                                                  \
    extern const struct drill_descriptor drill_plugin_##id;                                        \
    const struct drill_descriptor drill_plugin_##id = {.abi_version = DRILL_ABI_VERSION,           \
                                                       .struct_size =                              \
                                                           sizeof(struct drill_descriptor),        \
                                                       __VA_ARGS__}

#ifdef DRILL_STATIC
#define DRILL_PLUGIN(id, ...) DRILL_DESCRIPTOR(id, __VA_ARGS__)
#else
#define DRILL_PLUGIN(id, ...)                                                                      \
    DRILL_DESCRIPTOR(id, __VA_ARGS__);                                                             \
    extern const struct drill_descriptor drill_plugin                                              \
        __attribute__((alias("drill_plugin_" #id), visibility("default")))
#endif

#ifdef __cplusplus
}
#endif

#endif
