/* SPDX-License-Identifier: MIT */
/*
 * A conversation between standard input and a server: the client of the socket tutorials.
 *
 * Lines go to the server one at a time, answers go to standard output as they come. Everything
 * waits in one place, talk_wait, so that answers are read while a long line is still being sent.
 * One conversation per process, one thread.
 */
#ifndef DRILL_CLI_TALK_H
#define DRILL_CLI_TALK_H

#include <stdbool.h>

#include "bytes.h"
#include "endpoint.h"

#define TALK_LINE_BYTES_MAX ((size_t)64 << 20)
#define TALK_RECEIVE_BYTES  65536 /* the longest datagram fits */

/* What talk_wait can wait for, and what it says is there. */
#define TALK_INPUT    1u
#define TALK_READABLE 2u
#define TALK_WRITABLE 4u

struct talk {
    struct world *world;
    struct endpoint endpoint;
    char name[ENDPOINT_TEXT];
    int socket;
    uint64_t timeout_ns;

    struct bytes input;   /* read from standard input and not yet sent */
    size_t input_next;    /* where the next line begins */
    size_t input_scanned; /* up to here there is no end of line */
    bool input_ended;
    int input_code;       /* the exit code when input cannot go on */
    bool input_unwatched; /* a file: reading never waits */
    bool prompts;         /* a person types and watches */

    uint64_t answer_bytes;     /* received since talk_send began */
    uint64_t answer_datagrams; /* the same for UDP */
    bool line_open;            /* standard output is in the middle of a line */
    bool closed;               /* the server ended the conversation */
    int error;                 /* then: a positive errno, or 0 when it was in order */
    uint8_t buffer[TALK_RECEIVE_BYTES];
};

/* Waits for any of `wanted` until `deadline_ns`. What is there, 0 at the deadline, or -errno. */
int talk_wait(struct talk *talk, unsigned wanted, uint64_t deadline_ns);

/* The deadline of something that begins now. */
uint64_t talk_deadline(const struct talk *talk);

/* 0 when connected, or -errno: -ECONNREFUSED, -ETIMEDOUT and the others of connect(2). */
int talk_connect(struct talk *talk);

/* Sends all of a line, reading meanwhile. 0; -ETIMEDOUT when the server stopped taking it;
 * -EMSGSIZE when no datagram holds it; -EPIPE when the conversation ended: see `closed`. */
int talk_send(struct talk *talk, const void *line, size_t size);

/* Prints what is at hand, without waiting. Sets `closed` at the end. */
void talk_receive(struct talk *talk);

/* Waits until something of the answer came, and for the rest of an answer to a line so long that
 * the server will have read it in pieces. 0, -ETIMEDOUT, or -EPIPE as above. */
int talk_answer(struct talk *talk, size_t line_bytes);

/* Ends the line on standard output. */
void talk_end_line(struct talk *talk);

enum talk_next {
    TALK_LINE,   /* there is a line */
    TALK_END,    /* standard input ended */
    TALK_CLOSED, /* the server closed first */
    TALK_FAILED  /* standard input or waiting failed; a sentence was printed */
};

/* The next line that is not empty, without its newline; borrowed until the next call. Prints what
 * the server says meanwhile. */
enum talk_next talk_next_line(struct talk *talk, const uint8_t **line, size_t *size);

/* Whether a line is at hand that was not sent. */
bool talk_has_unsent(struct talk *talk);

#endif
