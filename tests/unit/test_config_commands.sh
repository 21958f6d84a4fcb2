#!/bin/bash
# xn config, as its users see it, where there may be no Xen. TAP.
set -u
source=${top_srcdir:?} build=${top_builddir:?}
# shellcheck source=tests/unit/tap.sh
. "$source/tests/unit/tap.sh"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# The exit status of xn config, with what it said left out.
status() {
    "$build/xn" config "$@" >/dev/null 2>&1
    echo $?
}

xn() {
    "$build/xn" config "$@" 2>&1
}

# A value of the JSON that comes in: jq would be one more package.
json() {
    /usr/bin/python3 -c "import json, sys
print(eval('document' + sys.argv[1], {'document': json.load(sys.stdin)}))" "$1"
}

printf 'name = "a"\nkernel = "/k"\nmemory = 64\n' >"$folder/good.cfg"
printf 'name = "a"\nkernel = "/k"\nmemmory = 64\n' >"$folder/warn.cfg"
printf 'name = "a"\nkernel = /k\n' >"$folder/bad.cfg"

is "check: a good file" 0 "$(status check "$folder/good.cfg")"
is "check: nothing is said of it" "" "$(xn check "$folder/good.cfg")"
is "check: a warning passes" 0 "$(status check "$folder/warn.cfg")"
is "check: a warning is said, with its place" \
    "$folder/warn.cfg:3:1: warning: unknown key 'memmory' is ignored" \
    "$(xn check "$folder/warn.cfg" | head -n 1)"
is "check: a warning does not pass --strict" 7 \
    "$(status check --strict "$folder/warn.cfg")"
is "check: an error" 7 "$(status check "$folder/bad.cfg")"
is "check: all files are looked at" "xn: 2 of 4 files did not pass" \
    "$(xn check "$folder"/{bad,good,none,warn}.cfg | tail -n 1)"
is "check: a file that is not there" "$folder/none.cfg: error: No such file or directory" \
    "$(xn check "$folder/none.cfg" | head -n 1)"
is "check: no file is wrong use" 2 "$(status check)"
is "check --json: which passed" "[True, False]" \
    "$("$build/xn" config check --json "$folder"/{good,bad}.cfg 2>/dev/null |
        json "['files'].__class__(f['passed'] for f in document['files'])")"
is "explain: what goes for a setting" \
    "auto, pv, devicemodel, qusb|all guests|4.7" \
    "$(xn explain usbctrl.type --json | /usr/bin/python3 -c "
import json, sys
known = json.load(sys.stdin)
print(', '.join(known['values']), known['for'], known['since'], sep='|')")"
is "explain: an example for a setting" 1 \
    "$(xn explain usbctrl.type | grep -c '^  example .*type=')"
is "check --json: which file could not be read" "$folder/none.cfg" \
    "$("$build/xn" config check --json "$folder/none.cfg" 2>/dev/null |
        json "['files'][0]['diagnostics'][0]['file']")"
is "check --strict: what is refused is not ignored" \
    "$folder/warn.cfg:3:1: error: unknown key 'memmory'" \
    "$(xn check --strict "$folder/warn.cfg" | head -n 1)"
is "check --json: where" "3 1 warning" \
    "$("$build/xn" config check --json "$folder/warn.cfg" |
        json "['files'][0]['diagnostics'][0]" |
        /usr/bin/python3 -c "d = eval(input())
print(d['line'], d['column'], d['severity'])")"

# The first domain of xn create --json: an expression of it.
created() {
    "$build/xn" create --json "${@:2}" 2>/dev/null | json "['domains'][0]$1"
}

is "create --json: the plan" "a False 1. check that the name a is free" \
    "$("$build/xn" create --json --plan "$folder/good.cfg" | /usr/bin/python3 -c "
import json, sys
made = json.load(sys.stdin)['domains'][0]
print(made['name'], made['created'], '1.', made['plan'][0])")"
is "create --json: what is doubtful has a place" "warning" \
    "$(created "['diagnostics'][0]['severity']" --plan "$folder/warn.cfg")"
is "create --json: what is wrong is told, too" 7 \
    "$(created "['error']['exit_status']" --plan "$folder/bad.cfg")"
is "create --json: and is the exit status" 7 \
    "$("$build/xn" create --json --plan "$folder/bad.cfg" >/dev/null 2>&1; echo $?)"
is "create --json: the first failure is the last file" 1 \
    "$("$build/xn" create --json --plan "$folder"/{bad,good}.cfg 2>/dev/null |
        json "['domains'].__len__()")"
is "create --json has no room for libxl's" 2 \
    "$("$build/xn" -N create --json "$folder/good.cfg" >/dev/null 2>&1; echo $?)"

[ -e /proc/xen/capabilities ] ||
    is "check --host: there is no Xen" 5 "$(status check --host "$folder/good.cfg")"

is "explain: a key" "memory: Memory of the guest in MiB" \
    "$(xn explain memory | head -n 1)"
is "explain: a near miss" "    did you mean 'memory'?" \
    "$(xn explain memmory | tail -n 1)"
is "explain: no such key is wrong use" 2 "$(status explain memmory)"
is "explain --json" "['ide', 'ahci']" "$(xn explain --json hdtype |
    json "['values']")"
is "explain: a setting inside strings" "one of xen, virtio" \
    "$(xn explain disk.specification | sed -n 's/^ *type  *//p')"
is "explain --json: a setting" "vif.vlan 4.19" \
    "$(xn explain --json vif.vlan | json "['key'] + ' ' + document['since']")"
is "explain --json: the settings of a key" "4.19" \
    "$(xn explain --json vif | json "['settings']" | /usr/bin/python3 -c "
print(*(s['since'] for s in eval(input()) if s['name'] == 'vlan'))")"
is "explain --json: a key without settings" False \
    "$(xn explain --json memory | json ".keys() & {'settings'} != set()")"
is "explain: a setting there is not" 2 \
    "$(xn explain vif.brigde >/dev/null 2>&1; echo $?)"
is "explain: and a near one" 1 \
    "$(xn explain vif.brigde 2>&1 | grep -c "did you mean 'vif.bridge'")"
is "keys --json: all keys" "$(xn keys | tail -n +2 | wc -l)" \
    "$(xn keys --json | json "['keys'].__len__()")"

printf 'a=1;b=[\n"x" # one\n]' >"$folder/layout.cfg"
chmod 640 "$folder/layout.cfg"
laid='a = 1
b = [
    "x",  # one
]'
is "format: to standard output" "$laid" "$(xn format "$folder/layout.cfg")"
is "format --check: names what would change" "$folder/layout.cfg" \
    "$(xn format --check "$folder"/{layout,good}.cfg)"
is "format --check: ends in 1" 1 "$(status format --check "$folder/layout.cfg")"
is "format: several files to one place is wrong use" 2 \
    "$(status format "$folder"/{layout,good}.cfg)"
is "format: a file with mistakes" 7 "$(status format -i "$folder/bad.cfg")"
is "format: and it stays" "kernel = /k" "$(tail -n 1 "$folder/bad.cfg")"
is "format --in-place: nothing is said" "" \
    "$(xn format --in-place "$folder"/{layout,good}.cfg)"
is "format --in-place: the file" "$laid" "$(cat "$folder/layout.cfg")"
is "format --in-place: keeps the mode" 640 "$(stat -c %a "$folder/layout.cfg")"
printf 'a=1\n' >"$folder/behind.cfg"
ln -s behind.cfg "$folder/link.cfg"
[ "$(id -u)" != 0 ] || chown 12:34 "$folder/behind.cfg"
owner=$(stat -c %u:%g "$folder/behind.cfg")
xn format --in-place "$folder/link.cfg"
is "format --in-place: the file behind a link" "a = 1" \
    "$(cat "$folder/behind.cfg")"
is "format --in-place: the link stays" behind.cfg \
    "$(readlink "$folder/link.cfg")"
is "format --in-place: keeps the owner" "$owner" \
    "$(stat -c %u:%g "$folder/behind.cfg")"
is "format --check: a file in its layout" 0 \
    "$(status format --check "$folder"/{layout,good}.cfg)"
is "format: standard input" "a = 1" "$(echo a=1 | xn format -)"

printf 'name = "b"\nkernel = "/k"\nmemory = 64\ndisk = [ "/x,raw,xvda" ]\n' \
    >"$folder/other.cfg"
is "diff: the same" "0 " \
    "$(status diff "$folder"/{good,good}.cfg) $(xn diff "$folder"/{good,good}.cfg)"
is "diff: others end in 1" 1 "$(status diff "$folder"/{good,other}.cfg)"
is "diff: what differs" "--- $folder/good.cfg
+++ $folder/other.cfg
-name = \"a\"
+name = \"b\"
+disk = [ \"format=raw,access=rw,vdev=xvda,target=/x\" ]" \
    "$(xn diff "$folder"/{good,other}.cfg)"
is "diff: a file that is not there" "xn: none.cfg: No such file or directory" \
    "$(xn diff none.cfg "$folder/good.cfg")"
is "diff: an invalid file" 7 "$(status diff "$folder"/{good,bad}.cfg)"
is "diff --json" "['name', 'disk'] None" \
    "$(xn diff --json "$folder"/{good,other}.cfg |
        json "['differences']" | /usr/bin/python3 -c "d = eval(input())
print([one['key'] for one in d], d[1]['a'])")"

is "a group alone is wrong use" 2 "$(status)"
is "a group's help" 0 "$(status --help)"
is "a command of a group may be shortened" 0 "$(status ke)"
is "a near command of a group" "xn: unknown command 'config chek'
    did you mean 'check'?" "$(xn chek)"
is "a group alone says where its commands are" \
    "    'xn help config' lists them" "$("$build/xn" config 2>&1 | tail -n 1)"
is "a command that other tools have" "xn: unknown command 'stop'
    did you mean 'shutdown'?" "$("$build/xn" stop web 2>&1)"
is "which is none of a group's" "xn: unknown command 'config kill'
    see 'xn help config'" "$(xn kill)"
is "the help of all tells of the global options" "-v -f -N -t -T" \
    "$("$build/xn" help | sed -n 's/^  \(-.\) .*/\1/p' | paste -sd ' ')"
is "the help of a command says what its words are" 1 \
    "$("$build/xn" help mem-set | grep -c '^SIZE is in MiB')"
is "commands stand in the order of the alphabet" "" \
    "$("$build/xn" help | sed -n '/^Commands:/,$s/^ \([a-z][a-z0-9-]*\) .*/\1/p' |
        LC_ALL=C sort -c 2>&1)"
is "no help begins like a note to oneself" "" \
    "$(for word in $("$build/xn" help |
        sed -n '/^Commands:/,$s/^ \([a-z][a-z0-9-]*\) .*/\1/p'); do
        "$build/xn" help "$word"
    done | grep -E '^  -.*  (print|say|leave|stay|start|do|only) ')"
for file in "$source"/config-examples/*.cfg; do
    is "${file##*/} passes --strict" 0 "$(status check --strict "$file")"
done
tap_end
