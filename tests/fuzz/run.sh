#!/usr/bin/env bash
# Builds the fuzzers with AddressSanitizer and UndefinedBehaviorSanitizer, and runs each: libFuzzer's with clang in
# build-fuzz, and the one of whole elements in build-sanitize, where tests/sanitize.sh has built these already.
# The last line is `N passed, N failed`.
#
#   tests/fuzz/run.sh [SECONDS [FIRST-SEED]]     default: 10 seconds each, two at a time, from seed 1
#
# Failures are printed with the command that repeats them; inputs of libFuzzer stay in build-fuzz/found.
set -euo pipefail
cd "$(dirname "$0")/../.."
source tests/packages.sh
trap 'echo "0 passed, 1 failed"' EXIT

seconds=${1:-10} seed=${2:-1}
need_packages "${packages_to_fuzz[@]}"

source tests/support/sanitizers.sh
sanitized=$build
targets=(gst/elements/libgstquad.so tests/fuzz/fuzz-elements)
# It draws labels, where it is built.
text=gst/text/libquadtext-pango.so
if ninja -C "$sanitized" -t query "$text" >/dev/null 2>&1; then targets+=("$text"); fi
ninja -C "$sanitized" "${targets[@]}"

pure=(choice gif jpeg layout scene)
build=build-fuzz
if [ ! -f "$build/build.ninja" ]; then
  CC=clang CXX=clang++ meson setup "$build" -Dtests=false -Dexamples=false -Dfuzz=true -Dcuda=disabled -Doptimization=1 \
    -Ddebug=false "-Dcpp_args=-g1 -fno-omit-frame-pointer -fsanitize=fuzzer-no-link" \
    -Db_sanitize=address,undefined -Db_lundef=false ${CI:+-Dwerror=true}
fi
ninja -C "$build" "${pure[@]/#/tests/fuzz/fuzz-}" tests/fuzz/fuzz-jpeg-seeds

# try NAME COMMAND...: its output is shown if it fails. Its status is in build-fuzz/NAME.status.
try() {
  local name=$1 log=$build/fuzz-$1.log status=0
  shift
  "$@" >"$log" 2>&1 || status=$?
  echo $status >"$build/$name.status"
  if [ $status = 0 ]; then
    echo "$name: $(tail -n 1 "$log")"
  else
    echo "$name failed: $*"
    # From where the fault is named; the maps of memory at the end of a report help nobody.
    grep -vE '^(#[0-9]+|INFO:|NEW|REDUCE)' "$log" |
      sed -n '/FOUND\|FAILED\|HANGS\|ERROR\|runtime error/,$p' | sed '/^Shadow bytes/,/^==[0-9]/d' |
      sed -n 1,60p || true
    tail -n 2 "$log"
  fi
}

# First inputs; libFuzzer mutates them.
corpus() {
  rm -rf "$2"
  mkdir -p "$2"
  python3 - "$1" "$2" <<'PYTHON'
import pathlib, random, sys
seed, folder = int(sys.argv[1]), pathlib.Path(sys.argv[2])
for i in range(64):
    (folder / str(i)).write_bytes(random.Random(seed * 1000 + i).randbytes(64 << i % 7))
PYTHON
}

mkdir -p "$build/found"
try_pure() {
  local name
  for name in "${pure[@]}"; do
    corpus "$seed" "$build/corpus-$name"
    if [ "$name" = jpeg ]; then "$build/tests/fuzz/fuzz-jpeg-seeds" "$build/corpus-$name"; fi
    try "$name" "$build/tests/fuzz/fuzz-$name" -seed="$seed" -max_len=4096 -len_control=0 -timeout=400 \
      -max_total_time="$seconds" -print_final_stats=0 -verbosity=1 -artifact_prefix="$build/found/$name-" \
      "$build/corpus-$name"
  done
}

elements=(quaddownscale quadmux-grid quadmatterefine frameextract gifstreamenc quadjpegdec)
try_elements() {
  # The fuzzer counts leaked objects itself; leaks of GStreamer are not searched.
  export ASAN_OPTIONS=detect_leaks=0:abort_on_error=1
  # The sanitizers are in the program, so the program must load the plugin, not GStreamer's scanner.
  export GST_PLUGIN_PATH=$PWD/$sanitized/gst/elements GST_REGISTRY=$PWD/$build/registry.bin GST_REGISTRY_FORK=no
  local element
  for element in "${elements[@]}"; do
    try "$element" "$sanitized/tests/fuzz/fuzz-elements" "$element" "$seed" "$seconds"
  done
}

# One after the other would leave a core idle.
rm -f "$build"/*.status
try_pure &
try_elements
wait $! || true

passed=0 failed=0
for name in "${pure[@]}" "${elements[@]}"; do
  if [ "$(cat "$build/$name.status" 2>/dev/null)" = 0 ]; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    echo "failed: fuzz / $name: $(grep -ahE 'FOUND|FAILED|HANGS|SUMMARY' "$build/fuzz-$name.log" | tail -n 1)"
  fi
done
trap - EXIT
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
