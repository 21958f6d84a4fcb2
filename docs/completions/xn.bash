# bash completion for xn. The candidates come from xn itself.
_xn() {
    local cur=${COMP_WORDS[COMP_CWORD]} line
    COMPREPLY=()
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
            printf -v line %q "${line%%$'\t'*}"
            COMPREPLY+=("$line") ;;
        esac
    done < <("${COMP_WORDS[0]}" __complete -- \
        "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
    [[ ${COMPREPLY[0]-} != *= ]] || compopt -o nospace 2>/dev/null
}
complete -F _xn xn
