# Completion for quad, from what its --help says, as any CLI11 since 2.1 prints it. Installed where bash-completion
# looks for it.
_quad() {
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} program=${COMP_WORDS[0]} help commands i
  COMPREPLY=()
  local -a command=()
  # As many words as name a command: one, or two where it has commands of its own.
  for ((i = 0; ; i++)); do
    help=$("$program" "${command[@]}" --help 2>/dev/null)
    commands=$(sed -n '/^subcommands:/I,$s/^  \([a-z]\+\) .*/\1/p' <<<"$help")
    if [ -z "$commands" ]; then break; fi
    if [ "$COMP_CWORD" -le $((i + 1)) ]; then
      mapfile -t COMPREPLY < <(compgen -W "--help $([ "$i" = 0 ] && echo --version) $commands" -- "$current")
      return
    fi
    command+=("${COMP_WORDS[i + 1]}")
    if ! grep -qx -e "${COMP_WORDS[i + 1]}" <<<"$commands"; then return; fi
  done
  case $previous in
    --layout) mapfile -t COMPREPLY < <(compgen -W "grid vertical horizontal" -- "$current") ;;
    --fit) mapfile -t COMPREPLY < <(compgen -W "contain cover fill" -- "$current") ;;
    --ends) mapfile -t COMPREPLY < <(compgen -W "shortest longest" -- "$current") ;;
    --recipe) mapfile -t COMPREPLY < <(compgen -W "grid extract gif sheet matte shrink" -- "$current") ;;
    --reason) mapfile -t COMPREPLY < <(compgen -W "error timeout memory crash killed input output" -- "$current") ;;
    --type) mapfile -t COMPREPLY < <(compgen -W "jpg png" -- "$current") ;;
    *)
      if [[ $current == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$(grep -oE '^ {2,10}(-[a-z]|--[a-z-]+)(, *--[a-z-]+)?' <<<"$help" | tr ',' ' ')" -- "$current")
      else
        compopt -o filenames
        mapfile -t COMPREPLY < <(compgen -f -- "$current")
      fi
      ;;
  esac
}
complete -F _quad quad
