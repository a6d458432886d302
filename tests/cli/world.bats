# SPDX-License-Identifier: MIT
# Both worlds: --world, what they say when they disagree, faults, and what a run leaves to look at:
# -vv, --trace, --pcap.

load helper

# of_report NAME EXPRESSION: about the result `r` of a scenario in $work/report.json.
of_report() {
    json "$work/report.json" "{ const r = it.results.find(x => x.id === '$1'); $2; }"
}

# valid SCHEMA FILE...
valid() {
    local schema=$1
    shift
    NODE_PATH=${NODE_PATH:-/usr/share/nodejs} node \
        "$DRILL_SOURCE_DIR/tests/schema/validate-report.js" \
        "$DRILL_SOURCE_DIR/reports/$schema.schema.json" "$@"
}

# simulated NAME, real NAME: scenarios of one world.
simulated() {
    scenario "$1" uppercase '{"connect": {}}, {"send": "hello"}, {"expect": "HELLO"}' \
        '"worlds": ["sim"]'
}

real() {
    scenario "$1" uppercase '{"connect": {}}, {"send": "hello"}, {"expect": "HELLO"}' \
        '"worlds": ["kernel"]'
}

@test "a scenario runs in both worlds, and that is one result with both verdicts" {
    passing a
    failing b
    run -1 --separate-stderr drill run --report "$work/report.json" "$work/suite"
    equals "$stderr" ""
    has "$output" "2 scenarios in both worlds: 1 passed, 1 failed"
    valid report "$work/report.json"
    equals "$(of_report a '[r.world, r.worlds.sim, r.worlds.kernel, r.verdict]')" \
        '["both","pass","pass","pass"]'
    equals "$(of_report b '[r.world, r.worlds.sim, r.worlds.kernel, r.verdict]')" \
        '["both","fail","fail","fail"]'
    mv "$work/report.json" "$work/default.json"
    run -1 drill run --world both --report "$work/report.json" "$work/suite"
    cmp "$work/report.json" "$work/default.json"
}

@test "--world kernel and --world sim run in one, and the report, the summary and the replay say so" {
    passing a
    failing b
    run -1 drill run --world kernel --report "$work/report.json" "$work/suite"
    has "$output" "2 scenarios on real sockets: 1 passed, 1 failed"
    has "$output" "replay: sockdrill run --filter 'b' --seed 1 --world kernel"
    valid report "$work/report.json"
    equals "$(of_report b '[r.world, r.worlds, r.verdict]')" '["kernel",null,"fail"]'
    run -1 drill run --world sim --report "$work/report.json" "$work/suite"
    has "$output" "2 scenarios in the simulated world: 1 passed, 1 failed"
    has "$output" "replay: sockdrill run --filter 'b' --seed 1 --world sim"
    valid report "$work/report.json"
    equals "$(of_report a '[r.world, r.worlds, r.verdict]')" '["sim",null,"pass"]'
}

@test "what the two worlds say of a scenario is the same but for the world and the story" {
    passing a
    failing b
    for world in sim kernel; do
        run -1 drill run --world $world --report "$work/$world.json" "$work/suite"
    done
    local both='it.results.every(r => delete r.world && delete r.replay && delete r.story) && it'
    equals "$(json "$work/sim.json" "$both")" "$(json "$work/kernel.json" "$both")"
}

@test "a slow network that loses datagrams takes no more time than its packets, and its trace is whole" {
    scenario slow ack-ok '{"connect": {}}, {"repeat": 10, "steps": [{"send": "x"}]}, {"expect": "OK"},
        {"close": {}}' '"worlds": ["sim"], "network": {"latency_ms": 50, "loss_percent": 20}'
    run -0 drill run --trace "$work/trace.json" "$work/suite"
    equals "$(json "$work/trace.json" 'it.scenarios[0].omitted')" 0
    equals "$(json "$work/trace.json" 'Math.max(...it.scenarios[0].events.map(e => e.at_ns)) <= 1e9')" true
    valid trace "$work/trace.json"
}

@test "a scenario of one world runs there, and is skipped where it was asked to run elsewhere" {
    passing a
    simulated only/sim
    real only/kernel
    run -0 drill run -v --report "$work/report.json" "$work/suite"
    has "$output" "3 scenarios in both worlds (1 simulated only, 1 on real sockets only): 3 passed"
    has "$output" "PASS only/sim (sim only)"
    has "$output" "PASS only/kernel (kernel only)"
    valid report "$work/report.json"
    equals "$(json "$work/report.json" 'it.results.map(r => r.world)')" '["both","kernel","sim"]'
    for world in sim kernel; do
        run -0 drill run --world $world --report "$work/report.json" "$work/suite"
        has "$output" "2 passed, 1 skipped"
        valid report "$work/report.json"
    done
    equals "$(of_report only/sim '[r.verdict, r.note]')" \
        '["skipped","needs the simulated world"]'
}

@test "a run in which everything was skipped exits 1, in either world" {
    simulated a
    run -1 --separate-stderr drill run --world kernel "$work/suite"
    has "$stderr" "every scenario was skipped: nothing was tested"
    run -0 drill run "$work/suite"
    rm "$work/suite/a.json"
    real b
    run -1 --separate-stderr drill run --world sim --report "$work/report.json" "$work/suite"
    has "$stderr" "every scenario was skipped: nothing was tested"
    has "$output" "1 scenario: 0 passed, 1 skipped"
    valid report "$work/report.json"
}

@test "a world that does not exist is bad usage" {
    passing a
    for word in moon '' Sim kernel,sim; do
        run -2 --separate-stderr drill run --world "$word" "$work/suite"
        has "$stderr" "--world takes kernel, sim or both, not '$word'"
        equals "$output" ""
    done
}

@test "worlds that disagree are shown side by side, with the first calls that differ" {
    scenario a-words two-faced '{"connect": {}}, {"send": "x"}, {"expect": {"regex": "[a-z]+"}}'
    scenario b-close two-faced '{"connect": {}, "as": "bob"}, {"send": "close-real", "as": "bob"},
        {"expect": "simulated", "as": "bob"}'
    scenario c-crash two-faced '{"connect": {}}, {"send": "crash-real"}, {"expect": "simulated"}'
    passing d-fine
    run -1 --separate-stderr drill run --plugin-path "$DRILL_TEST_PLUGINS" \
        --report "$work/report.json" "$work/suite"
    equals "$stderr" ""
    has "$output" "4 scenarios in both worlds: 1 passed, 3 diverged"
    valid report "$work/report.json"
    equals "$(json "$work/report.json" 'it.results.map(r => r.verdict)')" \
        '["diverged","diverged","diverged","pass"]'
    equals "$(json "$work/report.json" 'it.results.map(r => [r.worlds.sim, r.worlds.kernel])')" \
        '[["pass","pass"],["pass","fail"],["pass","crash"],["pass","pass"]]'
    equals "$(of_report a-words '[r.divergence.sim, r.divergence.kernel]')" \
        '["9 bytes: \"simulated\"","4 bytes: \"real\""]'
    equals "$(of_report a-words '[r.divergence.sim_call, r.divergence.kernel_call]')" \
        '["send(9) = 9","send(4) = 4"]'
    has "$output" "$(printf '\n    %-36s | %s\n' 'sim: pass' 'kernel: fail')"
    has "$output" "$(printf '\n    %-36s | %s\n' '9 bytes: "simulated"' '4 bytes: "real"')"
    has "$output" "$(printf '\n    %-36s | %s\n' 'send(9) = 9' 'send(4) = 4')"
}

@test "the replay command of what diverged shows it again, and each world alone has its own say" {
    scenario a two-faced '{"connect": {}}, {"send": "x"}, {"expect": "simulated"}'
    cd "$work"
    run -1 drill run --plugin-path "$DRILL_TEST_PLUGINS" suite
    has "$output" "DIVERGED a"
    eval "set -- $(sed -n 's/^  replay: //p' <<<"$output")"
    equals "$1 $2" "sockdrill run"
    shift 2
    run -1 drill run "$@"
    has "$output" "1 scenario in both worlds: 0 passed, 1 diverged"
    run -0 drill run --world sim "$@"
    run -1 drill run --world kernel "$@"
    has "$output" "FAIL a"
}

@test "reports of what diverged are the same bytes again, whatever -j and beside other troubles" {
    troubles
    scenario a two-faced '{"connect": {}}, {"send": "close-real"}, {"expect": {"regex": "[a-z]+"}}'
    scenario b two-faced '{"connect": {}}, {"send": "crash-simulated"}, {"expect": "real"}'
    for workers in 1 3; do
        run -1 drill run -q -j $workers --timeout 2 --plugin-path "$DRILL_TEST_PLUGINS" \
            --report "$work/report-$workers.json" "$work/suite"
        has "$output" "2 diverged"
    done
    cmp "$work/report-1.json" "$work/report-3.json"
}

@test "a day on the run clock and the retries of hung connects take no time in the simulated world" {
    scenario day uppercase '{"connect": {}}, {"wait_ms": 86400000}, {"send": "x"}, {"expect": "X"}' \
        '"worlds": ["sim"]'
    # Each is let in at its tenth retry, more than a minute after it began, for which a kernel would
    # need more than the patience of this test.
    scenario hung uppercase '{"repeat": 100, "index": "i", "steps": [
        {"server": {"accepting": false}}, {"connect": {}, "as": "first[$i]"},
        {"connect": {}, "outcome": "hung", "as": "second[$i]"}, {"wait_ms": 60000},
        {"server": {"accepting": true}}, {"wait_ms": 8000}, {"close": {}, "as": "first[$i]"},
        {"wait_ms": 1000}, {"send": "x", "as": "second[$i]"}, {"expect": "X", "as": "second[$i]"},
        {"close": {}, "as": "second[$i]"}]}, {"expect_server": {"sessions": 200}}' '"worlds": ["sim"]'
    sed -i 's/"plugin"/"backlog": 0, "plugin"/' "$work/suite/hung.json"
    run -0 drill run -vv --timeout 5 "$work/suite"
    # The retries of the first and of the last one, on the clock of the run.
    accepts=$(sed -nE 's/^ +([0-9]+)\.480000  server +accept = .*/\1/p' <<<"$output")
    equals "$(wc -l <<<"$accepts")" 100
    equals "$(head -n 1 <<<"$accepts") $(tail -n 1 <<<"$accepts")" "68 6899"
}

@test "a fault happens in both worlds, and the report counts it" {
    scenario short uppercase '{"connect": {}}, {"send": "hello"}, {"expect": "HELLO"},
        {"expect_server": {"recv_sizes": [2, 3]}}' \
        '"faults": [{"call": "recv", "nth": 1, "short": 2}]'
    scenario gone uppercase '{"connect": {}}, {"send": "hello"}, {"expect_end": "reset"}' \
        '"faults": [{"call": "recv", "nth": 1, "error": "ECONNRESET"}]'
    run -0 drill run --report "$work/report.json" "$work/suite"
    has "$output" "2 scenarios in both worlds: 2 passed"
    valid report "$work/report.json"
    equals "$(of_report short r.faults)" \
        '[{"call":"recv","nth":1,"error":null,"short":2,"sticky":false,"fired":1}]'
    equals "$(of_report gone r.faults)" \
        '[{"call":"recv","nth":1,"error":"ECONNRESET","short":null,"sticky":false,"fired":1}]'
}

@test "a fault that never happened fails the scenario in either world, with a sentence" {
    scenario never uppercase '{"connect": {}}, {"send": "hello"}, {"expect": "HELLO"}' \
        '"faults": [{"call": "send", "nth": 9, "error": "EPIPE"}]'
    for world in kernel sim both; do
        run -1 drill run --world $world --report "$work/report.json" "$work/suite"
        has "$output" "FAIL never"
        has "$output" "never"
        equals "$(of_report never '[r.verdict, r.faults[0].fired]')" '["fail",0]'
        valid report "$work/report.json"
    done
}

@test "-vv tells what happened, step by step, in each world" {
    passing a
    run -0 drill run -vv "$work/suite"
    equals "$(grep -c '^  sim$' <<<"$output")" 1
    equals "$(grep -c '^  kernel$' <<<"$output")" 1
    equals "$(grep -c '^    /steps/1 send$' <<<"$output")" 2
    equals "$(grep -cE '^      0\.[0-9]{6}  client +send\(5\) = 5  "hello"$' <<<"$output")" 2
    equals "$(grep -cE '^      0\.[0-9]{6}  server:client +recv\(1024\) = 5  "hello"$' \
        <<<"$output")" 2
    equals "$(grep -cE '^      0\.[0-9]{6}  client +recv\([0-9]+\) = 5  "HELLO"$' <<<"$output")" 2
    has_not "$output" EAGAIN
    run -0 drill run -vv --world sim "$work/suite"
    told=$(sed 's/[0-9.]* m\?s$//' <<<"$output")
    has_not "$output" kernel
    run -0 drill run -v -v --world sim "$work/suite"
    equals "$(sed 's/[0-9.]* m\?s$//' <<<"$output")" "$told"
}

@test "-vv of a failure stands below it" {
    failing a
    run -1 drill run -vv --world sim "$work/suite"
    has "${lines[0]}" "FAIL a"
    has "$output" "  sim"
    has "$output" "    /steps/2 expect"
}

@test "--trace writes every call of each world, valid and complete" {
    passing dir/a
    simulated b
    real c
    run -0 drill run --trace "$work/trace.json" "$work/suite"
    valid trace "$work/trace.json"
    equals "$(json "$work/trace.json" 'it.scenarios.map(s => s.id + " " + s.world)')" \
        '["b sim","c kernel","dir/a sim","dir/a kernel"]'
    equals "$(json "$work/trace.json" 'it.scenarios.map(s => s.hash === null)')" \
        '[false,true,false,true]'
    equals "$(json "$work/trace.json" it.complete)" true
    equals "$(json "$work/trace.json" 'it.scenarios[2].events.filter(e => e.step).map(e => e.step)')" \
        '["/steps/0","/steps/1","/steps/2"]'
    equals "$(json "$work/trace.json" \
        'it.scenarios[3].events.filter(e => e.event === "send").map(e => [e.who, e.data.text])')" \
        '[["client","hello"],["server:client","HELLO"]]'
    [ ! -e "$work/trace.json.partial" ]
}

@test "the trace of the simulated world is the same bytes again, whatever -j and -vv" {
    passing a
    failing b
    run -1 drill run --world sim -j 1 --trace "$work/one.json" "$work/suite"
    run -1 drill run --world sim -j 4 -vv --trace "$work/two.json" --pcap "$work/pcap" \
        "$work/suite"
    cmp "$work/one.json" "$work/two.json"
    run -1 drill run --trace "$work/both.json" "$work/suite"
    equals "$(json "$work/both.json" 'it.scenarios.filter(s => s.world === "sim")')" \
        "$(json "$work/one.json" it.scenarios)"
}

@test "reports are the same bytes with and without traces" {
    passing a
    failing b
    run -1 drill run --report "$work/one.json" "$work/suite"
    run -1 drill run -vv --trace "$work/trace.json" --pcap "$work/pcap" --report "$work/two.json" \
        "$work/suite"
    cmp "$work/one.json" "$work/two.json"
}

@test "the trace of a plugin that crashed shows how far it came" {
    scenario crash crash '{"connect": {}}, {"send": "crash"}, {"expect": "never"}'
    run -1 drill run --plugin-path "$DRILL_TEST_PLUGINS" --trace "$work/trace.json" "$work/suite"
    valid trace "$work/trace.json"
    equals "$(json "$work/trace.json" 'it.scenarios.map(s => [s.world, s.hash])')" \
        '[["sim",null],["kernel",null]]'
    for world in 0 1; do
        has "$(json "$work/trace.json" "it.scenarios[$world].events")" '"text":"crash"'
    done
}

@test "--pcap writes a capture for each scenario and world, where its id says" {
    passing dir/a
    simulated b
    printf '{"matrix": {"v": ["/../../../out", "x"]}, "server": {"plugin": "uppercase"}, "steps": [
        {"connect": {}}, {"send": "$v"}, {"expect": {"regex": ".+"}}]}' >"$work/suite/odd.json"
    run -0 drill run --pcap "$work/made/here" "$work/suite"
    cd "$work/made/here"
    equals "$(find . -type f | sort)" './b.pcap
./dir/a.kernel.pcap
./dir/a.sim.pcap
./odd#v=/%2E%2E/%2E%2E/%2E%2E/out.kernel.pcap
./odd#v=/%2E%2E/%2E%2E/%2E%2E/out.sim.pcap
./odd#v=x.kernel.pcap
./odd#v=x.sim.pcap'
    [ ! -e "$work/out.pcap" ]
    run -0 drill run --world sim --filter dir/a --pcap "$work/one" "$work/suite"
    equals "$(find "$work/one" -type f)" "$work/one/dir/a.pcap"
    cmp "$work/one/dir/a.pcap" dir/a.sim.pcap
}

@test "traces and captures that cannot be written are exit code 3 before anything runs" {
    passing a
    printf 'in the way' >"$work/file"
    run -3 --separate-stderr drill run -v --trace "$work/nowhere/trace.json" "$work/suite"
    has "$stderr" "cannot write the trace to \"$work/nowhere/trace.json\""
    equals "$output" ""
    run -3 --separate-stderr drill run -v --pcap "$work/file" "$work/suite"
    has "$stderr" "cannot write captures to \"$work/file\": Not a directory"
    equals "$output" ""
    simulated a.sim
    run -3 --separate-stderr drill run -v --pcap "$work/pcap" "$work/suite"
    has "$stderr" "two scenarios would have the capture \"$work/pcap/a.sim.pcap\""
    equals "$output" ""
}

@test "a capture that cannot be written ends the run with exit code 3" {
    passing a
    passing b
    mkdir -p "$work/pcap/a.sim.pcap/in-the-way"
    run -3 --separate-stderr drill run -j 1 --pcap "$work/pcap" --report "$work/report.json" \
        "$work/suite"
    has "$stderr" "$work/pcap/a.sim.pcap"
    equals "$(json "$work/report.json" it.complete)" false
}

@test "a trace to a full device is an error, and not a short file" {
    [ -e /dev/full ] || skip "this system has no /dev/full"
    passing a
    run -3 --separate-stderr drill run --trace /dev/full "$work/suite"
    has "$stderr" "No space left on device"
}

@test "names that are empty or shared are bad usage" {
    passing a
    run -2 --separate-stderr drill run --trace= "$work/suite"
    has "$stderr" "--trace needs the name of a file"
    run -2 --separate-stderr drill run --pcap= "$work/suite"
    has "$stderr" "--pcap needs the name of a folder"
    for pair in "report trace" "timings trace" "report timings"; do
        read -r one other <<<"$pair"
        run -2 --separate-stderr drill run --$one same --$other same "$work/suite"
        has "$stderr" "--$one and --$other cannot share the file 'same'"
    done
}
