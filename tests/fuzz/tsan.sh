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
source tests/support/tsan/setup.sh
ninja -C "$build" tests/fuzz/fuzz-elements
export GST_PLUGIN_PATH=$PWD/$build/gst/elements GST_REGISTRY=$PWD/$build/registry.bin GST_REGISTRY_FORK=no

passed=0 failed=0
for element in quaddownscale quadmux-grid frameextract gifstreamenc quadjpegdec quadmatterefine; do
  log=$build/tsan-$element.log
  if "${tsan[@]}" "$build/tests/fuzz/fuzz-elements" "$element" "$seed" "$seconds" >"$log" 2>&1 &&
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
