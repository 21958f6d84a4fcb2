#!/bin/bash
# What ./dev makes of how its parts end. TAP.
set -u
# shellcheck source=tests/unit/tap.sh
. "${top_srcdir:?}/tests/unit/tap.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
sed '$d' "${top_srcdir:?}/dev" >"$work/functions"

# of COMMAND...: what it says at the end of a ./dev that runs it.
of() {
    { cat "$work/functions" && printf '%s\n' "$@"; } >"$work/dev"
    (cd "$work" && PATH=$work:$PATH bash ./dev 2>&1) | tail -n 1
}

# pytest_says STATUS TEXT: what stands in for it, and for the time it is given.
pytest_says() {
    printf '#!/bin/sh\necho "%s"\nexit %s\n' "$2" "$1" >"$work/timeout"
    chmod +x "$work/timeout"
}

# shellcheck disable=SC2016 # for the script to expand
readonly count='run_pytest; echo "$passed $failed $skipped"'
pytest_says 0 "==== 3 passed, 2 skipped in 1.00s ===="
is "what passed is counted" "3 0 2" "$(of "$count")"
pytest_says 1 "==== 1 failed, 3 passed in 1.00s ===="
is "what failed is counted" "3 1 0" "$(of "$count")"
pytest_says 124 "==== 3 passed in 1.00s ===="
is "a run that was cut off failed" "3 1 0" "$(of "$count")"
pytest_says 3 "INTERNALERROR"
is "a run without an end failed" "0 1 0" "$(of "$count")"
pytest_says 5 "==== 7 deselected in 1.00s ===="
is "no test is no failure" "0 0 0" "$(of "$count")"

# shellcheck disable=SC2016 # for the script to expand
readonly names='run_pytest; echo "${failures[*]}"'
pytest_says 1 "FAILED tests/lab/test_a.py::b - said
==== 1 failed in 1.00s ===="
is "what failed in the lab is named" "FAILED tests/lab/test_a.py::b" \
    "$(of "$names")"
mkdir -p "$work/build"
printf 'ok 1 - a\nnot ok 2 - b\n# why\nok 3 - c\n' >"$work/build/test_x.log"
echo "FAIL: test_x 2 - b" >"$work/log"
# shellcheck disable=SC2016
is "what failed in a unit test is named and said" \
    "not ok 2 - b # why in build: FAIL: test_x 2 - b" \
    "$(of 'echo $(add_unit_failures log build | tail -n +2) \
    $(add_unit_failures log build >/dev/null; echo "${failures[*]}")')"

# Started in the background it would not hear of a Ctrl-C by itself.
interrupted() {
    { cat "$work/functions" && echo 'main check slow'; } |
        sed 's/^check() {/&\n    step slow sh -c "sleep 1000 \& wait"/' \
            >"$work/dev"
    (cd "$work" && exec bash ./dev >/dev/null 2>&1) &
    local dev=$! left
    until left=$(pgrep -P "$(pgrep -P "$dev" -x sh)" -x sleep 2>/dev/null); do
        sleep 0.1
    done
    kill "$dev"
    wait "$dev"
    echo "$?"
    kill -0 "$left" 2>/dev/null && kill "$left"
}
is "what it started ends with it" 143 "$(interrupted)"
tap_end
