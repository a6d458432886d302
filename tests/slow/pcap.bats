# SPDX-License-Identifier: MIT
# Captures of real runs (--pcap), read back with tshark: that they are well-formed, and that they
# tell the story.

load ../cli/helper

setup() {
    optimized
    suite=$work/suite
    captures=$work/captures
}

# Payload is bytes, whatever the port. Simulated captures are also read without this.
as_data=(-d tcp.port==0-65535,data -d udp.port==0-65535,data)

# shark ARGUMENTS...: tshark with nobody's settings and with every checksum checked.
shark() {
    WIRESHARK_CONFIG_DIR=$work/no-settings timeout -k 5 300 tshark -n \
        -o ip.check_checksum:TRUE -o tcp.check_checksum:TRUE -o udp.check_checksum:TRUE \
        "${as_data[@]}" "$@" 2>"$work/shark.err" ||
        fail "tshark $*:" "$(cat "$work/shark.err")"
}

# capture [ARGUMENTS...]: runs the suite in both worlds.
capture() {
    rm -rf "$captures"
    run -0 drill run --pcap "$captures" "$@" "$suite"
}

# findings FILE: what there is to complain of, one line each. Resets, ends and ports that are used
# again are stories, and so is a SYN that is sent again; a packet that is captured in part cannot be
# checked. Small datagrams to ports from 33434 on remind tshark of traceroute.
findings() {
    shark -r "$1" -T fields -E 'aggregator=;' -e frame.number -e frame.len -e frame.cap_len -e tcp.flags \
        -e ip.checksum.status -e tcp.checksum.status -e udp.checksum.status \
        -e icmp.checksum.status -e icmpv6.checksum.status -e _ws.malformed -e _ws.expert.message |
        awk -F '\t' '
        function complain(about) { print "packet " $1 ": " about; complaints++ }
        {
            whole = $2 == $3
            split($5, ip, ";")
            if ($5 != "" && ip[1] != 1) complain("IP checksum " $5)
            if ($6 != "" && $6 != (whole ? 1 : 2)) complain("TCP checksum " $6)
            icmp = $8 $9
            if ($7 ~ /0/ || (whole && icmp == "" && $7 != "" && $7 != 1)) complain("UDP checksum " $7)
            if (icmp != "" && icmp != 1) complain("ICMP checksum " icmp)
            if ($6 $7 icmp == "") complain("neither TCP nor UDP nor ICMP")
            if ($10 != "") complain("malformed")
            count = split($11, messages, ";")
            for (i = 1; i <= count; i++) {
                if (messages[i] ~ /^Connection (establish request|establish acknowledge|finish|reset) /)
                    continue
                if (messages[i] ~ /^This frame (initiates|undergoes) the connection closing$/)
                    continue
                if (messages[i] ~ /^A new tcp session is started with the same ports as an earlier /)
                    continue
                if (messages[i] ~ /^This frame is a \(suspected\) retransmission$/ && $4 ~ /^0x0*2$/)
                    continue
                if (messages[i] ~ /^Possible traceroute: /)
                    continue
                complain(messages[i])
            }
        }
        END { if (!NR) print "no packet" }'
}

# whose LIST FINDING: names the file that the packet came from when the files of the list were merged.
whose() {
    tr '\n' '\0' <"$1" | xargs -0 capinfos -T -M -r -c |
        awk -F '\t' -v "finding=$2" '
        BEGIN { split(finding, word, /[ :]/); left = word[2] }
        left <= $2 { print $1 ": " finding " (here " left ")"; exit }
        { left -= $2 }'
}

# told FILE: a line for each packet of one client: from client (C) or server (S), and what it is.
told() {
    shark -r "$1" -T fields -e tcp.srcport -e tcp.flags.syn -e tcp.flags.fin -e tcp.flags.reset \
        -e tcp.flags.ack -e tcp.len -e udp.srcport -e udp.length -e icmp.type -e icmp.code \
        -e icmpv6.type -e icmpv6.code |
        awk -F '\t' '
        function on(field) { return field == 1 || field == "True" }
        {
            if (client == "") client = $1 $7
            line = ($1 $7 == client ? "C" : "S")
            if ($9 $11 != "") line = "ICMP" ($11 != "" ? "v6" : "") " " $9 $11 " " $10 $12
            else if ($1 == "") line = line " UDP " $8 - 8
            if (on($2)) line = line " SYN"
            if (on($3)) line = line " FIN"
            if (on($4)) line = line " RST"
            if (on($5)) line = line " ACK"
            if ($6 > 0) line = line " " $6
            print line
        }'
}

# tells NAME LINE...: the captures of both worlds.
tells() {
    local name=$1 world
    shift
    for world in sim kernel; do
        equals "$(told "$captures/$name.$world.pcap")" "$(printf '%s\n' "$@")"
        equals "$(findings "$captures/$name.$world.pcap")" ''
    done
}

handshake=('C SYN' 'S SYN ACK' 'C ACK')

@test "the captures of the shipped suite are well-formed in both worlds" {
    run -0 timeout 300 "$SOCKDRILL" run -q --pcap "$captures" --report "$work/report.json" \
        "$DRILL_SOURCE_DIR/scenarios"
    cd "$captures"
    find . -name '*.pcap' | LC_ALL=C sort >"$work/all"
    grep '\.kernel\.pcap$' "$work/all" >"$work/kernel"
    grep -v '\.kernel\.pcap$' "$work/all" >"$work/sim"
    equals "$(wc -l <"$work/sim")" "$(json "$work/report.json" it.results.length)"
    for world in kernel sim; do
        # The kernel may choose a port that tshark knows; the simulated world must not.
        [ "$world" = kernel ] || as_data=()
        # All in one file is a hundred times faster.
        tr '\n' '\0' <"$work/$world" | xargs -0 mergecap -a -F nsecpcap -w "$work/merged"
        findings "$work/merged" >"$work/findings"
        [ ! -s "$work/findings" ] || fail "the first of $(wc -l <"$work/findings") findings:" \
            "$(whose "$work/$world" "$(head -n 1 "$work/findings")")"
    done
}

@test "thousands of simulated clients meet no port that a reader takes for another protocol" {
    # From 32768 to beyond 47700. More would not fit into a trace.
    scenario many uppercase '{"repeat": 15000, "index": "i", "steps": [
        {"connect": {}, "as": "c[$i]"}, {"send": "hello", "as": "c[$i]"},
        {"expect": "HELLO", "as": "c[$i]"}]}, {"expect_server": {"sessions": 15000}}' \
        '"worlds": ["sim"]'
    sed -i 's/"plugin"/"sessions_max": 15000, "plugin"/' "$suite/many.json"
    capture
    as_data=()
    equals "$(findings "$captures/many.pcap" | head -n 1)" ''
    shark -r "$captures/many.pcap" -T fields -e tcp.srcport -e _ws.col.Protocol | sort -u >"$work/seen"
    equals "$(cut -f 2 "$work/seen" | sort -u)" TCP
    equals "$(wc -l <"$work/seen")" 15001
    # Harmless payload proves little, so the ports themselves are looked up.
    WIRESHARK_CONFIG_DIR=$work/no-settings tshark -G decodes 2>"$work/shark.err" |
        awk -F '\t' '$1 ~ /^(tcp|udp)\.port$/ { print $2 "\t" $3 }' | sort -u >"$work/known"
    has "$(cat "$work/known")" $'34980\tecatf'
    equals "$(join -t $'\t' "$work/seen" "$work/known")" ''
}

@test "a wrong byte in a capture would be found" {
    passing a
    capture
    cp "$captures/a.sim.pcap" "$work/wrong"
    # The last packet's last byte, and one of the first packet's source address.
    size=$(stat -c %s "$work/wrong")
    printf '\377' | dd of="$work/wrong" bs=1 seek=$((size - 21)) conv=notrunc status=none
    has "$(findings "$work/wrong")" "IP checksum 0"
    cp "$captures/a.sim.pcap" "$work/wrong"
    printf '\377' | dd of="$work/wrong" bs=1 seek=$((size - 1)) conv=notrunc status=none
    has "$(findings "$work/wrong")" "TCP checksum 0"
    editcap -F nsecpcap "$captures/a.sim.pcap" "$work/wrong" 4
    has "$(findings "$work/wrong")" "ACKed segment that wasn't captured"
    editcap -F nsecpcap "$captures/a.sim.pcap" "$work/wrong" 1-3
    tail -c +25 "$captures/a.sim.pcap" >>"$work/wrong"
    has "$(findings "$work/wrong")" "retransmission"
}

@test "a conversation: handshake, data, half-close, the other end" {
    scenario talk uppercase '{"connect": {}}, {"send": "hello"}, {"expect": "HELLO"},
        {"send": "you"}, {"half_close": {}}, {"expect": "YOU"}, {"expect_end": "eof"}'
    capture
    tells talk "${handshake[@]}" 'C ACK 5' 'S ACK' 'S ACK 5' 'C ACK' 'C ACK 3' 'S ACK' 'S ACK 3' \
        'C ACK' 'C FIN ACK' 'S ACK' 'S FIN ACK' 'C ACK'
}

@test "the streams are what was sent" {
    scenario long uppercase '{"connect": {}}, {"send": {"random": 3000, "seed": 7}},
        {"expect": {"size": 3000}}, {"send": {"fill": "b", "size": 200000}},
        {"expect": {"fill": "B", "size": 200000}}, {"half_close": {}}, {"expect_end": "eof"}' \
        '"matrix": {"family": ["ipv4", "ipv6"]}'
    sed -i 's/"plugin"/"family": "$family", "plugin"/' "$suite/long.json"
    capture
    for file in "$captures"/*.pcap; do
        equals "$(findings "$file")" ''
        shark -q -r "$file" -z follow,tcp,raw,0 >"$work/followed"
        # Lines of the server begin with a tab.
        grep -E '^[0-9a-f]+$' "$work/followed" | tr -d '\n' >"$work/up"
        grep -E '^	[0-9a-f]+$' "$work/followed" | tr -d '\t\n' >"$work/down"
        equals "$(wc -c <"$work/up")" 406000
        equals "$(wc -c <"$work/down")" 406000
        equals "$(tail -c 400000 "$work/up" | sed 's/62//g')" ''
        equals "$(tail -c 400000 "$work/down" | sed 's/42//g')" ''
        # What came first is random: the server's bytes are the client's, in upper case.
        for way in up down; do
            head -c 6000 "$work/$way" | fold -w 2 | tr '\n' ' ' |
                sed -E 's/6([1-9a-f])/4\1/g; s/7([0-9a])/5\1/g' >"$work/$way.upper"
        done
        cmp "$work/up.upper" "$work/down.upper"
    done
}

@test "resets: by a client, for unread bytes, for bytes that meet a closed socket" {
    scenario leaves uppercase '{"connect": {}}, {"send": "hello"}, {"expect": "HELLO"}, {"reset": {}}'
    scenario unread uppercase '{"connect": {}}, {"pause": {}}, {"send": "hello"},
        {"expect_server": {"bytes_received": 5}}, {"close": {}}'
    cp "$DRILL_SOURCE_DIR/scenarios/tcp/send-to-closed.json" "$suite/late.json"
    capture
    tells leaves "${handshake[@]}" 'C ACK 5' 'S ACK' 'S ACK 5' 'C ACK' 'C RST ACK'
    tells unread "${handshake[@]}" 'C ACK 5' 'S ACK' 'S ACK 5' 'C ACK' 'C RST ACK'
    for world in sim kernel; do
        told=$(told "$captures/late.$world.pcap")
        has "$told" $'\nS FIN ACK\nC ACK\nC ACK 8\nS RST'
    done
}

@test "a closed port: SYN and reset; a listener that closes resets who waits" {
    scenario refused uppercase '{"server": {"stop": true}}, {"connect": {}, "outcome": "refused"}'
    scenario waits uppercase '{"server": {"accepting": false}}, {"connect": {}},
        {"server": {"stop": true}}, {"expect_end": "reset"}'
    capture
    tells refused 'C SYN' 'S RST ACK'
    tells waits "${handshake[@]}" 'S RST ACK'
}

@test "IPv6 is told like IPv4" {
    scenario six uppercase '{"connect": {}}, {"send": "hello"}, {"expect": "HELLO"}, {"close": {}}'
    sed -i 's/"plugin"/"family": "ipv6", "plugin"/' "$suite/six.json"
    capture
    tells six "${handshake[@]}" 'C ACK 5' 'S ACK' 'S ACK 5' 'C ACK' 'C FIN ACK' 'S ACK' \
        'S FIN ACK' 'C ACK'
    equals "$(shark -r "$captures/six.sim.pcap" -T fields -e ipv6.src -e ipv6.dst | sort -u)" \
        $'::1\t::1'
}

@test "datagrams, also the empty and the largest; a closed port is unreachable" {
    for family in ipv4 ipv6; do
        scenario sizes-$family ack-ok '{"connect": {}}, {"send": "hello"}, {"expect": "OK"},
            {"send": ""}, {"expect": "OK"}, {"send": {"fill": "x", "size": 65507}}, {"expect": "OK"}'
        scenario gone-$family ack-ok '{"server": {"stop": true}}, {"connect": {}},
            {"send": "hello", "outcome": "refused"},
            {"send": {"fill": "x", "size": 3000}, "outcome": "refused"}'
        sed -i "s/\"plugin\"/\"transport\": \"udp\", \"family\": \"$family\", \"plugin\"/" \
            "$suite/sizes-$family.json" "$suite/gone-$family.json"
    done
    capture
    for family in ipv4 ipv6; do
        tells sizes-$family 'C UDP 5' 'S UDP 2' 'C UDP 0' 'S UDP 2' 'C UDP 65507' 'S UDP 2'
    done
    tells gone-ipv4 'C UDP 5' 'ICMP 3 3' 'C UDP 3000' 'ICMP 3 3'
    tells gone-ipv6 'C UDP 5' 'ICMPv6 1 4' 'C UDP 3000' 'ICMPv6 1 4'
}

# syns FILE STREAM: when each SYN of a connection was sent, in seconds since the first.
syns() {
    shark -r "$1" -Y "tcp.stream == $2 && tcp.flags.syn == 1 && tcp.flags.ack == 0" \
        -T fields -e tcp.time_relative | sed -E 's/0+$//; s/\.$//' | tr '\n' ' '
}

@test "a hung connect sends its SYN again until it is let in, and then goes on" {
    mkdir "$suite"
    cp "$DRILL_SOURCE_DIR/scenarios/sim/hung-first-retry.json" "$suite"
    scenario hung-once uppercase '{"server": {"accepting": false}}, {"connect": {}},
        {"connect": {}, "outcome": "hung", "as": "other"}' '"worlds": ["sim"]'
    scenario hung-gives-up uppercase '{"server": {"accepting": false}}, {"connect": {}},
        {"connect": {}, "outcome": "hung", "as": "other"}, {"wait_ms": 180000}' '"worlds": ["sim"]'
    sed -i 's/"plugin"/"backlog": 0, "plugin"/' "$suite"/hung-[og]*.json
    capture
    equals "$(syns "$captures/hung-once.pcap" 1)" '0 '
    equals "$(syns "$captures/hung-first-retry.pcap" 0)" '0 '
    equals "$(syns "$captures/hung-first-retry.pcap" 1)" '0 1.024 '
    # The schedule of Linux: five times a second apart, then twice as long each time.
    equals "$(syns "$captures/hung-gives-up.pcap" 1 | sed -E 's/\.[0-9]+//g')" \
        '0 1 2 3 4 5 7 11 19 35 68 '
    shark -r "$captures/hung-first-retry.pcap" -Y 'tcp.stream == 1' -T fields \
        -e tcp.time_relative -e tcp.flags.str -e tcp.analysis.retransmission | head -n 5 |
        sed -E 's/0+\t/\t/; s/[^0-9A-Za-z\t.\n]//g' >"$work/told"
    printf '%s\t%s\t%s\n' 0. S '' 1.024 S 1 1.024 AS '' 1.024 A '' 1.1 AP '' >"$work/expected"
    cmp "$work/told" "$work/expected" || fail "$(cat "$work/told")"
}

@test "an injected fault is not on the wire, what comes of it is" {
    mkdir "$suite"
    cp "$DRILL_SOURCE_DIR/scenarios/faults/recv-reset.json" "$suite"
    scenario broken uppercase '{"connect": {}}, {"send": "hello"}, {"expect_end": "eof"}' \
        '"faults": [{"call": "send", "nth": 1, "error": "EPIPE"}]'
    scenario short uppercase '{"connect": {}}, {"send": "hello"}, {"expect": "HELLO"}, {"close": {}}' \
        '"faults": [{"call": "send", "nth": 1, "short": 2}]'
    capture
    tells broken "${handshake[@]}" 'C ACK 5' 'S ACK' 'S FIN ACK' 'C ACK' 'C RST ACK'
    tells short "${handshake[@]}" 'C ACK 5' 'S ACK' 'S ACK 2' 'C ACK' 'S ACK 3' 'C ACK' \
        'C FIN ACK' 'S ACK' 'S FIN ACK' 'C ACK'
    # The bytes that the server did not receive make its close a reset.
    for world in sim kernel; do
        equals "$(shark -r "$captures/recv-reset.$world.pcap" -Y 'tcp.stream == 0' -T fields \
            -e tcp.flags.reset -e tcp.len | tail -n 3 | sed 's/True/1/; s/False/0/')" \
            $'0\t5\n0\t0\n1\t0'
    done
}

@test "a capture that cannot be written stops the run, and nobody is said to have interrupted it" {
    for name in a b b.pcap/c d; do
        passing "$name"
    done
    run -3 drill run -j 1 --world sim --pcap "$captures" "$suite"
    has "$output" "cannot write the capture to \"$captures/b.pcap/c.pcap\": Not a directory"
    has "$output" "stopped after "
    has "$output" " of 4 scenarios"
    has_not "$output" interrupted
}

@test "an id that is too long for a file is refused with the path of its capture" {
    long=$(printf '%0245d' 0)
    passing "$long"
    run -3 drill run --world sim --pcap "$captures" "$suite"
    has "$output" "File name too long: \"$captures/$long.pcap\""
    [ ! -e "$captures" ]
}

@test "on a slow network a SYN stands where it was sent, its answer where the client has it" {
    mkdir "$suite"
    cp "$DRILL_SOURCE_DIR/scenarios/sim/latency-gone-before-answer.json" "$suite"
    capture
    equals "$(shark -r "$captures/latency-gone-before-answer.pcap" -Y 'tcp.stream == 0' -T fields \
        -e frame.time_epoch | head -n 3 | sed -E 's/0+$//' | tr '\n' ' ')" '0. 0.4 0.4 '
}

@test "a plugin that crashes leaves a capture of what was known until then" {
    scenario crash crash '{"connect": {}}, {"send": "crash"}, {"expect": "never"}'
    run -1 drill run --plugin-path "$DRILL_TEST_PLUGINS" --pcap "$captures" "$suite"
    tells crash "${handshake[@]}" 'C ACK 5' 'S ACK'
}
