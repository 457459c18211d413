#!/usr/bin/env bash
# Any number of clips in one picture, as long as the longest of them, without sound.
#
#   examples/wall.sh OUT.mp4 CLIP...
#
# `quad grid --help` shows what else there is.
#
# QUAD_BUILD=FOLDER  use what is built in FOLDER; default: build
source "$(dirname -- "${BASH_SOURCE[0]}")/common.sh"

answer_help "$@"
[ "${1:-}" != -- ] || shift
[ $# -ge 2 ] || misuse "give the name of the result and at least one clip"
out=$1
shift
need_quad
exec "$quad" grid --output="$out" --sound none --ends longest --gap 8 --margin 8 --color '#202020' -- "$@"
