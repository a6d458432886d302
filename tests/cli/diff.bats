# SPDX-License-Identifier: MIT
# What changed between two reports, as the command tells it.

load helper

setup() {
    optimized
}

# reports: an old and a new report of a suite in which something got worse, better and otherwise.
reports() {
    passing breaks
    passing stays
    passing goes
    failing mends
    run -1 drill run -q --world kernel --report "$work/old.json" "$work/suite"
    failing breaks
    passing mends
    passing comes
    rm "$work/suite/goes.json"
    run -1 drill run -q --world kernel --report "$work/new.json" "$work/suite"
}

valid() {
    NODE_PATH=/usr/share/nodejs node "$DRILL_SOURCE_DIR/tests/schema/validate-report.js" \
        "$DRILL_SOURCE_DIR/reports/diff.schema.json" "$1"
}

# edit FROM TO STATEMENTS: a report changed by JavaScript about `it`.
edit() {
    node -e 'const fs = require("fs"), it = JSON.parse(fs.readFileSync(process.argv[1], "utf8"));
        eval(process.argv[3]);
        fs.writeFileSync(process.argv[2], JSON.stringify(it));' "$@"
}

# refused FILE SENTENCE: as the old and as the new report.
refused() {
    run -2 --separate-stderr drill diff "$1" "$work/good.json"
    has "$stderr" "$2"
    equals "$output" ""
    equals "$(wc -l <<<"$stderr")" 1
    run -2 --separate-stderr drill diff "$work/good.json" "$1"
    has "$stderr" "$2"
}

good() {
    passing a
    drill run -q --world sim --report "$work/good.json" "$work/suite"
}

@test "a run and its repetition do not differ, even when something fails" {
    troubles
    run -1 drill run -q --timeout 2 --plugin-path "$DRILL_TEST_PLUGINS" --report "$work/a.json" "$work/suite"
    run -1 drill run -q --timeout 2 --plugin-path "$DRILL_TEST_PLUGINS" --report "$work/b.json" "$work/suite"
    run -0 --separate-stderr drill diff --strict "$work/a.json" "$work/b.json"
    equals "$stderr" ""
    has "$output" "7 unchanged, 5 of which fail"
    has "$output" "Nothing changed."
    run -0 drill diff --format json --strict -o "$work/diff.json" "$work/a.json" "$work/b.json"
    equals "$(json "$work/diff.json" it.changes.length)" 0
    valid "$work/diff.json"
}

@test "what got worse comes first, with the bytes, and makes the exit code 1" {
    reports
    run -1 --separate-stderr drill diff "$work/old.json" "$work/new.json"
    equals "$stderr" ""
    has "$output" "new failure (1)
  breaks: pass, now fail"
    has "$output" 'expected  "HELLA"'
    has "$output" "removed (1)
  goes: was pass"
    has "$output" "added (1)
  comes: new, pass"
    has "$output" "fixed (1)
  mends: fail, now pass"
    has_not "$output" "stays"
    has_not "$output" $'\x1b'
    has "$output" "Something got worse."
}

@test "a change that is not for the worse is exit code 0, and 1 with --strict" {
    failing a
    run -1 drill run -q --report "$work/old.json" "$work/suite"
    passing a
    run -0 drill run -q --report "$work/new.json" "$work/suite"
    run -0 drill diff "$work/old.json" "$work/new.json"
    has "$output" "Nothing got worse."
    run -1 drill diff --strict "$work/old.json" "$work/new.json"
}

@test "the JSON matches its schema and is the same every time" {
    reports
    run -1 drill diff --format json -o "$work/a.json" "$work/old.json" "$work/new.json"
    run -1 drill diff --format=json --out="$work/b.json" "$work/old.json" "$work/new.json"
    valid "$work/a.json"
    cmp "$work/a.json" "$work/b.json"
    equals "$(json "$work/a.json" 'it.changes.map(c => `${c.category} ${c.id}`).join()')" \
        "new-failure breaks,removed goes,added comes,fixed mends"
    equals "$(json "$work/a.json" it.worse)" true
}

@test "the Markdown holds no markup of others" {
    reports
    edit "$work/new.json" "$work/odd.json" \
        'it.results.find(r => r.id === "breaks").failure.sentence = "</pre><b>@all"'
    run -1 drill diff --format markdown "$work/old.json" "$work/odd.json"
    has "$output" "### new failure (1)"
    has "$output" "<code>breaks</code>: pass, now fail"
    has "$output" "&#60;/pre&#62;&#60;b&#62;"
    has_not "$output" "<b>"
}

@test "reports that are hard to compare are told" {
    good
    edit "$work/good.json" "$work/odd.json" \
        'it.complete = false; it.build = it.build === "plain" ? "sanitized" : "plain"'
    run -0 drill diff "$work/good.json" "$work/odd.json"
    has "$output" "different kinds"
    has "$output" "The new report is not complete"
}

@test "results of another world than before are told, with both" {
    good
    run -0 drill run -q --world both --report "$work/both.json" "$work/suite"
    for format in text markdown; do
        run drill diff --format $format "$work/good.json" "$work/both.json"
        has "$output" "(sim, now both)."
    done
}

@test "what is no report is refused with one sentence and its place" {
    good
    head -c 300 "$work/good.json" >"$work/short.json"
    refused "$work/short.json" "short.json:"
    refused "$work/short.json" "ends in the middle of a report"
    : >"$work/empty.json"
    refused "$work/empty.json" "the file is empty"
    echo '{"a": }' >"$work/broken.json"
    refused "$work/broken.json" "broken.json:1:"
    edit "$work/good.json" "$work/newer.json" 'it.schema = 2'
    refused "$work/newer.json" "is of version 2"
    refused "$DRILL_SOURCE_DIR/scenarios/scenario.schema.json" "not a report of sockdrill"
    edit "$work/good.json" "$work/wrong.json" 'it.results[0].verdict = "fine"'
    refused "$work/wrong.json" "/results/0/verdict"
    refused "$work/suite" "this is a folder"
    refused "$work/nowhere.json" "No such file"
    run -0 drill diff --format json -o "$work/diff.json" "$work/good.json" "$work/good.json"
    refused "$work/diff.json" "not a report of sockdrill"
    printf '\x1b]0;\xff' >"$work/hostile.json"
    refused "$work/hostile.json" "not JSON"
    has_not "$stderr" $'\x1b'
}

@test "a report may come out of a pipe" {
    good
    run -0 drill diff <(cat "$work/good.json") "$work/good.json"
}

@test "a diff that cannot be written is an error, whatever it says" {
    [ -e /dev/full ] || skip "this system has no /dev/full"
    good
    run -3 --separate-stderr drill diff -o /dev/full "$work/good.json" "$work/good.json"
    has "$stderr" "No space left on device"
    run -3 --separate-stderr bash -c '"$0" "$@" >/dev/full' "$SOCKDRILL" diff "$work/good.json" "$work/good.json"
    has "$stderr" "No space left on device"
    run -2 --separate-stderr drill diff -o "$work" "$work/good.json" "$work/good.json"
    has "$stderr" "Is a directory"
}

@test "wrong usage is exit code 2" {
    run -2 --separate-stderr drill diff
    has "$stderr" "name two reports"
    run -2 --separate-stderr drill diff a
    has "$stderr" "name two reports"
    run -2 --separate-stderr drill diff a b c
    has "$stderr" "takes two reports"
    run -2 --separate-stderr drill diff --format html a b
    has "$stderr" "text, json or markdown, not 'html'"
}

@test "color is for terminals, and not with NO_COLOR" {
    command -v script >/dev/null || skip "script is not installed"
    reports
    on_terminal="'$SOCKDRILL' diff '$work/old.json' '$work/new.json'"
    run -1 env TERM=xterm script -qec "$on_terminal" /dev/null
    has "$output" $'\x1b['
    run -1 env TERM=xterm NO_COLOR=1 script -qec "$on_terminal" /dev/null
    has_not "$output" $'\x1b['
}
