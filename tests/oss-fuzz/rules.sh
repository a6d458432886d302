#!/bin/sh
# SPDX-License-Identifier: MIT
# What OSS-Fuzz and ClusterFuzzLite ask of a build, as far as files show it. Each breach is a line:
# FILE: [RULE] sentence. Exit code 1: there was one.
#
#   tests/oss-fuzz/rules.sh out OUT             the folder $OUT of a build
#   tests/oss-fuzz/rules.sh commands LIST       the command lines of a build, from `ninja -t commands`;
#                                               CC, CXX and CFLAGS say with what it was to build
#   tests/oss-fuzz/rules.sh config TREE         what describes the project to the two
set -eu

breaches=0

# breach FILE RULE SENTENCE
breach() {
    echo "$1: [$2] $3"
    breaches=$((breaches + 1))
}

# --- $OUT -----------------------------------------------------------------------------------------

# libc in its parts, and what the runtimes of engine and sanitizers link besides.
permitted_libraries='linux-vdso.so.1 ld-linux-x86-64.so.2 ld-linux-aarch64.so.1 libc.so.6 libm.so.6
libpthread.so.0 libdl.so.2 librt.so.1 libresolv.so.2 libgcc_s.so.1'

check_libraries() {
    if readelf -d "$1" | grep -q -E '\((RPATH|RUNPATH)\)'; then
        breach "$name" rpath "the target has a path of its own to look for libraries"
    fi
    for library in $(ldd "$1" | awk '{ sub(".*/", "", $1); print $1 }'); do
        case " $(echo "$permitted_libraries" | tr '\n' ' ') " in
        *" $library "*) ;;
        *) breach "$name" library "the target needs $library where only libc is installed; link it statically" ;;
        esac
    done
}

check_target() {
    case $name in
    *[!A-Za-z0-9_-]*)
        breach "$name" name "a target's name consists of letters, digits, '_' and '-' only"
        return
        ;;
    canary)
        breach "$name" canary "a target that always crashes counts as a broken build; it belongs to \$WORK"
        return
        ;;
    esac
    case $(od -An -N4 -c "$1" | tr -d ' ') in
    '177ELF') ;;
    *)
        breach "$name" elf "a target is an ELF program; nothing else without an extension may lie here"
        return
        ;;
    esac
    [ -z "$(find "$1" ! -perm -0555)" ] ||
        breach "$name" executable "everybody must be able to execute the target"
    grep -q LLVMFuzzerTestOneInput "$1" ||
        breach "$name" entry "without LLVMFuzzerTestOneInput in it the program is not taken for a target"
    check_libraries "$1"
    targets=$((targets + 1))
}

check_seeds() {
    if ! unzip -tqq "$1" >/dev/null 2>&1; then
        breach "$name" seeds "the seed corpus cannot be unpacked, or is empty"
    elif unzip -Z1 "$1" | grep -q /; then
        breach "$name" seeds "seeds lie in the archive without folders"
    fi
}

check_options() {
    wrong=$(awk '
        /^[ \t]*([#;].*)?$/ { next }
        /^\[(libfuzzer|asan|ubsan|msan|env|grammars)\]$/ { section = 1; next }
        section && /^[A-Za-z_][A-Za-z0-9_]*[ \t]*=[ \t]*[^ \t].*$/ { next }
        { print FNR; exit }' "$1")
    [ -z "$wrong" ] ||
        breach "$name" options "line $wrong is neither a known [section] nor KEY = VALUE below one"
}

check_dictionary() {
    wrong=$(grep -n -v -E -e '^[[:space:]]*(#.*)?$' \
        -e '^([A-Za-z0-9_]+(@[0-9]+)?[[:space:]]*=[[:space:]]*)?"([^"\\]|\\["\\]|\\x[0-9A-Fa-f]{2})+"[[:space:]]*$' \
        "$1" | head -n 1 | cut -d : -f 1)
    [ -z "$wrong" ] || breach "$name" dictionary "line $wrong is not NAME=\"BYTES\", with \\xHH, \\\\ and \\\" as escapes"
}

# What accompanies a target is found by the target's name.
check_companion() {
    [ -f "$out/$1" ] || breach "$name" companion "there is no target '$1' that this would belong to"
}

check_out() {
    out=$1
    targets=0
    for file in "$out"/*; do
        [ -e "$file" ] || continue
        name=${file##*/}
        case $name in
        *_seed_corpus.zip) check_companion "${name%_seed_corpus.zip}" && check_seeds "$file" ;;
        *.options) check_companion "${name%.options}" && check_options "$file" ;;
        *.dict) check_companion "${name%.dict}" && check_dictionary "$file" ;;
        *) check_target "$file" ;;
        esac
    done
    [ $targets -gt 0 ] || breach "$out" none "there is no target at all"
}

# --- command lines --------------------------------------------------------------------------------

check_commands() {
    found=$(CFLAGS=$CFLAGS CC=$CC CXX=$CXX awk '
        function say(rule, text) { print rule "\t" text }
        function base(path) { sub(".*/", "", path); return path }
        BEGIN {
            count = split(ENVIRON["CFLAGS"], flags, " ")
            compiler = base(ENVIRON["CC"])
            linker = base(ENVIRON["CXX"])
        }
        {
            line = " " $0 " "
            if (line ~ / -m(arch|tune|cpu)=native /)
                say("native", "other machines run what is built here: no -march=native: " $0)
        }
        / -c / {
            compiled++
            if (base($1) != compiler)
                say("compiler", "not compiled with $CC: " $0)
            for (i = 1; i <= count; i++)
                if (index(line, " " flags[i] " ") == 0)
                    say("flags", "compiled without " flags[i] " of $CFLAGS: " $0)
        }
        / -o fuzz\/[^ .]+ / && !/ -c / {
            linked++
            if (index(line, "/" linker " ") == 0)
                say("linker", "a target is linked with $CXX: " $0)
        }
        END {
            if (!compiled || !linked)
                say("commands", "the list has no command that compiles, or none that links a target")
        }' "$1" | sort -u)
    [ -z "$found" ] || while IFS='	' read -r rule text; do
        breach "${1##*/}" "$rule" "$(printf '%s' "$text" | cut -c 1-300)"
    done <<END
$found
END
}

# --- description ----------------------------------------------------------------------------------

# The value of a key that is a plain word.
value() {
    sed -n "s/^$2: *\"\{0,1\}\([^\" ]*\)\"\{0,1\} *\$/\1/p" "$1"
}

check_yaml() {
    for key in $2; do
        [ -n "$(sed -n "/^$key:/p" "$1")" ] || breach "$1" yaml "the key '$key' is missing"
    done
    while read -r key; do
        case $key in
        homepage | language | primary_contact | auto_ccs | vendor_ccs | main_repo | sanitizers | \
            architectures | fuzzing_engines | help_url | disabled | view_restrictions | \
            coverage_extra_args | file_github_issue | base_os_version) ;;
        *) breach "$1" yaml "the key '$key' is unknown" ;;
        esac
    done <<END
$(sed -n 's/^\([a-z_]*\):.*/\1/p' "$1")
END
}

# The images for building and for running belong together, and so do description and clone.
check_config() {
    cd "$1"
    check_yaml fuzz/oss-fuzz/project.yaml \
        "homepage language primary_contact main_repo sanitizers fuzzing_engines base_os_version"
    check_yaml .clusterfuzzlite/project.yaml "language base_os_version"
    for folder in fuzz/oss-fuzz .clusterfuzzlite; do
        base=$(value $folder/project.yaml base_os_version)
        grep -q "^FROM [^ ]*/base-builder:$base\$" $folder/Dockerfile ||
            breach $folder/Dockerfile base "it does not build on '$base', which project.yaml names"
        grep -q '^COPY .*build\.sh [$]SRC/$' $folder/Dockerfile ||
            breach $folder/Dockerfile script "build.sh is not copied to \$SRC, where it is called"
    done
    repository=$(value fuzz/oss-fuzz/project.yaml main_repo)
    grep -q "git clone .*$repository \$SRC/sockdrill\$" fuzz/oss-fuzz/Dockerfile ||
        breach fuzz/oss-fuzz/Dockerfile clone "it does not clone '$repository' to \$SRC/sockdrill"
}

case ${1:-} in
out) check_out "$2" ;;
commands) check_commands "$2" ;;
config) check_config "$2" ;;
*) echo "usage: tests/oss-fuzz/rules.sh out OUT | commands LIST | config TREE" >&2 && exit 2 ;;
esac
[ $breaches -eq 0 ]
