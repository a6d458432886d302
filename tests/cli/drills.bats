# SPDX-License-Identifier: MIT
# The runner and the loop, through scenarios against the test plugins: tests/drills/passing must
# pass, tests/drills/failing must fail in the words of the .expected files beside them.

load helper
load drills

# compare FOLDER REPORT
compare() {
    node "$DRILL_SOURCE_DIR/tests/drills/compare.js" "$@"
}

# of_report NAME EXPRESSION: about the result `r` of a scenario in $work/report.json.
of_report() {
    json "$work/report.json" "{ const r = it.results.find(x => x.id === '$1'); $2; }"
}

@test "every scenario of drills/passing passes" {
    run -0 --separate-stderr run_drills passing "$work/report.json"
    equals "$stderr" ""
    equals "$(json "$work/report.json" 'it.summary.pass === it.summary.total')" true
    [ "$(json "$work/report.json" 'it.summary.total')" -ge 190 ]

    # Amounts that depend on the kernel's buffers are not told.
    for id in blocked/pause blocked/frames blocked/reset blocked/ended-while-paused \
        udp/burst-dropped; do
        equals "$(of_report $id '[r.sessions[0].bytes_received, r.sessions[0].recv_sizes]')" \
            '[null,null]'
    done
    equals "$(of_report blocked/others-served 'r.sessions[1].recv_sizes')" '[[5,100]]'
    # Sizes of what did not settle are not told either; how many bytes it was, is.
    equals "$(of_report frame/merged '[r.sessions[0].bytes_received, r.sessions[0].recv_sizes]')" \
        '[14,null]'

    equals "$(of_report frame/merged 'r.clients[0].received.length')" 14
    # Nor is what a client had not yet sent when it ended, or what was answered to it.
    for id in blocked/left-unsent backlog/left-unsent; do
        equals "$(of_report $id '[r.clients[0].sent, r.clients[0].received,
            r.sessions[0].bytes_received, r.sessions[0].recv_sizes]')" '[null,null,null,null]'
    done
    equals "$(of_report blocked/left-unsent '[r.clients[1].sent.length, r.clients[1].received.length,
        r.sessions[1].recv_sizes]')" '[1,1,[[1,1]]]'
    # What waited for accept comes in sizes of the kernel's making; a plugin may answer to those.
    for id in backlog/much-waits backlog/sent-later; do
        equals "$(of_report $id '[r.clients[0].sent.length === r.sessions[0].bytes_received,
            r.clients[0].received, r.sessions[0].recv_sizes]')" '[true,null,null]'
    done
    equals "$(of_report backlog/much-waits-whole '[r.clients[0].received.length,
        r.sessions[0].bytes_received, r.sessions[0].recv_sizes]')" '[90000,90000,null]'

    equals "$(of_report counter/reconnect 'r.clients.slice(0, 3).map(c => c.name)')" \
        '["bob","bob#2","bob#3"]'
    equals "$(of_report counter/reconnect 'r.sessions.map(s => s.name).slice(18)')" \
        '["bob#19","bob#20"]'
    equals "$(of_report repeat/reconnect '[r.clients.length, r.clients_omitted]')" '[1000,5]'
    equals "$(of_report repeat/reconnect '[r.sessions.length, r.sessions_omitted]')" '[1000,5]'
    equals "$(of_report repeat/two-names '[r.clients_omitted, r.sessions_omitted]')" '[9000,9000]'
    equals "$(of_report repeat/two-names 'r.sessions.slice(998).map(s => s.name)')" \
        '["alice#500","bob#500"]'

    equals "$(of_report ends/all 'r.sessions.map(s => s.end)')" \
        '["eof","eof","reset","plugin","protocol_error","limit","idle","stopped"]'
    equals "$(of_report blocked/reset 'r.sessions[0].end')" broken
    equals "$(of_report stop/unaccepted 'r.clients.map(c => c.end)')" '[null,"reset",null]'
    equals "$(of_report stop/unaccepted 'r.sessions.map(s => s.name)')" '["served"]'
    equals "$(of_report repeat/nested 'r.steps.find(s => s.step === "/steps/0/steps/0/steps/1").runs')" 12
}

@test "every scenario of drills/failing fails as it is expected to" {
    run -1 --separate-stderr run_drills failing "$work/report.json"
    equals "$stderr" ""
    run -0 compare "$drills/failing" "$work/report.json"
}

@test "a plugin that uses a service in frame is told what it did" {
    run -1 drill run --plugin-path "$DRILL_TEST_PLUGINS" --report "$work/report.json" \
        --filter crash-service-in-frame "$drills/failing"
    has "$output" "| plugin 'careless' broke its contract: it used a service in frame, which must depend on its input only"
}

@test "after a scenario that goes beyond a bound the next one runs" {
    hang=30 # none does; sending 64 MiB takes long where sanitizers look on and others work
    run -1 run_drills bounds "$work/report.json" -j 1
    run -0 compare "$drills/bounds" "$work/report.json"
}

@test "a canary: an expectation that is wrong, missing or too many is found" {
    cp -r "$drills/failing" "$work/failing"
    run -1 run_drills failing "$work/report.json" --filter 'server-s*' --filter send-broken
    find "$work/failing" ! -name 'server-s*' ! -name 'send-broken.*' -type f -delete
    run -0 compare "$work/failing" "$work/report.json"

    sed -i 's/sessions 3/sessions 4/' "$work/failing/server-sessions.expected"
    run -1 compare "$work/failing" "$work/report.json"
    equals "${lines[0]}" "server-sessions: ended otherwise than expected"
    has "$output" "- sentence: expect_server: expected sessions 4, but there were 2"
    has "$output" "+ sentence: expect_server: expected sessions 3, but there were 2"
    has_not "$output" "send-broken"
    cp "$drills/failing/server-sessions.expected" "$work/failing"

    sed -i 's/^verdict: fail/verdict: pass/' "$work/failing/send-broken.expected"
    run -1 compare "$work/failing" "$work/report.json"
    has "$output" "send-broken: ended otherwise than expected"
    rm "$work/failing/send-broken.expected"
    run -1 compare "$work/failing" "$work/report.json"
    has "$output" "send-broken: there is no .expected file"
    rm "$work/failing/send-broken.json"
    run -1 compare "$work/failing" "$work/report.json"
    has "$output" "results, of which"
    cp "$drills/failing/send-broken.json" "$drills/failing/send-broken.expected" \
        "$drills/failing/crash.expected" "$work/failing"
    run -1 compare "$work/failing" "$work/report.json"
    equals "$output" "crash.expected: there is no scenario of that name"
    cp "$drills/failing/crash.json" "$work/failing"
    run -1 compare "$work/failing" "$work/report.json"
    has "$output" "crash: the report has no result"
}

@test "a plugin that keeps state is found out in the worker that it was in before" {
    run -1 run_drills sticky "$work/report.json" -j 1
    run -0 compare "$drills/sticky" "$work/report.json"
}
