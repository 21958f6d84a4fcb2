#!/bin/sh
# within.sh SECONDS COMMAND...: runs a test; one that has no end by then is
# ended, and its TAP says so.
limit=$1
shift
rc=0
timeout -k 10 "$limit" "$@" || rc=$?
[ "$rc" -ne 124 ] || echo "Bail out! no end after $limit s"
exit "$rc"
