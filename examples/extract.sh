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
# QUAD_BUILD=FOLDER  use the plugin that is built in FOLDER; default: build
# QUAD_TYPE=png      write PNG files to OUT-FOLDER instead of JPEG
# QUAD_WIDTH=N       make pictures at most N wide; default: 640, in a sheet 320
source "$(dirname -- "${BASH_SOURCE[0]}")/common.sh"

check_arguments() {
  check_clip "$clip"
  [[ $count =~ ^[1-9][0-9]{0,2}$ ]] || fail "COUNT is a number from 1 to 999, not $count"
  [[ ${type,,} =~ ^(jpg|jpeg|png)$ ]] || fail "pictures can be written as jpg or png, not as $type"
  [[ $width =~ ^[1-9][0-9]*$ ]] || fail "QUAD_WIDTH is a number of pixels, not $width"
  if [ $sheet = yes ]; then
    check_output "$out" "$clip"
  else
    [[ ! -e $out || -d $out && -w $out ]] || fail "$out is not a folder that can be written to"
  fi
  need_element frameextract
}

# When the clip's last frame begins, in milliseconds. Sound may go on for longer.
length_of() {
  local said end last
  said=$(streams_of "$1")
  end=$(sed -n 's/^ *Duration: \([0-9:]*\.[0-9]*\)$/\1/p' <<<"$said")
  [ -n "$end" ] || fail "how long $1 is cannot be told"
  # Times past the end are moved to this much before it.
  last=$(gst-launch-1.0 -m filesrc "$(location_of "$1")" ! decodebin ! frameextract timestamp-list="$end" \
    tolerance-before=9000000000000000000 post-messages=true ! fakesink |
    sed -n 's/.*frame-extracted.*actual-time=(guint64)\([0-9]*\).*/\1/p') || true
  [ -n "$last" ] || fail "no frame of $1 can be decoded"
  echo $((last / 1000000))
}

# The middles of COUNT equal parts, as frameextract takes them.
times_of() {
  local i ms list=
  for ((i = 0; i < count; i++)); do
    ms=$((length * (2 * i + 1) / (2 * count)))
    list+=$(printf '%s%d.%03d' "${list:+, }" $((ms / 1000)) $((ms % 1000)))
  done
  echo "\"$list\""
}

# Sets encode. A JPEG has full range, but jpegenc does not convert to it.
choose_encoder() {
  if [[ ${1,,} = png ]]; then
    encode=(videoconvert ! pngenc)
  else
    encode=(videoconvert ! "video/x-raw,format=I420,colorimetry=1:4:0:0" ! jpegenc quality=90)
  fi
}

# pictures PATTERN TYPE
pictures() {
  local encode
  choose_encoder "$2"
  # Turned before they are scaled, so that the width is that of the upright picture.
  gst-launch-1.0 -q filesrc "$(location_of "$clip")" ! decodebin \
    ! frameextract timestamp-list="$(times_of)" ! "${upright_video[@]}" \
    ! quaddownscale divisor=1 max-width="$width" ! video/x-raw,pixel-aspect-ratio=1/1 ! queue max-size-buffers=2 \
    ! "${encode[@]}" ! multifilesink "$(location_of "$1")" index=1 || fail "$clip could not be decoded, see above"
}

# sheet OUT PICTURE...: as high as its rows need, with cells of the first picture's shape.
sheet() {
  local to=$1 size columns=4 rows picture line encode
  choose_encoder "$type"
  shift
  # Bytes 16 to 23 of a PNG hold its size.
  read -r -a size < <(od -An -t u1 -j 16 -N 8 "$1")
  local cell_w=$((size[2] * 256 + size[3])) cell_h=$((size[6] * 256 + size[7])) gap=8
  [ $# -ge $columns ] || columns=$#
  rows=$((($# + columns - 1) / columns))
  line=(quadmux-grid name=grid rows=0 columns="$columns" gap=$gap margin=$gap background-color=0xff202020
    ! "video/x-raw,format=I420,width=$((columns * (cell_w + gap) + gap)),height=$((rows * (cell_h + gap) + gap)),framerate=1/1"
    ! "${encode[@]}" ! filesink "$(location_of "$to")")
  for picture in "$@"; do
    line+=(filesrc "$(location_of "$picture")" ! pngdec ! videoconvert ! imagefreeze num-buffers=1 ! grid.)
  done
  gst-launch-1.0 -q "${line[@]}" || fail "the pictures could not be put together, see above"
}

answer_help "$@"
sheet=no
if [ "${1:-}" = --sheet ]; then
  sheet=yes
  shift
fi
[ "${1:-}" != -- ] || shift
[ $# = 2 ] || [ $# = 3 ] || misuse "give a clip, where its pictures go, and how many where not 12; this was $# arguments"
clip=$1 out=$2 count=${3:-12}
if [ $sheet = yes ]; then
  type=${out##*.} width=${QUAD_WIDTH:-320}
else
  type=${QUAD_TYPE:-jpg} width=${QUAD_WIDTH:-640}
fi
check_arguments
length=$(length_of "$clip")

work=$(mktemp -d)
temporary+=("$work")
# Three digits, so that they sort.
number=$(pattern_of "$work/frame-")%03d
if [ $sheet = yes ]; then pictures "$number.png" png; else pictures "$number.$type" "$type"; fi
found=("$work"/frame-*)
[ -e "${found[0]}" ] || fail "$clip has no frame at any of $count times"
if [ $sheet = yes ]; then
  begin_output "$out"
  sheet "$partial" "${found[@]}"
  finish_output "$out"
  echo "The sheet, ${#found[@]} of $count pictures: $out"
else
  mkdir -p -- "$out"
  mv -f -t "$out/" -- "${found[@]}"
  echo "${#found[@]} of $count pictures: $out/frame-*.$type"
fi
