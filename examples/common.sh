# Shared by the scripts in this folder. To be sourced by bash scripts.
#
# Names of files come from the user and may hold anything: spaces, quotes, line breaks, %, a `-` in front. For
# gst-launch-1.0 use location_of.
set -euo pipefail
script=$0
top=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." >/dev/null && pwd)
build=${QUAD_BUILD:-$top/build}
export GST_PLUGIN_PATH=$build/gst/elements${GST_PLUGIN_PATH:+:$GST_PLUGIN_PATH}

# Files that are removed when the script ends.
temporary=()
trap 'rm -rf -- "${temporary[@]}"' EXIT
# gst-launch-1.0 ends with status 0 when it is interrupted. bash takes the key as dealt with then, and would go on with
# half a file.
trap 'fail_interrupted' INT

fail_interrupted() {
  trap '' INT
  echo "$(basename -- "$script" .sh): interrupted" >&2
  exit 130
}

fail() {
  echo "$(basename -- "$script" .sh): $*" >&2
  exit 1
}

# ---- arguments

# The comment at the top of the script, which is its help.
print_help() { sed -n '2,/^[^#]/{/^#/s/^# \{0,1\}//p}' -- "$script"; }

# misuse MESSAGE: prints what is wrong with the arguments, and how to give them.
misuse() {
  echo "$(basename -- "$script" .sh): $*" >&2
  echo "usage:" >&2
  print_help | grep '^  examples/' >&2
  echo "More: examples/$(basename -- "$script") --help" >&2
  exit 2
}

# answer_help ARGUMENT...: prints the help if it is asked for.
answer_help() {
  case ${1:-} in -h | --help) print_help && exit ;; esac
}

# ---- names of files

# quoted TEXT
quoted() {
  local text=${1//\\/\\\\}
  printf '"%s"' "${text//\"/\\\"}"
}

# location_of NAME: the argument `location=NAME` of gst-launch-1.0. It is unquoted twice: by the pipeline's parser,
# and as a property's value. With both layers a name may end in any character, also a backslash, before the closing
# quote.
location_of() {
  local path=$1
  [[ $path == /* ]] || path=./$path
  [[ $path != *[!A-Za-z0-9_./+-]* ]] || path=$(quoted "$(quoted "$path")")
  printf 'location=%s' "$path"
}

# pattern_of NAME: NAME as a part of multifilesink's location, where % begins a number's format.
pattern_of() { printf '%s' "${1//%/%%}"; }

# check_name NAME
check_name() {
  printf '%s' "$1" | iconv -f UTF-8 -t UTF-8 >/dev/null 2>&1 ||
    fail "the name $1 is not UTF-8, and GStreamer's tools take no other: rename it"
}

# ---- installing and building

# step TEXT COMMAND...: prints what is done, and how long it took. Prints the command's output if it fails.
step() {
  local text=$1 start=$SECONDS log status=0
  shift
  log=$(mktemp)
  temporary+=("$log")
  printf '%s ...' "$text"
  # In a subshell, so that `set -e` works in it.
  set +e
  (set -e; "$@") >"$log" 2>&1
  status=$?
  set -e
  if [ $status != 0 ]; then
    echo " failed:"
    tail -n 30 "$log"
    fail "$text: failed, see above"
  fi
  echo " $((SECONDS - start)) s"
}

# ---- what is there

# need_element NAME
need_element() {
  # Its option --exists asks for GStreamer's own version.
  gst-inspect-1.0 "$1" >/dev/null 2>&1 ||
    fail "there is no $1 in $build/gst/elements: build first (examples/quickstart.sh), or set QUAD_BUILD"
}

# need_quad: sets quad, the program.
need_quad() {
  quad=$build/gst/tools/quad/quad
  [ -x "$quad" ] || fail "there is no $quad: build first (examples/quickstart.sh), or set QUAD_BUILD"
}
