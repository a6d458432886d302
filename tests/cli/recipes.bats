# SPDX-License-Identifier: MIT
# The recipes of docs/CI.md do what it says of them: the steps of the workflow and of the GitLab job
# that run the suite and compare, typed out of their files and run as those systems run them.

load helper

setup() {
    cd "$work"
    mkdir -p build/release/bin
    ln -s "$(realpath "$SOCKDRILL")" build/release/bin/sockdrill
    ln -s suite scenarios
    passing stays
    passing other
    export GITHUB_STEP_SUMMARY=$work/github-summary.md GITHUB_OUTPUT=$work/github-output
}

# block FILE HEAD KEY: the text of the first `KEY |` that follows a line which reads HEAD.
block() {
    awk -v head="$2" -v key="$3" '
        { line = $0; sub(/^ */, "", line) }
        line == head { seen = 1; next }
        seen && line == key " |" { getline; match($0, /^ */); depth = RLENGTH; inside = 1 }
        inside && $0 !~ /^ *$/ && match($0, /^ */) && RLENGTH < depth { exit }
        inside { print substr($0, depth + 1) }' "$1"
}

# github: both steps, as a runner does. The outputs of the first are the environment of the second.
github() {
    local file=$DRILL_SOURCE_DIR/.github/workflows/suite.yml
    : >"$GITHUB_OUTPUT"
    block "$file" '- name: Run the suite' run: >run.sh
    block "$file" '- name: Compare with main' run: >compare.sh
    [ -s run.sh ] && [ -s compare.sh ]
    sh -e run.sh && CODE=$(sed -n 's/^code=//p' "$GITHUB_OUTPUT") sh -e compare.sh
}

gitlab() {
    block "$DRILL_SOURCE_DIR/docs/CI.md" 'script:' - >script.sh
    grep -q 'sockdrill run' script.sh
    sh -e script.sh
}

# with_main: what the suite does now is what main did.
with_main() {
    build/release/bin/sockdrill run -q --report main-report.json scenarios || [ $? -eq 1 ]
}

# recipe NAME: what both recipes have to do.
recipe() {
    run -0 "$1"
    failing stays
    run -1 "$1"
    has "$(cat out/junit.xml)" '<failure'
    passing stays
    with_main
    run -0 "$1"
    failing stays
    run -1 "$1"
    has "$(cat out/diff.md)" 'new failure (1)'
    equals "$(head -c 15 out/report.html)" '<!DOCTYPE html>'
    with_main
    run -0 "$1"
    has_not "$(cat out/diff.md)" 'new failure'
    echo 'no scenario' >suite/stays.json
    run -2 "$1"
}

@test "the workflow of GitHub fails when something got worse, and says what in the summary" {
    recipe github
    has "$(cat "$GITHUB_STEP_SUMMARY")" 'new failure (1)'
}

@test "the job of GitLab fails when something got worse, and keeps what it needs to say it" {
    recipe gitlab
}
