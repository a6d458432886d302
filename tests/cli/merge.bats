# SPDX-License-Identifier: MIT
# run --shard and sockdrill merge: several machines play a suite, and one report comes out.

load helper

setup() {
    optimized
}

# suite: enough scenarios for shards, a matrix whose order is not that of the alphabet, and failures.
suite() {
    for name in a b c d e f; do
        passing tcp/$name
    done
    failing tcp/wrong
    printf '{"matrix": {"n": [10, 9, 1]}, "server": {"plugin": "uppercase"}, "steps": [{"connect": {}},
        {"send": {"fill": "a", "size": "$n"}}, {"expect": {"fill": "A", "size": "$n"}}]}' \
        >"$work/suite/many.json"
    passing many-more
    scenario sim-only uppercase '{"connect": {}}, {"send": "x"}, {"expect": "X"}' '"worlds": ["sim"]'
    printf '{"title": "A \\"suite\\""}' >"$work/suite/suite.json"
}

# shards N OPTIONS...: writes N.I.json for each I; what fails fails in its shard.
shards() {
    local count=$1 index code
    shift
    for index in $(seq "$count"); do
        code=0
        drill run -q --shard "$index/$count" --report "$work/$count.$index.json" "$@" >/dev/null || code=$?
        [ $code -le 1 ] || fail "shard $index/$count: exit code $code"
    done
}

valid() {
    NODE_PATH=/usr/share/nodejs node "$DRILL_SOURCE_DIR/tests/schema/validate-report.js" \
        "$DRILL_SOURCE_DIR/reports/report.schema.json" "$1"
}

# refused FILE SENTENCE: with the first of three shards.
refused() {
    run -2 --separate-stderr drill merge -o "$work/merged.json" "$work/3.1.json" "$1"
    has "$stderr" "$2"
    has "$stderr" "$1:"
    equals "$(wc -l <<<"$stderr")" 1
    [ ! -e "$work/merged.json" ] || fail "something was written"
}

# edit FROM TO STATEMENTS: a report changed by JavaScript about `it`.
edit() {
    node -e 'const fs = require("fs"), it = JSON.parse(fs.readFileSync(process.argv[1], "utf8"));
        eval(process.argv[3]);
        fs.writeFileSync(process.argv[2], JSON.stringify(it));' "$@"
}

@test "shards put together are the report of the whole run, byte for byte" {
    suite
    run -1 drill run -q --report "$work/whole.json" "$work/suite"
    for count in 1 2 3 5 40; do
        shards $count "$work/suite"
        run -1 --separate-stderr drill merge -o "$work/merged.json" $(ls -r "$work/$count".*.json)
        equals "$output" ""
        equals "$stderr" "sockdrill merge: 1 of 12 scenarios failed"
        cmp "$work/whole.json" "$work/merged.json"
    done
    valid "$work/whole.json"
    valid "$work/3.1.json"
}

@test "every scenario is in one shard, by its id alone" {
    suite
    run -0 drill run --list "$work/suite"
    sort <<<"$output" >"$work/all"
    for index in 1 2 3; do
        drill run --list --shard $index/3 "$work/suite"
    done | sort >"$work/parts"
    cmp "$work/all" "$work/parts"
    # XXH3-64 of these ids modulo 3, which never changes.
    run -0 drill run --list --shard 3/3 --filter "tcp/*" "$work/suite"
    equals "$output" "$(printf "%s\n" tcp/a tcp/b tcp/c tcp/d tcp/f)"
    rm "$work/suite/tcp/a.json" "$work/suite/many.json"
    run -0 drill run --list --shard 3/3 --filter "tcp/*" "$work/suite"
    equals "$output" "$(printf "%s\n" tcp/b tcp/c tcp/d tcp/f)"
}

@test "filters, worlds and seeds are those of the whole run" {
    suite
    for options in "--world sim --seed 7" "--filter tcp/*"; do
        set -f
        drill run -q --report "$work/whole.json" $options "$work/suite" || [ $? -eq 1 ]
        shards 3 $options "$work/suite"
        set +f
        run -1 drill merge -o "$work/merged.json" "$work"/3.*.json
        cmp "$work/whole.json" "$work/merged.json"
    done
}

@test "a suite that passes is exit code 0, and the report goes to standard output" {
    passing a
    passing b
    run -0 drill run -q --report "$work/whole.json" "$work/suite"
    shards 2 "$work/suite"
    run -0 --separate-stderr bash -c '"$0" merge "$1" "$2" >"$3"' "$SOCKDRILL" "$work/2.1.json" "$work/2.2.json" \
        "$work/merged.json"
    equals "$stderr" ""
    cmp "$work/whole.json" "$work/merged.json"
}

@test "a shard may be empty: it says so, and its report can be merged" {
    passing only
    for index in 1 2; do
        run -0 drill run --shard $index/2 --report "$work/2.$index.json" --timings "$work/timings.json" \
            --trace "$work/trace.json" --pcap "$work/captures" "$work/suite"
        sizes+="$(json "$work/2.$index.json" it.results.length) "
        has "$output" "shard $index of 2: $(json "$work/2.$index.json" it.results.length) of 1 scenarios"
        valid "$work/2.$index.json"
    done
    has "0 1 0 " "$sizes"
    drill run -q --report "$work/whole.json" "$work/suite"
    run -0 drill merge -o "$work/merged.json" "$work/2.1.json" "$work/2.2.json"
    cmp "$work/whole.json" "$work/merged.json"
    # Without it nothing is lacking; with it alone there is everything.
    has "$sizes" 1
    for index in 1 2; do
        code=0
        drill merge -o "$work/merged.json" "$work/2.$index.json" 2>"$work/told" || code=$?
        if [ "$(json "$work/2.$index.json" it.results.length)" = 1 ]; then
            equals $code 0
            cmp "$work/whole.json" "$work/merged.json"
        else
            equals $code 3
            has "$(cat "$work/told")" "shard $((3 - index)) of 2 is missing"
        fi
    done
}

@test "nothing that matches is bad usage in a shard, too" {
    passing a
    run -2 --separate-stderr drill run --shard 1/2 --filter b "$work/suite"
    has "$stderr" "none of 1 scenario matches"
}

@test "a missing shard costs its results, and is told" {
    suite
    drill run -q --report "$work/whole.json" "$work/suite" || [ $? -eq 1 ]
    shards 3 "$work/suite"
    run -3 --separate-stderr drill merge -o "$work/merged.json" "$work/3.3.json" "$work/3.1.json"
    has "$stderr" "sockdrill merge: shard 2 of 3 is missing"
    has "$stderr" "of 12 scenarios have a result"
    valid "$work/merged.json"
    equals "$(json "$work/merged.json" it.complete)" false
    equals "$(json "$work/merged.json" it.summary.planned)" 12
    # What is there stands as in the whole.
    ids=$(json "$work/3.2.json" 'it.results.map(r => r.id)')
    edit "$work/whole.json" "$work/rest.json" "it.results = it.results.filter(r => !$ids.includes(r.id))"
    equals "$(json "$work/merged.json" it.results)" "$(json "$work/rest.json" it.results)"
}

@test "a shard that was stopped gives what had finished" {
    suite
    drill run -q --report "$work/whole.json" "$work/suite" || [ $? -eq 1 ]
    shards 2 "$work/suite"
    # As a killed run leaves it: in the order of finishing, not complete.
    edit "$work/2.1.json" "$work/2.1.json.partial" 'it.complete = false; it.results.reverse(); it.results.pop()'
    run -3 --separate-stderr drill merge -o "$work/merged.json" "$work/2.1.json.partial" "$work/2.2.json"
    has "$stderr" "shard 1 of 2 is not complete: $work/2.1.json.partial"
    has "$stderr" "11 of 12 scenarios have a result"
    equals "$(json "$work/merged.json" it.summary.total)" 11
    lost=$(json "$work/2.1.json" it.results[0].id)
    equals "$(json "$work/merged.json" 'it.results.map(r => r.id)')" \
        "$(json "$work/whole.json" "it.results.map(r => r.id).filter(id => id !== '$lost')")"
    # Killed after its last result, it lacks nothing.
    edit "$work/2.1.json" "$work/2.1.json.partial" 'it.complete = false; it.results.reverse()'
    run -1 drill merge -o "$work/merged.json" "$work/2.1.json.partial" "$work/2.2.json"
    cmp "$work/whole.json" "$work/merged.json"
}

@test "what does not belong together is refused with one sentence, and nothing is written" {
    suite
    shards 3 "$work/suite"
    refused "$work/3.1.json" "this is shard 1 of 3, and so is"
    cp "$work/3.2.json" "$work/good.json"
    edit "$work/good.json" "$work/3.2.json" 'it.version = "0.0.9"'
    refused "$work/3.2.json" "the version of sockdrill is not the same as in \"$work/3.1.json\""
    edit "$work/good.json" "$work/3.2.json" 'it.build = it.build === "plain" ? "sanitized" : "plain"'
    refused "$work/3.2.json" "the kind of build is not"
    edit "$work/good.json" "$work/3.2.json" 'it.title = "Another suite"'
    refused "$work/3.2.json" "the suite is not"
    edit "$work/good.json" "$work/3.2.json" 'it.results[0].place = it.results[1].place'
    refused "$work/3.2.json" "stands where another one does"
    edit "$work/good.json" "$work/3.2.json" 'it.results[0].place = 12'
    refused "$work/3.2.json" "has no place in the whole"
    edit "$work/good.json" "$work/3.2.json" 'it.results[0].id = "tcp/a"'
    refused "$work/3.2.json" "is not of this shard"
    edit "$work/good.json" "$work/3.2.json" 'it.shard.index = 4'
    refused "$work/3.2.json" "a shard that cannot be"
    edit "$work/good.json" "$work/3.2.json" 'it.shard.planned = 1e15'
    refused "$work/3.2.json" "a shard that cannot be"
    drill run -q --shard 2/3 --seed 5 --report "$work/3.2.json" "$work/suite" || [ $? -eq 1 ]
    refused "$work/3.2.json" "scenarios, plugins, worlds or seeds are not"
    drill run -q --shard 2/3 --filter 't*' --report "$work/3.2.json" "$work/suite" || [ $? -eq 1 ]
    refused "$work/3.2.json" "the scenarios that were asked for are not"
    shards 4 "$work/suite"
    refused "$work/4.2.json" "the number of shards is not"
    passing tcp/wrong
    drill run -q --shard 2/3 --report "$work/3.2.json" "$work/suite"
    refused "$work/3.2.json" "scenarios, plugins, worlds or seeds are not"
    drill run -q --report "$work/whole.json" "$work/suite"
    refused "$work/whole.json" "the report of a whole run"
    head -c 300 "$work/good.json" >"$work/short.json"
    refused "$work/short.json" "ends in the middle of a report"
    refused "$work/nowhere.json" "No such file"
}

@test "every scenario skipped is a failure of the whole, not of a shard" {
    scenario a uppercase '{"connect": {}}, {"send": "x"}, {"expect": "X"}' '"worlds": ["sim"]'
    shards 2 --world kernel "$work/suite"
    run -1 --separate-stderr drill merge -o "$work/merged.json" "$work/2.1.json" "$work/2.2.json"
    has "$stderr" "every scenario was skipped: nothing was tested"
    run -1 drill run -q --world kernel --report "$work/whole.json" "$work/suite"
    cmp "$work/whole.json" "$work/merged.json"
    run -0 drill run -q --world kernel --shard 1/1 "$work/suite"
}

@test "the merged report appears by rename, or not at all" {
    passing a
    shards 1 "$work/suite"
    echo "an older report" >"$work/merged.json"
    run -3 --separate-stderr bash -c 'ulimit -f 1; exec "$0" merge -o "$1/merged.json" "$1/1.1.json"' \
        "$SOCKDRILL" "$work"
    has "$stderr" "File too large"
    equals "$(cat "$work/merged.json")" "an older report"
    equals "$(ls "$work" | grep merged)" merged.json
    run -3 --separate-stderr drill merge -o "$work/nowhere/merged.json" "$work/1.1.json"
    has "$stderr" "its folder does not exist"
    [ -e /dev/full ] || skip "this system has no /dev/full"
    run -3 --separate-stderr drill merge -o /dev/full "$work/1.1.json"
    has "$stderr" "No space left on device"
    run -3 --separate-stderr bash -c '"$0" merge "$1" >/dev/full' "$SOCKDRILL" "$work/1.1.json"
    has "$stderr" "No space left on device"
}

@test "shards that cannot be are refused with exit code 2" {
    passing a
    for shard in 0/2 3/2 1/0 1 / 1/ /1 1/2/3 -1/2 1/10001 a/b '' ' 1/2' 1/2x; do
        run -2 --separate-stderr drill run --shard "$shard" "$work/suite"
        has "$stderr" "--shard takes I/N"
    done
    run -2 --separate-stderr drill merge
    has "$stderr" "name the reports of all shards"
    run -2 --separate-stderr drill merge --out= "$work/a.json"
    has "$stderr" "--out needs the name of a file"
}
