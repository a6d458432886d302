# SPDX-License-Identifier: MIT
# The simulated world needs no network: what the kernel is asked for while the suite runs.

load helper

# calls ARGUMENTS...: runs sockdrill and prints the names of the system calls it made, its workers'
# included. The release build: where LeakSanitizer ends a process it cannot be traced.
calls() {
    timeout -k 5 "$patience" strace -f -c -o "$work/calls" "$SOCKDRILL_RELEASE" run -q "$@" >&2
    awk '$1 ~ /^[0-9.]+$/ && $NF != "total" { print $NF }' "$work/calls"
}

# network NAMES: those among them that speak of sockets.
network() {
    printf '%s\n' "$1" |
        grep -E '^(socket|socketpair|bind|listen|accept4?|connect|shutdown|send.*|recv.*|[gs]etsockopt|getsockname|getpeername|epoll_.*)$' || true
}

setup() {
    strace -o /dev/null true || skip "processes may not be traced here"
    : "${SOCKDRILL_RELEASE:=$SOCKDRILL}"
}

@test "the suite in the simulated world makes no socket call" {
    names=$(calls --world sim "$DRILL_SOURCE_DIR/scenarios")
    has "$names" write
    equals "$(network "$names")" ""
}

@test "on real sockets the same look finds them" {
    names=$(calls --world kernel --filter tcp/size-1024 "$DRILL_SOURCE_DIR/scenarios")
    found=$(network "$names")
    has "$found" socket
    has "$found" epoll_wait
}
