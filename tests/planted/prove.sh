#!/bin/sh
# SPDX-License-Identifier: MIT
# usage: tests/planted/prove.sh BUILD [NAME...]
# Proves that the planted bugs are real, without a fuzzer: each row of planted.tsv has a scenario that
# passes with what is correct and ends with what is planted as the row's last two columns say: the
# verdict in the simulated world, and words of what the runner tells. BUILD is a folder built with
# sanitizers and the target `planted`, such as build/dev. Exit code 1: something is otherwise.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
build=${1:?usage: tests/planted/prove.sh BUILD [NAME...]}
shift
if [ ! -x "$build/bin/sockdrill" ] || [ ! -d "$build/tests/planted/clean" ]; then
    echo "prove: build them first: ninja -C $build sockdrill planted" >&2
    exit 2
fi
tab=$(printf '\t')
output=$(mktemp)
trap 'rm -f "$output"' EXIT
proved=0
rows=0

wanted() {
    name=$1
    shift
    [ $# -eq 0 ] && return 0
    for one in "$@"; do
        [ "$one" != "$name" ] || return 0
    done
    return 1
}

# play COMMAND PLUGINS NAME: the output goes to $output; the exit code is the command's.
play() {
    # One worker: what a process keeps shows when it plays another scenario.
    "$1" run --quiet -j 1 --world sim --timeout 3 --plugin-path "$2" "$here/scenarios/$3.json" \
        >"$output" 2>&1
}

# prove NAME KIND VERDICT WORDS: prints what is wrong and fails, or is silent.
prove() {
    command=$build/bin/sockdrill
    if ! play "$command" "$build/tests/planted/clean" "$1"; then
        echo "$1: what is correct does not pass:"
        cat "$output"
        return 1
    fi
    [ "$2" != loop ] || command=$build/tests/planted/bin/sockdrill-$1
    if play "$command" "$build/tests/planted/bugs" "$1"; then
        echo "$1: what is planted passes"
        return 1
    fi
    if ! grep -q "^$(printf '%s' "$3" | tr '[:lower:]' '[:upper:]') " "$output" ||
        ! grep -qF -e "$4" "$output"; then
        echo "$1: what is planted does not end with the verdict '$3' and the words '$4':"
        cat "$output"
        return 1
    fi
}

while IFS=$tab read -r name source kind target oracle cause worlds verdict words; do
    [ "$name" != name ] || continue
    wanted "$name" "$@" || continue
    rows=$((rows + 1))
    if [ ! -f "$here/$source" ]; then
        echo "$name: there is no $source for $target, $oracle, $cause, $worlds"
    elif prove "$name" "$kind" "$verdict" "$words"; then
        proved=$((proved + 1))
    fi
done <"$here/planted.tsv"
echo "$proved of $rows planted bugs proved"
[ "$rows" -gt 0 ] && [ "$proved" -eq "$rows" ]
