#!/bin/bash
# SPDX-License-Identifier: MIT
# Builds every fuzz target into $OUT as OSS-Fuzz and ClusterFuzzLite want them: called inside their
# builder image, which sets all the variables used here. The sources lie in $SRC/sockdrill; of $WORK
# only one folder per engine and sanitizer is used, since builders keep $WORK from one to the next.
set -eu

refuse() {
    echo "build.sh: $1" >&2
    exit 1
}

for variable in SRC OUT WORK CC CXX CFLAGS CXXFLAGS; do
    [ -n "${!variable-}" ] || refuse "\$$variable is not set; this runs in a builder image of OSS-Fuzz"
done
engine=${FUZZING_ENGINE:-libfuzzer}
sanitizer=${SANITIZER:-address}
architecture=${ARCHITECTURE:-x86_64}

case $engine in
libfuzzer | afl) ;;
*) refuse "the fuzzing engine '$engine' is not supported: libfuzzer or afl" ;;
esac
case $sanitizer in
address | undefined | coverage) ;;
*) refuse "the sanitizer '$sanitizer' is not supported: address, undefined or coverage" ;;
esac
case $engine-$sanitizer in
afl-undefined | afl-coverage) refuse "afl is built with the sanitizer 'address' only, not '$sanitizer'" ;;
esac
case $architecture in
x86_64 | aarch64) ;;
*) refuse "the architecture '$architecture' is not supported: x86_64 or aarch64" ;;
esac
[ -n "${LIB_FUZZING_ENGINE-}" ] || refuse "\$LIB_FUZZING_ENGINE is not set: what links the engine?"
command -v zip >/dev/null || refuse "zip is missing: it packs the seed corpora"

source=$SRC/sockdrill
build=$WORK/sockdrill-$engine-$sanitizer
[ -e "$source/CMakeLists.txt" ] || refuse "no sources of sockdrill in $source"

# CMake takes CC, CXX, CFLAGS and CXXFLAGS from the environment. No build type: the builders' flags
# say how to optimise. The libraries are linked as archives, because only $OUT is taken along to the
# machines that fuzz.
cmake --fresh -G Ninja -S "$source" -B "$build" \
    -DCMAKE_BUILD_TYPE=None \
    -DCMAKE_EXPORT_COMPILE_COMMANDS=ON \
    -DCMAKE_SKIP_RPATH=ON \
    -DDRILL_STATIC_DEPENDENCIES=ON \
    -DDRILL_FUZZ_ENGINE=custom \
    -DDRILL_FUZZ_ENGINE_FLAGS="$LIB_FUZZING_ENGINE"
ninja -C "$build" fuzzers

# The longest input that is worth trying. Streams wrap their 256-byte buffers many times in it; a
# datagram longer than that would only be cut off.
longest_input() {
    case $1 in
    datagram-*) echo 2048 ;;
    scenario | report) echo 16384 ;;
    *) echo 4096 ;;
    esac
}

# What lies beside the target NAME: seeds, dictionary and options, under the names that are looked for.
accompany() {
    if [ -d "$source/fuzz/corpus/$1" ]; then
        seeds=$OUT/$1_seed_corpus.zip
        rm -f "$seeds"
        find "$source/fuzz/corpus/$1" -type f ! -name '.*' | LC_ALL=C sort | zip -q -j -X "$seeds" -@
    fi
    # The targets of a plugin share its dictionary: stream-NAME and tape-NAME that of NAME; the target
    # `scenario` has one of its own name. fuzz/engine.sh has the same rule.
    dictionary=$source/fuzz/dictionaries/${1#*-}.dict
    if [ -f "$dictionary" ]; then
        cp "$dictionary" "$OUT/$1.dict"
    fi
    printf '[libfuzzer]\nmax_len = %d\n' "$(longest_input "$1")" >"$OUT/$1.options"
}

# The canary is there to crash, which is no finding: it stays in $WORK.
count=0
for target in "$build"/fuzz/*; do
    name=${target##*/}
    case $name in
    canary | *[!A-Za-z0-9_-]*) continue ;;
    esac
    if [ ! -f "$target" ] || [ ! -x "$target" ] || ! grep -q LLVMFuzzerTestOneInput "$target"; then
        continue
    fi
    cp "$target" "$OUT/$name"
    accompany "$name"
    count=$((count + 1))
done
[ $count -gt 0 ] || refuse "no fuzz target was built in $build/fuzz"
echo "build.sh: $count fuzz targets for $engine with $sanitizer"
