#!/bin/sh
# SPDX-License-Identifier: MIT
# usage: fuzz/one.sh TARGET SECONDS ENGINE FOLDER
# What `./dev fuzz` does once everything is built: fuzzes one target, whose binary lies in FOLDER/fuzz,
# until the time is over or something is found, and says what came of it. The corpus is kept in
# build/corpus/TARGET, findings in build/findings/TARGET. Exit code 1: there is a finding; 3: the engine
# did not run, or was interrupted.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/fuzz/engine.sh"
target=$1
seconds=$2
engine=$3
binary=$4/fuzz/$target
corpus=$root/build/corpus/$target
findings=$root/build/findings/$target
state=$root/build/corpus-afl/$target
log=$root/build/log/fuzz-$target.log
twin=$root/build/fuzz-afl-cmplog/fuzz/$target
interrupted=

trap 'interrupted=yes; end_children' INT TERM
trap end_children EXIT

# The engine's rarer words, as they come; libFuzzer's pulses come at each power of two.
follow() {
    tail -n +1 -q -f -s 0.1 --pid="$pid" "$log" 2>/dev/null | awk '
        /^#[0-9]+[ \t]+(INITED|pulse)/ || /^sockdrill: oracle/ || /^SUMMARY:/ { print "  " $0; fflush() }' || true
}

fuzz_libfuzzer() {
    start_libfuzzer "$binary" "$target" "$corpus" "$findings" "$seconds" "$log"
    follow
    code=0
    wait "$pid" || code=$?
    forget "$pid"
    execs=$(execs_libfuzzer "$log")
}

fuzz_afl() {
    export AFL_BENCH_UNTIL_CRASH=1
    start_afl "$binary" "$target" "$corpus" "$state" default "$seconds" "$log" -c "$twin"
    code=0
    wait "$pid" || code=$?
    forget "$pid"
    execs=$(execs_afl "$state/default")
    take_in "$state/default/queue" "$corpus"
    take_findings "$state/default" "$findings"
}

# steadiness: what AFL++ thinks of it.
steadiness() {
    stability=$(stability_afl "$state/default")
    printf 'stability %d.%02d %%\n' $((stability / 100)) $((stability % 100))
    if [ "$stability" -lt 10000 ]; then
        echo 'warning: the same input does not always take the same way; a finding may not be found again'
    fi
}

# next FILE: the command that goes on from there.
next() {
    replayer=build/dev/fuzz/$target
    case $target in
    stream-* | datagram-* | tape-*) then="build/dev/bin/sockdrill tape minimize $1 --out scenarios/regress/NAME.json" ;;
    *) then="$replayer $1" ;;
    esac
    if [ ! -e "$root/${then%% *}" ]; then
        then="cmake --preset dev && ninja -C build/dev && $then"
    fi
    printf '  next: %s\n' "$then"
}

mkdir -p "$findings" "$root/build/log"
seed "$target" "$corpus"
touch "$root/build/log/began"
find "$findings" -type f | sort >"$root/build/log/found-before"
printf 'fuzzing %s with %s for %s s; its words: %s\n' "${binary#"$root"/}" "$engine" "$seconds" "${log#"$root"/}"
: >"$log"
began=$(now_ms)
fuzz_"$engine"
took=$(($(now_ms) - began))
[ "$took" -gt 0 ] || took=1
if [ "$execs" -eq 0 ] && [ -z "$interrupted" ]; then
    tail -n 20 "$log" >&2
    echo "dev: $engine did not run (exit code $code)" >&2
    exit 3
fi

printf '%s, %s: %s execs in %d s, %d exec/s\n' "$target" "$engine" "$execs" \
    $((took / 1000)) $((execs * 1000 / took))
printf 'corpus: %s files, %s bytes in %s\n' "$(corpus_files "$corpus")" "$(corpus_bytes "$corpus")" \
    "${corpus#"$root"/}"
[ "$engine" != afl ] || steadiness
find "$findings" -type f | sort | comm -13 "$root/build/log/found-before" - >"$root/build/log/found"
# What was found by an earlier call, and now again, is a finding of this call, too.
[ "$engine" != libfuzzer ] || sed -n 's/.*Test unit written to //p' "$log" >>"$root/build/log/found"
if [ "$engine" = afl ]; then
    find "$state/default/crashes" "$state/default/hangs" -type f ! -name 'README*' -exec sha1sum {} + 2>/dev/null |
        cut -d ' ' -f 1 | while read -r sum; do
        find "$findings" -name "*-$sum"
    done >>"$root/build/log/found"
fi
sort -u -o "$root/build/log/found" "$root/build/log/found"
if [ -s "$root/build/log/found" ]; then
    while read -r file; do
        printf 'finding: %s\n' "${file#"$root"/}"
        replay "$binary" "$file" "$root/build/log/replay.log" || true
        sentence_of "$root/build/log/replay.log" | sed 's/^/  /'
        next "${file#"$root"/}"
    done <"$root/build/log/found"
    exit 1
fi
if [ -n "$interrupted" ]; then
    echo 'interrupted; no finding until then'
    exit 3
fi
if [ "$code" -ne 0 ]; then
    tail -n 20 "$log" >&2
    echo "dev: $engine ended with exit code $code and left no finding" >&2
    exit 3
fi
echo 'no finding'
