"""A driver of its own process, whose workers and which itself are killed at random moments."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from dynamicl.lab.places._tasks import open_tasks

from ..populations import runs

LONG_RUNS = runs(4, 6000)
PATIENCE = 170


def hunt(path: Path, workers_killed: int, drivers_killed: int) -> tuple[int, int]:
    """Train with `Local`, killing; return how many workers and drivers were killed before it was done."""
    moments, began = random.Random(0), time.monotonic()
    left, driver = [workers_killed, drivers_killed], _start(path)
    try:
        while any(left) and time.monotonic() - began < PATIENCE:
            time.sleep(moments.uniform(0.0, 1.5))
            kind = moments.choice([i for i in (0, 1) if left[i]])
            if kind == 0:
                left[0] -= _kill_a_worker(path, moments)
            else:
                driver.kill()
                driver.wait()
                left[1] -= 1
                driver = _start(path)
            if driver.poll() is not None:
                driver = _start(path)
        driver.wait(PATIENCE)
    finally:
        driver.kill()
        driver.wait()
    return workers_killed - left[0], drivers_killed - left[1]


def main(path: str) -> None:
    """Be the driver."""
    from dynamicl.lab import train_population
    from dynamicl.lab.places import GivenUp, Local

    from ..populations import RECORDING

    while True:
        try:
            train_population(LONG_RUNS, RECORDING, path, place=Local(workers=2, runs=2))
            return
        except GivenUp:
            # Killed three times: the same command tries anew.
            continue


def _start(path):
    command = [
        sys.executable,
        "-W",
        "ignore",
        "-c",
        f"from lab.places.hunted import main; main({str(path)!r})",
    ]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _kill_a_worker(path, moments):
    pulses = [task.pulse() for task in open_tasks(path)]
    pids = [int(pulse.worker.split()[1]) for pulse in pulses if pulse is not None]
    if not pids:
        return 0
    try:
        os.kill(moments.choice(pids), signal.SIGKILL)
    except ProcessLookupError:
        return 0
    return 1
