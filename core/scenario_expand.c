/* SPDX-License-Identifier: MIT */
/*
 * The matrix: one object per combination of values.
 *
 * Expansion happens twice over. The first pass puts matrix values where their names stand and keeps
 * every other `$` as it is written, so that the expanded scenario, which the content hash covers,
 * is again a scenario. The second, scenario_resolve, runs when a step is read.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scenario_dollar.h"
#include "scenario_internal.h"

/* The matrix while its members are made: which value each name has, odometer fashion. */
struct matrix {
    size_t count;
    struct scenario_scope scopes[SCENARIO_MATRIX_NAMES_MAX];
    const json_t *lists[SCENARIO_MATRIX_NAMES_MAX];
    size_t at[SCENARIO_MATRIX_NAMES_MAX];
};

/* What ids show of a value: injective, printable and without the comma that separates values. */
static int value_text(const json_t *value, struct bytes *text)
{
    if (!json_is_string(value)) {
        return scenario_dollar_text(value, false, text);
    }
    const unsigned char *string = (const unsigned char *)json_string_value(value);
    int status = 0;
    for (size_t i = 0; i < json_string_length(value) && status == 0; i++) {
        unsigned char c = string[i];
        bool plain = c > 0x20 && c != 0x7f && c != '%' && c != ',';
        status = plain ? bytes_add(text, &c, 1) : bytes_add_format(text, "%%%02X", c);
    }
    return status;
}

static int check_value(struct scenario_load *load, const json_t *value,
                       const struct scenario_place *at, json_t *seen)
{
    char label[160], described[96];
    if (!json_is_string(value) && !json_is_integer(value) && !json_is_boolean(value)) {
        return scenario_refuse(load, at, "%s must be a string, an integer, true or false, not %s",
                               scenario_label(at, label), scenario_describe(value, described));
    }
    if (json_is_string(value) && json_string_length(value) > SCENARIO_MATRIX_TEXT_MAX) {
        return scenario_refuse(load, at, "%s is longer than the %d bytes that fit an id",
                               scenario_label(at, label), SCENARIO_MATRIX_TEXT_MAX);
    }
    struct bytes text;
    bytes_init(&text, 4 * SCENARIO_MATRIX_TEXT_MAX);
    int status = value_text(value, &text);
    const char *string = status == 0 ? bytes_string(&text) : NULL;
    if (!string) {
        status = -ENOMEM;
    } else if (json_object_get(seen, string)) {
        status = scenario_refuse(load, at, "%s repeats \"%s\": two scenarios would have one id",
                                 scenario_label(at, label), string);
    } else {
        status = json_object_set_new(seen, string, json_true()) == 0 ? 0 : -ENOMEM;
    }
    bytes_fini(&text);
    return status;
}

static int check_values(struct scenario_load *load, const json_t *values,
                        const struct scenario_place *at)
{
    int status = scenario_list(load, values, at, "values");
    json_t *seen = json_object();
    if (status == 0 && !seen) {
        status = -ENOMEM;
    }
    for (size_t i = 0; status == 0 && i < json_array_size(values); i++) {
        struct scenario_place entry = scenario_at_index(at, i);
        status = check_value(load, json_array_get(values, i), &entry, seen);
    }
    json_decref(seen);
    return status;
}

static int matrix_read(struct scenario_load *load, const json_t *object,
                       const struct scenario_place *at, struct matrix *matrix)
{
    char text[96];
    if (!json_is_object(object)) {
        return scenario_refuse(load, at, "\"matrix\" must be an object of lists, not %s",
                               scenario_describe(object, text));
    }
    if (json_object_size(object) == 0) {
        return scenario_refuse(load, at,
                               "\"matrix\" must not be empty: it needs a name with its values");
    }
    if (json_object_size(object) > SCENARIO_MATRIX_NAMES_MAX) {
        return scenario_refuse(load, at, "\"matrix\" has more than %d names",
                               SCENARIO_MATRIX_NAMES_MAX);
    }
    const char *name;
    json_t *values;
    size_t members = 1;
    json_object_foreach((json_t *)object, name, values)
    {
        struct scenario_place here = scenario_at_key(at, name);
        if (!scenario_is_name(name)) {
            return scenario_refuse_key(load, &here,
                                       "\"%.80s\" cannot be a matrix name: letters, digits and _, "
                                       "no digit first",
                                       name);
        }
        int status = check_values(load, values, &here);
        if (status != 0) {
            return status;
        }
        members *= json_array_size(values); /* both below 2^24: no overflow before the check */
        if (members > SCENARIO_MATRIX_MEMBERS_MAX) {
            return scenario_refuse(load, at, "the matrix makes more than %d scenarios",
                                   SCENARIO_MATRIX_MEMBERS_MAX);
        }
        size_t i = matrix->count++;
        matrix->lists[i] = values;
        matrix->scopes[i] =
            (struct scenario_scope){.outer = i ? &matrix->scopes[i - 1] : NULL, .name = name};
    }
    return 0;
}

/* Sets every name's value; "n=10,msg=a" goes to `text`. */
static int matrix_set(struct matrix *matrix, struct bytes *text)
{
    int status = 0;
    bytes_clear(text);
    for (size_t i = 0; i < matrix->count && status == 0; i++) {
        matrix->scopes[i].value = json_array_get(matrix->lists[i], matrix->at[i]);
        status = bytes_add_format(text, "%s%s=", i ? "," : "", matrix->scopes[i].name);
        if (status == 0) {
            status = value_text(matrix->scopes[i].value, text);
        }
    }
    return status;
}

/* The last name varies fastest. */
static bool matrix_advance(struct matrix *matrix)
{
    for (size_t i = matrix->count; i-- > 0;) {
        if (++matrix->at[i] < json_array_size(matrix->lists[i])) {
            return true;
        }
        matrix->at[i] = 0;
    }
    return false;
}

static json_t *without_frame(const json_t *scenario)
{
    json_t *body = json_copy((json_t *)scenario);
    if (body) {
        json_object_del(body, "$schema");
        json_object_del(body, "matrix");
    }
    return body;
}

static int visit_member(struct scenario_load *load, const json_t *body, struct matrix *matrix,
                        struct bytes *text,
                        int (*visit)(struct scenario_load *load, json_t *member))
{
    int status = matrix_set(matrix, text);
    load->member = status == 0 ? bytes_string(text) : NULL;
    if (!load->member) {
        return -ENOMEM;
    }
    load->matrix = &matrix->scopes[matrix->count - 1];
    json_t *member = NULL;
    status = scenario_dollar_expand(load, body, &member);
    if (status == 0) {
        status = visit(load, member);
        json_decref(member);
    }
    load->member = NULL;
    load->matrix = NULL;
    return status;
}

static int visit_members(struct scenario_load *load, const json_t *body, const json_t *object,
                         int (*visit)(struct scenario_load *load, json_t *member))
{
    struct scenario_place root = {0};
    struct scenario_place at = scenario_at_key(&root, "matrix");
    struct matrix matrix = {0};
    struct bytes text;
    int status = matrix_read(load, object, &at, &matrix);
    bytes_init(&text, SCENARIO_FILE_BYTES_MAX * 4);
    while (status == 0) {
        status = visit_member(load, body, &matrix, &text, visit);
        if (!matrix_advance(&matrix)) {
            break;
        }
    }
    bytes_fini(&text);
    return status;
}

int scenario_expand(struct scenario_load *load, const json_t *scenario,
                    int (*visit)(struct scenario_load *load, json_t *member))
{
    const json_t *matrix = json_object_get(scenario, "matrix");
    json_t *body = without_frame(scenario);
    if (!body) {
        return -ENOMEM;
    }
    int status = matrix ? visit_members(load, body, matrix, visit) : visit(load, body);
    json_decref(body);
    return status;
}
