#!/usr/bin/env bash
# Runs the suite under AddressSanitizer, UndefinedBehaviorSanitizer and LeakSanitizer, in build-sanitize.
# Leaks of libraries that are not ours are listed in tests/support/lsan.supp.
#
#   tests/sanitize.sh thread [MESON-TEST-ARGUMENT...]
#
# runs the host's, glue's and the elements' tests under ThreadSanitizer instead, in build-tsan.
#
#   tests/sanitize.sh tools
#
# runs what is left out otherwise: the tests of the command quad and of camera-wall's parts, which take minutes to compile here,
# and of the CUDA backend on the driver's double, which checks each access itself.
set -euo pipefail
cd "$(dirname "$0")/.."
if [ "${1:-}" = thread ]; then exec tests/support/tsan/suites.sh "${@:2}"; fi
source tests/packages.sh
trap 'echo "0 passed, 1 failed"' EXIT
source tests/support/sanitizers.sh
if [ "${1:-}" = tools ]; then
  # Beside the fuzzers, quad is not built.
  options+=(-Dquad=enabled -Dexamples=true -Dfuzz=false)
  configure "$build" "${options[@]}"
fi
# What the registries below are filled with; meson builds what the tests need.
targets=(gst/elements/libgstquad.so)
double=tests/support/hostcuda
[ ! -d "$build/$double" ] || targets+=($double/libcuda.so.1 $double/libnvcuvid.so.1 $double/libnvrtc.so.13)
ninja -C "$build" "${targets[@]}"

# Freed memory is kept for 16 MB of further frees instead of 256: what is used after it was freed is mostly used soon,
# and memory that is fresh each time costs a fifth of the time of tests with large pictures.
export ASAN_OPTIONS=detect_leaks=1:quarantine_size_mb=16
export LSAN_OPTIONS=suppressions=$PWD/tests/support/lsan.supp:print_suppressions=0
# Programs that are not built here (gst-launch-1.0) must load the sanitizer before our plugin. Leaks are searched only
# in the tests that are built here.
export QUAD_PRELOAD=$(g++ -print-file-name=libasan.so)

# GStreamer's scanner is such a program: fill the tests' registry before they start.
env LD_PRELOAD="$QUAD_PRELOAD" ASAN_OPTIONS=detect_leaks=0 GST_REGISTRY="$PWD/$build/tests/registry.bin" \
  GST_PLUGIN_PATH="$PWD/$build/gst/elements" gst-inspect-1.0 quad

# Also the registry of the tests on the driver double.
double=$PWD/$build/$double
if [ -d "$double" ]; then
  env LD_PRELOAD="$QUAD_PRELOAD" ASAN_OPTIONS=detect_leaks=0 LD_LIBRARY_PATH="$double" \
    GST_REGISTRY="$double/registry.bin" GST_PLUGIN_PATH="$PWD/$build/gst/elements" gst-inspect-1.0 nvcodec
fi

export QUAD_PATIENCE=${QUAD_PATIENCE:-6}
if [ "${1:-}" = tools ]; then
  trap - EXIT
  exec meson test -C "$build" --print-errorlogs --suite tools --suite wall --suite cuda --no-suite once --timeout-multiplier "$QUAD_PATIENCE"
fi
# These check bytes, times, pages and whole scripts; other tests call the same code.
export QUAD_NO_SUITE="once encoders values cuda examples docs"
trap - EXIT
exec tests/run.sh "$build" "${options[@]}"
