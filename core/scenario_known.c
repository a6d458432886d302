/* SPDX-License-Identifier: MIT */
/* What is known of a scenario beforehand: that it fails by design, or that it fails for now. */
#include <errno.h>

#include "date.h"
#include "scenario_internal.h"

static const struct scenario_place root = {0};

static int read_expect_failure(struct scenario_load *load, const json_t *why)
{
    struct scenario_place at = scenario_at_key(&root, "expect_failure");
    const char *string = NULL;
    int status = scenario_string(load, why, &at, false, &string);
    if (status == 0) {
        load->plan->expect_failure = scenario_keep(load, string);
        status = load->plan->expect_failure ? 0 : -ENOMEM;
    }
    return status;
}

/* A string that has to be there. The plan keeps it. */
static int read_string(struct scenario_load *load, const json_t *value,
                       const struct scenario_place *at, const char **kept)
{
    const char *string = NULL;
    int status = scenario_string(load, value, at, false, &string);
    if (status == 0) {
        *kept = scenario_keep(load, string);
        status = *kept ? 0 : -ENOMEM;
    }
    return status;
}

static int read_until(struct scenario_load *load, const json_t *value,
                      const struct scenario_place *at, const char **until)
{
    char text[96];
    int status = read_string(load, value, at, until);
    return status != 0 || date_is_valid(*until)
               ? status
               : scenario_refuse(load, at,
                                 "\"until\" must be a day that the calendar has, YYYY-MM-DD, "
                                 "not %s",
                                 scenario_describe(value, text));
}

static int read_quarantine(struct scenario_load *load, const json_t *value)
{
    static const char *const keys[] = {"issue", "until", NULL};
    struct scenario_place at = scenario_at_key(&root, "quarantine");
    struct scenario_place issue_at = scenario_at_key(&at, "issue");
    struct scenario_place until_at = scenario_at_key(&at, "until");
    int status = scenario_closed(load, value, &at, keys);
    if (status != 0) {
        return status;
    }
    const json_t *issue = json_object_get(value, "issue"), *until = json_object_get(value, "until");
    if (!issue || !until) {
        return scenario_refuse(load, &at,
                               "\"quarantine\" needs both \"issue\", where the failure is worked "
                               "on, and \"until\", its last day");
    }
    if (load->plan->expect_failure) {
        return scenario_refuse_key(load, &at,
                                   "\"quarantine\" cannot stand beside \"expect_failure\": a "
                                   "failure is meant to be, or it waits to be mended");
    }
    struct plan_quarantine *quarantine = scenario_alloc(load, 1, sizeof(*quarantine));
    if (!quarantine) {
        return -ENOMEM;
    }
    status = read_string(load, issue, &issue_at, &quarantine->issue);
    if (status == 0) {
        status = read_until(load, until, &until_at, &quarantine->until);
    }
    load->plan->quarantine = quarantine;
    return status;
}

int scenario_known(struct scenario_load *load, const json_t *member)
{
    const json_t *why = json_object_get(member, "expect_failure");
    const json_t *quarantine = json_object_get(member, "quarantine");
    int status = why ? read_expect_failure(load, why) : 0;
    return status == 0 && quarantine ? read_quarantine(load, quarantine) : status;
}
