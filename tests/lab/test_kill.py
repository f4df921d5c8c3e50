"""Killed at any moment, a population goes on and ends bit for bit as if nothing had happened."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import jax
import pytest

from dynamicl.lab import train_population
from dynamicl.store import Library

from .populations import RECORDING, runs, same

TESTS = Path(__file__).parents[1]
STEPS = 3000


@pytest.fixture
def nursery():
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join([str(TESTS), *sys.path]),
        "JAX_COMPILATION_CACHE_DIR": str(jax.config.jax_compilation_cache_dir),
    }
    command = [sys.executable, "-W", "ignore", "-m", "lab.nursery"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        yield process
        process.stdin.close()


def killed_after(nursery, path, seconds, reported):
    """Let it train, kill it some time after its start or first report, and return the last step it reported."""
    nursery.stdin.write(f"{path}\t{STEPS}\n")
    nursery.stdin.flush()
    pid = int(nursery.stdout.readline().split()[1])
    last = int(nursery.stdout.readline().split()[1]) if reported else -1
    time.sleep(seconds)
    os.kill(pid, signal.SIGKILL)
    for line in nursery.stdout:
        if line == "gone\n":
            return last
        assert line != "finished\n", "killed too late: give it more steps"
        last = int(line.split()[1])
    raise RuntimeError("the nursery died")


@pytest.mark.whole
@pytest.mark.slow
@pytest.mark.parametrize("libraries", [1, 4], ids=["five", "twenty"])
def test_kills(libraries, tmp_path, nursery):
    whole = train_population(runs(2, STEPS), RECORDING, tmp_path / "whole")
    moments = random.Random(0)
    for attempt in range(libraries):
        path, before = tmp_path / f"killed{attempt}", -1
        for kill in range(5):
            # The first of each library may die before it has a store, or has committed anything to it.
            seconds = moments.uniform(0.0, 0.4 if kill else 1.0)
            said = killed_after(nursery, path, seconds, reported=kill > 0)
            library = Library(path)
            assert not library.problems and len(library.stores()) <= 1
            for store in library.stores():
                store.verify()
                # Every step that was reported had been committed before, and nothing is ever lost again.
                assert store.step >= max(said, before)
                before = store.step
            assert before >= said
        assert 0 < before < STEPS
        assert same(train_population(runs(2, STEPS), RECORDING, path), whole)
