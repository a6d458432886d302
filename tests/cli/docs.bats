# SPDX-License-Identifier: MIT
# The documents show what really happens. A block fenced as `console` is a transcript: its lines that
# begin with `$ ` are typed, all others must come out as they stand there. A block fenced as
# `json NAME` is the file NAME for the blocks that follow. Blocks with any other fence are not run.
# Only times and port numbers may differ from what is shown.

load helper

documents="README.md CONTRIBUTING.md CHANGELOG.md ARCHITECTURE.md docs/*.md */README.md"

setup() {
    optimized
    mkdir "$work/bin" "$work/here"
    ln -s "$(realpath "$SOCKDRILL")" "$work/bin/sockdrill"
    ln -s "$DRILL_SOURCE_DIR"/{include,plugins,scenarios,tests} "$work/here"
    cd "$work/here"
    shown=()
    ports=()
}

# blocks DOCUMENT: each fenced block in a file of its own, $work/blocks/001 and so on; its first line
# is what stands behind the opening fence.
blocks() {
    rm -rf "$work/blocks"
    mkdir "$work/blocks"
    awk -v folder="$work/blocks" '
        /^```/ && !file { file = sprintf("%s/%03d", folder, ++count); print substr($0, 4) >file; next }
        /^```/ { close(file); file = ""; next }
        file { print >file }' "$1"
}

# swap FROM TO: standard input with the port numbers of the array FROM in place of those of TO.
swap() {
    local -n from=$1 to=$2
    local script='' i
    for i in "${!from[@]}"; do
        script+="s/:${from[i]}\\b/:${to[i]}/g;"
    done
    sed -E "$script"
}

without_times() {
    sed -E 's/[0-9]+\.[0-9]+ (s|ms)$/TIME \1/'
}

# typed: what a transcript types, as a script that prints each command before it runs it. `$?` stays
# what the command before it left.
typed() {
    local line quoted
    printf 'show() { local code=$?; printf "$ %%s\\n" "$1"; return $code; }\n'
    while IFS= read -r line; do
        [ "${line:0:2}" = '$ ' ] || continue
        printf -v quoted %q "${line:2}"
        printf 'show %s\n%s\n' "$quoted" "${line:2}"
    done
}

# play BLOCK: the transcript of its commands as it comes out here.
play() {
    local script
    script=$(swap shown ports <"$1" | typed)
    PATH=$work/bin:$PATH timeout -k 5 "$patience" bash -c "$script" 2>&1 </dev/null 3>&- |
        swap ports shown
}

# play_server BLOCK: starts the server of its one command on free ports and leaves it running.
play_server() {
    local command arguments
    command=$(sed -n 's/^\$ //p' "$1")
    mapfile -t shown < <(grep -oE ':[0-9]+\b' <<<"$command" | cut -c 2-)
    read -r -a arguments <<<"$(sed -E 's/:[0-9]+\b/:0/g' <<<"${command#sockdrill serve }")"
    serve "${arguments[@]}"
    printf '$ %s\n' "$command" >"$work/came"
    printf '%s\n' "${lines[@]}" | swap ports shown >>"$work/came"
}

# follow DOCUMENT: does what it says, block by block. Sets `played` to how many commands that were.
follow() {
    local block kind file
    played=0
    blocks "$1"
    for block in "$work"/blocks/*; do
        read -r kind file <"$block"
        sed -i 1d "$block"
        case $kind in
        json) [ -z "$file" ] || cp "$block" "$file" ;;
        console)
            if grep -q '^\$ sockdrill serve ' "$block"; then
                play_server "$block"
            else
                play "$block" >"$work/came"
            fi
            diff -u --label shown --label came <(without_times <"$block") \
                <(without_times <"$work/came") >&2 || { fail "in $1"; return 1; }
            played=$((played + $(grep -c '^\$ ' "$block")))
            ;;
        esac
    done
}

# dead_links DOCUMENT: its links into the tree that lead nowhere.
dead_links() {
    local target
    grep -oE '\]\([^)]+\)' "$1" | sed -E 's/^\]\(//; s/(#.*)?\)$//' |
        while IFS= read -r target; do
            case $target in
            '' | *://*) ;;
            *) [ -e "$(dirname "$1")/$target" ] || printf '%s: %s\n' "$1" "$target" ;;
            esac
        done
}

# strange_verbs DOCUMENT: what it calls `./dev` with and `./dev help` does not list.
strange_verbs() {
    local verb
    grep -oE '\./dev [a-z-]+' "$1" | cut -d ' ' -f 2 | sort -u | while IFS= read -r verb; do
        "$DRILL_SOURCE_DIR/dev" help | grep -qE "^  $verb( |\$)" || printf '%s: ./dev %s\n' "$1" "$verb"
    done
}

@test "every transcript in the README is what happens" {
    command -v gcc >/dev/null || skip "gcc is not installed"
    follow "$DRILL_SOURCE_DIR/README.md"
    [ "$played" -ge 10 ]
}

@test "every transcript in CONTRIBUTING is what happens" {
    follow "$DRILL_SOURCE_DIR/CONTRIBUTING.md"
    [ "$played" -ge 1 ]
}

@test "links in the documents lead somewhere" {
    cd "$DRILL_SOURCE_DIR"
    links=0
    for document in $documents; do
        equals "$(dead_links "$document")" ""
        links=$((links + $(grep -cE '\]\([^)]+\)' "$document" || true)))
    done
    [ "$links" -ge 20 ]
}

@test "every page of docs is in its map" {
    for page in "$DRILL_SOURCE_DIR"/docs/*.md "$DRILL_SOURCE_DIR"/docs/man/*.[157]; do
        name=${page#"$DRILL_SOURCE_DIR/docs/"}
        [ "$name" = README.md ] || grep -qF "]($name)" "$DRILL_SOURCE_DIR/docs/README.md" ||
            fail "docs/README.md does not name $name"
    done
}

@test "what the documents ask of ./dev it can do, and CONTRIBUTING names every verb" {
    cd "$DRILL_SOURCE_DIR"
    for document in $documents; do
        equals "$(strange_verbs "$document")" ""
    done
    verbs=$(./dev help | sed -nE 's/^  ([a-z-]+)( .*|$)/\1/p' | sort -u)
    [ "$(wc -w <<<"$verbs")" -ge 8 ]
    for verb in $verbs; do
        grep -qF "./dev $verb" CONTRIBUTING.md || fail "CONTRIBUTING.md does not name ./dev $verb"
    done
}

@test "canary: a transcript, a link and a verb that are wrong are noticed" {
    fence='```'
    printf '%s\n' "${fence}console" '$ sockdrill --version' 'sockdrill 0.0.0' "$fence" \
        'See [nowhere](no/such/file.md) and type ./dev frobnicate.' >"$work/wrong.md"
    run -1 follow "$work/wrong.md"
    has "$output" "-sockdrill 0.0.0"
    equals "$(dead_links "$work/wrong.md")" "$work/wrong.md: no/such/file.md"
    equals "$(strange_verbs "$work/wrong.md")" "$work/wrong.md: ./dev frobnicate"
    # A command that says nothing where something is shown, and one that says more than is shown.
    printf '%s\n' "${fence}console" '$ true' 'output' "$fence" >"$work/wrong.md"
    run -1 follow "$work/wrong.md"
    printf '%s\n' "${fence}console" '$ echo output' "$fence" >"$work/wrong.md"
    run -1 follow "$work/wrong.md"
}
