#!/usr/bin/env bash
# Uses the installed packages, inside the root of tests/install.sh.
#
#   use.sh VERSION PASSED     so many tests have passed already
set -uo pipefail
cd "$(dirname "$0")"
version=$1 passed=$2 failed=0
# The registry is made by the first test. A plugin scanner that is not there would be a fault of this root.
export GST_REGISTRY=$PWD/registry.bin version

# check NAME: the function of that name, which ends with the first command that fails.
check() {
  local name=$1 start=$SECONDS
  if bash -euo pipefail -c "$(declare -f "$name"); $name" >"$name.log" 2>&1; then
    passed=$((passed + 1))
    echo "$name: right ($((SECONDS - start)) s)"
  else
    failed=$((failed + 1))
    echo "$name: WRONG"
    tail -n 30 "$name.log"
  fi
}

inspect() {
  local element page
  gst-inspect-1.0 quad | tee inspect.txt
  for element in frameextract gifstreamenc quaddownscale quadjpegdec quadmatte quadmatterefine quadmux-grid; do
    grep -q "^  $element:" inspect.txt
    # The page that gst-inspect names is there.
    page=$(gst-inspect-1.0 "$element" | sed -n 's|^ *Doc-uri *file://||p')
    [ -s "$page" ]
  done
  grep -q "Version  *$version\$" inspect.txt
}

grid() {
  gst-launch-1.0 -q videotestsrc num-buffers=5 pattern=red ! video/x-raw,width=32,height=32,framerate=10/1 ! grid. \
    videotestsrc num-buffers=5 pattern=blue ! video/x-raw,width=32,height=32,framerate=10/1 ! grid. \
    quadmux-grid name=grid rows=1 ! video/x-raw,format=RGB,width=64,height=32,framerate=10/1 ! filesink location=grid.rgb
  python3 - <<'END'
frames = open("grid.rgb", "rb").read()
assert len(frames) == 5 * 32 * 64 * 3, len(frames)
red, blue = frames[:3], frames[63 * 3 : 64 * 3]
assert red[0] > 250 and max(red[1:]) < 5, list(red)
assert blue[2] > 250 and max(blue[:2]) < 5, list(blue)
END
}

# A label loads the text's module, which is installed beside the plugin.
label() {
  gst-launch-1.0 -m videotestsrc num-buffers=1 pattern=black ! video/x-raw,width=320,height=240 ! grid.sink_0 \
    quadmux-grid name=grid rows=1 columns=1 sink_0::label=TEXT ! video/x-raw,format=RGB,width=320,height=240 \
    ! filesink location=label.rgb | tee messages.txt
  if grep -i warning messages.txt; then return 1; fi
  python3 -c 'import sys; sys.exit(max(open("label.rgb", "rb").read()) < 128)'
}

commands() {
  [ "$(quad --version)" = "$version" ]
  quad-models fetch >models.txt
  grep -q selfie models.txt
  gst-launch-1.0 -q videotestsrc num-buffers=20 ! video/x-raw,width=320,height=240,framerate=10/1 ! jpegenc ! avimux \
    ! filesink location=command.avi
  quad thumbs command.avi -o thumbs --count 3
  [ "$(ls thumbs | wc -l)" = 3 ]
  for page in quad quad-models; do [ -e "/usr/share/man/man1/$page.1.gz" ]; done
}

# The first example of the guide as it is there, on a clip of one colour.
guide() {
  gst-launch-1.0 -q videotestsrc num-buffers=20 pattern=red ! video/x-raw,width=320,height=240,framerate=10/1 \
    ! jpegenc quality=100 ! qtmux ! filesink location=clip.mp4
  awk '/^```python/ { on = 1; next } /^```/ && on { exit } on' tensors.md >guide.py
  python3 guide.py | tee guide.txt
  [ "$(python3 -c 'import importlib.metadata as m; print(m.version("quadtensor"))')" = "$version" ]
  python3 - <<'END'
lines = [line.split(" ", 1) for line in open("guide.txt")]
assert [time for time, _ in lines] == ["0.0", "0.5", "1.0", "1.5"], lines
for _, color in lines:
    red, green, blue = map(float, color.strip("[] \n").split())
    # jpegenc does not widen the range of its samples.
    assert red > 220 and green < 30 and blue < 30, color
END
}

# The wheel's package, on the installed library.
wheel() {
  python3 -m zipfile -e quadtensor-"$version"-py3-none-any.whl wheel
  PYTHONPATH=$PWD/wheel python3 - "$version" <<'END'
import importlib.metadata, sys
import quadtensor
assert "/quad-test/wheel/" in quadtensor.__file__, quadtensor.__file__
assert importlib.metadata.version("quadtensor") == sys.argv[1]
assert [frame[0].shape for frame in quadtensor.frames("clip.mp4", rate=1, width=64, format="RGB")] == [(48, 64, 3)] * 2
clip = quadtensor.Clip("clip.mp4", width=64, format="RGBP")
assert (len(clip), clip.info.width) == (20, 320)
assert clip.frames_at([19, 0]).tensor.shape == (2, 3, 48, 64)
END
}

application() {
  cc -Wall -Wextra -Werror -o app app.c $(pkg-config --cflags --libs gstquad-1.0)
  ./app
  printf '#include <quadtensor.h>\nint main (void) { return !quad_tensor_check_process (NULL); }\n' >tensor.c
  cc -Wall -Wextra -Werror -o tensor tensor.c $(pkg-config --cflags --libs quadtensor-1.0)
  ./tensor
  for name in gstquad-1.0 quadtensor-1.0; do [ "$(pkg-config --modversion "$name")" = "$version" ]; done
}

# Nothing is left behind.
purge() {
  dpkg --purge python3-quadtensor quad-tools libquadtensor-dev libquadtensor-1.0-0 gstreamer1.0-quad
  left=$(find /usr /etc \( -iname '*quadtensor*' -o -name 'gst-quad*' -o -name '*gstquad*' -o -name '*quadmodels*' \))
  [ -z "$left" ] || { echo "$left"; exit 1; }
}

check inspect
check grid
check label
check commands
check guide
check wheel
check application
check purge
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
