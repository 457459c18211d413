#!/usr/bin/env bash
# Makes a clip smaller: at most 640x360, in its own shape.
#
#   examples/shrink.sh CLIP OUT.mp4
set -euo pipefail
clip=${1:?usage: shrink.sh CLIP OUT.mp4} out=${2:?usage: shrink.sh CLIP OUT.mp4}
here=$(cd "$(dirname "$0")" && pwd)
export GST_PLUGIN_PATH=${QUAD_BUILD:-$here/../build}/gst/elements${GST_PLUGIN_PATH:+:$GST_PLUGIN_PATH}

gst-launch-1.0 -q filesrc location="$clip" ! decodebin ! quaddownscale divisor=1 max-width=640 max-height=360 \
  ! queue max-size-buffers=2 ! x264enc pass=qual quantizer=22 ! h264parse ! mp4mux \
  ! filesink location="$out"
echo "The video: $out"
