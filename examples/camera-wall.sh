#!/usr/bin/env bash
# A wall of cameras in the browser: installs what is missing (Debian, Ubuntu), builds, and starts
# examples/camera-wall.
#
#   examples/camera-wall.sh [OPTION...] [URI...]
#
# URI is a camera (rtsp://..., http://...), a file, which is looped, or a test picture (test:smpte, test:ball, ...).
# Without one there are four test pictures. The last line is the wall's address; Ctrl-C ends it.
#
# The options are those of quad-wall: --config wall.json, --port 8080, --listen 127.0.0.1, --seconds N (end after that
# time). docs/guides/wall.md describes them.
#
# QUAD_WALL_TOKEN=TOKEN  whoever knows TOKEN may use the wall; needed for a --listen that others can reach. One is made
#                        up where it is missing
# QUAD_BUILD=FOLDER      use what is built in FOLDER already; install and build nothing
source "$(dirname -- "${BASH_SOURCE[0]}")/common.sh"
source "$top/tests/packages.sh"
program=$build/examples/camera-wall/quad-wall

prepare() {
  [ -z "${QUAD_BUILD:-}" ] || return 0
  local missing
  find_missing "${packages_to_build[@]}" "${packages_to_play[@]}" "${packages_to_wall[@]}"
  if [ ${#missing[@]} != 0 ]; then
    step "Reading the lists of packages" update_lists
    step "Installing ${missing[*]}, which may take minutes" install_packages "${missing[@]}"
  fi
  # A build from before the packages came does not know the wall.
  if [ ! -f "$build/build.ninja" ]; then
    step "Configuring $build" meson setup "$build" "$top" -Dtests=false
  elif ! grep -q quad-wall "$build/build.ninja"; then
    step "Configuring $build again" meson setup --reconfigure "$build" "$top" -Dexamples=true
  fi
  step "Building in $build, which takes minutes the first time" \
    ninja -C "$build" gst/elements/libgstquad.so gst/text/libquadtext-pango.so examples/camera-wall/quad-wall
}

# Whether the arguments name an input, or a file that may.
names_inputs() {
  while [ $# != 0 ]; do
    case $1 in
      --config | --config=*) return 0 ;;
      --port | --listen | --seconds) shift ;;
      -*) ;;
      *) return 0 ;;
    esac
    shift || return 1
  done
  return 1
}

answer_help "$@"
prepare
need_element quadmux-grid
[ -x "$program" ] || fail "there is no $program: its libraries were not there when $build was configured (${packages_to_wall[*]})"
if [[ " $* " == *" --listen"* && -z "${QUAD_WALL_TOKEN:-}" ]]; then
  QUAD_WALL_TOKEN=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
  export QUAD_WALL_TOKEN
fi
names_inputs "$@" || set -- "$@" test:smpte test:ball test:pinwheel test:circular
"$program" "$@"
