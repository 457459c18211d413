#!/usr/bin/env python3
"""Runs the scripts in examples/ and each launch line of the documents and of the elements' sources.

usage: examples_test.py SOURCE-FOLDER BUILD-FOLDER [PART-OF-A-NAME...]

Prints what GoogleTest would. A launch line is a command that begins with `gst-launch-1.0` or
`gst-inspect-1.0`: in a document in a fenced block, in a source between `|[` and `]|`. It has to end by
itself. Clips that it reads from the working folder or from build/clips are there. `<!-- not run: WHY -->` right before a
fence leaves a block out.

QUAD_MEDIA=FOLDER    compose the first four MP4 files in FOLDER, too; a failure where there are fewer
QUAD_PRELOAD=LIBRARY load LIBRARY into GStreamer's programs
"""

import os
import pathlib
import re
import shutil
import sys

sys.dont_write_bytecode = True
import examples_background
import examples_inputs
import examples_steps
import examples_wall
import gif
import mp4
from examples_lines import lines_of_document, lines_of_source
from examples_suite import Failure, Skip, Suite, expect, jpeg_size, near, png_size


class Examples(Suite):
    def launch_line(self, command, reason):
        if reason:
            raise Skip(reason)
        written = re.findall(r"filesink location=(\S+)", command)
        for name in written:
            (self.folder / name).unlink(missing_ok=True)
        # First clips with a width that no decoder pads.
        clips = [self.folder / "clips" / f"{name}.mp4" for name in ("one", "three", "two", "four")]
        for i, name in enumerate(re.findall(r"filesrc location=([\w./-]+)", command)):
            link = self.folder / name
            link.parent.mkdir(parents=True, exist_ok=True)
            if link.suffix == ".jpg":
                self.make(name, "videotestsrc num-buffers=1 ! video/x-raw,width=1600,height=1200 ! jpegenc")
            elif not link.exists():
                link.symlink_to(clips[i % len(clips)])
        # Nobody watches, so no frame waits until it is due.
        self.succeed(command.replace("autovideosink", "autovideosink sync=false"))
        for name in written:
            # multifilesink numbers its files.
            files = list(self.folder.glob(re.sub(r"%\d*d", "*", name)))
            expect(files and all(f.stat().st_size > 0 for f in files), f"{name} is empty after {command}")

    def make_clips(self):
        folder = self.folder / "clips"
        self.succeed([str(self.source / "examples/make-clips.sh"), str(folder)])
        tracks = {path.name: mp4.tracks(path) for path in folder.glob("*.mp4")}
        expect(set(tracks) == {"one.mp4", "two.mp4", "three.mp4", "four.mp4", "film.mp4"}, str(tracks))
        kinds = {name: sorted(t.kind for t in of) for name, of in tracks.items()}
        expect(kinds["one.mp4"] == ["soun", "vide"], str(kinds))
        expect(kinds["film.mp4"] == ["soun", "vide"], str(kinds))
        expect(all(kinds[n] == ["vide"] for n in ("two.mp4", "three.mp4", "four.mp4")), str(kinds))
        seconds = {name: round(mp4.video(of).seconds, 3) for name, of in tracks.items()}
        expect(seconds == {"one.mp4": 6, "two.mp4": 7, "three.mp4": 5, "four.mp4": 8, "film.mp4": 120}, str(seconds))
        tags = self.succeed(["gst-discoverer-1.0", "-v", str(folder / "two.mp4")])
        expect("image orientation: rotate-90" in tags, tags)

    def compose(self, clips, frames, sound):
        """Runs the quickstart and compares its result with its promises."""
        video, picture = self.folder / "quad.mp4", self.folder / "quad.png"
        output = self.succeed([str(self.source / "examples/quickstart.sh"), *map(str, clips)])
        expect(str(video) in output and str(picture) in output, f"names no results:\n{output}")
        expect("gst-launch-1.0 " in output, f"does not show its line:\n{output}")
        expect(re.search("^quad grid: On the [CG]PU: ", output, re.M), f"does not say what it chose:\n{output}")
        tracks = mp4.tracks(video)
        shown = mp4.video(tracks)
        expect(shown.size == (1280, 720), f"size {shown.size}")
        expect(shown.samples in frames, f"{shown.samples} frames, not {frames}")
        expect(abs(shown.seconds - shown.samples / 24) < 1e-3, f"{shown.seconds} s")
        heard = [t for t in tracks if t.kind == "soun"]
        expect(len(heard) == (1 if sound else 0), f"{len(heard)} tracks of sound")
        for track in heard:
            # A frame and a packet of AAC is the measure of "the same end".
            late = track.seconds - shown.seconds
            expect(abs(late) < 1 / 24 + 1024 / 48000, f"the sound ends {late} s after the video")
        expect(png_size(picture) == (1280, 720), f"a frame of {png_size(picture)}")
        return output

    def quickstart(self):
        clips = self.folder / "clips"
        order = [clips / f"{name}.mp4" for name in ("one", "two", "three", "four")]
        self.compose(order, {120}, sound=True)  # the shortest has 5 s
        shown = lambda x, y: self.pixel(self.folder / "quad.png", x, y)
        # The colour bars of the first clip: white at the left, blue at the right.
        expect(near(shown(30, 60), (255, 255, 255)), f"white: {shown(30, 60)}")
        expect(near(shown(600, 60), (0, 0, 255)), f"blue: {shown(600, 60)}")
        # The second stands upright: 200 wide in the middle of its cell, black at its sides.
        expect(near(shown(700, 180), (0, 0, 0)), f"left of it: {shown(700, 180)}")
        expect(near(shown(1220, 180), (0, 0, 0)), f"right of it: {shown(1220, 180)}")
        expect(not near(shown(962, 40), (0, 0, 0)), f"its top: {shown(962, 40)}")
        # The third is 4:3, and all of the fourth's cell is filled.
        expect(near(shown(30, 540), (0, 0, 0)), f"left of the third: {shown(30, 540)}")
        expect(near(shown(100, 700), (61, 64, 91)), f"the third: {shown(100, 700)}")

    def quickstart_silent_first(self):
        clips = self.folder / "clips"
        order = [clips / f"{name}.mp4" for name in ("four", "three", "two", "one")]
        self.compose(order, {120}, sound=False)

    def quickstart_odd_name(self):
        clip = self.folder / "it's a clip & more.mp4"
        shutil.copy(self.folder / "clips" / "one.mp4", clip)
        others = [self.folder / "clips" / f"{name}.mp4" for name in ("two", "three", "four")]
        output = self.compose([clip, *others], {120}, sound=True)
        # The printed command is valid shell input.
        line = output[output.index("gst-launch-1.0 ") :].split("\nquad grid: ")[0]
        (self.folder / "quad.mp4").unlink()
        self.succeed(line)
        expect(mp4.video(mp4.tracks(self.folder / "quad.mp4")).samples == 120, "not 120 frames")

    def real_clips(self, clips, turn):
        order = clips[turn:] + clips[:turn]
        tracks = [mp4.tracks(clip) for clip in order]
        sound = any(t.kind == "soun" for t in tracks[0])
        shortest = min(mp4.video(of).seconds for of in tracks)
        frames = range(int(shortest * 24), int(shortest * 24) + 2)
        self.compose(order, frames, sound)

    def too_few_clips(self, media, count):
        raise Failure(f"QUAD_MEDIA={media} holds {count} .mp4 files where four are needed")

    def wall(self):
        clips = [str(self.folder / "clips" / f"{n}.mp4") for n in ("one", "three", "three", "three", "two")]
        self.script("wall.sh", "wall.mp4", *clips)
        shown = mp4.video(mp4.tracks(self.folder / "wall.mp4"))
        expect(shown.samples == 7 * 30, f"{shown.samples} frames")

    def shrink(self):
        """The first clip keeps its sound, the second stands upright."""
        self.script("shrink.sh", "clips/one.mp4", "small.mp4")
        tracks = mp4.tracks(self.folder / "small.mp4")
        shown = mp4.video(tracks)
        expect(shown.size == (640, 360) and shown.samples == 180, f"{shown}")
        heard = [t for t in tracks if t.kind == "soun"]
        expect(len(heard) == 1 and abs(heard[0].seconds - 6) < 0.1, f"sound: {heard}")
        self.script("shrink.sh", "clips/two.mp4", "small.mp4")
        tracks = mp4.tracks(self.folder / "small.mp4")
        width, height = mp4.video(tracks).size
        expect(height == 360 and abs(width - 202.5) <= 1, f"{width}x{height}")
        expect([t.kind for t in tracks] == ["vide"], f"{tracks}")
        # H.264 in 4:2:0 has no odd sides.
        self.make("odd.mp4", "videotestsrc num-buffers=3 ! video/x-raw,format=Y444,width=201,height=111 ! x264enc ! mp4mux")
        self.script("shrink.sh", "odd.mp4", "small.mp4")
        width, height = mp4.video(mp4.tracks(self.folder / "small.mp4")).size
        expect((width, height) == (200, 110), f"{width}x{height}")

    def shrink_interrupted(self):
        """What is there stays, and nothing else is left."""
        small = self.folder / "kept.mp4"
        small.write_text("kept")
        output = self.interrupt("shrink.sh", ["clips/film.mp4", small],
                                lambda: any(part.stat().st_size for part in self.folder.glob(".quad-*")))
        expect(self.status == 130 and "shrink: interrupted" in output, f"status {self.status}:\n{output}")
        expect(small.read_text() == "kept", "half a file has replaced what was there")
        expect(not list(self.folder.glob(".quad-*")), "a part of a file is left over")

    def shrink_sound_without_decoder(self):
        off = ",".join(f"{name}:NONE" for name in ("avdec_aac", "avdec_aac_fixed", "avdec_aac_latm", "faad", "fdkaacdec"))
        output = self.script("shrink.sh", "clips/one.mp4", "small.mp4", GST_PLUGIN_FEATURE_RANK=off)
        expect("the sound of clips/one.mp4 cannot be decoded" in output, output)
        tracks = mp4.tracks(self.folder / "small.mp4")
        expect([(t.kind, t.samples) for t in tracks] == [("vide", 180)], f"{tracks}")

    def extract(self):
        """Pictures of the first clip, colour bars that do not move, and a sheet of the one that stands upright."""
        folder = self.folder / "pictures"
        shutil.rmtree(folder, ignore_errors=True)
        script = str(self.source / "examples/extract.sh")
        self.succeed([script, "clips/one.mp4", "pictures", "3"], QUAD_TYPE="png", QUAD_WIDTH="320")
        names = sorted(path.name for path in folder.iterdir())
        expect(names == ["frame-001.png", "frame-002.png", "frame-003.png"], str(names))
        expect(png_size(folder / names[0]) == (320, 180), f"a picture of {png_size(folder / names[0])}")
        output = self.succeed([script, "--sheet", "clips/two.mp4", "sheet.png", "6"], QUAD_WIDTH="90")
        expect("6 of 6" in output, output)
        # Upright, 360x640. Four in a row, eight pixels around each.
        expect(png_size(self.folder / "sheet.png") == (4 * (90 + 8) + 8, 2 * (160 + 8) + 8),
               f"a sheet of {png_size(self.folder / 'sheet.png')}")
        self.succeed([script, "--sheet", "clips/four.mp4", "it's a sheet.jpg", "2"])
        head = (self.folder / "it's a sheet.jpg").read_bytes()[:3]
        expect(head == b"\xff\xd8\xff", "no JPEG")

    def contact_sheet(self):
        """Six photos, one of them with an odd name, one damaged and one empty, three in a row."""
        folder = self.folder / "photos"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        for name, size in (("a", "width=320,height=240"), ("it's \"b\" %d", "width=90,height=160"),
                           ("c", "width=1201,height=801"), ("d", "width=64,height=64")):
            self.succeed(["gst-launch-1.0", "-q", "videotestsrc", "num-buffers=1", "!", f"video/x-raw,format=I420,{size}", "!",
                          "jpegenc", "!", "filesink", "location=photos/new.jpg"])
            (folder / "new.jpg").rename(folder / f"{name}.jpg")
        (folder / "e.JPEG").write_bytes(b"no photo")
        (folder / "f.jpg").touch()
        output = self.succeed([str(self.source / "examples/contact-sheet.sh"), "photos", "photos.JPG", "100"])
        expect("4 of 6 photos" in output and "e.JPEG is left out" in output, output)
        expect("f.jpg is left out: it holds no picture" in output, output)
        side = 2 * (100 + 8) + 8
        expect(jpeg_size(self.folder / "photos.JPG") == (side, side), f"a sheet of {jpeg_size(self.folder / 'photos.JPG')}")

    def gif(self, arguments, name, size, delays, **env):
        """Runs gif.sh and checks its GIF."""
        path = self.folder / name
        path.unlink(missing_ok=True)
        output = self.succeed([str(self.source / "examples/gif.sh"), *map(str, arguments)], **env)
        expect(output.rstrip().endswith(f": {path}"), f"does not name {path}:\n{output}")
        made = gif.read(path)
        expect(made.size == size, f"size {made.size}")
        expect(made.loop == 0, f"loop {made.loop}")
        expect(made.delays == delays, f"delays {made.delays}")
        expect(made.areas[0] == (0, 0, *size), f"the first image is at {made.areas[0]}")
        return path.stat().st_size, output

    def gif_part(self):
        """Ten frames a second of a clip of 24, exact and not."""
        wanted = ["clips/four.mp4", "1.5", "2.3", "320", "10"], "four.gif", (320, 180), [10] * 23
        exact, _ = self.gif(*wanted)
        lossy, _ = self.gif(*wanted, QUAD_LOSSY="40")
        expect(lossy < exact, f"lossy: {lossy} bytes, exact: {exact}")
        expect(not list(self.folder.glob(".quad-*")), "something is left over")

    def gif_whole(self):
        """Clips as they are at 12 frames a second: one that is stored on its side, and one that is too wide."""
        script = str(self.source / "examples/gif.sh")
        for name, size, seconds in (("two", (360, 640), 7), ("four", (480, 270), 8)):
            (self.folder / f"{name}.gif").unlink(missing_ok=True)
            self.succeed([script, f"clips/{name}.mp4"])
            made = gif.read(self.folder / f"{name}.gif")
            expect(made.size == size, f"size {made.size}")
            expect(made.seconds == seconds, f"{made.seconds} s")
            # Pictures that are the same count as one.
            expect(seconds * 12 * 0.8 < len(made.delays) <= seconds * 12, f"{len(made.delays)} images")

    def gif_odd_name(self):
        """A name, and a clip that is not 4:2:0."""
        clip = self.folder / 'it\'s "a" \\ clip & more.of.it.mkv'
        pipeline = "videotestsrc pattern=zone-plate kx2=20 ky2=20 kt=3 num-buffers=30 ! video/x-raw,format=I422_10LE"
        pipeline += ",width=320,height=180,framerate=10/1 ! x264enc speed-preset=ultrafast ! matroskamux"
        self.succeed(["gst-launch-1.0", "-q", *pipeline.split(), "!", "filesink", "location=clip.mkv"])
        (self.folder / "clip.mkv").rename(clip)
        self.gif([clip, "0", "1", "160", "25/5"], clip.stem + ".gif", (160, 90), [20] * 5)

    def gif_beside_video(self):
        """The same frames as GIF and as video of a variable rate: all are shown for as long, the last one, too."""
        frames = "filesrc location=clips/four.mp4 ! decodebin ! frameextract timestamp-list='0.5, 0.7, 1.5, 1.58, 3'"
        frames += " ! quaddownscale divisor=1 max-width=320 ! videoconvert"
        self.succeed(f'gst-launch-1.0 -q {frames} ! gifstreamenc ! filesink location=beside.gif')
        self.succeed(f'gst-launch-1.0 -q {frames} ! x264enc bframes=0 ! mp4mux ! filesink location=beside.mp4')
        # The frames on screen then are the 12th, 16th, 36th, 37th and 72nd of 24 a second.
        wanted = [(b - a) / 24 for a, b in ((12, 16), (16, 36), (36, 37), (37, 72), (72, 73))]
        shown = mp4.video(mp4.tracks(self.folder / "beside.mp4"))
        expect(shown.samples == len(wanted), f"{shown.samples} frames")
        expect(all(abs(a - b) < 1e-3 for a, b in zip(shown.durations, wanted)), f"{shown.durations}, not {wanted}")
        made = gif.read(self.folder / "beside.gif")
        expect(made.delays == [17, 83, 4, 146, 4], f"{made.delays}")


def main():
    source, build = (pathlib.Path(a).resolve() for a in sys.argv[1:3])
    suite = Examples(source, build)
    suite.add("make_clips", suite.make_clips)
    suite.add("quickstart", suite.quickstart)
    suite.add("quickstart_silent_first", suite.quickstart_silent_first)
    suite.add("quickstart_odd_name", suite.quickstart_odd_name)
    suite.add("quickstart_two_clips", suite.refuse, "quickstart.sh", ["a", "b"], "give four clips")
    suite.add("quickstart_no_file", suite.refuse, "quickstart.sh", ["a", "b", "c", "d"], "no file a")
    script, clip = str(source / "examples/quickstart.sh"), "clips/four.mp4"
    suite.add("quickstart_no_clip", suite.refuse, "quickstart.sh", [script] * 4, f"{script} has no video")
    suite.add("shrink", suite.shrink)
    suite.add("shrink_interrupted", suite.shrink_interrupted)
    suite.add("shrink_sound_without_decoder", suite.shrink_sound_without_decoder)
    suite.add("shrink_usage", suite.refuse, "shrink.sh", ["a"], "give a clip and the name of the result")
    suite.add("shrink_itself", suite.refuse, "shrink.sh", [clip, clip], f"{clip} is the clip itself")
    suite.add("shrink_device", suite.refuse, "shrink.sh", [clip, "/dev/null"], "/dev/null is there already and not a file")
    suite.add("wall_usage", suite.refuse, "wall.sh", ["a"], "at least one clip")
    suite.add("live_wall_usage", suite.refuse, "live-wall.sh", ["soon"], "not soon")
    examples_background.add_to(suite)
    examples_inputs.add_to(suite)
    examples_steps.add_to(suite)
    suite.add("wall", suite.wall)
    suite.add("extract", suite.extract)
    suite.add("extract_usage", suite.refuse, "extract.sh", [], "examples/extract.sh CLIP")
    suite.add("extract_no_file", suite.refuse, "extract.sh", ["a", "b"], "there is no file a")
    suite.add("extract_no_clip", suite.refuse, "extract.sh", [script, "b"], f"{script} has no video")
    suite.add("extract_no_type", suite.refuse, "extract.sh", ["--sheet", script, "b.gif"], "not as gif")
    suite.add("extract_no_count", suite.refuse, "extract.sh", [script, "b", "many"], "many")
    suite.add("contact_sheet", suite.contact_sheet)
    for name, arguments, message in (
        ("usage", ["a"], "examples/contact-sheet.sh FOLDER"),
        ("no_folder", ["a", "b.jpg"], "a is not a folder"),
        ("no_photos", [str(source / "gst"), "b.jpg"], "holds no .jpg"),
        ("no_jpeg", [".", "b.gif"], "not as gif"),
        ("no_width", [".", "b.jpg", "wide"], "wide"),
    ):
        suite.add(f"contact_sheet_{name}", suite.refuse, "contact-sheet.sh", arguments, message)
    for function in (suite.gif_part, suite.gif_whole, suite.gif_odd_name, suite.gif_beside_video):
        suite.add(function.__name__, function)
    for name, arguments, message in (
        ("usage", [], "examples/gif.sh CLIP"),
        ("no_file", ["a"], "there is no file a"),
        ("no_clip", [script], f"{script} has no video"),
        ("no_start", [clip, "soon"], "a number of seconds, as 12.5, not soon"),
        ("no_length", [clip, "1", "0.0"], "a number of seconds above 0, as 4.5, not 0.0"),
        ("no_width", [clip, "1", "1", "wide"], "wide"),
        ("no_rate", [clip, "1", "1", "320", "0"], "not 0"),
        ("fast", [clip, "1", "1", "320", "101/2"], "to 50, which is what browsers show, not 101/2"),
        ("beyond", [clip, "60", "1"], "clips/four.mp4 ends at 8.000 s"),
        ("many", [clip, "1", "1", "320", "10", "more"], "examples/gif.sh CLIP"),
    ):
        suite.add(f"gif_{name}", suite.refuse, "gif.sh", arguments, message)
    examples_wall.add_to(suite)
    suite.add("live_wall", suite.script, "live-wall.sh", "2")
    tested = {"extract.sh", "gif.sh", "make-clips.sh", "quickstart.sh", "shrink.sh", "wall.sh", "live-wall.sh", "common.sh",
              "contact-sheet.sh", "background.sh", "camera-wall.sh"}
    for path in sorted((source / "examples").glob("*.sh")):
        if path.name not in tested:
            suite.add(path.stem, suite.script, path.name)

    places = [(p, lines_of_document) for p in [source / "README.md", *sorted((source / "docs").rglob("*.md"))]]
    places += [(p, lines_of_source) for p in sorted((source / "gst/elements").rglob("*.cpp"))]
    for path, reader in places:
        if not path.exists():
            continue
        place = re.sub(r"\W", "_", str(path.relative_to(source)))
        for number, command, reason in reader(path.read_text()):
            suite.add(f"{place}_line_{number}", suite.launch_line, command, reason)

    media = os.environ.get("QUAD_MEDIA")
    clips = sorted(pathlib.Path(media).resolve().glob("*.mp4"))[:4] if media else []
    if len(clips) == 4:
        for turn in range(4):
            suite.add(f"real_clips_{turn + 1}", suite.real_clips, clips, turn)
    elif media:
        suite.add("real_clips", suite.too_few_clips, media, len(clips))
    return suite.run_all(sys.argv[3:])


sys.exit(main())
