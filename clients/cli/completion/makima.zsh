#compdef makima
# zsh completion for makima: eval "$(makima completion zsh)" in ~/.zshrc, after compinit
_makima() {
  local line value about
  local -a candidates
  for line in "${(@f)$("${words[1]}" __complete -- "${(@Q)words[2,CURRENT]}" 2>/dev/null)}"; do
    case $line in
      '') ;;
      :files) _files ;;
      :directories) _files -/ ;;
      *)
        value=${line%%$'\t'*}
        about=${line#*$'\t'}
        value=${value//\\/\\\\}
        candidates+=("${value//:/\\:}:$about")
        ;;
    esac
  done
  if (( ${#candidates} )); then _describe makima candidates; fi
}
if [ "$funcstack[1]" = _makima ]; then _makima "$@"; else compdef _makima makima; fi
