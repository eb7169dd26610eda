# fish completion for makima: makima completion fish > ~/.config/fish/completions/makima.fish
function __makima_complete
    set -l words (commandline -opc)
    for line in ($words[1] __complete -- $words[2..-1] (commandline -ct) 2>/dev/null)
        switch $line
            case :files
                __fish_complete_path (commandline -ct)
            case :directories
                __fish_complete_directories (commandline -ct)
            case '*'
                echo $line
        end
    end
end
complete -c makima -f -a '(__makima_complete)'
