"""One reader of a video, as a process of its own: ./training_reader.py WHO TASK CLIP PART PARTS SECONDS.

Reads its part of a task and prints what it cost and what it saw, in JSON. WHO is a row of READERS, TASK one of:

    random   the frames at 100 random times, RGB in the clip's size, in batches of 10
    second   a frame a second, 224x224 RGB
    every    all frames, 224x224 RGB
    decode   all frames, as they are decoded
"""

import json
import random
import resource
import subprocess
import sys
import time

SIZE = 224
SEED = 16


def limits(part, parts, whole):
    return whole * part / parts, whole * (part + 1) / parts


def batches_of(part, parts, seconds):
    """The random times that this part of the task wants, batch by batch."""
    draw = random.Random(16)
    times = [draw.uniform(0, seconds - 1) for _ in range(100)]
    begin, end = map(int, limits(part, parts, 10))
    return [times[10 * n : 10 * n + 10] for n in range(begin, end)]


def seconds_of(part, parts, seconds):
    begin, end = limits(part, parts, seconds)
    return [t for t in range(int(seconds)) if begin <= t < end]


# ---- This project


def quadtensor_clip(task, path, part, parts, seconds):
    import quadtensor

    scaled = {"width": SIZE, "height": SIZE} if task in ("second", "every") else {}
    clip = quadtensor.Clip(path, format=None if task == "decode" else "RGB", device="cpu", **scaled)
    if task != "decode":
        len(clip)  # a clip whose frames are known spares decoding those that are not wanted
    if task == "random":
        for times in batches_of(part, parts, seconds):
            yield clip.frames_played_at(times)
        return
    begin, end = limits(part, parts, seconds)
    for frame in clip.frames_in(begin, end, rate=1 if task == "second" else None):
        yield frame[0]


# ---- Peers


def stacked(task, one_by_one, part, parts, seconds):
    """Batches of the frames that `one_by_one` yields for ascending times; for other tasks its frames."""
    if task != "random":
        yield from one_by_one(seconds_of(part, parts, seconds))
        return
    import numpy

    for times in batches_of(part, parts, seconds):
        order = sorted(range(len(times)), key=times.__getitem__)
        batch = None
        for place, picture in zip(order, one_by_one([times[n] for n in order])):
            if batch is None:
                batch = numpy.empty((len(times), *picture.shape), picture.dtype)
            batch[place] = picture
        yield batch


def pyav(task, path, part, parts, seconds):
    import av

    av.logging.restore_default_callback()  # else a message of a decoding thread may wait for ever
    container = av.open(path)
    stream = container.streams.video[0]
    stream.thread_type = "AUTO"
    unit = float(stream.time_base)
    begin, end = limits(part, parts, seconds)

    def all_frames():
        if begin:
            container.seek(int(begin / unit), stream=stream)
        for frame in container.decode(stream):
            if frame.time >= end:
                return
            if frame.time >= begin:
                yield frame

    def frames_at(times):
        now = after = decoded = None
        for wanted in times:
            # A group of pictures has 10 s here: where the next time is nearer than that, going on costs no more.
            if after is None or wanted - after.time > 10:
                container.seek(int(wanted / unit), stream=stream)
                decoded = container.decode(stream)
                now, after = None, next(decoded)
            while after is not None and after.time <= wanted:
                now, after = after, next(decoded, None)
            yield now

    def pictures(times):
        for frame in all_frames() if task in ("every", "decode") else frames_at(times):
            if task == "decode":
                yield None
            elif task == "random":
                yield frame.to_ndarray(format="rgb24")
            else:
                yield frame.reformat(SIZE, SIZE, "rgb24", interpolation="AREA").to_ndarray()

    return stacked(task, pictures, part, parts, seconds)


def opencv(task, path, part, parts, seconds):
    import cv2

    capture = cv2.VideoCapture(path, cv2.CAP_FFMPEG)
    rate = capture.get(cv2.CAP_PROP_FPS)

    def pictures(times):
        begin, end = (round(t * rate) for t in limits(part, parts, seconds))
        wanted = range(begin, end) if task in ("every", "decode") else [int(t * rate + 1e-6) for t in times]
        at = -1
        for number in wanted:
            # As above.
            if at < 0 and number > 0 or not 0 <= number - at <= 10 * rate:
                capture.set(cv2.CAP_PROP_POS_FRAMES, number)
                at = number
            at = max(at, 0)
            while at <= number:
                capture.grab()
                at += 1
            if task == "decode":
                yield None
                continue
            _, picture = capture.retrieve()
            if task != "random":
                picture = cv2.resize(picture, (SIZE, SIZE), interpolation=cv2.INTER_AREA)
            yield cv2.cvtColor(picture, cv2.COLOR_BGR2RGB)

    return stacked(task, pictures, part, parts, seconds)


def ffmpeg(task, path, part, parts, seconds):
    """A pipe from ffmpeg, and for random times one for each."""
    # A child's peak counts from its parent's memory on, so NumPy comes after the first one.
    begin, end = limits(part, parts, seconds)
    scale = f"scale={SIZE}:{SIZE}:flags=area,format=rgb24"
    filters = {"random": "format=rgb24", "second": f"fps=1:round=up:start_time=0,{scale}", "every": scale}

    def pictures(times):
        shape = (1080, 1920, 3) if task == "random" else (SIZE, SIZE, 3)
        for start in times if task == "random" else [begin]:
            much = ["-frames:v", "1"] if task == "random" else ["-t", str(end - begin)]
            out = ["-f", "null", "-"] if task == "decode" else ["-vf", filters[task], "-f", "rawvideo", "-"]
            line = ["ffmpeg", "-v", "error", "-nostdin", "-ss", str(start), "-i", path, *much, "-an", *out]
            with subprocess.Popen(line, stdout=subprocess.PIPE) as process:
                import numpy

                length = shape[0] * shape[1] * shape[2]
                while len(data := process.stdout.read(length)) == length:
                    yield numpy.frombuffer(data, numpy.uint8).reshape(shape)

    return stacked(task, pictures, part, parts, seconds)


READERS = {
    "quadtensor": quadtensor_clip,
    "PyAV": pyav,
    "OpenCV": opencv,
    "ffmpeg": ffmpeg,
}


def main():
    who, task, path, part, parts, seconds = sys.argv[1:]
    began = time.monotonic()
    count, total = 0, 0.0
    for picture in READERS[who](task, path, int(part), int(parts), float(seconds)):
        count += 1
        if picture is not None and task != "decode":
            import numpy

            total += float(numpy.asarray(picture)[..., ::8, ::8, :].mean())
        picture = None
    own, children = (resource.getrusage(of) for of in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    cpu = sum(each.ru_utime + each.ru_stime for each in (own, children))
    peak = (own.ru_maxrss + children.ru_maxrss) / 1024
    print(json.dumps({"cpu": cpu, "wall": time.monotonic() - began, "peak": peak, "count": count,
                      "mean": total / max(count, 1)}))  # fmt: skip


if __name__ == "__main__":
    main()
