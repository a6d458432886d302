/* SPDX-License-Identifier: MIT */
#include "pcap_map.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#define ADDRESS_BYTES 19 /* family, port, IP */

struct pcap_key pcap_key_number(int32_t number)
{
    return (struct pcap_key){(uint32_t)number, 0};
}

static void put_address(uint8_t *at, const struct world_address *address)
{
    at[0] = (uint8_t)address->family;
    at[1] = (uint8_t)(address->port >> 8);
    at[2] = (uint8_t)address->port;
    memcpy(at + 3, address->ip, sizeof(address->ip));
}

struct pcap_key pcap_key_addresses(char purpose, const struct world_address *address,
                                   const struct world_address *peer)
{
    uint8_t text[1 + 2 * ADDRESS_BYTES] = {(uint8_t)purpose};
    put_address(text + 1, address);
    if (peer) {
        put_address(text + 1 + ADDRESS_BYTES, peer);
    }
    XXH128_hash_t hash = XXH3_128bits(text, sizeof(text));
    return (struct pcap_key){hash.low64, hash.high64};
}

/* Where the key is, or where it would be put; there is always a free slot. */
static struct pcap_slot *map_slot(const struct pcap_map *map, struct pcap_key key)
{
    size_t i = (size_t)((key.low * UINT64_C(0x9e3779b97f4a7c15)) >> 32) & (map->room - 1);
    while (map->slots[i].used &&
           (map->slots[i].key.low != key.low || map->slots[i].key.high != key.high)) {
        i = (i + 1) & (map->room - 1);
    }
    return &map->slots[i];
}

static int map_grow(struct pcap_map *map)
{
    struct pcap_map larger = {.count = map->count, .room = map->room ? 2 * map->room : 64};
    larger.slots = calloc(larger.room, sizeof(*larger.slots));
    if (!larger.slots) {
        return -ENOMEM;
    }
    for (size_t i = 0; i < map->room; i++) {
        if (map->slots[i].used) {
            *map_slot(&larger, map->slots[i].key) = map->slots[i];
        }
    }
    free(map->slots);
    *map = larger;
    return 0;
}

uint32_t pcap_map_get(const struct pcap_map *map, struct pcap_key key)
{
    if (map->count == 0) {
        return PCAP_NONE;
    }
    const struct pcap_slot *slot = map_slot(map, key);
    return slot->used ? slot->value : PCAP_NONE;
}

int pcap_map_put(struct pcap_map *map, struct pcap_key key, uint32_t value)
{
    if (2 * map->count >= map->room) {
        int status = map_grow(map);
        if (status != 0) {
            return status;
        }
    }
    struct pcap_slot *slot = map_slot(map, key);
    map->count += slot->used ? 0 : 1;
    *slot = (struct pcap_slot){.key = key, .value = value, .used = true};
    return 0;
}

void pcap_map_fini(struct pcap_map *map)
{
    free(map->slots);
    *map = (struct pcap_map){0};
}
