#!/bin/sh
# SPDX-License-Identifier: MIT
# What the mutator of tapes is good for, on a plugin whose states take several events of several
# peers (tests/plugins/auction.c). BUILD is made with libFuzzer, such as build/fuzz-libfuzzer.
#   tests/mutator.sh BUILD [RUNS [SEEDS]]   prints edges reached in RUNS executions, the median of
#                                           SEEDS seeds: with the mutator and without, each with and
#                                           without the dictionary
#   tests/mutator.sh --test BUILD           exit code 0: with each of three seeds the mutator comes to
#                                           the deepest state, and the engine alone does not
# Seeds and executions are fixed, no clock: the same build gives the same numbers.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
test=
if [ "${1:-}" = --test ]; then
    test=yes
    shift
fi
build=${1:?usage: tests/mutator.sh [--test] BUILD [RUNS [SEEDS]]}
targets=$build/tests/mutator
for target in tape-auction tape-auction-reached; do
    [ -x "$targets/$target" ] || {
        echo "mutator: build it first: ninja -C $build tests/mutator/$target" >&2
        exit 2
    }
done
area=$(mktemp -d)
trap 'rm -rf "$area"' EXIT

# play WAY TARGET SEED RUNS: the output goes to $area/output; the exit code is the engine's. The
# engine alone gets the growing lengths that it uses when nobody mutates for it.
play() {
    way=$1 target=$2 seed=$3 runs=$4
    set --
    case $way in
    *+words) set -- "-dict=$here/mutator/auction.dict" ;;
    esac
    case $way in
    plain*) env DRILL_FUZZ_PLAIN=1 "$targets/$target" -len_control=100 -seed="$seed" -runs="$runs" \
        -max_len=1024 "-artifact_prefix=$area/" "$@" ;;
    *) env -u DRILL_FUZZ_PLAIN "$targets/$target" -seed="$seed" -runs="$runs" -max_len=1024 \
        "-artifact_prefix=$area/" "$@" ;;
    esac >"$area/output" 2>&1
}

edges_of() {
    play "$1" tape-auction "$2" "$3" || {
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

# expect WAY SEED yes|no: whether that ends in the deepest state.
expect() {
    code=0
    play "$1" tape-auction-reached "$2" 200000 || code=$?
    reached=no
    [ $code -eq 0 ] || reached=yes
    if [ $code -ne 0 ] && ! grep -q 'in thanks' "$area/output" && ! grep -q 'deadly signal' "$area/output"; then
        tail -n 20 "$area/output"
        echo "mutator: $1, seed $2: it ends otherwise than in the deepest state"
        exit 1
    fi
    executions=$(grep -a -o '^#[0-9]*' "$area/output" | tail -n 1)
    echo "$1, seed $2: reached: $reached; last news: execution ${executions:-none}"
    [ $reached = "$3" ] || exit 1
}

if [ -n "$test" ]; then
    for seed in 1 2 3; do
        expect mutator "$seed" yes
        expect plain+words "$seed" no
    done
    exit 0
fi
measure "${2:-50000}" "${3:-5}"
