#!/usr/bin/env bash
# Fails where clang-format 14 would change something. `tests/format.sh --fix` changes it.
set -euo pipefail
cd "$(dirname "$0")/.."
source tests/packages.sh
need_packages clang-format-14

mode=(--dry-run -Werror)
[ "${1:-}" != --fix ] || mode=(-i)
find gst tests examples \( -name '*.cpp' -o -name '*.h' -o -name '*.cu' \) -print0 |
  xargs -0 clang-format-14 "${mode[@]}"
echo "The format is right."
