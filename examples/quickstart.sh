#!/usr/bin/env bash
# Four clips in, one grid out.
#
#   examples/quickstart.sh [CLIP CLIP CLIP CLIP]
#
# Installs what is missing (Debian, Ubuntu), builds in build/, makes four clips in build/clips where none
# are given, and writes build/quad.mp4, 1280x720 at 24 frames a second, with the first clip's sound if it
# has any, and build/quad.png, one frame of it. It ends with the shortest clip.
#
# With an NVIDIA GPU whose decoder GStreamer knows (nvh264dec), frames are decoded, shrunk and composed in
# CUDA memory, and encoded there too where the card has an encoder (nvh264enc). It says which it chose.
#
# QUAD_BUILD=FOLDER  use the plugin that is built in FOLDER already; install and build nothing
# QUAD_OUT=FOLDER    write to FOLDER instead of build/
set -euo pipefail
top=$(cd "$(dirname "$0")/.." && pwd)
source "$top/tests/packages.sh"
build=${QUAD_BUILD:-$top/build}
out=${QUAD_OUT:-$build}

fail() {
  echo "quickstart: $*" >&2
  exit 1
}

check_arguments() {
  [ $# = 0 ] || [ $# = 4 ] || fail "give four clips, or none; this was $#"
  local clip
  for clip in "$@"; do
    [ -e "$clip" ] || fail "there is no file $clip"
    [ -f "$clip" ] && [ -r "$clip" ] || fail "$clip is not a file that can be read"
    [ ! "$clip" -ef "$out/quad.mp4" ] || fail "$clip is what the result is written to: rename it first"
  done
}

prepare() {
  if [ -z "${QUAD_BUILD:-}" ]; then
    need_packages "${packages_to_build[@]}" "${packages_to_play[@]}"
    (cd "$top" && { [ -f "$build/build.ninja" ] || meson setup "$build" -Dtests=false; }) >/dev/null
    echo "Building in $build"
    ninja -C "$build" --quiet gst/elements/libgstquad.so
  fi
  export GST_PLUGIN_PATH=$build/gst/elements${GST_PLUGIN_PATH:+:$GST_PLUGIN_PATH}
  mkdir -p "$out"
}

# streams_of CLIP: what gst-discoverer-1.0 says of it. Fails where there is no video to be decoded.
streams_of() {
  local said why
  # It may report an error and end with status 0 all the same.
  if ! said=$(gst-discoverer-1.0 -v "$1" 2>&1) || grep -qE '^ *(Missing plugins|An error)' <<<"$said"; then
    why=$(grep -v -e '^Analyzing' -e '^Done' -e '^An error' <<<"$said" | sed -n '/[^ ]/{s/^ *//p;q}' || true)
    fail "$1 has no video that can be decoded: $why"
  fi
  grep -q '^ *video #' <<<"$said" || fail "$1 has no video"
  echo "$said"
}

# is_h264_in_mp4 STREAMS: whether the first video is H.264 and the file an MP4 or QuickTime one.
is_h264_in_mp4() {
  grep -q '^ *container #.*video/quicktime' <<<"$1" &&
    [[ $(grep -m 1 '^ *video #' <<<"$1") == *video/x-h264* ]]
}

has() { gst-inspect-1.0 --exists "$1"; }

# Sets decode, canvas and encode: the parts of the pipeline that depend on what this machine has.
choose_parts() {
  # Its templates name CUDA memory where there is a driver.
  if has nvh264dec && [[ $(gst-inspect-1.0 quadmux-grid) == *memory:CUDAMemory* ]]; then
    decode=(nvh264dec)
    canvas='video/x-raw(memory:CUDAMemory),format=NV12'
    if has nvh264enc; then
      echo "On the GPU: nvh264dec, CUDA memory, nvh264enc"
      encode=(nvh264enc rc-mode=constqp qp-const=24 zerolatency=true gop-size=48)
      return
    fi
    echo "On the GPU: nvh264dec, CUDA memory; there is no nvh264enc, so x264enc encodes"
    encode=(cudadownload ! queue max-size-buffers=2 !)
  else
    echo "On the CPU: avdec_h264, x264enc"
    # One thread, and the frames that it needs, for each of the four decoders that run at once.
    decode=(avdec_h264 max-threads=1)
    canvas='video/x-raw,format=I420'
    encode=()
  fi
  # No look-ahead: the encoder keeps no more than a frame.
  encode+=(x264enc pass=qual quantizer=22 speed-preset=veryfast tune=zerolatency key-int-max=48)
}

# show ARGUMENT...: prints a command so that a shell would take it; `--` begins a line.
show() {
  local argument text=
  for argument in "$@"; do
    case $argument in
      --) text+=$'\\\n  ' ;;
      *[!A-Za-z0-9_./:,=!+-]*) text+="'${argument//\'/\'\\\'\'}' " ;;
      *) text+="$argument " ;;
    esac
  done
  echo "$text"
}

# compose CLIP CLIP CLIP CLIP
compose() {
  local clip line source sound=no i=0 decode canvas encode
  choose_parts
  grep -q '^ *audio #' <<<"${streams[0]}" && sound=yes

  line=(gst-launch-1.0 -q -- quadmux-grid name=grid rows=2 columns=2 gap=4 eos-policy=shortest
    ! "$canvas,width=1280,height=720,framerate=24/1" ! progressreport update-freq=1)
  # The grid ends with the shortest clip; avwait lets no sound pass that end.
  [ $sound = no ] || line+=(! avwait name=end mode=running-time target-running-time=0 -- end.)
  line+=(! "${encode[@]}" ! h264parse
    ! queue ! mp4mux name=mux ! filesink location="$out/quad.mp4")
  for clip in "$@"; do
    # Shrunk as soon as decoded: what waits in the queue is as small as its cell.
    source=clip$i
    if is_h264_in_mp4 "${streams[i]}"; then
      line+=(-- filesrc location="$clip" ! qtdemux name=$source -- $source.video_0)
      # Sound and video that one thread reads have to wait for each other somewhere: while still compressed.
      [ $source$sound != clip0yes ] || line+=(! queue)
      line+=(! h264parse ! "${decode[@]}")
    else
      line+=(-- filesrc location="$clip" ! decodebin name=$source -- $source.)
    fi
    line+=(! quaddownscale ! queue max-size-buffers=2 max-size-bytes=0 max-size-time=0 ! grid.sink_$i)
    i=$((i + 1))
  done
  if [ $sound = yes ]; then
    line+=(--)
    if is_h264_in_mp4 "${streams[0]}"; then
      line+=(clip0.audio_0 ! queue ! decodebin)
    else
      line+=(clip0.)
    fi
    line+=(! audioconvert ! audioresample ! audio/x-raw,rate=48000 ! queue ! end.asink -- end.asrc
      ! audioconvert ! avenc_aac ! aacparse ! queue ! mux.)
  fi

  show "${line[@]}"
  local command=() argument
  for argument in "${line[@]}"; do [ "$argument" = -- ] || command+=("$argument"); done
  "${command[@]}" || fail "the clips could not be composed, see above"
}

# The frame three seconds in, or the last second's where it is shorter.
picture() {
  gst-launch-1.0 -q filesrc location="$out/quad.mp4" ! qtdemux ! h264parse ! avdec_h264 max-threads=1 \
    ! videorate ! video/x-raw,framerate=1/1 ! identity eos-after=4 ! videoconvert ! pngenc \
    ! multifilesink location="$out/quad.png" || fail "no picture could be made of $out/quad.mp4"
}

check_arguments "$@"
prepare
if [ $# = 0 ]; then
  echo "Making four clips in $out/clips"
  "$top/examples/make-clips.sh" "$out/clips"
  set -- "$out"/clips/{one,two,three,four}.mp4
fi
streams=()
for clip in "$@"; do streams+=("$(streams_of "$clip")"); done
rm -f "$out/quad.mp4" "$out/quad.png"
compose "$@"
picture
echo "The video: $out/quad.mp4"
echo "A frame:   $out/quad.png"
