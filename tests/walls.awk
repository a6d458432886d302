# SPDX-License-Identifier: MIT
# Reads sources and reports breaches of the walls; called by walls.sh from the top of a tree with
# the files to read. A rule is one call of forbid_header, forbid_call or forbid_word below.

BEGIN {
    # Layers of core, by the beginning of a file's name; the longest match counts. A file may include
    # headers of its own layer and of those below.
    layer_list = "check:0 fence:0 bytes:0 prng:0 clock:0 timers:0 pattern:0 nearest:0 date:0" \
        " world:1 trace:1 plugin:1 shadow:1" \
        " loop:2 server:2 listener:2 session:2" \
        " plan:3 result:3 compare:3 scenario:3 client:3" \
        " plugin_catalog:4 isolate:4 settle:4 run:4"
    count = split(layer_list, pairs, " ")
    for (i = 1; i <= count; i++) {
        split(pairs[i], pair, ":")
        layer_of[pair[1]] = pair[2]
    }
    libc = " assert ctype errno float inttypes iso646 limits locale math stdalign stdarg stdatomic" \
        " stdbool stddef stdint stdio stdlib stdnoreturn string strings uchar wchar wctype "
    open_mark = "TO" "DO|FIX" "ME"
}

function report(rule, text) {
    printf "%s:%d: [%s] %s\n", FILENAME, FNR, rule, text
    breaches++
}

# What the file's place allows. Tests and benches use sockets, clocks and processes as they like.
function enter_file() {
    in_comment = 0
    is_c = FILENAME ~ /\.[ch]$/
    is_shell = FILENAME ~ /\.(sh|bats|bash)$/ || FILENAME == "dev" || FILENAME == ".ci/run"
    product = FILENAME ~ /^(core|plugins|reports|cli|include|fuzz)\//
    core = FILENAME ~ /^core\//
    plugin = FILENAME ~ /^plugins\//
    cli = FILENAME ~ /^cli\//
    reports = FILENAME ~ /^reports\//
    fuzz = FILENAME ~ /^fuzz\//
    # A target has no command around it: these two speak and end for it.
    target_end = FILENAME ~ /^fuzz\/(finding|replay)\.c$/
    isolate = FILENAME ~ /^core\/isolate[a-z_]*\.[ch]$/
    too_long = 0
    want_spdx = 1
}

# The line without comments, and with the text of its strings and characters blanked.
function bare(line,    out, i, c, quote) {
    out = ""
    quote = ""
    if (!in_comment && index(line, "\"") == 0 && index(line, "'") == 0 && index(line, "/") == 0)
        return line
    for (i = 1; i <= length(line); i++) {
        c = substr(line, i, 1)
        if (in_comment) {
            if (c == "*" && substr(line, i + 1, 1) == "/") {
                in_comment = 0
                i++
                out = out " "
            }
        } else if (quote != "") {
            if (c == "\\") {
                i++
            } else if (c == quote) {
                quote = ""
                out = out c
            }
        } else if (c == "/" && substr(line, i + 1, 1) == "*") {
            in_comment = 1
            i++
        } else if (c == "/" && substr(line, i + 1, 1) == "/") {
            report("comment", "comments are written /* like this */")
            return out
        } else {
            if (c == "\"" || c == "'")
                quote = c
            out = out c
        }
    }
    return out
}

# A word is a C identifier; `code` is padded, so that one stands at neither end.
function has_word(words) {
    return code ~ ("[^A-Za-z0-9_](" words ")[^A-Za-z0-9_]")
}

# A call of a plain function: a name before '(' that is not a member (`ops->wait(`, `world.send(`)
# nor declared by a type in front of it.
function has_call(names) {
    return code ~ ("(^|[^A-Za-z0-9_.>])(" names ") *\\(")
}

function forbid_call(rule, allowed, names, instead) {
    if (!allowed && has_call(names))
        report(rule, instead)
}

function forbid_word(rule, allowed, words, instead) {
    if (!allowed && has_word(words))
        report(rule, instead)
}

function forbid_header(rule, allowed, headers, instead) {
    if (!allowed && header ~ ("^(" headers ")$"))
        report(rule, "<" header "> " instead)
}

function stem(path) {
    sub(/^.*\//, "", path)
    sub(/\.[ch]$/, "", path)
    return path
}

# The layer of a file of core, or -1 when the table does not know it.
function layer(name,    length_now) {
    for (length_now = length(name); length_now > 0; length_now--)
        if (substr(name, 1, length_now) in layer_of)
            return layer_of[substr(name, 1, length_now)]
    return -1
}

function exists(path,    line, found) {
    found = (getline line < path) >= 0
    close(path)
    return found
}

# Which folder an included project header lies in: next to the includer, or below it.
function home_of(name,    folder) {
    if (name ~ /\//) {
        sub(/^(\.\.\/)+/, "", name)
        sub(/\/.*/, "", name)
        return name
    }
    folder = FILENAME
    sub(/\/[^\/]*$/, "", folder)
    if (exists(folder "/" name))
        return folder
    if (exists("core/" name))
        return "core"
    if (exists("reports/" name))
        return "reports"
    if (exists("fuzz/" name))
        return "fuzz"
    if (exists("cli/" name))
        return "cli"
    return ""
}

function check_direction(    home, mine, theirs) {
    home = home_of(header)
    if (core && home ~ /^(reports|cli|fuzz|tests|bench|plugins)/)
        report("layers", "core includes \"" header "\" from above; pass what it needs as a value or a function")
    else if (fuzz && home == "reports" && FILENAME ~ /^fuzz\/target_report[a-z_]*\.c$/)
        return # a program of its own, as a command is
    else if (fuzz && home ~ /^(reports|cli|tests|bench|plugins)/)
        report("layers", "fuzz includes \"" header "\" from beside or above; only cli knows both")
    else if (reports && home ~ /^(cli|fuzz|tests|bench|plugins)/)
        report("layers", "reports include \"" header "\" from above; only cli knows both")
    else if (cli && home ~ /^(tests|bench|plugins)/)
        report("layers", "cli includes \"" header "\"; product code never depends on tests, benches or plugins")
    if (!core || home != "core")
        return
    mine = layer(stem(FILENAME))
    theirs = layer(stem(header))
    if (mine < 0 || theirs < 0)
        report("layers", "tests/walls.awk knows no layer for " (mine < 0 ? stem(FILENAME) : stem(header)) "; add it to the table there")
    else if (theirs > mine)
        report("layers", stem(FILENAME) " (layer " mine ") includes \"" header "\" (layer " theirs "); includes point down")
}

function check_plugin_include(angle) {
    if (angle && header == "sockdrill/plugin.h")
        return
    if (angle && index(libc, " " substr(header, 1, length(header) - 2) " "))
        return
    report("plugin-includes", "a plugin includes only <sockdrill/plugin.h> and libc; ask the host through context->services")
}

function check_include(    angle) {
    header = directive
    sub(/^[ \t]*#[ \t]*(include|include_next|import)[ \t]*/, "", header)
    angle = header ~ /^</
    sub(/^[<"][ \t]*/, "", header)
    sub(/[ \t]*[>"].*/, "", header)
    if (plugin)
        check_plugin_include(angle)
    else if (!angle)
        check_direction()
    if (!product || plugin)
        return
    # A system header in quotes is still that header.
    forbid_header("sockets", FILENAME == "core/world_kernel.c", "sys/socket\\.h|sys/epoll\\.h|sys/select\\.h|sys/un\\.h|netinet/.*|netdb\\.h", "only in core/world_kernel.c; call the world (core/world.h)")
    forbid_header("sockets", FILENAME == "core/world_address.c", "arpa/inet\\.h", "only in core/world_address.c; call world_address_")
    forbid_header("sockets", isolate, "(sys/)?poll\\.h", "only in core/isolate*; call the world (core/world.h)")
    forbid_header("world", FILENAME ~ /^core\/world_[a-z_]*\.c$/, "(.*/)?world_(kernel|sim_[a-z_]*)\\.h", "is private to core/world_*.c; include world.h")
    # Timings turn the seconds that the clock gives into a date.
    forbid_header("clock", FILENAME == "core/clock.c" || FILENAME == "reports/timings.c", "time\\.h", "only in core/clock.c and reports/timings.c; call clock_")
    forbid_header("clock", FILENAME == "core/clock.c", "sys/times?\\.h|sys/timerfd\\.h|sys/timeb\\.h", "only in core/clock.c; call clock_")
    forbid_header("dlfcn", FILENAME == "core/plugin_host.c", "dlfcn\\.h|link\\.h", "only in core/plugin_host.c; call plugin_host")
    forbid_header("processes", isolate, "sys/wait\\.h|spawn\\.h", "only in core/isolate*.c; run it there")
    forbid_header("signals", isolate || cli, "signal\\.h|sys/signalfd\\.h", "only in core/isolate*.c and cli/")
    forbid_header("json", (core && stem(FILENAME) ~ /^scenario/) || reports || cli || FILENAME ~ /^fuzz\/((report|tape_scenario)[a-z_]*\.[ch]|target_report[a-z_]*\.c)$/, "jansson\\.h", "only in core/scenario*.c, reports/, cli/ and fuzz/{report,tape_scenario}*; pass a struct plan or a struct result")
}

function check_code() {
    forbid_call("sleep", 0, "sleep|usleep|nanosleep|clock_nanosleep|thrd_sleep", "nothing here waits by sleeping; turn the loop until the run is settled, or wait on a descriptor")
    if (code ~ /[^A-Za-z0-9_.>](p?select *\(|p?poll *\( *(NULL|0) *,)/)
        report("sleep", "waiting for no descriptor is sleeping; turn the loop until the run is settled")
    forbid_word("typedef", 0, "typedef +(struct|union|enum)", "structs, unions and enums are written out: `struct x`, not a typedef")
    if (!product)
        return
    forbid_call("clock", FILENAME == "core/clock.c", "clock_gettime|gettimeofday|time|timerfd_create|timer_create|setitimer|ftime|rdtsc|__rdtsc", "real time only in core/clock.c; take the time from the world or call clock_")
    forbid_call("processes", isolate, "fork|vfork|clone|wait3|wait4|waitid|waitpid|popen|system|posix_spawnp?|exec[lv]p?e?", "processes only in core/isolate*.c; run it there")
    forbid_call("signals", isolate || cli, "signal|sigaction|sigprocmask|sigaltstack|sigwaitinfo|sigtimedwait|kill|raise|alarm|signalfd", "signals only in core/isolate*.c and cli/")
    forbid_word("world", cli || isolate || FILENAME ~ /^fuzz\/rig_[a-z]*\.c$/ || FILENAME ~ /^core\/world(_kernel|_sim)?\.[ch]$/, "world_kernel_new|world_sim_new", "only cli/, core/isolate* and fuzz/rig_* choose a world; take a struct world from the caller")
    forbid_word("extern", FILENAME !~ /\.c$/, "extern", "what files share is declared in a header that both include")
    forbid_call("printing", cli || target_end, "v?printf|v?dprintf|puts|putchar|perror|psignal|v?errx?|v?warnx?", "only cli/ prints; fill a struct drill_error or return the text")
    forbid_word("printing", cli || isolate || target_end || FILENAME == "core/check.c", "stdout|stderr", "only cli/ prints; take a FILE or a buffer from the caller")
    forbid_call("ending", cli || target_end || FILENAME == "core/check.c", "abort", "only ASSERT (core/check.h) aborts; return an error")
    forbid_call("ending", cli || isolate, "_exit|_Exit", "only cli/ and the children of core/isolate*.c end a process; return an error")
    forbid_call("ending", cli || target_end, "exit|quick_exit|atexit", "only cli/ exits; return an error")
    forbid_call("ending", 0, "assert", "ASSERT (core/check.h) is never compiled out; assert is")
}

FNR == 1 {
    enter_file()
}

want_spdx && !(FNR == 1 && /^#!/) {
    if ($0 !~ /SPDX-License-Identifier: MIT/)
        report("spdx", "the first line says /* SPDX-License-Identifier: MIT */ in the file's own comment form")
    want_spdx = 0
}

$0 ~ open_mark {
    report("unfinished", "finish it, or write an issue; no notes to ourselves in the sources")
}

is_shell && !/^[ \t]*#/ && /(^|[;&|({ \t])sleep +[0-9.$"]/ {
    report("sleep", "no script waits by sleeping; wait for output, for a descriptor or for a child")
}

FNR > 500 && !too_long {
    too_long = 1
    report("length", "a file is one idea in at most 500 lines; split it")
}

# Comments may stand anywhere between the words of a directive.
is_c && !in_comment {
    directive = $0
    gsub(/\/\*([^*]|\*+[^*\/])*\*+\//, " ", directive)
    if (directive ~ /^[ \t]*#[ \t]*(include|include_next|import)[ \t]*[<"]/)
        check_include()
}

is_c {
    code = " " bare($0) " "
    check_code()
}

END {
    if (breaches)
        printf "walls: %d breaches\n", breaches
    exit breaches > 0
}
