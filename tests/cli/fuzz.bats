# SPDX-License-Identifier: MIT
# ./dev fuzz and ./dev nightly, as far as it takes seconds; the targets are built by `./dev test` before.

load helper

dev=$DRILL_SOURCE_DIR/dev
nightly=$DRILL_SOURCE_DIR/fuzz/nightly.sh

@test "./dev fuzz refuses what it does not know, names the targets, and the nearest" {
    run -2 "$dev" fuzz stream-upercase 1
    has "$output" "did you mean 'stream-uppercase'?"
    has "$output" "  datagram-ack-ok"
    run -2 "$dev" fuzz
    has "$output" "which target?"
    run -2 "$dev" fuzz stream-uppercase soon
    has "$output" "takes a number"
    run -2 "$dev" fuzz stream-uppercase 0
    run -2 "$dev" fuzz stream-uppercase 1 honggfuzz
    has "$output" "libfuzzer or afl"
    run -2 "$dev" fuzz stream-uppercase 1 afl more
    run -2 "$dev" fuzz --loud
    has "$output" "no option '--loud'"
}

@test "libFuzzer plays a target for a second and finds nothing in a correct plugin" {
    run -0 "$dev" fuzz datagram-ack-ok 1
    has "$output" "datagram-ack-ok, libfuzzer: "
    has "$output" "no finding"
    has_not "$output" ": 0 execs"
}

@test "AFL++ plays a target, and says that it is stable" {
    run -0 "$dev" fuzz tape-ack-ok 2 afl
    has "$output" "fuzzing build/fuzz-afl/fuzz/tape-ack-ok with afl"
    has "$output" "stability 100.00 %"
    has_not "$output" "warning:"
    gone "$DRILL_SOURCE_DIR/build/fuzz-afl-cmplog/fuzz/tape-ack-ok"
    has "$output" "no finding"
}

# None of the processes of a target, which may be stopped, is there any more.
gone() {
    has_not "$(cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\0' ' ')" "$1"
}

@test "both engines find the canary, name the file and the next command, and exit 1" {
    for engine in libfuzzer afl; do
        run -1 "$dev" fuzz canary 30 "$engine"
        has "$output" "finding: build/findings/canary/crash-"
        has "$output" "next: build/dev/fuzz/canary build/findings/canary/crash-"
    done
}

@test "./dev nightly refuses what is no number of minutes" {
    run -2 "$dev" nightly
    has "$output" "for how many minutes?"
    run -2 "$dev" nightly 0
    run -2 "$dev" nightly soon
    run -2 "$dev" nightly --quickly
    has "$output" "no option '--quickly'"
}

@test "a short night finds the planted bug, makes a scenario of it, and reports all that it did" {
    SOCKDRILL_PLUGIN_PATH=$DRILL_SOURCE_DIR/build/dev/tests/planted/bugs \
        run -1 timeout -k 5 120 sh "$nightly" --seconds 12 --folder "$work/night" \
        --targets 'datagram-ack-ok stream-frame-past-end'
    gone "$DRILL_SOURCE_DIR/build/fuzz-afl-cmplog/tests/planted/stream-frame-past-end"
    local report=$work/night/report.json
    equals "$(json "$report" 'it.targets.map(t => t.name)')" '["datagram-ack-ok","stream-frame-past-end"]'
    equals "$(json "$report" it.complete)" true
    equals "$(json "$report" 'it.targets[0].findings.length')" 0
    equals "$(json "$report" 'it.targets[0].runs.map(r => r.engine)')" \
        '["libfuzzer","libfuzzer-plain","afl","afl-plain","afl-cmplog"]'
    equals "$(json "$report" 'it.targets[0].runs.every(r => r.execs > 0)')" true
    equals "$(json "$report" 'it.targets[0].runs.slice(2).map(r => r.stability_hundredths)')" '[10000,10000,10000]'
    equals "$(json "$report" 'it.targets[0].coverage.find(c => c.file === "plugins/ack-ok.c").lines_covered > 0')" true
    equals "$(json "$report" 'it.targets[0].corpus.files > 0')" true
    local finding='it.targets[1].findings.find(f => f.scenario)'
    has "$(json "$report" "$finding.fingerprint")" frame-past-end:
    equals "$(json "$report" "$finding.sim")" "$(json "$report" "$finding.kernel")"
    [ -f "$work/night/scenarios/$(json "$report" "$finding.scenario")" ]
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
