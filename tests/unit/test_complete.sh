#!/bin/bash
# Completion, where there may be no Xen: what `xn __complete` prints for a
# command line, and what bash makes of it. TAP.
set -u
source=${top_srcdir:?} build=${top_builddir:?}
# shellcheck source=tests/unit/tap.sh
. "$source/tests/unit/tap.sh"

# Candidates for the last word, without their help, on one line.
candidates() {
    "$build/xn" __complete -- "$@" 2>&1 | cut -f1 | paste -sd' '
}

is "a beginning of a command" "vcpu-list vcpu-pin vcpu-set" \
    "$(candidates vcpu)"
is "every command of the help" \
    "$("$build/xn" help | sed -n 's/^ \([a-z][a-z0-9-]*\) .*/\1/p' | paste -sd' ')" \
    "$(candidates '')"
is "commands after global options" "version" "$(candidates -v -N vers)"
is "global options" "-v -f -N -t -T" "$(candidates -)"
is "no hidden command" "" "$(candidates __)"
is "nothing for a command there is not" "" "$(candidates frobnicate '')"
is "long options of a command" "--wait" "$(candidates shutdown --w)"
is "all options of a command" "-s --json -h --help" "$(candidates uptime -)"
is "options after words" "--plan --paused" \
    "$(candidates create a.cfg --p | tr ' ' '\n' | sort -r | paste -sd' ')"
is "deprecated options are not offered" "--dry-run" "$(candidates create --dry)"
is "no options after --" ":files" "$(candidates create -- -)"
is "an abbreviated command" "--clear" "$(candidates dme --c)"
is "a file for create" ":files" "$(candidates create '')"
is "a file or a key after the file" ":files memory=" \
    "$(candidates create web.cfg memo)"
is "the words that a key takes" \
    ':files on_crash="coredump-destroy" on_crash="coredump-restart"' \
    "$(candidates create web.cfg on_crash=co)"
is "and where a quote was begun" ':files tsc_mode="native"' \
    "$(candidates create web.cfg 'tsc_mode="nat' | cut -d' ' -f1,2)"
is "a truth" ":files vnc=1 vnc=0" "$(candidates create web.cfg vnc=)"
is "nothing for a key there is not" ":files" \
    "$(candidates create web.cfg frob=)"
is "keys that do nothing are not offered" ":files" \
    "$(candidates create web.cfg dhc)"
is "the value of an option is a file" ":files" "$(candidates create -f '')"
is "the value of a clustered option" ":files" "$(candidates create -pf '')"
is "the value of a long option" ":files" "$(candidates create --defconfig '')"
is "an attached value is not waited for" ":files" "$(candidates create -fa '')"
is "a value that is no file" "" "$(candidates shutdown --timeout '')"
is "a file after the domain" ":files" "$(candidates dump-core web '')"
is "no word too many" "" "$(candidates dump-core web file '')"
is "files for a disk" ":files" "$(candidates block-attach web '')"
is "a file for a drive" ":files" "$(candidates cd-insert web hdc '')"
is "no devices without Xen" "" "$(candidates block-detach web '')"
is "the options of a detach" "--force --no-force --timeout --help" \
    "$(candidates vkb-detach --)"
is "commands for help" "list" "$(candidates help li)"
is "commands of a group for help" "explain" "$(candidates help config ex)"
is "no command where there is no group" "" "$(candidates help list '')"
is "the commands of a group" "explain" "$(candidates config ex)"
is "options of a command of a group" "--json" \
    "$(candidates config explain --j)"
is "the states to wait for" "paused" "$(candidates wait web p)"
is "what can be triggered" "sleep s3resume" "$(candidates trigger web s)"
is "no word behind a button" "" "$(candidates button-press web power '')"
is "buttons" "power sleep" "$(candidates button-press web '')"
is "modes of Flask" "Enforcing" "$(candidates setenforce E)"
is "what is monitored" "total-mem-bandwidth" "$(candidates psr-cmt-show t)"
is "files to start with the host" ":files" "$(candidates autostart /nowhere)"
is "a key" "memory" "$(candidates config explain memo)"
is "a setting of a key" "disk.vdev" "$(candidates config explain disk.v)"
is "one key only" "" "$(candidates config explain memory '')"
is "nothing in a group that has no such command" "" \
    "$(candidates config frobnicate '')"
is "help comes along" "$(printf 'gc\tRemoves what killed commands have left')" \
    "$("$build/xn" __complete -- gc)"
"$build/xn" __complete -- console '' >/dev/null 2>&1
is "domains are no error where there is no Xen" 0 $?
[ -e /proc/xen/capabilities ] ||
    is "and nothing is said" "" "$(candidates console '')"

# What bash would offer for a line; the last word is being completed.
in_bash() {
    COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
    _xn 2>/dev/null
    echo "${COMPREPLY[*]-}"
}

# shellcheck source=docs/completions/xn.bash
. "$source/docs/completions/xn.bash"
is "bash: a command" "destroy" "$(in_bash "$build/xn" des)"
is "bash: an option" "--timeout" "$(in_bash "$build/xn" reboot --t)"
is "bash: a command of a group" "explain" "$(in_bash "$build/xn" config ex)"
is "bash: a key alone" "maxmem" \
    "$(in_bash "$build/xn" config explain maxme)"
is "bash: a key" "maxmem=" "$(in_bash "$build/xn" create a.cfg maxme)"
is "bash: a value" '\"ahci\"' \
    "$(in_bash "$build/xn" create a.cfg hdtype = a)"
is "bash: all values" "1 0" "$(in_bash "$build/xn" create a.cfg vnc =)"
is "bash: nothing" "" "$(in_bash "$build/xn" list --frob)"

# Every long option that the help of a command shows, in one line.
main_commands="create list console migrate save"
long_options() {
    "$build/xn" "$1" --help | grep -oE '^  (-., |    )--[a-z-]+' |
        grep -oE -- '--[a-z-]+' | sort | paste -sd' '
}
for command in $main_commands; do
    is "bash: all long options of $command" \
        "$(echo "$(long_options "$command") --help" | tr ' ' '\n' | sort |
            paste -sd' ')" \
        "$(in_bash "$build/xn" "$command" -- | tr ' ' '\n' | sort |
            paste -sd' ')"
    is "the help of $command fits into 80 columns" "" \
        "$("$build/xn" "$command" --help | grep -E '.{81}')"
done
is "the words that an option takes" "pv serial vuart" \
    "$(candidates console --type '')"
is "and those that begin so" "lz4" "$(candidates save --compress l)"
is "no words of another option" "" "$(candidates migrate --bwlimit '')"

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
touch "$folder/a b.cfg"
is "bash: files" "$folder/a b.cfg" "$(in_bash "$build/xn" create "$folder/a")"

# An xn that knows two domains of names that shells would act on.
cat >"$folder/xn" <<'END'
#!/bin/sh
for word; do :; done
for name in 'a$(b) c' 'd:e'; do
    case $name in "$word"*) echo "$name" ;; esac
done
END
chmod +x "$folder/xn"
is "bash: a name that the shell would act on is quoted" 'a\$\(b\)\ c' \
    "$(in_bash "$folder/xn" console 'a')"

# shell PROGRAM: is it there? Otherwise its tests are skipped.
shell() {
    command -v "$1" >/dev/null && return
    skip "$1" "it is not installed"
    return 1
}

# What zsh makes of a line with the first or the second xn, and a Tab.
build=$(realpath "$build") source=$(realpath "$source")
in_zsh() {
    PATH=$1:$PATH "$source/tests/unit/zsh_line.py" "$source/docs/completions" \
        "$2"
}
if shell zsh; then
    is "zsh: a command" "xn destroy " "$(in_zsh "$build" "xn destr")"
    is "zsh: several commands" "xn vcpu-" "$(in_zsh "$build" "xn vcpu")"
    is "zsh: an option" "xn reboot --timeout " \
        "$(in_zsh "$build" "xn reboot --t")"
    for command in $main_commands; do
        options=$(long_options "$command") lines=() wanted=()
        for option in $options; do
            lines+=("xn $command ${option%?}")
            wanted+=("xn $command $option")
        done
        # One that another begins with is not followed by a blank.
        is "zsh: all long options of $command" "$(printf '%s\n' "${wanted[@]}")" \
            "$(PATH=$build:$PATH "$source/tests/unit/zsh_line.py" \
                "$source/docs/completions" "${lines[@]}" | sed 's/ *$//')"
    done
    is "zsh: a command of a group" "xn config explain " \
        "$(in_zsh "$build" "xn config ex")"
    is "zsh: a key" "xn create a.cfg maxmem=" \
        "$(in_zsh "$build" "xn create a.cfg maxme")"
    is "zsh: a value" 'xn create a.cfg hdtype=\"ahci\" ' \
        "$(in_zsh "$build" "xn create a.cfg hdtype=a")"
    is "zsh: a value whose quote was begun" 'xn create a.cfg hdtype=\"ahci\" ' \
        "$(in_zsh "$build" 'xn create a.cfg hdtype=\"a')"
    is "zsh: files" "xn create $folder/a\\ b.cfg " \
        "$(in_zsh "$build" "xn create $folder/a")"
    is "zsh: a name that the shell would act on is quoted" \
        'xn console a\$\(b\)\ c ' "$(in_zsh "$folder" "xn console a")"
    is "zsh: and goes on where it was quoted" \
        'xn console a\$\(b\)\ c ' \
        "$(in_zsh "$folder" 'xn console a\$\(b\)\ ')"
    is "zsh: a colon is of the name" "xn console d:e " \
        "$(in_zsh "$folder" "xn console d")"
fi

# What fish offers for a line with the first or the second xn.
in_fish() {
    HOME=$folder PATH=$1:$PATH fish -N -c \
        "source $source/docs/completions/xn.fish; complete -C \$argv[1]" "$2" |
        cut -f1 | paste -sd' '
}
# shellcheck disable=SC2016 # a name, no expansion
if shell fish; then
    is "fish: commands" "vcpu-list vcpu-pin vcpu-set" \
        "$(in_fish "$build" "xn vcpu")"
    is "fish: an option" "--timeout" "$(in_fish "$build" "xn reboot --t")"
    for command in $main_commands; do
        is "fish: all long options of $command" \
            "$(echo "$(long_options "$command") --help" | tr ' ' '\n' |
                sort | paste -sd' ')" \
            "$(in_fish "$build" "xn $command --" | tr ' ' '\n' | sort |
                paste -sd' ')"
    done
    is "fish: a command of a group" "explain" \
        "$(in_fish "$build" "xn config ex")"
    is "fish: a key" "maxmem=" "$(in_fish "$build" "xn create a.cfg maxme")"
    is "fish: a value" 'hdtype="ahci"' \
        "$(in_fish "$build" "xn create a.cfg hdtype=a")"
    is "fish: files" "$folder/a b.cfg" \
        "$(in_fish "$build" "xn create $folder/a")"
    is "fish: a name with what the shell would act on" 'a$(b) c' \
        "$(in_fish "$folder" "xn console a")"
    is "fish: and goes on where a quote was begun" 'a$(b) c' \
        "$(in_fish "$folder" "xn console 'a\$(b) ")"
fi
tap_end
