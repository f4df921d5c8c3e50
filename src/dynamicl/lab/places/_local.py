"""Several processes of this machine, each with a library of its own, through submitit. Install `dynamicl[cluster]`."""

from dataclasses import dataclass

from .._planning import ToDo
from ._cutting import count_tasks
from ._driver import drive
from ._place import Home, check_amounts
from ._submitit import REQUEUES, Queue, jobs_folder, submitit_module


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

    def __post_init__(self) -> None:
        check_amounts(self, ("workers", "runs", "minutes"), ("gpus",))

    def train(self, todo: ToDo, home: Home) -> None:
        """Train what is left to do, see `Place`."""
        submitit = submitit_module()
        executor = submitit.LocalExecutor(jobs_folder(home.library.root), max_num_timeout=REQUEUES)
        executor.update_parameters(timeout_min=self.minutes, gpus_per_node=self.gpus)
        queue = Queue(executor, submitit.LocalJob, "local", self.runs, self.workers, self.gpus)
        try:
            drive(queue, todo, home)
        except BaseException:
            queue.stop()
            raise
        queue.wait()

    def count(self, todo: ToDo, home: Home) -> int:
        """Count the new tasks."""
        return count_tasks(todo, self.runs)
