/* SPDX-License-Identifier: MIT */
/*
 * From socket numbers and addresses to indices, for the makers of captures.
 *
 * Keys are put in and overwritten, never taken out. Zeroed memory is an empty map. Not thread-safe.
 */
#ifndef DRILL_REPORTS_PCAP_MAP_H
#define DRILL_REPORTS_PCAP_MAP_H

#include "world.h"

#define PCAP_NONE UINT32_MAX

struct pcap_key {
    uint64_t low, high;
};

struct pcap_slot {
    struct pcap_key key;
    uint32_t value;
    bool used;
};

struct pcap_map {
    struct pcap_slot *slots;
    size_t count, room; /* the room is a power of two, or 0 */
};

struct pcap_key pcap_key_number(int32_t number);
/* `peer` may be NULL. Keys of addresses never equal keys of numbers or of another `purpose`, in all
 * likelihood: they are hashes. */
struct pcap_key pcap_key_addresses(char purpose, const struct world_address *address,
                                   const struct world_address *peer);

/* PCAP_NONE where nothing was put. */
uint32_t pcap_map_get(const struct pcap_map *map, struct pcap_key key);
/* 0 or -ENOMEM. */
int pcap_map_put(struct pcap_map *map, struct pcap_key key, uint32_t value);
void pcap_map_fini(struct pcap_map *map);

#endif
