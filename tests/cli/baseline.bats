# SPDX-License-Identifier: MIT
# run --baseline: a run is judged by what got worse since a report that was kept.

load helper

setup() {
    optimized
    unset CI
}

# suite: with a failure that is known, and the baseline that knows it.
suite() {
    passing tcp/a
    passing tcp/b
    scenario tcp/tagged uppercase '{"connect": {}}, {"send": "x"}, {"expect": "X"}' '"tags": ["fast"]'
    passing udp/c
    failing wrong
    echo '{}' >"$work/suite/suite.json"
    run -1 drill run -q --report "$work/base.json" "$work/suite"
}

judged() {
    drill run -q --baseline "$work/base.json" "$@"
}

@test "a failure that is in the baseline fails no run; one that is new does" {
    suite
    run -0 --separate-stderr judged "$work/suite"
    equals "$stderr" ""
    has "$output" "1 failed"
    has "$output" "compared with $work/base.json:
5 unchanged, 1 of which fails
Nothing changed."
    failing tcp/b
    run -1 --separate-stderr judged "$work/suite"
    has "$output" "new failure (1)
  tcp/b: pass, now fail"
    has "$output" "Something got worse."
    has_not "$output" $'\x1b'
    passing tcp/b
    failing added
    run -1 judged "$work/suite"
    has "$output" "added: new, fail"
}

@test "what got better or changed is told, and is exit code 0" {
    suite
    passing wrong
    passing added
    scenario tcp/a uppercase '{"connect": {}}, {"send": "other"}, {"expect": "OTHER"}'
    run -0 judged "$work/suite"
    has "$output" "fixed (1)"
    has "$output" "changed behaviour (1)"
    has "$output" "added (1)"
    has "$output" "Nothing got worse."
}

@test "what is gone from the suite was removed, which is worse" {
    suite
    rm "$work/suite/tcp/a.json"
    run -1 judged "$work/suite"
    has "$output" "removed (1)
  tcp/a: was pass"
}

@test "what a filter, a tag, a shard or a path left out was not removed" {
    suite
    run -0 judged --filter 'tcp/*' "$work/suite"
    has "$output" "3 unchanged"
    run -0 judged --tag fast "$work/suite"
    has "$output" "1 unchanged"
    run -0 judged "$work/suite/tcp"
    has "$output" "3 unchanged"
    run -0 judged "$work/suite/udp/c.json" "$work/suite/wrong.json"
    has "$output" "2 unchanged, 1 of which fails"
    total=0
    for index in 1 2 3; do
        run -0 judged --shard $index/3 "$work/suite"
        has_not "$output" removed
        total=$((total + $(sed -n 's/^\([0-9]*\) unchanged.*/\1/p' <<<"$output")))
    done
    equals $total 5
}

@test "what is gone of what was asked for was removed even so" {
    suite
    rm "$work/suite/tcp/tagged.json"
    run -1 judged --filter 'tcp/*' "$work/suite"
    has "$output" "tcp/tagged: was pass"
    run -1 judged "$work/suite/tcp"
    has "$output" "tcp/tagged: was pass"
    run -0 judged "$work/suite/udp"
    run -0 judged --filter 'udp/*' "$work/suite"
    passing tcp/b
    scenario tcp/more uppercase '{"connect": {}}, {"send": "x"}, {"expect": "X"}' '"tags": ["fast"]'
    run -1 judged --tag fast "$work/suite"
    has "$output" "tcp/tagged: was pass"
    worse=0
    for index in 1 2 3; do
        code=0
        judged --shard $index/3 "$work/suite" >/dev/null || code=$?
        worse=$((worse + code))
    done
    equals $worse 1
}

@test "a member of a matrix is asked for by the file that makes it" {
    printf '{"matrix": {"n": [1, 2]}, "server": {"plugin": "uppercase"}, "steps": [{"connect": {}},
        {"send": {"fill": "a", "size": "$n"}}, {"expect": {"fill": "A", "size": "$n"}}]}' >"$work/many.json"
    passing many-more
    cp "$work/many.json" "$work/suite/many.json"
    run -0 drill run -q --report "$work/base.json" "$work/suite"
    sed -i 's/\[1, 2\]/[1]/' "$work/suite/many.json"
    run -1 judged "$work/suite/many.json"
    has "$output" "many#n=2: was pass"
    has_not "$output" "many-more"
}

@test "another world or kind of build is said" {
    suite
    run -0 judged --world sim "$work/suite"
    has "$output" "5 scenarios were run in another world than before, such as"
    has_not "$output" "(null)"
    has "$output" "(both, now sim)."
    sed -i 's/"build": "plain"/"build": "sanitized"/; t; s/"build": "sanitized"/"build": "plain"/' "$work/base.json"
    run -0 judged "$work/suite"
    has "$output" "The builds are of different kinds"
}

@test "the report of the run is written as ever, and the comparison needs none" {
    suite
    run -0 judged --report "$work/report.json" "$work/suite"
    cmp "$work/base.json" "$work/report.json"
    run -3 --separate-stderr judged --report "$work/nowhere/report.json" "$work/suite"
    run -2 --separate-stderr judged --report "$work/base.json" "$work/suite"
    has "$stderr" "--report and --baseline cannot share the file"
}

@test "a baseline that is none is refused before anything runs" {
    suite
    echo '{"a": 1}' >"$work/none.json"
    for base in "$work/none.json" "$work/nowhere.json" "$work/suite"; do
        run -2 --separate-stderr drill run -v --baseline "$base" --report "$work/new.json" "$work/suite"
        has "$stderr" "$base"
        equals "$output" ""
        [ ! -e "$work/new.json" ]
    done
    run -2 --separate-stderr drill run --baseline= "$work/suite"
    has "$stderr" "--baseline needs the name of a report"
}

@test "--update-baseline makes a baseline, and renews it" {
    suite
    run -0 --separate-stderr drill run -q --baseline "$work/new.json" --update-baseline "$work/suite"
    equals "$stderr" ""
    has "$output" "new baseline: $work/new.json"
    has_not "$output" "compared with"
    cmp "$work/base.json" "$work/new.json"
    failing tcp/a
    run -0 judged --update-baseline --report "$work/report.json" "$work/suite"
    has "$output" "tcp/a: pass, now fail"
    has "$output" "new baseline: $work/base.json"
    cmp "$work/report.json" "$work/base.json"
    run -0 judged "$work/suite"
    has "$output" "5 unchanged, 2 of which fail"
    equals "$(ls "$work" | grep -c 'partial\|spare\|\.new$')" 0
}

@test "--update-baseline is refused under CI" {
    suite
    cp "$work/base.json" "$work/kept.json"
    failing tcp/a
    for CI in true 1 false; do
        export CI
        run -2 --separate-stderr judged --update-baseline "$work/suite"
        has "$stderr" "--update-baseline is refused where the environment variable CI is set"
        equals "$output" ""
    done
    cmp "$work/kept.json" "$work/base.json"
    export CI=
    run -0 judged --update-baseline "$work/suite"
}

@test "--update-baseline is refused where the new one would lose something" {
    suite
    cp "$work/base.json" "$work/kept.json"
    for options in "--filter x" "--tag x" "--shard 1/2"; do
        run -2 --separate-stderr judged --update-baseline $options "$work/suite"
        has "$stderr" "--update-baseline needs the whole suite"
    done
    run -2 --separate-stderr judged --update-baseline "$work/suite/tcp"
    has "$stderr" "would lose what this run was not asked for, such as"
    run -2 --separate-stderr drill run --update-baseline "$work/suite"
    has "$stderr" "--update-baseline needs --baseline FILE"
    echo "no report" >"$work/base.json"
    run -2 --separate-stderr judged --update-baseline "$work/suite"
    equals "$(cat "$work/base.json")" "no report"
    mkfifo "$work/pipe"
    run -2 --separate-stderr drill run -q --baseline "$work/pipe" --update-baseline "$work/suite" < <(cat "$work/kept.json" >"$work/pipe")
    has "$stderr" "is not a regular file"
    run -3 --separate-stderr drill run -q --baseline "$work/nowhere/base.json" --update-baseline "$work/suite"
    has "$stderr" "its folder does not exist"
    equals "$output" ""
}

@test "a run that did not finish is not compared, and renews nothing" {
    passing a
    scenario b hang '{"connect": {}}, {"send": "hang"}, {"expect": "never"}'
    run -1 drill run -q --timeout 1 --plugin-path "$DRILL_TEST_PLUGINS" --report "$work/base.json" "$work/suite"
    cp "$work/base.json" "$work/kept.json"
    passing a-second
    for option in --update-baseline -q; do
        rm -f "$work/said"
        mkfifo "$work/said"
        "$SOCKDRILL" run -v -j 1 --timeout 60 --plugin-path "$DRILL_TEST_PLUGINS" --baseline "$work/base.json" \
            $option -v "$work/suite" >"$work/said" 2>"$work/told" 3>&- &
        runner=$!
        exec {said_out}<"$work/said"
        IFS= read -r -t "$patience" -u $said_out line
        has "$line" "PASS a"
        kill -TERM "$runner"
        ended "$runner" $said_out
        equals "$code" 3
        has "$(cat "$work/told")" "the run did not come to a good end, so it is not compared with $work/base.json"
        has_not "$said" "new baseline"
        cmp "$work/kept.json" "$work/base.json"
        equals "$(ls "$work" | grep -c 'partial\|spare\|\.new$')" 0
    done
}

@test "nothing tested is no good run, whatever the baseline says" {
    scenario a uppercase '{"connect": {}}, {"send": "x"}, {"expect": "X"}' '"worlds": ["sim"]'
    run -1 drill run -q --world kernel --report "$work/base.json" "$work/suite"
    run -1 --separate-stderr judged --world kernel --update-baseline "$work/suite"
    has "$stderr" "every scenario was skipped: nothing was tested"
    has_not "$output" "new baseline"
}

@test "with --rerun the whole of the merged report is compared" {
    suite
    passing wrong
    failing tcp/a
    run -1 judged --rerun "$work/base.json" "$work/suite"
    has "$output" "2 of 5 scenarios run again"
    has "$output" "1 new failure; 1 fixed; 3 unchanged"
}

@test "a full disk under the comparison is exit code 3" {
    [ -e /dev/full ] || skip "this system has no /dev/full"
    suite
    run -3 --separate-stderr bash -c '"$0" run -q --baseline "$1/base.json" "$1/suite" >/dev/full' "$SOCKDRILL" "$work"
    has "$stderr" "No space left on device"
}
