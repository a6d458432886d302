# SPDX-License-Identifier: MIT
# The manual and --help say the same.

load helper

setup() {
    optimized
    page=$DRILL_SOURCE_DIR/docs/man/sockdrill.1
}

@test "every option of --help is in the manual" {
    for command in run check diff report merge serve talk plugins fuzz-report \
        "tape to-scenario" "tape from-scenario" "tape show" \
        "tape minimize" "tape fingerprint"; do
        # shellcheck disable=SC2086 # a subcommand is a word of its own
        options=$(drill $command --help | grep -oE -- '--[a-z][a-z-]+' | sort -u)
        [ -n "$options" ]
        for option in $options; do
            grep -qE -- "Fl $(printf '%s' "$option" | cut -c 2-)( |\$)" "$page" ||
                fail "sockdrill $command $option is not in sockdrill(1)"
        done
    done
}

@test "every option of the manual is in some --help" {
    # shellcheck disable=SC2086
    all=$(for command in run check diff report merge serve talk plugins fuzz-report \
        "tape to-scenario" "tape from-scenario" "tape show" \
        "tape minimize" "tape fingerprint"; do drill $command --help; done)
    for option in $(grep -oE -- 'Fl -[a-z][a-z-]+' "$page" | cut -c 4- | sort -u); do
        has "$all" "-$option"
    done
}

@test "every server key that serve takes is in the manual and in its --help" {
    help=$(drill serve --help | tr '\n' ' ')
    keys="recv_buffer backlog sessions_max sessions_total messages_per_session idle_timeout_ms
        send_buffer reply_max"
    for key in $keys; do
        has "$help" "$key"
        grep -q "^\.Cm $key" "$page" || fail "$key is not in sockdrill(1)"
        grep -q "^\.It Cm $key" "$DRILL_SOURCE_DIR/docs/man/sockdrill-scenario.5" ||
            fail "$key is not in sockdrill-scenario(5)"
    done
}

@test "every key and word of the scenario schema is in the manual, and no key that is not there" {
    run -0 node -e '
        const fs = require("fs"), [schema, page] = process.argv.slice(1);
        const keys = new Set(), words = new Set(), manual = fs.readFileSync(page, "utf8");
        (function walk(it) {
            if (it === null || typeof it !== "object") return;
            if (it.properties) Object.keys(it.properties).forEach(key => keys.add(key));
            [...(it.enum || []), it.const].forEach(word => typeof word === "string" && words.add(word));
            Object.values(it).forEach(walk);
        })(JSON.parse(fs.readFileSync(schema, "utf8")));
        const named = new Set(manual.match(/Cm [$\w]+/g).map(found => found.slice(3)));
        const lacks = [...keys].filter(key => !named.has(key))
            .concat([...words].filter(word => !manual.includes(word)));
        const extra = [...named].filter(key => !keys.has(key) && !["defaults", "any"].includes(key));
        if (keys.size < 40 || lacks.length || extra.length) {
            console.log(keys.size, "lacks:", lacks, "extra:", extra);
            process.exit(1);
        }' "$DRILL_SOURCE_DIR/scenarios/scenario.schema.json" \
        "$DRILL_SOURCE_DIR/docs/man/sockdrill-scenario.5"
}

@test "every member and service of the plugin header is in the manual" {
    header=$DRILL_SOURCE_DIR/include/sockdrill/plugin.h
    manual=$(cat "$DRILL_SOURCE_DIR/docs/man/sockdrill-plugin.7")
    names=$(grep -oE 'DRILL_(TCP|UDP|SPLIT_INVARIANT|LENGTH_PRESERVING|ONE_REPLY_PER_DATAGRAM|SHARED_STATE|OK|SILENT|CLOSE|PROTOCOL_ERROR|INTERNAL_ERROR|FRAME_BAD|STRING|INTEGER|BOOLEAN)\b' \
        "$header" | sort -u)
    callbacks=$(grep -oE '\(\*[a-z_]+\)' "$header" | tr -d '(*)' | sort -u)
    [ "$(wc -w <<<"$names")" -ge 15 ]
    [ "$(wc -w <<<"$callbacks")" -ge 14 ]
    for name in $names $callbacks; do
        has "$manual" "$name"
    done
}

@test "the manual pages are clean" {
    command -v mandoc >/dev/null || skip "mandoc is not installed"
    run -0 mandoc -T lint -W warning "$DRILL_SOURCE_DIR"/docs/man/*.[157]
}
