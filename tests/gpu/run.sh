#!/usr/bin/env bash
# Runs what needs a real GPU: that CUDA and host give the same bytes, the same under compute-sanitizer,
# pipelines with the card's decoder and those of the documents, and the benchmarks, beside cudacompositor
# where that is registered. Without a GPU it says so and exits 77.
#
#   tests/gpu/run.sh [BUNDLE-FOLDER]
#
# Where GStreamer is installed it builds in build/ first. On a machine without, give it a folder made by
# tests/gpu/bundle.sh elsewhere, or run the copy of this script that lies in that folder.
#
# QUAD_MEDIA=FOLDER  MP4 files with H.264 to decode, beside those that it makes
# QUAD_MODELS=FOLDER where quad-models put a model and ONNX Runtime: else the bundle's, or the cache
# QUAD_ONNXRUNTIME=FILE  ONNX Runtime, with its providers beside it; else that in QUAD_MODELS
# QUAD_SANITIZE=no   leave compute-sanitizer out, which takes long
# QUAD_STAGES=REGEX  run only the stages whose names match it: 'parity|kernels', for one
# QUAD_LIMIT=SECONDS what runs longer is ended and counts as failed: 300 by default. Parity has five times
#                    as long, and compute-sanitizer ten times
#
# compute-sanitizer cannot run programs that bring a glibc of their own: use a bundle without --libc for it.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)

find_gpu() {
  local smi said
  for smi in "$(command -v nvidia-smi)" /usr/local/nvidia/bin/nvidia-smi; do
    if [ -x "$smi" ]; then
      # Without a GPU it says so where the names would be.
      if said=$("$smi" --query-gpu=name,driver_version --format=csv,noheader 2>/dev/null) && [ -n "$said" ]; then
        echo "$said"
        return 0
      fi
    fi
  done
  return 1
}
if ! gpu=$(find_gpu); then
  echo "skipped: there is no NVIDIA GPU, or no driver, on this machine"
  exit 77
fi
echo "GPU: $gpu"
limit=${QUAD_LIMIT:-300}
# limited COMMAND...: ends with 124 if it takes too long. Runs in the foreground, else Ctrl-C does not reach it.
limited() { timeout --foreground -k 20 "$limit" "$@"; }
# Absolute, because commands run in other folders.
if [ -n "${QUAD_MEDIA:-}" ]; then
  QUAD_MEDIA=$(realpath -e "$QUAD_MEDIA") || exit 1
fi

bundle=${1:-}
if [ -z "$bundle" ] && [ -d "$here/quad" ]; then bundle=$here; fi
if [ -n "$bundle" ]; then
  bundle=$(cd "$bundle" && pwd)
  documents=$bundle/documents
  tensors=$bundle/tests/tensors.py quadtensor=$bundle/python
  quadtensor_library=$bundle/lib/libquadtensor-1.0.so.0
  program() { echo "$bundle/tests/$1"; }
  libraries=$bundle/lib
  for folder in /usr/local/nvidia/lib64 /usr/local/cuda/lib64; do
    if [ -d "$folder" ]; then libraries+=:$folder; fi
  done
  export GST_PLUGIN_SYSTEM_PATH=$bundle/plugins GST_PLUGIN_PATH=$bundle/quad
  export GST_REGISTRY=${TMPDIR:-/tmp}/quad-gpu-$$.bin
  if [ -e "$bundle/lib/ld-linux-x86-64.so.2" ]; then
    # Its own glibc comes with its own loader; GStreamer scans plugins in the same process then.
    export GST_REGISTRY_FORK=no
    driver=$(PATH=$PATH:/usr/sbin:/sbin ldconfig -p | awk '/libcuda\.so\.1 .*x86-64/ {print $NF; exit}')
    run() { limited "$bundle/lib/ld-linux-x86-64.so.2" --library-path "$libraries:$(dirname "$driver")" "$@"; }
  else
    export GST_PLUGIN_SCANNER=$bundle/bin/gst-plugin-scanner
    run() { limited env LD_LIBRARY_PATH="$libraries" "$@"; }
  fi
  launch() { run "$bundle/bin/gst-launch-1.0" "$@"; }
  inspect() { run "$bundle/bin/gst-inspect-1.0" "$@"; }
else
  cd "$here/../.." || exit 1
  source tests/packages.sh
  need_packages "${packages_to_test[@]}" && configure build -Dtests=true -Dcuda=enabled && ninja -C build || exit 1
  build=$PWD/build documents=$PWD
  tensors=$PWD/tests/gpu/tensors.py quadtensor=$PWD/gst/tensor/python
  quadtensor_library=$build/gst/tensor/libquadtensor-1.0.so.0
  program() { ls "$build"/tests/{cuda,gpu}/"$1" 2>/dev/null; }
  export GST_PLUGIN_PATH=$PWD/build/gst/elements GST_REGISTRY=${TMPDIR:-/tmp}/quad-gpu-$$.bin
  # NVRTC is there, where it was not installed for all.
  if [ -d /usr/local/cuda/lib64 ]; then
    export LD_LIBRARY_PATH=${LD_LIBRARY_PATH:+$LD_LIBRARY_PATH:}/usr/local/cuda/lib64
  fi
  run() { limited "$@"; }
  launch() { run gst-launch-1.0 "$@"; }
  inspect() { run gst-inspect-1.0 "$@"; }
fi
work=$(mktemp -d)
export XDG_RUNTIME_DIR=${XDG_RUNTIME_DIR:-$work}  # the decoder's plugin asks for it
trap 'rm -rf "$GST_REGISTRY" "$work"' EXIT

passed=0 failed=0 skipped=0 missed=0
# wanted NAME: true if the stage should run.
wanted() { [[ $1 =~ ${QUAD_STAGES:-} ]]; }
skip() {
  wanted "$*" || return 0
  skipped=$((skipped + 1))
  echo "skipped: $*"
}
fail() {
  failed=$((failed + 1))
  echo "failed: $*"
}
# stage NAME COMMAND...      one that exits with 3 ran, and did not reach its goals, or could not measure them
stage() {
  local name=$1 status=0
  shift
  wanted "$name" || return 0
  echo "=== $name"
  "$@" || status=$?
  case $status in
    0) passed=$((passed + 1)) ;;
    3)
      missed=$((missed + 1))
      echo "goals not reached: $name"
      ;;
    77) fail "$name: it does not see the GPU" ;;
    124) fail "$name: timed out" ;;
    137) fail "$name: killed, which is also done to what goes on after its time" ;;
    *) fail "$name" ;;
  esac
}
has() { inspect --exists "$1"; }

inspect quad | tail -n 5
# parity_of NAME COMMAND...: runs the tests of one file with COMMAND.
parity_of() {
  local name=$1
  shift
  "$@" "$(program cuda-parity)" "host/${name}_test.cpp" --gtest_brief=1
}
# The last four draw many thousand small scenes, which takes minutes each.
for name in alpha contract checksum zoom exact oracle memory convert; do
  limit=$((limit * 5)) stage "parity: $name" parity_of "$name" run
done
stage "parity: mattes" run "$(program cuda-matte)" --gtest_brief=1
sanitizer=$(command -v compute-sanitizer || ls /usr/local/cuda/bin/compute-sanitizer 2>/dev/null)
if [ "${QUAD_SANITIZE:-}" = no ]; then
  skip "compute-sanitizer: QUAD_SANITIZE=no"
elif [ -n "$sanitizer" ] && [ ! -e "${bundle:-/nowhere}/lib/ld-linux-x86-64.so.2" ]; then
  for tool in memcheck racecheck; do
    for name in alpha contract; do
      limit=$((limit * 10)) stage "compute-sanitizer $tool: $name" parity_of "$name" \
        run "$sanitizer" --tool "$tool" --error-exitcode 1
    done
    limit=$((limit * 10)) stage "compute-sanitizer $tool: mattes" \
      run "$sanitizer" --tool "$tool" --error-exitcode 1 "$(program cuda-matte)" --gtest_brief=1
  done
else
  skip "compute-sanitizer: it is not here, or cannot run programs with a glibc of their own"
fi

source_on_gpu='videotestsrc num-buffers=60 ! video/x-raw,format=NV12,width=1920,height=1080 ! cudaupload
  ! video/x-raw(memory:CUDAMemory) ! quaddownscale ! queue ! grid.'
for parts in 'video/x-raw(memory:CUDAMemory),width=1280,height=720 ! cudadownload' \
  'video/x-raw,width=1280,height=720'; do
  # shellcheck disable=SC2086 # each word is an argument
  stage "four sources to $parts" launch -q quadmux-grid name=grid ! $parts ! fakesink \
    $source_on_gpu $source_on_gpu $source_on_gpu $source_on_gpu
done

# A picture with a mask by the host and by the card: the same bytes, whatever is refined.
# matte MEMORY FILE PROPERTY...
matte() {
  local memory=$1 file=$2
  shift 2
  local move=(identity ! video/x-raw) back=(identity)
  if [ "$memory" = cuda ]; then
    move=(cudaupload ! 'video/x-raw(memory:CUDAMemory)') back=('video/x-raw(memory:CUDAMemory)' ! cudadownload)
  fi
  launch -q videotestsrc num-buffers=8 pattern=ball ! video/x-raw,format=RGBA,width=1280,height=720 ! "${move[@]}" \
    ! m.sink videotestsrc num-buffers=8 pattern=circular ! video/x-raw,format=GRAY8,width=256,height=144 ! m.mask \
    quadmatterefine name=m "$@" ! "${back[@]}" ! video/x-raw,format=RGBA ! filesink location="$file"
}
same_mattes() {
  matte host "$work/host.rgba" "$@" && matte cuda "$work/cuda.rgba" "$@" && [ -s "$work/host.rgba" ] &&
    cmp "$work/host.rgba" "$work/cuda.rgba"
}
for properties in smoothing=0 smoothing=0.75 foreground=estimate 'refine=none invert=true'; do
  # shellcheck disable=SC2086 # each word is an argument
  stage "mattes: host and card, $properties" same_mattes $properties
done

# Background removal, with what ONNX Runtime offers on this machine.
if [ -z "${QUAD_MODELS:-}" ]; then
  for folder in "${bundle:-/nowhere}/models" "${XDG_CACHE_HOME:-$HOME/.cache}/gst-quad"; do
    if [ -e "$folder/selfie_segmentation_landscape.onnx" ]; then QUAD_MODELS=$folder && break; fi
  done
fi
if [ -z "${QUAD_ONNXRUNTIME:-}" ] && [ -e "${QUAD_MODELS:-/nowhere}/libonnxruntime.so.1" ]; then
  export QUAD_ONNXRUNTIME=$QUAD_MODELS/libonnxruntime.so.1
fi
# matte_by PROVIDER: pictures stay in the GPU's memory; what runs the model is printed.
matte_by() {
  local said
  said=$(launch -m videotestsrc num-buffers=60 ! video/x-raw,format=NV12,width=1920,height=1080 ! cudaupload ! \
    quadmatte "model-file=$QUAD_MODELS/selfie_segmentation_landscape.onnx" "execution-provider=$1" foreground=estimate ! \
    'video/x-raw(memory:CUDAMemory),format=RGBA' ! fakesink 2>&1) || { echo "$said" && return 1; }
  grep -o 'model-loaded.*' <<<"$said" && grep -q "execution-provider=(string)$1" <<<"$said"
}
for provider in cpu cuda tensorrt; do
  if [ -z "${QUAD_MODELS:-}" ]; then
    skip "quadmatte by $provider: QUAD_MODELS names no folder with selfie_segmentation_landscape.onnx"
  elif [ -z "${QUAD_ONNXRUNTIME:-}" ]; then
    skip "quadmatte by $provider: QUAD_ONNXRUNTIME names no ONNX Runtime"
  elif [ $provider != cpu ] && [ ! -e "$(dirname "$QUAD_ONNXRUNTIME")/libonnxruntime_providers_$provider.so" ]; then
    skip "quadmatte by $provider: ONNX Runtime's folder has no libonnxruntime_providers_$provider.so"
  else
    # The first engine of TensorRT takes minutes.
    limit=$((limit * 3)) stage "quadmatte by $provider" matte_by $provider
  fi
done

# make_clips: H.264 where the documents' lines look for it, seen from $work.
make_clips() {
  local name clip
  mkdir -p "$work/build/clips"
  has x264enc || [ -n "${QUAD_MEDIA:-}" ] || return 1
  if has x264enc; then
    # Of this profile, as openh264dec, the host's decoder in a bundle, decodes others with small errors.
    for name in one two three four; do
      launch -q videotestsrc num-buffers=72 pattern=smpte ! video/x-raw,format=I420,width=1280,height=720,framerate=24/1 ! \
        x264enc ! video/x-h264,profile=baseline ! h264parse ! mp4mux ! filesink location="$work/build/clips/$name.mp4" || return 1
    done
  else
    local all=("$QUAD_MEDIA"/*.mp4)
    for name in one two three four; do
      clip=$(realpath "${all[0]}")
      ln -s "$clip" "$work/build/clips/$name.mp4"
      all=("${all[@]:1}" "${all[0]}")
    done
  fi
  ln -s build/clips/one.mp4 build/clips/two.mp4 "$work/"
  ln -s build/clips/three.mp4 "$work/clip.mp4"
}

# decode CLIP...: the card's decoder into a grid.
decode() {
  local clip branches=() encode=(cudadownload ! fakesink)
  for clip in "$@"; do
    branches+=(filesrc "location=$clip" ! qtdemux ! h264parse ! nvh264dec ! quaddownscale ! queue ! grid.)
  done
  if has nvh264enc; then encode=(nvh264enc ! fakesink); fi
  launch -q quadmux-grid name=grid eos-policy=shortest \
    ! 'video/x-raw(memory:CUDAMemory),format=NV12,width=1280,height=720' ! "${encode[@]}" "${branches[@]}"
}

# gpu_lines FILE...: the launch lines that the documents say need a GPU, each on one line.
gpu_lines() {
  awk '/^<!-- not run: needs an NVIDIA GPU -->/ {marked = 1; next}
    marked && /^```sh/ {inside = 1; next}
    inside && /^```/ {inside = 0; marked = 0; if (line != "") print line; line = ""; next}
    inside {sub(/^ +/, ""); if (sub(/\\$/, "")) line = line $0; else {print line $0; line = ""}}' "$@"
}

# document_line LINE: runs it in $work, without a screen, and without the card's encoder where it has none.
document_line() {
  local line=${1//autovideosink/fakevideosink}
  line=${line/gst-launch-1.0/launch -q}
  has nvh264enc || line=${line//nvh264enc/cudadownload ! x264enc}
  (cd "$work" && eval "$line")
}

if ! has nvh264dec; then
  skip "decoding, and the documents' pipelines: nvh264dec is not registered"
elif ! make_clips; then
  skip "decoding, and the documents' pipelines: there is no x264enc to make clips with, and no QUAD_MEDIA"
else
  stage "decode, shrink, compose" decode "$work"/build/clips/*.mp4
  if [ -n "${QUAD_MEDIA:-}" ]; then
    media=("$QUAD_MEDIA"/*.mp4)
    stage "the same, of QUAD_MEDIA" decode "${media[@]:0:4}"
  fi
  if [ -e "${bundle:-/nowhere}/lib/ld-linux-x86-64.so.2" ]; then
    skip "tensors in PyTorch: this Python cannot load libraries that bring a glibc of their own"
  elif python3 -c 'import sys, torch; sys.exit(not torch.cuda.is_available())' 2>/dev/null; then
    stage "tensors in PyTorch" run env PYTHONPATH="$quadtensor" QUADTENSOR_LIBRARY="$quadtensor_library" \
      python3 "$tensors" "$work/build/clips/one.mp4"
  else
    skip "tensors in PyTorch: there is no PyTorch with CUDA"
  fi
  while read -r line; do
    stage "document: $line" document_line "$line" </dev/null
  done < <(gpu_lines "$documents"/README.md "$documents"/docs/{elements,guides}/*.md)
fi

stage "kernels, beside a copy" run "$(program gpu-bench)"
stage "elements: pictures, time and processor" run "$(program gpu-elements)"
has cudacompositor || skip "beside cudacompositor: not in this GStreamer. Make a bundle with --libc on Debian 13"
if [ "$((passed + failed + skipped + missed))" = 0 ]; then
  echo "no stage is named like QUAD_STAGES=$QUAD_STAGES"
  exit 1
fi
echo "$passed passed, $failed failed, $skipped skipped, $missed with goals not reached"
[ "$((failed + missed))" = 0 ]
