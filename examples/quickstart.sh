#!/usr/bin/env bash
# Four clips in, one grid out.
#
#   examples/quickstart.sh [CLIP CLIP CLIP CLIP]
#
# Installs what is missing (Debian, Ubuntu), builds the plugin, libquadtensor and quad in build/, makes five clips in
# build/clips where none are given, and writes build/quad.mp4, 1280x720 at 24 frames a second, with the first
# clip's sound if it has any, and build/quad.png, one frame of it. It ends with the shortest clip.
#
# With an NVIDIA GPU whose decoder GStreamer knows (nvh264dec), frames are decoded, shrunk and composed in
# CUDA memory, and encoded there too where the card has an encoder (nvh264enc). It says which it chose.
#
# QUAD_BUILD=FOLDER  use what is built in FOLDER already; install and build nothing
# QUAD_OUT=FOLDER    write to FOLDER instead of build/
source "$(dirname -- "${BASH_SOURCE[0]}")/common.sh"
source "$top/tests/packages.sh"
out=${QUAD_OUT:-$build}

check_arguments() {
  [ $# = 0 ] || [ $# = 4 ] || misuse "give four clips, or none; this was $#"
  local clip
  for clip in "$@"; do
    [[ -e $clip ]] || fail "there is no file $clip"
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
      ninja -C "$build" gst/elements/libgstquad.so gst/tensor/libquadtensor-1.0.so.0 gst/tools/quad/quad
  fi
  need_element quadmux-grid
  need_quad
  mkdir -p -- "$out"
}

# ---- composing

# compose CLIP CLIP CLIP CLIP: shows the pipeline, and runs it.
compose() {
  local command=("$quad" grid --output="$out/quad.mp4" --rows=2 --columns=2 --size=1280x720 --rate=24)
  "${command[@]}" --print -- "$@" || exit
  "${command[@]}" -- "$@" || exit
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
rm -f -- "$out/quad.mp4" "$out/quad.png"
compose "$@"
picture
echo "A frame:   $out/quad.png"
echo "For pipelines of your own:"
printf '  export GST_PLUGIN_PATH=%q\n' "$build/gst/elements"
