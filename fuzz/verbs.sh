#!/bin/sh
# SPDX-License-Identifier: MIT
# The verbs fuzz, planted, corpus and nightly of ./dev, which sources this.

: "${root:?}"

# compile_fuzz FOLDER PRESET INSTRUMENT [TARGETS]: like compile, in a folder that need not be called
# after the preset.
configure_fuzz() {
    if [ ! -e "$root/build/$1/build.ninja" ] ||
        [ -n "$(find "$root/CMakePresets.json" -newer "$root/build/$1/build.ninja")" ]; then
        echo "dev: building build/$1 for the first time"
        (cd "$root" && cmake --log-level=WARNING --preset "$2" -B "$root/build/$1" \
            "-DDRILL_FUZZ_INSTRUMENT=$3" >/dev/null) || fail "cmake could not configure the preset '$2'"
    fi
}

compile_fuzz() {
    configure_fuzz "$1" "$2" "$3"
    tree=$root/build/$1
    shift 3
    built=0
    output=$(ninja --quiet -C "$tree" "$@" 2>&1) || built=$?
    printf '%s\n' "$output" | grep -v -e '^ninja: no work to do' -e '^-- ' -e '^$' || true
    [ $built -eq 0 ] || fail "the build failed"
}

# The targets of a configured folder.
fuzz_targets() {
    ninja -C "$root/build/$1" -t targets all 2>/dev/null |
        sed -n 's|^fuzz/\([A-Za-z0-9_-]*\): C_EXECUTABLE_LINKER.*|\1|p; s|^fuzz/\([A-Za-z0-9_-]*\): CXX_EXECUTABLE_LINKER.*|\1|p' |
        sort
}

# near NAME: of the names on standard input the one that differs in the fewest letters, if it is few.
near() {
    awk -v name="$1" '
        function distance(a, b,    i, j, cost, least, row, above) {
            for (j = 0; j <= length(b); j++) row[j] = j
            for (i = 1; i <= length(a); i++) {
                above = row[0]
                row[0] = i
                for (j = 1; j <= length(b); j++) {
                    cost = above + (substr(a, i, 1) != substr(b, j, 1))
                    above = row[j]
                    least = row[j] < row[j - 1] ? row[j] + 1 : row[j - 1] + 1
                    row[j] = least < cost ? least : cost
                }
            }
            return row[length(b)]
        }
        { far = distance(name, $1); if (best == "" || far < nearest) { best = $1; nearest = far } }
        END { if (best != "" && nearest * 3 <= length(name)) print best }'
}

number() {
    case $2 in
    '' | *[!0-9]* | 0* | ????????*) fail "$1 takes a number, and at least 1, not '$2'" 2 ;;
    esac
}

fuzz() {
    target='' seconds='' engine='' plain='' instrument=plugin
    for word in "$@"; do
        case $word in
        --plain) plain=-plain ;;
        --all) instrument=all ;;
        -*) fail "fuzz has no option '$word': --plain or --all" 2 ;;
        *)
            if [ -z "$target" ]; then
                target=$word
            elif [ -z "$seconds" ]; then
                number fuzz "$word"
                seconds=$word
            elif [ -z "$engine" ]; then
                engine=$word
            else
                fail "fuzz takes a target, seconds and an engine; what is '$word'?" 2
            fi
            ;;
        esac
    done
    seconds=${seconds:-60}
    engine=${engine:-libfuzzer}
    case $engine in
    libfuzzer | afl) ;;
    *) fail "there is no engine '$engine': libfuzzer or afl" 2 ;;
    esac
    setup build fuzz
    preset=fuzz-$engine$plain
    folder=$preset
    [ $instrument = plugin ] || folder=$preset-all
    configure_fuzz "$folder" "$preset" $instrument
    targets=$(fuzz_targets "$folder")
    if ! printf '%s\n' "$targets" | grep -qxF -e "$target"; then
        close=$(printf '%s\n' "$targets" | near "$target")
        if [ -n "$target" ]; then
            [ -z "$close" ] || close="; did you mean '$close'?"
            echo "dev: there is no fuzz target '$target'$close" >&2
        else
            echo 'dev: which target? ./dev fuzz TARGET' >&2
        fi
        printf 'The targets are:\n' >&2
        printf '%s\n' "$targets" | sed 's/^/  /' >&2
        exit 2
    fi
    compile_fuzz "$folder" "$preset" $instrument "fuzz/$target"
    case $engine-$target in
    afl-tape-*) compile_fuzz "$folder" "$preset" $instrument fuzz/tape-mutator.so ;;
    esac
    [ "$engine" = libfuzzer ] || compile_fuzz fuzz-afl-cmplog fuzz-afl-cmplog plugin "fuzz/$target"
    exec sh "$root/fuzz/one.sh" "$target" "$seconds" "$engine" "$root/build/$folder"
}

planted() {
    if [ "${1:-}" = minimize ]; then
        shift
        setup build unit
        compile dev all planted || fail "the build failed"
        exec sh "$root/tests/planted/minimize.sh" "$@"
    fi
    setup build fuzz
    compile_fuzz fuzz-libfuzzer fuzz-libfuzzer plugin fuzzers
    exec sh "$root/tests/planted.sh" --build "$root/build/fuzz-libfuzzer" "$@"
}

# compile_targets FOLDER PRESET INSTRUMENT: those of the shipped plugins, not the planted ones.
compile_targets() {
    configure_fuzz "$1" "$2" "$3"
    # shellcheck disable=SC2046 # one word per target is meant
    compile_fuzz "$1" "$2" "$3" $(fuzz_targets "$1" | sed 's|^|fuzz/|')
}

# Everything that the corpora and the nights need; both engines, every kind of sanitizer.
compile_all_fuzzers() {
    setup build unit fuzz
    compile dev || fail "the build failed"
    for preset in fuzz-libfuzzer fuzz-libfuzzer-plain fuzz-afl fuzz-afl-plain fuzz-afl-cmplog fuzz-coverage; do
        compile_targets $preset $preset plugin
    done
    for preset in fuzz-afl fuzz-afl-plain; do
        compile_fuzz $preset $preset plugin fuzz/tape-mutator.so
    done
    compile_targets fuzz-libfuzzer-all fuzz-libfuzzer all
}

corpus() {
    [ $# -le 1 ] || fail "corpus takes seconds or nothing" 2
    [ $# -eq 0 ] || number corpus "$1"
    compile_all_fuzzers
    exec sh "$root/fuzz/corpus.sh" "${1:-60}"
}

nightly() {
    case ${1:-} in
    '') fail "for how many minutes? ./dev nightly MINUTES" 2 ;;
    --*) ;;
    *) number nightly "$1" ;;
    esac
    sh "$root/fuzz/nightly.sh" --check "$@" || exit 2
    compile_all_fuzzers
    exec sh "$root/fuzz/nightly.sh" "$@"
}
