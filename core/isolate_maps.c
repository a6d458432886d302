/* SPDX-License-Identifier: MIT */
/* The parent's half of isolate_crash.h: addresses and a memory map become files and offsets. */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "isolate_crash.h"

/* A line of proc_pid_maps(5): "start-end perms offset device inode   path". */
struct mapping {
    uint64_t start, end, offset;
    const char *path; /* not terminated */
    size_t path_size;
};

struct text {
    const char *at;
    const char *end;
};

static bool take_number(struct text *text, unsigned base, uint64_t *number)
{
    const char *start = text->at;
    *number = 0;
    for (; text->at < text->end; text->at++) {
        char c = *text->at;
        unsigned digit = c >= '0' && c <= '9'   ? (unsigned)(c - '0')
                         : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10
                                                : base;
        if (digit >= base) {
            break;
        }
        *number = *number * base + digit;
    }
    return text->at > start;
}

static bool take(struct text *text, char c)
{
    bool there = text->at < text->end && *text->at == c;
    text->at += there;
    return there;
}

/* Skips a word of anything and the spaces behind it. */
static void skip_word(struct text *text)
{
    while (text->at < text->end && *text->at != ' ') {
        text->at++;
    }
    while (take(text, ' ')) {
    }
}

static bool read_mapping(struct text line, struct mapping *mapping)
{
    if (!take_number(&line, 16, &mapping->start) || !take(&line, '-') ||
        !take_number(&line, 16, &mapping->end) || !take(&line, ' ')) {
        return false;
    }
    skip_word(&line); /* permissions */
    if (!take_number(&line, 16, &mapping->offset) || !take(&line, ' ')) {
        return false;
    }
    skip_word(&line); /* device */
    skip_word(&line); /* inode */
    mapping->path = line.at;
    mapping->path_size = (size_t)(line.end - line.at);
    return true;
}

/* The mapping that holds `address`. */
static bool find_mapping(struct text maps, uint64_t address, struct mapping *mapping)
{
    while (maps.at < maps.end) {
        const char *newline = memchr(maps.at, '\n', (size_t)(maps.end - maps.at));
        struct text line = {maps.at, newline ? newline : maps.end};
        if (read_mapping(line, mapping) && address >= mapping->start && address < mapping->end) {
            return true;
        }
        maps.at = newline ? newline + 1 : maps.end;
    }
    return false;
}

static int add_frame(struct text maps, uint64_t address, struct result_trouble *trouble)
{
    struct mapping mapping;
    struct result_frame *frame = &trouble->frames[trouble->frame_count];
    *frame = (struct result_frame){.offset = address};
    if (find_mapping(maps, address, &mapping)) {
        frame->module = strndup(mapping.path, mapping.path_size);
        frame->offset = address - mapping.start + mapping.offset;
    } else {
        frame->module = strdup("");
    }
    if (!frame->module) {
        return -ENOMEM;
    }
    trouble->frame_count++;
    return 0;
}

int isolate_crash_frames(const struct isolate_crash *record, struct result_trouble *trouble)
{
    uint32_t count = record->address_count;
    size_t size = record->maps_size;
    if (count > ISOLATE_CRASH_ADDRESSES_MAX || size > sizeof(record->maps)) {
        return 0;
    }
    struct text maps = {record->maps, record->maps + size};
    for (uint32_t i = 0; i < count && trouble->frame_count < RESULT_FRAMES_MAX; i++) {
        /* A return address may already belong to the next line or function: the call stands one
         * byte before it. */
        int status = add_frame(maps, record->addresses[i] - (i > 0), trouble);
        if (status != 0) {
            return status;
        }
    }
    return 0;
}
