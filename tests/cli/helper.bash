# SPDX-License-Identifier: MIT
# Shared by the tests of the command. `./dev test` sets SOCKDRILL and the other variables; by hand,
# `SOCKDRILL=build/release/bin/sockdrill bats tests/cli` is enough.

bats_require_minimum_version 1.5.0

: "${DRILL_SOURCE_DIR:=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)}"
: "${SOCKDRILL:=$DRILL_SOURCE_DIR/build/dev/bin/sockdrill}"
: "${DRILL_TEST_PLUGINS:=$(dirname "$SOCKDRILL")/../tests/plugins}"
unset SOCKDRILL_PLUGIN_PATH NO_COLOR

# Nothing here takes so long; a test that waits for this has failed.
patience=30

work=$BATS_TEST_TMPDIR

# drill ARGUMENTS...: runs sockdrill with a bound on its time.
drill() {
    timeout -k 5 "$patience" "$SOCKDRILL" "$@"
}

# optimized: from here on the release build, where there is one: for tests that take long, of code
# that sanitizers see in other tests.
optimized() {
    [ -x "${SOCKDRILL_RELEASE:-}" ] || return 0
    SOCKDRILL=$SOCKDRILL_RELEASE
    DRILL_TEST_PLUGINS=${DRILL_TEST_PLUGINS_RELEASE:-$(dirname "$SOCKDRILL")/../tests/plugins}
}

fail() {
    printf '%s\n' "$@" >&2
    return 1
}

# has TEXT PART: for assertions that show what they looked at.
has() {
    case $1 in
    *"$2"*) ;;
    *) fail "expected to find: $2" "in:" "$1" ;;
    esac
}

has_not() {
    case $1 in
    *"$2"*) fail "expected not to find: $2" "in:" "$1" ;;
    esac
}

equals() {
    [ "$1" = "$2" ] || fail "expected:" "$2" "got:" "$1"
}

# json FILE EXPRESSION: the value of a JavaScript expression about the file's value `it`.
json() {
    node -e 'const it = JSON.parse(require("fs").readFileSync(process.argv[1], "utf8"));
        const value = eval(process.argv[2]);
        console.log(typeof value === "string" ? value : JSON.stringify(value));' "$1" "$2"
}

# scenario NAME PLUGIN STEPS [MEMBERS]: writes $work/suite/NAME.json; steps and members are JSON.
scenario() {
    mkdir -p "$(dirname "$work/suite/$1")"
    printf '{"title": "%s", %s"server": {"plugin": "%s"}, "steps": [%s]}\n' \
        "$1" "${4:+$4, }" "$2" "$3" >"$work/suite/$1.json"
}

# passing NAME, failing NAME: the shortest of their kind.
passing() {
    scenario "$1" uppercase '{"connect": {}}, {"send": "hello"}, {"expect": "HELLO"}'
}

failing() {
    scenario "$1" uppercase '{"connect": {}}, {"send": "hello"}, {"expect": "HELLA"}'
}

# troubles: one scenario for each way in which a plugin can go wrong, between two that pass.
troubles() {
    passing a-first
    scenario crash crash '{"connect": {}}, {"send": "crash"}, {"expect": "never"}'
    scenario exit exit '{"connect": {}}, {"send": "exit"}, {"expect": "never"}'
    scenario hang hang '{"connect": {}}, {"send": "hang"}, {"expect": "never"}'
    scenario leak leak '{"connect": {}}, {"send": "leak"}, {"expect": "leak"}'
    failing wrong
    passing z-last
}

# serve ARGUMENTS...: starts a server and waits until it listens. Sets `served` to its pid, `lines`
# to what it printed, `ports` and `port` to the ports in it. Its standard error is $work/serve.err.
serve() {
    local wanted=0 argument line
    for argument in "$@"; do
        case $argument in
        *://*) wanted=$((wanted + 1)) ;;
        esac
    done
    mkfifo "$work/serve.out"
    "$SOCKDRILL" serve "$@" >"$work/serve.out" 2>"$work/serve.err" 3>&- &
    served=$!
    exec {serve_out}<"$work/serve.out"
    lines=()
    ports=()
    while [ ${#lines[@]} -lt $wanted ]; do
        IFS= read -r -t "$patience" -u "$serve_out" line ||
            fail "the server did not say that it listens:" "$(cat "$work/serve.err")"
        lines+=("$line")
        ports+=("${line##*:}")
    done
    port=${ports[0]}
}

# ended PID FD: waits until whoever holds the other end of the pipe FD is gone, then for the child.
# Sets `said` to what still came and `code` to the child's exit code.
ended() {
    local line
    said=
    while IFS= read -r -t "$patience" -u "$2" line; do
        said+=$line$'\n'
    done
    code=0
    wait "$1" || code=$?
}

# stop_serve [SIGNAL]: sets `code`.
stop_serve() {
    kill -"${1:-TERM}" "$served"
    ended "$served" "$serve_out"
    exec {serve_out}<&-
    served=
}

teardown() {
    if [ -n "${served:-}" ]; then
        kill -KILL "$served" 2>/dev/null || true
        wait "$served" 2>/dev/null || true
    fi
}
