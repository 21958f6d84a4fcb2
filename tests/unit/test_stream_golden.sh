#!/bin/bash
# Streams as they were written by each released version give what they gave
# then; and what comes out of a stream, Xen's own verifier accepts. TAP.
set -u
source=${top_srcdir:?} build=${top_builddir:?}
count=0 failed=0

# report NAME STATUS
report() {
    count=$((count + 1))
    if [ "$2" = 0 ]; then
        echo "ok $count - $1"
    else
        echo "not ok $count - $1"
        failed=1
    fi
}

# stream NAME.stream gives the bytes of NAME.plain, NAME up to the first dash.
for stream in "$source"/tests/golden/stream/*.stream; do
    name=$(basename "$stream")
    "$build/xn-stream" decode <"$stream" |
        cmp - "$source/tests/golden/stream/${name%%-*}.plain" >&2
    report "$name" $?
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
    count=$((count + 1))
    echo "ok $count # SKIP no verify-stream-v2: install xen-utils-4.17"
else
    PYTHONPATH=${verifier%/bin/*}/lib/python /usr/bin/python3 "$verifier" \
        --format=xl --in="$folder/image" >&2
    report "verify-stream-v2 accepts what comes out" $?
fi
echo "1..$count"
exit "$failed"
