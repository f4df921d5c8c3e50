"""A writer that is killed at any moment leaves a store that opens, verifies and lacks one commit at most."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from dynamicl.store import Store, StoreError

from .cohorts import attention, weights

TESTS = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def nursery():
    """The program of `writer.py`, which forks writers."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(TESTS), *sys.path])}
    command = [sys.executable, "-m", "store.writer"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        yield process
        process.stdin.close()


def start(nursery, path):
    """Start a writer and wait for its process number."""
    nursery.stdin.write(f"{path}\n")
    nursery.stdin.flush()
    return int(nursery.stdout.readline().split()[1])


def end(nursery):
    """Read what a killed writer said to the end; the last step that it reported as committed."""
    last = -1
    for line in nursery.stdout:
        if line == "gone\n":
            return last
        last = int(line.split()[1])
    raise RuntimeError("the nursery died")


def check(store):
    """Everything committed is whole and says what was written at its step; a writer may be at work."""
    store.verify()
    assert store.records()["step"].values.tolist() == list(range(store.step + 1))
    assert store.checkpoints == tuple(range(0, store.step + 1, 3))
    for step in store.checkpoints[-2:]:
        assert np.array_equal(store.checkpoint(step)["norm.scale"], weights(step)["norm.scale"])
        assert store.extras()["attention"].sel(checkpoint=step).max() == attention(step)["attention"].max()
    step, state = store.state()
    assert step == store.step
    assert np.array_equal(state["weights/norm.scale"], weights(step)["norm.scale"])


@pytest.mark.slow
def test_twenty_kills(tmp_path, nursery):
    moments = random.Random(0)
    path, before = tmp_path / "s", -1
    for kill in range(20):
        if kill % 5 == 0:
            path, before = tmp_path / f"s{kill}", -1
        writer = start(nursery, path)
        # The shortest die while they create the store.
        time.sleep(moments.uniform(0, 0.02) if kill % 5 == 0 else moments.uniform(0.02, 0.35))
        os.kill(writer, signal.SIGKILL)
        said = end(nursery)
        if not (path / "index.json").exists():
            assert said == before == -1
            with pytest.raises(
                StoreError, match="half-written store|there is no store|is not a dynamicl store"
            ):
                Store.open(path)
            continue
        store = Store.open(path)
        assert store.step in (max(said, before), max(said, before) + 1)
        if store.step >= 0:
            check(store)
        before = store.step
        with Store.open(path, write=True) as store:
            named = {piece.name for piece in (path / "pieces").iterdir()}
            assert not any(name.endswith(".tmp") for name in named)
            assert len(named) == len(store._index.pieces)
    # However slow the machine, what so many killed is still written to.
    writer = start(nursery, path)
    while nursery.stdout.readline() != f"step {before + 4}\n":
        pass
    os.kill(writer, signal.SIGKILL)
    end(nursery)
    assert Store.open(path).step >= before + 4


def test_readers_see_whole_commits_while_a_writer_writes(tmp_path, nursery):
    path, seen = tmp_path / "s", set()
    writer = start(nursery, path)
    while nursery.stdout.readline() != "step 3\n":
        pass
    # Its pipe would fill, and stop it.
    rest = []
    listener = threading.Thread(target=lambda: rest.append(end(nursery)))
    listener.start()
    until = time.monotonic() + 1.5
    reader = Store.open(path)
    while time.monotonic() < until:
        check(Store.open(path))
        # An index that is kept while pieces are merged and states replaced under it.
        reader.records()
        reader.state()
        seen.add(reader.step)
    with pytest.raises(
        StoreError, match=rf"s is being written by process {writer} on .*; wait until it ends"
    ):
        Store.open(path, write=True)
    os.kill(writer, signal.SIGKILL)
    listener.join()
    assert rest[0] >= 4
    assert len(seen) > 1
    # The dead writer's lock file is still there and no longer holds anyone up.
    assert (path / "writer.lock").exists()
    Store.open(path, write=True).close()
