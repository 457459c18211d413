"""background.sh. With the real model if it was fetched; the clips here show no person, so all of them is background."""

import os
import pathlib

import mp4
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
    shown = suite.pixel(suite.folder / "green.mp4", 160, 90)
    expect(near(shown, (0, 160, 0)), f"the background is {shown}")
    pictures = sorted((suite.folder / "cut-out").glob("*.png"))
    expect(len(pictures) == 5, f"{len(pictures)} PNGs")
    expect(png_size(pictures[0]) == (320, 180), f"of {png_size(pictures[0])}")


def film(suite):
    """One file with alpha: nobody is there, so its pictures are transparent."""
    need_model()
    clip = suite.make("cutout.mkv", "videotestsrc pattern=blue num-buffers=5 ! video/x-raw,width=320,height=180"
                      ",framerate=10/1 ! x264enc ! matroskamux")
    suite.script("background.sh", "--alpha", "cutout.mov", clip, "#00a000", "cutout.mp4")
    suite.make("cutout.rgba", "filesrc location=cutout.mov ! qtdemux ! pngdec ! videoconvert ! video/x-raw,format=RGBA")
    pixels = (suite.folder / "cutout.rgba").read_bytes()
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


def field(number, value):
    """A field of a protobuf message: a whole number, a text or a message."""
    if isinstance(value, int):
        return bytes([number << 3, value])
    value = value.encode() if isinstance(value, str) else b"".join(value)
    return bytes([number << 3 | 2, len(value)]) + value


def brightness_model(suite):
    """An ONNX model whose mask is the mean of R, G and B: what is white is in front."""
    def tensor(name, channels):
        shape = [field(1, [field(1, n)]) for n in (1, channels, 8, 8)]
        return [field(1, name), field(2, [field(1, [field(1, 1), field(2, shape)])])]

    axes = field(5, [field(1, "axes"), field(8, 1), bytes([0xA0, 0x01, 7])])
    node = [field(1, "picture"), field(2, "mask"), field(4, "ReduceMean"), axes]
    graph = [field(1, node), field(2, "g"), field(11, tensor("picture", 3)), field(12, tensor("mask", 1))]
    model = suite.folder / "brightness.onnx"
    model.write_bytes(b"".join([field(1, 6), field(7, graph), field(8, [field(1, ""), field(2, 11)])]))
    return str(model)


def shape(suite):
    """Even sides, and the clip's pixel aspect ratio. The picture fills it: a white clip leaves no bar of a red background."""
    need_model()
    model = brightness_model(suite)
    suite.make("red.png", "videotestsrc pattern=red num-buffers=1 ! video/x-raw,width=90,height=160 ! pngenc")
    for size, ratio, wanted in (((201, 111), "1/1", (200, 110)), ((176, 144), "16/11", (176, 144))):
        clip = suite.make("white.mp4", "videotestsrc pattern=white num-buffers=3 ! video/x-raw,format=Y444"
                          f",width={size[0]},height={size[1]},pixel-aspect-ratio={ratio},framerate=10/1 ! x264enc ! mp4mux")
        suite.script("background.sh", clip, "red.png", "shape.mp4", QUAD_MODEL=model)
        result = suite.folder / "shape.mp4"
        width, height = mp4.video(mp4.tracks(result)).size
        expect((width, height) == wanted, f"{size} became {width}x{height}")
        said = suite.succeed(["gst-discoverer-1.0", "-v", str(result)])
        expect(f"Pixel aspect ratio: {ratio}" in said, said)
        for x, y in ((1, 1), (width - 2, 1), (1, height - 2), (width - 2, height - 2)):
            shown = suite.pixel(result, x, y)
            expect(near(shown, (255, 255, 255)), f"{size}: {shown} at {x},{y}")


def upright(suite):
    """A clip that a phone stored on its side."""
    need_model()
    for background in ("blur", "#00a000"):
        suite.script("background.sh", "clips/two.mp4", background, "upright.mp4")
        size = mp4.video(mp4.tracks(suite.folder / "upright.mp4")).size
        expect(size == (360, 640), f"before {background} it is {size}")


def end(suite):
    """The result ends with the clip, whether the background is shorter or longer."""
    need_model()
    caps = "video/x-raw,width=64,height=64,framerate=10/1 ! avenc_ffv1 ! matroskamux"
    clip = suite.make("ten.mkv", f"videotestsrc pattern=blue num-buffers=10 ! {caps}")
    for frames in (3, 30):
        behind = suite.make("behind.mkv", f"videotestsrc num-buffers={frames} ! {caps}")
        suite.script("background.sh", clip, behind, "end.mp4")
        shown = mp4.video(mp4.tracks(suite.folder / "end.mp4"))
        expect(shown.samples == 10, f"{shown.samples} frames before a background of {frames}")


def add_to(suite):
    for function in (color, film, picture, blur, shape, upright, end):
        suite.add(f"background_{function.__name__}", function, suite)
    for name, arguments, message in (
        ("usage", [CLIP], "examples/background.sh CLIP BACKGROUND"),
        ("no_file", ["a", "blur"], "there is no file a"),
        ("no_background", [CLIP, "b"], "there is no file b"),
        ("no_color", [CLIP, "#green"], "not #green"),
        ("itself", [CLIP, "blur", CLIP], f"{CLIP} is the clip itself"),
    ):
        suite.add(f"background_{name}", suite.refuse, "background.sh", arguments, message)
