"""background.sh. With the real model if it was fetched; the clips here show no person, so all of them is background."""

import os
import pathlib

from examples_suite import Skip, expect, near, png_size

CLIP = "clips/four.mp4"


def need_model():
    # ONNX Runtime throws where there is no GPU. tests/infer runs it under sanitizers.
    if os.environ.get("QUAD_PRELOAD"):
        raise Skip("AddressSanitizer ends gst-launch-1.0, a C program, at the first exception")
    folder = os.environ.get("QUAD_MODELS")
    if not folder:
        cache = os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
        folder = pathlib.Path(cache) / "gst-quad"
    model = pathlib.Path(folder) / "selfie_segmentation.onnx"
    if not model.exists():
        raise Skip(f"{model} is not there: quad-models fetch onnxruntime selfie")


def color(suite):
    """A colour, and the PNGs: they have the clip's size, one a picture."""
    need_model()
    clip = suite.make("background.mkv", "videotestsrc pattern=blue num-buffers=5 ! video/x-raw,width=320,height=180"
                      ",framerate=10/1 ! x264enc ! matroskamux")
    output = suite.script("background.sh", "--alpha", "cut-out", clip, "#00a000", "green.mp4")
    expect("The video: green.mp4" in output, output)
    expect(" seconds" in output, f"no progress:\n{output}")
    shown = suite.pixel(suite.folder / "green.mp4", 160, 90)
    expect(near(shown, (0, 160, 0)), f"the background is {shown}")
    pictures = sorted((suite.folder / "cut-out").glob("*.png"))
    expect(len(pictures) == 5, f"{len(pictures)} PNGs")
    expect(png_size(pictures[0]) == (320, 180), f"of {png_size(pictures[0])}")


def film(suite):
    """One file with alpha: nobody is there, so its pictures are transparent."""
    need_model()
    clip = suite.make("film.mkv", "videotestsrc pattern=blue num-buffers=5 ! video/x-raw,width=320,height=180"
                      ",framerate=10/1 ! x264enc ! matroskamux")
    suite.script("background.sh", "--alpha", "film.mov", clip, "#00a000", "film.mp4")
    suite.make("film.rgba", "filesrc location=film.mov ! qtdemux ! pngdec ! videoconvert ! video/x-raw,format=RGBA")
    pixels = (suite.folder / "film.rgba").read_bytes()
    expect(len(pixels) == 5 * 320 * 180 * 4, f"{len(pixels)} bytes")
    expect(max(pixels[3::4]) < 64, f"alpha up to {max(pixels[3::4])}")


def picture(suite):
    need_model()
    suite.make("red.png", "videotestsrc pattern=red num-buffers=1 ! video/x-raw,width=90,height=160 ! pngenc")
    suite.script("background.sh", CLIP, "red.png", "red.mp4")
    shown = suite.pixel(suite.folder / "red.mp4", 10, 10)
    expect(near(shown, (255, 0, 0), 40), f"the background is {shown}")


def blur(suite):
    """The clip itself: as bright as it is, but without its edges."""
    need_model()
    suite.script("background.sh", CLIP, "blur", "blur.mp4")
    width, height, _ = suite.rgb(suite.folder / CLIP)
    expect(suite.rgb(suite.folder / "blur.mp4")[:2] == (width, height), "another size")


def add_to(suite):
    for function in (color, film, picture, blur):
        suite.add(f"background_{function.__name__}", function, suite)
    for name, arguments, message in (
        ("usage", [CLIP], "examples/background.sh CLIP BACKGROUND"),
        ("no_file", ["a", "blur"], "there is no file a"),
        ("no_background", [CLIP, "b"], "there is no file b"),
        ("no_color", [CLIP, "#green"], "not #green"),
        ("itself", [CLIP, "blur", CLIP], f"{CLIP} is the clip itself"),
    ):
        suite.add(f"background_{name}", suite.refuse, "background.sh", arguments, message)
