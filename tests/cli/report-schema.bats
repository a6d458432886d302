# SPDX-License-Identifier: MIT
# Every report that the command writes matches its schema, as ajv sees it.

load helper

# valid SCHEMA FILE...
valid() {
    local schema=$1
    shift
    NODE_PATH=/usr/share/nodejs node "$DRILL_SOURCE_DIR/tests/schema/validate-report.js" \
        "$DRILL_SOURCE_DIR/reports/$schema.schema.json" "$@"
}

@test "the shipped suite's report and timings match their schemas" {
    run drill run -q --report "$work/report.json" --timings "$work/timings.json" \
        "$DRILL_SOURCE_DIR/scenarios"
    valid report "$work/report.json"
    valid timings "$work/timings.json"
}

# ended REPORT VERDICT...: each of these verdicts is in the report.
ended() {
    local verdict verdicts
    verdicts=$(json "$1" 'it.results.map(r => " " + r.verdict + ",").join("")')
    for verdict in "${@:2}"; do
        has "$verdicts" " $verdict,"
    done
}

@test "reports of crashes, exits, hangs, leaks, failures, skips and what diverged match the schema" {
    troubles
    scenario known uppercase '{"connect": {}}, {"send": "a"}, {"expect": "b"}' \
        '"expect_failure": "known"'
    scenario surprise uppercase '{"connect": {}}, {"send": "a"}, {"expect": "A"}' \
        '"expect_failure": "gone"'
    scenario elsewhere uppercase '{"connect": {}}, {"send": "a"}, {"expect": "A"}' \
        '"worlds": ["sim"]'
    scenario two-faced two-faced '{"connect": {}}, {"send": "a"}, {"expect": "simulated"}'
    for world in kernel both; do
        run -1 drill run --timeout 2 --plugin-path "$DRILL_TEST_PLUGINS" --world $world \
            --report "$work/$world.json" --timings "$work/timings.json" "$work/suite"
        valid report "$work/$world.json"
        valid timings "$work/timings.json"
        ended "$work/$world.json" pass fail crash hang leak expected-fail unexpected-pass
    done
    ended "$work/kernel.json" skipped
    ended "$work/both.json" diverged
}

@test "the replay command of a report runs that scenario alone" {
    failing dir/wrong
    failing dir/wrong-too
    passing dir/right
    run -1 drill run -q --report "$work/report.json" "$work/suite"
    replay=$(json "$work/report.json" 'it.results.find(r => r.id === "dir/wrong").replay')
    eval "set -- $replay"
    equals "$1 $2" "sockdrill run"
    shift 2
    run -0 drill run --list "$@" "$work/suite"
    has "$output" "dir/wrong"
    has_not "$output" "dir/wrong-too"
    has_not "$output" "dir/right"
}

@test "a report to a full device is an error, and not a short file" {
    passing a
    run -3 --separate-stderr drill run --report /dev/full "$work/suite"
    has "$stderr" "/dev/full"
    has "$stderr" "No space left on device"
}

@test "a report may go into a pipe" {
    passing a
    drill run -q --report >(cat >"$work/report.json") "$work/suite"
    wait $!
    valid report "$work/report.json"
}
