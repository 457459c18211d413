#!/usr/bin/env bash
# What takes too long for .ci/run. Run a part by hand when its subject changes, and all of them before a release.
# The last line is `N passed, N failed`.
#
#   tests/long.sh [PART...]      default: all of these
#
#   fuzz      ten minutes for each fuzzer, from another seed
#   soak      elements thousands of times: memory, files and threads stay level
#   clips     10,000 clips opened, read and closed in one process of Python: memory, files and threads stay level
#   wall      half an hour of examples/camera-wall with cameras that die: memory, files, threads and delay stay level
#   headers   the tests without compiled headers: each file includes what it uses
#   odr       all is linked with -flto -Wodr: no two types of one name
#   tools     what tests/tidy.sh finds in the command, quad, and the sanitizers in it, camera-wall and the CUDA backend
#   packages  the Debian packages, built and used in fresh roots of Debian 12 and 13
#   trixie    every test but the suite once on Debian 13, GStreamer 1.26
#   forky     the same on Debian 14, GStreamer 1.28
#
# QUAD_SEED=N   the fuzzers' first seed
set -uo pipefail
cd "$(dirname "$0")/.."
source tests/packages.sh
passed=0 failed=0

part_fuzz() { tests/fuzz/run.sh 600 "${QUAD_SEED:-$RANDOM}"; }

part_soak() (
  set -e
  build=build-soak
  need_packages "${packages_to_test[@]}"
  configure $build -Dtests=false -Dfuzz=true -Dcuda=disabled
  ninja -C $build
  examples/make-clips.sh $build/clips
  export GST_PLUGIN_PATH=$PWD/$build/gst/elements GST_REGISTRY=$PWD/$build/registry.bin
  export CLIP=$PWD/$build/clips/one.mp4
  for what in 'pads 5000' 'pipelines 2000' 'extract 300' 'gif 100000' 'live 300'; do
    echo "soak: $what"
    # shellcheck disable=SC2086 # two arguments
    $build/tests/fuzz/fuzz-soak $what
  done
)

part_clips() (
  set -e
  build=build-soak
  need_packages "${packages_to_test[@]}"
  configure $build -Dtests=false -Dfuzz=true -Dcuda=disabled
  ninja -C $build gst/elements/libgstquad.so gst/tensor/libquadtensor-1.0.so.0
  export GST_PLUGIN_PATH=$PWD/$build/gst/elements GST_REGISTRY=$PWD/$build/registry.bin
  export QUADTENSOR_LIBRARY=$PWD/$build/gst/tensor/libquadtensor-1.0.so.0
  PYTHONPATH=$PWD/gst/tensor/python /usr/bin/python3 -B tests/tensor/many_clips.py
)

part_wall() (
  set -e
  build=build-soak
  need_packages "${packages_to_test[@]}"
  configure $build -Dtests=false -Dexamples=true -Dfuzz=true -Dcuda=disabled
  ninja -C $build
  export GST_PLUGIN_PATH=$PWD/$build/gst/elements GST_REGISTRY=$PWD/$build/registry.bin
  export QUAD_WALL=$PWD/$build/examples/camera-wall/quad-wall
  /usr/bin/python3 tests/wall/soak.py
)

part_headers() (
  set -e
  need_packages "${packages_to_test[@]}"
  configure build-headers -Dtests=true -Dexamples=false -Db_pch=false -Dwerror=true -Doptimization=0
  ninja -C build-headers
)

part_odr() (
  set -e
  need_packages "${packages_to_test[@]}"
  configure build-odr -Dexamples=false -Doptimization=0 -Db_lto=true -Dcpp_args=-Wodr \
    -Dcpp_link_args='-Wodr -Werror=odr'
  ninja -C build-odr
)

part_tools() { tests/tidy.sh tools/ && tests/sanitize.sh tools; }

part_packages() { tests/install.sh bookworm && tests/install.sh trixie; }

part_trixie() { QUAD_NO_SUITE=once tests/debian.sh trixie; }

part_forky() { QUAD_NO_SUITE=once tests/debian.sh forky; }

[ $# != 0 ] || set -- fuzz soak clips wall headers odr tools packages trixie forky
for name in "$@"; do
  echo "=== $name"
  if declare -F "part_$name" >/dev/null && "part_$name" </dev/null; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    echo "failed: $name"
  fi
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
