"""SLURM, and processes of this machine, through `submitit`: it writes the batch script, submits and requeues.

SLURM needs a library on a file system that the machines share; its locks are not relied on, and its accounting
(`sacct`) is how submitit learns that a job is gone. Install `dynamicl[cluster]`.
"""

import math
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from dynamicl.specs import SpecError, check

from .._interrupts import leaving
from .._planning import ToDo
from ._cutting import count_tasks
from ._driver import TRIES, drive
from ._place import Home
from ._tasks import TASKS, Task
from ._work import work

JOBS = "jobs"
"""Folder beside the tasks for submitit's own files and the jobs' logs."""
ARRAY = 1000
"""Jobs of one array: what SLURM takes unless its administrator changed `MaxArraySize`."""
REQUEUES = 1000
"""How often a task that ran out of time may go on in a job of its own; every one gets further."""
TO_GO_ON = (signal.SIGUSR1, signal.SIGUSR2)
"""Signals after which submitit is to start the task again: its job's time is up."""
LOOK = 10
"""Seconds between two questions to `sacct`, about all jobs at once."""


class Assignment:
    """What submitit pickles and a worker calls: the name of a folder."""

    def __init__(self, folder: str):
        """Name a task's folder."""
        self.folder = folder

    def __call__(self) -> str:
        """Train, and say how it ended; at a signal commit, and let submitit requeue."""
        with leaving() as before:
            report = work(Path(self.folder))
        if report.status == "left":
            handler = before.get(signal.SIGUSR2)
            if report.number in TO_GO_ON and callable(handler):
                handler(report.number, None)
            # After SIGTERM, SLURM requeues what it preempts. Leaving without a result says that there is none yet.
            sys.exit(128 + report.number)
        return report.status

    def checkpoint(self) -> Any:
        """Say what submitit starts again: the same, since all of the state is in the folder."""
        return _submitit().helpers.DelayedSubmission(self)


@dataclass(frozen=True)
class Slurm:
    """Train by jobs of SLURM, one array for many tasks.

    Attributes:
        partition: where to; the cluster's default by default.
        minutes: after which SLURM ends a job; it commits before, is requeued and goes on.
        cpus: of each job.
        gpus: of each job; a job's runs are spread over them.
        memory: of each job, in GiB; the cluster's default by default.
        runs: the most runs of a job.
        together: jobs at work at once, at most.
        account: that pays.
        qos: quality of service.
        constraint: features that a node must have.
        grace: seconds before its end at which a job is told to leave.
        setup: shell lines before each job, such as `module load cuda`.
        options: further ones of `sbatch`, as name and value.
    """

    partition: str = ""
    minutes: int = 240
    cpus: int = 4
    gpus: int = 0
    memory: float = 0.0
    runs: int = 64
    together: int = 256
    account: str = ""
    qos: str = ""
    constraint: str = ""
    grace: int = 120
    setup: tuple[str, ...] = ()
    options: tuple[tuple[str, str], ...] = ()

    def train(self, todo: ToDo, home: Home) -> None:
        """Train what is left to do, see `Place`."""
        executor = self._executor(_jobs_folder(home.library.root))
        drive(_Queue(executor, _slurm_job(), "slurm", self.runs), todo, home)

    def count(self, todo: ToDo, home: Home) -> int:
        """Count the new tasks."""
        return count_tasks(todo, self.runs)

    def script(self, library: Path) -> str:
        """Return the batch script of a job for a library, and submit nothing."""
        executor = self._executor(library / TASKS / JOBS)
        return str(executor._make_submission_file_text(executor._submitit_command_str, "dry"))

    def _executor(self, folder: Path) -> Any:
        _check_sizes(self.runs, self.minutes, self.cpus)
        try:
            executor = _submitit().SlurmExecutor(folder, max_num_timeout=REQUEUES)
        except RuntimeError:
            raise SpecError(
                "`place` is slurm, but there is no `srun` on this machine: give the command on a login node of the "
                "cluster, or take place `local` or `here`"
            ) from None
        given = {"partition": self.partition, "account": self.account, "qos": self.qos}
        given |= {
            "constraint": self.constraint,
            "mem": f"{math.ceil(self.memory * 1024)}M" if self.memory else "",
        }
        executor.update_parameters(
            job_name="dynamicl",
            time=self.minutes,
            cpus_per_task=self.cpus,
            array_parallelism=self.together,
            signal_delay_s=self.grace,
            setup=list(self.setup),
            additional_parameters={"requeue": True, **dict(self.options)},
            **({"gpus_per_node": self.gpus} if self.gpus else {}),
            **{name: value for name, value in given.items() if value},
        )
        return executor


@dataclass(frozen=True)
class Local:
    """Train by several processes of this machine, each with a library of its own.

    Attributes:
        workers: processes at once.
        runs: the most runs of a task.
        minutes: after which a process commits, is started again and goes on.
        gpus: of each process, its own; without any, it computes on processors.
    """

    workers: int = 2
    runs: int = 16
    minutes: int = 10_000
    gpus: int = 0

    def train(self, todo: ToDo, home: Home) -> None:
        """Train what is left to do, see `Place`."""
        _check_sizes(self.runs, self.minutes, self.workers)
        submitit = _submitit()
        executor = submitit.LocalExecutor(_jobs_folder(home.library.root), max_num_timeout=REQUEUES)
        executor.update_parameters(timeout_min=self.minutes, gpus_per_node=self.gpus)
        drive(_Queue(executor, submitit.LocalJob, "local", self.runs, self.workers, self.gpus), todo, home)

    def count(self, todo: ToDo, home: Home) -> int:
        """Count the new tasks."""
        return count_tasks(todo, self.runs)


class _Queue:
    """An engine over a submitit executor, see `Engine`."""

    tries = TRIES

    def __init__(self, executor: Any, kind: Any, name: str, runs: int, workers: int = 0, gpus: int = 0):
        self.executor = executor
        self.kind = kind
        self.name = name
        self.runs = runs
        # SLURM's own queue takes all of them at once.
        self.together = workers or sys.maxsize
        self.lasting = workers == 0
        self.pause = 0.2 if workers else 2.0
        self.gpus = gpus
        self._jobs: dict[str, Any] = {}
        self._slots: dict[str, int] = {}

    def submit(self, tasks: Sequence[Task]) -> list[str]:
        """Submit tasks, as arrays where there are many."""
        if self.gpus:
            return [self._submit_to_own_gpus(Assignment(str(task.folder.absolute()))) for task in tasks]
        keys: list[str] = []
        for first in range(0, len(tasks), ARRAY):
            assignments = [Assignment(str(task.folder.absolute())) for task in tasks[first : first + ARRAY]]
            keys += self._submit_some(assignments)
        return keys

    def _submit_some(self, assignments: list[Assignment]) -> list[str]:
        try:
            jobs = self.executor.submit_array(assignments)
        except (subprocess.CalledProcessError, _submitit().core.utils.FailedJobError) as error:
            raise SpecError(f"the queue took no jobs: {error}") from None
        self._jobs |= {job.job_id: job for job in jobs}
        return [job.job_id for job in jobs]

    def _submit_to_own_gpus(self, assignment: Assignment) -> str:
        """Start a process that sees GPUs which no other process of this place sees."""
        while True:
            busy = {slot for key, slot in self._slots.items() if not self._jobs[key].done()}
            free = [slot for slot in range(self.together) if slot not in busy]
            if free:
                break
            # A process whose task is done takes a moment to go.
            time.sleep(self.pause)
        first = free[0] * self.gpus
        self.executor.update_parameters(visible_gpus=list(range(first, first + self.gpus)))
        (key,) = self._submit_some([assignment])
        self._slots[key] = free[0]
        return key

    def ended(self, task: Task) -> str | None:
        """Ask whether a job is still known to be waiting or at work."""
        key = task.job.key
        if key not in self._jobs:
            self._jobs[key] = self.kind(folder=self.executor.folder, job_id=key)
        job = self._jobs[key]
        if not job.done():
            return None
        return f"{job.state}, its log is {job.paths.stderr}"

    def leave(self, tasks: Sequence[Task]) -> str:
        """Let the jobs of a queue go on; end processes of this machine, which commit first."""
        if self.lasting:
            return f"left {len(tasks)} jobs in the queue, where they go on (`scancel` ends them)"
        for task in tasks:
            job = self._jobs.get(task.job.key)
            if job is not None and not job.done():
                job._process.terminate()
        for task in tasks:
            job = self._jobs.get(task.job.key)
            if job is not None:
                job._process.wait()
        return f"stopped {len(tasks)} workers; everything that they committed is kept"


def _slurm_job() -> Any:
    """Return submitit's job with a watcher of its own, which asks more often than every ten minutes."""
    from submitit.slurm.slurm import SlurmInfoWatcher, SlurmJob

    return type("Job", (SlurmJob,), {"watcher": SlurmInfoWatcher(delay_s=LOOK)})


def _submitit() -> ModuleType:
    try:
        import submitit
        import submitit.helpers
    except ImportError:
        raise SpecError("`place` needs the package submitit: install `dynamicl[cluster]`") from None
    return submitit


def _jobs_folder(library: Path) -> Path:
    folder = library.absolute() / TASKS / JOBS
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _check_sizes(runs: int, minutes: int, workers: int) -> None:
    for name, value in (("runs", runs), ("minutes", minutes), ("cpus or workers", workers)):
        check(value >= 1, f"`{name}` of the place is {value}: give 1 or more")
