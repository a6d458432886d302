# SPDX-License-Identifier: MIT
# Every report that the command writes matches its schema, as ajv sees it.

load helper

setup() {
    optimized
}

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

# verdicts: a suite with every verdict in it.
verdicts() {
    troubles
    scenario known uppercase '{"connect": {}}, {"send": "a"}, {"expect": "b"}' \
        '"expect_failure": "known"'
    scenario surprise uppercase '{"connect": {}}, {"send": "a"}, {"expect": "A"}' \
        '"expect_failure": "gone"'
    scenario elsewhere uppercase '{"connect": {}}, {"send": "a"}, {"expect": "A"}' \
        '"worlds": ["sim"]'
    scenario two-faced two-faced '{"connect": {}}, {"send": "a"}, {"expect": "simulated"}'
}

@test "reports of crashes, exits, hangs, leaks, failures, skips and what diverged match the schema" {
    verdicts
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

# story ID EXPRESSION: of JavaScript about the events of a result in $work/report.json, which is empty without a story.
story() {
    json "$work/report.json" "((events) => $2)(it.results.find(r => r.id === '$1').story?.events ?? [])"
}

@test "a failure tells what its steps do and what happened, and a pass does neither" {
    passing fine
    scenario broken uppercase '{"connect": {}, "as": "bob"}, {"send": "hello", "as": "bob", "cuts": [2]},
        {"expect": "HELLO", "as": "bob", "within_ms": 5}' \
        '"faults": [{"call": "send", "nth": 2, "error": "EPIPE"}]'
    scenario datagram ack-ok '{"connect": {}}, {"send": "a"}, {"expect": "NO"}'
    scenario crash crash '{"connect": {}}, {"send": "crash"}, {"expect": "never"}'
    run -1 drill run --plugin-path "$DRILL_TEST_PLUGINS" --report "$work/report.json" \
        --trace "$work/trace.json" "$work/suite"
    has "$output" '  step: expect "HELLO" (5 bytes) as bob within 5 ms'
    valid report "$work/report.json"
    valid trace "$work/trace.json"
    equals "$(json "$work/report.json" 'it.results.find(r => r.id === "broken").steps.map(s => s.what).join("; ")')" \
        'connect as bob; send "hello" (5 bytes) as bob, cut at 2; expect "HELLO" (5 bytes) as bob within 5 ms'
    equals "$(json "$work/report.json" 'it.results.find(r => r.id === "fine").steps.some(s => "what" in s)')" false
    equals "$(story fine events.length)" 0
    equals "$(story broken 'events.filter(e => e.who === "server:bob" && e.event === "send")
        .map(e => `${e.size} ${e.result ?? e.error} ${e.data?.text} ${e.fault}`).join("; ")')" \
        '2 2 HE undefined; 3 EPIPE undefined true'
    equals "$(story broken 'events.find(e => e.event === "accept").from')" bob
    equals "$(story datagram 'events.find(e => e.event === "recvfrom").from')" client
    equals "$(story datagram 'events.find(e => e.event === "sendto").to')" client
    equals "$(story crash 'events.at(-1).data.text')" crash
    equals "$(json "$work/trace.json" 'it.scenarios.filter(s => s.events.some(e => e.fault)).map(s => s.world).join()')" \
        sim,kernel
    run -1 drill run -q --world kernel --plugin-path "$DRILL_TEST_PLUGINS" --report "$work/report.json" "$work/suite"
    valid report "$work/report.json"
    equals "$(story broken events.length)" 0
}

@test "trouble of every kind gives the same report whatever -j, traces and captures" {
    verdicts
    scenario long uppercase '{"connect": {}}, {"repeat": 200, "steps": [{"send": "a${i}"}, {"expect": "A${i}"}]},
        {"expect": "never"}'
    scenario broken uppercase '{"connect": {}}, {"send": "hello"}, {"expect": "HELLO"}' \
        '"faults": [{"call": "send", "nth": 1, "short": 1, "sticky": true}, {"call": "recv", "nth": 2, "error": "ETIMEDOUT"}]'
    local number=0 options
    for options in "-j1" "-j5" "-j1 --trace $work/trace.json" "-j5 -vv" "-j2 --pcap $work/captures"; do
        # shellcheck disable=SC2086 # several words are meant
        run -1 drill run -q --timeout 2 --plugin-path "$DRILL_TEST_PLUGINS" --report "$work/$number.json" \
            $options "$work/suite"
        cmp "$work/0.json" "$work/$number.json"
        number=$((number + 1))
    done
    valid report "$work/0.json"
    cp "$work/0.json" "$work/report.json"
    equals "$(json "$work/0.json" 'it.results.filter(r => r.failure && !r.story).length')" 0
    equals "$(story long events.length)" 240
    has "$(json "$work/0.json" 'it.results.find(r => r.id === "hang").story.events.at(-1)')" '"text":"hang"'
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
