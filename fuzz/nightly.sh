#!/bin/sh
# SPDX-License-Identifier: MIT
# usage: ./dev nightly MINUTES | --seconds N [--targets 'NAME...'] [--folder FOLDER]
# Fuzzes every target of the shipped plugins, `scenario` and `report` with libFuzzer and AFL++, two processes at a
# time, for so long altogether; the time that is left is divided among the targets that are left. For
# each target: both kinds of libFuzzer on one corpus, both kinds of AFL++ with each other, AFL++ that is
# told what is compared with what beside libFuzzer again; then the corpora become one, which is
# minimised, and its coverage is measured. Findings are told apart by their fingerprints and become
# scenarios. The canary comes first: what cannot find it would find nothing.
#
# In build/nightly (FOLDER): corpus/TARGET, from which the next call goes on; findings/TARGET, the
# inputs; scenarios; log; stats/TARGET, what there is to report; report.json, written anew after each
# target. An interrupt ends what was started here, and the report then says "complete": false.
# Exit code 0: no finding; 1: findings; 2: usage; 3: interrupted, the canary was not found, or an
# engine did not run.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/fuzz/engine.sh"
sockdrill=$root/build/dev/bin/sockdrill
night=$root/build/nightly
targets=
seconds=
interrupted=
broken=
found=0
names=' '

fail() {
    echo "nightly: $1" >&2
    exit "${2:-2}"
}

need_number() {
    case $1 in
    '' | *[!0-9]* | 0* | ???????*) fail "takes a number of minutes, and at least 1, not '$1'" ;;
    esac
}

only_check=
while [ $# -gt 0 ]; do
    case $1 in
    --check) only_check=yes ;;
    --seconds | --targets | --folder)
        [ $# -gt 1 ] || fail "$1 takes a value"
        case $1 in
        --seconds) need_number "$2" && seconds=$2 ;;
        --targets) targets=$2 ;;
        --folder) night=$2 ;;
        esac
        shift
        ;;
    -*) fail "there is no option '$1'; the head of fuzz/nightly.sh explains them" ;;
    *) need_number "$1" && seconds=$(($1 * 60)) ;;
    esac
    shift
done
[ -n "$seconds" ] || fail 'for how many minutes? ./dev nightly MINUTES'
[ -z "$only_check" ] || exit 0

mkdir -p "$night"
night=$(cd "$night" && pwd)

stop() {
    interrupted=yes
    end_children
}
trap stop INT TERM
trap end_children EXIT

say() {
    printf '%s\n' "$1"
}

# binary PRESET TARGET: planted targets, which tests name, lie elsewhere.
binary() {
    for place in fuzz tests/planted; do
        if [ -x "$root/build/$1/$place/$2" ]; then
            echo "$root/build/$1/$place/$2"
            return
        fi
    done
    fail "the target $2 is not built in build/$1" 3
}

# bounded SECONDS COMMAND...: a child that an interrupt ends, too; 124 when it took longer.
bounded() {
    limit=$1
    shift
    timeout -k 5 "$limit" "$@" </dev/null &
    pid=$!
    children="$children $pid"
    bounded_code=0
    wait "$pid" || bounded_code=$?
    forget "$pid"
    return $bounded_code
}

# Whole at every moment.
write_report() {
    "$sockdrill" fuzz-report "$night/stats" --out "$night/report.json.new"
    mv "$night/report.json.new" "$night/report.json"
}

# --- the canary -----------------------------------------------------------------------------------

watch_canary() {
    say "canary: must be found"
    rm -rf "$night/canary"
    mkdir -p "$night/canary/corpus"
    printf 'tweet' >"$night/canary/corpus/seed"
    start_libfuzzer "$(binary fuzz-libfuzzer canary)" canary "$night/canary/corpus" \
        "$night/canary/libfuzzer" 30 "$night/canary/libfuzzer.log"
    first=$pid
    export AFL_BENCH_UNTIL_CRASH=1
    start_afl "$(binary fuzz-afl canary)" canary "$night/canary/corpus" "$night/canary/afl" default 30 \
        "$night/canary/afl.log"
    unset AFL_BENCH_UNTIL_CRASH
    end_of "$first"
    end_of "$pid"
    [ -z "$interrupted" ] || return 0
    take_findings "$night/canary/afl/default" "$night/canary/afl-findings"
    for engine in libfuzzer afl-findings; do
        [ -n "$(find "$night/canary/$engine" -name 'crash-*')" ] ||
            fail "${engine%-findings} did not find the canary, so it would find nothing else; see ${night#"$root"/}/canary" 3
    done
}

# end_of PID: waits for it, however it ends. The interrupt may have come before its number was known.
end_of() {
    [ -z "$interrupted" ] || kill -TERM "$1" 2>/dev/null || true
    wait "$1" || true
    forget "$1"
}

# --- one target -----------------------------------------------------------------------------------

# ran STATS ENGINE EXECS MS [STABILITY]: notes a run. An engine that did nothing is broken.
ran() {
    echo "run $2 execs $3 ms $4${5:+ stability $5}" >>"$1"
    if [ "$3" -eq 0 ] && [ -z "$interrupted" ]; then
        say "  $2 did not run; see ${logs#"$root"/}"
        broken=yes
    fi
}

# Both kinds of libFuzzer on one corpus.
round_libfuzzer() {
    began=$(now_ms)
    start_libfuzzer "$(binary fuzz-libfuzzer "$target")" "$target" "$corpus" "$findings" "$1" "$logs/libfuzzer.log"
    first=$pid
    start_libfuzzer "$(binary fuzz-libfuzzer-plain "$target")" "$target" "$corpus" "$findings" "$1" \
        "$logs/libfuzzer-plain.log"
    second=$pid
    end_of "$first"
    sanitized_ms=$(($(now_ms) - began))
    end_of "$second"
    ran "$stats" libfuzzer "$(execs_libfuzzer "$logs/libfuzzer.log")" $sanitized_ms
    ran "$stats" libfuzzer-plain "$(execs_libfuzzer "$logs/libfuzzer-plain.log")" $(($(now_ms) - began))
}

# Both kinds of AFL++, which hand each other what they find.
round_afl() {
    began=$(now_ms)
    start_afl "$(binary fuzz-afl "$target")" "$target" "$corpus" "$state" sanitized "$1" "$logs/afl.log" -M sanitized
    first=$pid
    start_afl "$(binary fuzz-afl-plain "$target")" "$target" "$corpus" "$state" plain "$1" "$logs/afl-plain.log" -S plain
    second=$pid
    end_of "$first"
    end_of "$second"
    took=$(($(now_ms) - began))
    ran "$stats" afl "$(execs_afl "$state/sanitized")" $took "$(stability_afl "$state/sanitized")"
    ran "$stats" afl-plain "$(execs_afl "$state/plain")" $took "$(stability_afl "$state/plain")"
    gather sanitized
    gather plain
}

# AFL++ with comparisons, and libFuzzer on what AFL++ found before.
round_cmplog() {
    began=$(now_ms)
    start_afl "$(binary fuzz-afl-plain "$target")" "$target" "$corpus" "$state" cmplog "$1" "$logs/afl-cmplog.log" \
        -S cmplog -c "$(binary fuzz-afl-cmplog "$target")"
    first=$pid
    start_libfuzzer "$(binary fuzz-libfuzzer "$target")" "$target" "$corpus" "$findings" "$1" "$logs/libfuzzer-again.log"
    second=$pid
    end_of "$second"
    sanitized_ms=$(($(now_ms) - began))
    end_of "$first"
    ran "$stats" afl-cmplog "$(execs_afl "$state/cmplog")" $(($(now_ms) - began)) "$(stability_afl "$state/cmplog")"
    ran "$stats" libfuzzer "$(execs_libfuzzer "$logs/libfuzzer-again.log")" $sanitized_ms
    gather cmplog
}

# gather INSTANCE: what one of AFL++ left goes where libFuzzer looks.
gather() {
    take_in "$state/$1/queue" "$corpus"
    take_findings "$state/$1" "$findings"
}

# minimise SECONDS: what afl-cmin keeps, and of the whole what libFuzzer's merge keeps, which sees the
# loop and the network as well. Either alone would throw away what only the other engine tells apart.
# When the time does not do, all is kept.
minimise() {
    less=$night/less
    rm -rf "$less"
    mkdir -p "$less/both"
    if bounded "$1" "$(binary fuzz-libfuzzer-all "$target")" -merge=1 -timeout=10 "-rss_limit_mb=$memory_max_mb" \
        -max_len="$(longest_input "$target")" -artifact_prefix="$findings/" "$less/both" "$corpus" \
        >"$logs/merge.log" 2>&1 &&
        AFL_ALLOW_TMP=1 bounded "$1" afl-cmin -i "$corpus" -o "$less/cmin" -m none -t 10000 -- \
            "$(binary fuzz-afl-plain "$target")" >"$logs/cmin.log" 2>&1; then
        take_in "$less/cmin" "$less/both"
        rm -rf "$less/old"
        mv "$corpus" "$less/old"
        mv "$less/both" "$corpus"
    elif [ -z "$interrupted" ]; then
        say "  the corpus could not be minimised in $1 s; it stays as it is"
    fi
    rm -rf "$less"
}

# cover: how many lines of each of our files the corpus reaches.
cover() {
    profile=$logs/profile
    player=$(binary fuzz-coverage "$target")
    if LLVM_PROFILE_FILE="$profile.raw" bounded 120 "$player" "$corpus" >"$logs/coverage.log" 2>&1 &&
        llvm-profdata merge -sparse "$profile.raw" -o "$profile.data" &&
        llvm-cov export -format=lcov "$player" -instr-profile="$profile.data" >"$profile.lcov" 2>>"$logs/coverage.log"; then
        awk -F : -v root="$root/" '
            /^SF:/ { file = substr($0, 4); file = index(file, root) == 1 ? substr(file, length(root) + 1) : "" }
            /^LF:/ { total = $2 }
            /^LH:/ { covered = $2 }
            /^end_of_record/ && total > 0 && file ~ /^(core|plugins|fuzz)\// { print "coverage", file, covered, total }' \
            "$profile.lcov" | sort >>"$stats"
    elif [ -z "$interrupted" ]; then
        say "  the coverage could not be measured; see ${logs#"$root"/}/coverage.log"
        broken=yes
    fi
    rm -f "$profile.raw" "$profile.data" "$profile.lcov"
}

# --- findings -------------------------------------------------------------------------------------

# shows FILE DEADLINE_MS: whether an engine that found it would find it again: with its builds and its
# limits, for the ordinary build has no limit of memory and sees with sanitizers only. What could not
# be played to its end until then may still be there. What is said of it goes to replay.log.
shows() {
    for preset in fuzz-libfuzzer fuzz-libfuzzer-plain; do
        left_ms=$(($2 - $(now_ms)))
        [ $left_ms -ge 1000 ] || return 0
        bounded $((left_ms / 1000)) "$(binary $preset "$target")" -timeout=10 "-rss_limit_mb=$memory_max_mb" \
            -print_final_stats=1 "$1" >"$logs/replay.log" 2>&1 || return 0
        # The engine looks once a second; a run may be over by then.
        peak_mb=$(sed -n 's/^stat::peak_rss_mb: *//p' "$logs/replay.log")
        if [ "${peak_mb:-0}" -gt $memory_max_mb ]; then
            echo "ERROR: libFuzzer: out-of-memory (used: ${peak_mb}Mb)" >>"$logs/replay.log"
            return 0
        fi
    done
    return 1
}

# fingerprint FILE: what the finding is called; of what only the rig sees, its oracle.
fingerprint() {
    case $target in
    stream-* | datagram-* | tape-*)
        if bounded 60 "$sockdrill" tape fingerprint --target "$target" "$1" 2>>"$logs/findings.log"; then
            return
        fi
        ;;
    esac
    if replay "$(binary dev "$target")" "$1" "$logs/replay.log" &&
        ! shows "$1" $(($(now_ms) + 60000)); then
        echo "$target:not-seen-again"
    elif [ $replayed -eq 124 ]; then
        echo "$target:hang"
    else
        echo "$target:$(oracle_of "$logs/replay.log")"
    fi
}

# verdict WORLD SCENARIO: of one world; fails when there is none. Of one scenario, the summary counts
# nothing but its verdict; the key "verdict" alone has every step, too.
verdict() {
    rm -f "$logs/verdict.json"
    "$sockdrill" run -q --world "$1" --report "$logs/verdict.json" "$2" >>"$logs/findings.log" 2>&1 || true
    [ -e "$logs/verdict.json" ] || return 1
    tr -d ' \n' <"$logs/verdict.json" | sed 's/.*"summary":{\([^}]*\)}.*/\1\n/' | tr -d '"' | tr ',:' '\n ' |
        awk '$1 != "total" && $2 == 1 { verdict = $1 } END { if (verdict == "") exit 1; print verdict }'
}

# convert FILE NAME: to a scenario, and adds to $told what it comes to.
convert() {
    scenario=$night/scenarios/$2.json
    if [ ! -e "$scenario" ]; then
        bounded 300 "$sockdrill" tape minimize --force --judgements 2000 --target "$target" \
            --out "$scenario" "$1" >>"$logs/findings.log" 2>&1 || true
    fi
    [ -e "$scenario" ] || return 0
    if sim=$(verdict sim "$scenario") && kernel=$(verdict kernel "$scenario"); then
        told="sim $sim kernel $kernel scenario $2.json"
    elif [ -z "$interrupted" ]; then
        say "  the scenario $2.json could not be played; see ${logs#"$root"/}/findings.log"
        broken=yes
    fi
}

# judge FILE: notes it unless another one has the same fingerprint.
judge() {
    print=$(fingerprint "$1")
    case $names in
    *" $target=$print "*) return 0 ;;
    esac
    names="$names$target=$print "
    name=$(printf '%s' "$print" | tr -c 'A-Za-z0-9\n' '-')
    told=
    case $target in
    stream-* | datagram-* | tape-*) convert "$1" "$name" ;;
    esac
    echo "finding $print${told:+ $told}" >>"$stats"
    say "  FINDING $print: ${1#"$root"/}${told:+; $told}"
    found=$((found + 1))
}

# Smallest first. What was found on an earlier night and no longer shows is gone.
judge_all() {
    find "$findings" -type f -printf '%s %p\n' | sort -n | cut -d ' ' -f 2- >"$logs/findings"
    while read -r file <&3; do
        [ -z "$interrupted" ] || break
        judge "$file"
    done 3<"$logs/findings"
}

# recall SECONDS: old findings are played again, and forgotten when they are mended. Those that are
# not reached in that time stay.
recall() {
    until=$(($(now_ms) + $1 * 1000))
    for file in "$findings"/*; do
        [ -f "$file" ] || continue
        if [ -n "$interrupted" ] || [ $((until - $(now_ms))) -lt 1000 ]; then
            break
        fi
        shows "$file" $until || [ -n "$interrupted" ] || rm -- "$file"
    done
}

# --- the night ------------------------------------------------------------------------------------

# fuzz_target SECONDS: everything about $target.
fuzz_target() {
    corpus=$night/corpus/$target
    findings=$night/findings/$target
    state=$night/afl/$target
    logs=$night/log/$target
    stats=$night/stats/$target
    mkdir -p "$findings" "$logs"
    rm -rf "$state"
    seed "$target" "$corpus"
    entered=$(now_ms)
    recall $(($1 / 4 + 1))
    echo "target $target" >"$stats"
    each=$((($1 - ($(now_ms) - entered) / 1000) * 8 / 30))
    [ $each -ge 1 ] || each=1
    for round in libfuzzer afl cmplog; do
        [ -n "$interrupted" ] || round_$round $each
    done
    [ -n "$interrupted" ] || minimise $(($1 / 5 + 20))
    rm -rf "$state"
    [ -n "$interrupted" ] || judge_all
    [ -n "$interrupted" ] || cover
    printf 'corpus files %s bytes %s\n' "$(corpus_files "$corpus")" "$(corpus_bytes "$corpus")" >>"$stats"
    [ -n "$interrupted" ] || echo end >>"$stats"
}

summarise() {
    awk -v target="$target" '
        $1 == "run" { execs += $4; if (NF > 6 && (least == "" || $8 < least)) least = $8 }
        $1 == "corpus" { corpus = $3 " files, " $5 " bytes" }
        $1 == "coverage" { covered += $3; total += $4 }
        END {
            printf "  %s: %.0f execs, corpus %s, %d of %d lines", target, execs, corpus, covered, total
            if (least != "") printf ", stability %.2f %%", least / 100
            print ""
        }' "$stats"
}

[ -n "$targets" ] || targets=$(find "$root/build/fuzz-libfuzzer/fuzz" -maxdepth 1 -type f -perm -u+x \
    ! -name canary -printf '%f\n' | sort | tr '\n' ' ')
[ -n "$targets" ] || fail 'no targets are built in build/fuzz-libfuzzer' 3
rm -rf "$night/stats" "$night/scenarios" "$night/log"
mkdir -p "$night/stats" "$night/scenarios" "$night/log"
: >"$night/stats/night"
write_report
watch_canary

count=$(echo "$targets" | wc -w)
left=$count
deadline=$(($(now_ms) + seconds * 1000))
for target in $targets; do
    [ -z "$interrupted" ] || break
    share=$(((deadline - $(now_ms)) / 1000 / left))
    [ $share -ge 1 ] || share=1
    say "$target ($((count - left + 1)) of $count): $share s"
    fuzz_target $share
    summarise
    write_report
    left=$((left - 1))
done

if [ -z "$interrupted" ] && [ -z "$broken" ]; then
    echo complete >>"$night/stats/night"
fi
write_report
say "findings: $found; report: ${night#"$root"/}/report.json"
[ -z "$interrupted" ] || say 'interrupted; the report holds what was done, and the next call goes on from the corpus'
[ $found -eq 0 ] || exit 1
[ -z "$interrupted$broken" ] || exit 3
