#!/bin/sh
# SPDX-License-Identifier: MIT
# usage: tests/hermetic.sh FOLDER
# Builds the program `hermetic` (tests/hermetic) in FOLDER with two compilers, one that optimises and one that does not, plays the
# shipped suite with each behind its seal, and compares the hashes of all traces. Exit code 1: something differs.
set -eu

folder=${1:?usage: tests/hermetic.sh FOLDER}
root=$(cd "$(dirname "$0")/.." && pwd)
variants='gcc-O3 clang-O0'

# build VARIANT: only what the program needs: core, the shipped plugins and itself.
build() {
    if [ ! -e "$folder/$1/build.ninja" ]; then
        cmake --log-level=WARNING -G Ninja -S "$root" -B "$folder/$1" -DCMAKE_C_COMPILER="${1%-*}" \
            -DCMAKE_BUILD_TYPE=None -DCMAKE_C_FLAGS="-${1#*-}" >/dev/null
    fi
    ninja --quiet -C "$folder/$1" hermetic
}

cd "$root"
for variant in $variants; do
    build "$variant"
    echo "$variant:"
    "$folder/$variant/tests/hermetic" --self-test
    "$folder/$variant/tests/hermetic" scenarios
    "$folder/$variant/tests/hermetic" --hashes scenarios >"$folder/$variant/hashes"
done
differ=0
for variant in $variants; do
    diff "$folder/gcc-O3/hashes" "$folder/$variant/hashes" || {
        echo "the traces of $variant differ from those of gcc-O3"
        differ=1
    }
done
[ $differ -eq 0 ] && echo "$(wc -l <"$folder/gcc-O3/hashes") traces have the same hash in all of: $variants"
