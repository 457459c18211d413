"""Workers that are killed at random moments lose nothing and do nothing twice."""

import collections
import random
import signal
import time

import batches
import cases
from batches import PATIENCE, kill

WORKERS = 8
CLIPS = {f"clip{i:02}": f"ok 0.{i % 3}" for i in range(64)}
SECONDS = 8  # of killing


class Killed(batches.Case):
    def keep_killing(self, *arguments):
        """Kills a random worker every now and then and starts another. Gives the workers and the number of kills."""
        choice = random.Random(15)
        workers = [self.start(*arguments, "--lease", 3) for _ in range(WORKERS)]
        kills = 0
        end = time.monotonic() + SECONDS
        while time.monotonic() < end and len(self.logged("done")) < len(CLIPS) - WORKERS:
            time.sleep(choice.uniform(0.02, 0.3))
            i = choice.randrange(WORKERS)
            if workers[i].poll() is not None:
                continue
            # Mostly the hard way; some are asked.
            number = choice.choice((signal.SIGKILL, signal.SIGKILL, signal.SIGTERM))
            kill(workers[i], number)
            kills += 1
            workers[i] = self.start(*arguments, "--lease", 3)
        return workers, kills

    def expect_all_done_once(self, workers, kills):
        for worker in workers:
            self.assertEqual(worker.wait(PATIENCE), 0)
        self.assertGreater(kills, 5)
        self.assertEqual(self.status()["done"], len(CLIPS))
        # A worker that was killed between the end of a job and its result does that job again, no other.
        counts = collections.Counter(self.logged("done"))
        self.assertEqual(set(counts), set(CLIPS))
        self.assertLessEqual(sum(counts.values()) - len(CLIPS), kills)
        self.assertIn("0 clips done, 0 failed.", self.work("--claim"))
        self.expect_clean(CLIPS)
        # Nothing is done again.
        self.assertEqual(counts, collections.Counter(self.logged("done")))

    def test_eight_workers_that_claim(self):
        self.prepare(CLIPS, 16)
        self.expect_all_done_once(*self.keep_killing("--claim", "--jobs", 2))

    def test_workers_of_one_share_each(self):
        self.prepare(CLIPS, WORKERS)
        choice = random.Random(16)
        shares = [("--shard", f"{i}/{WORKERS}", "--lease", 3) for i in range(WORKERS)]
        workers = [self.start(*share) for share in shares]
        kills = 12
        for _ in range(kills):
            time.sleep(choice.uniform(0.02, 0.2))
            i = choice.randrange(WORKERS)
            kill(workers[i])
            # Whoever follows a killed one does what that one did.
            workers[i] = self.start(*shares[i])
        self.expect_all_done_once(workers, kills)


if __name__ == "__main__":
    cases.main()
