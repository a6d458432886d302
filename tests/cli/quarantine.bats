# SPDX-License-Identifier: MIT
# Quarantine: a known failure does not fail the run until its day has passed, and is never hidden.

load helper

setup() {
    optimized
}

held='"quarantine": {"issue": "issue #12", "until": "2027-01-31"}'

# quarantined NAME ANSWER: expects ANSWER, and is in quarantine.
quarantined() {
    scenario "$1" uppercase "{\"connect\": {}}, {\"send\": \"hello\"}, {\"expect\": \"$2\"}" "$held"
}

# valid REPORT
valid() {
    NODE_PATH=/usr/share/nodejs node "$DRILL_SOURCE_DIR/tests/schema/validate-report.js" \
        "$DRILL_SOURCE_DIR/reports/report.schema.json" "$1"
}

# play CODE ARGUMENTS...: runs the suite, whose report is valid, and sets `output`.
play() {
    run "-$1" drill run --report "$work/report.json" "${@:2}" "$work/suite"
    valid "$work/report.json"
}

result() {
    json "$work/report.json" "it.results.find(r => r.id === \"$1\")$2"
}

summary() {
    json "$work/report.json" "it.summary.$1"
}

@test "a failure in quarantine does not fail the run before its day, on it, and without --today" {
    passing right
    quarantined wrong HELLA
    for today in "" --today=2026-12-31 --today=2027-01-31; do
        play 0 ${today:+"$today"}
        has "$output" "QUARANTINED FAIL wrong: quarantined until 2027-01-31 (issue #12)"
        has "$output" "1 passed, 1 failed; of these 1 quarantined"
        equals "$(result wrong .verdict)" fail
        equals "$(result wrong .quarantine)" \
            '{"issue":"issue #12","until":"2027-01-31","over":false}'
        equals "$(result right '.quarantine === undefined')" true
        equals "$(summary fail) $(summary quarantined) $(summary overdue)" "1 1 0"
    done
}

@test "the day after, it fails the run and says what to do" {
    passing right
    quarantined wrong HELLA
    play 1 --today 2027-02-01
    has "$output" "FAIL wrong"
    has_not "$output" "QUARANTINED"
    has "$output" "its quarantine ended on 2027-01-31: mend it or renew it (issue #12)"
    has "$output" "1 passed, 1 failed  in"
    equals "$(result wrong .verdict) $(result wrong .quarantine.over)" "fail true"
    equals "$(summary fail) $(summary quarantined) $(summary overdue)" "1 0 0"
}

@test "a failure beside the quarantined ones fails the run" {
    failing other
    quarantined wrong HELLA
    play 1
    has "$output" "0 passed, 2 failed; of these 1 quarantined"
}

@test "a scenario in quarantine that passes is told, and fails the run once its day has passed" {
    quarantined mended HELLO
    play 0
    has "$output" "PASS mended: quarantined until 2027-01-31 (issue #12), but passes"
    equals "$(result mended .verdict) $(result mended .quarantine.over)" "pass false"
    play 0 -q
    has_not "$output" "but passes"
    play 1 -q --today 2027-02-01
    has "$output" "OVERDUE PASS mended: its quarantine ended on 2027-01-31, and it passes: remove it"
    has "$output" "1 passed; of these 1 passed after its quarantine"
    equals "$(result mended .verdict) $(result mended .quarantine.over)" "pass true"
    equals "$(summary pass) $(summary quarantined) $(summary overdue)" "1 0 1"
}

@test "crashes, hangs and leaks can be in quarantine" {
    for name in crash hang leak; do
        scenario $name $name "{\"connect\": {}}, {\"send\": \"$name\"}, {\"expect\": \"$name\"}" \
            "$held"
    done
    play 0 --timeout 1 --plugin-path "$DRILL_TEST_PLUGINS"
    has "$output" "QUARANTINED CRASH crash:"
    has "$output" "QUARANTINED HANG hang:"
    has "$output" "QUARANTINED LEAK leak:"
    has "$output" "1 crashed, 1 hung, 1 leaked; of these 3 quarantined"
    play 1 --timeout 1 --plugin-path "$DRILL_TEST_PLUGINS" --today 9999-12-31
    has_not "$output" "QUARANTINED"
}

@test "a failure in quarantine is shown whole with -v" {
    quarantined wrong HELLA
    play 0 -v
    has "$output" "QUARANTINED FAIL wrong"
    has "$output" 'expected  "HELLA"'
    has "$output" "  quarantined until 2027-01-31 (issue #12)"
    has "$output" "  replay: sockdrill run --filter 'wrong'"
}

@test "a quarantine holds for every member of a matrix" {
    scenario many uppercase '{"connect": {}}, {"send": "a"}, {"expect": "$answer"}' \
        "$held, \"matrix\": {\"answer\": [\"A\", \"B\", \"C\"]}"
    play 0
    has "$output" "PASS many#answer=A: quarantined until 2027-01-31 (issue #12), but passes"
    has "$output" "QUARANTINED FAIL many#answer=B:"
    has "$output" "QUARANTINED FAIL many#answer=C:"
    has "$output" "1 passed, 2 failed; of these 2 quarantined"
    play 1 --today 2027-02-01
    has "$output" "1 passed, 2 failed; of these 1 passed after its quarantine"
}

@test "what is skipped does not fail the run for its quarantine" {
    passing right
    scenario elsewhere uppercase '{"connect": {}}, {"send": "a"}, {"expect": "B"}' \
        "$held, \"worlds\": [\"sim\"]"
    play 0 --world kernel --today 2027-02-01
    equals "$(result elsewhere .verdict) $(result elsewhere .quarantine.over)" "skipped true"
}

@test "reports with quarantines are the same for any number of workers" {
    for name in a b c d e f; do
        quarantined $name HELLA
        passing $name-right
    done
    for jobs in 1 4; do
        run -0 drill run -q -j $jobs --today 2027-01-01 --report "$work/$jobs.json" "$work/suite"
    done
    cmp "$work/1.json" "$work/4.json"
}

@test "diff: a failure in quarantine is no new failure, and one is when its day has passed" {
    passing right
    quarantined wrong HELLO
    run -0 drill run -q --report "$work/pass.json" "$work/suite"
    quarantined wrong HELLA
    run -0 drill run -q --report "$work/held.json" "$work/suite"
    run -1 drill run -q --today 2027-02-01 --report "$work/late.json" "$work/suite"
    run -0 drill diff "$work/pass.json" "$work/held.json"
    has "$output" "changed behaviour (1)"
    has "$output" "wrong: quarantined pass, now quarantined fail"
    run -1 drill diff "$work/held.json" "$work/late.json"
    has "$output" "new failure (1)"
    has "$output" "wrong: quarantined fail, now overdue fail"
    run -0 drill diff "$work/late.json" "$work/held.json"
    has "$output" "changed behaviour (1)"
    run -1 drill diff --format json "$work/held.json" "$work/late.json"
    printf '%s\n' "$output" >"$work/diff.json"
    NODE_PATH=/usr/share/nodejs node "$DRILL_SOURCE_DIR/tests/schema/validate-report.js" \
        "$DRILL_SOURCE_DIR/reports/diff.schema.json" "$work/diff.json"
}

@test "--today takes days that the calendar has" {
    passing right
    for day in "" today 2027-02-29 2027-2-1 2027-13-01 20270131 "2027-01-31 "; do
        run -2 --separate-stderr drill run --today "$day" "$work/suite"
        has "$stderr" "--today takes a day that the calendar has, YYYY-MM-DD, not '$day'"
    done
    run -0 drill run -q --today 2028-02-29 "$work/suite"
}

@test "a suite.json cannot set it, and expect_failure excludes it" {
    passing right
    printf '{%s}\n' "$held" >"$work/suite/suite.json"
    run -2 --separate-stderr drill run "$work/suite"
    has "$stderr" 'suite.json:1:2: unknown key "quarantine"'
    rm "$work/suite/suite.json"
    scenario both uppercase '{"connect": {}}, {"send": "a"}, {"expect": "B"}' \
        "\"expect_failure\": \"known\", $held"
    run -2 --separate-stderr drill run "$work/suite"
    has "$stderr" '"quarantine" cannot stand beside "expect_failure"'
}

@test "a tape made of the scenario gives it back with its quarantine" {
    quarantined wrong HELLA
    run -0 drill tape from-scenario "$work/suite/wrong.json" -o "$work/wrong.tape"
    run -0 drill tape to-scenario "$work/wrong.tape" -o "$work/back.json"
    equals "$(json "$work/back.json" it.quarantine)" '{"issue":"issue #12","until":"2027-01-31"}'
}
