#!/usr/bin/env bash
# Pictures out of a clip, evenly spread over its length: as files, or as one contact sheet.
#
#   examples/extract.sh CLIP OUT-FOLDER [COUNT]       writes OUT-FOLDER/frame-001.jpg, ...
#   examples/extract.sh --sheet CLIP OUT.jpg [COUNT]  writes one picture, four in a row
#
# COUNT is 12 where it is not given. The ending of OUT.jpg may be .png, too. Pictures are upright, with square
# pixels. Only what lies between a picture and the keyframe before it is decoded, so a long film takes no longer
# than a short one.
#
# `quad thumbs --help` and `quad sheet --help` show what else there is.
#
# QUAD_BUILD=FOLDER  use what is built in FOLDER; default: build
# QUAD_TYPE=png      write PNG files to OUT-FOLDER instead of JPEG
# QUAD_WIDTH=N       make pictures at most N wide; default: 640, in a sheet 320
source "$(dirname -- "${BASH_SOURCE[0]}")/common.sh"

answer_help "$@"
sheet=no
if [ "${1:-}" = --sheet ]; then
  sheet=yes
  shift
fi
[ "${1:-}" != -- ] || shift
[ $# = 2 ] || [ $# = 3 ] || misuse "give a clip, where its pictures go, and how many where not 12; this was $# arguments"
need_quad
if [ $sheet = yes ]; then
  exec "$quad" sheet --output="$2" --count="${3:-12}" --width="${QUAD_WIDTH:-320}" -- "$1"
fi
type=${QUAD_TYPE:-jpg}
# A name with an ending is a folder's here, not an archive's.
exec "$quad" thumbs --output="${2%/}/" --count="${3:-12}" --width="${QUAD_WIDTH:-640}" --type="${type,,}" -- "$1"
