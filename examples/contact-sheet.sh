#!/usr/bin/env bash
# A contact sheet of a folder of photos: each in a cell, upright, in the order of their names.
#
#   examples/contact-sheet.sh FOLDER OUT.jpg [WIDTH]
#
# as in examples/contact-sheet.sh ~/photos sheet.jpg 200. It takes the folder's .jpg, .jpeg and .png files. WIDTH is
# the side of a cell in pixels; default: 240. Each photo is read once, and JPEGs are decoded about as small as their
# cells, so memory does not grow with the number or the size of the photos, only with the sheet.
#
# QUAD_BUILD=FOLDER  use what is built in FOLDER; default: build
source "$(dirname -- "${BASH_SOURCE[0]}")/common.sh"

answer_help "$@"
[ "${1:-}" != -- ] || shift
[ $# = 2 ] || [ $# = 3 ] || misuse "give a folder, where the sheet goes, and a width where not 240; this was $# arguments"
[[ -d $1 && -r $1 ]] || fail "$1 is not a folder that can be read"
need_quad
exec "$quad" sheet --output="$2" --width="${3:-240}" -- "$1"
