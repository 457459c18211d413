#!/usr/bin/env bash
# An animated GIF of a clip or of a part of it, in little memory however long it is.
#
#   examples/gif.sh CLIP [START [LENGTH [WIDTH [RATE]]]]
#
# as in examples/gif.sh clip.mp4 12.5 4 320 10. It writes CLIP's name with .gif into the current folder.
#
# START and LENGTH are seconds, with decimals where wanted; default: 0 and `all`. WIDTH is how wide the picture is
# at most; default: 480. RATE is how many frames a second there are, as 12 or 25/2; default: 12.
#
# `quad gif --help` shows what else there is, such as a limit for its bytes.
#
# QUAD_BUILD=FOLDER  use what is built in FOLDER; default: build
# QUAD_OUT=FOLDER    write there instead of the current folder
# QUAD_LOSSY=N       0 to 100: smaller and less exact; default: 0
source "$(dirname -- "${BASH_SOURCE[0]}")/common.sh"

answer_help "$@"
[ "${1:-}" != -- ] || shift
[ $# -ge 1 ] && [ $# -le 5 ] || misuse "give a clip, and at most four numbers; this was $# arguments"
name=${1##*/}
options=(--output="${QUAD_OUT:-.}/${name%.*}.gif" --start="${2:-0}" --width="${4:-480}" --rate="${5:-12}"
  --lossy="${QUAD_LOSSY:-0}")
[ "${3:-all}" = all ] || options+=(--length="$3")
need_quad
exec "$quad" gif "${options[@]}" -- "$1"
