# bash completion for makima: eval "$(makima completion bash)" in ~/.bashrc
_makima() {
  # bash parts words at = and :, which makima does not.
  local -a words=()
  local index word part joined=
  for ((index = 1; index <= COMP_CWORD; index++)); do
    part=${COMP_WORDS[index]}
    if [[ $part == [=:]* && ${#words[@]} -gt 0 ]]; then
      words[${#words[@]}-1]+=$part
      joined=1
    elif [[ -n $joined ]]; then
      words[${#words[@]}-1]+=$part
      joined=
    else
      words+=("$part")
    fi
  done
  local current=${words[${#words[@]}-1]} quote=
  case $current in [\"\']*) quote=${current:0:1} ;; esac
  for index in "${!words[@]}"; do
    word=${words[index]}
    case $word in
      \"*) word=${word#\"} && word=${word%\"} ;;
      \'*) word=${word#\'} && word=${word%\'} ;;
      *) word=${word//\\/} ;;
    esac
    words[index]=$word
  done
  current=${words[${#words[@]}-1]}
  # What bash takes for words of their own is left out of what it is told.
  local before=
  if [[ -z $quote && $current == *[=:]* ]]; then before=${current%"${current##*[=:]}"}; fi
  local line value
  COMPREPLY=()
  while IFS= read -r line; do
    case $line in
      :files) compopt -o filenames 2>/dev/null; while IFS= read -r value; do COMPREPLY+=("$value"); done < <(compgen -f -- "$current") ;;
      :directories) compopt -o filenames 2>/dev/null; while IFS= read -r value; do COMPREPLY+=("$value"); done < <(compgen -d -- "$current") ;;
      *)
        value=${line%%$'\t'*}
        value=${value#"$before"}
        case $value in *=) compopt -o nospace 2>/dev/null ;; esac
        # Agents name tasks. Within a quote that was begun bash inserts a word as it is, so that one which would end the quote, or which the
        # shell would carry out in it, is left out.
        case $quote in
          '') printf -v value %q "$value" ;;
          \") [[ $value != *[\"\$\`\\!]* ]] || continue ;;
          \') [[ $value != *\'* ]] || continue ;;
        esac
        COMPREPLY+=("$value")
        ;;
    esac
  done < <("${COMP_WORDS[0]}" __complete -- "${words[@]}" 2>/dev/null)
}
complete -F _makima makima
