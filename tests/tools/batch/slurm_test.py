"""A real Slurm runs the batch as an array: all at once, and with a node that fails midway."""

import os
import unittest

import batches
import cases
import slurm
from batches import QUAD, STANDIN, wait_for

SCRIPT = f"""#!/bin/sh
#SBATCH --requeue
#SBATCH --output=slurm-%a.txt
#SBATCH --open-mode=append
srun '{QUAD}' batch work out --program '{STANDIN}' --lease 3
"""


class Cluster(batches.Case):
    @classmethod
    def setUpClass(cls):
        if why := slurm.missing():
            cls.leave_out(why)
        cls.slurm = slurm.Slurm()
        cls.addClassCleanup(cls.slurm.close)
        if cls.slurm.failure:
            cls.leave_out(f"Slurm does not start here: {cls.slurm.failure}")

    @staticmethod
    def leave_out(why):
        if os.environ.get("CI"):
            raise AssertionError(why)
        raise unittest.SkipTest(why)

    def submit(self, array):
        script = self.folder / "job.sh"
        script.write_text(SCRIPT)
        # Unlike a cluster's, the tests' environment is not that of the machine.
        self.slurm.env.update(QUAD_LOG=str(self.log))
        said = self.slurm.run("sbatch", "--parsable", f"--array={array}", str(script), cwd=self.folder)
        self.assertTrue(said.isdigit(), said)
        return said

    def states(self):
        return self.slurm.run("squeue", "-h", "-o", "%T").split()

    def wait_until_empty(self):
        wait_for(lambda: not self.states(), "the queue is empty")
        return "\n".join(path.read_text() for path in self.folder.glob("slurm-*.txt"))

    def test_array(self):
        # People count from 0, or from 1.
        for array in ("0-3", "1-4"):
            with self.subTest(array=array):
                self.setUp()
                clips = {f"{i}": "ok" for i in range(8)} | {"bad": "bad"}
                self.prepare(clips, 4)
                self.submit(array)
                said = self.wait_until_empty()
                self.assertEqual(said.count("by SLURM_ARRAY_TASK_ID"), 4, said)
                status = self.status()
                self.assertEqual((status["done"], status["failed"], status["waiting"]), (8, 1, 0), said)

    def test_a_node_that_fails_midway(self):
        clips = {f"{i:02}": "ok 0.2" for i in range(40)}
        self.prepare(clips, 4)
        job = self.submit("0-3")
        wait_for(lambda: len(self.logged("done")) >= 8, "some clips are done")
        self.slurm.kill_node()
        self.slurm.run("scontrol", "update", f"nodename={self.slurm.host}", "state=down", "reason=test")
        wait_for(lambda: self.states() and set(self.states()) == {"PENDING"}, "Slurm has put the tasks back")
        done = len(self.logged("done"))
        self.assertLess(done, len(clips))
        self.slurm.start_node()
        self.slurm.run("scontrol", "update", f"nodename={self.slurm.host}", "state=resume")
        # Slurm would wait for two minutes, so that the node hears in time what it shall end.
        wait_for(self.slurm.has_said_all, "the node has heard it")
        for task in range(4):
            self.slurm.run("scontrol", "update", f"jobid={job}_{task}", "starttime=now")
        said = self.wait_until_empty()
        self.assertEqual(self.status()["done"], len(clips), said)
        # Those that ran when the node failed, and no other.
        self.assertLessEqual(len(self.logged("done")), len(clips) + 4)
        self.expect_clean(clips)


if __name__ == "__main__":
    cases.main()
