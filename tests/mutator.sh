#!/bin/sh
# SPDX-License-Identifier: MIT
# What the mutator of tapes is good for, on a plugin whose states take several events of several
# peers (tests/plugins/auction.c). BUILD is made with libFuzzer, such as build/fuzz-libfuzzer.
#   tests/mutator.sh BUILD [RUNS [SEEDS]]   prints edges reached in RUNS executions, the median of
#                                           SEEDS seeds: with the mutator and without, each with and
#                                           without the dictionary
#   tests/mutator.sh --test BUILD           exit code 0: with each of three seeds the mutator reaches 10
#                                           edges more in 20,000 executions than the engine alone with
#                                           any of them, although only the latter has the dictionary
# Seeds and executions are fixed and there is no clock; where code lies in memory still makes a small
# difference from run to run, far below that.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
test=
if [ "${1:-}" = --test ]; then
    test=yes
    shift
fi
build=${1:?usage: tests/mutator.sh [--test] BUILD [RUNS [SEEDS]]}
targets=$build/tests/mutator
target=$targets/tape-auction
[ -x "$target" ] || {
    echo "mutator: build it first: ninja -C $build tests/mutator/tape-auction" >&2
    exit 2
}
area=$(mktemp -d)
trap 'rm -rf "$area"' EXIT

# play WAY SEED RUNS: the output goes to $area/output; the exit code is the engine's. The
# engine alone gets the growing lengths that it uses when nobody mutates for it.
play() {
    way=$1 seed=$2 runs=$3
    set --
    case $way in
    *+words) set -- "-dict=$here/mutator/auction.dict" ;;
    esac
    case $way in
    plain*) env DRILL_FUZZ_PLAIN=1 "$target" -len_control=100 -seed="$seed" -runs="$runs" \
        -max_len=1024 "-artifact_prefix=$area/" "$@" ;;
    *) env -u DRILL_FUZZ_PLAIN "$target" -seed="$seed" -runs="$runs" -max_len=1024 \
        "-artifact_prefix=$area/" "$@" ;;
    esac >"$area/output" 2>&1
}

edges_of() {
    play "$1" "$2" "$3" || {
        tail -n 20 "$area/output" >&2
        exit 1
    }
    sed -n 's/.* cov: \([0-9]*\) .*/\1/p' "$area/output" | tail -n 1
}

median() {
    sort -n | awk '{ numbers[NR] = $1 } END { print numbers[int((NR + 1) / 2)], numbers[1], numbers[NR] }'
}

measure() {
    runs=$1 seeds=$2
    printf '%-16s %8s %8s %8s\n' "$runs runs" median least most
    for way in plain plain+words mutator mutator+words; do
        seed=1
        while [ "$seed" -le "$seeds" ]; do
            edges_of "$way" "$seed" "$runs"
            seed=$((seed + 1))
        done >"$area/edges"
        [ "$(grep -c '^[0-9][0-9]*$' "$area/edges")" -eq "$seeds" ] || exit 1
        # shellcheck disable=SC2046,SC2183 # three numbers
        printf '%-16s %8s %8s %8s\n' "$way" $(median <"$area/edges")
    done
}

# compare: the worst of the mutator with the best of the engine alone.
compare() {
    for seed in 1 2 3; do
        edges_of mutator "$seed" 20000
    done >"$area/mutator"
    for seed in 1 2 3; do
        edges_of plain+words "$seed" 20000
    done >"$area/plain"
    least=$(sort -n "$area/mutator" | head -n 1)
    most=$(sort -n "$area/plain" | tail -n 1)
    echo "the mutator reaches $least edges or more; the engine alone, with words, $most or fewer"
    [ "$least" -ge $((most + 10)) ]
}

if [ -n "$test" ]; then
    compare
    exit
fi
measure "${2:-50000}" "${3:-5}"
