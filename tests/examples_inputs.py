"""Inputs for the scripts in examples/: names of files that programs may misread, and clips in every
format that a decoder gives."""

import os
import shutil

import gif
import mp4
from examples_suite import expect, near, png_size

INJECTION = "ok.mkv\n!\nfakesink\nfilesrc\nlocation=ok.mkv\n!\nfilesink\nlocation=pwned\nfilesrc\nlocation=ok.mkv"
NOBODY = 65534  # another user
NAMES = (
    "ok.mkv",
    "two words.mkv",
    " around ",
    "it's.mkv",
    '"quoted"',
    'one " only.mkv',
    'ok.mkv" ! filesink location="pwned',
    "ok.mkv ! filesink location=pwned",
    INJECTION,
    INJECTION.replace("\n", "\t"),
    "back\\slash.mkv",
    "ends in one\\",
    'and\\"both\\\\"\\',
    "\\012",
    "line\nbreak",
    "ends in one\n",
    "$(touch pwned)",
    "`touch pwned`",
    "-rf",
    "--sheet",
    "100%d of %s %n.mkv",
    "Grüße, 日本 ☃.mkv",
    "*?[a-z]{b,c}~.mkv",
    "a;b&c|d<e>f#g=h,i(j)k.mkv",
    "NULL",
    "!",
    "\x01\x1b[31m\x7f",
    "long" * 60,
)

# name: (format, encoder and muxer, whether interlaced)
FORMATS = {
    "422.mp4": ("I422_10LE", "x264enc speed-preset=ultrafast ! mp4mux", False),
    "prores.mov": ("I422_10LE", "avenc_prores_ks ! qtmux", False),
    "alpha.mkv": ("A420", "avenc_ffv1 ! matroskamux", False),
    "444.mkv": ("Y444", "x264enc speed-preset=ultrafast ! matroskamux", False),
    "fields.mp4": ("I420", "x264enc speed-preset=ultrafast interlaced=true ! mp4mux", True),
    "fields422.mp4": ("I422_10LE", "x264enc speed-preset=ultrafast interlaced=true ! mp4mux", True),
}
SIZE, FRAMES, RATE = (96, 64), 20, 10


def make_clip(suite, name, chroma="I420", encoder="x264enc speed-preset=ultrafast ! matroskamux", fields=False):
    """Colour bars, white at the left and blue at the right, that stand still."""
    caps = f"video/x-raw,format={chroma},width={SIZE[0]},height={SIZE[1]},framerate={RATE}/1"
    source = f"videotestsrc pattern=smpte100 num-buffers={FRAMES} ! {caps}"
    if fields:
        source += " ! capssetter caps=video/x-raw,interlace-mode=interleaved"
    return suite.make(name, f"{source} ! {encoder}")


# ---- names


def fresh(suite, name):
    folder = suite.folder / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    return folder


def run_in(suite, folder, script, *arguments, **env):
    """Runs a script of examples/ in a folder."""
    path = suite.source / "examples" / script
    return suite.succeed(["bash", "-c", 'cd -- "$1" && shift && exec "$@"', "_", folder, path, *arguments], **env)


def locations(suite):
    """gst-launch-1.0 reads and writes exactly the files that location_of names."""
    folder = fresh(suite, "locations")
    (folder / "-o").mkdir()
    for name in NAMES:
        (folder / name).write_text(f"this is {name}")
    suite.succeed([
        "bash", "-c",
        '''source "$1"; cd -- "$2"; shift 2; line=()
        for name in "$@"; do line+=(filesrc "$(location_of "$name")" ! filesink "$(location_of "-o/$name")"); done
        gst-launch-1.0 -q "${line[@]}"''',
        "_", suite.source / "examples/common.sh", folder, *NAMES,
    ])
    expect(set(os.listdir(folder)) == {*NAMES, "-o"}, f"{os.listdir(folder)}")
    expect(set(os.listdir(folder / "-o")) == set(NAMES), f"{os.listdir(folder / '-o')}")
    for name in NAMES:
        expect((folder / "-o" / name).read_text() == f"this is {name}", f"another file than {name!r}")


def names(suite, script, some):
    """A script makes its files from clips of such names, and no others."""
    clip = make_clip(suite, "tiny.mkv")
    folder = fresh(suite, f"names of {script} % it's")
    for name in NAMES:
        shutil.copy(clip, folder / name)
    for name in some:
        out = f"-o{name}"
        if script == "shrink.sh":
            out += ".mp4"
            run_in(suite, folder, script, "--", name, out)
            frames = mp4.video(mp4.tracks(folder / out)).samples
            expect(frames == FRAMES, f"{frames} frames of {name!r}")
        elif script == "gif.sh":
            # Another user's file in the way must not break it, or be followed.
            out = f"{name.rpartition('.')[0] or name}.gif"
            for link in (folder / f"{out}.part", folder / out):
                link.symlink_to("ok.mkv")
                if os.geteuid() == 0:
                    os.chown(link, NOBODY, NOBODY, follow_symlinks=False)
                else:  # who cannot make one
                    link.unlink()
            run_in(suite, folder, script, "--", name, QUAD_OUT=".")
            (folder / f"{out}.part").unlink(missing_ok=True)
            expect(not (folder / out).is_symlink() and gif.read(folder / out).size == SIZE, f"no GIF of {name!r}")
        elif script == "extract.sh":
            run_in(suite, folder, script, "--", name, out, "2", TMPDIR=str(folder))
            made = sorted(os.listdir(folder / out))
            expect(made == ["frame-001.jpg", "frame-002.jpg"], f"{made} of {name!r}")
            shutil.rmtree(folder / out)
            run_in(suite, folder, script, "--sheet", "--", name, f"{out}.png", "2", TMPDIR=str(folder))
            expect(png_size(folder / f"{out}.png") == (2 * (SIZE[0] + 8) + 8, SIZE[1] + 16), f"no sheet of {name!r}")
            out += ".png"
        found = set(os.listdir(folder))
        expect(found == {*NAMES, out}, f"{script} made {found - set(NAMES)} of {name!r}")
        (folder / out).unlink()
    expect(all((folder / name).read_bytes() == clip.read_bytes() for name in NAMES), "a clip is another one now")


def names_together(suite, script):
    """As above; several clips in one result."""
    clip = make_clip(suite, "tiny.mkv")
    folder = fresh(suite, f"names of {script} % it's")
    for name in NAMES:
        shutil.copy(clip, folder / name)
    out = "-o %d \" ! x\n"
    if script == "wall.sh":
        out += ".mp4"
        run_in(suite, folder, script, "--", out, *NAMES[::3])
        expect(mp4.video(mp4.tracks(folder / out)).samples == FRAMES // RATE * 30, "not as long as the clips")
    else:
        output = run_in(suite, folder, script, "--", INJECTION, "-rf", NAMES[12], NAMES[15], QUAD_OUT=out)
        expect(set(os.listdir(folder / out)) == {"quad.mp4", "quad.png"}, f"{os.listdir(folder / out)}")
        expect(mp4.video(mp4.tracks(folder / out / "quad.mp4")).samples == FRAMES // RATE * 24, output)
    found = set(os.listdir(folder))
    expect(found == {*NAMES, out}, f"{script} made {found - set(NAMES)}")


def not_utf8(suite):
    name = os.fsdecode(b"\xff\xfe.mkv")
    shutil.copy(make_clip(suite, "tiny.mkv"), suite.folder / name)
    suite.refuse("shrink.sh", [name, "small.mp4"], "is not UTF-8")


# ---- formats


def make_formats(suite):
    for name, how in FORMATS.items():
        if not (suite.folder / name).exists():
            make_clip(suite, name, *how)


def is_bars(suite, path, left, top, width, height):
    colours = [suite.pixel(path, left + int(width * at), top + height // 3) for at in (0.07, 0.93)]
    expect(near(colours[0], (255, 255, 255)) and near(colours[1], (0, 0, 255)), f"{path.name}: {colours}")


def formats(suite, name):
    make_formats(suite)
    suite.script("shrink.sh", name, "small.mp4")
    shown = mp4.video(mp4.tracks(suite.folder / "small.mp4"))
    expect(shown.size == SIZE and shown.samples == FRAMES, f"{shown}")
    is_bars(suite, suite.folder / "small.mp4", 0, 0, *SIZE)
    shutil.rmtree(suite.folder / "of it", ignore_errors=True)
    output = suite.script("extract.sh", name, "of it", "3", QUAD_TYPE="png")
    expect("3 of 3" in output, output)
    is_bars(suite, suite.folder / "of it" / "frame-003.png", 0, 0, *SIZE)
    suite.script("gif.sh", name, "0", "all", "48", "5")
    made = gif.read((suite.folder / name).with_suffix(".gif"))
    expect(made.size == (SIZE[0] // 2, SIZE[1] // 2) and made.seconds == FRAMES / RATE, f"{made.size} {made.seconds}")


def formats_together(suite):
    make_formats(suite)
    for few in (list(FORMATS)[:4], list(FORMATS)[2:]):
        suite.script("quickstart.sh", *few)
        expect(mp4.video(mp4.tracks(suite.folder / "quad.mp4")).samples == FRAMES // RATE * 24, "not all frames")
        for i in range(4):
            # Cells of 638x358 with pictures of 537x358.
            is_bars(suite, suite.folder / "quad.png", i % 2 * 642 + 51, i // 2 * 362, 536, 358)
    suite.script("wall.sh", "wall.mp4", *FORMATS)
    expect(mp4.video(mp4.tracks(suite.folder / "wall.mp4")).samples == FRAMES // RATE * 30, "not all frames")


def gif_as_input(suite):
    suite.make("in.gif", "videotestsrc num-buffers=3 ! video/x-raw,format=RGB,width=32,height=32 ! gifstreamenc")
    for script, arguments in (("gif.sh", ["in.gif"]), ("quickstart.sh", ["in.gif"] * 4), ("wall.sh", ["w.mp4", "in.gif"])):
        suite.refuse(script, arguments, "make a video of it first", QUAD_OUT=str(suite.folder / "clips"))


def add_to(suite):
    suite.add("names_locations", locations, suite)
    # All names go through location_of, some through each script.
    for i, script in enumerate(("shrink.sh", "gif.sh", "extract.sh")):
        suite.add(f"names_{script[:-3]}", names, suite, script, NAMES[3 + i :: 8])
    for script in ("wall.sh", "quickstart.sh"):
        suite.add(f"names_{script[:-3]}", names_together, suite, script)
    suite.add("names_not_utf8", not_utf8, suite)
    for name in FORMATS:
        suite.add(f"formats_{name.replace('.', '_')}", formats, suite, name)
    suite.add("formats_together", formats_together, suite)
    suite.add("formats_gif", gif_as_input, suite)
