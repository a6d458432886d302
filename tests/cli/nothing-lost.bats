# SPDX-License-Identifier: MIT
# Whatever a run meets, what had finished is in a report that can be read, and the exit code tells:
# signals, a full disk, folders that may not be written, pipes that nobody reads. Each with every file
# that a run, a merge, a diff or a report can write.

load helper

# What `sockdrill run` writes besides the report.
faces="timings trace junit tap markdown html"

setup() {
    passing a
    scenario b hang '{"connect": {}}, {"send": "hang"}, {"expect": "never"}'
}

# every_face FOLDER: the options that write each of them into FOLDER.
every_face() {
    local face
    for face in $faces; do
        printf -- '--%s %s/out.%s ' "$face" "$1" "$face"
    done
}

# start_run: all of them, until the first scenario is kept and the second hangs. Sets `runner` and
# `run_out`.
start_run() {
    mkfifo "$work/run.out"
    # shellcheck disable=SC2046 # one word per option is meant
    "$SOCKDRILL" run -v -j 1 --timeout 60 --plugin-path "$DRILL_TEST_PLUGINS" \
        --report "$work/report.json" $(every_face "$work") "$work/suite" \
        >"$work/run.out" 2>"$work/run.err" 3>&- &
    runner=$!
    exec {run_out}<"$work/run.out"
    local line
    IFS= read -r -t "$patience" -u "$run_out" line
    has "$line" a
}

# whole REPORT: it can be read by whoever reads reports.
whole() {
    run -0 drill report "$1" --junit "$work/again.xml"
    drill diff "$1" "$1"
}

# small_disk COMMAND: in a mount namespace of its own, where $work/disk holds 64 KiB.
small_disk() {
    mkdir -p "$work/disk"
    unshare --map-root-user --mount true 2>/dev/null ||
        skip "no mount namespaces here: no small disk to be had"
    # shellcheck disable=SC2016 # the inner shell expands it
    unshare --map-root-user --mount bash -c 'mount -t tmpfs -o size=64k none "$0/disk" && '"$1"'
        code=$?; cp -r "$0/disk" "$0/kept"; exit $code' "$work"
}

# without_rights COMMAND...: as a user who owns files but may not pass over their modes.
without_rights() {
    if [ "$(id -u)" -eq 0 ]; then
        setpriv --bounding-set=-dac_override,-dac_read_search "$@"
    else
        "$@"
    fi
}

@test "SIGINT and SIGTERM: every file has what had finished, and none is green" {
    for signal in INT TERM; do
        rm -rf "$work"/run.* "$work"/out.* "$work"/report.*
        start_run
        kill -$signal "$runner"
        ended "$runner" "$run_out"
        equals "$code" 3
        for face in $faces; do
            [ -s "$work/out.$face" ] || fail "no $face"
            [ ! -e "$work/out.$face.partial" ]
        done
        equals "$(json "$work/report.json" it.complete)" false
        whole "$work/report.json"
        run ! prove -e cat "$work/out.tap"
        has "$(cat "$work/out.html")" '"complete":false'
        has "$(cat "$work/out.markdown")" "the run stopped after 1 of 2 scenarios"
    done
}

@test "SIGKILL: the partial report is a report, from which everything else can be made" {
    start_run
    kill -KILL "$runner"
    ended "$runner" "$run_out"
    equals "$code" 137
    [ ! -e "$work/report.json" ]
    whole "$work/report.json.partial"
    run -0 drill report "$work/report.json.partial" --html "$work/late.html" --tap "$work/late.tap" \
        --markdown "$work/late.md"
    [ -s "$work/late.html" ] && [ -s "$work/late.md" ]
    rm "$work/suite/b.json"
    run -0 drill run --rerun "$work/report.json.partial" --report "$work/report.json" "$work/suite"
    equals "$(json "$work/report.json" it.complete)" true
}

@test "a disk that fills up: exit code 3, and what is there is whole" {
    rm "$work/suite/b.json"
    for number in $(seq 40); do
        passing "c$number"
    done
    export SOCKDRILL
    # shellcheck disable=SC2016 # the inner shell expands it
    run -3 small_disk '"$SOCKDRILL" run -j 1 --report "$0/disk/report.json" "$0/suite"'
    has "$output" "No space left on device"
    [ ! -e "$work/kept/report.json" ]
    equals "$(json "$work/kept/report.json.partial" it.complete)" false
    equals "$(json "$work/kept/report.json.partial" 'it.results.length > 5')" true
    whole "$work/kept/report.json.partial"
}

@test "a full disk under a face: exit code 3, and the report and what was there before are kept" {
    rm "$work/suite/b.json"
    for number in $(seq 40); do
        failing "c$number"
    done
    run -1 drill run -q --report "$work/full.json" "$work/suite"
    export SOCKDRILL
    for face in junit tap markdown html; do
        rm -rf "$work/kept"
        # shellcheck disable=SC2016 # the inner shell expands it
        run -3 small_disk 'echo before >"$0/disk/out"; head -c 60000 /dev/zero >"$0/disk/ballast"
            "$SOCKDRILL" run -q --report "$0/report.json" --'"$face"' "$0/disk/out" "$0/suite"'
        has "$output" "No space left on device"
        equals "$(cat "$work/kept/out")" before
        cmp "$work/report.json" "$work/full.json"
        # shellcheck disable=SC2016
        run -3 small_disk 'echo before >"$0/disk/out"; head -c 60000 /dev/zero >"$0/disk/ballast"
            "$SOCKDRILL" report "$0/full.json" --'"$face"' "$0/disk/out"'
        has "$output" "No space left on device"
    done
    for face in junit tap markdown html; do
        run -3 drill report "$work/full.json" --$face /dev/full
        has "$output" "No space left on device"
    done
    drill run -q --shard 1/1 --report "$work/shard.json" "$work/suite" || [ $? -eq 1 ]
    run -3 drill merge -o /dev/full "$work/shard.json"
    run -3 drill diff --format json -o /dev/full "$work/full.json" "$work/full.json"
}

@test "a target that cannot be: exit code 3 before the first scenario, with its name" {
    mkdir "$work/folder"
    rm "$work/suite/b.json"
    for face in report $faces; do
        run -3 --separate-stderr drill run -v --$face "$work/nowhere/file" "$work/suite"
        has "$stderr" "$work/nowhere/file"
        equals "$output" ""
        run -3 --separate-stderr drill run -v --$face "$work/folder" "$work/suite"
        has "$stderr" "$work/folder"
        equals "$output" ""
    done
}

@test "a folder without the right to write: exit code 3 before the first scenario" {
    mkdir "$work/locked"
    chmod 500 "$work/locked"
    rm "$work/suite/b.json"
    for face in report $faces; do
        run -3 --separate-stderr without_rights "$SOCKDRILL" run -v --$face "$work/locked/file" "$work/suite"
        has "$stderr" "Permission denied"
        equals "$output" ""
    done
    drill run -q --report "$work/report.json" "$work/suite"
    for face in junit tap markdown html; do
        run -3 without_rights "$SOCKDRILL" report "$work/report.json" --$face "$work/locked/file"
        has "$output" "Permission denied"
    done
    drill run -q --shard 1/1 --report "$work/shard.json" "$work/suite"
    run -3 without_rights "$SOCKDRILL" merge -o "$work/locked/file" "$work/shard.json"
    has "$output" "Permission denied"
    cp "$work/report.json" "$work/locked/baseline.json"
    failing a
    run -3 without_rights env -u CI "$SOCKDRILL" run --baseline "$work/locked/baseline.json" \
        --update-baseline "$work/suite"
    has "$output" "Permission denied"
    cmp "$work/report.json" "$work/locked/baseline.json"
}

@test "a file system that is read-only: exit code 3, and the baseline is as it was" {
    rm "$work/suite/b.json"
    export SOCKDRILL
    # shellcheck disable=SC2016 # the inner shell expands it
    run -3 small_disk 'mount -o remount,ro "$0/disk"
        "$SOCKDRILL" run --report "$0/disk/report.json" "$0/suite"'
    has "$output" "Read-only file system"
}

@test "a pipe that nobody reads is exit code 3 for what writes to standard output" {
    rm "$work/suite/b.json"
    mkfifo "$work/pipe"
    drill run -q --report "$work/report.json" "$work/suite"
    drill run -q --shard 1/1 --report "$work/shard.json" "$work/suite"
    for command in "report $work/report.json --tap -" "merge $work/shard.json" \
        "diff --format json $work/report.json $work/report.json"; do
        run -3 bash -c 'exec 5<>"$1/pipe" 4>"$1/pipe" 5<&-
            "$0" '"$command"' >&4' "$SOCKDRILL" "$work"
        has "$output" "Broken pipe"
    done
}
