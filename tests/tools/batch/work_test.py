"""`quad batch` as a user sees it: failures and their reasons, limits, trying again, being stopped, odd names."""

import os
import pathlib
import re
import shlex
import signal
import subprocess
import tarfile
import time

import batches
import cases
from batches import PATIENCE, STANDIN, kill, wait_for
from launch import run


class Failures(batches.Case):
    def test_each_failure_says_why_and_the_shard_goes_on(self):
        clips = {
            "good": "ok",
            "bad": "bad",
            "print": "print",
            "misuse": "misuse",
            "crash": "crash",
            "killed": "killed",
            "nothing": "nothing",
            "part": "part",
            "hang": "hang",
            "last": "ok",
        }
        self.prepare(clips, 2)
        self.assertIn("2 clips done, 8 failed.", self.work("--timeout", 2, "--jobs", 2))
        found = {line["id"]: (line["state"], line.get("reason"), line.get("error")) for line in self.index(status=3)}
        self.assertEqual(
            found,
            {
                "good": ("done", None, None),
                "bad": ("failed", "error", "The clip has no video."),
                "print": ("failed", "error", "no report, \ufffd last line"),
                "misuse": ("failed", "error", "There is no --hat."),
                "crash": ("failed", "crash", "It crashed: Segmentation fault."),
                "killed": ("failed", "killed", "It was killed twice, most likely by the kernel for want of memory."),
                "nothing": ("failed", "output", "It wrote no nothing.gif."),
                "part": ("failed", "error", "It ended with status 1."),
                "hang": ("failed", "timeout", "It was not done after 2 s, the limit of --timeout."),
                "last": ("done", None, None),
            },
        )
        # Half a result is none.
        self.assertEqual(sorted(p.name for p in (self.out / "results").glob("*.gif")), ["good.gif", "last.gif"])
        self.assertEqual(list((self.out / "tmp").iterdir()), [])
        # They are not tried again by themselves.
        self.assertIn("0 clips done, 0 failed.", self.work())

    def test_a_clip_that_eats_memory(self):
        self.prepare({"eat": "eat", "last": "ok"})
        # It is a child of the job that eats.
        self.assertIn("1 clips done, 1 failed.", self.work("--memory", "100M"))
        sidecar = self.sidecar("eat")
        self.assertEqual(sidecar["reason"], "memory")
        self.assertEqual(sidecar["error"], "It took more than 100 MiB, the limit of --memory.")

    def test_sidecar_and_index_tell_what_was_done(self):
        self.prepare({"a": "ok"}, 1, "--", "--rate", "4")
        self.work()
        sidecar = self.sidecar("a")
        self.assertEqual(self.index(), [sidecar])
        clip = self.folder / "clips" / "a"
        for name, value in {
            "outputs": [{"path": "a.gif", "size": len(f"made of {clip}\n")}],
            "frames": 10,
            "duration": 2.5,
            "warnings": ["It is short."],
            "attempts": 1,
            "recipe": "gif",
            "options": ["--rate", "4"],
        }.items():
            self.assertEqual(sidecar[name], value, name)
        self.assertEqual((sidecar["inputs"][0]["path"], sidecar["inputs"][0]["size"]), (str(clip), 3))
        self.assertGreater(sidecar["elapsed"], 0)
        self.assertEqual(len(sidecar["fingerprint"]), 64)

    def test_warnings_are_counted_and_listed(self):
        self.prepare({"a": "damaged", "b": "warned", "c": "two", "d": "damaged"})
        self.assertIn("3 clips done, 1 failed.", self.work())
        both = ["The clip ends too early.", "It is damaged."]
        self.assertEqual([line["warnings"] for line in self.index(status=3)], [both, ["It is damaged."], [], both])
        self.assertEqual(self.status()["warned"], 2)
        self.assertIn("\n  done with warnings: 2; the index of `quad batch merge` has them\n", self.quad("status", "out"))

    def test_retry_by_reason(self):
        self.prepare({"a": "bad", "b": "nothing", "c": "ok"})
        self.work()
        self.assertEqual(self.status()["reasons"], {"error": 1, "output": 1})
        self.assertIn("1 clips are to be done again", self.quad("retry", "out", "--reason", "output"))
        self.assertEqual(self.status()["waiting"], 1)
        self.assertIn("0 clips done, 1 failed.", self.work())
        self.assertEqual([self.sidecar(name)["attempts"] for name in "abc"], [1, 2, 1])
        self.assertIn("No job c failed", self.quad("retry", "out", "--id", "c", status=1))
        self.assertIn("2 clips are to be done again", self.quad("retry", "out"))

    def test_killed_once_is_tried_again(self):
        self.prepare({"a": "once"})
        self.assertIn("1 clips done, 0 failed.", self.work())

    def test_an_input_that_is_gone_or_changed(self):
        self.prepare({"a": "ok", "b": "ok", "c": "ok"})
        (self.folder / "clips" / "a").unlink()
        self.clip("clips/b", "ok 0.0")
        self.assertIn("1 clips done, 2 failed.", self.work())
        self.assertEqual({self.sidecar(name)["reason"] for name in "ab"}, {"input"})
        # Prepared again, what is done stays done.
        self.clip("clips/a", "ok")
        lines = [{"id": name, "input": f"clips/{name}"} for name in "abc"]
        said = self.quad("prepare", self.manifest(lines), "--recipe", "gif", "-o", "out")
        self.assertIn("0 new, 2 changed, 1 as before", said)
        self.assertIn("2 clips done, 0 failed.", self.work())
        self.expect_clean("abc")

    def test_a_result_that_is_gone_is_made_again(self):
        self.prepare({"a": "ok", "b": "ok", "c": "ok"})
        self.work()
        (self.out / "results" / "a.gif").unlink()
        (self.out / "results" / "b.gif").write_text("cut")
        self.assertEqual(self.status()["waiting"], 2)
        self.assertIn("2 clips done", self.work())
        self.assertEqual(sorted(self.logged("done")), ["a", "a", "b", "b", "c"])

    def test_a_program_that_cannot_run_fails_no_clip(self):
        self.prepare({"a": "ok"})
        self.assertIn("does not run jobs", self.quad("work", "out", "--program", "/nothing/here", status=1))
        self.assertEqual(self.status()["waiting"], 1)


class Real(batches.Case):
    """The program itself, with clips that GStreamer makes."""

    def test_pictures_of_good_and_bad_clips(self):
        make = "videotestsrc num-buffers=10 ! video/x-raw,width=64,height=48 ! jpegenc ! avimux ! filesink location="
        run(f"gst-launch-1.0 -q {make}{self.folder}/good.avi", shell=True, check=True, timeout=PATIENCE)
        self.clip("bad.avi", "no clip")
        lines = [{"id": name, "input": f"{name}.avi"} for name in ("good", "bad")]
        self.quad(
            *("prepare", self.manifest(lines), "--recipe", "extract", "-o", "out"),
            *("--", "--rate", "4", "--size", "32x32", "--fit", "fill"),
        )
        self.assertIn("1 clips done, 1 failed.", self.quad("work", "out", "--memory", "2G", "--timeout", PATIENCE))
        good, bad = self.index(status=3)
        with tarfile.open(self.out / "results" / "good.tar") as tar:
            self.assertEqual(len(tar.getnames()), good["frames"])
        self.assertGreater(good["frames"], 0)
        self.assertEqual(bad["reason"], "error")
        self.assertIn("bad.avi", bad["error"])


class FullDisks(batches.Case):
    """The worker stops, and no clip is to blame. With more room all goes on."""

    ADVICE = "No space left on device. Make room for it, or mend the disk, and run this again: what is done stays done."

    def expect_stop(self, disk, *words):
        self.assertIn(self.ADVICE, self.quad("work", "out", *words, status=1))
        status = self.status()
        self.assertEqual((status["done"], status["waiting"], status["running"]), (1, 2, []))
        self.mount(disk, 100)
        self.assertIn("2 clips done, 0 failed.", self.quad("work", "out", *words))
        self.assertTrue(self.is_clean())

    def test_of_results(self):
        self.mount(self.out, 8)
        self.prepare({"a": "ok", "b": "fill", "c": "ok"})
        self.expect_stop(self.out, "--program", STANDIN)

    def test_of_temporary_files(self):
        self.mount(self.folder / "temp", 8)
        self.prepare({"a": "ok", "b": "swell", "c": "ok"})
        self.expect_stop(self.folder / "temp", "--program", STANDIN)

    def make_clip(self, name, size):
        make = f"videotestsrc num-buffers=3 pattern=snow ! video/x-raw,{size} ! jpegenc ! avimux ! filesink location="
        run(f"gst-launch-1.0 -q {make}{self.folder}/{name}", shell=True, check=True, timeout=PATIENCE)

    def test_as_the_program_itself_says_it(self):
        """It removes what it has written, so there is room when the worker looks."""
        for disk, ending in (("out", ".npy"), ("temp", ".tar")):
            with self.subTest(disk=disk):
                self.setUp()
                self.mount(self.folder / disk, 6)
                self.make_clip("small", "width=64,height=48")
                self.make_clip("large", "width=2000,height=1500")
                small = {"input": "small", "options": {"size": "64x48"}}
                lines = [small, {"input": "large"}, dict(small, id="last")]
                recipe = ("--recipe", "extract", "--ending", ending, "-o", "out", "--", "--rate", "30", "--size", "2000x1500")
                self.quad("prepare", self.manifest(lines), *recipe)
                self.expect_stop(self.folder / disk)


class Outputs(batches.Case):
    def test_several_files_and_folders(self):
        self.clip("two", "two")
        self.clip("many", "folder first")
        lines = [{"input": "two", "output": "a/b/two.vtt"}, {"input": "many", "output": "many"}]
        prepare = ("prepare", self.manifest(lines), "--recipe", "extract", "-o", "out")
        self.quad(*prepare)
        self.work()
        first, second = self.index()
        self.assertEqual([o["path"] for o in first["outputs"]], ["a/b/two.vtt", "a/b/two.jpg"])
        self.assertEqual(second["outputs"], [{"path": "many", "files": 3}])
        # A folder takes the place of the old one.
        self.clip("many", "folder second")
        self.assertIn("1 changed, 1 as before", self.quad(*prepare))
        self.assertIn("1 clips done", self.work())
        self.assertEqual((self.out / "results" / "many" / "1.jpg").read_text(), "1 second\n")

    def test_places_of_earlier_results(self):
        """A result of an earlier list lies where a new one is to be, or the other way round."""
        for before, now, why in (("a", "a/b", "needs a folder where there is the file"), ("a/b", "a", "replace a folder that holds results")):
            with self.subTest(before=before):
                self.setUp()
                self.clip("one", "ok")
                lines = [{"input": "one", "output": before}, {"input": "one", "id": "other", "output": "c"}]
                prepare = ("prepare", self.manifest(lines), "--recipe", "gif", "-o", "out")
                self.quad(*prepare)
                self.work()
                lines[0]["output"] = now
                self.manifest(lines)
                self.assertIn(why, self.quad(*prepare, status=1))
                self.assertEqual(self.status()["done"], 2)
                # The clip that has the same output is as it was.
                self.assertTrue((self.out / "results" / before).is_file())

    def test_a_place_that_is_taken_fails_its_clip_alone(self):
        for name in ("x", "y", "z"):
            self.clip(name, "ok")
        lines = [{"input": "x", "output": "a/b/x"}, {"input": "y", "output": "y"}, {"input": "z", "output": "z"}]
        self.quad("prepare", self.manifest(lines), "--recipe", "gif", "-o", "out")
        results = self.out / "results"
        (results / "a").write_text("in the way")
        (results / "y.json").mkdir()
        said = self.work()
        self.assertIn("1 clips done, 2 failed.", said)
        self.assertIn("Cannot make out/results/a: File exists.", said)
        self.assertEqual((results / "a").read_text(), "in the way")
        self.assertEqual(self.status()["waiting"], 2)
        (results / "a").unlink()
        (results / "y.json").rmdir()
        self.assertIn("2 clips done, 0 failed.", self.work())
        self.assertEqual(list((self.out / "tmp").iterdir()), [])

    def test_options_and_names_that_no_clip_could_have(self):
        self.clip("one", "ok")
        prepare = ("prepare", self.manifest([{"input": "one"}]), "--recipe", "gif", "-o", "out", "--")
        for option, why in (("--wdith=3", "not expected: --wdith"), ("-o", "set by"), ("--print", "set by"), ("--report=x", "set by"),
                            ("--width=big", "--width"), ("\udcff", "not UTF-8")):
            self.assertIn(why, self.quad(*prepare, option, status=1), option)
        self.assertFalse(self.out.exists())
        lines = [{"input": "one"}, {"input": "two", "options": {"rats": 3}}]
        said = self.quad("prepare", self.manifest(lines), *prepare[2:], status=1)
        self.assertIn("line 2: `quad gif` does not take its options", said)
        odd = os.fsdecode(os.fsencode(self.folder) + b"/\xff")
        os.mkdir(odd)
        manifest = os.path.join(odd, "m.jsonl")
        with open(manifest, "w") as file:
            file.write('{"input": "one"}\n')
        self.assertIn("is not UTF-8", self.quad("prepare", manifest, *prepare[2:], status=1))

    def test_names_do_not_steer_the_terminal(self):
        self.clip("one", "bad")
        self.quad("prepare", self.manifest([{"input": "one", "id": "a\x1b[31m\nb"}]), "--recipe", "gif", "-o", "out")
        said = self.work() + self.quad("retry", "out", "--id", "\x1b[5mno", status=1)
        self.assertIn("a\\033[31m\\nb", said)
        self.assertNotIn("\x1b", said)

    def test_odd_names(self):
        names = ["a b", "-x", "..", "quote'\"\\", "line\nend", "%41", "ümlaut", "a/b", "w" * 200, "$(id)"]
        lines = []
        for i, name in enumerate(names):
            path = self.clip(f"clips/{i} -'\"\n%é/c;lip", "ok")
            lines.append({"id": name, "input": str(path)})
        self.quad("prepare", self.manifest(lines), "--recipe", "gif", "-o", "out")
        self.assertIn(f"{len(names)} clips done, 0 failed", self.work())
        index = self.index()
        self.assertEqual([line["id"] for line in index], names)
        for line in index:
            path = self.out / "results" / line["outputs"][0]["path"]
            self.assertTrue(path.is_file() and path.parent == self.out / "results", path)


class Pages(batches.Case):
    def test_help_has_examples(self):
        for words in ([], ["prepare"], ["work"], ["status"], ["retry"], ["merge"]):
            said = self.quad(*words, "--help")
            self.assertIn(f"Examples:\n  {' '.join(['quad', 'batch', *words])} ", said)

    def test_the_manual_and_completion_have_all_options(self):
        sources = pathlib.Path(__file__).parents[3] / "gst" / "tools" / "quad"
        manual = re.search(r"^\.Ss batch$(.*?)^\.Sh ", (sources / "quad.1").read_text(), re.M | re.S)[1]
        script = ('source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); compopt() { :; }; _quad; '
                  'printf "%s\\n" "${COMPREPLY[@]}"')
        complete = lambda *words: subprocess.run(["bash", "-c", script, "_", sources / "completion.bash", batches.QUAD, "batch", *words],
                                                 capture_output=True, text=True, check=True, timeout=PATIENCE).stdout.split()
        self.assertEqual(complete("re"), ["retry"])
        self.assertEqual(complete("prepare", "--recipe", "g"), ["grid", "gif"])
        commands = ("prepare", "work", "status", "retry", "merge")
        self.assertLessEqual(set(commands), set(complete("")))
        for command in commands:
            there = set(re.findall(r"(?:^  |,)--([a-z-]+)", self.quad(command, "--help"), re.M))
            self.assertEqual({word[2:] for word in complete(command, "--")}, there)
            for option in there - {"help"}:
                self.assertIn(f"Fl -{option}", manual)

    def test_print_shows_each_job_that_is_to_be_done(self):
        self.prepare({"a": "ok", "it's": "ok"}, 1, "--", "--width", "3")
        self.assertEqual([shlex.split(line) for line in self.quad("work", "out", "--print").splitlines()],
                         [["quad", "gif", "-o", f"out/results/{name}.gif", f"{self.folder}/clips/{name}", "--width", "3"]
                          for name in ("a", "it's")])
        self.assertEqual(self.status()["waiting"], 2)
        self.work()
        self.assertEqual(self.quad("work", "out", "--print"), "")


class Stopped(batches.Case):
    def pids(self):
        """Of jobs of this test, and of what they started. A worker and its guards have no --report either."""
        found = []
        for entry in os.listdir("/proc"):
            try:
                variables = open(f"/proc/{entry}/environ", "rb").read() if entry.isdigit() else b""
                words = open(f"/proc/{entry}/cmdline", "rb").read() if variables else b""
            except OSError:
                continue
            if f"QUAD_LOG={self.log}".encode() in variables and b"batch\0work" not in words:
                found.append(int(entry))
        return found

    def test_sigterm_ends_at_once_and_leaves_nothing(self):
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            with self.subTest(number=number):
                self.prepare({"a": "hang", "b": "hang"})
                worker = self.start("--jobs", 2)
                wait_for(lambda: len(self.pids()) == 4, "two jobs run, and a process of each")
                self.assertEqual(len(self.status()["running"]), 1)
                began = time.monotonic()
                self.assertEqual(kill(worker, number), 130)
                self.assertLess(time.monotonic() - began, 3)
                self.assertEqual((self.pids(), list((self.out / "tmp").iterdir())), ([], []))
                # The lease is free, and no clip has failed.
                self.assertEqual((self.status()["running"], self.status()["waiting"]), ([], 2))

    def test_children_die_with_a_killed_worker(self):
        self.prepare({"a": "hang"})
        worker = self.start()
        wait_for(lambda: len(self.pids()) == 2, "the job runs, and what it started")
        kill(worker)
        wait_for(lambda: not self.pids(), "the job has ended")
        # What it left is removed by the next one, which takes its lease at once.
        self.assertEqual((len(list((self.out / "tmp").iterdir())), self.scratch()), (1, 1))
        began = time.monotonic()
        self.work("--timeout", 0.1)
        self.assertLess(time.monotonic() - began, 10)
        self.assertEqual((list((self.out / "tmp").iterdir()), self.scratch()), ([], 0))

    def test_a_paused_worker_does_not_overwrite(self):
        self.prepare({"a": "ok 0.5"})
        first = self.start("--lease", 1)
        wait_for(self.pids, "the job runs")
        first.send_signal(signal.SIGSTOP)
        self.addCleanup(first.send_signal, signal.SIGCONT)
        wait_for(lambda: self.logged("done"), "its job has ended")
        self.assertIn("1 clips done", self.work("--lease", 1))
        made = self.sidecar("a")
        first.send_signal(signal.SIGCONT)
        self.assertEqual(first.wait(PATIENCE), 0)
        self.assertEqual(self.sidecar("a"), made)
        self.expect_clean(["a"])

    def test_two_workers_share_no_shard(self):
        clips = {str(i): "ok 0.05" for i in range(8)}
        self.prepare(clips)
        workers = [self.start("--lease", 2) for _ in range(3)]
        for worker in workers:
            self.assertEqual(worker.wait(PATIENCE), 0)
        self.assertEqual(sorted(self.logged("done")), sorted(clips))
        self.expect_clean(clips)


class Slow(batches.Case):
    """Storage that does not answer: a clip that nobody writes takes the place of an empty one whose content counts."""

    def setUp(self):
        super().setUp()
        self.path = self.clip("a", "")
        self.path.write_text("")
        lines = [{"id": "a", "input": "a"}, {"id": "b", "input": self.clip("b", "ok").name}]
        self.quad("prepare", self.manifest(lines), "--recipe", "gif", "-o", "out", "--checksum")
        self.path.unlink()
        os.mkfifo(self.path)

    def hold(self):
        """Waits until a worker reads the clip, which goes on until the descriptor is closed."""

        def opened():
            try:
                return os.open(self.path, os.O_WRONLY | os.O_NONBLOCK)
            except OSError:
                return None

        return wait_for(opened, "the clip is read")

    def test_a_worker_that_reads_a_clip_keeps_its_lease(self):
        first = self.start("--claim", "--lease", 3, "--jobs", 2)
        held = self.hold()
        wait_for(lambda: self.sidecar("b"), "the other clip is done")
        second = self.start("--claim", "--lease", 3)
        lease = self.out / "leases" / "00000.0"
        renewals = set()
        wait_for(lambda: renewals.add(lease.stat().st_mtime_ns) or len(renewals) > 4, "the lease is renewed for longer than it holds")
        self.clip("ready", "ok").rename(self.path)
        os.close(held)
        self.assertEqual([worker.wait(PATIENCE) for worker in (first, second)], [0, 0])
        self.assertEqual({self.sidecar(name)["worker"].rpartition(":")[2] for name in "ab"}, {str(first.pid)})
        self.assertEqual([path.name for path in lease.parent.iterdir()], [lease.name])
        self.expect_clean("ab")

    def test_a_worker_that_reads_a_clip_can_be_stopped(self):
        worker = self.start()
        held = self.hold()
        began = time.monotonic()
        self.assertEqual(kill(worker, signal.SIGTERM), 130)
        self.assertLess(time.monotonic() - began, 10)
        os.close(held)
        self.assertEqual((self.status()["waiting"], list((self.out / "tmp").iterdir())), (2, []))


class Progress(batches.Case):
    def test_a_bar_on_a_terminal(self):
        self.prepare({str(i): "ok 0.1" for i in range(5)})
        leader, follower = os.openpty()
        self.quad_on(follower)
        os.close(follower)
        shown = b""
        while True:
            try:
                part = os.read(leader, 65536)
            except OSError:
                break
            if not part:
                break
            shown += part
        os.close(leader)
        self.assertIn(b"\r[####################] 5/5 clips", shown)
        self.assertIn(b" left\x1b[K\r", shown)

    def quad_on(self, terminal):
        subprocess.run(
            [batches.QUAD, "batch", "work", "out", "--program", STANDIN],
            cwd=self.folder,
            env=self.env,
            stderr=terminal,
            stdout=subprocess.DEVNULL,
            timeout=PATIENCE,
            check=True,
        )


if __name__ == "__main__":
    cases.main()
