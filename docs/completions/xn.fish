# fish completion for xn. The candidates come from xn itself.
function __xn_complete
    set -l words (commandline -opc)[2..]
    set -l last (commandline -ct | string unescape)
    # A quote that is still open.
    set -q last[1]; or set last (commandline -ct | string trim -lc '"\'')
    for line in (xn __complete -- $words $last 2>/dev/null)
        switch $line
            case :files
                __fish_complete_path $last
            case :hosts
                __fish_print_hostnames
            case '*'
                echo $line
        end
    end
end
complete -c xn -f -a '(__xn_complete)'
