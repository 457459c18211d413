#!/usr/bin/env bash
# Makes four clips that differ as people's clips do: size, rate, length, shape, sound.
#
#   examples/make-clips.sh FOLDER
#
# one.mp4    1280x720  30/1  6.0 s  AAC sound
# two.mp4     360x640  25/1  7.0 s  stored lying on its side, as phones do, with an orientation tag
# three.mp4   640x480  15/1  5.0 s
# four.mp4    854x480  24/1  8.0 s
set -euo pipefail
folder=${1:?usage: make-clips.sh FOLDER}
mkdir -p "$folder"

# clip NAME SECONDS WIDTH HEIGHT RATE PATTERN [PROPERTY=VALUE...]
clip() {
  local name=$1 seconds=$2 width=$3 height=$4 rate=$5 pattern=$6
  shift 6
  gst-launch-1.0 -q videotestsrc pattern="$pattern" num-buffers=$((seconds * rate)) "$@" \
    ! video/x-raw,format=I420,width="$width",height="$height",framerate="$rate"/1 \
    ! ${flip:-identity} ! x264enc speed-preset=veryfast pass=qual quantizer=18 key-int-max="$rate" \
    ! h264parse ! mp4mux name=mux ! filesink location="$folder/$name" \
    ${sound:+audiotestsrc wave=ticks num-buffers=$((seconds * 44100 / 1024)) ! audio/x-raw,rate=44100,channels=2
      ! audioconvert ! avenc_aac ! aacparse ! queue ! mux.}
}

# turn_upright FILE: writes "turn by 90 degrees clockwise" into the matrix of the only track's header
# (ISO/IEC 14496-12, 8.3.2), which is what the image-orientation tag is made of.
turn_upright() {
  local header
  header=$(grep -abo tkhd "$1" | tail -n 1 | cut -d: -f1)
  # a b u, c d v, x y w as 16.16 and 2.30 numbers: 0 1 0, -1 0 0, 360 0 1
  printf '\0\0\0\0\0\1\0\0\0\0\0\0\377\377\0\0\0\0\0\0\0\0\0\0\1\150\0\0\0\0\0\0\100\0\0\0' |
    dd of="$1" bs=1 seek=$((header + 44)) conv=notrunc status=none
}

sound=1 clip one.mp4 6 1280 720 30 smpte
flip='videoflip video-direction=90l' clip two.mp4 7 360 640 25 pinwheel foreground-color=0xffe8a33d background-color=0xff20304a
turn_upright "$folder/two.mp4"
clip three.mp4 5 640 480 15 ball motion=sweep foreground-color=0xfff4f1de background-color=0xff3d405b
clip four.mp4 8 854 480 24 zone-plate kx2=20 ky2=20 kt=1
