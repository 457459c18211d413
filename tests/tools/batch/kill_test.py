"""Workers that are killed at random moments lose nothing and do nothing twice."""

import collections
import random
import signal
import time

import batches
import cases
from batches import PATIENCE, kill, wait_for

WORKERS = 8
CLIPS = {f"clip{i:02}": f"ok 0.{i % 3 + 1}" for i in range(54)}
KILLS = 9


class Killed(batches.Case):
    def keep_killing(self, shares):
        """Workers that are killed at random, each after some more clips, and followed by another. Gives those that live."""
        choice = random.Random(15)
        start = lambda share: self.start(*share, "--lease", 3)
        workers = [start(share) for share in shares]
        for i in range(KILLS):
            wait_for(lambda: len(self.logged("done")) >= 4 * i, "some more clips are done")
            time.sleep(choice.uniform(0, 0.2))
            alive = [k for k, worker in enumerate(workers) if worker.poll() is None]
            # A fast machine may have done all by then.
            if not alive and i > KILLS // 2:
                break
            self.assertTrue(alive)
            k = choice.choice(alive)
            # Mostly the hard way; some are asked.
            kill(workers[k], choice.choice((signal.SIGKILL, signal.SIGKILL, signal.SIGTERM)))
            # Whoever follows a killed one does what that one did.
            workers[k] = start(shares[k])
        return workers

    def expect_all_done_once(self, workers):
        for worker in workers:
            self.assertEqual(worker.wait(PATIENCE), 0)
        self.assertEqual(self.status()["done"], len(CLIPS))
        # A killed worker's jobs are done again: two that ran, and up to four whose results were on their way to the disk.
        counts = collections.Counter(self.logged("done"))
        self.assertEqual(set(counts), set(CLIPS))
        self.assertLessEqual(sum(counts.values()) - len(CLIPS), 6 * KILLS)
        self.assertIn("0 clips done, 0 failed.", self.work("--claim"))
        self.expect_clean(CLIPS)
        # Nothing is done again.
        self.assertEqual(counts, collections.Counter(self.logged("done")))

    def test_eight_workers_that_claim(self):
        self.prepare(CLIPS, 16)
        self.expect_all_done_once(self.keep_killing([("--claim", "--jobs", 2)] * WORKERS))

    def test_workers_of_one_share_each(self):
        self.prepare(CLIPS, WORKERS)
        self.expect_all_done_once(self.keep_killing([("--shard", f"{i}/{WORKERS}") for i in range(WORKERS)]))


if __name__ == "__main__":
    cases.main()
