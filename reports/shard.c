/* SPDX-License-Identifier: MIT */
#include "shard.h"

#include <errno.h>
#include <string.h>

#include <xxhash.h>

#include "json_text.h"

bool shard_has(unsigned index, unsigned count, const char *id)
{
    ASSERT(index >= 1);
    ASSERT(index <= count);
    return XXH3_64bits(id, strlen(id)) % count == index - 1;
}

/* With the byte after its end: no two lists of strings give the same bytes. */
static void add_string(XXH3_state_t *state, const char *string)
{
    XXH3_128bits_update(state, string, strlen(string) + 1);
}

static void add_number(XXH3_state_t *state, uint64_t number)
{
    uint8_t bytes[8];
    for (size_t i = 0; i < sizeof(bytes); i++) {
        bytes[i] = (uint8_t)(number >> 8 * i);
    }
    XXH3_128bits_update(state, bytes, sizeof(bytes));
}

int shard_suite(struct plan *const *plans, size_t count, enum plan_world worlds, uint64_t seed,
                const char *today, uint8_t hash[16])
{
    XXH3_state_t *state = XXH3_createState();
    if (!state) {
        return -ENOMEM;
    }
    XXH3_128bits_reset(state);
    add_string(state, today ? today : "");
    for (size_t i = 0; i < count; i++) {
        add_string(state, plans[i]->id);
        add_string(state, plans[i]->server.plugin_version);
        XXH3_128bits_update(state, plans[i]->hash, sizeof(plans[i]->hash));
        add_number(state, plans[i]->worlds & worlds);
        add_number(state, seed > 0 ? seed : plans[i]->seed);
    }
    XXH128_canonical_t canonical;
    XXH128_canonicalFromHash(&canonical, XXH3_128bits_digest(state));
    memcpy(hash, canonical.digest, sizeof(canonical.digest));
    XXH3_freeState(state);
    return 0;
}

json_t *shard_json(const struct report_shard *shard)
{
    int status = 0;
    json_t *object = json_object();
    json_text_put(object, "index", json_text_integer(shard->index), &status);
    json_text_put(object, "count", json_text_integer(shard->count), &status);
    json_text_put(object, "planned", json_text_integer(shard->planned), &status);
    json_text_put(object, "suite", json_text_hex(shard->suite, sizeof(shard->suite)), &status);
    if (status != 0) {
        json_decref(object);
        return NULL;
    }
    return object;
}
