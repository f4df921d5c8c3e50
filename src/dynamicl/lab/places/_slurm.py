"""SLURM through submitit, which writes the batch script and requeues what ran out of time.

The library lies on a file system that the machines share; its locks are not relied on. SLURM's accounting (`sacct`) is
how submitit learns that a job is gone. Install `dynamicl[cluster]`.
"""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dynamicl.specs import SpecError

from .._planning import ToDo
from ._cutting import count_tasks
from ._driver import drive
from ._place import Home, check_amounts
from ._submitit import JOBS, REQUEUES, Queue, jobs_folder, submitit_module
from ._tasks import TASKS

LOOK = 10
"""Seconds between two questions to `sacct`, about all jobs at once."""


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

    def __post_init__(self) -> None:
        check_amounts(self, ("minutes", "cpus", "runs", "together"), ("gpus", "memory", "grace"))

    def train(self, todo: ToDo, home: Home) -> None:
        """Train what is left to do, see `Place`."""
        executor = self._executor(jobs_folder(home.library.root))
        drive(Queue(executor, _slurm_job(), "slurm", self.runs), todo, home)

    def count(self, todo: ToDo, home: Home) -> int:
        """Count the new tasks."""
        return count_tasks(todo, self.runs)

    def script(self, library: Path) -> str:
        """Return the batch script of a job for a library, and submit nothing."""
        executor = self._executor(library / TASKS / JOBS)
        return str(executor._make_submission_file_text(executor._submitit_command_str, "dry"))

    def _executor(self, folder: Path) -> Any:
        try:
            executor = submitit_module().SlurmExecutor(folder, max_num_timeout=REQUEUES)
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


def _slurm_job() -> Any:
    """Return submitit's job with a watcher of its own, which asks more often than every ten minutes."""
    from submitit.slurm.slurm import SlurmInfoWatcher, SlurmJob

    return type("Job", (SlurmJob,), {"watcher": SlurmInfoWatcher(delay_s=LOOK)})
