# Completion for quad, from what its --help says. Installed where bash-completion looks for it.
_quad() {
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} program=${COMP_WORDS[0]} help
  COMPREPLY=()
  if [ "$COMP_CWORD" = 1 ]; then
    mapfile -t COMPREPLY < <(compgen -W "--help --version $("$program" --help 2>/dev/null |
      sed -n '/^Subcommands:/,$s/^  \([a-z]*\) .*/\1/p')" -- "$current")
    return
  fi
  help=$("$program" "${COMP_WORDS[1]}" --help 2>/dev/null)
  case $previous in
    --layout) mapfile -t COMPREPLY < <(compgen -W "grid vertical horizontal" -- "$current") ;;
    --fit) mapfile -t COMPREPLY < <(compgen -W "contain cover fill" -- "$current") ;;
    --ends) mapfile -t COMPREPLY < <(compgen -W "shortest longest" -- "$current") ;;
    --type) mapfile -t COMPREPLY < <(compgen -W "jpg png" -- "$current") ;;
    *)
      if [[ $current == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$(grep -oE '(^  |,)--?[a-z-]+' <<<"$help" | tr -d ' ,')" -- "$current")
      else
        compopt -o filenames
        mapfile -t COMPREPLY < <(compgen -f -- "$current")
      fi
      ;;
  esac
}
complete -F _quad quad
