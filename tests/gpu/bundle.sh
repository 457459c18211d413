#!/usr/bin/env bash
# Collects what a machine with a GPU and without GStreamer needs to run tests/gpu/run.sh: this machine's
# GStreamer, the plugin and the test programs that were built here.
#
#   tests/gpu/bundle.sh [--libc] [BUILD-FOLDER [BUNDLE-FOLDER]]      default: build build-gpu
#
# Without --libc the other machine's glibc must not be older than this one's. With it, glibc is taken
# along: a bundle made on Debian 13 runs on Debian 12, and brings cudacompositor of GStreamer 1.26.
set -euo pipefail
cd "$(dirname "$0")/../.."

libc=
if [ "${1:-}" = --libc ]; then
  libc=yes
  shift
fi
build=${1:-build}
out=${2:-build-gpu}
multiarch=$(g++ -print-multiarch)
from=/usr/lib/$multiarch
[ -e "$build/tests/gpu/gpu-bench" ] || {
  echo "Build first, with the tests and the CUDA backend: meson setup $build -Dcuda=enabled" >&2
  exit 1
}

plugins=(app coreelements debugutilsbad imagefreeze isomp4 jpeg multifile nvcodec openh264 pbtypes playback png rawparse typefindfunctions
  videoconvertscale videoparsersbad videorate videotestsrc x264 compositor)
rm -rf "$out"
mkdir -p "$out"/{bin,lib,plugins,quad,tests}
cp /usr/bin/gst-{launch,inspect}-1.0 "$from/gstreamer1.0/gstreamer-1.0/gst-plugin-scanner" "$out/bin/"
for p in "${plugins[@]}"; do
  if [ -e "$from/gstreamer-1.0/libgst$p.so" ]; then cp "$from/gstreamer-1.0/libgst$p.so" "$out/plugins/"; fi
done
cp "$build/gst/elements/libgstquad.so" "$out/quad/"
cp "$build"/tests/cuda/cuda-{parity,matte} "$build"/tests/gpu/gpu-{bench,elements} tests/gpu/tensors.py "$out/tests/"
cp -r gst/tensor/python "$out/"
cp "$build/gst/tensor/libquadtensor-1.0.so.0" "$out/lib/"

# All that they link, but for the driver's own libraries and, unless asked for, glibc's.
driver='/(libcuda|libnvcuvid|libnvidia-[^/]*)\.so'
glibc='/(ld-linux[^/]*|libc|libm|libpthread|libdl|librt|libresolv)\.so'
{ ldd "$out"/bin/* "$out"/plugins/*.so "$out"/quad/*.so "$out"/tests/* "$out/lib/libquadtensor-1.0.so.0" 2>/dev/null || true; } |
  awk '$3 ~ /^\// {print $3}' | sort -u | { grep -vE "$driver" || true; } |
  if [ $libc ]; then cat; else grep -vE "$glibc" || true; fi |
  while read -r library; do cp -Ln "$library" "$out/lib/"; done
if [ $libc ]; then cp -L /lib64/ld-linux-x86-64.so.2 "$out/lib/"; fi
cp tests/gpu/run.sh "$out/"
# Models and ONNX Runtime, where quad-models has put some.
models=${QUAD_MODELS:-${XDG_CACHE_HOME:-$HOME/.cache}/gst-quad}
mkdir "$out/models"
find "$models" -maxdepth 1 \( -name '*.onnx*' -o -name 'libonnxruntime*' \) -exec cp -L -t "$out/models" {} + 2>/dev/null || true
# Its launch lines are run there.
mkdir -p "$out/documents/docs"
cp README.md "$out/documents/"
cp -r docs/elements docs/guides "$out/documents/docs/"
du -sh "$out"
