# SPDX-License-Identifier: MIT
# What the command says about itself, and what it says to those who mistype.

load helper

@test "without arguments it prints a short usage to standard error and exits 2" {
    run -2 --separate-stderr drill
    equals "$output" ""
    has "$stderr" "usage: sockdrill COMMAND"
}

@test "--help and help list every command on standard output" {
    run -0 --separate-stderr drill --help
    equals "$stderr" ""
    for command in run check diff report serve talk plugins tape help; do
        has "$output" "  $command "
    done
    listed=$output
    run -0 drill help
    equals "$output" "$listed"
}

@test "--version says name and version, for the command and for each of its commands" {
    run -0 drill --version
    [[ $output =~ ^sockdrill\ [0-9]+\.[0-9]+\.[0-9]+$ ]]
    version=$output
    for command in run check diff report serve talk plugins; do
        run -0 drill $command --version
        equals "$output" "$version"
    done
}

@test "every command has --help, on standard output, and help COMMAND prints the same" {
    for command in run check diff report serve talk plugins; do
        run -0 --separate-stderr drill $command --help
        has "$output" "Usage: sockdrill $command"
        equals "$stderr" ""
        text=$output
        run -0 drill help $command
        equals "$output" "$text"
    done
}

@test "an unknown command exits 2 and suggests the nearest one" {
    run -2 --separate-stderr drill srve
    has "$stderr" "there is no command 'srve'; did you mean 'serve'?"
    run -2 --separate-stderr drill frobnicate
    has "$stderr" "there is no command 'frobnicate'"
    has_not "$stderr" "did you mean"
    run -2 --separate-stderr drill help rnu
    has "$stderr" "did you mean 'run'?"
    run -2 --separate-stderr drill --frobnicate
    has "$stderr" "there is no option '--frobnicate'"
}

@test "an unknown option exits 2 and points to --help" {
    for command in run check diff report serve talk plugins; do
        run -2 --separate-stderr drill $command --frobnicate
        has "$stderr" "sockdrill $command: unrecognized option '--frobnicate'"
        has "$stderr" "sockdrill $command --help"
    done
}

@test "a command without what it works on exits 2 and names what to give" {
    run -2 --separate-stderr drill run
    has "$stderr" "name a scenario file or a folder"
    run -2 --separate-stderr drill check
    has "$stderr" "name a scenario file or a folder"
    run -2 --separate-stderr drill diff
    has "$stderr" "name two reports"
    run -2 --separate-stderr drill serve
    has "$stderr" "uppercase@tcp://127.0.0.1:9000"
    run -2 --separate-stderr drill talk
    has "$stderr" "tcp://127.0.0.1:9000"
    run -2 --separate-stderr drill talk tcp://:1 tcp://:2
    has "$stderr" "one endpoint"
    run -2 --separate-stderr drill plugins uppercase
    has "$stderr" "takes no 'uppercase'"
}

@test "output that cannot be written is exit code 3, whatever was asked for" {
    [ -e /dev/full ] || skip "this system has no /dev/full"
    for arguments in --help --version help "run --help" plugins; do
        # shellcheck disable=SC2086 # one word per argument is meant
        run -3 --separate-stderr bash -c '"$0" "$@" >/dev/full' "$SOCKDRILL" $arguments
        has "$stderr" "standard output could not be written: No space left on device"
    done
}

@test "a closed standard output is exit code 3, and nothing is written to another file instead" {
    run -3 --separate-stderr bash -c '"$0" --version >&-' "$SOCKDRILL"
    has "$stderr" "standard output could not be written"
}

@test "a pipe that nobody reads is exit code 3, not success and not a silent death" {
    mkfifo "$work/pipe"
    # Opened for both first, because opening a FIFO for writing waits for a reader.
    run -0 bash -c 'exec 5<>"$1" 4>"$1" 5<&-; "$0" --help >&4; echo "code $?"' \
        "$SOCKDRILL" "$work/pipe"
    has "$output" "standard output could not be written: Broken pipe"
    has "$output" "code 3"
}
