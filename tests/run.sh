#!/usr/bin/env bash
# Installs what is missing, builds, and runs every test. The last line is
# `N passed, N failed` or `N passed, N failed, N skipped`.
#
#   tests/run.sh [BUILD-FOLDER [MESON-OPTION...]]      default: build
#
# QUAD_MEDIA=FOLDER    run the tests on the MP4 files in FOLDER, too
# QUAD_NO_SUITE=NAMES  leave these suites of meson's out
# QUAD_PATIENCE=N      give each test N times its usual time (default 2)
set -euo pipefail
cd "$(dirname "$0")/.."
source tests/packages.sh

build=${1:-build}
shift $(($# > 0))

# A stop before the tests counts as a failure too.
trap 'echo "0 passed, 1 failed"' EXIT

need_packages "${packages_to_test[@]}"
# A browser is large; only the suite `once` uses it.
[[ " ${QUAD_NO_SUITE:-} " == *" once "* ]] || need_packages "${packages_to_browse[@]}" ||
  echo "The test of camera-wall's page in a browser is skipped."

# Tests of real models are skipped where the npm registry cannot be reached.
models=(selfie selfie-landscape)
/sbin/ldconfig -p | grep 'libonnxruntime\.so' >/dev/null || models+=(onnxruntime)
/usr/bin/python3 gst/tools/quad-models fetch "${models[@]}" </dev/null || echo "Tests of these models are skipped."

options=(-Dtests=true -Dexamples=true)
[ -z "${CI:-}" ] || options+=(-Dwerror=true)
configure "$build" "${options[@]}" "$@"
# Where suites are left out, meson builds what the others need.
[ -n "${QUAD_NO_SUITE:-}" ] || ninja -C "$build"

# Counts cases, not meson's programs: summary.py reads them in meson's log.
log=$build/meson-logs/testlog.json
left_out=()
for suite in ${QUAD_NO_SUITE:-}; do left_out+=(--no-suite "$suite"); done
rm -f "$log"
status=0
# Some tests wait for clocks and processes: one more than there are cores keeps these busy.
meson test -C "$build" --print-errorlogs "${left_out[@]}" \
  --num-processes $(($(nproc) + 1)) --timeout-multiplier "${QUAD_PATIENCE:-2}" </dev/null || status=$?
exec python3 tests/summary.py "$log" "$status"
