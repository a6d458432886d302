#!/bin/sh
# SPDX-License-Identifier: MIT
# Plants one breach of each rule into what is otherwise in order, and proves that it is reported, and
# nothing else. The programs are small stand-ins for targets.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
out=$scratch/out
compiler=clang
planted=0

fail() {
    echo "oss-fuzz: $1"
    exit 1
}

# What a libFuzzer target says when all is well; -D flags plant what is wrong with it.
cat >"$scratch/target.c" <<'END'
#include <stdio.h>
#include <stdlib.h>
int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);
int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    return size > 0 && data[0] == 0;
}
int main(void)
{
#ifdef CANARY
    abort();
#endif
#ifdef WRITES
    if (!fopen("written", "w"))
        return 1;
#endif
#ifdef NEEDS
    if (!fopen(NEEDS, "r"))
        return 1;
#endif
#ifdef FEW_EDGES
    fprintf(stderr, "INFO: Loaded 1 modules   (3 inline 8-bit counters): 3 [0x1, 0x2),\n");
#else
    fprintf(stderr, "INFO: Loaded 1 modules   (500 inline 8-bit counters): 500 [0x1, 0x2),\n");
#endif
#ifndef IDLE
    fprintf(stderr, "Done 300 runs in 0 second(s)\nMERGE-OUTER: successful in 1 attempt(s)\n");
#endif
    return 0;
}
END

# program FILE [FLAGS...]
program() {
    file=$1
    shift
    AFL_QUIET=1 $compiler -w "$scratch/target.c" "$@" -o "$file"
}

# A folder without a breach.
fresh_out() {
    rm -rf "$out"
    mkdir "$out"
    cp "$scratch/good" "$out/stream-uppercase"
    printf 'seed' >"$scratch/seed"
    zip -q -j "$out/stream-uppercase_seed_corpus.zip" "$scratch/seed"
    printf '[libfuzzer]\nmax_len = 4096\n' >"$out/stream-uppercase.options"
    printf '# words\nexit="exit\\x0a"\n"\\\\"\n' >"$out/stream-uppercase.dict"
}

# expect RULE WHAT COMMAND...: the command must report the rule, and no other. An empty rule: none.
expect() {
    rule=$1
    what=$2
    shift 2
    code=0
    "$@" >"$scratch/report" 2>&1 || code=$?
    found=$(sed -n 's/^[^ ]*: \[\([a-z]*\)\] .*/\1/p' "$scratch/report" | sort -u | tr '\n' ' ')
    wanted=$([ -z "$rule" ] || echo 1)
    if [ "$found" != "${rule:+$rule }" ] || [ $code -ne "${wanted:-0}" ]; then
        cat "$scratch/report"
        fail "$what: expected the rule '$rule' and got '${found% }', exit code $code"
    fi
}

# plant RULE SHELL: the commands spoil a fresh folder.
plant() {
    fresh_out
    (
        cd "$out"
        eval "$2"
    )
    expect "$1" "$2" sh "$here/rules.sh" out "$out"
    planted=$((planted + 1))
}

program "$scratch/good"
fresh_out
expect '' "a folder in order" sh "$here/rules.sh" out "$out"
plant none 'rm -- *'
plant name 'cp stream-uppercase stream+uppercase'
plant canary 'cp stream-uppercase canary'
plant elf 'echo "#!/bin/sh" >tape-uppercase; chmod 755 tape-uppercase'
plant executable 'chmod 750 stream-uppercase'
plant entry 'cp /bin/true tape-uppercase'
plant rpath 'program stream-uppercase -Wl,-rpath,/nowhere'
plant library 'program stream-uppercase -Wl,--no-as-needed -ljansson'
plant seeds 'echo broken >stream-uppercase_seed_corpus.zip'
plant seeds 'rm ./*.zip; mkdir ../deep; cp ../seed ../deep; (cd .. && zip -q out/stream-uppercase_seed_corpus.zip deep/seed)'
plant options 'echo "max_len = 1" >stream-uppercase.options'
plant options 'echo "max_len" >>stream-uppercase.options'
plant dictionary 'echo exit >>stream-uppercase.dict'
plant companion 'mv stream-uppercase.dict tape-uppercase.dict'

# --- command lines --------------------------------------------------------------------------------

export CC=clang CXX=clang++ CFLAGS='-O1 -fsanitize=address'
compile='/usr/bin/clang -I. -O1 -fsanitize=address -o a.o -c a.c'
link=': && /usr/bin/clang++ -O1 -fsanitize=address a.o -o fuzz/scenario && :'

# plant_command RULE COMPILE LINK
plant_command() {
    printf '%s\n%s\n' "$2" "$3" >"$scratch/commands"
    expect "$1" "$2; $3" sh "$here/rules.sh" commands "$scratch/commands"
    planted=$((planted + 1))
}
plant_command '' "$compile" "$link"
plant_command native "$(echo "$compile" | sed 's/-O1/-O1 -march=native/')" "$link"
plant_command native "$compile" "$(echo "$link" | sed 's/-O1/-mtune=native/')"
plant_command flags "$(echo "$compile" | sed 's/-fsanitize=address//')" "$link"
plant_command compiler "$(echo "$compile" | sed 's/clang/gcc/')" "$link"
plant_command linker "$compile" "$(echo "$link" | sed 's/clang++/clang/')"
plant_command commands "$compile" ''

# --- description ----------------------------------------------------------------------------------

# plant_config RULE FILE SED
plant_config() {
    rm -rf "$scratch/tree"
    mkdir -p "$scratch/tree/fuzz"
    cp -R "$root/fuzz/oss-fuzz" "$scratch/tree/fuzz/oss-fuzz"
    cp -R "$root/.clusterfuzzlite" "$scratch/tree/.clusterfuzzlite"
    sed -i "$3" "$scratch/tree/$2"
    expect "$1" "$2: $3" sh "$here/rules.sh" config "$scratch/tree"
    planted=$((planted + 1))
}
plant_config '' fuzz/oss-fuzz/project.yaml ''
plant_config yaml fuzz/oss-fuzz/project.yaml '/^primary_contact:/d'
plant_config yaml .clusterfuzzlite/project.yaml 's/^language:/languages: c\nlanguage:/'
plant_config base .clusterfuzzlite/Dockerfile 's/^\(FROM .*\):.*/\1:v1/'
plant_config script fuzz/oss-fuzz/Dockerfile '/^COPY/d'
plant_config clone fuzz/oss-fuzz/project.yaml 's/^main_repo: .*/main_repo: "https:\/\/example.org\/other.git"/'

# --- runs -----------------------------------------------------------------------------------------

# plant_run RULE ENGINE CANARY [FLAGS...]: the flags build the target.
plant_run() {
    rule=$1
    engine=$2
    canary=$3
    shift 3
    fresh_out
    program "$out/stream-uppercase" "$@"
    expect "$rule" "run of $* and $canary for $engine" sh "$here/play.sh" "$engine" "$out" "$scratch/$canary"
    planted=$((planted + 1))
}
program "$scratch/crashes" -DCANARY
plant_run '' libfuzzer crashes
plant_run run libfuzzer crashes -DWRITES
plant_run run libfuzzer crashes '-DNEEDS="stream-uppercase.dict"'
plant_run run libfuzzer crashes -DIDLE
plant_run edges libfuzzer crashes -DFEW_EDGES
plant_run canary libfuzzer good
plant_run run coverage crashes -DIDLE -fprofile-instr-generate -fcoverage-mapping
plant_run profile coverage crashes
plant_run run afl crashes
compiler=afl-clang-fast
plant_run persistent afl crashes

# Every rule there is must have been planted.
for file in rules play; do
    sed -n 's/.*breach [^ ]* \([a-z]*\) ".*/\1/p; s/^ *say("\([a-z]*\)".*/\1/p' "$here/$file.sh"
done | sort -u >"$scratch/rules"
[ -s "$scratch/rules" ] || fail "found no rule in rules.sh and play.sh"
while read -r rule; do
    grep -q -E "^plant(_[a-z]*)? $rule " "$0" || fail "no planted breach shows that the rule '$rule' works"
done <"$scratch/rules"
echo "oss-fuzz: each of $planted plants was judged as it should be"
