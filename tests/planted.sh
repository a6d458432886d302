#!/bin/sh
# SPDX-License-Identifier: MIT
# usage: tests/planted.sh [--only NAME] [--seconds N] [--clean SECONDS] [--seed N] [--build FOLDER]
#        tests/planted.sh --self-test
# Runs the libFuzzer target of each planted bug (tests/planted/planted.tsv) on one core until its first
# finding, from nothing, and prints the table: bug, oracle, time to find, execs. Then runs the targets
# of correct plugins as long, which must stay quiet. The findings and logs are kept in
# build/findings/planted.
#   --only NAME      the bug of that name alone, and no clean target; may be given more than once
#   --seconds N      at most so long for each bug (60)
#   --clean SECONDS  so long for each clean target (60; 0: none of them)
#   --seed N         the engine's seed (1)
#   --build FOLDER   where the targets were built (build/fuzz-libfuzzer)
#   --self-test      proves that each kind of end is told from the others, with targets that only say so
# Exit code 1: a bug was missed, another oracle than its row's saw it, or a clean target raised an alarm.
# 2: usage, or a target was not built.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
tab=$(printf '\t')
table=$root/tests/planted/planted.tsv
build=$root/build/fuzz-libfuzzer
work=$root/build/findings/planted
clean_targets='stream-uppercase datagram-ack-ok tape-uppercase tape-ack-ok'
# How a log is read.
. "$root/fuzz/engine.sh"
only=
seconds=60
clean_seconds=60
seed=1
child=
status=0

fail() {
    echo "planted: $1" >&2
    exit 2
}

number() {
    case $2 in
    '' | *[!0-9]*) fail "$1 takes a number" ;;
    esac
}

# Only what this script started: the engine's own process, by its number.
stop_child() {
    [ -z "$child" ] || kill "$child" 2>/dev/null || true
    child=
}

trap stop_child EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# run TARGET NAME SECONDS: plays the engine from an empty corpus; its words go to $log, its exit code
# to $status. The limit around it is for a target whose engine is stuck itself.
run() {
    folder=$work/$2
    log=$folder/log
    rm -rf "$folder"
    mkdir -p "$folder/corpus"
    timeout -k 5 $(($3 + 60)) "$1" -seed="$seed" -max_total_time="$3" -timeout=5 -rss_limit_mb=2560 \
        -max_len=4096 -len_control=0 -use_value_profile=1 -print_final_stats=1 \
        -artifact_prefix="$folder/" "$folder/corpus" >"$log" 2>&1 </dev/null &
    child=$!
    status=0
    wait "$child" || status=$?
    child=
}

# oracle: who saw it; "none" after a quiet end; "broken" when the target ended for no reason that is
# known.
oracle() {
    if [ "$status" -eq 0 ]; then
        echo none
        return
    fi
    oracle_of "$log" | sed 's/^none$/broken/'
}

# execs: from the final statistics, or else the last number that the engine printed.
execs() {
    awk '/^stat::number_of_executed_units:/ { final = $2 }
        /^#[0-9]/ { seen = substr($1, 2) }
        END { print (final != "" ? final : seen) + 0 }' "$log"
}

now() {
    cut -d ' ' -f 1 /proc/uptime
}

# timed TARGET NAME SECONDS: runs it, and sets $seen, $took and $count.
timed() {
    began=$(now)
    run "$1" "$2" "$3"
    took=$(now | awk -v began="$began" '{ printf "%.1f", $1 - began }')
    seen=$(oracle)
    count=$(execs)
}

expected() {
    case ",$2," in
    *",$1,"*) return 0 ;;
    esac
    return 1
}

built() {
    [ -x "$1" ] || fail "there is no ${1#"$root"/}; cmake --preset fuzz-libfuzzer && ninja -C build/fuzz-libfuzzer"
}

bugs=0
found=0
loud=0

# hunt NAME TARGET ORACLES: one row of the table.
hunt() {
    bugs=$((bugs + 1))
    timed "$build/tests/planted/$2-$1" "$1" "$seconds"
    if expected "$seen" "$3"; then
        found=$((found + 1))
        verdict=
    elif [ "$seen" = none ]; then
        verdict="MISSED, expected $3"
    else
        verdict="NOT AS EXPECTED: $3; see ${log#"$root"/}"
    fi
    printf '%-22s %-9s %-10s %8s s %10s  %s\n' "$1" "$2" "$seen" "$took" "$count" "$verdict" | sed 's/ *$//'
}

# stay_quiet TARGET: one clean target.
stay_quiet() {
    timed "$build/fuzz/$1" "clean-$1" "$clean_seconds"
    verdict=quiet
    if [ "$seen" != none ]; then
        loud=$((loud + 1))
        verdict="ALARM; see ${log#"$root"/}"
    elif [ "$count" -eq 0 ]; then
        loud=$((loud + 1))
        verdict='NOTHING RAN'
    fi
    printf '%-32s %-10s %8s s %10s  %s\n' "$1" "$seen" "$took" "$count" "$verdict"
}

# rows: name, target and oracles of what is asked for.
rows() {
    awk -F "$tab" -v only="$only " 'NR > 1 && (only == " " || index(only, " " $1 " ")) { print $1, $4, $5 }' "$table"
}

hunt_all() {
    for name in $only; do
        cut -f 1 "$table" | tail -n +2 | grep -qxF -e "$name" ||
            fail "no planted bug is called '$name'; the names are the first column of tests/planted/planted.tsv"
    done
    list=$(rows)
    [ -z "$only" ] || clean_seconds=0
    while read -r name target oracles; do
        built "$build/tests/planted/$target-$name"
    done <<END
$list
END
    for target in $clean_targets; do
        [ "$clean_seconds" -eq 0 ] || built "$build/fuzz/$target"
    done
    printf '%-22s %-9s %-10s %10s %10s\n' bug target oracle 'to find' execs
    while read -r name target oracles; do
        hunt "$name" "$target" "$oracles"
    done <<END
$list
END
    if [ "$clean_seconds" -gt 0 ]; then
        printf '\n%-32s %-10s %10s %10s\n' 'clean target' oracle 'ran' execs
        for target in $clean_targets; do
            stay_quiet "$target"
        done
        printf '\n'
    fi
    printf '%d of %d planted bugs found\n' "$found" "$bugs"
    [ "$found" -eq "$bugs" ] && [ "$loud" -eq 0 ]
}

# --- self-test ------------------------------------------------------------------------------------

# fake PATH EXIT-CODE LINES: a target that prints them.
fake() {
    mkdir -p "$(dirname "$1")"
    printf '#!/bin/sh\ncat <<"END"\n%s\nEND\nexit %s\n' "$3" "$2" >"$1"
    chmod +x "$1"
}

# check WORDS: what the last hunt printed holds them.
check() {
    grep -qE -e "$1" "$work/printed" || {
        echo "planted: the self-test expected '$1' but got:"
        cat "$work/printed"
        exit 1
    }
}

# one NAME EXIT-CODE LINES ORACLES: hunts a fake target; its row goes to $work/printed.
one() {
    fake "$build/tests/planted/stream-$1" "$2" "$3"
    hunt "$1" stream "$4" >"$work/printed"
}

self_test() {
    scratch=$(mktemp -d)
    trap 'stop_child; rm -rf "$scratch"' EXIT
    build=$scratch/build
    work=$scratch/work
    seconds=1
    clean_seconds=1
    mkdir -p "$work"
    stats='stat::number_of_executed_units: 4711'
    one said 77 "sockdrill: oracle replay: it answers otherwise
==1== ERROR: libFuzzer: deadly signal
$stats" replay
    check '^said +stream +replay +[0-9.]+ s +4711$'
    one address 1 "==1==ERROR: AddressSanitizer: heap-buffer-overflow
sockdrill: oracle leak: too late
$stats" sanitizer,plugin
    check '^address +stream +sanitizer '
    one undefined 1 "x.c:1:2: runtime error: division by zero" sanitizer
    check '^undefined +stream +sanitizer +[0-9.]+ s +0$'
    one misuse 77 "plugin 'x' broke its contract: it released the same memory twice
==1== ERROR: libFuzzer: deadly signal" plugin
    check ' plugin '
    one slow 70 "#64	pulse
==1== ERROR: libFuzzer: timeout after 5 seconds
SUMMARY: libFuzzer: timeout" hang
    check ' hang +[0-9.]+ s +64$'
    one large 71 "==1== ERROR: libFuzzer: out-of-memory (used: 2561Mb; limit: 2560Mb)" memory
    check ' memory '
    one signal 77 "==1== ERROR: libFuzzer: deadly signal" crash
    check ' crash '
    one leaks 1 "==1==ERROR: LeakSanitizer: detected memory leaks" leak
    check ' leak '
    one fault 1 "==1==ERROR: UndefinedBehaviorSanitizer: SEGV on unknown address" sanitizer
    check ' sanitizer '
    [ $found -eq 9 ] || fail "the self-test counted $found of 9"
    one quiet 0 "#9	DONE
$stats" replay
    check 'MISSED, expected replay$'
    one other 77 "sockdrill: oracle settle: it waits" replay,leak
    check ' settle .*NOT AS EXPECTED: replay,leak'
    one broken 1 "cannot start" crash
    check ' broken .*NOT AS EXPECTED'
    [ $found -eq 9 ] || fail "the self-test counted $found of 9 after three that must not count"
    fake "$build/fuzz/calm" 0 "$stats"
    stay_quiet calm >"$work/printed"
    check '^calm .*quiet$'
    [ $loud -eq 0 ] || fail "the self-test heard an alarm of a quiet target"
    fake "$build/fuzz/alarmed" 77 "sockdrill: oracle replay: it answers otherwise"
    stay_quiet alarmed >"$work/printed"
    check '^alarmed +replay .*ALARM'
    fake "$build/fuzz/idle" 0 ""
    stay_quiet idle >"$work/printed"
    check 'NOTHING RAN$'
    [ $loud -eq 2 ] || fail "the self-test heard $loud of 2 alarms"
    echo "planted: every kind of end is told from the others"
}

mode=hunt_all
while [ $# -gt 0 ]; do
    case $1 in
    --self-test) mode=self_test ;;
    --only | --seconds | --clean | --seed | --build)
        [ $# -gt 1 ] || fail "$1 takes a value"
        case $1 in
        --only) only="$only $2" ;;
        --seconds) number "$1" "$2" && seconds=$2 ;;
        --clean) number "$1" "$2" && clean_seconds=$2 ;;
        --seed) number "$1" "$2" && seed=$2 ;;
        --build) build=$2 ;;
        esac
        shift
        ;;
    *) fail "there is no option '$1'; the head of tests/planted.sh explains them" ;;
    esac
    shift
done
$mode
