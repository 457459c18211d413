#!/usr/bin/env bash
# Runs the suites of what draws and of the elements under ThreadSanitizer, in build-tsan. See
# tests/sanitize.sh, which calls it.
set -euo pipefail
cd "$(dirname "$0")/../../.."
source tests/packages.sh
trap 'echo "0 passed, 1 failed"' EXIT
source tests/support/tsan/setup.sh

# GStreamer's scanner is not built with it either: fill the tests' registry before they start.
GST_REGISTRY=$PWD/$build/tests/registry.bin GST_PLUGIN_PATH=$PWD/$build/gst/elements \
  "${tsan[@]}" gst-inspect-1.0 quad >/dev/null

suites=()
for suite in host glue gif infer elements; do suites+=(--suite "$suite"); done
# Meson adds the name of the wrapper, which is env.
log=$build/meson-logs/testlog-env
rm -f "$log.json" "$log.txt"
status=0
# Other people's encoders, what compares values and what takes long are left out, as under the other sanitizers.
meson test -C "$build" "${suites[@]}" --no-suite encoders --no-suite once --no-suite values --wrapper "${tsan[*]}" \
  --timeout-multiplier "${QUAD_PATIENCE:-10}" "$@" </dev/null || status=$?

# Prints each race once, with its number of reports.
grep -h '^SUMMARY: ThreadSanitizer' "$log.txt" | sort | uniq -c || true
trap - EXIT
exec python3 tests/summary.py "$log.json" "$status"
