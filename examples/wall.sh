#!/usr/bin/env bash
# Any number of clips in one picture, as long as the longest of them.
#
#   examples/wall.sh OUT.mp4 CLIP...
set -euo pipefail
out=${1:?usage: wall.sh OUT.mp4 CLIP...}
shift
[ $# -gt 0 ] || { echo "usage: wall.sh OUT.mp4 CLIP..." >&2; exit 1; }
here=$(cd "$(dirname "$0")" && pwd)
export GST_PLUGIN_PATH=${QUAD_BUILD:-$here/../build}/gst/elements${GST_PLUGIN_PATH:+:$GST_PLUGIN_PATH}

# rows=0 columns=0: as many as there are clips.
line=(quadmux-grid name=grid rows=0 columns=0 gap=8 margin=8 background-color=0xff202020
  ! video/x-raw,format=I420,width=1280,height=720,framerate=30/1
  ! x264enc pass=qual quantizer=22 ! h264parse ! mp4mux ! filesink location="$out")
for clip in "$@"; do
  line+=(filesrc location="$clip" ! decodebin ! quaddownscale ! queue max-size-buffers=2 ! grid.)
done
gst-launch-1.0 -q "${line[@]}"
echo "The video: $out"
