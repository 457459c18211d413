#!/usr/bin/env bash
# A contact sheet of a folder of photos: each in a cell, upright, in the order of their names.
#
#   examples/contact-sheet.sh FOLDER OUT.jpg [WIDTH]
#
# as in examples/contact-sheet.sh ~/photos sheet.jpg 200. It takes the folder's .jpg and .jpeg files. WIDTH is the side
# of a cell in pixels; default: 240. Each photo is read once and decoded about as small as its cell, so memory does not
# grow with the number or the size of the photos, only with the sheet.
#
# QUAD_BUILD=FOLDER  use the plugin that is built in FOLDER; default: build
source "$(dirname -- "${BASH_SOURCE[0]}")/common.sh"

check_arguments() {
  [[ -d $photos && -r $photos ]] || fail "$photos is not a folder that can be read"
  [[ ${out,,} = *.jpg || ${out,,} = *.jpeg ]] || fail "the sheet is a JPEG: name it $out.jpg"
  [[ $width =~ ^[1-9][0-9]{0,3}$ ]] || fail "WIDTH is a number of pixels from 1 to 9999, not $width"
  check_output "$out"
  need_element quadjpegdec
}

# shrink PHOTO OUT: as large as fits a cell. gst-launch-1.0 may hang after an error before PLAYING, so the sink does not
# wait for a frame to play.
shrink() {
  local said
  if said=$(gst-launch-1.0 -q filesrc "$(location_of "$1")" ! quadjpegdec \
    ! quaddownscale divisor=1 max-width="$width" max-height="$width" ! "video/x-raw,format=I420,colorimetry=1:4:0:0" \
    ! videoflip video-direction=auto ! jpegenc quality=95 snapshot=true ! filesink async=false "$(location_of "$2")" 2>&1) &&
    [ -s "$2" ]; then
    return
  fi
  rm -f -- "$2"
  said=$(sed -n 's/^ERROR: from element [^ ]*: //p' <<<"$said" | head -n 1)
  echo "contact-sheet: $1 is left out: ${said:-it holds no picture}" >&2
}

# shrink_all PHOTO...: as many at a time as there are processors.
shrink_all() {
  local photo i=0
  for photo in "$@"; do
    i=$((i + 1))
    shrink "$photo" "$(printf '%s/%06d.jpg' "$work" $i)" &
    [ $i -lt "$(nproc)" ] || wait -n || true
  done
  wait
}

# sheet OUT PICTURE...: nearly square.
sheet() {
  local to=$1 columns=1 gap=8 rows picture line
  shift
  while [ $((columns * columns)) -lt $# ]; do columns=$((columns + 1)); done
  rows=$((($# + columns - 1) / columns))
  local w=$((columns * (width + gap) + gap)) h=$((rows * (width + gap) + gap))
  [ "$w" -le 16384 ] || fail "$# photos of $width pixels make a sheet of ${w}x$h, and 16384 is the most: give a smaller WIDTH"
  line=(quadmux-grid name=grid rows="$rows" columns="$columns" gap=$gap margin=$gap background-color=0xff202020
    ! "video/x-raw,format=I420,colorimetry=1:4:0:0,width=$w,height=$h,framerate=1/1" ! jpegenc quality=90 ! filesink "$(location_of "$to")")
  for picture in "$@"; do
    line+=(filesrc "$(location_of "$picture")" ! quadjpegdec ! imagefreeze num-buffers=1 ! grid.)
  done
  gst-launch-1.0 -q "${line[@]}" || fail "the photos could not be put together, see above"
}

answer_help "$@"
[ "${1:-}" != -- ] || shift
[ $# = 2 ] || [ $# = 3 ] || misuse "give a folder, where the sheet goes, and a width where not 240; this was $# arguments"
photos=$1 out=$2 width=${3:-240}
check_arguments

shopt -s nullglob nocaseglob
files=("$photos"/*.jpg "$photos"/*.jpeg)
[ ${#files[@]} -gt 0 ] || fail "$photos holds no .jpg or .jpeg files"
for file in "${files[@]}"; do check_name "$file"; done
work=$(mktemp -d)
temporary+=("$work")
shrink_all "${files[@]}"
found=("$work"/*.jpg)
[ ${#found[@]} -gt 0 ] || fail "no photo in $photos could be decoded, see above"
begin_output "$out"
sheet "$partial" "${found[@]}"
finish_output "$out"
echo "The sheet, ${#found[@]} of ${#files[@]} photos: $out"
