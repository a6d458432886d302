# SPDX-License-Identifier: MIT
# For tests that play tests/drills.

drills=$DRILL_SOURCE_DIR/tests/drills
# A busy machine takes its time, and a run twice: with troubles in a worker and in a fresh one.
patience=120
# Of the plugin that hangs, in seconds.
hang=3

# run_drills FOLDER REPORT [ARGUMENTS]: -q, with the test plugins.
run_drills() {
    drill run -q --timeout "$hang" --plugin-path "$DRILL_TEST_PLUGINS" --report "$2" "${@:3}" \
        "$drills/$1"
}
