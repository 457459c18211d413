#!/usr/bin/env bash
# Any number of clips in one picture, as long as the longest of them, without sound.
#
#   examples/wall.sh OUT.mp4 CLIP...
#
# QUAD_BUILD=FOLDER  use the plugin that is built in FOLDER; default: build
source "$(dirname -- "${BASH_SOURCE[0]}")/common.sh"

answer_help "$@"
[ "${1:-}" != -- ] || shift
[ $# -ge 2 ] || misuse "give the name of the result and at least one clip"
out=$1
shift
for clip in "$@"; do check_clip "$clip"; done
check_output "$out" "$@"
need_element quadmux-grid
for clip in "$@"; do streams_of "$clip" >/dev/null; done

begin_output "$out"
# rows=0 columns=0: as many as there are clips.
line=(quadmux-grid name=grid rows=0 columns=0 gap=8 margin=8 background-color=0xff202020
  ! video/x-raw,format=I420,width=1280,height=720,framerate=30/1
  ! x264enc pass=qual quantizer=22 ! h264parse ! mp4mux ! filesink "$(location_of "$partial")")
for clip in "$@"; do
  line+=(filesrc "$(location_of "$clip")" ! decodebin ! "${any_video[@]}" ! quaddownscale
    ! queue max-size-buffers=2 ! grid.)
done
gst-launch-1.0 -q "${line[@]}" || fail "the clips could not be composed, see above"
finish_output "$out"
echo "The video: $out"
