# SPDX-License-Identifier: MIT
# sockdrill tape minimize and fingerprint: what a fuzzer left becomes a small scenario that fails in
# both worlds, under a name that does not hang on the build.

load ../cli/helper

setup() {
    planted=$(dirname "$SOCKDRILL")/../tests/planted
    [ -d "$planted/bugs" ] || fail "not built: ninja -C $(dirname "$SOCKDRILL")/.. planted"
}

# crash NAME PLUGIN: the planted scenario NAME as a fuzzer would have left it, with events around it
# that have nothing to do with the bug, in $crash.
crash() {
    mkdir -p "$work/tape-$2"
    crash=$work/tape-$2/crash-$1
    drill tape from-scenario --bare --plugin-path "$planted/bugs" -o "$work/bare" \
        "$DRILL_SOURCE_DIR/tests/planted/scenarios/$1.json"
    {
        # Behind it: clients 6 and 5, waits, cuts of nothing, ends of nothing.
        cat "$work/bare"
        printf '\007\005\000\006\001\006\003abc\003\006\003\006\000\005\001\005\012more noise\n'
        printf '\013\001\015\003\005\003\007\077'
    } >"$crash"
}

# What hangs for that many seconds hangs: long enough for a machine that is busy with other tests.
hang=10

minimize() {
    run --separate-stderr drill tape minimize --timeout "$hang" --plugin-path "$planted/bugs" "$@"
}

# told NUMBER: how many events are left, at most.
at_most() {
    left=$(printf '%s\n' "$output" | sed -n 's/^  minimized .* to \([0-9]*\) events.*/\1/p')
    [ -n "$left" ] && [ "$left" -le "$1" ] || fail "more than $1 events in:" "$output"
}

# fails_in WORLD FILE, and passes once the bug is mended.
fails_in() {
    run drill run --quiet --world "$1" --timeout "$hang" --plugin-path "$planted/bugs" "$2"
    [ "$status" -eq 1 ] || fail "it does not fail in the world $1:" "$output"
}

mended() {
    run drill run --quiet --plugin-path "$planted/clean" "$1"
    [ "$status" -eq 0 ] || fail "it fails although the bug is mended:" "$output"
}

# shrinks NAME FINGERPRINT EVENTS: from a noisy crash to a scenario of so many events at most.
shrinks() {
    crash "$1" "$1"
    minimize --out "$work/$1.json" "$crash"
    [ "$status" -eq 0 ] || fail "exit code $status:" "$output" "$stderr"
    equals "${lines[0]}" "$2"
    at_most "$3"
    has "$output" "cause         a peer alone"
    has "$output" "written       $work/$1.json"
    equals "$(json "$work/$1.json" 'it.title')" "$2"
    equals "$(json "$work/$1.json" 'it.tags')" '["regress"]'
    equals "$(json "$work/$1.json" 'it.steps.at(-1)')" '{"expect_server":{"alive":true}}'
    equals "$(json "$work/$1.json" '"expect_failure" in it || "worlds" in it')" false
    fails_in sim "$work/$1.json"
    fails_in kernel "$work/$1.json"
    mended "$work/$1.json"
}

@test "a crash becomes a scenario of the few steps that it takes" {
    shrinks signed-index signed-index:crash:transform 3
    shrinks wake-after-release wake-after-release:crash:wake 5
}

@test "so does a broken property" {
    shrinks full-receive-short full-receive-short:property:length-preserving 3
    equals "$(json "$work/full-receive-short.json" 'it.steps[1].send.size ?? it.steps[1].send.length')" 1024
}

@test "so does what is answered otherwise when it is cut otherwise" {
    shrinks message-border message-border:split 4
}

@test "so does what one session does to another" {
    shrinks shared-cursor shared-cursor:replay 6
}

@test "so does a leak" {
    shrinks leak-on-error leak-on-error:leak 3
}

@test "so does a hang" {
    hang=1
    shrinks never-ends never-ends:hang:transform 3
}

@test "what a plugin keeps in its process does not mislead" {
    shrinks carry-in-static carry-in-static:replay 3
}

@test "a bug that only a fault shows is said to be one, in both worlds" {
    SOCKDRILL=$planted/bin/sockdrill-interrupted-send
    planted=$(dirname "$SOCKDRILL")/..
    crash interrupted-send uppercase
    minimize --out "$work/fault.json" "$crash"
    equals "$status" 0
    equals "${lines[0]}" uppercase:settle
    at_most 3
    has "$output" "cause         only an injected fault or network"
    has "$output" "simulated     error: "
    has "$output" "real sockets  error: "
    has_not "$output" "not the same finding"
    equals "$(json "$work/fault.json" 'it.faults.length')" 1
}

@test "an input of a stream target is cut until it shows what the target found" {
    mkdir "$work/stream-exit-whole-only"
    printf 'exit it shall' >"$work/stream-exit-whole-only/crash"
    minimize --out "$work/stream.json" "$work/stream-exit-whole-only/crash"
    equals "$status" 0
    equals "${lines[0]}" exit-whole-only:split
    fails_in sim "$work/stream.json"
    fails_in kernel "$work/stream.json"
    mended "$work/stream.json"
}

@test "an input of a datagram target becomes datagrams" {
    printf 'sixteen bytes and many more' >"$work/crash"
    : >"$work/empty"
    minimize --target datagram-empty-datagram --out "$work/empty.json" "$work/empty"
    equals "$status" 0
    equals "${lines[0]}" empty-datagram:crash:transform
    fails_in kernel "$work/empty.json"
    minimize --target datagram-empty-datagram "$work/crash"
    equals "$status" 1
}

# plugin NAME SOURCE FLAGS...: builds one from the text in $source.
plugin() {
    local name=$1 compiler=$2
    shift 2
    mkdir -p "$work/built"
    printf '%s\n' "$source" >"$work/built/$name.c"
    "$compiler" -std=c11 -shared -fPIC -fvisibility=hidden -I "$DRILL_SOURCE_DIR/include" "$@" \
        "$work/built/$name.c" -o "$work/built/$name.so"
}

@test "what only a simulated network does is not looked for on real sockets" {
    source='#include <sockdrill/plugin.h>
static enum drill_status count(const struct drill_context *context, struct drill_bytes in, struct drill_buffer *out)
{
    int *seen = context->state;
    (void)in;
    if (++*seen == 2) {
        __builtin_trap();
    }
    drill_put_string(out, "OK");
    return DRILL_OK;
}
DRILL_PLUGIN(twice, .name = "twice", .version = "1", .transports = DRILL_UDP, .state_size = sizeof(int), .transform = count);'
    plugin twice cc
    scenario net twice '{"connect": {}}, {"send": "a"}, {"expect": "OK"}' '"worlds": ["sim"], "network": {"duplicate_percent": 100}'
    mkdir "$work/tape-twice"
    drill tape from-scenario --bare --plugin-path "$work/built" -o "$work/tape-twice/crash" "$work/suite/net.json"
    run drill tape minimize --plugin-path "$work/built" --out "$work/net.json" "$work/tape-twice/crash"
    equals "$status" 0
    equals "${lines[0]}" twice:crash:transform
    has "$output" "cause         only an injected fault or network"
    has "$output" "real sockets  not played: only a simulated network"
    equals "$(json "$work/net.json" it.worlds)" '["sim"]'
}

@test "the fingerprint is the same whatever compiled the plugin" {
    # The callback ends in a call that optimizing compilers turn into a jump, so that no frame of it
    # is left on the stack.
    source='#include <sockdrill/plugin.h>
static __attribute__((noinline)) enum drill_status deeper(struct drill_bytes in, struct drill_buffer *out)
{
    volatile char *nowhere = in.size > 2 ? NULL : (volatile char *)out->data;
    *nowhere = 1;
    return DRILL_OK;
}
static enum drill_status shout(const struct drill_context *context, struct drill_bytes in, struct drill_buffer *out)
{
    (void)context;
    return deeper(in, out);
}
DRILL_PLUGIN(tail, .name = "tail", .version = "1", .transports = DRILL_TCP, .transform = shout);'
    mkdir "$work/stream-tail"
    printf 'hello' >"$work/stream-tail/crash"
    local name flags command
    for flags in 'gcc -O0' 'gcc -O3' 'gcc -O3 -s' 'clang -O1 -fsanitize=address' 'clang -O3 -g'; do
        # shellcheck disable=SC2086 # a compiler and its flags
        plugin tail $flags
        for command in "$SOCKDRILL" ${SOCKDRILL_RELEASE:+"$SOCKDRILL_RELEASE"}; do
            case $command$flags in
            "${SOCKDRILL_RELEASE:-none}"*sanitize*) continue ;; # its runtime is not there
            esac
            run --separate-stderr timeout "$patience" "$command" tape fingerprint --plugin-path "$work/built" "$work/stream-tail/crash"
            equals "$flags: $status $output" "$flags: 0 tail:crash:transform"
        done
    done
    # Lines that move do not matter.
    source="

$source"
    plugin tail gcc -O1 -g
    run drill tape fingerprint --plugin-path "$work/built" "$work/stream-tail/crash"
    equals "$output" tail:crash:transform
}

@test "a plugin that ends the process is told by the callback that did" {
    source='#include <sockdrill/plugin.h>
#include <stdlib.h>
static enum drill_status leave(const struct drill_context *context, struct drill_bytes in, struct drill_buffer *out)
{
    (void)context, (void)in, (void)out;
    exit(3);
}
static enum drill_status answer(const struct drill_context *context, struct drill_bytes in, struct drill_buffer *out)
{
    (void)context, (void)in, (void)out;
    return DRILL_OK;
}
DRILL_PLUGIN(leaver, .name = "leaver", .version = "1", .transports = DRILL_TCP, .transform = answer, .eof = leave);'
    plugin leaver cc
    printf 'x' >"$work/x"
    run --separate-stderr drill tape fingerprint --plugin-path "$work/built" --target stream-leaver "$work/x"
    equals "$status $output" "0 leaver:exit:eof"
}

@test "the fingerprint command prints one line and nothing else" {
    crash signed-index signed-index
    run --separate-stderr drill tape fingerprint --plugin-path "$planted/bugs" "$crash"
    equals "$status" 0
    equals "$output" signed-index:crash:transform
    equals "$stderr" ""
}

@test "without --out the scenario goes to standard output, and what is told to standard error" {
    crash signed-index signed-index
    minimize "$crash"
    equals "$status" 0
    printf '%s\n' "$output" >"$work/out.json"
    equals "$(json "$work/out.json" it.title)" signed-index:crash:transform
    has "$stderr" "cause         a peer alone"
}

@test "a file that is there is not replaced unless told" {
    crash signed-index signed-index
    echo mine >"$work/there.json"
    minimize --out "$work/there.json" "$crash"
    equals "$status" 2
    has "$stderr" "--force"
    equals "$(cat "$work/there.json")" mine
    minimize --force --out "$work/there.json" "$crash"
    equals "$status" 0
    equals "$(json "$work/there.json" it.title)" signed-index:crash:transform
}

@test "a bound on the work is kept and told" {
    crash signed-index signed-index
    minimize --judgements 3 --out "$work/bounded.json" "$crash"
    equals "$status" 0
    has "$output" "in 3 judgements (all that were allowed"
    fails_in sim "$work/bounded.json"
}

@test "what shows nothing in this build is no scenario" {
    mkdir "$work/tape-uppercase"
    printf '\000\000\001\000\003abc' >"$work/tape-uppercase/input"
    local command
    for command in "$SOCKDRILL" ${SOCKDRILL_RELEASE:+"$SOCKDRILL_RELEASE"}; do
        for what in minimize fingerprint; do
            run --separate-stderr timeout "$patience" "$command" tape "$what" "$work/tape-uppercase/input"
            equals "$status" 1
            equals "$output" ""
            has "$stderr" "nothing goes wrong when this build plays it"
        done
    done
    [ -z "${SOCKDRILL_RELEASE:-}" ] || has "$stderr" "build/dev/bin/sockdrill"
}

@test "what a plugin keeps between its listeners is the target's to see, and that is said" {
    mkdir "$work/tape-count-in-process"
    printf '\000\000\001\000\003abc' >"$work/tape-count-in-process/input"
    minimize "$work/tape-count-in-process/input"
    equals "$status" 1
    has "$stderr" "only the fuzz target's own oracles see (open, conserved, repeat)"
}

@test "bad input and bad usage are refused before anything runs" {
    printf 'x' >"$work/x"
    for arguments in "" "$work/missing" "$work/x" "--target tape-nobody $work/x" "--target x $work/x" \
        "--target datagram-uppercase $work/x" "--judgements 0 --target tape-uppercase $work/x" "$work/x $work/x"; do
        # shellcheck disable=SC2086 # several words
        run drill tape minimize $arguments
        case $status in
        2) ;;
        *) fail "exit code $status for: $arguments" "$output" ;;
        esac
    done
}
