# SPDX-License-Identifier: MIT
# sockdrill plugins, and where plugins are looked for.

load helper

# shelf NAME...: puts copies of test plugins into a folder of their own.
shelf() {
    mkdir -p "$work/shelf"
    for name in "$@"; do
        cp "$DRILL_TEST_PLUGINS/$name.so" "$work/shelf/"
    done
}

@test "the plugins that were built with the command are found without a flag" {
    run -0 --separate-stderr drill plugins
    equals "$stderr" ""
    has "$output" "uppercase 1"
    has "$output" "ack-ok 1"
    [[ $output == *"path "*"/uppercase.so"* ]]
}

@test "each plugin is listed with transports, properties, options and path" {
    run -0 drill plugins
    has "$output" "transports  tcp"
    has "$output" "transports  udp"
    has "$output" "split-invariant, length-preserving"
    has "$output" "one-reply-per-datagram"
    has "$output" "quit: string"
    shelf options
    run -0 drill plugins --plugin-path "$work/shelf"
    has "$output" 'greeting: string, default "hi"'
    has "$output" "nick: string, no default"
    has "$output" "count: integer, -5 to 10, default 3"
    has "$output" "any: integer, default 0"
    has "$output" "loud: boolean, default false"
    has "$output" "polite: boolean, default true"
    has "$output" "an integer with a range"
    has "$output" "path        $work/shelf/options.so"
}

@test "the folders of --plugin-path come before those of the environment and the built-in one" {
    mkdir "$work/first" "$work/second"
    cp "$DRILL_TEST_PLUGINS/greeter.so" "$work/first/uppercase.so"
    cp "$DRILL_TEST_PLUGINS/lines.so" "$work/second/uppercase.so"
    SOCKDRILL_PLUGIN_PATH=$work/second run -0 drill plugins
    has "$output" "path        $work/second/uppercase.so"
    SOCKDRILL_PLUGIN_PATH=$work/second run -0 drill plugins --plugin-path "$work/first"
    has "$output" "path        $work/first/uppercase.so"
    has_not "$output" "$work/second/uppercase.so"
    run -0 drill plugins --plugin-path "$work/second:$work/first"
    has "$output" "path        $work/second/uppercase.so"
}

@test "files that are no plugins are refused one by one, the others listed, and the exit code is 1" {
    shelf greeter bad/crash-on-load bad/exit-on-load bad/no-symbol bad/wrong-abi-version
    printf 'not an ELF file' >"$work/shelf/text.so"
    mkdir "$work/shelf/folder.so"
    run -1 --separate-stderr drill plugins --plugin-path "$work/shelf"
    has "$output" "greeter 1"
    has "$output" "uppercase 1"
    for name in crash-on-load exit-on-load no-symbol wrong-abi-version text folder; do
        has "$stderr" "$name.so"
        has_not "$output" "$name.so"
    done
}

@test "a FIFO among the plugins does not make the command wait" {
    mkdir "$work/shelf"
    mkfifo "$work/shelf/pipe.so"
    run -1 --separate-stderr drill plugins --plugin-path "$work/shelf"
    has "$stderr" "pipe.so"
}

@test "a folder that is not there does not hide the others" {
    run drill plugins --plugin-path "$work/nowhere"
    has "$output" "uppercase 1"
}
