/* SPDX-License-Identifier: MIT */
/* The person's side of a conversation: lines of standard input. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "command.h"
#include "output.h"
#include "talk.h"

#define TALK_PROMPT      ">>: "
#define TALK_READ_BYTES  ((size_t)65536)
#define TALK_COMPACT_MIN ((size_t)1 << 16)

/* Drops what was sent once it is the larger part, so that the cost stays linear. */
static void talk_compact(struct talk *talk)
{
    struct bytes *input = &talk->input;
    size_t sent = talk->input_next;
    if (sent < TALK_COMPACT_MIN || sent < input->size / 2) {
        return;
    }
    memmove(input->data, input->data + sent, input->size - sent);
    input->size -= sent;
    talk->input_scanned -= sent;
    talk->input_next = 0;
}

/* Reads once; waits when nothing is there. False when standard input cannot be used any more. */
static bool talk_read_input(struct talk *talk)
{
    uint8_t buffer[TALK_READ_BYTES];
    ssize_t size = read(STDIN_FILENO, buffer, sizeof(buffer));
    if (size < 0) {
        if (errno == EINTR || errno == EAGAIN) {
            return true;
        }
        output_complain("standard input could not be read: %s", strerror(errno));
        talk->input_code = COMMAND_MACHINE;
        return false;
    }
    if (size == 0) {
        talk->input_ended = true;
        return true;
    }
    talk_compact(talk);
    if (bytes_add(&talk->input, buffer, (size_t)size) != 0) {
        output_no_memory();
    }
    if (talk->input.size - talk->input_next > TALK_LINE_BYTES_MAX + TALK_READ_BYTES) {
        output_complain("a line is longer than %zu MiB", TALK_LINE_BYTES_MAX >> 20);
        talk->input_code = COMMAND_USAGE;
        return false;
    }
    return true;
}

/* The next line in the buffer that is not empty; the last one may lack its newline. */
static bool talk_take_line(struct talk *talk, const uint8_t **line, size_t *size)
{
    struct bytes *input = &talk->input;
    while (talk->input_scanned < input->size) {
        uint8_t *newline =
            memchr(input->data + talk->input_scanned, '\n', input->size - talk->input_scanned);
        if (!newline && !talk->input_ended) {
            talk->input_scanned = input->size;
            return false;
        }
        *line = input->data + talk->input_next;
        *size = newline ? (size_t)(newline - *line) : input->size - talk->input_next;
        talk->input_next += *size + (newline ? 1 : 0);
        talk->input_scanned = talk->input_next;
        if (*size > 0) {
            return true;
        }
    }
    return false;
}

/* At the end of input what was scanned without a newline is the last line. */
static bool talk_take_last_line(struct talk *talk, const uint8_t **line, size_t *size)
{
    talk->input_scanned = talk->input_next;
    return talk_take_line(talk, line, size);
}

static enum talk_next talk_hear(struct talk *talk)
{
    talk_receive(talk);
    talk_end_line(talk);
    output_flush();
    return talk->closed ? TALK_CLOSED : TALK_LINE;
}

static void talk_print_prompt(const struct talk *talk)
{
    if (talk->prompts) {
        fputs(TALK_PROMPT, stdout);
        output_flush();
    }
}

/* Input goes first: when it ended, a server that closes is what was asked for. */
static enum talk_next talk_await_input(struct talk *talk)
{
    int found = talk_wait(talk, TALK_INPUT | TALK_READABLE, CLOCK_NEVER_NS);
    if (found < 0) {
        output_complain("waiting for input failed: %s", strerror(-found));
        talk->input_code = COMMAND_MACHINE;
        return TALK_FAILED;
    }
    if ((unsigned)found & TALK_INPUT) {
        return talk_read_input(talk) ? TALK_LINE : TALK_FAILED;
    }
    if (talk->prompts) {
        putchar('\n');
    }
    enum talk_next next = talk_hear(talk);
    if (next == TALK_LINE) {
        talk_print_prompt(talk);
    }
    return next;
}

enum talk_next talk_next_line(struct talk *talk, const uint8_t **line, size_t *size)
{
    if (talk_take_line(talk, line, size)) {
        return TALK_LINE;
    }
    talk_print_prompt(talk);
    while (!talk->input_ended) {
        enum talk_next next = talk_await_input(talk);
        if (next != TALK_LINE) {
            return next;
        }
        size_t before = talk->input_scanned;
        if (talk_take_line(talk, line, size)) {
            return TALK_LINE;
        }
        if (talk->prompts && !talk->input_ended && talk->input_next > before) {
            talk_print_prompt(talk); /* an empty line */
        }
    }
    if (talk_take_last_line(talk, line, size)) {
        return TALK_LINE;
    }
    if (talk->prompts) {
        putchar('\n');
    }
    return TALK_END;
}

bool talk_has_unsent(struct talk *talk)
{
    const uint8_t *line;
    size_t size;
    while (!talk_take_line(talk, &line, &size)) {
        if (talk->input_ended) {
            return talk_take_last_line(talk, &line, &size);
        }
        /* A person types one line at a time; whatever else is at hand was meant to be sent. */
        int found = talk->prompts ? 0 : talk_wait(talk, TALK_INPUT, 0);
        if (found <= 0 || !((unsigned)found & TALK_INPUT) || !talk_read_input(talk)) {
            return false;
        }
    }
    return true;
}
