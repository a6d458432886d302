/* SPDX-License-Identifier: MIT */
#include "trace_who.h"

#include <stdio.h>

static const char *party_text(const struct trace_story *story, uint32_t index,
                              char text[TRACE_WHO_BYTES])
{
    text[0] = '\0';
    if (index == TRACE_NOBODY) {
        return text;
    }
    const struct trace_party *party = trace_story_party(story, index);
    switch (party->role) {
    case TRACE_ROLE_SERVER:
        snprintf(text, TRACE_WHO_BYTES, "server");
        break;
    case TRACE_ROLE_SIDE:
        snprintf(text, TRACE_WHO_BYTES, "server%s%s", *party->name ? ":" : "", party->name);
        break;
    case TRACE_ROLE_CLIENT:
        snprintf(text, TRACE_WHO_BYTES, "%s", *party->name ? party->name : "client");
        break;
    }
    return text;
}

const char *trace_who_text(const struct trace_story *story, size_t event,
                           char text[TRACE_WHO_BYTES])
{
    return party_text(story, trace_story_of(story, event), text);
}

const char *trace_who_peer_text(const struct trace_story *story, size_t event,
                                char text[TRACE_WHO_BYTES])
{
    return party_text(story, trace_story_peer(story, event), text);
}
