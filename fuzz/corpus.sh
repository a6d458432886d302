#!/bin/sh
# SPDX-License-Identifier: MIT
# usage: ./dev corpus [SECONDS]
# Makes the committed corpora, fuzz/corpus/TARGET, anew: seeds of every shipped scenario, what is there
# already, and SECONDS (60) of each engine; then what adds nothing is left out (libFuzzer's -merge=1),
# and of the rest every so many, until a target's corpus has at most 200 files and 200 KiB. Targets are those that
# are built. Exit code 1: something was found, which is to be mended first.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/fuzz/engine.sh"
seconds=${1:-60}
sockdrill=$root/build/dev/bin/sockdrill
work=$root/build/corpus-new
files_max=190
bytes_max=190000

fail() {
    echo "corpus: $1" >&2
    exit "${2:-3}"
}

trap end_children EXIT
trap 'exit 3' INT TERM

# Every scenario file for the plugin $1, one a line.
scenarios_for() {
    find "$root/scenarios" -name '*.json' ! -name 'suite.json' ! -name '*.schema.json' \
        -exec grep -l "\"plugin\": *\"$1\"" {} + | sort
}

# Seeds of scenarios, as files in $2.
plant() {
    plugin=${1#*-}
    case $1 in
    scenario)
        find "$root/scenarios" -name '*.json' ! -name 'suite.json' ! -name '*.schema.json' -size -16k \
            -exec sha1sum {} + | while read -r sum file; do
            cp "$file" "$2/$sum"
        done
        ;;
    report)
        for filter in 'tcp/half-*' 'udp/*' 'sim/*'; do
            "$sockdrill" run -q --world sim --filter "$filter" --report "$work/report.json" "$root/scenarios" \
                >"$work/log" || fail "$filter does not pass; see ${work#"$root"/}/log"
            node "$root/fuzz/seeds_report.js" "$work/report.json" "$2" >"$work/log"
        done
        ;;
    canary) printf 'tweet' >"$2/tweet" ;;
    tape-*)
        scenarios_for "$plugin" | while read -r file; do
            "$sockdrill" tape from-scenario --bare -o "$2/" "$file"
        done
        ;;
    stream-* | datagram-*)
        # shellcheck disable=SC2046 # names without blanks: one word each is meant
        "$sockdrill" run -q --world sim --trace "$work/trace.json" $(scenarios_for "$plugin") >"$work/log" ||
            fail "the scenarios of $plugin do not pass; see ${work#"$root"/}/log"
        node "$root/fuzz/seeds.js" "$work/trace.json" "${1%%-*}" "$2" >"$work/log"
        rm "$work/trace.json"
        ;;
    *) fail "no seeds are known for $1" ;;
    esac
}

# fuzz TARGET CORPUS: both engines at the same time.
fuzz() {
    rm -rf "$work/found" "$work/afl"
    mkdir -p "$work/found"
    start_libfuzzer "$root/build/fuzz-libfuzzer/fuzz/$1" "$1" "$2" "$work/found" "$seconds" "$work/libfuzzer.log"
    first=$pid
    start_afl "$root/build/fuzz-afl-plain/fuzz/$1" "$1" "$2" "$work/afl" default "$seconds" "$work/afl.log" \
        -c "$root/build/fuzz-afl-cmplog/fuzz/$1"
    wait "$first" || true
    wait "$pid" || true
    end_children
    take_in "$work/afl/default/queue" "$2"
    take_findings "$work/afl/default" "$work/found"
    [ -z "$(find "$work/found" -type f)" ] || fail "$1 found something, see ${work#"$root"/}/found" 1
}

# shrink FOLDER: as many as may be committed, evenly from the smallest to the largest.
shrink() {
    find "$1" -type f -printf '%s %p\n' | sort -k 1,1n -k 2 |
        awk -v files="$files_max" -v bytes="$bytes_max" '
            { path[NR] = $2; size[NR] = $1 }
            END {
                for (i = 1; i <= NR; i++) {
                    picked = NR <= files || int(i * files / NR) > int((i - 1) * files / NR)
                    if (picked && sum + size[i] <= bytes) sum += size[i]
                    else print path[i]
                }
            }' | while read -r file; do
        rm -- "$file"
    done
}

rm -rf "$work"
mkdir -p "$work"
for target in $(find "$root/build/fuzz-libfuzzer/fuzz" -maxdepth 1 -type f -perm -u+x -printf '%f\n' | sort); do
    mkdir -p "$work/seeds" "$work/all" "$work/less"
    plant "$target" "$work/seeds"
    take_in "$work/seeds" "$work/all"
    [ "$target" = canary ] || take_in "$root/fuzz/corpus/$target" "$work/all"
    [ "$target" = canary ] || fuzz "$target" "$work/all"
    # The engine sees everything here, so that what goes another way through the loop is kept, too.
    "$root/build/fuzz-libfuzzer-all/fuzz/$target" -merge=1 -timeout=10 "-rss_limit_mb=$memory_max_mb" \
        -max_len="$(longest_input "$target")" "$work/less" "$work/all" >"$work/merge.log" 2>&1 ||
        fail "the corpus of $target could not be minimised; see ${work#"$root"/}/merge.log"
    shrink "$work/less"
    rm -rf "${root:?}/fuzz/corpus/$target"
    mkdir -p "$root/fuzz/corpus"
    mv "$work/less" "$root/fuzz/corpus/$target"
    printf '%-20s %4s files %8s bytes\n' "$target" "$(corpus_files "$root/fuzz/corpus/$target")" \
        "$(corpus_bytes "$root/fuzz/corpus/$target")"
    rm -rf "$work/seeds" "$work/all"
done
