#!/bin/bash
# Streams as they were written by each released version give what they gave
# then; and what comes out of a stream, Xen's own verifier accepts. TAP.
set -u
source=${top_srcdir:?} build=${top_builddir:?}
# shellcheck source=tests/unit/tap.sh
. "$source/tests/unit/tap.sh"

# stream NAME.stream gives the bytes of NAME.plain, NAME up to the first dash.
for stream in "$source"/tests/golden/stream/*.stream; do
    name=$(basename "$stream")
    "$build/xn-stream" decode <"$stream" |
        cmp - "$source/tests/golden/stream/${name%%-*}.plain" >&2
    is "$name" 0 $?
done

# Where Debian's xen-utils-VERSION has it; XEN_LIBDIR is another place.
verifier=$(find "${XEN_LIBDIR:-/usr/lib}"/xen-*/bin/verify-stream-v2 \
    2>/dev/null | tail -n 1)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$build/make_stream" pages=3000 zero=40 rounds=2 dirty=20 constant=30 |
    "$build/xn-stream" encode --history=16m |
    "$build/xn-stream" decode >"$folder/image"
if [ -z "$verifier" ]; then
    skip "verify-stream-v2" "it is not there: install xen-utils-4.17"
else
    PYTHONPATH=${verifier%/bin/*}/lib/python /usr/bin/python3 "$verifier" \
        --format=xl --in="$folder/image" >&2
    is "verify-stream-v2 accepts what comes out" 0 $?
fi
tap_end
