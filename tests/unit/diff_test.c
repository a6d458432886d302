/* SPDX-License-Identifier: MIT */
/* Changes to a report made by hand, each with the category that a person would give it. */
#include "diff_fixture.h"

#define FAILURE(step, sentence)                                                                    \
    "failure {\"step\": \"" step "\", \"iteration\": [], \"sentence\": \"" sentence "\", "         \
    "\"expected\": null, \"actual\": \"silence\"}"
#define BAD(verdict)   "verdict \"" verdict "\"\n" FAILURE("/steps/1", "it went wrong")
#define KNOWN          "verdict \"expected-fail\"\nnote \"known\"\n" FAILURE("/steps/1", "as known")
#define SURPRISE       "verdict \"unexpected-pass\"\nnote \"known\""
#define SKIPPED        "verdict \"skipped\"\nnote \"not here\""
#define SAME           (-1)
#define STORY(omitted) "\nstory {\"omitted\": " omitted ", \"events\": []}"
#define QUARANTINE(over)                                                                           \
    "quarantine {\"issue\": \"#12\", \"until\": \"2027-01-31\", \"over\": " over "}"
#define HELD(verdict)   BAD(verdict) "\n" QUARANTINE("false")
#define LAPSED(verdict) BAD(verdict) "\n" QUARANTINE("true")
#define PASS_HELD       QUARANTINE("false")
#define PASS_LAPSED     QUARANTINE("true")

struct change {
    const char *title;
    const char *before, *now; /* patches; NULL: not in that report */
    int category;             /* SAME: no change */
    bool worse;
    const char *part, *member; /* of the first difference; NULL: not looked at */
};

static const struct change changes[] = {
    {"nothing at all", "", "", SAME, false, NULL, NULL},
    {"the same failure", BAD("fail"), BAD("fail"), SAME, false, NULL, NULL},
    {"another story of the same failure", BAD("fail") STORY("1"), BAD("fail") STORY("2"), SAME,
     false, NULL, NULL},
    {"an older report told no story", BAD("fail"), BAD("fail") STORY("1"), SAME, false, NULL, NULL},
    {"other words for the same step", BAD("fail") "\nsteps.0.what \"connect\"",
     BAD("fail") "\nsteps.0.what \"connect as bob\"", SAME, false, NULL, NULL},
    {"the same skip", SKIPPED, SKIPPED, SAME, false, NULL, NULL},
    {"another replay command", "", "replay \"sockdrill run\"", SAME, false, NULL, NULL},
    {"a key that nobody knows", "", "colour \"red\"", SAME, false, NULL, NULL},
    {"pass to fail", "", BAD("fail"), DIFF_NEW_FAILURE, true, "failure", NULL},
    {"pass to error", "", BAD("error"), DIFF_NEW_FAILURE, true, NULL, NULL},
    {"pass to crash", "", BAD("crash"), DIFF_NEW_FAILURE, true, NULL, NULL},
    {"pass to hang", "", BAD("hang"), DIFF_NEW_FAILURE, true, NULL, NULL},
    {"pass to leak", "", BAD("leak"), DIFF_NEW_FAILURE, true, NULL, NULL},
    {"pass to diverged", "", BAD("diverged"), DIFF_NEW_FAILURE, true, NULL, NULL},
    {"skipped to fail", SKIPPED, BAD("fail"), DIFF_NEW_FAILURE, true, NULL, NULL},
    {"a known failure that passes", KNOWN, SURPRISE, DIFF_NEW_FAILURE, true, NULL, NULL},
    {"a failure that is no longer known", KNOWN, BAD("fail"), DIFF_NEW_FAILURE, true, NULL, NULL},
    {"a new scenario that fails", NULL, BAD("fail"), DIFF_NEW_FAILURE, true, NULL, NULL},
    {"a new scenario that passes unexpectedly", NULL, SURPRISE, DIFF_NEW_FAILURE, true, NULL, NULL},
    {"pass to skipped", "", SKIPPED "\nclients []\nsteps []", DIFF_SKIPPED_NOW, true, "scenario",
     "note"},
    {"fail to skipped", BAD("fail"), SKIPPED, DIFF_SKIPPED_NOW, true, NULL, NULL},
    {"known failure to skipped", KNOWN, SKIPPED, DIFF_SKIPPED_NOW, true, NULL, NULL},
    {"a scenario is gone", "", NULL, DIFF_REMOVED, true, NULL, NULL},
    {"a failing scenario is gone", BAD("fail"), NULL, DIFF_REMOVED, true, NULL, NULL},
    {"a skipped scenario is gone", SKIPPED, NULL, DIFF_REMOVED, false, NULL, NULL},
    {"fail to crash", BAD("fail"), BAD("crash"), DIFF_STILL_FAILING, false, NULL, NULL},
    {"another step fails", BAD("fail"), "verdict \"fail\"\n" FAILURE("/steps/0", "it went wrong"),
     DIFF_STILL_FAILING, false, "failure", "step"},
    {"it fails with another sentence", BAD("fail"),
     "verdict \"fail\"\n" FAILURE("/steps/1", "otherwise"), DIFF_STILL_FAILING, false, "failure",
     "sentence"},
    {"something else came", BAD("fail"), BAD("fail") "\nfailure.actual \"eof\"", DIFF_STILL_FAILING,
     false, "failure", "actual"},
    {"unexpected pass to fail", SURPRISE, BAD("fail"), DIFF_STILL_FAILING, false, NULL, NULL},
    {"other bytes came back", "",
     "clients.0.received.hex \"68656c6c70\"\nclients.0.received.hash " DIFF_HASH_B, DIFF_CHANGED,
     false, "client", "received"},
    {"bytes that are not kept changed", "", "clients.0.received.hash " DIFF_HASH_B, DIFF_CHANGED,
     false, "client", "received"},
    {"fewer bytes came back", "",
     "clients.0.received.hex \"68656c6c\"\nclients.0.received.length 4", DIFF_CHANGED, false,
     "client", "received"},
    {"what came back is the kernel's business now", "", "clients.0.received null", DIFF_CHANGED,
     false, "client", "received"},
    {"a reset instead of an end", "", "clients.0.end \"reset\"", DIFF_CHANGED, false, "client",
     "end"},
    {"the server no longer ends it", "", "clients.0.end null", DIFF_CHANGED, false, "client",
     "end"},
    {"other bytes were sent", "", "clients.0.sent.hash " DIFF_HASH_B, DIFF_CHANGED, false, "client",
     "sent"},
    {"one more client", "",
     "clients.new {\"name\": \"eve\", \"sent\": null, \"received\": null, \"end\": null}",
     DIFF_CHANGED, false, "client", NULL},
    {"a client of another name", "", "clients.0.name \"eve\"", DIFF_CHANGED, false, "client", NULL},
    {"received in other pieces", "", "sessions.0.recv_sizes [[3, 1], [2, 1]]", DIFF_CHANGED, false,
     "session", "recv_sizes"},
    {"the session ended otherwise", "", "sessions.0.end \"protocol_error\"", DIFF_CHANGED, false,
     "session", "end"},
    {"no session", "", "sessions []", DIFF_CHANGED, false, "session", NULL},
    {"more clients than are listed", "", "clients_omitted 7", DIFF_CHANGED, false, "result",
     "clients_omitted"},
    {"a fault that no longer fires",
     "faults [{\"call\": \"send\", \"nth\": 1, \"error\": \"EPIPE\", \"short\": null, \"sticky\": "
     "false, \"fired\": 1}]",
     "faults [{\"call\": \"send\", \"nth\": 1, \"error\": \"EPIPE\", \"short\": null, \"sticky\": "
     "false, \"fired\": 0}]",
     DIFF_CHANGED, false, "fault", "fired"},
    {"a step ran once more", "", "steps.1.runs 4", DIFF_CHANGED, false, "step", NULL},
    {"a step less", "", "steps.1 -", DIFF_CHANGED, false, "step", NULL},
    {"pass to a known failure", "", KNOWN, DIFF_CHANGED, false, NULL, NULL},
    {"a failure was declared known", BAD("fail"), KNOWN, DIFF_CHANGED, false, NULL, NULL},
    {"skipped to pass", SKIPPED, "", DIFF_CHANGED, false, NULL, NULL},
    {"a known failure that fails otherwise", KNOWN,
     KNOWN "\nfailure.sentence \"in a way nobody knows\"", DIFF_CHANGED, false, "failure",
     "sentence"},
    {"a known failure that passes by right", KNOWN, "", DIFF_FIXED, false, NULL, NULL},
    {"another title", "", "title \"u\"", DIFF_EDITED, false, "scenario", "title"},
    {"another scenario that does the same", "", "hash " DIFF_HASH_B, DIFF_EDITED, false, "scenario",
     "hash"},
    {"another version of the plugin", "", "plugin.version \"2\"", DIFF_EDITED, false, "plugin",
     "version"},
    {"another seed", "", "seed 2", DIFF_EDITED, false, "scenario", "seed"},
    {"another tag", "", "tags [\"udp\"]", DIFF_EDITED, false, "scenario", "tags"},
    {"another reason to skip", SKIPPED, SKIPPED "\nnote \"nor there\"", DIFF_EDITED, false,
     "scenario", "note"},
    {"a new scenario that passes", NULL, "", DIFF_ADDED, false, NULL, NULL},
    {"a new scenario that is skipped", NULL, SKIPPED, DIFF_ADDED, false, NULL, NULL},
    {"a new known failure", NULL, KNOWN, DIFF_ADDED, false, NULL, NULL},
    {"fail to pass", BAD("fail"), "", DIFF_FIXED, false, "failure", NULL},
    {"crash to pass", BAD("crash"), "", DIFF_FIXED, false, NULL, NULL},
    {"unexpected pass to pass", SURPRISE, "", DIFF_FIXED, false, NULL, NULL},
    {"an unexpected pass fails again as known", SURPRISE, KNOWN, DIFF_FIXED, false, NULL, NULL},
    {"the same failure in quarantine", HELD("fail"), HELD("fail"), SAME, false, NULL, NULL},
    {"the same pass past its quarantine", PASS_LAPSED, PASS_LAPSED, SAME, false, NULL, NULL},
    {"pass to a failure in quarantine", "", HELD("fail"), DIFF_CHANGED, false, NULL, NULL},
    {"a scenario in quarantine fails", PASS_HELD, HELD("hang"), DIFF_CHANGED, false, NULL, NULL},
    {"it fails otherwise in quarantine", HELD("fail"), HELD("crash"), DIFF_CHANGED, false, NULL,
     NULL},
    {"a failure was put in quarantine", BAD("fail"), HELD("fail"), DIFF_CHANGED, false, "scenario",
     "quarantine"},
    {"a crash was put in quarantine and fails", BAD("crash"), HELD("fail"), DIFF_CHANGED, false,
     NULL, NULL},
    {"a quarantine was taken from a failure", HELD("fail"), BAD("fail"), DIFF_NEW_FAILURE, true,
     "scenario", "quarantine"},
    {"the day of a failure's quarantine passed", HELD("fail"), LAPSED("fail"), DIFF_NEW_FAILURE,
     true, "scenario", "quarantine"},
    {"the day of a pass's quarantine passed", PASS_HELD, PASS_LAPSED, DIFF_NEW_FAILURE, true,
     "scenario", "quarantine"},
    {"a failure's quarantine was renewed", LAPSED("fail"), HELD("fail"), DIFF_CHANGED, false,
     "scenario", "quarantine"},
    {"a pass's quarantine was taken out late", PASS_LAPSED, "", DIFF_FIXED, false, "scenario",
     "quarantine"},
    {"past its quarantine it fails again", PASS_LAPSED, LAPSED("fail"), DIFF_STILL_FAILING, false,
     NULL, NULL},
    {"a failure in quarantine was mended", HELD("fail"), PASS_HELD, DIFF_FIXED, false, NULL, NULL},
    {"mended, and its quarantine is out", HELD("fail"), "", DIFF_FIXED, false, NULL, NULL},
    {"a pass goes into quarantine", "", PASS_HELD, DIFF_EDITED, false, "scenario", "quarantine"},
    {"a failure in quarantine is skipped", HELD("fail"), SKIPPED "\n" QUARANTINE("false"),
     DIFF_SKIPPED_NOW, true, NULL, NULL},
    {"a new failure in quarantine", NULL, HELD("fail"), DIFF_ADDED, false, NULL, NULL},
    {"a new scenario past its quarantine", NULL, PASS_LAPSED, DIFF_NEW_FAILURE, true, NULL, NULL},
    {"a failure in quarantine is expected now", HELD("fail"), KNOWN, DIFF_CHANGED, false, NULL,
     NULL},
    {"what passed unexpectedly is in quarantine", SURPRISE, HELD("fail"), DIFF_FIXED, false, NULL,
     NULL},
};
#define CHANGE_COUNT (sizeof(changes) / sizeof(changes[0]))

struct diff_counts {
    uint64_t counts[DIFF_CATEGORY_COUNT], unchanged, differences;
};

static void check_first(const struct change *change, const struct diff_entry *entry)
{
    if (!change->part) {
        return;
    }
    assert_true(entry->difference_count > 0);
    const struct diff_difference *first = &entry->differences[0];
    bool member = change->member ? first->member && strcmp(first->member, change->member) == 0
                                 : !first->member;
    if (strcmp(first->part, change->part) != 0 || !member) {
        fail_msg("%s: the first difference is %s %s", change->title, first->part,
                 first->member ? first->member : "as a whole");
    }
}

static void every_change_gets_the_category_that_a_person_would_give(void **state)
{
    (void)state;
    for (size_t i = 0; i < CHANGE_COUNT; i++) {
        struct report_read before, now;
        struct diff diff;
        diff_fixture_read_patched(changes[i].before, &before);
        diff_fixture_read_patched(changes[i].now, &now);
        assert_int_equal(diff_make(&diff, &before, &now), 0);
        int category = diff.count == 0 ? SAME : (int)diff.entries[0].category;
        if (category != changes[i].category || diff.worse != changes[i].worse) {
            fail_msg("%s: category %d, worse %d", changes[i].title, category, diff.worse);
        }
        if (category != SAME) {
            assert_int_equal(diff.count, 1);
            assert_int_equal(diff.counts[category], 1);
            assert_string_equal(diff.entries[0].id, "x");
            check_first(&changes[i], &diff.entries[0]);
        }
        diff_fini(&diff);
        report_read_fini(&before);
        report_read_fini(&now);
    }
}

/* Every patch of the table as one report. */
static json_t *report_of_all(void)
{
    json_t *json = diff_fixture_report();
    char id[16];
    for (size_t i = 0; i < CHANGE_COUNT; i++) {
        json_t *result = diff_fixture_patched(changes[i].now ? changes[i].now : "");
        snprintf(id, sizeof(id), "%zu", i);
        json_object_set_new(result, "id", json_string(id));
        json_array_append_new(json_object_get(json, "results"), result);
    }
    return json;
}

static void a_report_and_itself_do_not_differ(void **state)
{
    (void)state;
    struct report_read before, now;
    struct diff diff;
    diff_fixture_read(report_of_all(), &before);
    diff_fixture_read(report_of_all(), &now);
    assert_int_equal(diff_make(&diff, &before, &now), 0);
    assert_int_equal(diff.count, 0);
    assert_int_equal(diff.unchanged, CHANGE_COUNT);
    assert_true(diff.unchanged_failing > 0);
    assert_false(diff.worse);
    diff_fini(&diff);
    report_read_fini(&before);
    report_read_fini(&now);
}

static void compare_texts(const char *old, const char *new, bool lean, struct diff_counts *counts)
{
    struct report_read before, now;
    struct drill_error error;
    struct diff diff;
    int (*read)(const char *, const void *, size_t, struct report_read *, struct drill_error *) =
        lean ? report_read_text_lean : report_read_text;
    assert_int_equal(read("old.json", old, strlen(old), &before, &error), 0);
    assert_int_equal(read("new.json", new, strlen(new), &now, &error), 0);
    assert_int_equal(diff_make(&diff, &before, &now), 0);
    *counts = (struct diff_counts){.unchanged = diff.unchanged};
    memcpy(counts->counts, diff.counts, sizeof(diff.counts));
    for (size_t i = 0; i < diff.count; i++) {
        counts->differences += diff.entries[i].difference_count;
    }
    diff_fini(&diff);
    report_read_fini(&before);
    report_read_fini(&now);
}

/* The same reports, spelled alike or not, and read either way. */
static void lean_reports_differ_as_others_do(void **state)
{
    (void)state;
    struct diff_counts whole, lean;
    json_t *json = report_of_all(), *results = json_object_get(json, "results");
    char *now = json_dumps(json, JSON_INDENT(1));
    for (size_t i = 0; i < CHANGE_COUNT; i++) {
        json_t *old = diff_fixture_patched(changes[i].before ? changes[i].before : "");
        json_object_set(old, "id", json_object_get(json_array_get(results, i), "id"));
        json_array_set_new(results, i, old);
    }
    for (size_t flags = 0; flags <= 1; flags++) {
        char *before = json_dumps(json, JSON_INDENT(flags));
        compare_texts(before, now, false, &whole);
        compare_texts(before, now, true, &lean);
        assert_memory_equal(&whole, &lean, sizeof(whole));
        assert_true(lean.unchanged > 0 && lean.differences > 50);
        free(before);
    }
    free(now);
    json_decref(json);
}

/* A report of `count` results with ids from `first` on, in descending order. */
static void read_many(size_t first, size_t count, const char *patch, struct report_read *report)
{
    json_t *json = diff_fixture_report();
    json_t *result = diff_fixture_patched(patch);
    char id[32];
    for (size_t i = first + count; i-- > first;) {
        json_t *copy = json_copy(result);
        snprintf(id, sizeof(id), "many/%06zu", i);
        json_object_set_new(copy, "id", json_string(id));
        json_array_append_new(json_object_get(json, "results"), copy);
    }
    json_decref(result);
    diff_fixture_read(json, report);
}

static void entries_stand_worst_first_and_then_by_id(void **state)
{
    (void)state;
    struct report_read before, now;
    struct diff diff;
    read_many(0, 30, "", &before);
    read_many(10, 30, BAD("fail"), &now);
    assert_int_equal(diff_make(&diff, &before, &now), 0);
    assert_int_equal(diff.count, 40);
    assert_int_equal(diff.counts[DIFF_NEW_FAILURE], 30);
    assert_int_equal(diff.counts[DIFF_REMOVED], 10);
    for (size_t i = 1; i < diff.count; i++) {
        const struct diff_entry *a = &diff.entries[i - 1], *b = &diff.entries[i];
        assert_true(a->category < b->category ||
                    (a->category == b->category && strcmp(a->id, b->id) < 0));
    }
    diff_fini(&diff);
    report_read_fini(&before);
    report_read_fini(&now);
}

static void twenty_thousand_results_take_as_many_comparisons(void **state)
{
    (void)state;
    struct report_read before, now;
    struct diff diff;
    read_many(0, 20000, "", &before);
    read_many(5000, 20000, "seed 2", &now);
    assert_int_equal(diff_make(&diff, &before, &now), 0);
    assert_int_equal(diff.counts[DIFF_REMOVED], 5000);
    assert_int_equal(diff.counts[DIFF_EDITED], 15000);
    assert_int_equal(diff.counts[DIFF_ADDED], 5000);
    assert_int_equal(diff.comparisons, 20000);
    diff_fini(&diff);
    report_read_fini(&before);
    report_read_fini(&now);
}

static void further_differences_of_a_result_are_counted(void **state)
{
    (void)state;
    struct report_read before, now;
    struct diff diff;
    json_t *json = diff_fixture_report(), *other = NULL;
    json_t *result = diff_fixture_patched("clients []"),
           *clients = json_object_get(result, "clients");
    for (int i = 0; i < 40; i++) {
        json_array_append_new(clients, json_pack("{s:s,s:n,s:n,s:s}", "name", "bob", "sent",
                                                 "received", "end", "eof"));
    }
    json_array_append_new(json_object_get(json, "results"), result);
    other = json_deep_copy(json);
    diff_fixture_read(json, &before);
    clients = json_object_get(json_array_get(json_object_get(other, "results"), 0), "clients");
    for (size_t i = 0; i < 40; i++) {
        json_object_set_new(json_array_get(clients, i), "end", json_null());
    }
    diff_fixture_read(other, &now);
    assert_int_equal(diff_make(&diff, &before, &now), 0);
    assert_int_equal(diff.count, 1);
    assert_int_equal(diff.entries[0].difference_count, DIFF_DIFFERENCES_MAX);
    assert_int_equal(diff.entries[0].differences_omitted, 40 - DIFF_DIFFERENCES_MAX);
    diff_fini(&diff);
    report_read_fini(&before);
    report_read_fini(&now);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_change_gets_the_category_that_a_person_would_give),
        cmocka_unit_test(a_report_and_itself_do_not_differ),
        cmocka_unit_test(lean_reports_differ_as_others_do),
        cmocka_unit_test(entries_stand_worst_first_and_then_by_id),
        cmocka_unit_test(twenty_thousand_results_take_as_many_comparisons),
        cmocka_unit_test(further_differences_of_a_result_are_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
