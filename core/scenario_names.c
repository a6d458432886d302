/* SPDX-License-Identifier: MIT */
/* Names of clients and captures become indices. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scenario_internal.h"

static int grow(void **memory, size_t *capacity, size_t count, size_t size)
{
    if (count < *capacity) {
        return 0;
    }
    size_t larger = *capacity ? *capacity * 2 : 8;
    void *moved = realloc(*memory, larger * size);
    if (!moved) {
        return -ENOMEM;
    }
    *memory = moved;
    *capacity = larger;
    return 0;
}

static int add_client(struct scenario_load *load, const char *name, uint32_t *client)
{
    void *names = (void *)load->client_names;
    int status = grow(&names, &load->client_capacity, load->client_count, sizeof(char *));
    load->client_names = names;
    const char *kept = status == 0 ? scenario_keep(load, name) : NULL;
    if (!kept || json_object_set_new(load->clients, name,
                                     json_integer((json_int_t)load->client_count)) != 0) {
        return -ENOMEM;
    }
    *client = (uint32_t)load->client_count;
    load->client_names[load->client_count++] = kept;
    return 0;
}

static int find_client(struct scenario_load *load, const char *name, uint32_t *client)
{
    const json_t *index = json_object_get(load->clients, name);
    if (!index) {
        return add_client(load, name, client);
    }
    *client = (uint32_t)json_integer_value(index);
    return 0;
}

/* Reports name a second connection "bob#2", and show names on one line. */
static bool name_is_fit(const char *name)
{
    if (strlen(name) > 64) {
        return false;
    }
    for (const char *c = name; *c; c++) {
        if ((unsigned char)*c < 0x20 || *c == 0x7f || *c == '#') {
            return false;
        }
    }
    return true;
}

int scenario_client(struct scenario_load *load, const json_t *name, const struct scenario_place *at,
                    uint32_t *client)
{
    if (!name) {
        return find_client(load, "client", client);
    }
    const char *string = NULL;
    char label[160];
    int status = scenario_string(load, name, at, false, &string);
    if (status != 0) {
        return status;
    }
    if (!name_is_fit(string)) {
        return scenario_refuse(load, at,
                               "%s is no name for a client: at most 64 bytes, no control "
                               "characters and no #",
                               scenario_label(at, label));
    }
    return find_client(load, string, client);
}

int scenario_backlog_clients(struct scenario_load *load, uint32_t count)
{
    ASSERT(load->client_count == 0);
    for (uint32_t i = 0; i < count; i++) {
        char name[32];
        uint32_t client;
        snprintf(name, sizeof(name), "backlog[%u]", i);
        int status = add_client(load, name, &client);
        if (status != 0) {
            return status;
        }
    }
    return 0;
}

int scenario_capture(struct scenario_load *load, const char *name, size_t size,
                     const struct scenario_place *at, uint32_t *capture)
{
    const json_t *known = json_object_get(load->captures, name);
    if (known) {
        *capture = (uint32_t)json_integer_value(known);
        if (load->capture_sizes[*capture] != size) {
            return scenario_refuse(load, at,
                                   "\"%.80s\" was captured with %zu bytes before: a name keeps its "
                                   "size",
                                   name, load->capture_sizes[*capture]);
        }
        return 0;
    }
    size_t count = json_object_size(load->captures);
    void *sizes = load->capture_sizes;
    int status = grow(&sizes, &load->capture_capacity, count, sizeof(size_t));
    load->capture_sizes = sizes;
    if (status != 0 ||
        json_object_set_new(load->captures, name, json_integer((json_int_t)count)) != 0) {
        return -ENOMEM;
    }
    load->capture_sizes[count] = size;
    *capture = (uint32_t)count;
    return 0;
}

int scenario_captured(struct scenario_load *load, const char *name, const struct scenario_place *at,
                      uint32_t *capture)
{
    const json_t *known = json_object_get(load->captures, name);
    if (!known) {
        return scenario_refuse(load, at, "nothing was captured as \"%.80s\" before this step",
                               name);
    }
    *capture = (uint32_t)json_integer_value(known);
    return 0;
}
