#!/usr/bin/env bash
# Makes a clip smaller: upright, at most 640x360 with even sides, in its own shape, with its sound.
#
#   examples/shrink.sh CLIP OUT.mp4
#
# The sound, where there is some, is written as AAC.
#
# QUAD_BUILD=FOLDER  use the plugin that is built in FOLDER; default: build
source "$(dirname -- "${BASH_SOURCE[0]}")/common.sh"

answer_help "$@"
[ "${1:-}" != -- ] || shift
[ $# = 2 ] || misuse "give a clip and the name of the result; this was $# names"
clip=$1 out=$2
check_clip "$clip"
check_output "$out" "$clip"
need_element quaddownscale
streams=$(streams_of "$clip")

begin_output "$out"
line=(filesrc "$(location_of "$clip")" ! decodebin name=clip
  clip. ! "${upright_video[@]}" ! quaddownscale divisor=1 max-width=640 max-height=360
  ! "video/x-raw,width=[2,640,2],height=[2,360,2]" ! videoconvert ! video/x-raw,format=I420 ! queue max-size-buffers=2 ! x264enc pass=qual quantizer=22
  ! h264parse ! mp4mux name=mux ! filesink "$(location_of "$partial")")
if plays audio "$streams"; then
  # Compressed sound waits here for as long as the video encoder looks ahead.
  line+=(clip. ! audioconvert ! audioresample ! avenc_aac ! aacparse
    ! queue max-size-buffers=0 max-size-bytes=0 max-size-time=0 ! mux.)
fi
gst-launch-1.0 -q "${line[@]}" || fail "$clip could not be made smaller, see above"
finish_output "$out"
echo "The video: $out"
