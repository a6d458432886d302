/* SPDX-License-Identifier: MIT */
#include "compare.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "compare_text.h"

struct comparison {
    const struct plan *plan;
    const struct result *sim, *kernel;
    struct result_divergence *divergence;
};

/* Keeps a difference: takes the strings, any of which may be NULL for want of memory. */
static bool differ(struct comparison *comparison, char *what, char *sim, char *kernel)
{
    comparison->divergence->what = what;
    comparison->divergence->sim = sim;
    comparison->divergence->kernel = kernel;
    return true;
}

static bool same_text(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

static bool same_stream(const struct result_stream *a, const struct result_stream *b)
{
    return a->length == b->length && memcmp(a->hash, b->hash, sizeof(a->hash)) == 0;
}

static bool same_evidence(const struct result_evidence *a, const struct result_evidence *b)
{
    if (a->kind != b->kind) {
        return false;
    }
    switch (a->kind) {
    case EVIDENCE_NONE:
        return true;
    case EVIDENCE_TEXT:
        return same_text(a->text, b->text);
    case EVIDENCE_BYTES:
        return same_stream(&a->stream, &b->stream);
    }
    return false;
}

static bool same_place(const struct result_failure *a, const struct result_failure *b)
{
    return a->source == b->source && a->iteration_depth == b->iteration_depth &&
           memcmp(a->iteration, b->iteration, a->iteration_depth * sizeof(*a->iteration)) == 0;
}

/* A worker that died took what it knew of clients and sessions with it. */
static bool died(const struct result *result)
{
    return result->verdict == VERDICT_CRASH || result->verdict == VERDICT_HANG;
}

static bool verdicts_differ(struct comparison *c)
{
    return c->sim->verdict != c->kernel->verdict &&
           differ(c, strdup("the verdict"), compare_text_outcome(c->plan, c->sim),
                  compare_text_outcome(c->plan, c->kernel));
}

static bool places_differ(struct comparison *c)
{
    const struct result_failure *sim = &c->sim->failure;
    const struct result_failure *kernel = &c->kernel->failure;
    return !same_place(sim, kernel) &&
           differ(c, strdup("the step at which it happened"), compare_text_place(c->plan, sim),
                  compare_text_place(c->plan, kernel));
}

static bool deaths_differ(struct comparison *c)
{
    const struct result_trouble *sim = &c->sim->trouble;
    const struct result_trouble *kernel = &c->kernel->trouble;
    return c->sim->verdict == VERDICT_CRASH &&
           (sim->signal != kernel->signal || sim->exit_status != kernel->exit_status) &&
           differ(c, strdup("how the process ended"), compare_text_outcome(c->plan, c->sim),
                  compare_text_outcome(c->plan, c->kernel));
}

static bool evidence_differs(struct comparison *c, const char *what,
                             const struct result_evidence *sim,
                             const struct result_evidence *kernel)
{
    return !same_evidence(sim, kernel) &&
           differ(c, strdup(what), compare_text_evidence(sim, kernel),
                  compare_text_evidence(kernel, sim));
}

static bool failures_differ(struct comparison *c)
{
    const struct result_failure *sim = &c->sim->failure;
    const struct result_failure *kernel = &c->kernel->failure;
    if (!same_text(sim->sentence, kernel->sentence)) {
        return differ(c, strdup("what went wrong"), strdup(sim->sentence ? sim->sentence : "-"),
                      strdup(kernel->sentence ? kernel->sentence : "-"));
    }
    return evidence_differs(c, "the failure: what was expected", &sim->expected,
                            &kernel->expected) ||
           evidence_differs(c, "the failure: what came", &sim->actual, &kernel->actual);
}

static bool steps_differ(struct comparison *c)
{
    ASSERT(c->sim->step_count == c->kernel->step_count);
    for (size_t i = 0; i < c->sim->step_count; i++) {
        uint64_t sim = c->sim->step_runs[i];
        uint64_t kernel = c->kernel->step_runs[i];
        if (sim != kernel) {
            return differ(c, compare_text("how often step %s passed", c->plan->sources[i]),
                          compare_text_times(sim), compare_text_times(kernel));
        }
    }
    return false;
}

static bool counts_differ(struct comparison *c, const char *what, uint64_t sim, uint64_t kernel)
{
    return sim != kernel &&
           differ(c, strdup(what), compare_text("%" PRIu64, sim), compare_text("%" PRIu64, kernel));
}

static const char *client_end_name(uint32_t end)
{
    return end == PLAN_END_EOF ? "eof" : end == PLAN_END_RESET ? "reset" : "open";
}

static bool streams_differ(struct comparison *c, char *what, const struct result_stream *sim,
                           const struct result_stream *kernel)
{
    if (same_stream(sim, kernel)) {
        free(what);
        return false;
    }
    return differ(c, what, compare_text_stream(sim, 0, kernel, 0),
                  compare_text_stream(kernel, 0, sim, 0));
}

static bool client_differs(struct comparison *c, const struct result_client *sim,
                           const struct result_client *kernel)
{
    const char *name = sim->name;
    if (!same_text(name, kernel->name)) {
        return differ(c, strdup("who connected next"), strdup(name), strdup(kernel->name));
    }
    if (sim->end != kernel->end) {
        return differ(c, compare_text("the client %s: how its connection ended", name),
                      strdup(client_end_name(sim->end)), strdup(client_end_name(kernel->end)));
    }
    bool received = !sim->received_unknown && !kernel->received_unknown;
    bool sent = !sim->sent_unknown && !kernel->sent_unknown;
    return (received && streams_differ(c, compare_text("the client %s: the bytes received", name),
                                       &sim->received, &kernel->received)) ||
           (sent && streams_differ(c, compare_text("the client %s: the bytes sent", name),
                                   &sim->sent, &kernel->sent));
}

static bool clients_differ(struct comparison *c)
{
    const struct result *sim = c->sim;
    const struct result *kernel = c->kernel;
    if (counts_differ(c, "the number of connections", sim->client_count + sim->clients_omitted,
                      kernel->client_count + kernel->clients_omitted)) {
        return true;
    }
    for (size_t i = 0; i < sim->client_count && i < kernel->client_count; i++) {
        if (client_differs(c, &sim->clients[i], &kernel->clients[i])) {
            return true;
        }
    }
    return false;
}

static bool sizes_differ(const struct result_session *sim, const struct result_session *kernel)
{
    return sim->recv_run_count != kernel->recv_run_count ||
           sim->recv_runs_cut != kernel->recv_runs_cut ||
           (sim->recv_run_count > 0 && memcmp(sim->recv_runs, kernel->recv_runs,
                                              sim->recv_run_count * sizeof(*sim->recv_runs)) != 0);
}

/* Whose session it is; the one of a UDP listener has no client. */
static char *session_aspect(const struct comparison *c, const struct result_session *session,
                            const char *aspect)
{
    return c->plan->server.transport == WORLD_UDP
               ? compare_text("the session: %s", aspect)
               : compare_text("the session of %s: %s", session->name, aspect);
}

static bool session_differs(struct comparison *c, const struct result_session *sim,
                            const struct result_session *kernel)
{
    if (!same_text(sim->name, kernel->name)) {
        return differ(c, strdup("whose session is next"), strdup(sim->name), strdup(kernel->name));
    }
    if (sim->end != kernel->end) {
        return differ(c, session_aspect(c, sim, "how it ended"), strdup(session_end_name(sim->end)),
                      strdup(session_end_name(kernel->end)));
    }
    bool bytes = sim->comparable_bytes && kernel->comparable_bytes;
    if (bytes && streams_differ(c, session_aspect(c, sim, "the bytes received"), &sim->received,
                                &kernel->received)) {
        return true;
    }
    if (bytes && sim->truncated != kernel->truncated) {
        return differ(c, session_aspect(c, sim, "truncated datagrams"),
                      compare_text("%" PRIu64, sim->truncated),
                      compare_text("%" PRIu64, kernel->truncated));
    }
    return sim->comparable_sizes && kernel->comparable_sizes && sizes_differ(sim, kernel) &&
           differ(c, session_aspect(c, sim, "the sizes of its receives"),
                  compare_text_runs(sim, kernel), compare_text_runs(kernel, sim));
}

static bool sessions_differ(struct comparison *c)
{
    const struct result *sim = c->sim;
    const struct result *kernel = c->kernel;
    if (counts_differ(c, "the number of sessions", sim->session_count + sim->sessions_omitted,
                      kernel->session_count + kernel->sessions_omitted)) {
        return true;
    }
    for (size_t i = 0; i < sim->session_count && i < kernel->session_count; i++) {
        if (session_differs(c, &sim->sessions[i], &kernel->sessions[i])) {
            return true;
        }
    }
    return false;
}

static bool faults_differ(struct comparison *c)
{
    /* Where a run did not get to its end there are none. */
    for (size_t i = 0; i < c->sim->fault_count && i < c->kernel->fault_count; i++) {
        uint64_t sim = c->sim->fault_fires[i];
        uint64_t kernel = c->kernel->fault_fires[i];
        bool known = sim != RESULT_FIRES_UNKNOWN && kernel != RESULT_FIRES_UNKNOWN;
        if (known && sim != kernel) {
            return differ(c, compare_text("how often the fault /faults/%zu fired", i),
                          compare_text_times(sim), compare_text_times(kernel));
        }
    }
    return false;
}

int compare_results(const struct plan *plan, const struct result *sim, const struct result *kernel,
                    struct result_divergence *divergence)
{
    struct comparison c = {plan, sim, kernel, divergence};
    bool found = verdicts_differ(&c) || deaths_differ(&c) || places_differ(&c);
    if (!found && !died(sim)) {
        found = failures_differ(&c) || steps_differ(&c) || clients_differ(&c) ||
                sessions_differ(&c) || faults_differ(&c);
    }
    if (found && (!divergence->what || !divergence->sim || !divergence->kernel)) {
        result_divergence_fini(divergence);
        return -ENOMEM;
    }
    return 0;
}

static void narrow_client(struct result_client *client, const struct result_client *other)
{
    if (other->sent_unknown) {
        client->sent_unknown = true;
        client->sent = (struct result_stream){0};
    }
    if (other->received_unknown) {
        client->received_unknown = true;
        client->received = (struct result_stream){0};
    }
}

static void narrow_session(struct result_session *session, const struct result_session *other)
{
    if (!other->comparable_bytes) {
        session->comparable_bytes = false;
        session->received = (struct result_stream){0};
    }
    if (!other->comparable_sizes) {
        session->comparable_sizes = session->recv_runs_cut = false;
        free(session->recv_runs);
        session->recv_runs = NULL;
        session->recv_run_count = 0;
    }
}

void compare_narrow(struct result *result, const struct result *other)
{
    for (size_t i = 0; i < result->client_count && i < other->client_count; i++) {
        narrow_client(&result->clients[i], &other->clients[i]);
    }
    for (size_t i = 0; i < result->session_count && i < other->session_count; i++) {
        narrow_session(&result->sessions[i], &other->sessions[i]);
    }
    for (size_t i = 0; i < result->fault_count && i < other->fault_count; i++) {
        if (other->fault_fires[i] == RESULT_FIRES_UNKNOWN) {
            result->fault_fires[i] = RESULT_FIRES_UNKNOWN;
        }
    }
}
