# SPDX-License-Identifier: MIT
# Scenarios that run several times, and what is said of those that are not the same each time.

load helper

setup() {
    optimized
    export FICKLE_FILE=$work/loads
    passing a
    failing b
    scenario fickle fickle '{"connect": {}}, {"send": "hello"}, {"expect": "HELLO"}'
}

# repeat TIMES [OPTIONS]: of the whole suite; leaves a report.
repeat() {
    drill run --plugin-path "$DRILL_TEST_PLUGINS" --repeat "$1" --report "$work/report.json" "${@:2}" "$work/suite"
}

verdict() {
    json "$work/report.json" "it.results.find(r => r.id === '$1').verdict"
}

@test "a scenario that is not the same each time is flaky, in every world and with every -j" {
    for world in kernel sim both; do
        for workers in 1 4; do
            run -1 repeat 6 --world $world -j $workers
            has "$output" "FLAKY fickle"
            has "$output" "differs from run to run: of 6 runs"
            has "$output" "--repeat 6"
            has "$output" "3 scenarios"
            has "$output" "1 passed, 1 failed, 1 flaky"
            equals "$(verdict fickle)" flaky
            equals "$(verdict a)" pass
            equals "$(verdict b)" fail
            NODE_PATH=/usr/share/nodejs node "$DRILL_SOURCE_DIR/tests/schema/validate-report.js" \
                "$DRILL_SOURCE_DIR/reports/report.schema.json" "$work/report.json"
        done
    done
}

@test "how often which verdict came is counted, and what one that failed looked like is shown" {
    run -1 repeat 6 --world sim -j 1 --filter fickle
    has "$output" "of 6 runs 4 pass, 2 fail: expect: byte 0 differs from what was expected"
    has "$output" 'actual    "?????"'
    equals "$(json "$work/report.json" 'it.results[0].failure.step')" /steps/2
}

@test "what is the same each time has the report of one run, byte for byte" {
    rm "$work/suite/fickle.json"
    for world in kernel sim both; do
        run -1 drill run -q --world $world --report "$work/once.json" "$work/suite"
        run -1 repeat 5 --world $world
        cmp "$work/once.json" "$work/report.json"
    done
}

@test "crashes, hangs and leaks that come each time are what they are" {
    rm -r "$work/suite"
    troubles
    run -1 drill run -q --timeout 2 --plugin-path "$DRILL_TEST_PLUGINS" --report "$work/once.json" "$work/suite"
    run -1 repeat 2 --timeout 2
    cmp "$work/once.json" "$work/report.json"
}

@test "a flaky scenario is a failure that got worse, and one that is cured is fixed" {
    run -1 repeat 6 --world sim
    cp "$work/report.json" "$work/flaky.json"
    rm "$FICKLE_FILE"
    run -1 repeat 1 --world sim
    equals "$(verdict fickle)" pass
    run -1 drill diff "$work/report.json" "$work/flaky.json"
    has "$output" "fickle: pass, now flaky"
    run -0 drill diff "$work/flaky.json" "$work/report.json"
    has "$output" "fickle: flaky, now pass"
}

@test "numbers of runs that are none, or too many, are refused" {
    for number in 0 1001 abc ''; do
        run -2 --separate-stderr drill run --repeat "$number" "$work/suite"
        has "$stderr" "--repeat takes a number from 1 to 1000"
    done
    printf '{"title": "many", "server": {"plugin": "uppercase"}, "matrix": {"n": [%s]},
        "steps": [{"connect": {}}, {"send": "$n"}, {"expect": "$n"}]}' \
        "$(seq -s , -f '"%.0f"' 10001)" >"$work/suite/many.json"
    rm "$work/suite/fickle.json"
    run -2 --separate-stderr drill run --repeat 1000 --filter 'many*' "$work/suite"
    has "$stderr" "are more than 10000000 runs"
}
