"""What SLURM and processes of this machine have in common: `submitit`, which submits, watches and requeues jobs."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from dynamicl.specs import SpecError

from .._interrupts import leaving
from ._driver import TRIES
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
            goes_on = report.number in TO_GO_ON or (report.number == signal.SIGTERM and is_preempted())
            if goes_on and callable(handler):
                handler(report.number, None)
            # Leaving without a result says that there is none yet.
            sys.exit(128 + report.number)
        return report.status

    def checkpoint(self) -> Any:
        """Say what submitit starts again: the same, since all of the state is in the folder."""
        return submitit_module().helpers.DelayedSubmission(self)


def is_preempted() -> bool:
    """Tell whether SLURM is taking this job's node for another: it says so in the same way as that it is cancelled."""
    job = os.environ.get("SLURM_JOB_ID")
    if job is None:
        return False
    asked = subprocess.run(
        ["squeue", "-h", "-j", job, "-o", "%T"], capture_output=True, text=True, check=False, timeout=30
    )
    return asked.stdout.strip() == "RUNNING"


class Queue:
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
        except (subprocess.CalledProcessError, submitit_module().core.utils.FailedJobError) as error:
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
        self.stop()
        return f"stopped {len(tasks)} workers; everything that they committed is kept"

    def stop(self) -> None:
        """Ask the processes of this machine to leave, and wait until they are gone."""
        for job in self._jobs.values():
            if job._process is not None:
                job._process.terminate()
        self.wait()

    def wait(self) -> None:
        """Wait until the processes of this machine are gone: they take a second after their last task."""
        for job in self._jobs.values():
            if job._process is not None:
                job._process.wait()


def submitit_module() -> ModuleType:
    """Import submitit when it is needed; it is an extra."""
    try:
        import submitit
        import submitit.helpers
    except ImportError:
        raise SpecError("`place` needs the package submitit: install `dynamicl[cluster]`") from None
    return submitit


def jobs_folder(library: Path) -> Path:
    """Make the folder beside a library's tasks in which submitit keeps its own files."""
    folder = library.absolute() / TASKS / JOBS
    folder.mkdir(parents=True, exist_ok=True)
    return folder
