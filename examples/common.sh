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

# check_clip CLIP
check_clip() {
  [[ -e $1 ]] || fail "there is no file $1"
  [[ -f $1 && -r $1 ]] || fail "$1 is not a file that can be read"
  check_name "$1"
}

# folder_of NAME: sets folder, with a slash at its end.
folder_of() {
  folder=./
  [[ $1 != */* ]] || folder=${1%/*}/
}

# check_output OUT CLIP...: OUT must be writable, and none of the clips.
check_output() {
  local out=$1 folder clip
  shift
  check_name "$out"
  folder_of "$out"
  [[ -d $folder && -w $folder ]] || fail "$folder is not a folder that can be written to"
  [[ ! -e $out || -f $out ]] || fail "$out is there already and not a file: choose another name"
  for clip in "$@"; do
    [[ ! $clip -ef $out ]] || fail "$out is the clip itself: choose another name"
  done
}

# begin_output OUT: sets partial, a new file beside OUT.
begin_output() {
  local folder
  folder_of "$1"
  partial=$(mktemp -- "$folder.quad-XXXXXXXX")
  temporary+=("$partial")
}

# finish_output OUT: renames partial to OUT, with the rights of a new file.
finish_output() {
  chmod -- "$(printf '%o' $((0666 & ~$(umask))))" "$partial"
  mv -f -T -- "$partial" "$1"
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

# plays KIND STREAMS: true if there is a stream of that kind (video, audio) that this machine decodes.
plays() {
  awk -v kind="$1" '/^ *[a-z]+ #[0-9]+:/ { now = $1 }
    /^ *Stream ID: / && now == kind && $3 != "(null)" { found = 1 }
    END { exit !found }' <<<"$2"
}

# streams_of CLIP: the output of gst-discoverer-1.0. Fails if there is no video that can be decoded.
streams_of() {
  local said why path=$1
  [[ $path == /* ]] || path=./$path
  # It may report an error and still end with status 0.
  said=$(gst-discoverer-1.0 -v "$path" 2>&1) || true
  if grep -qE '^ *(Missing plugins|An error)' <<<"$said"; then
    why=$(grep -v -e '^Analyzing' -e '^Done' -e '^An error' -e '^Missing' <<<"$said" | sed -n '/[^ ]/{s/^ *//p;q}' || true)
  fi
  grep -q '^ *video #' <<<"$said" || fail "$1 has no video${why:+ that can be decoded: $why}"
  plays video "$said" || fail "$1 has no video that can be decoded: ${why:-gst-discoverer-1.0 does not say why}"
  # GStreamer's reader of GIFs (avdemux_gif) never ends.
  ! grep -q '^ *container #.*image/gif' <<<"$said" ||
    fail "$1 is a GIF, and GStreamer does not read those to their end: make a video of it first (ffmpeg -i CLIP.gif CLIP.mp4)"
  if grep -q '^ *audio #' <<<"$said" && ! plays audio "$said"; then
    echo "$(basename -- "$script" .sh): the sound of $1 cannot be decoded here: ${why:-}" >&2
  fi
  printf '%s\n' "$said"
}

# ---- parts of pipelines

# After a decoder: gives progressive frames in a format that quaddownscale takes. Frames that already are so pass
# untouched. The first videoconvert is for deinterlace, which knows fewer interlaced formats than decoders give.
# auto-strict: it refuses those instead of passing them. fields=top: one frame for each input frame.
any_video=(videoconvert ! deinterlace mode=auto-strict fields=top ! videoconvert)
# The same, and upright: a tag, which phones write, says how the picture is turned.
upright_video=("${any_video[@]}" ! videoflip video-direction=auto)
