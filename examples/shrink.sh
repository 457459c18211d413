#!/usr/bin/env bash
# Makes a clip smaller: upright, at most 640x360 with even sides, in its own shape, with its sound.
#
#   examples/shrink.sh CLIP OUT.mp4
#
# The sound, where there is some, is written as AAC. `quad shrink --help` shows what else there is.
#
# QUAD_BUILD=FOLDER  use what is built in FOLDER; default: build
source "$(dirname -- "${BASH_SOURCE[0]}")/common.sh"

answer_help "$@"
[ "${1:-}" != -- ] || shift
[ $# = 2 ] || misuse "give a clip and the name of the result; this was $# names"
need_quad
exec "$quad" shrink --output="$2" -- "$1"
