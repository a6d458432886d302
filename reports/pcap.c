/* SPDX-License-Identifier: MIT */
#include "pcap.h"

#include <errno.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pcap_flow.h"

#define SNAPSHOT_BYTES                                                                             \
    262144 /* the largest that readers take for certain; no packet is as long                      \
            */
#define SECOND_NS 1000000000u

static struct timeval timestamp(uint64_t at_ns)
{
    /* A file has 32 bits for the seconds. With nanoseconds asked for, libpcap takes those in the
     * place of microseconds. */
    uint64_t seconds = at_ns / SECOND_NS;
    return (struct timeval){
        .tv_sec = (time_t)(seconds < UINT32_MAX ? seconds : UINT32_MAX),
        .tv_usec = (suseconds_t)(seconds < UINT32_MAX ? at_ns % SECOND_NS : SECOND_NS - 1),
    };
}

/* The link type holds bare IPv4 and IPv6 packets side by side: there was no Ethernet to tell of.
 * Takes the file over and closes it. */
static int dump(FILE *file, const struct pcap_packets *packets, uint8_t *wire)
{
    pcap_t *format =
        pcap_open_dead_with_tstamp_precision(DLT_RAW, SNAPSHOT_BYTES, PCAP_TSTAMP_PRECISION_NANO);
    if (!format) {
        fclose(file);
        return -ENOMEM;
    }
    errno = 0;
    pcap_dumper_t *dumper = pcap_dump_fopen(format, file);
    if (!dumper) {
        /* The file is closed. */
        int status = errno ? -errno : -ENOMEM;
        pcap_close(format);
        return status;
    }
    for (size_t i = 0; i < packets->count && !ferror(file); i++) {
        size_t size = 0;
        size_t kept = pcap_packet_build(&packets->all[i], wire, &size);
        struct pcap_pkthdr header = {
            .ts = timestamp(packets->all[i].at_ns),
            .caplen = (bpf_u_int32)kept,
            .len = (bpf_u_int32)size,
        };
        pcap_dump((u_char *)dumper, &header, wire);
    }
    int status = ferror(file) || pcap_dump_flush(dumper) != 0 ? -(errno ? errno : EIO) : 0;
    pcap_dump_close(dumper);
    pcap_close(format);
    return status;
}

/* What an earlier run left under the temporary name gives way. */
static FILE *create(const char *name)
{
    if (unlink(name) != 0 && errno != ENOENT) {
        return NULL;
    }
    return fopen(name, "wbxe");
}

static int replace(const char *path, const struct pcap_packets *packets)
{
    char *fresh = NULL;
    struct stat older;
    if (stat(path, &older) == 0 && !S_ISREG(older.st_mode)) {
        return S_ISDIR(older.st_mode) ? -EISDIR : -EINVAL;
    }
    uint8_t *wire = malloc(PCAP_WIRE_BYTES_MAX);
    if (!wire || asprintf(&fresh, "%s.new", path) < 0) {
        free(wire);
        return -ENOMEM;
    }
    FILE *file = create(fresh);
    int status = file ? dump(file, packets, wire) : -errno;
    if (file && status == 0 && rename(fresh, path) != 0) {
        status = -errno;
    }
    if (file && status != 0) {
        unlink(fresh);
    }
    free(fresh);
    free(wire);
    return status;
}

int pcap_write(const char *path, const struct trace_view *trace, struct drill_error *error)
{
    struct pcap_story story;
    struct pcap_packets packets = {0};
    int status = pcap_story_read(&story, trace);
    if (status == 0) {
        status = pcap_flow_packets(&story, &packets);
    }
    if (status == 0) {
        status = replace(path, &packets);
    }
    pcap_packets_fini(&packets);
    pcap_story_fini(&story);
    if (status != 0) {
        const char *reason = status == -ENOENT   ? "its folder does not exist"
                             : status == -EINVAL ? "it is not a regular file"
                                                 : strerror(-status);
        drill_error_set(error, "cannot write the capture to \"%s\": %s", path, reason);
    }
    return status;
}
