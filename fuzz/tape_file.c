/* SPDX-License-Identifier: MIT */
#include "tape_file.h"

#include <errno.h>
#include <string.h>

#include "plugin_check.h"

#define MAGIC_SIZE 8
static const uint8_t magic[MAGIC_SIZE] = {0x89, 's', 'd', 't', 'a', 'p', 'e', 0x0a};

struct reader {
    const uint8_t *data;
    size_t size, at;
    struct tape_file *file;
    const char **tags, **clients;
    size_t tag_room, client_room;
    struct drill_error *error;
};

bool tape_file_is(const uint8_t *data, size_t size)
{
    return size >= MAGIC_SIZE && memcmp(data, magic, MAGIC_SIZE) == 0;
}

static int refuse_cut(const struct reader *reader)
{
    return drill_error_set(reader->error, "the tape ends in the middle: it was cut short");
}

/* A text's place; it is not copied. */
static int read_bytes(struct reader *reader, const uint8_t **data, size_t *size)
{
    uint64_t length;
    if (reader->at >= reader->size) {
        return refuse_cut(reader);
    }
    size_t at = tape_number_read(reader->data, reader->size, reader->at, &length);
    if (length > reader->size - at) {
        return refuse_cut(reader);
    }
    *data = reader->data + at;
    *size = (size_t)length;
    reader->at = at + (size_t)length;
    return 0;
}

static int read_text(struct reader *reader, const char *what, const char **text)
{
    const uint8_t *data = NULL;
    size_t size = 0;
    int status = read_bytes(reader, &data, &size);
    if (status != 0) {
        return status;
    }
    char *copy = plan_arena_alloc(reader->file->arena, size + 1);
    if (!copy) {
        return -ENOMEM;
    }
    if (size > 0) {
        memcpy(copy, data, size);
    }
    copy[size] = '\0';
    if (strlen(copy) != size || !plugin_check_utf8(copy)) {
        return drill_error_set(reader->error, "the tape is damaged: its %s is not text", what);
    }
    *text = copy;
    return 0;
}

/* A list that doubles; what it grew out of stays in the arena. */
static int add(struct reader *reader, const char ***list, size_t *room, size_t *count,
               const char *text)
{
    if (*count == *room) {
        size_t larger = *room ? *room * 2 : 8;
        const char **grown = larger > TAPE_FILE_LIST_MAX
                                 ? NULL
                                 : plan_arena_alloc(reader->file->arena, larger * sizeof(*grown));
        if (!grown) {
            return -ENOMEM;
        }
        if (*count > 0) {
            memcpy((void *)grown, (const void *)*list, *count * sizeof(*grown));
        }
        *list = grown;
        *room = larger;
    }
    ASSERT(*list);
    (*list)[(*count)++] = text;
    return 0;
}

static int read_section(struct reader *reader)
{
    struct tape_file *file = reader->file;
    uint8_t key = reader->data[reader->at++];
    const char *text = NULL;
    if (key < TAPE_FILE_TITLE || key > TAPE_FILE_SPELLING) {
        return drill_error_set(reader->error, "the tape is damaged: nothing is stored as %u",
                               (unsigned)key);
    }
    int status = read_text(reader, "metadata", &text);
    if (status != 0) {
        return status;
    }
    switch ((enum tape_file_key)key) {
    case TAPE_FILE_TITLE:
        file->title = text;
        return 0;
    case TAPE_FILE_TAG:
        return add(reader, &reader->tags, &reader->tag_room, &file->tag_count, text);
    case TAPE_FILE_CLIENT:
        return add(reader, &reader->clients, &reader->client_room, &file->client_count, text);
    case TAPE_FILE_SPELLING:
        file->spelling = text;
        return 0;
    }
    return 0;
}

static int read_head(struct reader *reader)
{
    struct tape_file *file = reader->file;
    if (!tape_file_is(reader->data, reader->size)) {
        return drill_error_set(reader->error, "this is no tape file");
    }
    if (reader->size < MAGIC_SIZE + 2) {
        return refuse_cut(reader);
    }
    unsigned version = reader->data[MAGIC_SIZE], use = reader->data[MAGIC_SIZE + 1];
    if (version != TAPE_FILE_VERSION) {
        return drill_error_set(reader->error,
                               "the tape has version %u and this sockdrill reads version %u: make "
                               "it again from its scenario",
                               version, TAPE_FILE_VERSION);
    }
    if (use > TAPE_EXPLORE) {
        return drill_error_set(reader->error, "the tape is damaged: there is no use %u", use);
    }
    file->use = (enum tape_use)use;
    reader->at = MAGIC_SIZE + 2;
    int status = read_text(reader, "plugin", &file->plugin);
    if (status == 0 && file->plugin[0] == '\0') {
        return drill_error_set(reader->error, "the tape is damaged: it names no plugin");
    }
    return status == 0 ? read_bytes(reader, &file->events, &file->event_bytes) : status;
}

int tape_file_read(const uint8_t *data, size_t size, struct tape_file *file,
                   struct drill_error *error)
{
    struct reader reader = {.data = data, .size = size, .file = file, .error = error};
    *file = (struct tape_file){.title = "", .arena = plan_arena_new()};
    int status = file->arena ? read_head(&reader) : -ENOMEM;
    while (status == 0 && reader.at < size) {
        status = read_section(&reader);
    }
    file->tags = reader.tags;
    file->clients = reader.clients;
    if (status != 0) {
        tape_file_fini(file);
    }
    return status;
}

void tape_file_fini(struct tape_file *file)
{
    plan_arena_free(file->arena);
    file->arena = NULL;
}

static int write_bytes(struct bytes *out, const void *data, size_t size)
{
    uint8_t number[9];
    int status = bytes_add(out, number, tape_number_write(size, number));
    return status == 0 && size > 0 ? bytes_add(out, data, size) : status;
}

static int write_section(struct bytes *out, enum tape_file_key key, const char *text)
{
    int status = bytes_add_byte(out, (uint8_t)key, 1);
    return status == 0 ? write_bytes(out, text, strlen(text)) : status;
}

int tape_file_write(const struct tape_file *file, struct bytes *out)
{
    const uint8_t head[2] = {TAPE_FILE_VERSION, (uint8_t)file->use};
    int status = bytes_add(out, magic, sizeof(magic));
    if (status == 0) {
        status = bytes_add(out, head, sizeof(head));
    }
    if (status == 0) {
        status = write_bytes(out, file->plugin, strlen(file->plugin));
    }
    if (status == 0) {
        status = write_bytes(out, file->events, file->event_bytes);
    }
    if (status == 0 && file->title && file->title[0]) {
        status = write_section(out, TAPE_FILE_TITLE, file->title);
    }
    for (size_t i = 0; i < file->tag_count && status == 0; i++) {
        status = write_section(out, TAPE_FILE_TAG, file->tags[i]);
    }
    for (size_t i = 0; i < file->client_count && status == 0; i++) {
        status = write_section(out, TAPE_FILE_CLIENT, file->clients[i]);
    }
    if (status == 0 && file->spelling) {
        status = write_section(out, TAPE_FILE_SPELLING, file->spelling);
    }
    return status;
}

#define NAME_BYTES_MAX 64 /* of a client: as the loader */

static bool name_is_fit(const char *name)
{
    size_t size = strlen(name);
    for (size_t i = 0; i < size; i++) {
        if ((unsigned char)name[i] < 0x20 || name[i] == 0x7f || name[i] == '#') {
            return false;
        }
    }
    return size > 0 && size <= NAME_BYTES_MAX;
}

/* Those of the backlog keep the names that the loader gives them. */
static bool names_fit(const struct tape_file *file, const struct plan *plan)
{
    bool fit = file->client_count == plan->client_count;
    for (size_t i = 0; i < plan->client_count && fit; i++) {
        bool backlog = strncmp(plan->clients[i], "backlog[", 8) == 0;
        fit = name_is_fit(file->clients[i]) &&
              (!backlog || strcmp(file->clients[i], plan->clients[i]) == 0);
    }
    return fit;
}

void tape_file_name(const struct tape_file *file, const struct plan *decoded, struct plan *named)
{
    *named = *decoded;
    named->title = file->title;
    named->tags = file->tags;
    named->tag_count = file->tag_count;
    if (names_fit(file, decoded)) {
        named->clients = file->clients;
    }
}
