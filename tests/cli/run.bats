# SPDX-License-Identifier: MIT
# sockdrill run: choosing scenarios, verdicts, exit codes, files.

load helper

# verdict ID: from $work/report.json.
verdict() {
    json "$work/report.json" "it.results.find(r => r.id === '$1').verdict"
}

@test "scenarios that pass: a summary and exit code 0" {
    passing a
    passing b
    run -0 --separate-stderr drill run "$work/suite"
    has "$output" "2 passed"
    equals "$stderr" ""
}

@test "a failure shows what was expected beside what came, and exits 1" {
    passing good
    failing bad
    run -1 drill run "$work/suite"
    has "$output" "bad"
    has "$output" "HELLA"
    has "$output" "HELLO"
    has "$output" "1 failed"
    has "$output" "1 passed"
}

@test "a plugin that crashes, exits, hangs or leaks costs its own verdict only" {
    troubles
    run -1 drill run --timeout 2 --plugin-path "$DRILL_TEST_PLUGINS" \
        --report "$work/report.json" "$work/suite"
    equals "$(verdict a-first)" pass
    equals "$(verdict crash)" crash
    equals "$(verdict exit)" crash
    equals "$(verdict hang)" hang
    equals "$(verdict leak)" leak
    equals "$(verdict wrong)" fail
    equals "$(verdict z-last)" pass
    equals "$(json "$work/report.json" it.complete)" true
    has "$output" "$work/report.json"
}

@test "reports are the same bytes for -j 1, -j 2 and -j 7, troubles included" {
    troubles
    for workers in 1 2 7; do
        run -1 drill run -q -j $workers --timeout 2 --plugin-path "$DRILL_TEST_PLUGINS" \
            --report "$work/report-$workers.json" "$work/suite"
    done
    cmp "$work/report-1.json" "$work/report-2.json"
    cmp "$work/report-1.json" "$work/report-7.json"
}

@test "--filter takes patterns, and ids letter for letter; several are alternatives" {
    passing tcp/one
    passing tcp/deep/two
    passing udp-three
    run -0 drill run --list "$work/suite"
    equals "$output" $'tcp/deep/two\ntcp/one\nudp-three'
    run -0 drill run --list --filter 'tcp/*' "$work/suite"
    equals "$output" $'tcp/deep/two\ntcp/one'
    run -0 drill run --list --filter tcp/one --filter 'udp*' "$work/suite"
    equals "$output" $'tcp/one\nudp-three'
    printf '{"matrix": {"n": [1, 2]}, "server": {"plugin": "uppercase"}, "steps": [{"connect": {}},
        {"send": {"fill": "a", "size": "$n"}}, {"expect": {"fill": "A", "size": "$n"}}]}' \
        >"$work/suite/odd[x].json"
    run -0 drill run --list --filter 'odd[x]#n=2' "$work/suite"
    equals "$output" 'odd[x]#n=2'
    run -0 drill run --filter 'odd[x]#n=2' "$work/suite"
    has "$output" "1 passed"
}

@test "--tag chooses by tag, together with --filter both must hold" {
    scenario a uppercase '{"connect": {}}, {"send": "x"}, {"expect": "X"}' '"tags": ["fast", "x"]'
    scenario b uppercase '{"connect": {}}, {"send": "x"}, {"expect": "X"}' '"tags": ["slow"]'
    passing c
    run -0 drill run --list --tag fast "$work/suite"
    equals "$output" a
    run -0 drill run --list --tag fast --tag slow "$work/suite"
    equals "$output" $'a\nb'
    run -0 drill run --list --tag fast --tag slow --filter b "$work/suite"
    equals "$output" b
}

@test "nothing matches: exit code 2 and what was asked for" {
    passing a
    run -2 --separate-stderr drill run --filter 'b*' --tag none "$work/suite"
    has "$stderr" "none of 1 scenario matches --filter 'b*' --tag 'none'"
    equals "$output" ""
    run -2 --separate-stderr drill run --list --filter nothing "$work/suite"
    has "$stderr" "--filter 'nothing'"
}

@test "a run in which everything was skipped exits 1" {
    scenario a uppercase '{"connect": {}}, {"send": "x"}, {"expect": "X"}' '"worlds": ["sim"]'
    run -1 --separate-stderr drill run --world kernel "$work/suite"
    has "$stderr" "every scenario was skipped: nothing was tested"
    passing b
    run -0 --separate-stderr drill run --world kernel "$work/suite"
    has "$output" "1 skipped"
}

@test "one bad file: the first fault of each file is printed, nothing is run, exit code 2" {
    passing good
    printf '{"server": {"plugin": "uppercase"}, "steps": 7}' >"$work/suite/bad.json"
    printf 'nonsense' >"$work/suite/worse.json"
    run -2 --separate-stderr drill run -v --report "$work/report.json" "$work/suite"
    has "$stderr" "$work/suite/bad.json:1:"
    has "$stderr" "$work/suite/worse.json:1:"
    equals "$output" ""
    [ ! -e "$work/report.json" ]
    [ ! -e "$work/report.json.partial" ]
}

@test "a plugin that crashes while it is loaded is bad input" {
    scenario boom crash-on-load '{"connect": {}}, {"send": "x"}, {"expect": "x"}'
    run -2 --separate-stderr drill run --plugin-path "$DRILL_TEST_PLUGINS/bad" "$work/suite"
    has "$stderr" "crash-on-load"
}

@test "an expected failure is no failure, an unexpected pass is one" {
    scenario known uppercase '{"connect": {}}, {"send": "x"}, {"expect": "y"}' \
        '"expect_failure": "the answer is X"'
    run -0 drill run --report "$work/report.json" "$work/suite"
    equals "$(verdict known)" expected-fail
    scenario known uppercase '{"connect": {}}, {"send": "x"}, {"expect": "X"}' \
        '"expect_failure": "the answer is X"'
    run -1 drill run --report "$work/report.json" "$work/suite"
    equals "$(verdict known)" unexpected-pass
}

@test "a plugin that keeps state between scenarios is found out" {
    for name in a b c; do
        scenario $name sticky '{"connect": {}}, {"send": "x"}, {"expect": "1\n"}'
    done
    run -1 drill run -j 1 --plugin-path "$DRILL_TEST_PLUGINS" --report "$work/report.json" \
        "$work/suite"
    has "$(cat "$work/report.json")" "keeps state between scenarios"
}

@test "the seed of a scenario can be overridden, and the report says which was used" {
    scenario a uppercase '{"connect": {}}, {"send": "x"}, {"expect": "X"}'
    run -0 drill run --report "$work/report.json" "$work/suite"
    equals "$(json "$work/report.json" 'it.results[0].seed')" 1
    run -0 drill run --seed 7 --report "$work/report.json" "$work/suite"
    equals "$(json "$work/report.json" 'it.results[0].seed')" 7
}

@test "-q prints the summary only, -v a line for every scenario" {
    passing a
    passing b
    run -0 drill run -q "$work/suite"
    has_not "$output" "b "
    has "$output" "2 passed"
    run -0 drill run -v "$work/suite"
    [ "${#lines[@]}" -ge 3 ]
    has "$output" "2 passed"
}

@test "--timings holds what the report leaves out, and the report holds none of it" {
    scenario crash crash '{"connect": {}}, {"send": "crash"}, {"expect": "never"}'
    run -1 drill run --plugin-path "$DRILL_TEST_PLUGINS" --report "$work/report.json" \
        --timings "$work/timings.json" "$work/suite"
    has "$(cat "$work/timings.json")" "SIGSEGV"
    [ "$(json "$work/timings.json" 'it.complete')" = true ]
    has_not "$(cat "$work/report.json")" "crash.so"
    has_not "$(cat "$work/report.json")" "$work"
    [ ! -e "$work/timings.json.partial" ]
}

@test "a release build symbolises the backtrace of a crash" {
    [ -x "${SOCKDRILL_RELEASE:-}" ] || skip "SOCKDRILL_RELEASE is not set"
    [ -e "${DRILL_TEST_PLUGINS_RELEASE:-}/crash.so" ] || skip "no test plugins of that build"
    scenario crash crash '{"connect": {}}, {"send": "crash"}, {"expect": "never"}'
    SOCKDRILL=$SOCKDRILL_RELEASE run -1 drill run --plugin-path "$DRILL_TEST_PLUGINS_RELEASE" \
        "$work/suite"
    has "$output" "SIGSEGV"
    has "$output" "crash.c:"
}

@test "numbers that are none are refused with exit code 2" {
    passing a
    for number in 0 -1 x 1x 257 99999999999999999999 '' ' 1' 0x1; do
        run -2 --separate-stderr drill run -j "$number" "$work/suite"
        has "$stderr" "-j takes a number from 1"
    done
    for number in 0 -1 x 18446744073709551616; do
        run -2 --separate-stderr drill run --seed "$number" "$work/suite"
        has "$stderr" "--seed takes a number"
    done
    for seconds in 0 0.0 -1 x 1e9 nan 1000001; do
        run -2 --separate-stderr drill run --timeout "$seconds" "$work/suite"
        has "$stderr" "--timeout takes seconds"
    done
    run -2 --separate-stderr drill run --report same --timings same "$work/suite"
    has "$stderr" "cannot share the file"
}

@test "a report that cannot be written is exit code 3 before anything runs" {
    passing a
    run -3 --separate-stderr drill run -v --report "$work/nowhere/report.json" "$work/suite"
    has "$stderr" "$work/nowhere/report.json"
    equals "$output" ""
    mkdir "$work/folder"
    run -3 --separate-stderr drill run --report "$work/folder" "$work/suite"
    [ -n "$stderr" ]
    run -3 --separate-stderr drill run --timings "$work/nowhere/timings.json" \
        --report "$work/report.json" "$work/suite"
    has "$stderr" "$work/nowhere/timings.json"
}

@test "a folder without write permission is exit code 3" {
    [ "$(id -u)" -ne 0 ] || skip "root may write everything"
    passing a
    mkdir "$work/locked"
    chmod 500 "$work/locked"
    run -3 --separate-stderr drill run --report "$work/locked/report.json" "$work/suite"
    has "$stderr" "Permission denied"
}

@test "a full disk under the terminal output is exit code 3, and the report is still there" {
    [ -e /dev/full ] || skip "this system has no /dev/full"
    passing a
    run -3 --separate-stderr bash -c '"$0" run --report "$1/report.json" "$1/suite" >/dev/full' \
        "$SOCKDRILL" "$work"
    has "$stderr" "standard output could not be written: No space left on device"
    [ -e "$work/report.json" ]
}

@test "a report that does not fit is exit code 3, and what is written is whole and says so" {
    passing a
    scenario big uppercase '{"repeat": 40, "steps": [{"connect": {}, "as": "c[$i]"},
        {"send": "x", "as": "c[$i]"}, {"expect": "X", "as": "c[$i]"}]}'
    run -3 bash -c 'ulimit -f 4; exec "$0" run -j 1 --report "$1/small.json" "$1/suite"' \
        "$SOCKDRILL" "$work"
    has "$output" "File too large"
    equals "$(json "$work/small.json" it.complete)" false
    equals "$(json "$work/small.json" 'it.results.map(r => r.id)')" '["a"]'
}

@test "reports carry no trace of where and when: two copies of a suite give the same bytes" {
    passing a
    failing b
    run -1 drill run --report "$work/one.json" "$work/suite"
    mkdir "$work/elsewhere"
    cp -r "$work/suite" "$work/elsewhere/other-name"
    cd "$work/elsewhere"
    run -1 drill run --report "$work/two.json" other-name
    cmp "$work/one.json" "$work/two.json"
}

@test "reports and timings are valid against their schemas" {
    NODE_PATH=${NODE_PATH:-/usr/share/nodejs} node -e 'require("ajv")' 2>/dev/null ||
        skip "ajv is not installed"
    troubles
    run -1 drill run --timeout 2 --plugin-path "$DRILL_TEST_PLUGINS" \
        --report "$work/report.json" --timings "$work/timings.json" "$work/suite"
    for kind in report timings; do
        NODE_PATH=${NODE_PATH:-/usr/share/nodejs} run -0 node -e '
            const fs = require("fs"), Ajv = require("ajv");
            const read = name => JSON.parse(fs.readFileSync(name, "utf8"));
            const ajv = new Ajv({allErrors: true});
            if (!ajv.validate(read(process.argv[1]), read(process.argv[2]))) {
                console.log(ajv.errors);
                process.exit(1);
            }' "$DRILL_SOURCE_DIR/reports/$kind.schema.json" "$work/$kind.json"
    done
}

@test "a plugin that changes the working folder harms no other, wherever plugins are looked for" {
    scenario a-wanders wanderer '{"connect": {}}, {"send": "cd"}, {"expect": "ok"}'
    scenario b-stays dual '{"connect": {}}, {"send": "x"}, {"expect": "x"}'
    cd "$DRILL_TEST_PLUGINS/.."
    run -0 drill run -j 1 --plugin-path "${DRILL_TEST_PLUGINS##*/}" "$work/suite"
    has "$output" "2 passed"
}

@test "a report without a name is bad usage" {
    passing a
    run -2 --separate-stderr drill run --report= "$work/suite"
    has "$stderr" "--report needs the name of a file"
    run -2 --separate-stderr drill run --timings= "$work/suite"
    has "$stderr" "--timings needs the name of a file"
}
