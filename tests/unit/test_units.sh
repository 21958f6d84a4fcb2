#!/bin/sh
# The units of systemd and the init script, as they would be installed. TAP.
units="${top_builddir:?}/docs/systemd"
init="$top_builddir/docs/init/xn-domains"
# shellcheck source=tests/unit/tap.sh
. "${top_srcdir:?}/tests/unit/tap.sh"

no_placeholders() {
    ! grep -n '@[a-z]*dir@' "$units"/*.service "$init"
}

# systemd looks for the programs that a unit starts: stand-ins will do.
verify() {
    root=$(mktemp -d)
    sed -n 's|^Exec[A-Z][a-z]*=\([^ ]*\).*|\1|p' "$units"/*.service |
        while read -r program; do
            mkdir -p "$root${program%/*}"
            printf '#!/bin/sh\n' >"$root$program"
            chmod +x "$root$program"
        done
    mkdir "$root/units"
    cp "$units"/xn* "${top_srcdir:?}/docs/systemd"/*.target \
        "$top_srcdir/docs/systemd"/*.timer "$root/units"
    rm -f "$root"/units/*.in
    sed -i "s|^\(Exec[A-Z][a-z]*=\)|\1$root|" "$root"/units/*.service
    mv "$root/units/xn-guest@.service" "$root/units/xn-guest@web.service"
    said=$(SYSTEMD_UNIT_PATH="$root/units:" systemd-analyze verify --man=no \
        "$root"/units/*.service "$root"/units/*.target "$root"/units/*.timer 2>&1 |
        grep -F "$root/units/")
    rm -r "$root"
    [ -z "$said" ] || { echo "# $said" && return 1; }
}

# With Requires= a restart of xnd would stop every guest.
no_guest_hangs_on_xnd() {
    ! grep -nE '^(Requires|BindsTo|PartOf|Requisite)=.*xnd\.service' \
        "$units"/*.service &&
        grep -q '^Wants=.*xnd\.service' "$units/xn-domains.service" &&
        grep -q '^Wants=.*xnd\.service' "$units/xn-guest@.service" &&
        grep -q '^After=.*xnd\.service' "$units/xn-domains.service" &&
        grep -q '^After=.*xnd\.service' "$units/xn-guest@.service"
}

# The init script with stand-ins that say what they were called with, on a
# machine that is domain 0 (control_d) or not. init CAPABILITIES WORD...
init() {
    root=$(mktemp -d)
    echo "$1" >"$root/capabilities"
    for program in xn xnd; do
        printf '#!/bin/sh\necho "%s $*" | sed "s/ *$//"\n' "$program" \
            >"$root/$program"
    done
    sed -e "s|^xn=.*|xn=$root/xn|" -e "s|^xnd=.*|xnd=$root/xnd|" \
        -e "s|/proc/xen/capabilities|$root/capabilities|" "$init" >"$root/init"
    chmod +x "$root/xn" "$root/xnd" "$root/init"
    shift
    said=$("$root/init" "$@" 2>/dev/null)
    echo "$?" "$said" | paste -sd' '
    rm -r "$root"
}

no_placeholders
is "nothing is left to fill in" 0 $?
no_guest_hangs_on_xnd
is "guests do not stop when xnd does" 0 $?
sh -n "$init"
is "the init script is one" 0 $?
is "the init script starts xnd, then the guests" "0 xnd xn host-start" \
    "$(init control_d start)"
is "and stops them" "0 xn host-stop --timeout 300" "$(init control_d stop)"
is "within a time of the host's own" "0 xn host-stop --timeout 60" \
    "$(XN_STOP_TIMEOUT=60 init control_d stop)"
is "or one after the other" \
    "0 xn host-stop --timeout 300 xnd xn host-start" "$(init control_d restart)"
is "and lists them" "0 xn list" "$(init control_d status)"
is "another word is wrong use" "2" "$(init control_d dance | tr -d ' ')"
is "in a guest it does nothing" "0" "$(init '' start | tr -d ' ')"
if command -v systemd-analyze >/dev/null; then
    verify
    is "systemd takes the units" 0 $?
else
    skip "systemd takes the units" "no systemd-analyze"
fi
tap_end
