#!/usr/bin/env bash
# Fails where clang-tidy 14 finds a fault in gst/, by the checks in .clang-tidy.
#
#   tests/tidy.sh [REGEX]    default: all files; REGEX matches what follows gst/, such as elements/grid
set -euo pipefail
cd "$(dirname "$0")/.."
source tests/packages.sh
need_packages "${packages_to_tidy[@]}"

build=build-tidy
# No kernel runs here, so one kind of GPU is enough.
export NVCC_APPEND_FLAGS=-arch=sm_80
configure "$build" -Dtests=false -Dexamples=false -Db_pch=false >/dev/null
# A folder that was there learns of new files.
ninja -C "$build" build.ninja >/dev/null
log=$build/tidy.log
if ! run-clang-tidy-14 -quiet -p "$build" "^$PWD/gst/${1:-}" >"$log" 2>&1; then
  sed 's/\x1b\[[0-9;]*m//g' "$log" | grep -A3 -E ': (error|warning): ' || tail -n 20 "$log"
  exit 1
fi
echo "No faults."
