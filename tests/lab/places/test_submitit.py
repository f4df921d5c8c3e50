"""Processes of this machine, and a real SLURM of two nodes on loopback, both through submitit."""

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys

import pytest

from dynamicl.lab import Interrupted, train_population
from dynamicl.lab.places import Local, Slurm, submission
from dynamicl.lab.places import _submitit as module
from dynamicl.lab.places._orders import Order
from dynamicl.lab.places._tasks import Task, open_tasks
from dynamicl.specs import SpecError
from dynamicl.store import Library

from ..populations import RECORDING, records_equal, runs
from . import workers
from .hunted import LONG_RUNS, hunt
from .slurm import NoSlurm, missing, slurm

RUNS = runs(3, 20)


@pytest.fixture
def submitit(monkeypatch):
    workers.prepare(monkeypatch)
    return pytest.importorskip("submitit", reason="needs submitit: install dynamicl[cluster]")


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    if missing():
        pytest.skip(f"needs a SLURM: {', '.join(missing())} are not on this machine")
    with contextlib.ExitStack() as stack:
        try:
            environment = stack.enter_context(slurm(tmp_path_factory.mktemp("slurm")))
        except NoSlurm as error:
            pytest.skip(f"SLURM does not start on this machine: {error}")
        yield environment


@pytest.fixture
def queue(cluster, submitit, monkeypatch):
    for name in ("SLURM_CONF", "PATH"):
        monkeypatch.setenv(name, cluster[name])
    monkeypatch.setattr("dynamicl.lab.places._slurm.LOOK", 2)
    return cluster


def ask(environment, *words):
    return subprocess.run(
        words, env=environment, capture_output=True, text=True, check=True, timeout=60
    ).stdout


@pytest.fixture
def long_ones():
    if workers.LONG not in os.environ:
        pytest.skip(f"takes minutes: set {workers.LONG}, as `make cluster` does")


def test_local_processes_give_the_bits_of_here(submitit, tmp_path):
    here = train_population(RUNS, RECORDING, tmp_path / "here")
    placed = train_population(RUNS, RECORDING, tmp_path / "placed", place=Local(workers=2, runs=2))
    assert records_equal(placed, here) and open_tasks(tmp_path / "placed") == []


@pytest.mark.slow
def test_slurm_gives_the_bits_of_here(queue, tmp_path):
    here = train_population(RUNS, RECORDING, tmp_path / "here")
    place = Slurm(partition="low", cpus=1, minutes=5, runs=2)
    placed = train_population(RUNS, RECORDING, tmp_path / "placed", place=place)
    assert records_equal(placed, here) and open_tasks(tmp_path / "placed") == []
    if shutil.which("ss"):
        listening = ask(queue, "ss", "-Hltnp")
        own = [line for line in listening.splitlines() if re.search('"(slurmctld|slurmd)"', line)]
        assert len(own) >= 3 and all(line.split()[3].startswith("127.0.0.1:") for line in own)


@pytest.mark.slow
def test_preempted_jobs_commit_are_requeued_and_go_on(queue, long_ones, tmp_path):
    struck = []

    def preempt_once(now):
        if not struck and any(worker.done > 0 for worker in now.workers):
            struck.append(
                ask(
                    queue,
                    "sbatch",
                    "-p",
                    "high",
                    "-N2",
                    "--exclusive",
                    "-o",
                    "/dev/null",
                    "--wrap",
                    "sleep 1",
                )
            )

    place = Slurm(partition="low", cpus=1, minutes=30, runs=2)
    placed = train_population(LONG_RUNS, RECORDING, tmp_path / "placed", place=place, listener=preempt_once)
    jobs = ask(queue, "scontrol", "-o", "show", "jobs")
    restarts = [int(count) for count in re.findall(r"JobName=dynamicl .*?Restarts=(\d+)", jobs)]
    assert struck and max(restarts) >= 1
    assert records_equal(placed, train_population(LONG_RUNS, RECORDING, tmp_path / "here"))


@pytest.mark.slow
def test_a_driver_leaves_and_comes_back_and_workers_are_killed(queue, long_ones, tmp_path):
    path, place = tmp_path / "placed", Slurm(partition="low", cpus=1, minutes=30, runs=2)

    def leave(now):
        if any(worker.done > 0 for worker in now.workers):
            os.kill(os.getpid(), signal.SIGTERM)

    with pytest.raises(
        Interrupted, match="left 2 jobs in the queue, where they go on .*give the same command again"
    ):
        train_population(LONG_RUNS, RECORDING, path, place=place, listener=leave)
    before = {task.folder.name: task.job for task in open_tasks(path)}
    assert len(before) == 2 and all(job.engine == "slurm" and job.key for job in before.values())
    killed = []

    def kill_one(now):
        for worker in now.workers:
            if worker.done > 0 and not killed:
                killed.append(int(worker.name.split()[1]))
                os.kill(killed[0], signal.SIGKILL)

    placed = train_population(LONG_RUNS, RECORDING, path, place=place, listener=kill_one)
    assert killed and open_tasks(path) == []
    assert records_equal(placed, train_population(LONG_RUNS, RECORDING, tmp_path / "here"))


@pytest.mark.slow
def test_local_workers_and_drivers_killed_at_random_lose_nothing(submitit, long_ones, tmp_path):
    """Twenty kills of workers, five of the driver, as `kill -9` does it."""
    path = tmp_path / "placed"
    kills = hunt(path, workers_killed=20, drivers_killed=5)
    assert kills == (20, 5)
    for store in Library(path).stores():
        store.verify()
    placed = train_population(LONG_RUNS, RECORDING, path)
    assert records_equal(placed, train_population(LONG_RUNS, RECORDING, tmp_path / "here"))


def test_the_script_that_would_be_submitted(submitit, monkeypatch, tmp_path):
    srun = tmp_path / "srun"
    srun.write_text("#!/bin/sh\n")
    srun.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    place = Slurm(
        partition="gpu", gpus=2, cpus=8, minutes=90, memory=1.5, qos="long", setup=("module load cuda",)
    )
    lines = submission(place, tmp_path / "library").splitlines()
    for line in (
        "#SBATCH --partition=gpu",
        "#SBATCH --gpus-per-node=2",
        "#SBATCH --cpus-per-task=8",
        "#SBATCH --time=90",
        "#SBATCH --mem=1536M",
        "#SBATCH --qos=long",
        "#SBATCH --signal=USR2@120",
        "#SBATCH --requeue",
        "module load cuda",
    ):
        assert line in lines
    assert not (tmp_path / "library").exists()


def test_a_machine_without_slurm_is_told_so(submitit, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(
        SpecError, match="there is no `srun` on this machine: give the command on a login node"
    ):
        train_population(RUNS, RECORDING, tmp_path, place=Slurm())


def test_a_place_without_its_package_says_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "submitit", None)
    with pytest.raises(SpecError, match=r"needs the package submitit: install `dynamicl\[cluster\]`"):
        train_population(RUNS, RECORDING, tmp_path, place=Local())


def test_a_queue_that_takes_no_jobs_is_told(submitit, tmp_path):
    class Full:
        folder = tmp_path

        def submit_array(self, assignments):
            raise subprocess.CalledProcessError(1, "sbatch")

    with pytest.raises(SpecError, match="the queue took no jobs: .*sbatch"):
        module.Queue(Full(), None, "slurm", 1)._submit_some([])


def test_each_process_of_this_machine_has_gpus_of_its_own(submitit, monkeypatch, tmp_path):
    from types import SimpleNamespace

    class Job(SimpleNamespace):
        def done(self):
            return self.ended

    class Executor:
        folder, jobs, seen = tmp_path, [], []

        def update_parameters(self, visible_gpus):
            self.seen.append(visible_gpus)

        def submit_array(self, assignments):
            self.jobs.append(Job(job_id=str(len(self.jobs)), ended=False))
            return self.jobs[-1:]

    executor, task = Executor(), Task(tmp_path, Order([], [], ""))
    queue = module.Queue(executor, None, "local", 1, workers=3, gpus=2)
    assert queue.submit([task, task, task]) == ["0", "1", "2"]
    executor.jobs[1].ended = True
    queue.submit([task])
    assert executor.seen == [[0, 1], [2, 3], [4, 5], [2, 3]]
    monkeypatch.setattr(module.time, "sleep", lambda seconds: setattr(executor.jobs[0], "ended", True))
    queue.submit([task])
    assert executor.seen[-1] == [0, 1]


def test_an_assignment_leaves_as_its_signal_asks(submitit, monkeypatch, tmp_path):
    """SIGUSR2 is submitit's word for a job's end: it requeues. SIGTERM is a preemption's, and a cancellation's."""
    from dynamicl.lab.places._tasks import Report

    handled = []
    monkeypatch.setattr(module, "work", lambda folder: Report("left", "", signal.SIGUSR2))
    before = signal.signal(signal.SIGUSR2, lambda number, frame: handled.append(number))
    try:
        with pytest.raises(SystemExit, match=str(128 + signal.SIGUSR2)):
            module.Assignment(str(tmp_path))()
        monkeypatch.setattr(module, "work", lambda folder: Report("left", "", signal.SIGTERM))
        for state in ("RUNNING", "CANCELLED", None):
            monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
            monkeypatch.delenv("SLURM_JOB_ID", raising=False)
            if state is not None:
                monkeypatch.setenv("SLURM_JOB_ID", "7")
                (tmp_path / "squeue").write_text(f"#!/bin/sh\ntest $3 = 7 && echo {state}\n")
                (tmp_path / "squeue").chmod(0o755)
            with pytest.raises(SystemExit, match="143"):
                module.Assignment(str(tmp_path))()
            assert len(handled) == 2
    finally:
        signal.signal(signal.SIGUSR2, before)
    assert handled == [signal.SIGUSR2, signal.SIGTERM]
    monkeypatch.setattr(module, "work", lambda folder: Report("finished"))
    assert module.Assignment(str(tmp_path))() == "finished"
