# SPDX-License-Identifier: MIT
# Reports of tests/drills do not depend on the machine.

load ../cli/helper
load ../cli/drills

# same_again FOLDER CODE: its report is the same bytes whatever runs it and whatever runs beside it.
same_again() {
    local round loads=()
    optimized
    run -"$2" run_drills "$1" "$work/first.json" -j 3
    for round in one-worker one-cpu; do
        case $round in
        one-worker) run -"$2" run_drills "$1" "$work/again.json" -j 1 ;;
        one-cpu) run -"$2" on_one_cpu run_drills "$1" "$work/again.json" -j 2 ;;
        esac
        cmp "$work/first.json" "$work/again.json" || fail "differs: $round"
    done
    for round in 1 2; do
        timeout "$patience" sh -c 'while :; do :; done' 3>&- &
        loads+=($!)
    done
    run -"$2" run_drills "$1" "$work/again.json"
    kill "${loads[@]}"
    cmp "$work/first.json" "$work/again.json" || fail "differs: on busy CPUs"
}

# on_one_cpu COMMAND...: the first of those that this process may use, in a subshell.
on_one_cpu() {
    local cpus
    cpus=$(taskset -cp "$BASHPID")
    cpus=${cpus##*: }
    taskset -cp "${cpus%%[,-]*}" "$BASHPID" >/dev/null
    "$@"
}

@test "reports of what passes are the same bytes again, on whatever machine" {
    same_again passing 0
}

@test "reports of what fails are the same bytes again, on whatever machine" {
    same_again failing 1
}
