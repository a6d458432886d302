#!/bin/sh
# SPDX-License-Identifier: MIT
# What ./dev fuzz, fuzz/corpus.sh and fuzz/nightly.sh share: how each engine is started, what it says
# of itself, and what it leaves. Sourced, with $root set. A child is known by its number, and nothing
# else is ever ended. What begins with a_ is theirs. Each has a limit around it, for an engine that is stuck itself.

: "${root:?}"
children=

# What libFuzzer allows an input; more than that is a finding.
memory_max_mb=2560

# What this script starts carries this, and so does what that starts.
DRILL_FUZZ_CALLER=$$.$(cut -d ' ' -f 1 /proc/uptime)
export DRILL_FUZZ_CALLER

# AFL++ leaves the last child of its CMPLOG twin behind, stopped, in a session of its own. When
# nothing that we know of runs any more, what carries our mark and is stopped is ended.
end_strays() {
    for a_process in /proc/[0-9]*; do
        a_pid=${a_process#/proc/}
        if grep -qzxF "DRILL_FUZZ_CALLER=$DRILL_FUZZ_CALLER" "$a_process/environ" 2>/dev/null &&
            grep -q '^State:[[:space:]]*T' "$a_process/status" 2>/dev/null; then
            kill -KILL "$a_pid" 2>/dev/null || true
        fi
    done
}

# Ends what start_* started and what has not been waited for.
end_children() {
    for child in $children; do
        kill -TERM "$child" 2>/dev/null || true
    done
    for child in $children; do
        wait "$child" 2>/dev/null || true
    done
    children=
    end_strays
}

# forget PID: it was waited for.
forget() {
    others=
    for child in $children; do
        [ "$child" = "$1" ] || others="$others $child"
    done
    children=$others
    [ -n "$children" ] || end_strays
}

now_ms() {
    awk '{ printf "%d\n", $1 * 1000 }' /proc/uptime
}

# The longest input that is worth trying, as fuzz/oss-fuzz/build.sh has it.
longest_input() {
    case $1 in
    datagram-*) echo 2048 ;;
    scenario | report) echo 16384 ;;
    *) echo 4096 ;;
    esac
}

# dictionary_of TARGET: its plugin's, which the plugin's targets share; that of `scenario` bears its own
# name. Nothing where there is none. fuzz/oss-fuzz/build.sh has the same rule.
dictionary_of() {
    a_dictionary=$root/fuzz/dictionaries/${1#*-}.dict
    [ ! -e "$a_dictionary" ] || echo "$a_dictionary"
}

# take_in FOLDER CORPUS: copies the files of FOLDER (and of folders below) into CORPUS, each under the
# SHA-1 of what it holds, as libFuzzer names them. Empty files stay behind: AFL++ takes none.
take_in() {
    [ -d "$1" ] || return 0
    find "$1" -type f ! -name '.*' ! -name 'README*' -size +0c -exec sha1sum {} + |
        sed 's/^\\//' | while read -r sum file; do
        [ -e "$2/$sum" ] || cp -- "$file" "$2/$sum"
    done
}

# seed TARGET CORPUS: the committed corpus goes there; something must.
seed() {
    mkdir -p "$2"
    take_in "$root/fuzz/corpus/$1" "$2"
    if [ -z "$(find "$2" -type f -size +0c | head -n 1)" ]; then
        printf 'sockdrill' >"$2/seed"
    fi
}

corpus_files() {
    find "$1" -type f | wc -l | tr -d ' '
}

corpus_bytes() {
    find "$1" -type f -printf '%s\n' | awk '{ sum += $1 } END { printf "%d\n", sum }'
}

# --- libFuzzer ------------------------------------------------------------------------------------

# start_libfuzzer BINARY TARGET CORPUS FINDINGS SECONDS LOG [OPTIONS]: sets $pid. It ends with its
# first finding. -reload takes in what another instance put into the same corpus. What is slow is no
# finding: a busy machine makes anything slow.
start_libfuzzer() {
    a_binary=$1 a_target=$2 a_corpus=$3 a_folder=$4 a_time=$5 a_log=$6
    shift 6
    dictionary=$(dictionary_of "$a_target")
    [ -z "$dictionary" ] || set -- "-dict=$dictionary" "$@"
    mkdir -p "$a_folder"
    timeout -k 5 $((a_time + 60)) "$a_binary" -max_total_time="$a_time" -timeout=10 -report_slow_units=1000000 \
        "-rss_limit_mb=$memory_max_mb" -reload=1 -max_len="$(longest_input "$a_target")" -use_value_profile=1 \
        -print_final_stats=1 -artifact_prefix="$a_folder/" "$@" "$a_corpus" >"$a_log" 2>&1 </dev/null &
    pid=$!
    children="$children $pid"
}

# From the final statistics, or else the last number that it printed.
execs_libfuzzer() {
    awk '/^stat::number_of_executed_units:/ { final = $2 }
        /^#[0-9]/ { seen = $1; gsub(/[^0-9]/, "", seen) }
        END { printf "%d\n", final != "" ? final : seen }' "$1"
}

# --- AFL++ ----------------------------------------------------------------------------------------

# start_afl BINARY TARGET CORPUS FOLDER NAME SECONDS LOG [OPTIONS]: sets $pid; instance NAME keeps its
# state in FOLDER/NAME. AFL++ and its child share one CPU, if one is free that it can have: each exec
# is two signals between them, and that is twice as fast.
start_afl() {
    a_binary=$1 a_target=$2 a_corpus=$3 a_folder=$4 a_name=$5 a_time=$6 a_log=$7
    shift 7
    dictionary=$(dictionary_of "$a_target")
    [ -z "$dictionary" ] || set -- -x "$dictionary" "$@"
    mutator=$(dirname "$a_binary")/tape-mutator.so
    case $a_target in
    tape-*) [ ! -e "$mutator" ] || export AFL_CUSTOM_MUTATOR_LIBRARY="$mutator" ;;
    esac
    rm -rf "${a_folder:?}/$a_name"
    mkdir -p "$a_folder"
    # In a container neither the clock rate nor the treatment of core dumps can be changed.
    AFL_SKIP_CPUFREQ=1 AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 AFL_NO_UI=1 \
        AFL_TRY_AFFINITY=1 AFL_HANG_TMOUT=10000 AFL_TESTCACHE_SIZE=50 \
        timeout -k 5 $((a_time + 60)) afl-fuzz -V "$a_time" -i "$a_corpus" -o "$a_folder" -t 10000 -m none \
        -G "$(longest_input "$a_target")" "$@" -- "$a_binary" >"$a_log" 2>&1 </dev/null &
    pid=$!
    unset AFL_CUSTOM_MUTATOR_LIBRARY
    children="$children $pid"
}

# afl_value FOLDER/NAME KEY: of its fuzzer_stats; 0 where there is none.
afl_value() {
    awk -v key="$2" '$1 == key { value = $3 } END { print value == "" ? 0 : value }' \
        "$1/fuzzer_stats" 2>/dev/null || echo 0
}

execs_afl() {
    afl_value "$1" execs_done
}

# In hundredths of a percent.
stability_afl() {
    afl_value "$1" stability | awk '{ sub(/%/, ""); printf "%d\n", $1 * 100 + 0.5 }'
}

# take_findings FOLDER/NAME FINDINGS: AFL++'s crashes and hangs, named as libFuzzer's are.
take_findings() {
    mkdir -p "$2"
    for kind in crashes:crash hangs:timeout; do
        [ -d "$1/${kind%:*}" ] || continue
        find "$1/${kind%:*}" -type f ! -name 'README*' -exec sha1sum {} + |
            sed 's/^\\//' | while read -r sum file; do
            cp -- "$file" "$2/${kind#*:}-$sum"
        done
    done
}

# --- findings -------------------------------------------------------------------------------------

# replay BINARY FILE LOG: plays a finding once more, bounded; the exit code is the target's.
replay() {
    replayed=0
    timeout -k 5 60 "$1" "$2" >"$3" 2>&1 </dev/null || replayed=$?
    return $replayed
}

# oracle_of LOG: who saw it, in one word, as tests/planted/README.md lists them: the log's first alarm
# says so; "none" when there is none.
oracle_of() {
    awk '
        /^sockdrill: oracle / { name = $3; sub(/:$/, "", name) }
        / broke its contract: / { name = "plugin" }
        /runtime error: / || /ERROR: (Address|UndefinedBehavior|Memory|Thread)Sanitizer/ { name = "sanitizer" }
        /ERROR: LeakSanitizer/ { name = "leak" }
        /ERROR: libFuzzer: timeout/ { name = "hang" }
        /ERROR: libFuzzer: out-of-memory/ { name = "memory" }
        /ERROR: libFuzzer: (deadly signal|fuzz target exited)/ { name = "crash" }
        name != "" { exit }
        END { print name == "" ? "none" : name }' "$1"
}

# sentence_of LOG: what was said first of a finding.
sentence_of() {
    grep -m 1 -E '^sockdrill: oracle | broke its contract: |runtime error: |ERROR: [A-Za-z]+(Sanitizer|Fuzzer): ' "$1" |
        cut -c 1-300 || true
}
