# SPDX-License-Identifier: MIT
# sockdrill talk: the client of the tutorial.

load helper

@test "each line gets its answer on a line, without a prompt when nobody watches" {
    serve uppercase@tcp://127.0.0.1:0
    run -0 drill talk "tcp://127.0.0.1:$port" <<<$'hello\nhow are you'
    equals "$output" $'HELLO\nHOW ARE YOU'
}

@test "empty lines are skipped, and a last line without a newline counts" {
    serve uppercase@tcp://127.0.0.1:0
    run -0 drill talk "tcp://127.0.0.1:$port" < <(printf '\n\none\n\n\ntwo')
    equals "$output" $'ONE\nTWO'
    run -0 drill talk "tcp://127.0.0.1:$port" </dev/null
    equals "$output" ""
}

@test "exit is sent and leaves; what follows is not sent" {
    serve -v 'uppercase@tcp://127.0.0.1:0?quit=exit'
    run -0 drill talk "tcp://127.0.0.1:$port" <<<$'one\nexit\ntwo'
    equals "$output" ONE
    # Another exchange, so that the server has come round to the word, which is its `quit`.
    run -0 drill talk "tcp://127.0.0.1:$port" <<<again
    equals "$output" AGAIN
    stop_serve
    has "$(cat "$work/serve.err")" "session 1: ended: plugin"
}

@test "over UDP each line is a datagram, and exit leaves as well" {
    serve ack-ok@udp://127.0.0.1:0
    run -0 drill talk "udp://127.0.0.1:$port" <<<$'one\n\ntwo\nexit\nthree'
    equals "$output" $'OK\nOK'
}

@test "on a terminal it prompts with >>: " {
    command -v script >/dev/null || skip "script is not installed"
    serve uppercase@tcp://127.0.0.1:0
    printf 'hello\n\nexit\n' >"$work/typed"
    run -0 timeout "$patience" script -qec "'$SOCKDRILL' talk tcp://127.0.0.1:$port" /dev/null \
        <"$work/typed"
    has "$output" ">>: "
    has "$output" "HELLO"
}

@test "nobody there: a sentence and exit code 1, over TCP and over UDP" {
    serve 'uppercase@tcp://127.0.0.1:0?sessions_total=1'
    stop_serve # now the port is surely free
    run -1 --separate-stderr drill talk "tcp://127.0.0.1:$port" <<<hello
    equals "$stderr" "sockdrill talk: nobody listens on tcp://127.0.0.1:$port"
    run -1 --separate-stderr drill talk "udp://127.0.0.1:$port" <<<hello
    equals "$stderr" "sockdrill talk: nobody listens on udp://127.0.0.1:$port"
}

@test "no answer in time: a sentence, the other lines still go, exit code 1" {
    # This plugin answers whole lines only, and lines are sent without their newline.
    serve --plugin-path "$DRILL_TEST_PLUGINS" lines@tcp://127.0.0.1:0
    run -1 --separate-stderr drill talk --timeout 0.25 "tcp://127.0.0.1:$port" <<<$'one\ntwo'
    equals "$stderr" "sockdrill talk: no answer from tcp://127.0.0.1:$port within 0.25 s
sockdrill talk: no answer from tcp://127.0.0.1:$port within 0.25 s"
    equals "$output" "<onetwo>"
}

@test "an answer that was never sent is waited for over UDP as well" {
    serve --plugin-path "$DRILL_TEST_PLUGINS" dual@udp://127.0.0.1:0
    kill -STOP "$served"
    run -1 --separate-stderr drill talk --timeout 0.05 "udp://127.0.0.1:$port" <<<one
    equals "$stderr" "sockdrill talk: no answer from udp://127.0.0.1:$port within 0.05 s"
    kill -CONT "$served"
}

@test "a server that closes: exit code 0 when every line was answered, else 1" {
    serve 'uppercase@tcp://127.0.0.1:0?messages_per_session=1'
    run -0 drill talk "tcp://127.0.0.1:$port" <<<one
    has "$output" ONE
    run -1 --separate-stderr drill talk "tcp://127.0.0.1:$port" <<<$'one\ntwo\nthree'
    equals "$output" ONE
    has "$stderr" "tcp://127.0.0.1:$port closed the connection"
    stop_serve
    rm "$work/serve.out"
    serve 'uppercase@tcp://127.0.0.1:0?quit=bye'
    run -1 --separate-stderr drill talk "tcp://127.0.0.1:$port" <<<$'one\nbye\ntwo'
    equals "$output" ONE
    has "$stderr" "closed the connection"
}

@test "lines much longer than any buffer come back whole" {
    serve uppercase@tcp://127.0.0.1:0
    head -c 5000000 /dev/zero | tr '\0' a >"$work/lines"
    printf '\nshort\n' >>"$work/lines"
    head -c 70000 /dev/zero | tr '\0' b >>"$work/lines"
    printf '\n' >>"$work/lines"
    drill talk "tcp://127.0.0.1:$port" <"$work/lines" >"$work/answers"
    tr a-z A-Z <"$work/lines" | cmp - "$work/answers"
}

@test "a line that no datagram holds is refused, the others still go" {
    serve ack-ok@udp://127.0.0.1:0
    { head -c 70000 /dev/zero | tr '\0' a; printf '\nshort\n'; } >"$work/lines"
    run -1 --separate-stderr drill talk "udp://127.0.0.1:$port" <"$work/lines"
    equals "$output" OK
    has "$stderr" "70000 bytes does not fit into a datagram"
}

@test "a greeting is printed before the first answer" {
    serve --plugin-path "$DRILL_TEST_PLUGINS" greeter@tcp://127.0.0.1:0
    run -0 drill talk "tcp://127.0.0.1:$port" <<<$'hello\nyou'
    has "$output" hello
    has "$output" you
}

@test "bytes that are no text pass through unchanged" {
    serve uppercase@tcp://127.0.0.1:0
    printf '\001\377\000\033z\n' >"$work/line"
    drill talk "tcp://127.0.0.1:$port" <"$work/line" >"$work/answer"
    printf '\001\377\000\033Z\n' | cmp - "$work/answer"
}

@test "answers that cannot be written end it with exit code 3" {
    [ -e /dev/full ] || skip "this system has no /dev/full"
    serve uppercase@tcp://127.0.0.1:0
    run -3 bash -c '"$0" talk "tcp://127.0.0.1:$1" <<<hello >/dev/full' "$SOCKDRILL" "$port"
    has "$output" "standard output could not be written"
}

@test "what is no endpoint to talk to is exit code 2" {
    for endpoint in 127.0.0.1:9000 tcp://127.0.0.1 tcp://:0 tcp://host:1 'tcp://:1?backlog=1' ''; do
        run -2 --separate-stderr drill talk "$endpoint" </dev/null
        [ -n "$stderr" ]
    done
    for seconds in 0 -1 x '' 1e3 inf 0x10 1000001 1.2.3; do
        run -2 --separate-stderr drill talk --timeout "$seconds" tcp://:1 </dev/null
        has "$stderr" "--timeout takes seconds"
    done
}
