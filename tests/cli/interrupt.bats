# SPDX-License-Identifier: MIT
# Runs that do not come to their end: signals, kill -9, a pipe that closes.

load helper

# Two scenarios: one that passes at once, and one that would hang for a minute.
setup() {
    passing a
    scenario b hang '{"connect": {}}, {"send": "hang"}, {"expect": "never"}'
}

# start_run: starts it and waits until the first scenario is kept. Sets `runner` and `run_out`.
start_run() {
    mkfifo "$work/run.out"
    "$SOCKDRILL" run -v -j 1 --timeout 60 --plugin-path "$DRILL_TEST_PLUGINS" \
        --report "$work/report.json" "$work/suite" >"$work/run.out" 2>"$work/run.err" 3>&- &
    runner=$!
    exec {run_out}<"$work/run.out"
    local line
    IFS= read -r -t "$patience" -u "$run_out" line
    has "$line" a
}

@test "kill -9 in the middle leaves what had finished, readable, and no process behind" {
    start_run
    kill -KILL "$runner"
    ended "$runner" "$run_out" # the workers hold the pipe as well
    equals "$code" 137
    [ ! -e "$work/report.json" ]
    equals "$(json "$work/report.json.partial" it.complete)" false
    equals "$(json "$work/report.json.partial" 'it.results.map(r => r.id + " " + r.verdict)')" \
        '["a pass"]'
}

@test "SIGINT and SIGTERM write the report of what had finished, say so, and exit 3" {
    for signal in INT TERM; do
        rm -f "$work"/run.* "$work"/report.*
        start_run
        kill -$signal "$runner"
        ended "$runner" "$run_out"
        equals "$code" 3
        equals "$(json "$work/report.json" it.complete)" false
        equals "$(json "$work/report.json" 'it.results.map(r => r.id)')" '["a"]'
        has "$said" "stopped after 1 of 2 scenarios"
        [ ! -e "$work/report.json.partial" ]
    done
}

@test "a run after an interrupted one starts afresh" {
    start_run
    kill -KILL "$runner"
    ended "$runner" "$run_out"
    run -0 drill run --filter a --report "$work/report.json" --plugin-path "$DRILL_TEST_PLUGINS" \
        "$work/suite"
    equals "$(json "$work/report.json" it.complete)" true
    [ ! -e "$work/report.json.partial" ]
}

@test "whoever stops reading stops the run: exit code 3, and the report is kept" {
    rm "$work/suite/b.json"
    for number in 1 2 3 4 5 6 7 8; do
        passing "c$number"
    done
    mkfifo "$work/pipe"
    run bash -c 'exec 5<>"$1/pipe" 4>"$1/pipe" 5<&-
        "$0" run -v -j 1 --report "$1/report.json" "$1/suite" >&4; echo "code $?"' \
        "$SOCKDRILL" "$work"
    has "$output" "Broken pipe"
    has "$output" "code 3"
    json "$work/report.json" it.complete
}
