#!/bin/sh
# SPDX-License-Identifier: MIT
# Installs a build tree into a scratch folder and uses it as a stranger would: the command finds the
# installed plugins, and a plugin in a repository of its own is built with the installed package.
#   tests/install.sh BUILD_TREE
set -eu

build=$(cd "$1" && pwd)
source=$(cd "$(dirname "$0")/.." && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
prefix=$scratch/prefix

cmake --install "$build" --prefix "$prefix" >"$scratch/log" || {
    cat "$scratch/log"
    exit 1
}

listed=$("$prefix/bin/sockdrill" plugins)
for name in uppercase ack-ok; do
    case $listed in
    *"$name"*"$prefix"*) ;;
    *)
        echo "the installed command does not list the installed plugin $name:"
        echo "$listed"
        exit 1
        ;;
    esac
done

share=$prefix/share/sockdrill
for file in "$share/scenarios/scenario.schema.json" "$share/report.schema.json" \
    "$share/timings.schema.json" "$share/trace.schema.json" \
    "$prefix/share/man/man1/sockdrill.1" "$prefix/share/man/man5/sockdrill-scenario.5" \
    "$prefix/share/man/man7/sockdrill-plugin.7"; do
    test -s "$file" || {
        echo "not installed: ${file#"$prefix/"}"
        exit 1
    }
done

mkdir "$scratch/stranger"
cp "$source/plugins/template.c" "$scratch/stranger/shout.c"
cat >"$scratch/stranger/CMakeLists.txt" <<'END'
cmake_minimum_required(VERSION 3.25)
project(stranger LANGUAGES C)
find_package(sockdrill 0.1 REQUIRED)
drill_add_plugin(shout shout.c)
END
for step in "-G Ninja -S $scratch/stranger -B $scratch/out -DCMAKE_PREFIX_PATH=$prefix" \
    "--build $scratch/out" "--install $scratch/out --prefix $prefix"; do
    # shellcheck disable=SC2086 # several words are meant
    cmake $step >"$scratch/log" 2>&1 || {
        cat "$scratch/log"
        exit 1
    }
done
case $("$prefix/bin/sockdrill" plugins) in
*"/shout.so"*) ;;
*)
    echo "the installed command does not list a plugin that was built with the installed package"
    exit 1
    ;;
esac

# The same plugin with nothing but pkg-config and a compiler.
PKG_CONFIG_PATH=$(dirname "$(find "$prefix" -name sockdrill.pc)")
export PKG_CONFIG_PATH
# shellcheck disable=SC2046 # several flags are meant
cc -std=c11 -shared -fPIC -fvisibility=hidden \
    $(pkg-config --define-variable=prefix="$prefix" --define-variable=includedir="$prefix/include" \
        --cflags sockdrill) "$source/plugins/template.c" -o "$scratch/by-hand.so"
echo "installed, found and used"
