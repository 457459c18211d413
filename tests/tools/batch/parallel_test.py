"""GNU parallel starts the workers."""

import shutil
import subprocess
import unittest

import batches
import cases
from batches import PATIENCE, QUAD, STANDIN


@unittest.skipUnless(shutil.which("parallel"), "needs the Debian package parallel")
class Parallel(batches.Case):
    def test_a_shard_each(self):
        clips = {f"{i}": "ok" for i in range(12)}
        self.prepare(clips, 4)
        done = subprocess.run(
            f"seq 0 3 | parallel --will-cite -j 2 '{QUAD}' batch work out --shard {{}}/4 --program '{STANDIN}'",
            shell=True,
            cwd=self.folder,
            env=dict(self.env, HOME=str(self.folder)),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=PATIENCE,
        )
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertEqual(sorted(self.logged("done")), sorted(clips))
        self.expect_clean(clips)


if __name__ == "__main__":
    cases.main()
