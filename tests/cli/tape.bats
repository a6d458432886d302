# SPDX-License-Identifier: MIT
# sockdrill tape: fuzz inputs, tapes and scenarios.

load helper

# tape NAME: the tape of a scenario with an answer, at $work/NAME.tape.
tape() {
    passing "$1"
    drill tape from-scenario "$work/suite/$1.json" -o "$work/$1.tape"
}

@test "tape lists its subcommands, and suggests the nearest of what is none" {
    run -0 drill tape --help
    for subcommand in to-scenario from-scenario show; do
        has "$output" "  $subcommand "
        run -0 drill tape $subcommand --help
        has "$output" "Usage: sockdrill tape $subcommand"
        run -0 drill tape --help
    done
    run -2 --separate-stderr drill tape
    has "$stderr" "usage: sockdrill tape SUBCOMMAND"
    run -2 --separate-stderr drill tape to-scenaro x
    has "$stderr" "there is no subcommand 'to-scenaro'; did you mean 'to-scenario'?"
}

@test "a scenario comes back from its tape as it was spelled, notes and all" {
    scenario noted uppercase '{"note": "hm", "connect": {}}, {"repeat": 2, "steps": [
        {"send": "a$i"}, {"expect": "A$i"}]}'
    drill tape from-scenario "$work/suite/noted.json" -o "$work/noted.tape"
    drill tape to-scenario "$work/noted.tape" -o "$work/back.json"
    equals "$(json "$work/back.json" it)" "$(json "$work/suite/noted.json" it)"
    run -0 drill run "$work/back.json"
}

@test "a tape without its spelling is a scenario that passes all the same" {
    scenario plain uppercase '{"connect": {}}, {"send": {"hex": "00ff61"}, "cuts": "every"}, {"expect": {"hex": "00ff41"}}'
    drill tape from-scenario --bare "$work/suite/plain.json" -o "$work/bare"
    drill tape from-scenario "$work/suite/plain.json" -o "$work/plain.tape"
    # The header, the events, and nothing behind them.
    head -c $((8 + 2 + 1 + 9 + 1 + $(stat -c %s "$work/bare"))) "$work/plain.tape" >"$work/short.tape"
    drill tape to-scenario "$work/short.tape" -o "$work/back.json"
    has "$(json "$work/back.json" 'it.steps[1].send')" '00ff61'
    run -0 drill run "$work/back.json"
}

@test "a file with a matrix needs a filter or a folder" {
    scenario many uppercase '{"connect": {}}, {"send": "$msg"}, {"expect": {"size": 1}}' '"matrix": {"msg": ["a", "b"]}'
    run -2 --separate-stderr drill tape from-scenario "$work/suite/many.json"
    has "$stderr" "it holds 2 scenarios, such as 'many#msg=a'"
    run -0 drill tape from-scenario --filter 'many#msg=b' "$work/suite/many.json" -o "$work/b.tape"
    run -0 drill tape show "$work/b.tape"
    has "$output" 'send client 0 1 bytes "b"'
    mkdir "$work/tapes"
    run -0 drill tape from-scenario "$work/suite/many.json" -o "$work/tapes/"
    equals "$(ls "$work/tapes")" $'many#msg=a.tape\nmany#msg=b.tape'
    run -2 --separate-stderr drill tape from-scenario --filter nobody "$work/suite/many.json"
    has "$stderr" "no scenario in it is called 'nobody'"
}

@test "show lists one event a line and marks what no peer can cause" {
    scenario injured uppercase '{"connect": {}}, {"send": "hi"}, {"expect": "HI"}' \
        '"worlds": ["sim"], "network": {"latency_ms": 5}, "faults": [{"call": "recv", "nth": 1, "error": "EINTR"}]'
    drill tape from-scenario "$work/suite/injured.json" -o "$work/injured.tape"
    run -0 drill tape show "$work/injured.tape"
    equals "${lines[0]}" "tape of version 1 for plugin uppercase, whole"
    has "$output" "network latency_ms 5  (injected)"
    has "$output" "fault recv 1: EINTR  (injected)"
    has "$output" 'expect client 0 2 bytes "HI"'
    equals "$(grep -c injected <<<"$output")" 2
}

@test "a bare input becomes a scenario that ends in asking whether the server lives" {
    printf '\000\000\001\000\005hello' >"$work/input"
    run -2 --separate-stderr drill tape to-scenario "$work/input"
    has "$stderr" "say what it is for with --target"
    run -0 drill tape to-scenario --target tape-uppercase "$work/input" -o "$work/input.json"
    equals "$(json "$work/input.json" 'it.steps.slice(-1)[0]')" '{"expect_server":{"alive":true}}'
    run -0 drill run "$work/input.json"
    mkdir -p "$work/corpus/tape-uppercase/crashes"
    cp "$work/input" "$work/corpus/tape-uppercase/crashes/1"
    run -0 drill tape to-scenario "$work/corpus/tape-uppercase/crashes/1"
    equals "$output" "$(cat "$work/input.json")"
}

@test "a stream goes out in pieces of the receive buffer, a datagram whole" {
    head -c 2500 /dev/zero | tr '\000' a >"$work/bytes"
    drill tape to-scenario --target stream-uppercase "$work/bytes" -o "$work/stream.json"
    equals "$(json "$work/stream.json" 'it.steps.filter(s => s.send).map(s => s.send.length)')" "[1024,1024,452]"
    drill tape to-scenario --target datagram-ack-ok "$work/bytes" -o "$work/datagram.json"
    equals "$(json "$work/datagram.json" 'it.steps.filter(s => s.send).map(s => s.send.length)')" "[2500]"
    run -0 drill run "$work/stream.json" "$work/datagram.json"
    run -2 --separate-stderr drill tape to-scenario --target stream-ack-ok "$work/bytes"
    has "$stderr" 'the plugin "ack-ok" does not serve streams'
    run -2 --separate-stderr drill tape to-scenario --target river-uppercase "$work/bytes"
    has "$stderr" "'river-uppercase' is no target"
}

@test "an input that is longer than a fuzz target's is cut as there, and that is told" {
    optimized
    head -c 65536 /dev/zero | tr '\000' a >"$work/whole"
    head -c 50000000 /dev/zero | tr '\000' a >"$work/longer"
    run -0 --separate-stderr drill tape to-scenario --target stream-uppercase -o "$work/whole.json" "$work/whole"
    equals "$stderr" ""
    run -0 --separate-stderr drill tape to-scenario --target stream-uppercase -o "$work/longer.json" "$work/longer"
    equals "$stderr" "sockdrill tape to-scenario: $work/longer: a fuzz target plays its first 65536 bytes, and so does this"
    cmp "$work/whole.json" "$work/longer.json"
    run -1 --separate-stderr drill tape fingerprint --target stream-uppercase "$work/longer"
    has "$stderr" "nothing goes wrong when this build plays it"
}

@test "the help of a subcommand names its file once, and the options that it shares with others" {
    for subcommand in minimize:CRASH fingerprint:CRASH to-scenario:FILE from-scenario:FILE show:FILE; do
        run -0 drill tape "${subcommand%:*}" --help
        equals "${lines[0]}" "Usage: sockdrill tape ${subcommand%:*} [OPTION...] ${subcommand#*:}"
        case $subcommand in
        show:*) has_not "$output" --plugin-path ;;
        *) has "$output" --plugin-path=DIR ;;
        esac
    done
    # Each says its own, and nothing of another's.
    run -0 drill tape minimize --help
    has_not "$output" "prints the fingerprint"
    run -2 --separate-stderr drill tape from-scenario --target tape-uppercase x
    run -2 --separate-stderr drill tape from-scenario
    has "$stderr" "name a scenario"
    run -2 --separate-stderr drill tape fingerprint
    has "$stderr" "name the file that the fuzzer left"
}

@test "files that are no tapes are refused with one sentence" {
    tape good
    mkfifo "$work/pipe"
    for file in "$work" "$work/pipe" /dev/null; do
        for subcommand in to-scenario show minimize fingerprint; do
            run -2 --separate-stderr drill tape "$subcommand" --target tape-uppercase "$file"
            equals "$stderr" "sockdrill tape $subcommand: $file: it is not a regular file"
        done
    done
    run -2 --separate-stderr drill tape to-scenario "$work/nowhere"
    has "$stderr" "No such file"
    {
        head -c 8 "$work/good.tape"
        printf '\007'
        tail -c +10 "$work/good.tape"
    } >"$work/later.tape"
    run -2 --separate-stderr drill tape to-scenario "$work/later.tape"
    has "$stderr" "later.tape: the tape has version 7 and this sockdrill reads version 1"
    {
        head -c 9 "$work/good.tape"
        printf '\000\006nobody\000'
    } >"$work/foreign.tape"
    run -2 --separate-stderr drill tape to-scenario "$work/foreign.tape"
    has "$stderr" "nobody"
}

@test "a tape cut anywhere is refused, or says less" {
    tape good
    size=$(stat -c %s "$work/good.tape")
    for at in 8 9 10 14 20 25 $((size / 2)) $((size - 1)); do
        head -c "$at" "$work/good.tape" >"$work/cut.tape"
        run -2 --separate-stderr drill tape to-scenario "$work/cut.tape"
        has "$stderr" "cut.tape: the tape ends in the middle: it was cut short"
    done
}

@test "a spelling that is not the tape's any more is not believed" {
    tape good
    # Only the spelling has quotes.
    sed 's/"hello"/"hallo"/' "$work/good.tape" >"$work/other.tape"
    ! cmp -s "$work/good.tape" "$work/other.tape"
    run -0 drill tape to-scenario "$work/other.tape"
    has "$output" '"send": "hello"'
    has_not "$output" '"hallo"'
}

@test "a result that cannot be written is exit code 3, a place that is not there 2" {
    [ -e /dev/full ] || skip "this system has no /dev/full"
    tape good
    run -3 --separate-stderr drill tape to-scenario "$work/good.tape" -o /dev/full
    has "$stderr" "/dev/full could not be written: No space left on device"
    run -3 --separate-stderr bash -c 'exec "$1" tape to-scenario "$2" >/dev/full' - "$SOCKDRILL" "$work/good.tape"
    run -3 --separate-stderr bash -c 'exec "$1" tape show "$2" >/dev/full' - "$SOCKDRILL" "$work/good.tape"
    run -2 --separate-stderr drill tape from-scenario "$work/suite/good.json" -o "$work/nowhere/x"
    has "$stderr" "nowhere/x cannot be written"
}
