# SPDX-License-Identifier: MIT
# run --rerun: what failed, did not run, is new or edited is played; the rest comes from an old report.

load helper

setup() {
    optimized
}

# edit FROM TO STATEMENTS: a report changed by JavaScript about `it`.
edit() {
    node -e 'const fs = require("fs"), it = JSON.parse(fs.readFileSync(process.argv[1], "utf8"));
        eval(process.argv[3]);
        fs.writeFileSync(process.argv[2], JSON.stringify(it));' "$@"
}

# again OPTIONS...: the ids that would be played again.
again() {
    drill run --list --rerun "$work/old.json" "$@" "$work/suite"
}

suite() {
    passing a
    passing b
    passing c
    failing wrong
    scenario known uppercase '{"connect": {}}, {"send": "x"}, {"expect": "y"}' '"expect_failure": "the answer is X"'
    run -1 drill run -q --report "$work/old.json" "$work/suite"
}

@test "a failure is mended: it alone is played, and the report is that of a full run, byte for byte" {
    suite
    passing wrong
    run -0 --separate-stderr drill run -v --rerun "$work/old.json" --report "$work/new.json" "$work/suite"
    equals "$stderr" ""
    has "$output" "1 of 5 scenarios run again, the others are taken from the old report"
    has "$output" "4 passed"
    has_not "$output" "b  "
    run -0 drill run -q --report "$work/full.json" "$work/suite"
    cmp "$work/full.json" "$work/new.json"
}

@test "old and new report may be the same file" {
    suite
    cp "$work/old.json" "$work/kept.json"
    run -1 drill run -q --rerun "$work/old.json" --report "$work/old.json" "$work/suite"
    cmp "$work/kept.json" "$work/old.json"
    passing wrong
    run -0 drill run -q --rerun "$work/old.json" --report "$work/old.json" "$work/suite"
    run -0 drill run -q --report "$work/full.json" "$work/suite"
    cmp "$work/full.json" "$work/old.json"
}

@test "the exit code is that of the merged report" {
    suite
    passing d
    run -1 drill run -q --rerun "$work/old.json" --report "$work/new.json" "$work/suite"
    run -1 drill run -q --report "$work/full.json" "$work/suite"
    cmp "$work/full.json" "$work/new.json"
    passing wrong
    run -0 drill run -q --rerun "$work/new.json" --report "$work/new.json" "$work/suite"
    run -0 drill run --rerun "$work/new.json" --report "$work/newer.json" "$work/suite"
    has "$output" "0 of 6 scenarios run again"
    cmp "$work/new.json" "$work/newer.json"
}

@test "new, edited and removed scenarios, and those that did not run" {
    suite
    equals "$(again)" wrong
    passing added
    equals "$(again)" $'added\nwrong'
    scenario b uppercase '{"connect": {}}, {"send": "other"}, {"expect": "OTHER"}'
    rm "$work/suite/c.json"
    equals "$(again)" $'added\nb\nwrong'
    edit "$work/old.json" "$work/old.json" 'it.complete = false; it.results.shift()'
    equals "$(again)" $'a\nadded\nb\nwrong'
    run -1 drill run -q --rerun "$work/old.json" --report "$work/new.json" "$work/suite"
    run -1 drill run -q --report "$work/full.json" "$work/suite"
    cmp "$work/full.json" "$work/new.json"
    equals "$(json "$work/new.json" 'it.results.map(r => r.id).join()')" a,added,b,known,wrong
}

@test "skipped scenarios, another seed, world or plugin are no repetition" {
    suite
    equals "$(again --seed 1)" wrong
    equals "$(again --seed 2 | wc -l)" 5
    equals "$(again --world sim | wc -l)" 5
    edit "$work/old.json" "$work/old.json" 'it.results[0].plugin.version = "0.9"; it.results[1].tags = ["x"]'
    equals "$(again)" $'a\nb\nwrong'
    scenario only uppercase '{"connect": {}}, {"send": "x"}, {"expect": "X"}' '"worlds": ["sim"]'
    run -1 drill run -q --world kernel --report "$work/old.json" "$work/suite"
    equals "$(again --world kernel)" $'only\nwrong'
    run -1 drill run -q --world kernel --rerun "$work/old.json" --report "$work/new.json" "$work/suite"
    cmp "$work/old.json" "$work/new.json"
}

@test "a report of another version or kind of build gives no results" {
    suite
    edit "$work/old.json" "$work/other.json" 'it.build = it.build === "plain" ? "sanitized" : "plain"'
    run -1 drill run --rerun "$work/other.json" --report "$work/new.json" "$work/suite"
    has "$output" "5 of 5 scenarios run again"
    has "$output" "of another version or kind of build"
    cmp "$work/old.json" "$work/new.json"
    edit "$work/old.json" "$work/other.json" 'it.version = "0.0.1"'
    run -1 drill run --rerun "$work/other.json" "$work/suite"
    has "$output" "5 of 5 scenarios run again"
}

@test "with filters and shards the report is the one of a run with them" {
    suite
    passing wrong
    for options in "--filter [ab]" "--shard 2/2 --filter *" "--shard 1/2"; do
        set -f
        run -0 drill run -q --rerun "$work/old.json" --report "$work/new.json" $options "$work/suite"
        run -0 drill run -q --report "$work/full.json" $options "$work/suite"
        set +f
        cmp "$work/full.json" "$work/new.json"
        # The report of a shard is an old report like any other.
        run -0 drill run -q --rerun "$work/new.json" --report "$work/newer.json" "$work/suite"
        run -0 drill run -q --report "$work/full.json" "$work/suite"
        cmp "$work/full.json" "$work/newer.json"
    done
}

@test "what is taken is in the partial report from the start, and a killed rerun can be rerun" {
    passing a
    passing b
    scenario hang hang '{"connect": {}}, {"send": "hang"}, {"expect": "never"}'
    run -1 drill run -q --timeout 1 --plugin-path "$DRILL_TEST_PLUGINS" --report "$work/old.json" "$work/suite"
    rm "$work/suite/b.json"
    passing c
    mkfifo "$work/said"
    "$SOCKDRILL" run -j 1 -v --timeout 60 --plugin-path "$DRILL_TEST_PLUGINS" --rerun "$work/old.json" --report "$work/old.json" \
        "$work/suite" >"$work/said" 3>&- &
    runner=$!
    exec {said_out}<"$work/said"
    line=
    while [[ $line != "PASS c"* ]]; do
        IFS= read -r -t "$patience" -u $said_out line || fail "the run ended before its time"
    done
    kill -KILL "$runner"
    ended "$runner" $said_out # the workers hold the pipe as well
    equals "$(json "$work/old.json.partial" 'it.results.map(r => r.id).join()')" a,c
    equals "$(json "$work/old.json" 'it.results.map(r => r.id).join()')" a,b,hang
    passing hang
    run -0 drill run --plugin-path "$DRILL_TEST_PLUGINS" --rerun "$work/old.json.partial" --report "$work/old.json" \
        "$work/suite"
    has "$output" "1 of 3 scenarios run again"
    [ ! -e "$work/old.json.partial" ]
    run -0 drill run -q --report "$work/full.json" "$work/suite"
    cmp "$work/full.json" "$work/old.json"
}

@test "an old report that is none is refused before anything runs" {
    suite
    echo '{}' >"$work/none.json"
    for old in "$work/none.json" "$work/nowhere.json"; do
        run -2 --separate-stderr drill run -v --rerun "$old" --report "$work/new.json" "$work/suite"
        has "$stderr" "$old:"
        equals "$output" ""
        [ ! -e "$work/new.json" ]
    done
    run -2 --separate-stderr drill run --rerun= "$work/suite"
    has "$stderr" "--rerun needs the name of a report"
}
