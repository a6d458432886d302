#!/bin/sh
# SPDX-License-Identifier: MIT
# The walls of ARCHITECTURE.md and the rules of style that a machine can read off the sources.
#
#   tests/walls.sh TREE          reports each breach as FILE:LINE: [RULE] what, and what to use instead
#   tests/walls.sh --self-test   proves that each rule reports its planted breach, and nothing else
set -eu

here=$(cd "$(dirname "$0")" && pwd)

# Every rule there is; the self-test fails for one that no planted breach shows.
rules='sockets clock dlfcn processes signals json sleep printing ending layers plugin-includes
world extern spdx typedef comment length unfinished'

# The files of a tree that rules apply to: sources, scripts and build files.
sources() {
    (cd "$1" && find . \( -path ./build -o -path ./.git -o -path ./tests/walls \) -prune -o \
        -type f \( -name '*.[ch]' -o -name '*.cpp' -o -name '*.sh' -o -name '*.bats' -o -name '*.bash' \
        -o -name '*.cmake' -o -name '*.awk' -o -name '*.js' -o -name '*.mjs' -o -name CMakeLists.txt \
        -o -path ./dev -o -path ./.ci/run \) -print | sed 's|^\./||' | sort)
}

# Prints the breaches in the named files and fails when there are any.
check_files() {
    awk -f "$here/walls.awk" "$@"
}

check_tree() {
    cd "$1"
    # shellcheck disable=SC2046 # names without blanks: one word each is meant
    check_files $(sources .)
}

# The planted tree lies under names that nothing compiles or formats. A planted line carries the name
# of the rule that it breaks, as in `/* wall: sleep */`; all others must stay unreported.
self_test() {
    tree=$(mktemp -d)
    trap 'rm -rf "$tree"' EXIT
    (cd "$here/walls" && find . -name '*.planted') | sed 's|^\./||' | while read -r planted; do
        mkdir -p "$tree/$(dirname "$planted")"
        cp "$here/walls/$planted" "$tree/${planted%.planted}"
    done
    (
        echo '/* SPDX-License-Identifier: MIT */'
        awk 'BEGIN { for (line = 2; line <= 500; line++) print "" }'
        echo '/* wall: length */'
    ) >"$tree/core/long.c"

    cd "$tree"
    # shellcheck disable=SC2046
    set -- $(sources .)
    grep -n 'wall: ' "$@" | sed -E 's/^([^:]+:[0-9]+):.*wall: ([a-z-]+).*/\1: [\2]/' | sort >"$tree/expected"
    if check_files "$@" >"$tree/output"; then
        echo "walls: the planted breaches were not noticed"
        return 1
    fi
    grep -v '^walls:' "$tree/output" | sed -E 's/^([^:]+:[0-9]+: \[[a-z-]+\]).*/\1/' | sort >"$tree/reported"
    if ! diff "$tree/expected" "$tree/reported"; then
        echo "walls: planted breaches (<) and reports (>) differ"
        return 1
    fi
    for rule in $rules; do
        if ! grep -q "\[$rule\]" "$tree/reported"; then
            echo "walls: no planted breach shows that the rule '$rule' works"
            return 1
        fi
    done
    echo "walls: each of $(wc -l <"$tree/reported" | tr -d ' ') planted breaches was reported, and nothing else"
}

case ${1:-} in
--self-test) self_test ;;
'') echo "usage: tests/walls.sh TREE | --self-test" >&2 && exit 2 ;;
*) check_tree "$1" ;;
esac
