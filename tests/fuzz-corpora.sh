#!/bin/sh
# SPDX-License-Identifier: MIT
# usage: tests/fuzz-corpora.sh FOLDER
# Plays fuzz/corpus/TARGET and fuzz/regress/TARGET in the replayer of every target, which lie in FOLDER.
# Every dictionary must be taken. Every target must have a corpus that is small enough to be committed, every corpus a target; and the
# canary must die of what it dies of, or else a replayer that notices nothing would pass.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
folder=${1:?usage: tests/fuzz-corpora.sh FOLDER}
files_max=200
bytes_max=204800
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

fail() {
    echo "fuzz-corpora: $1" >&2
    exit 1
}

printf 'die' >"$scratch/die"
if "$folder/canary" "$scratch/die" >"$scratch/said" 2>&1; then
    fail "the canary did not die"
fi
grep -q -e 'AddressSanitizer: heap-buffer-overflow' -e 'target_canary.c:.*runtime error' -e 'oracle canary' \
    "$scratch/said" ||
    fail "the canary died of something else: $(head -n 3 "$scratch/said")"

targets=$(find "$folder" -maxdepth 1 -type f -perm -u+x -printf '%f\n' | sort)
[ "$(echo "$targets" | wc -w)" -gt 1 ] || fail "no targets are built in $folder"
for target in $targets; do
    corpus=$root/fuzz/corpus/$target
    [ -d "$corpus" ] || fail "$target has no corpus in fuzz/corpus; ./dev corpus makes one"
    files=$(find "$corpus" -type f | wc -l)
    bytes=$(find "$corpus" -type f -printf '%s\n' | awk '{ sum += $1 } END { print sum + 0 }')
    if [ "$files" -ge $files_max ] || [ "$bytes" -ge $bytes_max ]; then
        fail "the corpus of $target is not small: $files files, $bytes bytes; ./dev corpus minimises it"
    fi
    set -- "$corpus"
    [ ! -d "$root/fuzz/regress/$target" ] || set -- "$@" "$root/fuzz/regress/$target"
    printf '%s: ' "$target"
    timeout -k 5 300 "$folder/$target" "$@" || fail "$target found something, or could not be played"
done

for corpus in "$root"/fuzz/corpus/*/ "$root"/fuzz/regress/*/; do
    name=$(basename "$corpus")
    [ ! -d "$corpus" ] || [ -x "$folder/$name" ] || fail "there is no target for ${corpus#"$root"/}"
done

# One rule: a plugin's dictionary, for all of its targets, or that of the target `scenario`.
for dictionary in "$root"/fuzz/dictionaries/*; do
    name=$(basename "$dictionary" .dict)
    [ "$name" = scenario ] || [ -x "$folder/tape-$name" ] ||
        fail "nobody takes fuzz/dictionaries/${dictionary##*/}: dictionaries are called after a plugin, or scenario"
done
