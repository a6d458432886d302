/* SPDX-License-Identifier: MIT */
/* Outcomes as text. */
#include "party.h"

#include <stdio.h>
#include <string.h>

static const char *who_text(int who, char letter[2])
{
    if (who >= 0) {
        letter[0] = (char)('a' + who);
        letter[1] = '\0';
        return letter;
    }
    return who == WHO_NOBODY ? "0" : "stranger";
}

static char *ready_text(const struct outcome *outcome, char *end)
{
    bool any = false;
    for (int i = 0; i < SEQUENCE_SLOTS; i++) {
        unsigned bits = outcome->ready[i];
        if (bits != 0) {
            end += sprintf(end, "%s%c:%s%s%s", any ? " " : "", 'a' + i,
                           bits & WORLD_READABLE ? "r" : "", bits & WORLD_WRITABLE ? "w" : "",
                           bits & WORLD_FAILED ? "f" : "");
            any = true;
        }
    }
    return any ? end : stpcpy(end, "nothing");
}

static char *status_text(const struct outcome *outcome, char *end)
{
    const char *name = outcome->status < 0 ? strerrorname_np(-outcome->status) : NULL;
    return name ? stpcpy(end, name) : end + sprintf(end, "%d", outcome->status);
}

const char *outcome_text(const struct call *call, const struct outcome *outcome,
                         char text[OUTCOME_TEXT])
{
    static const char *const hosts[] = {"", " loopback:", " any:", " other:"};
    char *end = text;
    char letter[2];
    if (!outcome->made) {
        stpcpy(text, "-");
        return text;
    }
    if (call->op == OP_WAIT && outcome->status >= 0) {
        end = ready_text(outcome, end);
    } else {
        end = status_text(outcome, end);
    }
    if (call->op == OP_DRAIN || call->op == OP_FILL || call->op == OP_FLOOD) {
        end += sprintf(end, " after %llu", (unsigned long long)outcome->amount);
    }
    if (outcome->host != HOST_NONE) {
        end += sprintf(end, "%s%s", hosts[outcome->host], who_text(outcome->who, letter));
    }
    if (outcome->wrong) {
        end = stpcpy(end, " wrong bytes");
    }
    if (outcome->slipped) {
        stpcpy(end, " when read to the end");
    }
    return text;
}
