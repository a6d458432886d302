#!/bin/sh
# SPDX-License-Identifier: MIT
# Builds the fuzz targets as OSS-Fuzz and ClusterFuzzLite do, checks what comes out against their rules,
# and runs it as their machines do.
#   tests/oss-fuzz.sh FOLDER        the builds lie in FOLDER, and are quick when they are there already
#   tests/oss-fuzz.sh --self-test   proves that each rule reports its planted breach, and nothing else
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
rules=$root/tests/oss-fuzz/rules.sh
play=$root/tests/oss-fuzz/play.sh
[ "${1:-}" != --self-test ] || exec sh "$root/tests/oss-fuzz/self-test.sh"
folder=${1:?usage: tests/oss-fuzz.sh FOLDER | --self-test}

fail() {
    echo "oss-fuzz: $1" >&2
    exit 1
}

# Debian's afl++ ships the driver; the builders' images have it beside the compiler.
driver=/usr/lib/afl/libAFLDriver.a
[ -e $driver ] || fail "no $driver: the package afl++ is missing"
for command in clang afl-clang-fast afl-fuzz llvm-profdata llvm-cov zip unzip readelf; do
    command -v $command >/dev/null || fail "the command $command is missing"
done

mkdir -p "$folder/src" "$folder/work" "$folder/lib"
folder=$(cd "$folder" && pwd)
rm -rf "$folder/out"
cp $driver "$folder/lib/libFuzzingEngine.a"
cp "$root/.clusterfuzzlite/build.sh" "$folder/src/build.sh"

# What the builders compile everything with.
common='-O1 -fno-omit-frame-pointer -gline-tables-only -DFUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION'
address='-fsanitize=address -fsanitize-address-use-after-scope'

# select_build NAME: sets the variables that a builder would set.
select_build() {
    CC=clang
    CXX=clang++
    LIB_FUZZING_ENGINE=-fsanitize=fuzzer
    FUZZING_ENGINE=libfuzzer
    SANITIZER=address
    case $1 in
    libfuzzer) CFLAGS="$common $address -fsanitize=fuzzer-no-link" ;;
    afl)
        CC=afl-clang-fast
        CXX=afl-clang-fast++
        CFLAGS="$common $address"
        LIB_FUZZING_ENGINE=$folder/lib/libFuzzingEngine.a
        FUZZING_ENGINE=afl
        ;;
    coverage)
        CFLAGS="$common -fprofile-instr-generate -fcoverage-mapping -pthread -Wl,--no-as-needed \
-Wl,-ldl -Wl,-lm -Wno-unused-command-line-argument"
        SANITIZER=coverage
        ;;
    esac
    # Theirs say -stdlib=libc++ instead, which is an archive in their images.
    CXXFLAGS="$CFLAGS -static-libstdc++"
    SRC=$folder/src
    OUT=$folder/out/$1
    WORK=$folder/work
    ARCHITECTURE=$(uname -m)
    mkdir -p "$OUT"
    export CC CXX CFLAGS CXXFLAGS LIB_FUZZING_ENGINE FUZZING_ENGINE SANITIZER SRC OUT WORK ARCHITECTURE
}

# As the builders call it. The sources are there under the builders' name only while it runs, so that
# a target that looks for them later does not find them. They are links, one per entry: a build must
# not lie inside of its sources.
run_build() {
    rm -rf "$folder/src/sockdrill"
    mkdir "$folder/src/sockdrill"
    for entry in "$root"/* "$root/.clusterfuzzlite"; do
        [ "$entry" = "$root/build" ] || ln -s "$entry" "$folder/src/sockdrill/"
    done
    built=0
    (
        cd "$folder/src/sockdrill"
        export AFL_QUIET=1 ASAN_OPTIONS=detect_leaks=0:symbolize=0:detect_odr_violation=0:abort_on_error=1
        bash -eux "$folder/src/build.sh"
    ) >"$folder/build.log" 2>&1 || built=$?
    rm -r "$folder/src/sockdrill"
    return $built
}

# check_build NAME
check_build() {
    select_build "$1"
    run_build || {
        tail -n 40 "$folder/build.log"
        fail "build.sh failed for $1"
    }
    build=$WORK/sockdrill-$FUZZING_ENGINE-$SANITIZER
    ninja -C "$build" -t commands fuzzers >"$folder/commands"
    for dictionary in "$root"/fuzz/dictionaries/*.dict; do
        name=${dictionary##*/}
        taken=0
        for target in "$OUT/${name%.dict}" "$OUT"/*-"${name%.dict}"; do
            [ -x "$target" ] || continue
            cmp -s "$dictionary" "$target.dict" || fail "$1: \$OUT has no ${target##*/}.dict like fuzz/dictionaries/$name"
            taken=$((taken + 1))
        done
        [ $taken -gt 0 ] || fail "$1: fuzz/dictionaries/$name is of no plugin that has a target, nor of 'scenario'"
    done
    bad=0
    sh "$rules" commands "$folder/commands" || bad=1
    sh "$rules" out "$OUT" || bad=1
    sh "$play" "$1" "$OUT" "$build/fuzz/canary" || bad=1
    [ $bad -eq 0 ] || fail "the build for $1 breaks the rules above"
}

# check_refusal VARIABLE VALUE: what is not supported is refused with a sentence, and nothing is built.
check_refusal() {
    select_build libfuzzer
    OUT=$folder/out/refused
    mkdir -p "$OUT"
    export OUT "$1=$2"
    ! run_build || fail "build.sh accepts $1=$2"
    grep -q "^build\.sh: .*$2.* is not \(supported\|set\)" "$folder/build.log" ||
        fail "build.sh fails with $1=$2, but not with the sentence that says so: $(tail -n 1 "$folder/build.log")"
    [ -z "$(ls "$OUT")" ] || fail "build.sh refuses $1=$2, but leaves something in \$OUT"
}

sh "$rules" config "$root" || fail "the descriptions break the rules above"
for engine in none centipede honggfuzz; do
    check_refusal FUZZING_ENGINE $engine
done
check_refusal SANITIZER memory
check_refusal ARCHITECTURE i386
check_refusal LIB_FUZZING_ENGINE ''
for build in libfuzzer afl coverage; do
    check_build $build
done
