# SPDX-License-Identifier: MIT
# ./dev fuzz with libFuzzer, and parts of ./dev nightly; whole nights are in tests/slow. The targets are
# built by `./dev test` before.

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

@test "the canary is found: the file, the next command, and exit code 1" {
    run -1 "$dev" fuzz canary 30
    has "$output" "finding: build/findings/canary/crash-"
    has "$output" "next: build/dev/fuzz/canary build/findings/canary/crash-"
}

@test "./dev nightly refuses what is no number of minutes" {
    run -2 "$dev" nightly
    has "$output" "for how many minutes?"
    run -2 "$dev" nightly 0
    run -2 "$dev" nightly soon
    run -2 "$dev" nightly --quickly
    has "$output" "no option '--quickly'"
}

# from_nightly FUNCTION: its lines in fuzz/nightly.sh, which plays a whole night as soon as it is sourced.
from_nightly() {
    sed -n "/^$1() {/,/^}/p" "$nightly"
}

# tree: a fresh clone, as far as ./dev fuzz needs one: git keeps files and no empty folders.
tree() {
    mkdir -p "$work/tree/build/dev" "$work/tree/built"
    (cd "$DRILL_SOURCE_DIR" && find fuzz scenarios -type f -print0 | tar -c --null -T - -f -) | tar -x -C "$work/tree" -f -
    ln -s "$DRILL_SOURCE_DIR/build/dev/bin" "$DRILL_SOURCE_DIR/build/dev/fuzz" "$work/tree/build/dev/"
    ln -s "$DRILL_SOURCE_DIR/build/fuzz-libfuzzer/tests/planted" "$work/tree/built/fuzz"
    cd "$work/tree"
}

@test "the command that ./dev fuzz prints makes a scenario of the finding, as it stands, in a fresh clone" {
    tree
    export SOCKDRILL_PLUGIN_PATH=$DRILL_SOURCE_DIR/build/dev/tests/planted/bugs
    run -1 timeout -k 5 120 sh fuzz/one.sh stream-count-in-config 60 libfuzzer "$work/tree/built"
    local next
    next=$(sed -n 's/^  next: //p' <<<"$output" | head -n 1)
    has "$next" "tape minimize build/findings/stream-count-in-config/crash-"
    run -0 timeout -k 5 120 sh -c "$next"
    has "$output" "count-in-config:replay"
    run -1 timeout -k 5 120 build/dev/bin/sockdrill run -q scenarios/regress
    has "$output" "1 scenario in both worlds: 0 passed, 1 failed"
    # The input has a place, too.
    cp build/findings/stream-count-in-config/crash-* fuzz/regress/
}

@test "a dictionary is its plugin's, or that of the target scenario; there is no other rule" {
    mkdir -p "$work/tree/fuzz/dictionaries"
    touch "$work/tree/fuzz/dictionaries/"{uppercase,scenario,tape-ack-ok}.dict
    dictionary() {
        root=$work/tree sh -c '. "$1"; dictionary_of "$2"' sh "$DRILL_SOURCE_DIR/fuzz/engine.sh" "$1"
    }
    for target in stream-uppercase tape-uppercase; do
        equals "$(dictionary $target)" "$work/tree/fuzz/dictionaries/uppercase.dict"
    done
    equals "$(dictionary scenario)" "$work/tree/fuzz/dictionaries/scenario.dict"
    equals "$(dictionary tape-ack-ok)" ''
}

@test "the log of a coverage that could not be measured is still there" {
    mkdir "$work/logs"
    printf '#!/bin/sh\necho no profile to be had\nexit 1\n' >"$work/player"
    chmod +x "$work/player"
    run -0 sh -euc "$(from_nightly cover)"'
        root=$1 logs=$1/logs stats=$1/stats target=any corpus=$1 interrupted=
        binary() { echo "$root/player"; }
        bounded() { shift; "$@"; }
        say() { printf "%s\n" "$1"; }
        cover' sh "$work"
    has "$output" "could not be measured; see logs/coverage.log"
    equals "$(cat "$work/logs/coverage.log")" "no profile to be had"
}

# engine NAME EXIT-CODE PEAK-MB: a target that ends so when it is asked to play a finding.
engine() {
    printf '#!/bin/sh\necho "$*" >>"%s"\necho "stat::peak_rss_mb: %s"\nexit %s\n' "$work/asked" "$3" "$2" >"$work/$1"
    chmod +x "$work/$1"
}

# recalled [SETTING]: which of two findings are still there when old ones were played again.
recalled() {
    rm -rf "$work/findings" "$work/asked"
    mkdir -p "$work/findings"
    touch "$work/findings/"{crash-1,oom-2} "$work/asked"
    sh -euc "$(from_nightly shows; from_nightly recall)"'
        root=$1/src; . "$2/fuzz/engine.sh"
        logs=$1 findings=$1/findings target=any interrupted=
        binary() { echo "$logs/$1"; }
        bounded() { shift; "$@"; }
        seconds=9
        eval "$3"
        recall $seconds' sh "$work" "$DRILL_SOURCE_DIR" "${1:-}"
    ls "$work/findings"
}

@test "old findings go when no engine finds them any more within its limits, and only then" {
    engine fuzz-libfuzzer 0 30
    engine fuzz-libfuzzer-plain 0 30
    equals "$(recalled)" ''
    has "$(cat "$work/asked")" "-rss_limit_mb=2560"
    engine fuzz-libfuzzer-plain 0 2561
    equals "$(recalled)" $'crash-1\noom-2'
    engine fuzz-libfuzzer-plain 77 30
    equals "$(recalled)" $'crash-1\noom-2'
    engine fuzz-libfuzzer 71 30
    engine fuzz-libfuzzer-plain 0 30
    equals "$(recalled)" $'crash-1\noom-2'
    # Neither an interrupt nor the end of the time makes them mended.
    engine fuzz-libfuzzer 0 30
    equals "$(recalled interrupted=yes)" $'crash-1\noom-2'
    equals "$(recalled seconds=0)" $'crash-1\noom-2'
    equals "$(cat "$work/asked")" ''
}

@test "a verdict is of the world that was asked for, or there is none" {
    # Its steps pass: what leaks is told when it is over.
    scenario it leak '{"connect": {}}, {"send": "leak"}, {"expect": "leak"}'
    SOCKDRILL_PLUGIN_PATH=$DRILL_TEST_PLUGINS run -0 sh -uc "$(from_nightly verdict)"'
        logs=$1 sockdrill=$2
        verdict sim "$3"
        verdict kernel "$3"
        sockdrill=false
        verdict kernel "$3" || echo none' sh "$work" "$SOCKDRILL" "$work/suite/it.json"
    equals "$output" $'leak\nleak\nnone'
}
