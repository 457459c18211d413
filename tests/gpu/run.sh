#!/usr/bin/env bash
# Runs what needs a real GPU: that CUDA and host give the same bytes, the same under compute-sanitizer,
# pipelines with the card's decoder, and the benchmarks. Without a GPU it says so and exits 77.
#
#   tests/gpu/run.sh [BUNDLE-FOLDER]
#
# Where GStreamer is installed it builds in build/ first. On a machine without, give it a folder made by
# tests/gpu/bundle.sh elsewhere, or run the copy of this script that lies in that folder.
#
# QUAD_MEDIA=FOLDER  MP4 files with H.264 to decode
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)

find_gpu() {
  local folder
  for folder in /usr/local/nvidia/bin /usr/bin; do
    if [ -x "$folder/nvidia-smi" ]; then
      "$folder/nvidia-smi" --query-gpu=name,driver_version --format=csv,noheader 2>/dev/null && return 0
    fi
  done
  return 1
}
gpu=$(find_gpu) && [ -n "$gpu" ] || {
  echo "skipped: there is no NVIDIA GPU, or no driver, on this machine"
  exit 77
}
echo "GPU: $gpu"

bundle=${1:-}
if [ -z "$bundle" ] && [ -d "$here/quad" ]; then bundle=$here; fi
if [ -n "$bundle" ]; then
  bundle=$(cd "$bundle" && pwd)
  tests=$bundle/tests
  libraries=$bundle/lib
  for folder in /usr/local/nvidia/lib64 /usr/local/cuda/lib64; do
    if [ -d "$folder" ]; then libraries+=:$folder; fi
  done
  export GST_PLUGIN_SYSTEM_PATH=$bundle/plugins GST_PLUGIN_PATH=$bundle/quad
  export GST_REGISTRY=${TMPDIR:-/tmp}/quad-gpu-$$.bin
  if [ -e "$bundle/lib/ld-linux-x86-64.so.2" ]; then
    # Its own glibc comes with its own loader; GStreamer scans plugins in the same process then.
    export GST_REGISTRY_FORK=no
    driver=$(ldconfig -p | awk '/libcuda\.so\.1 .*x86-64/ {print $NF; exit}')
    run() { "$bundle/lib/ld-linux-x86-64.so.2" --library-path "$libraries:$(dirname "$driver")" "$@"; }
  else
    export GST_PLUGIN_SCANNER=$bundle/bin/gst-plugin-scanner
    run() { LD_LIBRARY_PATH=$libraries "$@"; }
  fi
  launch() { run "$bundle/bin/gst-launch-1.0" "$@"; }
  inspect() { run "$bundle/bin/gst-inspect-1.0" "$@"; }
else
  cd "$here/../.." || exit 1
  source tests/packages.sh
  need_packages "${packages_to_test[@]}" && configure build -Dtests=true -Dcuda=enabled && ninja -C build || exit 1
  tests=build/tests/cuda
  cp build/tests/gpu/gpu-bench "$tests/"
  export GST_PLUGIN_PATH=$PWD/build/gst/elements GST_REGISTRY=${TMPDIR:-/tmp}/quad-gpu-$$.bin
  run() { "$@"; }
  launch() { gst-launch-1.0 "$@"; }
  inspect() { gst-inspect-1.0 "$@"; }
fi
trap 'rm -f "$GST_REGISTRY"' EXIT

passed=0 failed=0 skipped=0
# stage NAME COMMAND...
stage() {
  local name=$1
  shift
  echo "=== $name"
  if "$@"; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    echo "failed: $name"
  fi
}
skip() {
  skipped=$((skipped + 1))
  echo "skipped: $*"
}
has() { inspect --exists "$1"; }

inspect quad | tail -n 5
for name in exact oracle alpha contract memory; do
  stage "parity: $name" run "$tests/cuda-$name" --gtest_brief=1
done
sanitizer=$(command -v compute-sanitizer || ls /usr/local/cuda/bin/compute-sanitizer 2>/dev/null)
if [ -n "$sanitizer" ] && [ ! -e "${bundle:-/nowhere}/lib/ld-linux-x86-64.so.2" ]; then
  for tool in memcheck racecheck; do
    stage "compute-sanitizer $tool" run "$sanitizer" --tool "$tool" --error-exitcode 1 \
      "$tests/cuda-alpha" --gtest_brief=1
  done
else
  skip "compute-sanitizer: it is not here, or cannot run programs with a glibc of their own"
fi

source_on_gpu='videotestsrc num-buffers=60 ! video/x-raw,format=NV12,width=1920,height=1080 ! cudaupload
  ! video/x-raw(memory:CUDAMemory) ! quaddownscale ! queue ! grid.'
for parts in 'video/x-raw(memory:CUDAMemory),width=1280,height=720 ! cudadownload' \
  'video/x-raw,width=1280,height=720'; do
  # shellcheck disable=SC2086 # each word is an argument
  stage "four sources to $parts" launch -q quadmux-grid name=grid ! $parts ! fakesink \
    $source_on_gpu $source_on_gpu $source_on_gpu $source_on_gpu
done
if has nvh264dec && [ -n "${QUAD_MEDIA:-}" ]; then
  line=()
  for clip in $(ls "$QUAD_MEDIA"/*.mp4 | head -n 4); do
    line+=(filesrc "location=$clip" ! qtdemux ! h264parse ! nvh264dec ! quaddownscale ! queue ! grid.)
  done
  encode=(cudadownload ! fakesink)
  if has nvh264enc; then encode=(nvh264enc ! fakesink); fi
  stage "decode, shrink, compose" launch -q quadmux-grid name=grid eos-policy=shortest \
    ! 'video/x-raw(memory:CUDAMemory),format=NV12,width=1280,height=720' ! "${encode[@]}" "${line[@]}"
else
  skip "decoding: nvh264dec is not registered, or QUAD_MEDIA names no clips"
fi

stage "kernels, beside a copy" run "$tests/gpu-bench"
# element NAME: a grid of four on the card, by the clock and by the processor.
element() {
  local one="videotestsrc num-buffers=1 ! video/x-raw,format=NV12,width=3840,height=2160 ! cudaupload
    ! video/x-raw(memory:CUDAMemory) ! imagefreeze num-buffers=600 ! queue ! c." line
  case $1 in
    quadmux-grid) line='quadmux-grid name=c' ;;
    cudacompositor)
      line='cudacompositor name=c sink_0::width=1920 sink_0::height=1080 sink_1::xpos=1920 sink_1::width=1920
        sink_1::height=1080 sink_2::ypos=1080 sink_2::width=1920 sink_2::height=1080 sink_3::xpos=1920
        sink_3::ypos=1080 sink_3::width=1920 sink_3::height=1080'
      ;;
  esac
  # shellcheck disable=SC2086
  time launch -q $line ! 'video/x-raw(memory:CUDAMemory),format=NV12,width=3840,height=2160' ! fakesink \
    $one $one $one $one
}
stage "quadmux-grid, four 4K to one 4K, 600 frames" element quadmux-grid
if has cudacompositor; then
  stage "cudacompositor, the same" element cudacompositor
else
  skip "cudacompositor is not in this GStreamer: make a bundle with --libc on Debian 13"
fi
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
