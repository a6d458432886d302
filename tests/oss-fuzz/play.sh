#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs the targets of a build as the machines that fuzz do: $OUT lies somewhere else than at the time of
# building, the working directory is unrelated, both are read-only, only $TMPDIR can be written, and the
# user has no rights. Each breach is a line: NAME: [RULE] sentence. Exit code 1: there was one.
#   tests/oss-fuzz/play.sh libfuzzer|afl|coverage OUT CANARY
set -eu

engine=${1:?usage: tests/oss-fuzz/play.sh libfuzzer|afl|coverage OUT CANARY}
out=${2:?which folder?}
canary=${3:?where is the canary?}
runs=300
edges_min=100
breaches=0

area=$(mktemp -d)
trap 'chmod -R u+w "$area"; rm -rf "$area"' EXIT
elsewhere=$area/elsewhere
here=$area/here
tmp=$area/tmp
mkdir "$here" "$tmp"
cp -R "$out" "$elsewhere"
cp "$canary" "$area/canary"
chmod 755 "$area"
chmod -R a-w "$elsewhere"
chmod 555 "$here" "$elsewhere"

breach() {
    echo "$1: [$2] $3"
    breaches=$((breaches + 1))
}

# What a target leaves behind and says goes to $TMPDIR. `timeout` only ends what hangs.
strip_rights=
if [ "$(id -u)" -eq 0 ]; then
    chown 65534:65534 "$tmp"
    strip_rights="setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all --"
fi
as_nobody() {
    (
        cd "$here"
        code=0
        # shellcheck disable=SC2086 # several words or none
        $strip_rights env -i PATH="$PATH" TMPDIR="$tmp" HOME=/nonexistent LC_ALL=C \
            "LLVM_PROFILE_FILE=$tmp/profiles/%p.profraw" \
            AFL_NO_UI=1 AFL_SKIP_CPUFREQ=1 AFL_NO_AFFINITY=1 AFL_FAST_CAL=1 \
            AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 \
            timeout 120 "$@" || code=$?
        exit $code
    ) >"$area/output" 2>&1 </dev/null
}

tell_output() {
    tail -n 15 "$area/output" | sed 's/^/    /'
}

# The seeds of a target, or one byte where it has none.
unpack_seeds() {
    rm -rf "$area/seeds"
    mkdir "$area/seeds"
    if [ -f "$elsewhere/$1_seed_corpus.zip" ]; then
        unzip -qq "$elsewhere/$1_seed_corpus.zip" -d "$area/seeds"
    else
        printf x >"$area/seeds/byte"
    fi
    chmod -R a+rX,a-w "$area/seeds"
}

# The options that the machines read from the file beside the target.
read_options() {
    sed -n '/^\[libfuzzer\]/,/^\[[^l]/s/^\([a-z_]*\) *= *\(.*\)$/-\1=\2/p' "$elsewhere/$1.options"
    [ ! -f "$elsewhere/$1.dict" ] || echo "-dict=$elsewhere/$1.dict"
}

play_libfuzzer() {
    # shellcheck disable=SC2046 # one word per option is meant
    if ! as_nobody "$elsewhere/$1" -seed=1337 "-runs=$runs" "-artifact_prefix=$tmp/" $(read_options "$1") \
        "$tmp/found" "$area/seeds"; then
        breach "$1" run "it ends with an error in a read-only folder, without rights"
        tell_output
        return
    fi
    if ! grep -q '^Done [0-9]* runs in ' "$area/output"; then
        breach "$1" run "it does not say that it has done its $runs runs"
        tell_output
    fi
    edges=$(sed -n 's/^INFO: Loaded .*(\([0-9]*\) \(inline 8-bit counters\|guards\)).*/\1/p' "$area/output" | head -n 1)
    [ "${edges:-0}" -ge $edges_min ] ||
        breach "$1" edges "only ${edges:-0} edges are instrumented; the code under test is not"
}

# Without instrumentation for the engine there is no fuzzing: the corpus is played, and children do it.
play_coverage() {
    as_nobody "$elsewhere/$1" -merge=1 "-artifact_prefix=$tmp/" "$tmp/found" "$area/seeds" &&
        grep -q '^MERGE-OUTER: successful in 1 attempt' "$area/output" && return
    breach "$1" run "it does not play its corpus in a read-only folder, without rights"
    tell_output
}

play_afl() {
    afl_options="-i $area/seeds -o $tmp/afl-$1 -E $runs -m none -t 10000"
    [ ! -f "$elsewhere/$1.dict" ] || afl_options="$afl_options -x $elsewhere/$1.dict"
    # shellcheck disable=SC2086 # several words are meant
    as_nobody afl-fuzz $afl_options -- "$elsewhere/$1" || true
    executed=$(sed -n 's/^execs_done *: *//p' "$tmp/afl-$1/default/fuzzer_stats" 2>/dev/null) || true
    if ! grep -q 'All set and ready to roll' "$area/output" || [ "${executed:-0}" -lt $runs ]; then
        breach "$1" run "afl-fuzz does not get to $runs executions in a read-only folder, without rights"
        tell_output
    elif [ -n "$(find "$tmp/afl-$1/default/crashes" "$tmp/afl-$1/default/hangs" -name 'id*')" ]; then
        breach "$1" run "it crashes or hangs within $runs executions"
    elif ! grep -q '^target_mode .*persistent.*' "$tmp/afl-$1/default/fuzzer_stats"; then
        breach "$1" persistent "afl-fuzz does not see that it runs many inputs in one process"
    fi
}

# A runner that cannot see a crash would be content with everything.
play_canary() {
    printf die >"$area/die"
    crash=0
    as_nobody "$area/canary" "$area/die" || crash=$?
    if [ $crash -eq 0 ] || [ $crash -eq 124 ] || ! { [ $crash -gt 128 ] || grep -q '^==[0-9]*== *ERROR: ' "$area/output"; }; then
        breach canary canary "it must crash on the input that says so, and ended with code $crash"
        tell_output
    fi
}

# The report that the coverage build is for: it must name our sources, with lines that have run.
check_profile() {
    if ! llvm-profdata merge -sparse "$tmp"/profiles/*.profraw -o "$area/all.profdata" 2>"$area/output"; then
        breach coverage profile "the targets leave no profile that llvm-profdata can read"
        tell_output
        return
    fi
    set --
    for target in $targets; do
        set -- "$@" -object "$elsewhere/$target"
    done
    shift
    covered=$(llvm-cov export -format=lcov -instr-profile="$area/all.profdata" "$@" |
        awk -F: '/^SF:.*\/core\/[a-z_]*\.c$/ { ours = 1 } /^LH:/ && ours { sum += $2 } /^end_of_record/ { ours = 0 }
            END { print sum + 0 }')
    [ "$covered" -gt 0 ] || breach coverage profile "the report has no line of core/ that has run"
}

targets=$(cd "$elsewhere" && find . -type f ! -name '?*.*' | sed 's|^\./||' | LC_ALL=C sort)
for target in $targets; do
    unpack_seeds "$target"
    rm -rf "$tmp/found"
    as_nobody mkdir "$tmp/found"
    case $engine in
    afl) play_afl "$target" ;;
    coverage) play_coverage "$target" ;;
    *) play_libfuzzer "$target" ;;
    esac
done
[ "$engine" != coverage ] || [ $breaches -gt 0 ] || check_profile
play_canary
[ $breaches -eq 0 ] || exit 1
echo "$engine: $(echo "$targets" | wc -l) targets ran as they should, and the canary crashed"
