# SPDX-License-Identifier: MIT
# AFL++, and whole nights with both engines, which are short here; the targets are built by `./dev test slow`
# before.

load ../cli/helper

dev=$DRILL_SOURCE_DIR/dev
nightly=$DRILL_SOURCE_DIR/fuzz/nightly.sh

# None of the processes of a target, which may be stopped, is there any more.
gone() {
    has_not "$(cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\0' ' ')" "$1"
}

@test "AFL++ plays a target, and says that it is stable" {
    run -0 "$dev" fuzz tape-ack-ok 2 afl
    has "$output" "fuzzing build/fuzz-afl/fuzz/tape-ack-ok with afl"
    has "$output" "stability 100.00 %"
    has_not "$output" "warning:"
    has "$(cat "$DRILL_SOURCE_DIR/build/log/fuzz-tape-ack-ok.log")" "/build/fuzz-afl/fuzz/tape-mutator.so' installed successfully"
    gone "$DRILL_SOURCE_DIR/build/fuzz-afl-cmplog/fuzz/tape-ack-ok"
    has "$output" "no finding"
}

@test "AFL++ finds the canary, names the file and the next command, and exits 1" {
    run -1 "$dev" fuzz canary 30 afl
    has "$output" "finding: build/findings/canary/crash-"
    has "$output" "next: build/dev/fuzz/canary build/findings/canary/crash-"
}

@test "a short night finds the planted bug, makes a scenario of it, and reports all that it did" {
    SOCKDRILL_PLUGIN_PATH=$DRILL_SOURCE_DIR/build/dev/tests/planted/bugs \
        run -1 timeout -k 5 120 sh "$nightly" --seconds 12 --folder "$work/night" \
        --targets 'datagram-ack-ok stream-count-in-config'
    gone "$DRILL_SOURCE_DIR/build/fuzz-afl-cmplog/tests/planted/stream-count-in-config"
    local report=$work/night/report.json
    equals "$(json "$report" 'it.targets.map(t => t.name)')" '["datagram-ack-ok","stream-count-in-config"]'
    equals "$(json "$report" it.complete)" true
    equals "$(json "$report" 'it.targets[0].findings.length')" 0
    equals "$(json "$report" 'it.targets[0].runs.map(r => r.engine)')" \
        '["libfuzzer","libfuzzer-plain","afl","afl-plain","afl-cmplog"]'
    equals "$(json "$report" 'it.targets[0].runs.every(r => r.execs > 0)')" true
    equals "$(json "$report" 'it.targets[0].runs.slice(2).map(r => r.stability_hundredths)')" '[10000,10000,10000]'
    equals "$(json "$report" 'it.targets[0].coverage.find(c => c.file === "plugins/ack-ok.c").lines_covered > 0')" true
    equals "$(json "$report" 'it.targets[0].corpus.files > 0')" true
    local finding='it.targets[1].findings.find(f => f.scenario)'
    equals "$(json "$report" "$finding.fingerprint")" count-in-config:replay
    # Every step of the scenario passes: what fails is judged when it is over.
    equals "$(json "$report" "[$finding.sim, $finding.kernel]")" '["fail","fail"]'
    local scenario=$work/night/scenarios/$(json "$report" "$finding.scenario")
    run -1 drill run -q --plugin-path "$DRILL_SOURCE_DIR/build/dev/tests/planted/bugs" --report "$work/again.json" "$scenario"
    equals "$(json "$work/again.json" 'it.results[0].verdict')" fail
    equals "$(json "$work/again.json" 'it.results[0].steps.every(s => s.verdict === "pass")')" true
    NODE_PATH=/usr/share/nodejs node "$DRILL_SOURCE_DIR/tests/schema/validate-report.js" \
        "$DRILL_SOURCE_DIR/fuzz/fuzz-report.schema.json" "$report"
}

@test "an interrupted night ends its engines, leaves a report that says so, and goes on from its corpus" {
    mkfifo "$work/said"
    sh "$nightly" --seconds 600 --folder "$work/night" --targets datagram-ack-ok >"$work/said" 2>&1 3>&- &
    local night=$! line said
    exec {said}<"$work/said"
    while IFS= read -r -t "$patience" -u "$said" line; do
        [[ $line != datagram-ack-ok* ]] || break
    done
    kill -TERM "$night"
    ended "$night" "$said"
    equals "$code" 3
    gone "$work/night/corpus"
    equals "$(json "$work/night/report.json" it.complete)" false
    [ -n "$(ls "$work/night/corpus/datagram-ack-ok")" ]
    printf 'kept' >"$work/night/corpus/datagram-ack-ok/of-the-night-before"
    run -0 timeout -k 5 120 sh "$nightly" --seconds 3 --folder "$work/night" --targets datagram-ack-ok
    equals "$(json "$work/night/report.json" it.complete)" true
}
