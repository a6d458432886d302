#!/bin/sh
# SPDX-License-Identifier: MIT
# The HTML report in headless Chromium: what it shows, keys, attacks, ten thousand results, axe.
#   tests/html.sh FOLDER [TEST...]   packages are installed with npm in FOLDER; all of tests/html/*.test.js,
#                                    or those named
# SOCKDRILL is the command that makes the pages, DRILL_TEST_PLUGINS has the plugins of the drills. CHROMIUM
# is the browser, where it is not the one in PATH. Prints TAP.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
folder=${1:?usage: tests/html.sh FOLDER [TEST...]}
shift
[ $# -gt 0 ] || set -- "$root"/tests/html/*.test.js
: "${SOCKDRILL:?names the command to test}" "${DRILL_TEST_PLUGINS:?names the folder of test plugins}"

fail() {
    echo "html: $1"
    exit 1
}

CHROMIUM=${CHROMIUM:-$(command -v chromium)} || fail "chromium is missing: ./dev setup html"
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)

# Anew only when the versions are others.
if ! cmp -s "$root/tests/html/package-lock.json" "$folder/node_modules/installed.json"; then
    cp "$root/tests/html/package.json" "$root/tests/html/package-lock.json" "$folder"
    npm ci --prefix "$folder" --no-audit --no-fund --ignore-scripts >"$folder/npm.log" 2>&1 ||
        fail "npm could not install playwright-core and axe-core: see $folder/npm.log"
    cp "$folder/package-lock.json" "$folder/node_modules/installed.json"
fi

cd "$root"
export CHROMIUM SOCKDRILL DRILL_TEST_PLUGINS NODE_PATH="$folder/node_modules"
exec node --test --test-reporter=tap "$@"
