/* SPDX-License-Identifier: MIT */
/* Payloads: from their many spellings to parts. Nothing is rendered here. */
#include <errno.h>
#include <string.h>

#include "nearest.h"
#include "scenario_decode.h"
#include "scenario_internal.h"

/* A payload while its parts are gathered. */
struct gathering {
    struct plan_part *parts;
    size_t count, capacity;
    size_t size;
    enum scenario_payload_use use;
};

typedef int form_reader(struct scenario_load *load, const json_t *object,
                        const struct scenario_place *at, struct plan_part *part);

static int part_bytes(struct scenario_load *load, const void *data, size_t size,
                      struct plan_part *part)
{
    uint8_t *copy = scenario_alloc(load, size, 1);
    if (!copy) {
        return -ENOMEM;
    }
    if (size > 0) {
        memcpy(copy, data, size);
    }
    *part = (struct plan_part){.kind = PLAN_BYTES, .size = size, .data = copy};
    return 0;
}

static int part_size(struct scenario_load *load, const json_t *object,
                     const struct scenario_place *at, const char *key, int64_t minimum,
                     size_t *size)
{
    struct scenario_place here = scenario_at_key(at, key);
    const json_t *value = json_object_get(object, key);
    int64_t number = 0;
    if (!value) {
        return scenario_refuse(load, at, "this payload needs a \"%s\" in bytes", key);
    }
    int status =
        scenario_integer(load, value, &here, minimum, (int64_t)PLAN_PAYLOAD_BYTES_MAX, &number);
    *size = (size_t)number;
    return status;
}

static int read_decoded(struct scenario_load *load, const json_t *object,
                        const struct scenario_place *at, const char *key,
                        size_t (*decode)(const char *text, size_t size, uint8_t *data),
                        const char *sentence, struct plan_part *part)
{
    struct scenario_place here = scenario_at_key(at, key);
    const json_t *value = json_object_get(object, key);
    const char *text = NULL;
    int status = scenario_string(load, value, &here, true, &text);
    if (status != 0) {
        return status;
    }
    size_t size = decode(text, strlen(text), NULL);
    if (size == SCENARIO_DECODE_BAD) {
        return scenario_refuse(load, &here, "%s", sentence);
    }
    uint8_t *data = scenario_alloc(load, size, 1);
    if (!data) {
        return -ENOMEM;
    }
    decode(text, strlen(text), data);
    *part = (struct plan_part){.kind = PLAN_BYTES, .size = size, .data = data};
    return 0;
}

static int read_hex(struct scenario_load *load, const json_t *object,
                    const struct scenario_place *at, struct plan_part *part)
{
    return read_decoded(load, object, at, "hex", scenario_decode_hex,
                        "\"hex\" must be pairs of hexadecimal digits without spaces", part);
}

static int read_base64(struct scenario_load *load, const json_t *object,
                       const struct scenario_place *at, struct plan_part *part)
{
    return read_decoded(load, object, at, "base64", scenario_decode_base64,
                        "\"base64\" must be base64 (RFC 4648) with its padding and without spaces",
                        part);
}

static int read_fill(struct scenario_load *load, const json_t *object,
                     const struct scenario_place *at, struct plan_part *part)
{
    struct scenario_place here = scenario_at_key(at, "fill");
    const json_t *value = json_object_get(object, "fill");
    char text[96];
    if (!json_is_string(value) || json_string_length(value) != 1) {
        return scenario_refuse(load, &here, "\"fill\" must be a string of one byte, not %s",
                               scenario_describe(value, text));
    }
    *part = (struct plan_part){.kind = PLAN_FILL, .fill = (uint8_t)json_string_value(value)[0]};
    return part_size(load, object, at, "size", 0, &part->size);
}

static int read_file(struct scenario_load *load, const json_t *object,
                     const struct scenario_place *at, struct plan_part *part)
{
    struct scenario_place here = scenario_at_key(at, "file");
    const struct scenario_blob *blob = NULL;
    const char *name = NULL;
    int status = scenario_string(load, json_object_get(object, "file"), &here, false, &name);
    if (status == 0) {
        status = scenario_blob(load, name, &here, &blob);
    }
    if (status == 0) {
        *part = (struct plan_part){.kind = PLAN_BYTES, .size = blob->size, .data = blob->data};
    }
    return status;
}

static int read_random(struct scenario_load *load, const json_t *object,
                       const struct scenario_place *at, struct plan_part *part)
{
    struct scenario_place here = scenario_at_key(at, "seed");
    const json_t *seed = json_object_get(object, "seed");
    int64_t number = 0;
    *part = (struct plan_part){.kind = PLAN_RANDOM};
    int status = part_size(load, object, at, "random", 0, &part->size);
    if (status == 0 && !seed) {
        return scenario_refuse(load, at, "a \"random\" payload needs a \"seed\"");
    }
    if (status == 0) {
        status = scenario_integer(load, seed, &here, 0, SCENARIO_COUNT_MAX, &number);
    }
    part->seed = (uint64_t)number;
    return status;
}

static int read_captured(struct scenario_load *load, const json_t *object,
                         const struct scenario_place *at, struct plan_part *part)
{
    struct scenario_place here = scenario_at_key(at, "captured");
    const char *name = NULL;
    *part = (struct plan_part){.kind = PLAN_CAPTURED};
    int status = scenario_string(load, json_object_get(object, "captured"), &here, false, &name);
    if (status == 0) {
        status = scenario_captured(load, name, &here, &part->capture);
    }
    if (status == 0) {
        part->size = load->capture_sizes[part->capture];
    }
    return status;
}

static int read_any(struct scenario_load *load, const json_t *object,
                    const struct scenario_place *at, struct plan_part *part)
{
    *part = (struct plan_part){.kind = PLAN_ANY};
    return part_size(load, object, at, "any", 1, &part->size);
}

static int read_capture(struct scenario_load *load, const json_t *object,
                        const struct scenario_place *at, struct plan_part *part)
{
    struct scenario_place here = scenario_at_key(at, "capture");
    const char *name = NULL;
    *part = (struct plan_part){.kind = PLAN_CAPTURE};
    int status = scenario_string(load, json_object_get(object, "capture"), &here, false, &name);
    if (status == 0) {
        status = part_size(load, object, at, "size", 1, &part->size);
    }
    if (status == 0) {
        status = scenario_capture(load, name, part->size, &here, &part->capture);
    }
    return status;
}

static const struct payload_form {
    const char *keys[3]; /* the first one tells the form */
    bool expected_only;
    form_reader *read;
} forms[] = {
    {{"hex", NULL}, false, read_hex},
    {{"base64", NULL}, false, read_base64},
    {{"fill", "size", NULL}, false, read_fill},
    {{"file", NULL}, false, read_file},
    {{"random", "seed", NULL}, false, read_random},
    {{"captured", NULL}, false, read_captured},
    {{"any", NULL}, true, read_any},
    {{"capture", "size", NULL}, true, read_capture},
};
#define FORM_COUNT (sizeof(forms) / sizeof(forms[0]))

static int refuse_form(struct scenario_load *load, const json_t *object,
                       const struct scenario_place *at)
{
    const char *names[FORM_COUNT + 3] = {"prefix", "regex", "size"};
    for (size_t i = 0; i < FORM_COUNT; i++) {
        names[i + 3] = forms[i].keys[0];
    }
    const char *key = json_object_iter_key(json_object_iter((json_t *)object));
    if (!key) {
        return scenario_refuse(load, at, "an empty object is no payload");
    }
    struct scenario_place here = scenario_at_key(at, key);
    const char *near = nearest_name(key, names, FORM_COUNT + 3);
    if (near && strcmp(near, key) == 0) {
        return scenario_refuse_key(load, &here,
                                   "\"%s\" stands alone in an \"expect\", not in a payload", key);
    }
    if (near) {
        return scenario_refuse_key(
            load, &here, "unknown payload form \"%.80s\"; did you mean \"%s\"?", key, near);
    }
    return scenario_refuse_key(load, &here, "unknown payload form \"%.80s\"", key);
}

static int read_object(struct scenario_load *load, const json_t *object,
                       const struct scenario_place *at, enum scenario_payload_use use,
                       struct plan_part *part)
{
    const struct payload_form *form = forms;
    while (form < forms + FORM_COUNT && !json_object_get(object, form->keys[0])) {
        form++;
    }
    if (form == forms + FORM_COUNT) {
        return refuse_form(load, object, at);
    }
    if (form->expected_only && use == SCENARIO_SENT) {
        struct scenario_place here = scenario_at_key(at, form->keys[0]);
        return scenario_refuse_key(load, &here, "\"%s\" can only be expected, not sent",
                                   form->keys[0]);
    }
    int status = scenario_closed(load, object, at, form->keys);
    return status == 0 ? form->read(load, object, at, part) : status;
}

static int gather(struct scenario_load *load, const json_t *value, const struct scenario_place *at,
                  struct gathering *gathering)
{
    char text[96], label[160];
    int status = 0;
    if (json_is_array(value)) {
        for (size_t i = 0; i < json_array_size(value) && status == 0; i++) {
            struct scenario_place entry = scenario_at_index(at, i);
            status = gather(load, json_array_get(value, i), &entry, gathering);
        }
        return status;
    }
    ASSERT(gathering->count < gathering->capacity);
    struct plan_part *part = &gathering->parts[gathering->count++];
    if (json_is_string(value)) {
        status = part_bytes(load, json_string_value(value), json_string_length(value), part);
    } else if (json_is_object(value)) {
        status = read_object(load, value, at, gathering->use, part);
    } else {
        return scenario_refuse(load, at,
                               "%s must be a payload: a string, an object or a list, not %s",
                               scenario_label(at, label), scenario_describe(value, text));
    }
    if (status == 0 && part->size > PLAN_PAYLOAD_BYTES_MAX - gathering->size) {
        return scenario_refuse(load, at, "the payload is larger than %zu MiB",
                               PLAN_PAYLOAD_BYTES_MAX >> 20);
    }
    gathering->size += part->size;
    return status;
}

static size_t count_parts(const json_t *value)
{
    if (!json_is_array(value)) {
        return 1;
    }
    size_t count = 0;
    for (size_t i = 0; i < json_array_size(value); i++) {
        count += count_parts(json_array_get(value, i));
    }
    return count;
}

int scenario_payload(struct scenario_load *load, const json_t *value,
                     const struct scenario_place *at, enum scenario_payload_use use,
                     struct plan_payload *payload)
{
    struct gathering gathering = {.capacity = count_parts(value), .use = use};
    gathering.parts = scenario_alloc(load, gathering.capacity, sizeof(*gathering.parts));
    if (!gathering.parts) {
        return -ENOMEM;
    }
    int status = gather(load, value, at, &gathering);
    if (status == 0) {
        status = scenario_check_memory(load, at);
    }
    *payload = (struct plan_payload){
        .parts = gathering.parts, .part_count = gathering.count, .size = gathering.size};
    return status;
}
