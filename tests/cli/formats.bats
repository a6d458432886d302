# SPDX-License-Identifier: MIT
# JUnit XML, TAP, Markdown and HTML, of `sockdrill report` and of `sockdrill run`: the programs that read
# such files take ours, on a report with every verdict in it.

load helper

# A report with every verdict: a run in both worlds, and what only a run in one of them has.
setup_file() {
    work=$BATS_FILE_TMPDIR
    troubles
    scenario tcp/known uppercase '{"connect": {}}, {"send": "a"}, {"expect": "b"}' \
        '"expect_failure": "bug #7"'
    scenario tcp/surprise uppercase '{"connect": {}}, {"send": "a"}, {"expect": "A"}' \
        '"expect_failure": "gone"'
    scenario tcp/sub/faces two-faced '{"connect": {}}, {"send": "a"}, {"expect": "simulated"}'
    scenario sim/elsewhere uppercase '{"connect": {}}, {"send": "a"}, {"expect": "A"}' \
        '"worlds": ["sim"]'
    for name in 1 2; do
        scenario keeps/state-$name sticky '{"connect": {}}, {"send": "x"}, {"expect": "1\n"}' \
            '"worlds": ["kernel"]'
    done
    scenario flaky/fickle fickle '{"connect": {}}, {"send": "a"}, {"expect": "A"}'
    for world in both kernel; do
        drill run -q -j 1 --timeout 2 --world $world --plugin-path "$DRILL_TEST_PLUGINS" \
            --report "$work/$world.json" --timings "$work/timings.json" "$work/suite" \
            >"$work/said" 2>&1 || [ $? -eq 1 ] || fail "$(cat "$work/said")"
    done
    FICKLE_FILE=$work/loads drill run -q --repeat 6 --filter flaky/fickle --report "$work/kernel-flaky.json" \
        --plugin-path "$DRILL_TEST_PLUGINS" "$work/suite" >"$work/said" || [ $? -eq 1 ]
    edit "$work/both.json" "$work/every.json" '
        const other = JSON.parse(fs.readFileSync(process.argv[1].replace("both", "kernel")));
        const flaky = JSON.parse(fs.readFileSync(process.argv[1].replace("both", "kernel-flaky")));
        const take = (from, id) => {
            it.results[it.results.findIndex(result => result.id === id)] = from.results.find(result => result.id === id);
        };
        take(other, "sim/elsewhere");
        take(flaky, "flaky/fickle");
        it.summary.pass -= 2, it.summary.skipped++, it.summary.flaky++;'
}

setup() {
    optimized
    every=$BATS_FILE_TMPDIR/every.json
    timings=$BATS_FILE_TMPDIR/timings.json
}

# edit FROM TO STATEMENTS: a report changed by JavaScript about `it`.
edit() {
    node -e 'const fs = require("fs"), it = JSON.parse(fs.readFileSync(process.argv[1], "utf8"));
        eval(process.argv[3]);
        fs.writeFileSync(process.argv[2], JSON.stringify(it) + "\n");' "$@"
}

# words FILE TO: every string in a report that others may choose becomes an attack, or begins as one.
words() {
    edit "$1" "$2" '
        const words = "]]> --> </pre></code></script><img src=x> @all |x| `c` [a](b) \\ # SKIP \"\u0027&amp;" +
            "\u0001\u001b[31m\u202e\ufffe\r\n\n# h\n  ...\nok 1 - x\nBail out!";
        it.title = it.version = words;
        it.results.forEach((result, i) => {
            result.id = result.id + words;
            result.title = words;
            if ("note" in result) result.note = words;
            if ("replay" in result) result.replay = words;
            if ("failure" in result) Object.assign(result.failure, { sentence: words, expected: words });
            for (const key in result.divergence) result.divergence[key] = words;
        });'
}

xml_valid() {
    xmllint --noout --nonet --schema "$DRILL_SOURCE_DIR/tests/schema/junit.xsd" "$@"
}

# xpath FILE EXPRESSION
xpath() {
    xmllint --nonet --xpath "$2" "$1"
}

tap_read() {
    perl "$DRILL_SOURCE_DIR/tests/schema/read-tap.pl" "$1"
}

# proves FILE: what `prove` says of a file with TAP; one that is older than TAP 14 gets the number 13.
proves() {
    local version=13
    ! perl -MTAP::Parser -e 'exit(TAP::Parser->VERSION < 3.48)' || version=14
    sed "1s/14/$version/" "$1" >"$work/proved.tap"
    prove -e cat "$work/proved.tap"
}

# tags FILE: the names of the elements in Markdown as GitHub shows it.
tags() {
    cmark-gfm --unsafe -e table -e autolink -e strikethrough -e tasklist "$1" | tee "$work/html" |
        grep -oE '<[a-zA-Z][a-zA-Z0-9]*' | sort -u | cut -c 2- | tr '\n' ' '
}

@test "the report of these tests has every verdict that there is" {
    NODE_PATH=/usr/share/nodejs node "$DRILL_SOURCE_DIR/tests/schema/validate-report.js" \
        "$DRILL_SOURCE_DIR/reports/report.schema.json" "$every"
    verdicts=$(json "$every" '[...new Set(it.results.map(r => r.verdict))].sort().join()')
    equals "$verdicts" "$(json "$DRILL_SOURCE_DIR/reports/report.schema.json" \
        'it.definitions.verdict.enum.sort().join()')"
}

@test "JUnit XML matches the schema, and holds every scenario in its folder" {
    run -0 --separate-stderr drill report "$every" --junit "$work/junit.xml"
    equals "$output$stderr" ""
    xml_valid "$work/junit.xml"
    equals "$(xpath "$work/junit.xml" 'count(//testcase)')" "$(json "$every" it.results.length)"
    for folder in tcp tcp/sub sim keeps '(root)'; do
        equals "$(xpath "$work/junit.xml" "count(//testsuite[@name='$folder'])")" 1
        equals "$(xpath "$work/junit.xml" "count(//testsuite[@name='$folder']/testcase[@classname!='$folder'])")" 0
    done
    equals "$(xpath "$work/junit.xml" "string(//testsuite[@name='tcp']/@tests)")" 2
    has "$(xpath "$work/junit.xml" "string(//testcase[@name='wrong']/failure)")" '    expected  "HELLA" (5 bytes)'
    has "$(xpath "$work/junit.xml" "string(//testcase[@name='wrong']/failure)")" \
        "$(json "$every" 'it.results.find(r => r.id === "wrong").replay')"
    equals "$(xpath "$work/junit.xml" "string(//testcase[@name='wrong']/failure/@message)")" \
        "$(json "$every" 'it.results.find(r => r.id === "wrong").failure.sentence')"
    equals "$(xpath "$work/junit.xml" "string(//testcase[@name='known']/skipped/@message)")" "bug #7"
    # Known failures and skipped scenarios are skipped tests; what did not end is an error.
    equals "$(xpath "$work/junit.xml" 'string(/testsuites/@failures)')" \
        "$(json "$every" 'it.summary.fail + it.summary.leak + it.summary.diverged + it.summary.flaky + it.summary["unexpected-pass"]')"
    equals "$(xpath "$work/junit.xml" 'string(/testsuites/@errors)')" \
        "$(json "$every" 'it.summary.error + it.summary.crash + it.summary.hang')"
    equals "$(xpath "$work/junit.xml" 'count(//skipped)')" \
        "$(json "$every" 'it.summary.skipped + it.summary["expected-fail"]')"
}

@test "JUnit XML holds times when it is given timings, and none otherwise" {
    run -0 drill report "$every" --junit "$work/plain.xml"
    has_not "$(cat "$work/plain.xml")" " time="
    run -0 drill report "$every" --junit "$work/timed.xml" --timings "$timings"
    xml_valid "$work/timed.xml"
    equals "$(xpath "$work/timed.xml" 'count(//testcase[@time])')" "$(json "$every" it.results.length)"
    equals "$(sed -E 's/ time="[0-9.]+"//' "$work/timed.xml")" "$(cat "$work/plain.xml")"
    us=$(json "$timings" 'it.results.find(r => r.id === "hang").real_us')
    equals "$(xpath "$work/timed.xml" "string(//testcase[@name='hang']/@time)")" \
        "$(printf '%d.%06d' $((us / 1000000)) $((us % 1000000)))"
}

@test "prove counts what TAP says, and its parser reads the diagnostics" {
    run -0 drill report "$every" --tap "$work/every.tap"
    equals "$(head -n 1 "$work/every.tap")" "TAP version 14"
    count=$(json "$every" it.results.length)
    bad=$(json "$every" 'it.results.filter(r => !["pass", "skipped", "expected-fail"].includes(r.verdict)).length')
    run -1 proves "$work/every.tap"
    has "$output" "Tests: $count Failed: $bad)"
    has "$output" "Failed $bad/$count subtests"
    has_not "$output" "Parse errors"

    tap_read "$work/every.tap" >"$work/read.json"
    equals "$(json "$work/read.json" '[+it.planned, it.points.length, it.errors.length, it.bailed_out]')" \
        "[$count,$count,0,null]"
    # What stands in the file is what stands in the report.
    edit "$every" "$work/wanted.json" 'it.results = it.results.map(({ id, verdict, note, replay, failure }) => ({ id,
        ok: ["pass", "skipped"].includes(verdict),
        why: { skipped: "skip", "expected-fail": "todo" }[verdict] ?? "", note: note ?? "",
        message: failure?.sentence ?? null, replay: replay ?? null }))'
    edit "$work/read.json" "$work/found.json" 'it.results = it.points.map(({ id, ok, directive, explanation, yaml }) => ({ id,
        ok, why: directive.toLowerCase(), note: explanation.replace(/\\([\\#])/g, "$1"),
        message: yaml?.message ?? null, replay: yaml?.replay ?? null }))'
    equals "$(json "$work/found.json" 'it.results.sort((a, b) => a.id < b.id ? -1 : 1)')" \
        "$(json "$work/wanted.json" 'it.results.sort((a, b) => a.id < b.id ? -1 : 1)')"
    equals "$(json "$work/read.json" 'it.points.find(p => p.id === "wrong").yaml')" \
        '{"actual":"\"HELLO\" (5 bytes)","expected":"\"HELLA\" (5 bytes)","message":"expect: byte 4 differs from what was expected","replay":"sockdrill run --filter '\''wrong'\'' --seed 1","severity":"fail","step":"/steps/2","title":"wrong","verdict":"fail"}'
}

@test "Markdown counts every verdict and folds what failed" {
    run -0 drill report "$every" --markdown "$work/every.md"
    equals "$(tags "$work/every.md")" "code details h2 h3 li p pre summary table tbody td th thead tr ul "
    bad=$(json "$every" 'it.results.filter(r => !["pass", "skipped", "expected-fail"].includes(r.verdict)).length')
    has "$(head -n 1 "$work/every.md")" "## sockdrill: $bad of $(json "$every" it.results.length) scenarios failed"
    for verdict in pass fail error crash hang leak diverged flaky skipped expected-fail unexpected-pass; do
        has "$(cat "$work/every.md")" "| $verdict | $(json "$every" "it.summary[\"$verdict\"]") |"
    done
    equals "$(grep -c '<details>' "$work/html")" $((bad + $(json "$every" 'it.summary["expected-fail"]')))
    has "$(cat "$work/html")" '    expected  "HELLA" (5 bytes)'
}

@test "the HTML page of a run is that of its report, whole, with a row for each scenario" {
    passing a
    run -0 drill run -q --world sim --report "$work/good.json" --html "$work/run.html" "$work/suite"
    run -0 --separate-stderr drill report "$work/good.json" --html "$work/report.html"
    equals "$output$stderr" ""
    cmp "$work/run.html" "$work/report.html"
    run -0 drill report "$every" --html -
    equals "$(head -n 1 <<<"$output") $(tail -n 1 <<<"$output")" "<!DOCTYPE html> </html>"
    sed -n '/id="data">/,/<\/script>/p' <<<"$output" | sed 's/.*id="data">//; s/<\/script>.*//' >"$work/data.json"
    equals "$(json "$work/data.json" it.rows.length)" "$(json "$every" it.results.length)"
}

@test "hostile words stay words in every format" {
    words "$every" "$work/hostile.json"
    run -0 drill report "$work/hostile.json" --junit "$work/h.xml" --tap "$work/h.tap" --markdown "$work/h.md"
    xml_valid "$work/h.xml"
    count=$(json "$every" it.results.length)
    equals "$(xpath "$work/h.xml" 'count(//testcase)')" "$count"
    has "$(xpath "$work/h.xml" 'string((//failure)[1]/@message)')" \
        "]]> --> </pre></code></script><img src=x> @all |x| \`c\` [a](b) \\ # SKIP \"'&amp;\\x01\\x1b[31m\\u{202e}\\u{fffe}\\x0d\\x0a\\x0a# h"

    tap_read "$work/h.tap" >"$work/read.json"
    equals "$(json "$work/read.json" '[it.points.length, it.errors.length, it.bailed_out]')" "[$count,0,null]"
    equals "$(json "$work/read.json" 'it.points.filter(p => p.ok).length')" \
        "$(json "$every" 'it.summary.pass + it.summary.skipped')"
    has "$(json "$work/read.json" 'it.points.find(p => !p.ok).yaml.message')" ']]> --> </pre>'

    equals "$(tags "$work/h.md")" "code details h2 h3 li p pre summary table tbody td th thead tr ul "
    equals "$(grep -cE '^<h[1-6]' "$work/html")" "$(grep -c '^##' "$work/h.md")"
    # No renderer looks for mentions in these.
    has_not "$(tr '\n' ' ' <"$work/html" | sed -E 's|<code>[^<]*</code>||g; s|<pre>[^<]*</pre>||g')" "all"
    for file in h.xml h.tap h.md; do
        equals "$(tr -d '\n' <"$work/$file" | LC_ALL=C grep -c '[[:cntrl:]]')" 0
    done
}

@test "a report that is not complete is green in no format" {
    passing a
    run -0 drill run -q --world sim --report "$work/good.json" "$work/suite"
    edit "$work/good.json" "$work/cut.json" 'it.complete = false; it.summary.planned = 3'
    run -0 drill report "$work/cut.json" --junit "$work/j.xml" --tap "$work/t.tap" --markdown "$work/m.md"
    xml_valid "$work/j.xml"
    equals "$(xpath "$work/j.xml" 'string(/testsuites/@errors)')" 1
    has "$(xpath "$work/j.xml" "string(//error[@type='incomplete']/@message)")" "stopped after 1 of 3 scenarios"
    run ! proves "$work/t.tap"
    has "$output" "Bailout called"
    has "$output" "stopped after 1 of 3 scenarios"
    has "$(head -n 1 "$work/m.md")" "stopped after 1 of 3 scenarios"
    # The whole one is green in all of them.
    run -0 drill report "$work/good.json" --junit "$work/j.xml" --tap "$work/t.tap" --markdown "$work/m.md"
    equals "$(xpath "$work/j.xml" 'count(//failure | //error)')" 0
    run -0 proves "$work/t.tap"
    has "$(head -n 1 "$work/m.md")" "no failure in 1 scenario"
}

@test "a run writes what report makes of its report, whatever -j" {
    failing wrong
    passing tcp/right
    for jobs in 1 4; do
        run -1 drill run -q -j $jobs --report "$work/report.json" --junit "$work/$jobs.xml" --tap "$work/$jobs.tap" \
            --markdown "$work/$jobs.md" "$work/suite"
    done
    run -0 drill report "$work/report.json" --junit "$work/again.xml" --tap "$work/again.tap" \
        --markdown "$work/again.md"
    for format in xml tap md; do
        cmp "$work/1.$format" "$work/4.$format"
        cmp "$work/1.$format" "$work/again.$format"
    done
    equals "$(find "$work" -name '*.partial*' -o -name '*.new')" ""
}

@test "a run needs no report for the other formats, and times only with --timings" {
    passing a
    run -0 drill run -q --world sim --junit "$work/plain.xml" "$work/suite"
    has_not "$(cat "$work/plain.xml")" " time="
    run -0 drill run -q --world sim --junit "$work/timed.xml" --timings /dev/null "$work/suite"
    xml_valid "$work/plain.xml" "$work/timed.xml"
    equals "$(xpath "$work/timed.xml" 'count(//testcase[@time])')" 1
    drill run -q --world sim --tap >(cat >"$work/piped.tap") "$work/suite"
    wait $!
    run -0 proves "$work/piped.tap"
}

@test "an interrupted run writes every format with what had finished" {
    passing a
    scenario b hang '{"connect": {}}, {"send": "hang"}, {"expect": "never"}'
    for signal in INT TERM; do
        rm -f "$work"/run.out "$work"/j.xml "$work"/t.tap
        mkfifo "$work/run.out"
        "$SOCKDRILL" run -v -j 1 --timeout 60 --plugin-path "$DRILL_TEST_PLUGINS" --junit "$work/j.xml" \
            --tap "$work/t.tap" "$work/suite" >"$work/run.out" 2>"$work/run.err" 3>&- &
        runner=$!
        exec {run_out}<"$work/run.out"
        IFS= read -r -t "$patience" -u "$run_out" line
        has "$line" a
        kill -$signal "$runner"
        ended "$runner" "$run_out"
        equals "$code" 3
        xml_valid "$work/j.xml"
        equals "$(xpath "$work/j.xml" "count(//testcase[@name='a'])")" 1
        has "$(cat "$work/t.tap")" "Bail out! the run stopped after 1 of 2 scenarios"
    done
}

@test "what cannot be written is refused before the first scenario runs" {
    passing a
    for option in junit tap markdown; do
        run -3 --separate-stderr drill run --$option "$work/nowhere/out" --report "$work/report.json" \
            --timings "$work/timings.json" "$work/suite"
        equals "$output" ""
        has "$stderr" "\"$work/nowhere/out\": its folder does not exist"
        equals "$(wc -l <<<"$stderr")" 1
        run -3 --separate-stderr drill run --$option "$work" "$work/suite"
        has "$stderr" "Is a directory"
    done
    equals "$(find "$work" -name 'report.json*' -o -name 'timings.json*')" ""
}

@test "a full disk is an error that names the file, and the others are written" {
    [ -e /dev/full ] || skip "this system has no /dev/full"
    passing a
    run -3 --separate-stderr drill run -q --world sim --report "$work/report.json" --junit /dev/full \
        --tap "$work/t.tap" "$work/suite"
    has "$stderr" 'cannot write the JUnit XML to "/dev/full": No space left on device'
    run -0 proves "$work/t.tap"
    run -3 --separate-stderr drill report "$work/report.json" --markdown /dev/full --junit "$work/j.xml"
    has "$stderr" 'cannot write the Markdown to "/dev/full": No space left on device'
    xml_valid "$work/j.xml"
    run -3 --separate-stderr bash -c '"$0" "$@" >/dev/full' "$SOCKDRILL" report "$work/report.json" --tap -
    has "$stderr" "No space left on device"
}

@test "a file that could not be replaced is as it was" {
    passing a
    run -0 drill run -q --world sim --report "$work/report.json" "$work/suite"
    echo old >"$work/t.tap"
    # Room for nothing.
    run -3 bash -c 'ulimit -f 0; exec "$0" "$@"' "$SOCKDRILL" report "$work/report.json" --tap "$work/t.tap"
    has "$output" "cannot write the TAP to \"$work/t.tap\": File too large"
    equals "$(cat "$work/t.tap")" old
    equals "$(find "$work" -name 't.tap.*')" ""
}

@test "a report is written in several formats at once, one of them to standard output" {
    run -0 --separate-stderr drill report --tap - --junit "$work/j.xml" "$every"
    equals "$stderr" ""
    has "$output" "TAP version 14"
    xml_valid "$work/j.xml"
    run -0 drill report --markdown - <(cat "$every")
    has "$output" "## sockdrill: "
}

@test "what is no report, or no timings, is refused with its place, and nothing is written" {
    echo '{"a": }' >"$work/broken.json"
    run -2 --separate-stderr drill report "$work/broken.json" --tap "$work/t.tap"
    has "$stderr" "broken.json:1:"
    run -2 --separate-stderr drill report "$work/nowhere.json" --tap "$work/t.tap"
    has "$stderr" "No such file"
    run -2 --separate-stderr drill report "$every" --timings "$every" --junit "$work/t.tap"
    has "$stderr" "every.json: these are no timings of sockdrill"
    run -2 --separate-stderr drill report "$timings" --tap "$work/t.tap"
    has "$stderr" "not a report of sockdrill"
    [ ! -e "$work/t.tap" ]
}

@test "wrong usage is exit code 2" {
    run -2 --separate-stderr drill report
    has "$stderr" "name a report"
    run -2 --separate-stderr drill report a
    has "$stderr" "say what to make of it"
    run -2 --separate-stderr drill report a b --tap -
    has "$stderr" "takes one report"
    run -2 --separate-stderr drill report a --tap - --junit -
    has "$stderr" "--tap and --junit cannot share the file '-'"
    run -2 --separate-stderr drill report a --tap a
    has "$stderr" "--tap and the report cannot share the file 'a'"
    run -2 --separate-stderr drill report a --tap t --timings b
    has "$stderr" "--timings is for --junit"
    run -2 --separate-stderr drill report a --tap ''
    has "$stderr" "--tap needs the name of a file"
    run -2 --separate-stderr drill run --tap - "$work"
    has "$stderr" "--tap and what the run prints cannot share the file '-'"
    run -2 --separate-stderr drill run --tap a --report a "$work"
    has "$stderr" "--tap and --report cannot share the file 'a'"
}
