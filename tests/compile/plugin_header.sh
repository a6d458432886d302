#!/bin/sh
# SPDX-License-Identifier: MIT
# <sockdrill/plugin.h> compiles alone as C11, C17, C++11 and C++17 with strict warnings as errors.
#
#   tests/compile/plugin_header.sh INCLUDE_FOLDER     compilers: $CC and $CXX, else cc and c++
set -eu

here=$(cd "$(dirname "$0")" && pwd)
include=${1:?the folder that holds sockdrill/plugin.h}
warnings='-Wall -Wextra -Wpedantic -Wshadow -Wundef -Wcast-align -Wconversion -Wsign-conversion -Werror'

compile() {
    compiler=$1
    source=$2
    shift 2
    # shellcheck disable=SC2086 # one word per warning is meant
    "$compiler" "$@" $warnings -I"$include" -fsyntax-only "$here/$source"
    echo "ok: $compiler $1 $source"
}

for standard in c11 c17; do
    compile "${CC:-cc}" plugin_header.c "-std=$standard" -Wstrict-prototypes -Wmissing-prototypes
done
if command -v "${CXX:-c++}" >/dev/null; then
    for standard in c++11 c++17; do
        compile "${CXX:-c++}" plugin_header.cpp "-std=$standard" -Wold-style-cast
    done
else
    # The header's C++ face is then tested wherever a C++ compiler is installed.
    echo "skipped: no C++ compiler here"
fi
