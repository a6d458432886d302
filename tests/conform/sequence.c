/* SPDX-License-Identifier: MIT */
/* The text language: calls between semicolons, slots as letters, numbers in decimal. */
#include "sequence.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct sequence_word sequence_words[OP_COUNT] = {
    [OP_TCP4] = {"tcp4", MAKES_SLOT},
    [OP_TCP6] = {"tcp6", MAKES_SLOT},
    [OP_UDP4] = {"udp4", MAKES_SLOT},
    [OP_UDP6] = {"udp6", MAKES_SLOT},
    [OP_BIND] = {"bind", TAKES_SLOT | TAKES_TARGET},
    [OP_LISTEN] = {"listen", TAKES_SLOT | TAKES_NUMBER},
    [OP_ACCEPT] = {"accept", MAKES_SLOT | TAKES_TARGET},
    [OP_CONNECT] = {"connect", TAKES_SLOT | TAKES_TARGET},
    [OP_SEND] = {"send", TAKES_SLOT | TAKES_NUMBER},
    [OP_SENDTO] = {"sendto", TAKES_SLOT | TAKES_TARGET | TAKES_NUMBER},
    [OP_FLOOD] = {"flood", TAKES_SLOT | TAKES_TARGET | TAKES_NUMBER},
    [OP_FILL] = {"fill", TAKES_SLOT},
    [OP_RECV] = {"recv", TAKES_SLOT | TAKES_NUMBER},
    [OP_RECVFROM] = {"recvfrom", TAKES_SLOT | TAKES_NUMBER},
    [OP_DRAIN] = {"drain", TAKES_SLOT},
    [OP_SHUT_RD] = {"shut-rd", TAKES_SLOT},
    [OP_SHUT_WR] = {"shut-wr", TAKES_SLOT},
    [OP_SHUT_RDWR] = {"shut-rdwr", TAKES_SLOT},
    [OP_CLOSE] = {"close", TAKES_SLOT},
    [OP_LINGER] = {"linger", TAKES_SLOT | TAKES_NUMBER},
    [OP_SNDBUF] = {"sndbuf", TAKES_SLOT | TAKES_NUMBER},
    [OP_RCVBUF] = {"rcvbuf", TAKES_SLOT | TAKES_NUMBER},
    [OP_NAME] = {"name", TAKES_SLOT},
    [OP_PEER] = {"peer", TAKES_SLOT},
    [OP_ERROR] = {"error", TAKES_SLOT},
    [OP_QUEUE] = {"queue", TAKES_SLOT},
    [OP_DROPPED] = {"dropped", TAKES_SLOT},
    [OP_WATCH] = {"watch", TAKES_SLOT | TAKES_EVENTS},
    [OP_WAIT] = {"wait", 0},
};

static const char *const event_words[4] = {"none", "r", "w", "rw"};

struct target_word {
    const char *name;
    int target;
};

static const struct target_word target_words[] = {
    {"free", TARGET_FREE}, {"any", TARGET_ANY}, {"nowhere", TARGET_NOWHERE}};

#define TARGET_WORDS (sizeof(target_words) / sizeof(target_words[0]))

void sequence_add(struct sequence *sequence, enum sequence_op op, int slot, int target, int number)
{
    if (sequence->count < SEQUENCE_CALLS_MAX) {
        sequence->calls[sequence->count++] =
            (struct call){.op = (uint8_t)op, .slot = slot, .target = target, .number = number};
    }
}

static const char *target_text(int target, char letter[2])
{
    for (size_t i = 0; i < TARGET_WORDS; i++) {
        if (target_words[i].target == target) {
            return target_words[i].name;
        }
    }
    letter[0] = (char)('a' + target);
    letter[1] = '\0';
    return letter;
}

const char *sequence_call_text(const struct call *call, char text[SEQUENCE_CALL_TEXT])
{
    const struct sequence_word *word = &sequence_words[call->op];
    char letter[2];
    char *end = text;
    if (word->takes & MAKES_SLOT) {
        end += sprintf(end, "%c=", 'a' + call->slot);
    }
    end += sprintf(end, "%s", word->name);
    if (word->takes & TAKES_SLOT) {
        end += sprintf(end, " %c", 'a' + call->slot);
    }
    if (word->takes & TAKES_TARGET) {
        end += sprintf(end, " %s", target_text(call->target, letter));
    }
    if (word->takes & TAKES_NUMBER) {
        end += sprintf(end, " %d", call->number);
    }
    if (word->takes & TAKES_EVENTS) {
        sprintf(end, " %s", event_words[call->number & 3]);
    }
    return text;
}

const char *sequence_text(const struct sequence *sequence, char text[SEQUENCE_TEXT])
{
    char *end = text;
    *end = '\0';
    for (int i = 0; i < sequence->count; i++) {
        if (i > 0) {
            end = stpcpy(end, "; ");
        }
        sequence_call_text(&sequence->calls[i], end);
        end += strlen(end);
    }
    return text;
}

/* The next word before a blank, '=' or ';'; its length, 0 when there is none. */
static size_t word_length(const char *text)
{
    return strcspn(text, " =;\n");
}

static bool word_is(const char *text, const char *word)
{
    return word_length(text) == strlen(word) && strncmp(text, word, strlen(word)) == 0;
}

static const char *skip_blanks(const char *text)
{
    return text + strspn(text, " \n");
}

static const char *parse_slot(const char *text, int *slot)
{
    if (word_length(text) != 1 || *text < 'a' || *text >= 'a' + SEQUENCE_SLOTS) {
        return NULL;
    }
    *slot = *text - 'a';
    return text + 1;
}

static const char *parse_target(const char *text, int *target)
{
    for (size_t i = 0; i < TARGET_WORDS; i++) {
        if (word_is(text, target_words[i].name)) {
            *target = target_words[i].target;
            return text + word_length(text);
        }
    }
    return parse_slot(text, target);
}

static const char *parse_number(const char *text, int32_t *number)
{
    char *end;
    long value = strtol(text, &end, 10);
    if (!isdigit((unsigned char)*text) || value > SEQUENCE_NUMBER_MAX) {
        return NULL;
    }
    *number = (int32_t)value;
    return end;
}

static const char *parse_events(const char *text, int32_t *number)
{
    for (int32_t i = 0; i < 4; i++) {
        if (word_is(text, event_words[i])) {
            *number = i;
            return text + word_length(text);
        }
    }
    return NULL;
}

static const char *parse_op(const char *text, struct call *call)
{
    for (int op = 0; op < OP_COUNT; op++) {
        if (word_is(text, sequence_words[op].name)) {
            call->op = (uint8_t)op;
            return text + word_length(text);
        }
    }
    return NULL;
}

/* Reads one call; returns where it ends, NULL with `*wrong` at the offending word. */
static const char *parse_call(const char *text, struct call *call, const char **wrong)
{
    bool made = word_length(text) == 1 && text[1] == '=';
    *call = (struct call){.slot = TARGET_NONE, .target = TARGET_NONE};
    *wrong = text;
    if (made) {
        text = parse_slot(text, &call->slot);
        text = text ? text + 1 : NULL;
    }
    text = text ? parse_op(text, call) : NULL;
    unsigned takes = text ? sequence_words[call->op].takes : 0;
    if (!text || made != ((takes & MAKES_SLOT) != 0)) {
        return NULL;
    }
    *wrong = text = skip_blanks(text);
    if (takes & TAKES_SLOT) {
        text = parse_slot(text, &call->slot);
    }
    if (text && (takes & TAKES_TARGET)) {
        *wrong = text = skip_blanks(text);
        text = parse_target(text, &call->target);
    }
    if (text && (takes & TAKES_NUMBER)) {
        *wrong = text = skip_blanks(text);
        text = parse_number(text, &call->number);
    }
    if (text && (takes & TAKES_EVENTS)) {
        *wrong = text = skip_blanks(text);
        text = parse_events(text, &call->number);
    }
    return text;
}

/* What the text language allows but no world may be called with. */
static bool call_possible(const struct call *call)
{
    bool receives = call->op == OP_RECV || call->op == OP_RECVFROM;
    bool goes_to_slot = call->op == OP_ACCEPT;
    bool binds = call->op == OP_BIND;
    return (!receives || call->number > 0) && (!goes_to_slot || call->target >= 0) &&
           (binds || (call->target != TARGET_FREE && call->target != TARGET_ANY)) &&
           (call->op != OP_FLOOD || call->number <= SEQUENCE_FLOOD_MAX);
}

int sequence_parse(const char *text, struct sequence *sequence, const char **wrong)
{
    bool made[SEQUENCE_SLOTS] = {false};
    sequence->count = 0;
    for (text = skip_blanks(text); *text; text = skip_blanks(text)) {
        struct call call;
        const char *begin = text;
        text = parse_call(text, &call, wrong);
        if (!text) {
            return -EINVAL;
        }
        text = skip_blanks(text);
        if (*text && *text != ';') {
            *wrong = text;
            return -EINVAL;
        }
        text += *text == ';';
        bool makes = (sequence_words[call.op].takes & MAKES_SLOT) != 0;
        if (!call_possible(&call) || (makes && made[call.slot]) ||
            sequence->count == SEQUENCE_CALLS_MAX) {
            *wrong = begin;
            return -EINVAL;
        }
        if (makes) {
            made[call.slot] = true;
        }
        sequence->calls[sequence->count++] = call;
    }
    return 0;
}

bool sequence_equal(const struct sequence *a, const struct sequence *b)
{
    if (a->count != b->count) {
        return false;
    }
    for (int i = 0; i < a->count; i++) {
        const struct call *x = &a->calls[i];
        const struct call *y = &b->calls[i];
        if (x->op != y->op || x->slot != y->slot || x->target != y->target ||
            x->number != y->number) {
            return false;
        }
    }
    return true;
}
