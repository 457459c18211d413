#!/usr/bin/env bash
# Makes four clips that differ as people's clips do, in size, rate, length, shape and sound, and a longer one.
#
#   examples/make-clips.sh FOLDER
#
# one.mp4    1280x720  30/1    6 s  AAC sound
# two.mp4     360x640  25/1    7 s  stored lying on its side, as phones do, with an orientation tag
# three.mp4   640x480  15/1    5 s
# four.mp4    768x432  24/1    8 s
# film.mp4    640x360   5/1  120 s  twelve scenes of ten seconds, AAC sound
source "$(dirname -- "${BASH_SOURCE[0]}")/common.sh"

answer_help "$@"
[ "${1:-}" != -- ] || shift
[ $# = 1 ] || misuse "give a folder; this was $# names"
folder=$1
check_name "$folder"
mkdir -p -- "$folder"

# clip NAME SECONDS WIDTH HEIGHT RATE PATTERN [PROPERTY=VALUE...]
clip() {
  local name=$1 seconds=$2 width=$3 height=$4 rate=$5 pattern=$6
  shift 6
  gst-launch-1.0 -q videotestsrc pattern="$pattern" num-buffers=$((seconds * rate)) "$@" \
    ! video/x-raw,format=I420,width="$width",height="$height",framerate="$rate"/1 \
    ! ${flip:-identity} ! x264enc speed-preset=veryfast pass=qual quantizer=18 key-int-max="$rate" \
    ! h264parse ! mp4mux name=mux ! filesink "$(location_of "$folder/$name")" \
    ${sound:+audiotestsrc wave=ticks num-buffers=$((seconds * 44100 / 1024)) ! audio/x-raw,rate=44100,channels=2
      ! audioconvert ! avenc_aac ! aacparse ! queue ! mux.}
}

# turn_upright FILE: writes "turn by 90 degrees clockwise" into the matrix of the only track's header
# (ISO/IEC 14496-12, 8.3.2), which is what the image-orientation tag is made of.
turn_upright() {
  local header
  header=$(grep -abo tkhd -- "$1" | tail -n 1 | cut -d: -f1)
  # a b u, c d v, x y w as 16.16 and 2.30 numbers: 0 1 0, -1 0 0, 360 0 1
  printf '\0\0\0\0\0\1\0\0\0\0\0\0\377\377\0\0\0\0\0\0\0\0\0\0\1\150\0\0\0\0\0\0\100\0\0\0' |
    dd of="$1" bs=1 seek=$((header + 44)) conv=notrunc status=none
}

sound=1 clip one.mp4 6 1280 720 30 smpte
flip='videoflip video-direction=90l' clip two.mp4 7 360 640 25 pinwheel foreground-color=0xffe8a33d background-color=0xff20304a
turn_upright "$folder/two.mp4"
clip three.mp4 5 640 480 15 ball motion=sweep foreground-color=0xfff4f1de background-color=0xff3d405b
clip four.mp4 8 768 432 24 zone-plate kx2=20 ky2=20 kt=1

# film SECONDS PATTERN...: that many seconds of each.
film() {
  local seconds=$1 rate=5 pattern line
  shift
  line=(concat name=scenes ! identity single-segment=true ! x264enc speed-preset=veryfast pass=qual quantizer=18 key-int-max=$((2 * rate))
    ! h264parse ! mp4mux name=mux ! filesink "$(location_of "$folder/film.mp4")"
    audiotestsrc wave=ticks num-buffers=$(($# * seconds * 44100 / 1024)) ! audio/x-raw,rate=44100,channels=2
    ! audioconvert ! avenc_aac ! aacparse ! queue ! mux.)
  for pattern in "$@"; do
    line+=(videotestsrc pattern="$pattern" num-buffers=$((seconds * rate)) kx2=20 ky2=20 kt=1
      ! video/x-raw,format=I420,width=640,height=360,framerate=$rate/1 ! queue ! scenes.)
  done
  gst-launch-1.0 -q "${line[@]}"
}
film 10 smpte ball pinwheel zone-plate circular spokes gradient checkers-8 smpte100 colors chroma-zone-plate bar
