# shellcheck shell=sh
# TAP of shell scripts, which source it: each call is one test, tap_end ends.
# A failure shows what was expected, each line of it as a comment.
tap_count=0 tap_failed=0

# ok NAME
ok() {
    tap_count=$((tap_count + 1))
    echo "ok $tap_count - $1"
}

# not_ok NAME [WHY ...]
not_ok() {
    tap_count=$((tap_count + 1)) tap_failed=1
    echo "not ok $tap_count - $1"
    shift
    [ $# = 0 ] || printf '%s\n' "$@" | sed 's/^/# /'
}

# skip NAME WHY
skip() {
    tap_count=$((tap_count + 1))
    echo "ok $tap_count - $1 # SKIP $2"
}

# is NAME EXPECTED GOT
is() {
    if [ "$2" = "$3" ]; then
        ok "$1"
    else
        not_ok "$1" "expected: $2" "got: $3"
    fi
}

tap_end() {
    echo "1..$tap_count"
    exit "$tap_failed"
}
