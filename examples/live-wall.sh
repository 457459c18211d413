#!/usr/bin/env bash
# Four live sources in a window; the third one stalls after a second, and the others go on.
#
#   examples/live-wall.sh [SECONDS]
#
# SECONDS is a whole number; default: 5.
#
# QUAD_BUILD=FOLDER  use the plugin that is built in FOLDER; default: build
source "$(dirname -- "${BASH_SOURCE[0]}")/common.sh"

answer_help "$@"
[ $# -le 1 ] || misuse "give a number of seconds, or nothing"
seconds=${1:-5}
[[ $seconds =~ ^[1-9][0-9]{0,5}$ ]] || misuse "SECONDS is a whole number from 1 to 999999, not $seconds"
need_element quadmux-grid

sink=autovideosink
if [ -z "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
  echo "There is no screen, so nothing is shown."
  sink=fakevideosink
fi
size=video/x-raw,width=640,height=360,framerate=30/1
gst-launch-1.0 quadmux-grid name=grid gap=4 \
  sink_1::fit=cover sink_2::alpha=0.8 sink_3::orientation=180 \
  ! video/x-raw,width=960,height=540,framerate=30/1 \
  ! identity eos-after=$((seconds * 30)) ! videoconvert ! $sink \
  videotestsrc is-live=true pattern=ball ! $size ! quaddownscale ! queue ! grid. \
  videotestsrc is-live=true pattern=smpte ! $size ! quaddownscale ! queue ! grid. \
  videotestsrc is-live=true pattern=snow num-buffers=30 ! $size ! quaddownscale ! queue ! grid. \
  videotestsrc is-live=true pattern=pinwheel ! $size ! quaddownscale ! queue ! grid.
