# bash completion for xn. The candidates come from xn itself.
_xn() {
    local cur=${COMP_WORDS[COMP_CWORD]} line word key=
    local -a words=()
    COMPREPLY=()
    # Bash cuts KEY=VALUE in three, and completes the last of them.
    for word in "${COMP_WORDS[@]:1:COMP_CWORD}"; do
        if [[ ${#words[@]} -gt 0 && ${words[-1]} != -* &&
            ( $word = "=" || ${words[-1]} = *= ) ]]; then
            words[-1]+=$word
        else
            words+=("$word")
        fi
    done
    [[ ${words[-1]} != ?*=* || ${words[-1]} = "$cur" ]] ||
        key=${words[-1]%%=*}=
    while IFS= read -r line; do
        case $line in
        :files)
            compopt -o filenames 2>/dev/null
            while IFS= read -r line; do
                COMPREPLY+=("$line")
            done < <(compgen -f -- "$cur") ;;
        :hosts)
            while IFS= read -r line; do
                COMPREPLY+=("$line")
            done < <(compgen -A hostname -- "$cur") ;;
        *)
            # Quoted: a name may hold what the shell would act on.
            line=${line%%$'\t'*}
            printf -v line %q "${line#"$key"}"
            COMPREPLY+=("$line") ;;
        esac
    done < <("${COMP_WORDS[0]}" __complete -- \
        "${words[@]}" 2>/dev/null)
    [[ ${COMPREPLY[0]-} != *= ]] || compopt -o nospace 2>/dev/null
}
complete -F _xn xn
