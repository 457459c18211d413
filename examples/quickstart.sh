#!/usr/bin/env bash
# Four clips in, one grid out.
#
#   examples/quickstart.sh [CLIP CLIP CLIP CLIP]
#
# Installs what is missing (Debian, Ubuntu), builds the plugin and libquadtensor in build/, makes five clips in
# build/clips where none are given, and writes build/quad.mp4, 1280x720 at 24 frames a second, with the first
# clip's sound if it has any, and build/quad.png, one frame of it. It ends with the shortest clip.
#
# With an NVIDIA GPU whose decoder GStreamer knows (nvh264dec), frames are decoded, shrunk and composed in
# CUDA memory, and encoded there too where the card has an encoder (nvh264enc). It says which it chose.
#
# QUAD_BUILD=FOLDER  use the plugin that is built in FOLDER already; install and build nothing
# QUAD_OUT=FOLDER    write to FOLDER instead of build/
source "$(dirname -- "${BASH_SOURCE[0]}")/common.sh"
source "$top/tests/packages.sh"
out=${QUAD_OUT:-$build}

check_arguments() {
  [ $# = 0 ] || [ $# = 4 ] || misuse "give four clips, or none; this was $#"
  local clip
  for clip in "$@"; do
    check_clip "$clip"
    [[ ! $clip -ef $out/quad.mp4 ]] || fail "$clip is what the result is written to: rename it first"
  done
  check_name "$out"
}

# ---- installing and building

# The installed version of GStreamer, or the one that would be installed; nothing if that is not known.
gstreamer_version() {
  if command -v gst-launch-1.0 >/dev/null; then
    gst-launch-1.0 --version | sed -n 's/^GStreamer \([0-9.]*\).*/\1/p'
  elif command -v apt-cache >/dev/null; then
    apt-cache policy libgstreamer1.0-dev | sed -n 's/^ *Candidate: \([0-9]*:\)\{0,1\}\([0-9][0-9.]*\).*/\2/p'
  fi
}

check_gstreamer() {
  local wanted found
  wanted=$(sed -n "s/^gst_req = '>= \(.*\)'/\1/p" "$top/meson.build")
  found=$(gstreamer_version)
  [ -z "$found" ] || printf '%s\n' "$wanted" "$found" | sort -V -C ||
    fail "GStreamer is $found here, and $wanted or newer is needed: Debian 12, Ubuntu 23.04, or newer ones have it"
}

# In CI with the options of tests/run.sh, which uses the same folder.
configure_build() { (cd -- "$top" && meson setup "$build" -Dtests=false ${CI:+-Dwerror=true}); }

prepare() {
  if [ -z "${QUAD_BUILD:-}" ]; then
    local missing
    find_missing "${packages_to_build[@]}" "${packages_to_play[@]}"
    if [ ${#missing[@]} != 0 ] && ! command -v gst-launch-1.0 >/dev/null; then
      step "Reading the lists of packages" update_lists
    fi
    check_gstreamer
    if [ ${#missing[@]} != 0 ]; then
      step "Installing ${missing[*]}, which may take minutes" install_packages "${missing[@]}"
    fi
    [ -f "$build/build.ninja" ] || step "Configuring $build" configure_build
    step "Building in $build, which takes minutes the first time" \
      ninja -C "$build" gst/elements/libgstquad.so gst/tensor/libquadtensor-1.0.so.0
  fi
  need_element quadmux-grid
  mkdir -p -- "$out"
}

# ---- composing

# is_plain STREAMS: true if the file is MP4 or QuickTime, and its first video is H.264 that every decoder knows and
# gives in a format that quaddownscale takes: progressive, 4:2:0, 8 bits.
is_plain() {
  local video
  grep -q '^ *container #.*video/quicktime' <<<"$1" || return 1
  video=$(sed -n '/^ *video #/,/^ *Interlaced:/p' <<<"$1" | sed '/Interlaced:/q')
  [[ $video == *video/x-h264*chroma-format=?string?4:2:0,*bit-depth-luma=?uint?8,*Interlaced:\ false ]]
}

has() { gst-inspect-1.0 --exists "$1"; }

# Sets decode, canvas and encode: the parts of the pipeline that depend on what this machine has.
choose_parts() {
  # Its templates name CUDA memory if there is a driver.
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

# show ARGUMENT...: prints a command in the form of shell input; `--` begins a line.
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
  ! plays audio "${streams[0]}" || sound=yes

  line=(gst-launch-1.0 -q -- quadmux-grid name=grid rows=2 columns=2 gap=4 eos-policy=shortest
    ! "$canvas,width=1280,height=720,framerate=24/1" ! progressreport update-freq=1)
  # The grid ends with the shortest clip; avwait stops the sound at that end.
  [ $sound = no ] || line+=(! avwait name=end mode=running-time target-running-time=0 -- end.)
  line+=(! "${encode[@]}" ! h264parse
    ! queue ! mp4mux name=mux ! filesink "$(location_of "$out/quad.mp4")")
  for clip in "$@"; do
    # Shrunk right after decoding, so the queue holds frames of the cell's size.
    source=clip$i
    if is_plain "${streams[i]}"; then
      line+=(-- filesrc "$(location_of "$clip")" ! qtdemux name=$source -- $source.video_0)
      # One thread reads sound and video, so one must wait for the other. The compressed data waits.
      [ $source$sound != clip0yes ] || line+=(! queue)
      line+=(! h264parse ! "${decode[@]}")
    else
      line+=(-- filesrc "$(location_of "$clip")" ! decodebin name=$source -- $source. ! "${any_video[@]}")
    fi
    line+=(! quaddownscale ! queue max-size-buffers=2 max-size-bytes=0 max-size-time=0 ! grid.sink_$i)
    i=$((i + 1))
  done
  if [ $sound = yes ]; then
    line+=(--)
    if is_plain "${streams[0]}"; then
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

# The frame at three seconds, or in the last second if the clip is shorter.
picture() {
  gst-launch-1.0 -q filesrc "$(location_of "$out/quad.mp4")" ! qtdemux ! h264parse ! avdec_h264 max-threads=1 \
    ! videorate ! video/x-raw,framerate=1/1 ! identity eos-after=4 ! videoconvert ! pngenc \
    ! multifilesink "$(location_of "$(pattern_of "$out/quad.png")")" || fail "no picture could be made of $out/quad.mp4"
}

answer_help "$@"
[ "${1:-}" != -- ] || shift
check_arguments "$@"
prepare
if [ $# = 0 ]; then
  step "Making five clips in $out/clips" "$top/examples/make-clips.sh" "$out/clips"
  set -- "$out"/clips/{one,two,three,four}.mp4
fi
streams=()
for clip in "$@"; do streams+=("$(streams_of "$clip")"); done
rm -f -- "$out/quad.mp4" "$out/quad.png"
compose "$@"
picture
echo "The video: $out/quad.mp4"
echo "A frame:   $out/quad.png"
echo "For pipelines of your own:"
printf '  export GST_PLUGIN_PATH=%q\n' "$build/gst/elements"
