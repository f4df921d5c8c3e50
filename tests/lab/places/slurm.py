"""A SLURM of two nodes on loopback, started and stopped by whoever tests with it.

Without accounting `sacct` fails; a script of the same name answers in its place, from `scontrol`.
"""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

PROGRAMS = ("slurmctld", "slurmd", "sbatch", "srun", "scontrol", "squeue", "scancel")

CONFIGURATION = """
ClusterName=tests
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={ports[0]}
AuthType=auth/none
CredType=cred/none
AuthInfo=cred_expire=5
SlurmUser={user}
SlurmdUser={user}
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
MpiDefault=none
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
ReturnToService=2
SlurmdTimeout=30
KillWait=10
MinJobAge=3600
SchedulerParameters=defer_batch,sched_interval=1,bf_interval=1,batch_sched_delay=0
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
JobRequeue=1
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool-%n
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd-%n.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd-%n.log
NodeName=one NodeHostname={host} NodeAddr=127.0.0.1 Port={ports[1]} CPUs=1
NodeName=two NodeHostname={host} NodeAddr=127.0.0.1 Port={ports[2]} CPUs=1
PartitionName=low Nodes=one,two Default=YES MaxTime=60 PriorityTier=1 GraceTime=20
PartitionName=high Nodes=one,two MaxTime=60 PriorityTier=10 PreemptMode=OFF
"""

SACCT = r"""#!/bin/sh
echo "JobID|State|NodeList"
scontrol -o show jobs | awk '{
  id = ""; array = ""; row = ""; state = ""; nodes = ""
  for (i = 1; i <= NF; i++) {
    split($i, part, "=")
    if (part[1] == "JobId") id = part[2]
    if (part[1] == "ArrayJobId") array = part[2]
    if (part[1] == "ArrayTaskId") row = part[2]
    if (part[1] == "JobState") state = part[2]
    if (part[1] == "NodeList") nodes = part[2]
  }
  if (array == "") print id "|" state "|" nodes
  else if (row ~ /^[0-9]+$/) print array "_" row "|" state "|" nodes
  else print array "_[" row "]|" state "|" nodes
}'
"""


class NoSlurm(RuntimeError):
    """The daemons are there, and the nodes do not become idle."""


def missing():
    """Say which of SLURM's programs are not on this machine; nothing where all are."""
    return [name for name in PROGRAMS if shutil.which(name, path=search_path()) is None]


def search_path():
    return os.environ.get("PATH", "") + os.pathsep + "/usr/sbin"


def free_ports(count):
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


@contextlib.contextmanager
def slurm(folder: Path):
    """Start a cluster; yields the environment in which its commands and jobs run."""
    for name in ("state", "spool-one", "spool-two", "bin"):
        (folder / name).mkdir(parents=True)
    sacct = folder / "bin" / "sacct"
    sacct.write_text(SACCT)
    sacct.chmod(0o755)
    host = socket.gethostname().partition(".")[0]
    text = CONFIGURATION.format(
        host=host, ports=free_ports(3), folder=folder, user=os.environ.get("USER") or "root"
    )
    (folder / "slurm.conf").write_text(text)
    environment = os.environ | {
        "SLURM_CONF": str(folder / "slurm.conf"),
        "PATH": f"{folder / 'bin'}{os.pathsep}{search_path()}",
    }
    commands = [["slurmctld", "-D", "-i"], ["slurmd", "-D", "-N", "one"], ["slurmd", "-D", "-N", "two"]]
    daemons = []
    try:
        for command in commands:
            program = shutil.which(command[0], path=search_path())
            log = (folder / f"{'-'.join(command)}.out").open("w")
            with log:
                daemons.append(
                    subprocess.Popen(
                        [program, *command[1:], "-f", str(folder / "slurm.conf")],
                        env=environment,
                        stdout=log,
                        stderr=log,
                    )
                )
        _wait_for_nodes(environment, folder)
        yield environment
    finally:
        _end_jobs(environment)
        for daemon in reversed(daemons):
            daemon.send_signal(signal.SIGTERM)
        for daemon in daemons:
            try:
                daemon.wait(5)
            except subprocess.TimeoutExpired:
                daemon.kill()
                daemon.wait()


def _end_jobs(environment):
    """Kill all jobs, and wait until their steps are gone: they would outlive the daemons."""
    user = ["--user", environment.get("USER") or "root"]
    with contextlib.suppress(subprocess.SubprocessError, OSError):
        for command in (["scancel", "--full", "--signal", "KILL", *user], ["scancel", *user]):
            subprocess.run(command, env=environment, timeout=20, check=False, capture_output=True)
        for _ in range(60):
            jobs = subprocess.run(
                ["squeue", "-h"], env=environment, timeout=20, check=False, capture_output=True, text=True
            )
            if not jobs.stdout.strip():
                return
            time.sleep(0.3)


def _wait_for_nodes(environment, folder):
    for _ in range(100):
        answer = subprocess.run(
            ["sinfo", "-h", "-N", "-p", "low", "-o", "%t"],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if answer.stdout.split() == ["idle", "idle"]:
            return
        time.sleep(0.3)
    logs = "".join(path.read_text()[-2000:] for path in folder.glob("*.log"))
    raise NoSlurm(f"{answer.stdout} {answer.stderr} {logs}")
