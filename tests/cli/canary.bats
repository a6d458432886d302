# SPDX-License-Identifier: MIT
# A test suite that cannot fail proves nothing: this scenario must be seen to fail.

load helper

@test "the canary fails, with what was expected beside what came, and exit code 1" {
    run -1 drill run --report "$work/report.json" "$DRILL_SOURCE_DIR/tests/canary"
    has "$output" "must-fail"
    has "$output" "CANERY"
    has "$output" "CANARY"
    has "$output" "$work/report.json"
    equals "$(json "$work/report.json" 'it.summary.fail')" 1
}
