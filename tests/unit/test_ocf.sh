#!/bin/sh
# The resource agent beside an xn that says what it is told to. TAP.
set -u
# shellcheck source=tests/unit/tap.sh
. "${top_srcdir:?}/tests/unit/tap.sh"
agent=$(cd "${top_srcdir:?}" && pwd)/docs/ocf/xenith
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cat >"$work/ocf-shellfuncs" <<'END'
OCF_SUCCESS=0 OCF_ERR_GENERIC=1 OCF_ERR_UNIMPLEMENTED=3 OCF_ERR_INSTALLED=5
OCF_ERR_CONFIGURED=6 OCF_NOT_RUNNING=7
ocf_log() { :; }
ocf_run() { "$@" >/dev/null 2>&1; }
ocf_is_probe() { [ "${PROBE:-0}" = 1 ]; }
END
# A guest's state is a file; "list" exits with what the file "broken" says.
cat >"$work/xn" <<'END'
#!/bin/sh
cd "$(dirname "$0")" || exit 1
echo "$*" >>calls
case "$1 $2" in
"create --plan") echo '{"domains": [{"name": "web"}]}' && exit ;;
esac
case $1 in
list)
    [ ! -e broken ] || exit "$(cat broken)"
    [ -e state ] || exit 3
    echo "{\"domains\": [{\"state\": \"$(cat state)\"}]}"
    ;;
create) echo running >state ;;
shutdown)
    ! grep -qs rebooting state || exit 3
    [ -e stubborn ] || rm -f state
    ;;
destroy)
    ! grep -qs rebooting state || exit 3
    rm -f state
    ;;
wait)
    case $* in
    *running) echo running >state ;;
    *) [ ! -e state ] || exit 6 ;;
    esac
    ;;
esac
END
chmod +x "$work/xn"
echo 'name = "web"' >"$work/web.cfg"

run() {
    OCF_FUNCTIONS_DIR=$work OCF_RESKEY_xn=$work/xn \
        OCF_RESKEY_config=${config:-$work/web.cfg} "$agent" "$1" >"$work/said" 2>&1
}

# expect STATUS ACTION WHAT
expect() {
    run "$2"
    is "$3" "$1" $?
}

expect 7 monitor "no guest does not run"
expect 0 stop "what does not run is stopped"
expect 0 start "it starts"
expect 0 monitor "it runs"
expect 0 start "started twice it is started once"
echo rebooting >"$work/state"
expect 0 monitor "one that reboots is there"
expect 0 stop "it is stopped when it is back"
expect 7 monitor "and does not come again"
echo running >"$work/state"
echo 5 >"$work/broken"
expect 1 monitor "an unreachable Xen is no stopped guest"
expect 1 stop "nor is the guest stopped then"
expect 1 start "nor started"
rm "$work/broken"
expect 0 stop "it stops"
expect 7 monitor "it is gone"
echo running >"$work/state"
touch "$work/stubborn"
expect 0 stop "one that does not listen is destroyed"
expect 7 monitor "and gone"
echo crashed >"$work/state"
expect 7 monitor "a crashed one does not run"
rm "$work/state"
config=$work/none.cfg
expect 6 stop "without its file it is not called stopped"
config=
expect 0 validate-all "what is there is valid"
expect 0 meta-data "it describes itself"
expect 3 dance "what it cannot do it says"
tap_end
