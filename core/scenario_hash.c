/* SPDX-License-Identifier: MIT */
/* The content hash of a scenario: XXH3-128, canonical big-endian. */
#include <errno.h>
#include <string.h>
#include <xxhash.h>

#include "scenario_internal.h"

static int hash_text(const char *text, size_t size, void *state)
{
    XXH3_128bits_update(state, text, size);
    return 0;
}

int scenario_hash_begin(struct scenario_load *load, const json_t *expanded)
{
    load->hash = XXH3_createState();
    if (!load->hash) {
        return -ENOMEM;
    }
    XXH3_128bits_reset(load->hash);
    int failed = json_dump_callback(expanded, hash_text, load->hash,
                                    JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY);
    return failed ? -ENOMEM : 0;
}

void scenario_hash_add_file(struct scenario_load *load, const void *data, size_t size)
{
    unsigned char length[8];
    for (unsigned i = 0; i < 8; i++) {
        length[i] = (unsigned char)((uint64_t)size >> (8 * i));
    }
    XXH3_128bits_update(load->hash, length, sizeof(length));
    XXH3_128bits_update(load->hash, data, size);
}

void scenario_hash_end(struct scenario_load *load)
{
    XXH128_canonical_t canonical;
    if (load->hash) {
        XXH128_canonicalFromHash(&canonical, XXH3_128bits_digest(load->hash));
        memcpy(load->plan->hash, canonical.digest, sizeof(load->plan->hash));
    }
    XXH3_freeState(load->hash);
    load->hash = NULL;
}
