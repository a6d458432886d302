/* SPDX-License-Identifier: MIT */
/*
 * One listener as `sockdrill serve` is asked for it: PLUGIN@ENDPOINT[?KEY=VALUE[&KEY=VALUE...]].
 *
 * Keys are the server keys of scenarios or options of the plugin. Parsing finds every fault before
 * anything is opened. In place; owns the plugin and the values.
 */
#ifndef DRILL_CLI_SERVE_SPEC_H
#define DRILL_CLI_SERVE_SPEC_H

#include "endpoint.h"
#include "plugin_catalog.h"
#include "server.h"

/* A served port should take the bursts that its peers make; scenarios want small, known numbers. */
#define SERVE_BACKLOG_DEFAULT 4096
#define SERVE_SESSIONS_MAX    1000000 /* more is not asked for, even where no limit is set */

struct serve_spec {
    const char *text;      /* as it was given; borrowed */
    char *plugin_name;     /* owned, as are the next three */
    char *query;           /* decoded in place; option values point into it */
    struct plugin *plugin; /* loaded into this process */
    struct drill_value *values;
    struct endpoint endpoint;
    struct listener_options options;
    struct world_address address; /* once it listens: with the real port */
};

/* Reads `text`, finds and loads the plugin, and fills `options`; `sessions_max` is for specs that
 * do not say. 0, or -errno with a sentence; `spec` is to be given to serve_spec_fini in any case.
 */
int serve_spec_parse(struct serve_spec *spec, const char *text, struct plugin_catalog *catalog,
                     uint32_t sessions_max, struct drill_error *error);
void serve_spec_fini(struct serve_spec *spec);

#endif
