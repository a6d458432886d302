#!/bin/sh
# SPDX-License-Identifier: MIT
# usage: tests/repeat.sh COMMAND RUNS
# Runs the shipped suite RUNS times in both worlds with changing -j, the second half with every core busy, and proves that
# the worlds never diverge and that all reports are the same to the byte. COMMAND is the built sockdrill. Exit code 1: two
# reports differ or a run was not green.
set -eu

command=${1:?usage: tests/repeat.sh COMMAND RUNS}
runs=${2:?usage: tests/repeat.sh COMMAND RUNS}
root=$(cd "$(dirname "$0")/.." && pwd)
folder=$(mktemp -d)
busy=

finish() {
    for pid in $busy; do
        kill "$pid" 2>/dev/null || true
    done
    rm -rf "$folder"
}
trap finish EXIT
trap 'exit 130' INT TERM

# A loop that ends by itself should this script be killed.
keep_a_core_busy() {
    timeout 1800 sh -c 'while :; do :; done' &
    busy="$busy $!"
}

run=1
while [ "$run" -le "$runs" ]; do
    if [ "$run" -eq $((runs / 2 + 1)) ]; then
        for _ in $(seq "$(nproc)"); do
            keep_a_core_busy
        done
    fi
    "$command" run -q --world both -j $((run % 4 + 1)) --report "$folder/report.json" "$root/scenarios" >"$folder/output" || {
        cat "$folder/output"
        echo "run $run of $runs failed"
        exit 1
    }
    if [ "$run" -eq 1 ]; then
        compared=$(grep -c '"world": "both"' "$folder/report.json") || {
            echo "no scenario ran in both worlds"
            exit 1
        }
        grep -q '"diverged": 0' "$folder/report.json" || {
            echo "the report does not say that nothing diverged"
            exit 1
        }
        mv "$folder/report.json" "$folder/first.json"
    elif ! cmp "$folder/first.json" "$folder/report.json"; then
        echo "the report of run $run differs from that of run 1"
        exit 1
    fi
    run=$((run + 1))
done
echo "$runs runs, $((runs - runs / 2)) of them with every core busy: all reports are the same, and none of the $compared" \
    "scenarios that run in both worlds diverged"
