#!/usr/bin/env bash
# An animated GIF of a clip or of a part of it, in little memory however long it is.
#
#   examples/gif.sh CLIP [START [LENGTH [WIDTH [RATE]]]]
#
# as in examples/gif.sh clip.mp4 12.5 4 320 10. It writes CLIP's name with .gif into the current folder.
#
# START and LENGTH are seconds, with decimals where wanted; default: 0 and `all`. WIDTH is how wide the picture is
# at most; default: 480. RATE is how many frames a second there are, as 12 or 25/2; default: 12.
#
# QUAD_BUILD=FOLDER  use the plugin that is built in FOLDER; default: build
# QUAD_OUT=FOLDER    write there instead of the current folder
# QUAD_LOSSY=N       0 to 100: smaller and less exact; default: 0
source "$(dirname -- "${BASH_SOURCE[0]}")/common.sh"

is_seconds() {
  [[ $1 =~ ^[0-9]{1,7}(\.[0-9]{1,9})?$ ]]
}

check_arguments() {
  check_clip "$clip"
  is_seconds "$start" || fail "START is a number of seconds, as 12.5, not $start"
  [ "$length" = all ] || { is_seconds "$length" && [ "$(nanoseconds "$length")" -gt 0 ]; } ||
    fail "LENGTH is a number of seconds above 0, as 4.5, or all, not $length"
  [[ $width =~ ^[1-9][0-9]{0,4}$ ]] && [ "$width" -le 16384 ] ||
    fail "WIDTH is a number of pixels from 1 to 16384, not $width"
  [[ $rate =~ ^([1-9][0-9]{0,5})(/([1-9][0-9]{0,5}))?$ ]] && [ "${BASH_REMATCH[1]}" -le $((50 * ${BASH_REMATCH[3]:-1})) ] ||
    fail "RATE is a number of frames a second, as 12 or 25/2, to 50, which is what browsers show, not $rate"
  [[ $lossy =~ ^([0-9]|[1-9][0-9]|100)$ ]] || fail "QUAD_LOSSY is a number from 0 to 100, not $lossy"
  check_output "$out" "$clip"
  need_element gifstreamenc
}

# nanoseconds SECONDS
nanoseconds() {
  local decimals=000000000
  if [[ $1 == *.* ]]; then decimals=${1#*.}000000000; fi
  echo $((10#${1%.*} * 1000000000 + 10#${decimals:0:9}))
}

# show_progress: shows frameextract's messages. On a terminal as one line, else one line a second.
show_progress() {
  local line last=-1 end
  if [ -t 1 ]; then end='\r'; else end='\n'; fi
  sed -u -n 's/.*progress, done=(guint64)\([0-9]*\), total=(guint64)\([0-9]*\).*/\1 of \2 frames/p
    s/.*progress, done=(guint64)\([1-9][0-9]*\);.*/\1 frames/p' |
    while IFS= read -r line; do
      [ -t 1 ] || [ $SECONDS != "$last" ] || continue
      last=$SECONDS
      # The padding overwrites a longer line.
      # shellcheck disable=SC2059
      printf "%-40s$end" "$line"
    done
}

# Frames are turned upright before they are scaled, so that WIDTH is the GIF's. They get square pixels, because a GIF
# has no others.
encode() {
  local part=(start-time="$(nanoseconds "$start")")
  [ "$length" = all ] || part+=(stop-time=$(($(nanoseconds "$start") + $(nanoseconds "$length"))))
  gst-launch-1.0 -m filesrc "$(location_of "$clip")" ! decodebin \
    ! frameextract rate="$rate" "${part[@]}" post-messages=true ! "${upright_video[@]}" \
    ! quaddownscale divisor=1 max-width="$width" ! video/x-raw,pixel-aspect-ratio=1/1 ! queue max-size-buffers=2 \
    ! videoconvert ! gifstreamenc lossy="$lossy" ! filesink "$(location_of "$partial")" | show_progress
}

answer_help "$@"
[ "${1:-}" != -- ] || shift
[ $# -ge 1 ] && [ $# -le 5 ] || misuse "give a clip, and at most four numbers; this was $# arguments"
clip=$1 start=${2:-0} length=${3:-all} width=${4:-480} rate=${5:-12}
lossy=${QUAD_LOSSY:-0}
name=${clip##*/}
out=${QUAD_OUT:-.}/${name%.*}.gif
check_arguments
streams_of "$clip" >/dev/null

begin_output "$out"
encode || fail "no GIF could be made of $clip, see above; START $start and LENGTH $length have to lie in the clip"
finish_output "$out"
echo "The GIF, $(($(wc -c <"$out") / 1024)) KiB: $out"
