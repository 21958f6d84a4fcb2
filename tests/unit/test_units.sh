#!/bin/sh
# The units of systemd, the init script and the dashboard, as they would be
# installed. TAP.
units="${top_builddir:?}/docs/systemd"
init="$top_builddir/docs/init/xn-domains"
count=0

check() {
    count=$((count + 1))
    name=$1
    shift
    if "$@"; then
        echo "ok $count - $name"
    else
        echo "not ok $count - $name"
    fi
}

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

# All that the dashboard asks for is in the program.
dashboard() {
    missing=$(grep -oE '(xen|xenith)_[a-z_]+' \
        "$top_srcdir/docs/monitoring/grafana-dashboard.json" | sort -u |
        while read -r name; do
            grep -aqwF "$name" "$top_builddir/xn" || echo "$name"
        done)
    [ -z "$missing" ] || { echo "# no such metric: $missing" && return 1; }
}

echo 1..4
check "the dashboard shows metrics that there are" dashboard
check "nothing is left to fill in" no_placeholders
check "the init script is one" sh -n "$init"
if command -v systemd-analyze >/dev/null; then
    check "systemd takes the units" verify
else
    echo "ok 4 - systemd takes the units # SKIP no systemd-analyze"
fi
