/* SPDX-License-Identifier: MIT */
#include "trace_story.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "trace_lives.h"
#include "trace_story_internal.h"
#include "trace_text.h"

/* The name that the party of a life goes by: bytes of the view, up to a NUL. */
static struct story_name life_name(const struct trace_lives *lives, const struct trace_life *life)
{
    if (life->role == TRACE_ROLE_SIDE) {
        life = life->client == TRACE_NOBODY ? NULL : &lives->lives[life->client];
    }
    if (!life || life->mark == TRACE_NOBODY) {
        return (struct story_name){.text = ""};
    }
    const struct trace_event *mark = &lives->view->events[life->mark];
    const char *text = (const char *)lives->view->data + mark->data;
    return (struct story_name){.text = text, .size = strnlen(text, mark->size)};
}

/* The label, whose end is the name. Owned. */
static char *party_label(enum trace_role role, struct story_name name)
{
    const char *before = role == TRACE_ROLE_SIDE ? "the server's side of " : "";
    if (role == TRACE_ROLE_SERVER) {
        before = "the server";
    } else if (name.size == 0) {
        before = role == TRACE_ROLE_SIDE ? "the server's side of an unknown client"
                                         : "an unknown client";
    }
    size_t length = strlen(before);
    char *label = malloc(length + name.size + 1);
    if (label) {
        memcpy(label, before, length);
        memcpy(label + length, name.text, name.size);
        label[length + name.size] = '\0';
    }
    return label;
}

uint32_t trace_story_find(const struct trace_story *story, enum trace_role role,
                          struct story_name name)
{
    return trace_index_get(&story->names, role, name.text, name.size);
}

static int add_party(struct trace_story *story, enum trace_role role, struct story_name name)
{
    if (story->party_count == story->party_capacity) {
        size_t capacity = story->party_capacity ? story->party_capacity * 2 : 16;
        struct trace_party *larger = realloc(story->parties, capacity * sizeof(*larger));
        if (!larger) {
            return -ENOMEM;
        }
        story->parties = larger;
        story->party_capacity = capacity;
    }
    char *label = party_label(role, name);
    if (!label) {
        return -ENOMEM;
    }
    const char *own_name = label + strlen(label) - name.size;
    story->parties[story->party_count++] =
        (struct trace_party){.role = role, .name = own_name, .label = label};
    return trace_index_put(&story->names, role, name.text, name.size,
                           (uint32_t)(story->party_count - 1));
}

/* Gives every life its party. */
static int find_parties(struct trace_story *story, const struct trace_lives *lives,
                        uint32_t *party_of_life)
{
    for (size_t i = 0; i < lives->count; i++) {
        enum trace_role role = lives->lives[i].role;
        struct story_name name = life_name(lives, &lives->lives[i]);
        int status = 0;
        if (role == TRACE_ROLE_SERVER) {
            name.size = 0;
        }
        party_of_life[i] = trace_story_find(story, role, name);
        if (party_of_life[i] == TRACE_INDEX_NONE) {
            status = add_party(story, role, name);
            party_of_life[i] = (uint32_t)story->party_count - 1;
        }
        if (status != 0) {
            return status;
        }
    }
    return 0;
}

static void name_events(struct trace_story *story, const struct trace_lives *lives,
                        const uint32_t *party_of_life)
{
    for (size_t i = 0; i < story->view.event_count; i++) {
        uint32_t life = lives->life_of[i];
        uint32_t peer = lives->peer_of[i];
        story->party_of[i] = life == TRACE_NOBODY ? TRACE_NOBODY : party_of_life[life];
        story->peer_of[i] = peer == TRACE_NOBODY ? TRACE_NOBODY : party_of_life[peer];
    }
}

static bool is_told(const struct trace_story *story, size_t event)
{
    const struct trace_event *at = &story->view.events[event];
    return story->party_of[event] != TRACE_NOBODY && at->kind < WORLD_CALL_COUNT &&
           !trace_text_is_noise(at);
}

/* Each party's events in a row: counted, then dealt out. */
static void sort_events(struct trace_story *story)
{
    uint32_t rank = 0;
    for (size_t i = 0; i < story->view.event_count; i++) {
        story->ranks[i] = rank;
        if (is_told(story, i)) {
            story->firsts[story->party_of[i] + 1]++;
            rank++;
        }
    }
    for (size_t i = 0; i < story->party_count; i++) {
        story->firsts[i + 1] += story->firsts[i];
    }
    for (size_t i = story->view.event_count; i > 0; i--) {
        if (is_told(story, i - 1)) {
            story->told[--story->firsts[story->party_of[i - 1] + 1]] = (uint32_t)(i - 1);
        }
    }
    /* Dealt from the back, each end has moved to where its row begins. */
    for (size_t i = 0; i < story->party_count; i++) {
        story->firsts[i] = story->firsts[i + 1];
    }
    story->firsts[story->party_count] = rank;
}

static int tell(struct trace_story *story, const struct trace_lives *lives)
{
    size_t events = story->view.event_count;
    uint32_t *party_of_life = calloc(lives->count + 1, sizeof(*party_of_life));
    int status = party_of_life ? find_parties(story, lives, party_of_life) : -ENOMEM;
    story->party_of = calloc(events + 1, sizeof(*story->party_of));
    story->peer_of = calloc(events + 1, sizeof(*story->peer_of));
    story->told = calloc(events + 1, sizeof(*story->told));
    story->ranks = calloc(events + 1, sizeof(*story->ranks));
    story->firsts = calloc(story->party_count + 1, sizeof(*story->firsts));
    if (!story->party_of || !story->peer_of || !story->told || !story->ranks || !story->firsts) {
        status = -ENOMEM;
    }
    if (status == 0) {
        name_events(story, lives, party_of_life);
        sort_events(story);
    }
    free(party_of_life);
    return status;
}

int trace_story_new(const struct trace_view *view, struct trace_story **story)
{
    struct trace_lives lives;
    ASSERT(view->event_count <= TRACE_EVENTS_MAX);
    struct trace_story *made = calloc(1, sizeof(*made));
    if (!made) {
        return -ENOMEM;
    }
    made->view = *view;
    trace_index_init(&made->names);
    int status = trace_lives_init(&lives, &made->view);
    if (status == 0) {
        status = tell(made, &lives);
        trace_lives_fini(&lives);
    }
    if (status != 0) {
        trace_story_free(made);
        return status;
    }
    *story = made;
    return 0;
}

void trace_story_free(struct trace_story *story)
{
    if (!story) {
        return;
    }
    for (size_t i = 0; i < story->party_count; i++) {
        free((char *)story->parties[i].label);
    }
    trace_index_fini(&story->names);
    free(story->parties);
    free(story->party_of);
    free(story->peer_of);
    free(story->told);
    free(story->ranks);
    free(story->firsts);
    free(story);
}

size_t trace_story_party_count(const struct trace_story *story)
{
    return story->party_count;
}

const struct trace_party *trace_story_party(const struct trace_story *story, uint32_t party)
{
    ASSERT(party < story->party_count);
    return &story->parties[party];
}

uint32_t trace_story_of(const struct trace_story *story, size_t event)
{
    ASSERT(event < story->view.event_count);
    return story->party_of[event];
}

uint32_t trace_story_peer(const struct trace_story *story, size_t event)
{
    ASSERT(event < story->view.event_count);
    return story->peer_of[event];
}
