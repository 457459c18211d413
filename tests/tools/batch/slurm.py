"""A Slurm of one node for a test: its daemons run in a folder of their own and know no other."""

import os
import pathlib
import shutil
import socket
import subprocess
import tempfile
import time

PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "srun", "scontrol", "squeue", "sinfo", "unshare")
PATIENCE = 60

CONFIG = """
ClusterName=quad
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={ports[0]}
SlurmdPort={ports[1]}
AuthType=auth/munge
AuthInfo=socket={folder}/munge/socket
CredType=cred/munge
SlurmUser=root
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
# Neither control groups nor a database.
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SwitchType=switch/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
# More processors than there may be.
SlurmdParameters=config_overrides
ReturnToService=2
SchedulerParameters=batch_sched_delay=0,bf_interval=1,sched_interval=1
KillWait=2
NodeName={host} NodeAddr=127.0.0.1 CPUs=8 State=UNKNOWN
PartitionName=all Nodes={host} Default=YES MaxTime=INFINITE State=UP
"""


def missing():
    """Why there can be no Slurm here, or an empty string."""
    if os.getuid() != 0:
        return "needs root to start Slurm's daemons"
    lacking = [name for name in PROGRAMS if not shutil.which(name, path=_path())]
    return f"needs the Debian package slurm-wlm: there is no {', '.join(lacking)}" if lacking else ""


def _path():
    return os.environ["PATH"] + ":/usr/sbin:/sbin"


def _free_ports(count):
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


class Slurm:
    """To be closed. `failure` says why it does not run."""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="quad-slurm-"))
        # munged wants that nobody else can write where its socket is.
        self.folder.chmod(0o755)
        for name in ("munge", "state", "spool"):
            (self.folder / name).mkdir(mode=0o755)
        self.host = socket.gethostname().split(".")[0]
        config = self.folder / "slurm.conf"
        config.write_text(CONFIG.format(host=self.host, ports=_free_ports(2), folder=self.folder))
        self.env = dict(os.environ, PATH=_path(), SLURM_CONF=str(config))
        self._daemons = {}
        self.failure = self._start()

    def _start(self):
        munge = self.folder / "munge"
        (munge / "key").write_bytes(os.urandom(128))
        (munge / "key").chmod(0o600)
        files = [f"--{name}-file={munge / name}" for name in ("key", "pid", "log", "seed")]
        self._daemon("munged", "--foreground", f"--socket={munge / 'socket'}", *files)
        if not self._comes((munge / "socket").exists):
            return "munged does not start: " + self._text("munge/log")
        self._daemon("slurmctld", "-D", "-c")
        self.start_node()
        if not self._comes(lambda: self.node_state() == "idle"):
            return f"the node is {self.node_state()}: " + self._text("slurmctld.log") + self._text("slurmd.log")
        return ""

    def _daemon(self, name, *arguments, before=()):
        self._daemons[name] = subprocess.Popen(
            [*before, shutil.which(name, path=_path()), *arguments],
            env=self.env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def _comes(self, truth):
        end = time.monotonic() + PATIENCE
        while not truth():
            if time.monotonic() > end or any(one.poll() is not None for one in self._daemons.values()):
                return False
            time.sleep(0.1)
        return True

    def _text(self, name):
        path = self.folder / name
        return path.read_text(errors="replace")[-3000:] if path.exists() else ""

    def run(self, *command, cwd=None):
        done = subprocess.run(
            command, env=self.env, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=PATIENCE
        )
        return done.stdout.strip()

    def node_state(self):
        return self.run("sinfo", "-h", "-o", "%T").rstrip("*$~#!%")

    def has_said_all(self):
        """Whether nothing waits to be told to the node."""
        said = [line.split() for line in self.run("sdiag").splitlines() if line.startswith("Agent ")]
        return self.node_state() == "idle" and all(words[-1] == "0" for words in said if words[1] in ("queue", "count:"))

    def start_node(self):
        # As on a machine of its own, its processes have numbers of their own, and end with it.
        node = ("unshare", "--pid", "--fork", "--mount-proc", "--kill-child")
        self._daemon("slurmd", "-D", "-N", self.host, before=node)

    def kill_node(self):
        """The node fails: all that runs there is gone at once."""
        node = self._daemons.pop("slurmd")
        first = pathlib.Path(f"/proc/{node.pid}/task/{node.pid}/children").read_text().split()
        node.kill()
        node.wait()
        # The first process of a namespace is gone when all others are.
        self._comes(lambda: not any(pathlib.Path(f"/proc/{pid}").exists() for pid in first))

    def close(self):
        if "slurmd" in self._daemons:
            self.kill_node()
        for name in ("slurmctld", "munged"):
            self._daemons[name].terminate()
        for one in self._daemons.values():
            try:
                one.wait(10)
            except subprocess.TimeoutExpired:
                one.kill()
                one.wait()
        shutil.rmtree(self.folder, ignore_errors=True)
