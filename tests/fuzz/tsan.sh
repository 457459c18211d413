#!/usr/bin/env bash
# Builds the plugin and the machine for elements with ThreadSanitizer in build-tsan, and runs it on each
# element. The last line is `N passed, N failed`.
#
#   tests/fuzz/tsan.sh [SECONDS [FIRST-SEED]]    default: 60 seconds each, from seed 1
set -euo pipefail
cd "$(dirname "$0")/../.."
source tests/packages.sh
trap 'echo "0 passed, 1 failed"' EXIT

seconds=${1:-60} seed=${2:-1}
need_packages "${packages_to_build[@]}"
build=build-tsan
if [ ! -f "$build/build.ninja" ]; then
  meson setup "$build" -Dtests=false -Dfuzz=true -Dcuda=disabled -Doptimization=1 -Ddebug=false \
    -Dcpp_args=-g1 -Db_sanitize=thread -Db_lundef=false
fi
ninja -C "$build"
gcc -shared -fPIC -O1 -w $(pkg-config --cflags glib-2.0) tests/fuzz/glib_tsan.c \
  -o "$build/libglibtsan.so" -ldl -ltsan

# race_top: a report whose top frame is theirs. `race:` would hide all that has theirs anywhere.
printf 'race_top:lib%s\n' glib-2.0.so gobject-2.0.so gstreamer-1.0.so gstbase-1.0.so gstvideo-1.0.so \
  >"$build/tsan.supp"
export TSAN_OPTIONS="ignore_noninstrumented_modules=1 suppressions=$PWD/$build/tsan.supp history_size=4 \
  second_deadlock_stack=1 exitcode=66"
export GST_PLUGIN_PATH=$PWD/$build/gst/elements GST_REGISTRY=$PWD/$build/registry.bin GST_REGISTRY_FORK=no
export G_SLICE=always-malloc

passed=0 failed=0
for element in quaddownscale quadmux-grid frameextract gifstreamenc; do
  log=$build/tsan-$element.log
  if LD_PRELOAD="$(readlink -f "$(gcc -print-file-name=libtsan.so)") $PWD/$build/libglibtsan.so" \
    "$build/tests/fuzz/fuzz-elements" "$element" "$seed" "$seconds" >"$log" 2>&1 &&
    ! grep -q 'WARNING: ThreadSanitizer' "$log"; then
    passed=$((passed + 1))
    echo "$element: $(tail -n 1 "$log")"
  else
    failed=$((failed + 1))
    echo "$element failed, see $log:"
    grep -m5 -A12 'WARNING: ThreadSanitizer\|FOUND\|FAILED\|HANGS' "$log" || tail -n 20 "$log"
  fi
done
trap - EXIT
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
