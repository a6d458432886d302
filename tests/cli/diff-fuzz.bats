# SPDX-License-Identifier: MIT
# What changed from one night of fuzzing to another, as the command tells it.

load helper

# night NAME LINE...: the report of a night in which one target left these lines, as well.
night() {
    local name=$1
    shift
    rm -rf "$work/stats"
    mkdir "$work/stats"
    echo complete >"$work/stats/night"
    printf '%s\n' 'target tape-x' 'run afl execs 100000 ms 10000 stability 10000' "$@" end >"$work/stats/tape-x"
    drill fuzz-report -o "$work/$name.json" "$work/stats"
}

setup() {
    night old 'finding x:leak' 'coverage core/loop.c 80 100' 'corpus files 100 bytes 1000'
    night new 'finding x:crash:f sim crash kernel crash scenario x.json' 'coverage core/loop.c 60 100' \
        'corpus files 100 bytes 1000'
}

@test "a night and itself do not differ, in any face" {
    run -0 --separate-stderr drill diff --strict "$work/old.json" "$work/old.json"
    equals "$stderr" ""
    equals "$output" "1 finding in both
Nothing changed beyond noise."
    run -0 drill diff --strict --format markdown "$work/old.json" "$work/old.json"
    has "$output" "## sockdrill diff: fuzzing"
    run -0 drill diff --strict --format json "$work/old.json" "$work/old.json"
    has "$output" '"changes": []'
}

@test "a new finding and lost coverage come first, and make the exit code 1" {
    run -1 --separate-stderr drill diff "$work/old.json" "$work/new.json"
    equals "$stderr" ""
    equals "$output" "new finding (1)
  tape-x, x:crash:f: new, simulated crash, on real sockets crash, x.json
coverage lost (1)
  tape-x, core/loop.c: 80 of 100 lines, now 60 of 100
finding gone (1)
  tape-x, x:leak: not judged, no scenario

1 new finding; 1 coverage lost; 1 finding gone; 0 findings in both
Something got worse."
}

@test "what is told and not worse is exit code 0, and 1 with --strict" {
    night less 'coverage core/loop.c 80 100' 'corpus files 100 bytes 1000'
    run -0 drill diff "$work/old.json" "$work/less.json"
    has "$output" "finding gone (1)"
    has "$output" "Nothing got worse."
    run -1 drill diff --strict "$work/old.json" "$work/less.json"
}

@test "the JSON matches its schema and is the same every time" {
    run -1 drill diff --format json -o "$work/a.json" "$work/old.json" "$work/new.json"
    run -1 drill diff --format json -o "$work/b.json" "$work/old.json" "$work/new.json"
    cmp "$work/a.json" "$work/b.json"
    NODE_PATH=/usr/share/nodejs node "$DRILL_SOURCE_DIR/tests/schema/validate-report.js" \
        "$DRILL_SOURCE_DIR/reports/fuzz-diff.schema.json" "$work/a.json"
    equals "$(json "$work/a.json" 'it.changes.map(c => `${c.category} ${c.item}`).join()')" \
        "new-finding x:crash:f,coverage-lost core/loop.c,gone-finding x:leak"
}

@test "the report of a night and that of a run are not compared, and the sentence tells which is which" {
    passing a
    drill run -q --world sim --report "$work/run.json" "$work/suite"
    sentence="\"$work/old.json\" is the report of a night of fuzzing, and \"$work/run.json\" that of a run"
    run -2 --separate-stderr drill diff "$work/old.json" "$work/run.json"
    has "$stderr" "$sentence"
    equals "$output" ""
    run -2 --separate-stderr drill diff "$work/run.json" "$work/old.json"
    has "$stderr" "$sentence"
}

@test "what is no whole fuzz report, or a newer one, is refused with one sentence and its place" {
    refuse() {
        run -2 --separate-stderr drill diff "$work/old.json" "$1"
        has "$stderr" "$2"
        equals "$output" ""
        equals "$(wc -l <<<"$stderr")" 1
    }
    head -c 300 "$work/new.json" >"$work/short.json"
    refuse "$work/short.json" "short.json:"
    refuse "$work/short.json" "ends in the middle of a fuzz report"
    sed 's/"schema": 1/"schema": 2/' "$work/new.json" >"$work/newer.json"
    refuse "$work/newer.json" "is of version 2"
    sed 's/"tool": "sockdrill"/"tool": "other"/' "$work/new.json" >"$work/foreign.json"
    refuse "$work/foreign.json" "(at /tool)"
    sed 's/"lines_total": 100/"lines_total": 10/' "$work/new.json" >"$work/wrong.json"
    refuse "$work/wrong.json" "(at /targets/0/coverage/0/lines_covered)"
    run -1 drill diff --format json -o "$work/diff.json" "$work/old.json" "$work/new.json"
    refuse "$work/diff.json" "not a report of sockdrill"
}
