# SPDX-License-Identifier: MIT
# sockdrill check: validates and runs nothing.

load helper

@test "check counts the scenarios that are well" {
    passing a
    run -0 --separate-stderr drill check "$work/suite"
    equals "$output" "1 scenario ok"
    equals "$stderr" ""
    passing b
    failing c # wrong when played, but written correctly
    run -0 drill check "$work/suite/a.json" "$work/suite/b.json" "$work/suite/c.json"
    equals "$output" "3 scenarios ok"
}

@test "check reports the first fault of each file with file, line and column, and exits 2" {
    passing good
    printf '{\n  "server": {"plugin": "uppercase"},\n  "stepps": []\n}\n' >"$work/suite/bad.json"
    printf '{"server": {"plugin": "upercase"}, "steps": [{"connect": {}}, {"expect": "x"}]}\n' \
        >"$work/suite/worse.json"
    run -2 --separate-stderr drill check "$work/suite"
    equals "$output" ""
    has "$stderr" "$work/suite/bad.json:3:"
    has "$stderr" "stepps"
    has "$stderr" "$work/suite/worse.json:1:"
    has "$stderr" "uppercase"
}

@test "check refuses a path that is not there, and a folder without scenarios" {
    run -2 --separate-stderr drill check "$work/nowhere"
    has "$stderr" "$work/nowhere"
    mkdir "$work/empty"
    run -2 --separate-stderr drill check "$work/empty"
    [ -n "$stderr" ]
}

@test "check does not run what it checks: a plugin that crashes when used passes" {
    scenario boom crash '{"connect": {}}, {"send": "crash"}, {"expect": "never"}'
    run -0 drill check --plugin-path "$DRILL_TEST_PLUGINS" "$work/suite"
    equals "$output" "1 scenario ok"
}

@test "check survives a plugin that crashes while it is loaded, and refuses it" {
    scenario boom crash-on-load '{"connect": {}}, {"send": "x"}, {"expect": "x"}'
    run -2 --separate-stderr drill check --plugin-path "$DRILL_TEST_PLUGINS/bad" "$work/suite"
    has "$stderr" "boom.json:1:"
    has "$stderr" "crash-on-load"
}

@test "check refuses a file without read permission" {
    [ "$(id -u)" -ne 0 ] || skip "root may read everything"
    passing secret
    chmod 000 "$work/suite/secret.json"
    run -2 --separate-stderr drill check "$work/suite/secret.json"
    has "$stderr" "secret.json"
}

@test "check reads the shipped suite" {
    run -0 drill check "$DRILL_SOURCE_DIR/scenarios"
    [[ $output =~ ^[0-9]+\ scenarios\ ok$ ]]
}
