# Completion of quad-models for bash.
_quad_models ()
{
  local word=${COMP_WORDS[COMP_CWORD]} command=${COMP_WORDS[1]}
  # Paths are completed by bash itself, as nothing else fits (-o default).
  COMPREPLY=()
  if [ "$COMP_CWORD" = 1 ]; then
    mapfile -t COMPREPLY < <(compgen -W 'fetch convert variants compare --help' -- "$word")
  elif [[ $word == -* ]]; then
    # The options are those that the command itself tells.
    mapfile -t COMPREPLY < <(compgen -W "$(quad-models "$command" --help 2>/dev/null |
      grep -oE -- '(^| )--[a-z-]+' | sort -u)" -- "$word")
  fi
}
complete -o default -F _quad_models quad-models
