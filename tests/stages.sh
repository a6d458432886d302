#!/bin/sh
# SPDX-License-Identifier: MIT
# What `./dev test`, `./dev tidy` and `./dev format` do, stage by stage; sourced by ./dev, whose setup
# and compile it uses.

: "${root:?}" "${logs:?}" "${jobs:?}"

# --- checks ---------------------------------------------------------------------------------------

# Folders that hold C sources. The planted violations of the wall test have other names.
c_sources() {
    (cd "$root" && find include core plugins fuzz reports cli tests bench -name '*.[ch]' -o -name '*.cpp' |
        sort)
}

check_format() {
    cd "$root"
    complaints=$(c_sources | xargs -n 20 -P "$jobs" clang-format --dry-run -Werror 2>&1) && return
    printf '%s\n' "$complaints" | sed -n 's/^\([^: ]*\):[0-9].*/not formatted: \1/p' | sort -u
    echo "dev: ./dev format does it"
    return 1
}

check_shell() {
    cd "$root"
    find . \( -path ./build -o -path ./.git \) -prune -o -name '*.sh' \
        -exec shellcheck dev .ci/run {} +
}

check_walls() {
    cd "$root"
    sh tests/walls.sh --self-test
    sh tests/walls.sh .
}

# The public header must be clean in every language that plugin authors use.
check_header() {
    cd "$root"
    CC=gcc CXX=clang++ sh tests/compile/plugin_header.sh include
    CC=clang CXX=clang++ sh tests/compile/plugin_header.sh include
}

check_tidy() {
    configure dev-clang
    clean=0
    findings=$(ninja --quiet -k 0 -C "$root/build/dev-clang" tidy 2>&1) || clean=$?
    printf '%s\n' "$findings" | grep -v -E '^([0-9]+ warnings? generated|cd |-- )' || true
    return $clean
}

check_cppcheck() {
    cd "$root"
    configure dev-clang
    ninja --quiet -C build/dev-clang compile_commands_once
    mkdir -p build/cppcheck
    # Cppcheck knows the attribute, but not the C11 word. In tests it takes cmocka's assertions, which
    # do not return, for calls that do; clang-tidy and the sanitizers look after those.
    cppcheck -D_Noreturn='__attribute__((noreturn))' \
        --quiet --project=build/dev-clang/once/compile_commands.json -j "$jobs" \
        --cppcheck-build-dir=build/cppcheck --enable=warning,performance,portability \
        --inline-suppr --suppress='*:tests/*' --error-exitcode=1 \
        --template='{file}:{line}: {severity}: {message} [{id}]'
}

check_man() {
    cd "$root"
    mandoc -T lint -W warning docs/man/*.[157]
}

check_install() {
    cd "$root"
    sh tests/install.sh build/release
}

# --- tests ----------------------------------------------------------------------------------------

unit_tests() {
    ctest --test-dir "$root/build/dev" -L unit -j "$jobs" --output-on-failure --no-tests=error
}

# Nothing is passed over where the schemas' validator is missing.
all_unit_tests() {
    export DRILL_REQUIRE_AJV=1
    unit_tests
}

# bats_tests FOLDER COUNT: so many files at once.
bats_tests() {
    cd "$root"
    SOCKDRILL=$root/build/dev/bin/sockdrill \
        SOCKDRILL_RELEASE=$root/build/release/bin/sockdrill \
        DRILL_SOURCE_DIR=$root \
        DRILL_TEST_PLUGINS=$root/build/dev/tests/plugins \
        DRILL_TEST_PLUGINS_RELEASE=$root/build/release/tests/plugins \
        NODE_PATH=/usr/share/nodejs \
        bats --formatter tap --timing --print-output-on-failure \
        --jobs "$2" --no-parallelize-within-files "$1"
}

# The release build's pages: sanitizers have seen the unit tests, and the pages of 10,000 results.
html_tests() {
    SOCKDRILL=$root/build/release/bin/sockdrill DRILL_TEST_PLUGINS=$root/build/release/tests/plugins \
        sh "$root/tests/html.sh" "$root/build/html"
}

# Ends its log with how many scenarios passed and failed, as the report's summary counts them.
suite() {
    cd "$root"
    outcome=0
    "build/$1/bin/sockdrill" run --report "build/report-$1.json" \
        --baseline reports/baseline/both.json scenarios || outcome=$?
    tr -d ' \n' <"build/report-$1.json" | sed 's/.*"summary":{\([^}]*\)}.*/\1\n/' | tr ',:' '\n ' |
        awk '{ gsub(/"/, ""); count[$1] = $2 }
            END {
                passed = count["pass"] + count["expected-fail"]
                printf "%d passed, %d failed\n", passed, count["total"] - passed - count["skipped"]
            }'
    return $outcome
}

# The same bytes whatever the number of workers.
suite_repeats() {
    cd "$root"
    for workers in 1 5; do
        build/release/bin/sockdrill run -q -j $workers --report build/report-again.json scenarios
        cmp build/report-release.json build/report-again.json
    done
    rm build/report-again.json
}

# Whatever changed, for the better or not, was looked at and kept. A sanitized build does the same.
suite_baselines() {
    cd "$root"
    same=0
    build/release/bin/sockdrill run -q --world sim --report build/report-sim.json scenarios
    for pair in both:release both:dev sim:sim; do
        build/release/bin/sockdrill diff --strict "reports/baseline/${pair%:*}.json" \
            "build/report-${pair#*:}.json" || same=1
    done
    if [ $same -ne 0 ]; then
        echo "dev: the suite is not what reports/baseline/ says; where it shall be so: ./dev baseline"
    fi
    return $same
}

# Behind a seal, and with the same traces whatever compiled them.
check_hermetic() {
    sh "$root/tests/hermetic.sh" "$root/build/hermetic"
}

# One planted bug for each oracle, of those that are found at once; a hang takes
# as long as the engine allows one.
quick_bugs='carry-lost-at-eof carry-in-static signed-index leak-on-error never-ends reply-overflow
    cut-datagram-silent short-write double-close left-open slot-given-twice'

# What the tests play with libFuzzer: the canary, a correct plugin, the planted bugs, and the plugin that
# shows what the mutator is good for.
build_fuzzers() {
    . "$root/fuzz/verbs.sh"
    # shellcheck disable=SC2046,SC2086 # one word for each bug is meant
    compile_fuzz fuzz-libfuzzer fuzz-libfuzzer plugin fuzz/canary fuzz/datagram-ack-ok \
        tests/planted/stream-count-in-config tests/mutator/tape-auction $(planted_targets $quick_bugs)
    compile dev tests/planted/stream-count-in-config planted_bugs_count-in-config
}

# All that a night needs, the planted bugs, and the fuzz targets of the one that the tests of nights find.
build_nights() {
    . "$root/fuzz/verbs.sh"
    compile_all_fuzzers
    compile dev planted
    for preset in dev fuzz-libfuzzer fuzz-libfuzzer-all fuzz-libfuzzer-plain fuzz-afl fuzz-afl-plain fuzz-afl-cmplog fuzz-coverage; do
        ninja --quiet -C "$root/build/$preset" tests/planted/stream-count-in-config
    done
}

# planted_targets BUG...: what builds them.
planted_targets() {
    for bug in "$@"; do
        awk -v bug="$bug" '$1 == bug { print "tests/planted/" $4 "-" bug }' "$root/tests/planted/planted.tsv"
    done
}

check_mutator() {
    sh "$root/tests/mutator.sh" --test "$root/build/fuzz-libfuzzer"
}

# What `./dev planted` does with all of them, and for much longer.
check_planted() {
    sh "$root/tests/planted.sh" --self-test
    # shellcheck disable=SC2046,SC2086 # two words for each bug are meant
    sh "$root/tests/planted.sh" --build "$root/build/fuzz-libfuzzer" $(printf -- '--only %s ' $quick_bugs)
}

check_corpora() {
    sh "$root/tests/fuzz-corpora.sh" "$root/build/dev/fuzz"
}

check_oss_fuzz_rules() {
    cd "$root"
    sh tests/oss-fuzz.sh --self-test
    sh tests/oss-fuzz/rules.sh config .
}

check_oss_fuzz() {
    sh "$root/tests/oss-fuzz.sh" "$root/build/oss-fuzz"
}

check_workflows() {
    sh "$root/tests/workflows.sh" --self-test "$root/build"
    sh "$root/tests/workflows.sh" "$root/build"
}

# Fixed seeds: the same sequences each time. With sanitizers fewer fit into the time.
conform_bounded() {
    cd "$root"
    build/release/tests/conform/sockdrill-conform --file tests/conform/found.sequences
    build/release/tests/conform/sockdrill-conform -j "$jobs" --sequences 30000 --seed 1
    build/dev/tests/conform/sockdrill-conform -j "$jobs" --sequences 3000 --seed 2
}

format() {
    setup format
    case ${1:-} in
    --check) check_format ;;
    '') cd "$root" && c_sources | xargs clang-format -i ;;
    *) fail "format takes --check or nothing" 2 ;;
    esac
}

passed=0
failed=0

# stage NAME COMMAND...: runs it with its output in a log, says how long it took, and ends everything
# when it fails, with the log. The subshell gets its own `set -e`, which an `if` would switch off.
stage() {
    name=$1
    shift
    log=$logs/$(printf '%s' "$name" | tr -cs 'a-zA-Z0-9\n' '-').log
    mkdir -p "$logs"
    printf '%-46s' "$name"
    began=$(date +%s)
    set +e
    (
        set -e
        "$@"
    ) >"$log" 2>&1 </dev/null
    status=$?
    set -e
    took=$(($(date +%s) - began))
    if [ $status -eq 0 ]; then
        printf 'ok %4d s\n' $took
    else
        printf 'FAILED after %d s\n' $took
    fi
}

# require: what follows a stage that must have succeeded.
require() {
    [ "$status" -ne 0 ] || return 0
    printf '\n'
    tail -n 200 "$log"
    printf '\ndev: stopped: the stage "%s" failed; its whole output is in %s\n' "$name" "${log#"$root"/}"
    [ $failed -gt 0 ] || failed=1
    [ "${verb:?}" != test ] || printf '%d passed, %d failed\n' $passed $failed
    exit 1
}

check() {
    stage "$@"
    require
}

# counted COUNTER NAME COMMAND...: a stage whose log says how many tests passed and failed; COUNTER
# reads that out of it.
counted() {
    counter=$1
    shift
    stage "$@"
    set -- "$($counter passed "$log")" "$($counter failed "$log")"
    passed=$((passed + $1))
    failed=$((failed + $2))
    if [ $status -eq 0 ] && [ "$1" -eq 0 ]; then
        echo "no test ran" >>"$log"
        status=1
    fi
    require
}

# From "98% tests passed, 1 tests failed out of 52".
count_ctest() {
    awk -v what="$1" '/tests passed, .* tests failed out of/ { failed = $4; all = $9 }
        END { print what == "failed" ? failed + 0 : all - failed }' "$2"
}

# A skipped test is neither.
count_bats() {
    awk -v what="$1" '/^ok / && !/# skip/ { passed++ } /^not ok / { failed++ }
        END { print (what == "failed" ? failed : passed) + 0 }' "$2"
}

# From "# pass 41" and "# fail 1".
count_node() {
    awk -v what="$1" '/^# (pass|fail) [0-9]+$/ { count[$2] = $3 }
        END { print count[what == "failed" ? "fail" : "pass"] + 0 }' "$2"
}

count_suite() {
    awk -v what="$1" 'END { print (what == "failed" ? $3 : $1) + 0 }' "$2"
}

test_everything() {
    began_all=$(date +%s)
    setup build unit format tidy test html fuzz ci
    check "build: release" compile release all test-plugins sockdrill-conform
    check "build: gcc with sanitizers" compile dev
    check "build: fuzz targets, libFuzzer" build_fuzzers
    check "format" check_format
    check "shell scripts" check_shell
    check "walls between the layers" check_walls
    check "public header: C11, C17, C++11, C++17" check_header
    check "man pages" check_man
    check "installed tree" check_install
    check "workflows" check_workflows
    check "clang-tidy" check_tidy
    check "cppcheck" check_cppcheck
    counted count_ctest "unit tests" all_unit_tests
    check "conformance: planted lies are found" \
        "$root/build/release/tests/conform/sockdrill-conform" --self-test
    check "conformance: the kernel and the simulation" conform_bounded
    check "fuzz targets: corpora and regressions" check_corpora
    check "fuzz targets: planted bugs are found" check_planted
    check "fuzz targets: the mutator of tapes" check_mutator
    check "fuzz targets: the rules of OSS-Fuzz" check_oss_fuzz_rules
    counted count_bats "tests of the command" bats_tests tests/cli "$jobs"
    counted count_node "html in a browser" html_tests
    counted count_suite "shipped suite: release" suite release
    counted count_suite "shipped suite: with sanitizers" suite dev
    check "shipped suite: same report for every -j" suite_repeats
    check "shipped suite: as its baselines say" suite_baselines
    check "simulated world: sealed, same everywhere" check_hermetic
    printf 'all stages passed in %d s\n\n' $(($(date +%s) - began_all))
    printf '%d passed, %d failed\n' $passed $failed
}

# What takes longer than a test before each commit may.
test_slow() {
    setup build unit test fuzz ci
    check "build: release" compile release all test-plugins
    check "build: gcc with sanitizers, fuzz targets" build_nights
    check "planted bugs are bugs" ctest --test-dir "$root/build/dev" -L slow --output-on-failure --no-tests=error
    counted count_bats "slow tests of the command" bats_tests tests/slow 1
    check "fuzz targets: the rules of OSS-Fuzz" check_oss_fuzz_rules
    check "fuzz targets: as OSS-Fuzz builds them" check_oss_fuzz
    printf '%d passed, %d failed\n' $passed $failed
}

test_unit() {
    setup build unit
    compile dev || fail "the build failed"
    unit_tests
}

tidy() {
    setup build unit tidy
    check "clang-tidy" check_tidy
    check "cppcheck" check_cppcheck
}
