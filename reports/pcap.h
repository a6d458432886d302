/* SPDX-License-Identifier: MIT */
/*
 * A capture of what a run put on the network, made from its trace.
 *
 * A trace knows calls and results, not packets. The capture shows the packets that the loopback
 * interface would carry for those calls: both ends are in the trace, so that nearly everything is
 * known. What is not (sequence numbers, windows, moments between two calls) is made up, the same
 * each time. docs/CAPTURES.md says how. Pure but for the file; thread-safe.
 */
#ifndef DRILL_REPORTS_PCAP_H
#define DRILL_REPORTS_PCAP_H

#include "check.h"
#include "trace.h"

/* Writes the capture to `path`, which is replaced in one go: there is never half a capture under
 * that name. Times are those of the trace, from the beginning of 1970 on. 0, or -errno with a
 * sentence that names the file. */
int pcap_write(const char *path, const struct trace_view *trace, struct drill_error *error);

#endif
