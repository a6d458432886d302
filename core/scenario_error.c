/* SPDX-License-Identifier: MIT */
/* Refusals: from a place in the values to file, line, column and pointer. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scenario_internal.h"

#define POINTER_BYTES_MAX ((size_t)32 << 20)

static int pointer_add_segment(struct bytes *pointer, const char *key)
{
    int status = bytes_add(pointer, "/", 1);
    for (const char *c = key; *c && status == 0; c++) {
        const char *escaped = *c == '~' ? "~0" : "~1";
        bool special = *c == '~' || *c == '/';
        status = bytes_add(pointer, special ? escaped : c, special ? 2 : 1);
    }
    return status;
}

int scenario_pointer(const struct scenario_place *at, struct bytes *pointer)
{
    if (!at || !at->parent) {
        return 0;
    }
    int status = scenario_pointer(at->parent, pointer);
    if (status != 0) {
        return status;
    }
    return at->key ? pointer_add_segment(pointer, at->key)
                   : bytes_add_format(pointer, "/%zu", at->index);
}

int scenario_add_error(struct suite *suite, const struct drill_error *error)
{
    struct drill_error *errors =
        realloc(suite->errors, (suite->error_count + 1) * sizeof(*suite->errors));
    if (!errors) {
        return -ENOMEM;
    }
    suite->errors = errors;
    errors[suite->error_count++] = *error;
    return -EINVAL;
}

/* The suite.json, where the offending value comes from its defaults, else the scenario. */
static const struct scenario_source *blamed_source(const struct scenario_load *load,
                                                   const char *pointer)
{
    if (!load->defaults || strncmp(pointer, "/server/", 8) != 0) {
        return load->source;
    }
    char key[64];
    size_t length = strcspn(pointer + 8, "/");
    if (length >= sizeof(key)) {
        return load->source;
    }
    memcpy(key, pointer + 8, length);
    key[length] = '\0';
    bool own = json_object_get(json_object_get(load->source->root, "server"), key);
    const json_t *defaults = json_object_get(load->defaults->root, "defaults");
    bool inherited = json_object_get(json_object_get(defaults, "server"), key);
    return !own && inherited ? load->defaults : load->source;
}

__attribute__((format(printf, 4, 0))) static int refuse_at(struct scenario_load *load,
                                                           const char *pointer, bool key,
                                                           const char *format, va_list arguments)
{
    struct drill_error error = {0};
    char defaulted[sizeof(error.pointer)];
    const struct scenario_source *source = blamed_source(load, pointer);
    if (source != load->source) {
        snprintf(defaulted, sizeof(defaulted), "/defaults%s", pointer);
        pointer = defaulted;
    }
    snprintf(error.file, sizeof(error.file), "%s", source->file);
    size_t offset = scenario_text_find(&source->text, pointer, key);
    scenario_text_place(&source->text, offset, &error.line, &error.column);
    if (key) {
        /* An unknown key is the fault of the object that holds it. */
        const char *end = strrchr(pointer, '/');
        snprintf(error.pointer, sizeof(error.pointer), "%.*s", end ? (int)(end - pointer) : 0,
                 pointer);
    } else {
        snprintf(error.pointer, sizeof(error.pointer), "%s", pointer);
    }
    int length = vsnprintf(error.sentence, sizeof(error.sentence), format, arguments);
    if (load->member && length >= 0 && (size_t)length < sizeof(error.sentence)) {
        snprintf(error.sentence + length, sizeof(error.sentence) - (size_t)length, " (with %.300s)",
                 load->member);
    }
    return scenario_add_error(load->suite, &error);
}

__attribute__((format(printf, 4, 0))) static int refuse_place(struct scenario_load *load,
                                                              const struct scenario_place *at,
                                                              bool key, const char *format,
                                                              va_list arguments)
{
    struct bytes pointer;
    bytes_init(&pointer, POINTER_BYTES_MAX);
    int status = scenario_pointer(at, &pointer);
    const char *text = status == 0 ? bytes_string(&pointer) : NULL;
    status = text ? refuse_at(load, text, key, format, arguments) : -ENOMEM;
    bytes_fini(&pointer);
    return status;
}

int scenario_refuse(struct scenario_load *load, const struct scenario_place *at, const char *format,
                    ...)
{
    va_list arguments;
    va_start(arguments, format);
    int status = refuse_place(load, at, false, format, arguments);
    va_end(arguments);
    return status;
}

int scenario_refuse_key(struct scenario_load *load, const struct scenario_place *at,
                        const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int status = refuse_place(load, at, true, format, arguments);
    va_end(arguments);
    return status;
}

int scenario_refuse_pointer(struct scenario_load *load, const char *pointer, const char *format,
                            ...)
{
    va_list arguments;
    va_start(arguments, format);
    int status = refuse_at(load, pointer, false, format, arguments);
    va_end(arguments);
    return status;
}
