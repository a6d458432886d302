/* SPDX-License-Identifier: MIT */
/* sockdrill talk: sends lines to a server and prints its answers. */
#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "arguments.h"
#include "clock.h"
#include "command.h"
#include "output.h"
#include "talk.h"

#define TALK_TIMEOUT_MS_DEFAULT 5000

enum { TALK_TIMEOUT = 256 };

struct talk_settings {
    const char *endpoint;
    uint64_t timeout_ms;
};

static const struct argp_option talk_options[] = {
    {"timeout", TALK_TIMEOUT, "SECONDS", 0,
     "wait so long for a connection and for each answer (default: 5)", 0},
    {0},
};

static error_t talk_parse(int key, char *argument, struct argp_state *state)
{
    struct talk_settings *settings = state->input;
    switch (key) {
    case TALK_TIMEOUT:
        if (arguments_seconds(argument, &settings->timeout_ms) != 0) {
            argp_error(state, "--timeout takes seconds, more than 0 and at most %d, not '%s'",
                       ARGUMENTS_SECONDS_MAX, argument);
        }
        return 0;
    case ARGP_KEY_ARG:
        if (settings->endpoint) {
            argp_error(state, "takes one endpoint, not also '%s'", argument);
        }
        settings->endpoint = argument;
        return 0;
    case ARGP_KEY_NO_ARGS:
        argp_error(state, "name whom to talk to, such as tcp://127.0.0.1:9000");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp talk_argp = {
    .options = talk_options,
    .parser = talk_parse,
    .args_doc = "ENDPOINT",
    .doc = "Sends each line of standard input to tcp://HOST:PORT or udp://HOST:PORT and prints "
           "the answer.\v"
           "Lines go without their newline; empty lines are skipped; after the line `exit` it "
           "leaves. Exits 0 when every line was answered, 1 when one was not or the server could "
           "not be reached.",
};

static bool talk_is_exit(const uint8_t *line, size_t size)
{
    return size == 4 && memcmp(line, "exit", 4) == 0;
}

/* How the server ended the conversation. */
static void talk_complain_closed(const struct talk *talk)
{
    switch (talk->error) {
    case 0:
        output_complain("%s closed the connection", talk->name);
        return;
    case ECONNRESET:
    case EPIPE:
        output_complain("%s reset the connection", talk->name);
        return;
    case ECONNREFUSED:
        output_complain("nobody listens on %s", talk->name);
        return;
    default:
        output_complain("%s is lost: %s", talk->name, strerror(talk->error));
        return;
    }
}

/* Says what is wrong with an exchange and whether talking goes on. */
static bool talk_complain(const struct talk *talk, int status, size_t size)
{
    switch (-status) {
    case EMSGSIZE:
        output_complain("a line of %zu bytes does not fit into a datagram", size);
        return true;
    case ETIMEDOUT:
        output_complain("no answer from %s within %g s", talk->name,
                        (double)talk->timeout_ns / (double)CLOCK_S);
        return true;
    case EPIPE:
        return false;
    default:
        output_complain("waiting failed: %s", strerror(-status));
        return false;
    }
}

/* One line there, its answer back. False when the conversation is over. */
static bool talk_exchange(struct talk *talk, const uint8_t *line, size_t size, bool *answered)
{
    /* Late answers and greetings belong in front of this line's answer. */
    talk_receive(talk);
    talk_end_line(talk);
    if (talk->closed) {
        *answered = false;
        return false;
    }
    int status = talk_send(talk, line, size);
    if (status == -ETIMEDOUT) {
        /* Half a line is at the server: the next one would be glued to it. */
        output_complain("%s takes no more", talk->name);
        *answered = false;
        return false;
    }
    if (status == 0 && !talk_is_exit(line, size)) {
        status = talk_answer(talk, size);
    }
    talk_end_line(talk);
    *answered = status == 0;
    return (status == 0 || talk_complain(talk, status, size)) && !talk->closed;
}

/* After the last line: the rest of what the server has to say. */
static int talk_finish(struct talk *talk)
{
    if (talk->endpoint.transport == WORLD_UDP) {
        return COMMAND_GOOD;
    }
    world_shutdown(talk->world, talk->socket, WORLD_SHUT_WR);
    while (!talk->closed) {
        int found = talk_wait(talk, TALK_READABLE, talk_deadline(talk));
        if (found <= 0) {
            talk_end_line(talk);
            output_complain("%s does not close; leaving", talk->name);
            return COMMAND_GOOD;
        }
        talk_receive(talk);
    }
    talk_end_line(talk);
    if (talk->error != 0) {
        talk_complain_closed(talk);
        return COMMAND_FAILED;
    }
    return COMMAND_GOOD;
}

/* The server closed first: well when nothing was owed by either side. */
static int talk_was_closed(struct talk *talk, bool all_answered)
{
    talk_complain_closed(talk);
    if (talk_has_unsent(talk)) {
        output_complain("there are lines that were not sent");
        return COMMAND_FAILED;
    }
    return all_answered && talk->error == 0 ? COMMAND_GOOD : COMMAND_FAILED;
}

static int talk_lines(struct talk *talk)
{
    bool all_answered = true;
    for (;;) {
        const uint8_t *line = NULL;
        size_t size = 0;
        bool answered = true;
        switch (talk_next_line(talk, &line, &size)) {
        case TALK_FAILED:
            return talk->input_code;
        case TALK_CLOSED:
            return talk_was_closed(talk, all_answered);
        case TALK_END:
            return talk_finish(talk) == COMMAND_GOOD && all_answered ? COMMAND_GOOD
                                                                     : COMMAND_FAILED;
        case TALK_LINE:
            break;
        }
        bool leaves = talk_is_exit(line, size);
        bool goes_on = talk_exchange(talk, line, size, &answered);
        all_answered = all_answered && answered;
        if (output_flush() != 0) {
            return COMMAND_MACHINE;
        }
        if (leaves && answered) {
            return all_answered ? COMMAND_GOOD : COMMAND_FAILED;
        }
        if (!goes_on) {
            return talk->closed ? talk_was_closed(talk, all_answered) : COMMAND_FAILED;
        }
    }
}

static int talk_open(struct talk *talk)
{
    talk->socket =
        world_socket(talk->world, talk->endpoint.transport, talk->endpoint.address.family);
    if (talk->socket < 0) {
        output_complain("no socket to be had: %s", strerror(-talk->socket));
        return COMMAND_MACHINE;
    }
    int status = talk_connect(talk);
    if (status == -ECONNREFUSED) {
        output_complain("nobody listens on %s", talk->name);
        return COMMAND_FAILED;
    }
    if (status != 0) {
        output_complain("%s cannot be reached: %s", talk->name, strerror(-status));
        return COMMAND_FAILED;
    }
    /* Twice a line: up to half of the buffer may have been sent before it is compacted. */
    bytes_init(&talk->input, 3 * TALK_LINE_BYTES_MAX);
    int code = talk_lines(talk);
    bytes_fini(&talk->input);
    return code;
}

static int talk_read_endpoint(const char *text, struct endpoint *endpoint)
{
    struct drill_error error = {0};
    if (endpoint_parse(text, endpoint, &error) != 0) {
        output_complain("%s", error.sentence);
        return COMMAND_USAGE;
    }
    if (endpoint->query) {
        output_complain("'%s' holds settings; they are for `sockdrill serve`", text);
        return COMMAND_USAGE;
    }
    if (endpoint->address.port == 0) {
        output_complain("'%s' names no port to connect to", text);
        return COMMAND_USAGE;
    }
    return COMMAND_GOOD;
}

int cmd_talk(int argc, char **argv)
{
    struct talk_settings settings = {.timeout_ms = TALK_TIMEOUT_MS_DEFAULT};
    argp_parse(&talk_argp, argc, argv, 0, NULL, &settings);
    struct endpoint endpoint;
    int code = talk_read_endpoint(settings.endpoint, &endpoint);
    if (code != COMMAND_GOOD) {
        return code;
    }
    struct talk *talk = calloc(1, sizeof(*talk));
    if (!talk) {
        output_no_memory();
    }
    talk->endpoint = endpoint;
    talk->timeout_ns = settings.timeout_ms * CLOCK_MS;
    talk->prompts = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
    endpoint_text(endpoint.transport, &endpoint.address, talk->name);
    talk->world = world_kernel_new();
    if (!talk->world) {
        output_complain("no sockets to be had: %s", strerror(errno));
        code = COMMAND_MACHINE;
    } else {
        code = talk_open(talk);
        if (talk->socket >= 0) {
            world_close(talk->world, talk->socket);
        }
    }
    world_free(talk->world);
    free(talk);
    return code;
}
