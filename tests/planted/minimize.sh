#!/bin/sh
# SPDX-License-Identifier: MIT
# usage: tests/planted/minimize.sh [--build FOLDER] [--findings FOLDER] [NAME...]
# Takes what `./dev planted` found of each planted bug (build/findings/planted), and makes a minimal
# scenario of it with `sockdrill tape minimize`, which then is played once more by `sockdrill run`, in
# both worlds. Prints a row for each bug: its fingerprint, events and bytes, the verdict in either
# world, and who can cause it. The scenarios are kept beside the findings, as NAME.json.
#   --build FOLDER      a folder built with sanitizers and the target `planted` (build/dev)
#   --findings FOLDER   what `./dev planted` left (build/findings/planted)
# Exit code 1: one was not found, not minimized, or its scenario shows it in other worlds than its row of
# planted.tsv says. 2: usage, or something was not built.
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
tab=$(printf '\t')
build=$root/build/dev
findings=$root/build/findings/planted
timeout=2

fail() {
    echo "minimize: $1" >&2
    exit 2
}

while [ $# -gt 0 ]; do
    case $1 in
    --build | --findings)
        [ $# -gt 1 ] || fail "$1 takes a folder"
        case $1 in
        --build) build=$2 ;;
        --findings) findings=$2 ;;
        esac
        shift 2
        ;;
    -*) fail "there is no option '$1'; the head of tests/planted/minimize.sh explains them" ;;
    *) break ;;
    esac
done
if [ ! -x "$build/bin/sockdrill" ] || [ ! -d "$build/tests/planted/bugs" ]; then
    fail "build them first: ninja -C $build sockdrill planted"
fi
told=$(mktemp)
trap 'rm -f "$told"' EXIT
rows=0
good=0

wanted() {
    name=$1
    shift
    [ $# -eq 0 ] && return 0
    for one in "$@"; do
        [ "$one" != "$name" ] || return 0
    done
    return 1
}

# The engine's name for it: crash-, timeout-, oom-, leak- and a hash.
finding_of() {
    find "$findings/$1" -maxdepth 1 -type f -name '*-*' ! -name '*.json' | sort | head -n 1
}

# The word behind a label of what minimize told.
word() {
    sed -n "s/^  $1  *//p" "$told"
}

verdict() {
    word "$1" | sed 's/[: ].*//'
}

# fails_in COMMAND NAME WORLD: whether the scenario fails there, as a user plays it.
fails_in() {
    code=0
    "$1" run --quiet --world "$3" --plugin-path "$build/tests/planted/bugs" --timeout 20 \
        "$findings/$2.json" >"$told.run" 2>&1 || code=$?
    rm -f "$told.run"
    [ $code -eq 1 ]
}

# shows_in COMMAND NAME: in which worlds the scenario shows what was found: both, sim, or none.
shows_in() {
    if ! fails_in "$1" "$2" sim; then
        echo none
        return
    fi
    case $(word 'real sockets') in
    'not played: '* | *' (not the same finding)') echo sim ;;
    *) if fails_in "$1" "$2" kernel; then echo both; else echo sim; fi ;;
    esac
}

# nothing_to_show NAME STATUS: whether minimize said, of what only a fuzz target's own oracles see, that
# it shows nothing.
nothing_to_show() {
    if [ "$2" -ne 1 ] || ! grep -q 'nothing goes wrong when this build plays it' "$told"; then
        printf '%-22s NOT AS EXPECTED, which is nothing to minimize: %s\n' "$1" "$(head -n 1 "$told")"
        return 1
    fi
    printf "%-22s only the fuzz target's own oracles see it\n" "$1"
}

# row NAME KIND TARGET WORLDS: minimizes one; prints its row; fails with words.
row() {
    command=$build/bin/sockdrill
    [ "$2" != loop ] || command=$build/tests/planted/bin/sockdrill-$1
    plugin=$(sed -n 's/.*"plugin": "\([^"]*\)".*/\1/p' "$root/tests/planted/scenarios/$1.json" | head -n 1)
    found=$(finding_of "$1")
    if [ -z "$found" ]; then
        printf '%-22s NOT FOUND: run ./dev planted first\n' "$1"
        return 1
    fi
    minimized=0
    "$command" tape minimize --force --out "$findings/$1.json" --target "$3-$plugin" \
        --timeout "$timeout" --plugin-path "$build/tests/planted/bugs" "$found" >"$told" 2>&1 || minimized=$?
    if [ "$4" = none ]; then
        nothing_to_show "$1" $minimized
        return
    fi
    if [ $minimized -ne 0 ]; then
        printf '%-22s NOT MINIMIZED: %s\n' "$1" "$(head -n 1 "$told")"
        return 1
    fi
    print=$(head -n 1 "$told")
    events=$(word minimized | sed 's/.* to \([0-9]*\) events.*/\1/')
    bytes=$(word minimized | sed 's/.* to \([0-9]*\) bytes.*/\1/')
    case $(word cause) in
    'a peer alone') cause=peer ;;
    *) cause=fault ;;
    esac
    shows=$(shows_in "$command" "$1")
    remark=
    [ "$shows" != sim ] || remark='simulated only'
    parted=$(word 'they part at')
    [ -z "$parted" ] || remark="$remark, they part at $parted"
    # On real sockets the number that is closed once too often may be somebody's, or nobody's.
    [ "$4" != 'sim or both' ] || [ "$shows" = none ] || set -- "$1" "$2" "$3" "$shows"
    [ "$shows" = "$4" ] || remark="SHOWS IN: $shows, EXPECTED: $4${parted:+; they part at $parted}"
    printf '%-22s %-54s %6s %6s  %-6s %-6s %-6s %s\n' "$1" "$print" "$events" "$bytes" \
        "$(verdict simulated)" "$(verdict 'real sockets')" "$cause" "$remark" | sed 's/ *$//'
    [ "$shows" = "$4" ]
}

printf '%-22s %-54s %6s %6s  %-6s %-6s %s\n' bug fingerprint events bytes sim kernel cause
while IFS=$tab read -r name source kind target oracle cause worlds rest; do
    [ "$name" != name ] || continue
    wanted "$name" "$@" || continue
    [ -n "$source$oracle$cause$rest" ] || continue
    rows=$((rows + 1))
    if row "$name" "$kind" "$target" "$worlds"; then
        good=$((good + 1))
    fi
done <"$root/tests/planted/planted.tsv"
echo "$good of $rows planted bugs minimized, told as scenarios and played"
[ "$rows" -gt 0 ] && [ "$good" -eq "$rows" ]
