/* SPDX-License-Identifier: MIT */
#include "fingerprint.h"

#include <stdio.h>
#include <string.h>

#include "check.h"
#include "plugin_note.h"

/* How the harness says which rule was broken (core/session*.c), and its short name. A test reads
 * the sources and asks for each sentence of theirs. */
static const struct rule {
    const char *words, *name;
} rules[] = {
    {"declares LENGTH_PRESERVING", "length-preserving"},
    {"declares ONE_REPLY_PER_DATAGRAM", "one-reply-per-datagram"},
    {"replaced the buffer", "buffer-replaced"},
    {"wrote more than reply_max", "reply-overflow"},
    {"reported an internal error", "internal-error"},
    {"returned a status that the ABI does not know", "unknown-status"},
    {"framed a message that is longer", "frame-too-long"},
    {"refused to open", "open-refused"},
};

static const char *rule_of(const struct result *result)
{
    const char *sentence = result->failure.sentence;
    for (size_t i = 0; sentence && i < sizeof(rules) / sizeof(rules[0]); i++) {
        if (strstr(sentence, rules[i].words)) {
            return rules[i].name;
        }
    }
    return NULL;
}

static bool says(const struct result *result, const char *words)
{
    return result->failure.sentence && strstr(result->failure.sentence, words);
}

/* Most errors are nobody's finding. One that a worker made of two different results still carries
 * the oracle of the first: what counts is settle, and a socket that the loop left open. */
static const char *error_of(const struct result *result)
{
    if (result->failure.oracle == ORACLE_SETTLE && !says(result, "keeps state between scenarios")) {
        return result_oracle_name(ORACLE_SETTLE);
    }
    return says(result, "the harness left ") ? "open" : NULL;
}

static const char *failure_of(const struct result *result)
{
    switch (result->failure.oracle) {
    case ORACLE_PROPERTY:
    case ORACLE_PLUGIN:
    case ORACLE_REPLAY:
    case ORACLE_SPLIT:
        return result_oracle_name(result->failure.oracle);
    case ORACLE_NONE:
    case ORACLE_STORY:
    case ORACLE_LEAK:
    case ORACLE_SETTLE:
    case ORACLE_HARNESS:
        break;
    }
    return NULL;
}

static const char *kind_of(const struct result *result)
{
    switch (result->verdict) {
    case VERDICT_CRASH:
        return result->trouble.signal == 0 ? "exit" : "crash";
    case VERDICT_HANG:
        return "hang";
    case VERDICT_LEAK:
        /* The same bug of a loop is told by the simulated world as an error. */
        return says(result, "the run left ") ? "open" : "leak";
    case VERDICT_FAIL:
        return failure_of(result);
    case VERDICT_ERROR:
        return error_of(result);
    case VERDICT_PASS:
    case VERDICT_DIVERGED:
    case VERDICT_FLAKY:
    case VERDICT_SKIPPED:
    case VERDICT_EXPECTED_FAIL:
    case VERDICT_UNEXPECTED_PASS:
        break;
    }
    return NULL;
}

bool fingerprint(const char *plugin, const struct result *result, char text[FINGERPRINT_BYTES])
{
    const char *kind = kind_of(result);
    const char *detail = NULL;
    text[0] = '\0';
    if (!kind) {
        return false;
    }
    if (result->verdict == VERDICT_CRASH || result->verdict == VERDICT_HANG) {
        uint32_t callback = result->trouble.callback;
        ASSERT(callback < PLUGIN_CALLBACK_COUNT);
        detail = callback == PLUGIN_CALLBACK_NONE
                     ? "host"
                     : plugin_callback_name((enum plugin_callback)callback);
    } else if (result->failure.oracle == ORACLE_PROPERTY ||
               result->failure.oracle == ORACLE_PLUGIN) {
        detail = rule_of(result);
    }
    snprintf(text, FINGERPRINT_BYTES, "%s:%s%s%s", plugin, kind, detail ? ":" : "",
             detail ? detail : "");
    return true;
}
