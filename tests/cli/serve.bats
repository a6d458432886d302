# SPDX-License-Identifier: MIT
# sockdrill serve: real peers, written in bash, perl and the command itself.

load helper

# ask PORT WORD SIZE: over TCP, with bash as the client. Prints SIZE bytes of answer.
ask() {
    local client answer
    exec {client}<>"/dev/tcp/127.0.0.1/$1"
    printf '%s' "$2" >&"$client"
    IFS= read -r -t "$patience" -N "$3" -u "$client" answer
    exec {client}<&-
    printf '%s\n' "$answer"
}

# ask_udp PORT WORD SIZE
ask_udp() {
    local client answer
    exec {client}<>"/dev/udp/127.0.0.1/$1"
    printf '%s' "$2" >&"$client"
    IFS= read -r -t "$patience" -N "$3" -u "$client" answer
    exec {client}<&-
    printf '%s\n' "$answer"
}

@test "TCP and UDP side by side in one process answer a plain client" {
    serve uppercase@tcp://127.0.0.1:0 ack-ok@udp://127.0.0.1:0
    has "${lines[0]}" "listening uppercase@tcp://127.0.0.1:"
    has "${lines[1]}" "listening ack-ok@udp://127.0.0.1:"
    equals "$(ask "${ports[0]}" hello 5)" HELLO
    equals "$(ask_udp "${ports[1]}" hello 2)" OK
    equals "$(ask "${ports[0]}" again 5)" AGAIN
    stop_serve
    equals "$code" 0
    equals "$(cat "$work/serve.err")" ""
}

@test "a client in another language gets HELLO for hello over TCP and OK over UDP" {
    command -v perl >/dev/null || skip "perl is not installed"
    serve uppercase@tcp://127.0.0.1:0 ack-ok@udp://127.0.0.1:0
    run -0 timeout "$patience" perl -MSocket -e '
        my ($tcp, $udp) = @ARGV;
        my $host = inet_aton("127.0.0.1");
        socket(my $s, PF_INET, SOCK_STREAM, 0) or die "socket: $!";
        connect($s, sockaddr_in($tcp, $host)) or die "connect: $!";
        send($s, "hello", 0) == 5 or die "send: $!";
        shutdown($s, 1);
        my $answer = "";
        while (sysread($s, my $piece, 100)) { $answer .= $piece; }
        print "$answer\n";
        socket(my $u, PF_INET, SOCK_DGRAM, 0) or die "socket: $!";
        send($u, "hello", 0, sockaddr_in($udp, $host)) == 5 or die "sendto: $!";
        defined recv($u, $answer, 100, 0) or die "recvfrom: $!";
        print "$answer\n";' "${ports[@]}"
    equals "$output" $'HELLO\nOK'
}

@test "an endpoint without a host is loopback" {
    serve uppercase@tcp://:0 uppercase@tcp://localhost:0
    has "${lines[0]}" "tcp://127.0.0.1:"
    has "${lines[1]}" "tcp://127.0.0.1:"
}

@test "IPv6 is served in brackets" {
    grep -q . /proc/net/if_inet6 2>/dev/null || skip "no IPv6 here"
    serve 'uppercase@tcp://[::1]:0' 'ack-ok@udp://[::1]:0'
    has "${lines[0]}" "listening uppercase@tcp://[::1]:"
    run -0 drill talk "tcp://[::1]:${ports[0]}" <<<hello
    equals "$output" HELLO
    run -0 drill talk "udp://[::1]:${ports[1]}" <<<hello
    equals "$output" OK
}

@test "sessions_total makes the one-shot server: it ends by itself with exit code 0" {
    serve 'uppercase@tcp://127.0.0.1:0?sessions_total=1'
    equals "$(ask "$port" once 4)" ONCE
    ended "$served" "$serve_out"
    equals "$code" 0
    served=
    run -1 drill talk "tcp://127.0.0.1:$port" <<<again
    has "$output" "nobody listens"
}

@test "sessions_max=1 serves one peer after the other" {
    serve 'uppercase@tcp://127.0.0.1:0?sessions_max=1'
    exec {first}<>"/dev/tcp/127.0.0.1/$port"
    printf 'first' >&"$first"
    IFS= read -r -t "$patience" -N 5 -u "$first" answer
    equals "$answer" FIRST
    exec {second}<>"/dev/tcp/127.0.0.1/$port" # completes in the backlog
    printf 'second' >&"$second"
    printf 'still' >&"$first"
    IFS= read -r -t "$patience" -N 5 -u "$first" answer
    equals "$answer" STILL
    exec {first}<&-
    IFS= read -r -t "$patience" -N 6 -u "$second" answer
    equals "$answer" SECOND
    exec {second}<&-
}

@test "options of the plugin and server keys are read from the query, with percent-decoding" {
    serve --plugin-path "$DRILL_TEST_PLUGINS" \
        'options@tcp://127.0.0.1:0?greeting=a%26b%20%25&option.nick=bob&count=-5&loud=true&recv_buffer=16' \
        'uppercase@tcp://127.0.0.1:0?quit=bye'
    run -0 drill talk "tcp://127.0.0.1:${ports[0]}" <<<x
    has "$output" "a&b %"
    has "$output" bob
    has "$output" -5
    run -1 drill talk "tcp://127.0.0.1:${ports[1]}" <<<$'one\nbye'
    equals "$output" "ONE"$'\n'"sockdrill talk: tcp://127.0.0.1:${ports[1]} closed the connection"
}

@test "idle_timeout_ms closes a silent peer" {
    serve -v 'uppercase@tcp://127.0.0.1:0?idle_timeout_ms=1'
    exec {client}<>"/dev/tcp/127.0.0.1/$port"
    local rest status=0
    IFS= read -r -t "$patience" -u "$client" rest || status=$?
    equals "$status" 1 # the end of the stream, not the end of patience
    exec {client}<&-
    stop_serve
    has "$(cat "$work/serve.err")" "ended: idle"
}

@test "SIGTERM and SIGINT drain: the answer under way is delivered, and the exit code is 0" {
    for signal in TERM INT; do
        rm -f "$work/serve.out"
        serve uppercase@tcp://127.0.0.1:0
        exec {client}<>"/dev/tcp/127.0.0.1/$port"
        printf 'hello' >&"$client"
        IFS= read -r -t "$patience" -N 5 -u "$client" answer
        equals "$answer" HELLO
        stop_serve $signal
        equals "$code" 0
        IFS= read -r -t "$patience" -u "$client" answer || status=$?
        equals "$status" 1
        exec {client}<&-
    done
}

@test "-v logs sessions and what plugins say; without it only failures of plugins are logged" {
    serve -v uppercase@tcp://127.0.0.1:0
    drill talk "tcp://127.0.0.1:$port" <<<hello
    stop_serve
    log=$(cat "$work/serve.err")
    has "$log" "session 1: accepted 127.0.0.1:"
    has "$log" "session 1: ended: eof"
    rm "$work/serve.out"
    serve --plugin-path "$DRILL_TEST_PLUGINS" overflow@tcp://127.0.0.1:0
    run -1 drill talk "tcp://127.0.0.1:$port" <<<overflow
    stop_serve
    log=$(cat "$work/serve.err")
    has "$log" "overflow@127.0.0.1:$port session 1:"
    has_not "$log" "accepted"
}

@test "an address in use is exit code 3, and the listeners before it are closed again" {
    serve uppercase@tcp://127.0.0.1:0 ack-ok@udp://127.0.0.1:0
    run -3 --separate-stderr drill serve uppercase@tcp://:0 "uppercase@tcp://127.0.0.1:$port"
    equals "$output" ""
    has "$stderr" "uppercase@tcp://127.0.0.1:$port: "
    has "$stderr" "Address already in use"
    run -3 --separate-stderr drill serve "ack-ok@udp://127.0.0.1:${ports[1]}"
    has "$stderr" "Address already in use"
}

@test "a port that needs rights is exit code 3" {
    [ "$(id -u)" -ne 0 ] || skip "root may listen anywhere"
    [ "$(cat /proc/sys/net/ipv4/ip_unprivileged_port_start)" -gt 1 ] || skip "every port is free here"
    run -3 --separate-stderr drill serve uppercase@tcp://127.0.0.1:1
    has "$stderr" "Permission denied"
}

@test "an address that is not this machine's is exit code 3" {
    run -3 --separate-stderr drill serve uppercase@tcp://192.0.2.1:0
    has "$stderr" "Cannot assign requested address"
}

@test "what is wrong with an argument is said before anything is opened, with exit code 2" {
    while IFS='|' read -r argument sentence; do
        run -2 --separate-stderr drill serve uppercase@tcp://:0 "$argument"
        equals "$output" ""
        has "$stderr" "sockdrill serve: $argument: "
        has "$stderr" "$sentence"
    done <<'END'
uppercase|write PLUGIN@tcp://HOST:PORT
@tcp://:0|write PLUGIN@tcp://HOST:PORT
uppercase@http://:0|write tcp://HOST:PORT or udp://HOST:PORT
uppercase@tcp://127.0.0.1|is not an address and a port
uppercase@tcp://example.org:80|names are not resolved
uppercase@tcp://127.0.0.1:65536|is not an address and a port
uppercase@tcp://127.0.0.1:-1|is not an address and a port
uppercase@tcp://[::1:80|is not an address and a port
upercase@tcp://:0|uppercase
uppercase@udp://:0|does not serve udp
ack-ok@tcp://:0|does not serve tcp
uppercase@tcp://:0?backlog=|'backlog' takes a number
uppercase@tcp://:0?backlog=-1|'backlog' takes a number
uppercase@tcp://:0?sessions_max=0|'sessions_max' takes a number from 1
uppercase@tcp://:0?recv_buffer=1e3|'recv_buffer' takes a number
uppercase@tcp://:0?backlog=1&backlog=2|'backlog' is given twice
uppercase@tcp://:0?quitt=exit|did you mean 'quit'?
uppercase@tcp://:0?sessions_mx=1|did you mean 'sessions_max'?
uppercase@tcp://:0?quit|is not KEY=VALUE
uppercase@tcp://:0?=exit|is not KEY=VALUE
uppercase@tcp://:0?quit=%zz|is not a byte
uppercase@tcp://:0?quit=%00|is not a byte
uppercase@tcp://:0?quit=%4|is not a byte
ack-ok@udp://:0?sessions_max=1|is for TCP
ack-ok@udp://:0?backlog=1|is for TCP
END
}

@test "a plugin that crashes, exits or is none is refused with exit code 2" {
    for name in crash-on-load exit-on-load no-symbol; do
        run -2 --separate-stderr drill serve "$DRILL_TEST_PLUGINS/bad/$name.so@tcp://127.0.0.1:0"
        has "$stderr" "$name.so"
    done
}

@test "a peer that resets and one that never reads do not disturb the others" {
    command -v perl >/dev/null || skip "perl is not installed"
    serve uppercase@tcp://127.0.0.1:0
    run -0 timeout "$patience" perl -MSocket -e '
        my $to = sockaddr_in($ARGV[0], inet_aton("127.0.0.1"));
        # SO_LINGER with a time of 0: close resets.
        for (1 .. 20) {
            socket(my $s, PF_INET, SOCK_STREAM, 0) or die;
            setsockopt($s, SOL_SOCKET, SO_LINGER, pack("ii", 1, 0)) or die;
            connect($s, $to) or die;
            send($s, "x" x 5000, 0);
            close $s;
        }
        # Never reads; stops when the server, blocked on its answer, takes no more.
        socket(my $deaf, PF_INET, SOCK_STREAM, 0) or die;
        connect($deaf, $to) or die;
        $deaf->blocking(0);
        my $sent = 0;
        while ($sent < 1e9) {
            my $wait = "";
            vec($wait, fileno($deaf), 1) = 1;
            last unless select(undef, $wait, undef, 0.3);
            $sent += send($deaf, "y" x 65536, 0) // 0;
        }
        die "no back-pressure" if $sent >= 1e9;
        socket(my $s, PF_INET, SOCK_STREAM, 0) or die;
        connect($s, $to) or die;
        send($s, "hello", 0);
        sysread($s, my $answer, 5);
        print "$answer\n";' "$port"
    equals "$output" HELLO
}

@test "a peer that does not read holds up the end for 5 seconds at most; a second signal ends at once" {
    command -v perl >/dev/null || skip "perl is not installed"
    for signals in 1 2; do
        rm -f "$work/serve.out" "$work/peer"
        serve uppercase@tcp://127.0.0.1:0
        mkfifo "$work/peer"
        # Sends until the server is blocked on its answer, says so, and then only stays.
        perl -MSocket -e '
            socket(my $s, PF_INET, SOCK_STREAM, 0) or die;
            connect($s, sockaddr_in($ARGV[0], inet_aton("127.0.0.1"))) or die;
            $s->blocking(0);
            my $quiet = 0;
            while (!$quiet) {
                my $wait = "";
                vec($wait, fileno($s), 1) = 1;
                $quiet = !select(undef, $wait, undef, 0.3);
                send($s, "y" x 65536, 0) unless $quiet;
            }
            $| = 1;
            print "blocked\n";
            <STDIN>;' "$port" <"$work/serve.out" >"$work/peer" 3>&- &
        peer=$!
        IFS= read -r -t "$patience" line <"$work/peer"
        equals "$line" blocked
        kill -TERM "$served"
        # The listener closes at once, whoever is still there.
        for ((attempt = 0; attempt < 100000; attempt++)); do
            (exec 5<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
        done
        [ $signals -eq 1 ] || kill -TERM "$served"
        code=0
        wait "$served" || code=$?
        served=
        if [ $signals -eq 1 ]; then
            equals "$code" 0
            has "$(cat "$work/serve.err")" "1 session did not take the rest of the answer; closed"
        else
            equals "$code" 143
        fi
        kill "$peer" 2>/dev/null || true
        wait "$peer" || true
        exec {serve_out}<&-
    done
}

@test "the limit on open files is raised: more peers than the soft limit are held at once" {
    [ "$(ulimit -Hn)" = unlimited ] || [ "$(ulimit -Hn)" -ge 400 ] || skip "the hard limit is low"
    command -v perl >/dev/null || skip "perl is not installed"
    hard=$(ulimit -Hn)
    ulimit -Sn 64
    serve uppercase@tcp://127.0.0.1:0
    ulimit -Sn "$hard"
    run -0 timeout "$patience" perl -MSocket -e '
        my $to = sockaddr_in($ARGV[0], inet_aton("127.0.0.1"));
        my @held;
        for my $i (1 .. 300) {
            socket(my $s, PF_INET, SOCK_STREAM, 0) or die "socket $i: $!";
            connect($s, $to) or die "connect $i: $!";
            send($s, "x", 0);
            sysread($s, my $answer, 1);
            $answer eq "X" or die "peer $i has no answer";
            push @held, $s;
        }
        print scalar(@held), "\n";' "$port"
    equals "$output" 300
}
