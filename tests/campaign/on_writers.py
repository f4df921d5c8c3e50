"""Attacks on whoever writes: kills, two writers without locks, verdicts written at once, full disks."""

import json
import multiprocessing
import os
import random
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from dynamicl.files import locked, write_atomically
from dynamicl.specs import DynamiclError
from dynamicl.store import Store
from store.cohorts import header, records, weights

from .counts import Count, content, outcome

TESTS = Path(__file__).parents[1]


def kills(folder: Path, rng: random.Random, count: int) -> Count:
    """Kill a writer at random moments, from its first system call on; nothing committed may be lost."""
    total = Count("SIGKILL of a writer")
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(TESTS), *sys.path])}
    command = [sys.executable, "-m", "store.writer"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as nursery:
        for number in range(count):
            path = folder / f"killed{number // 5}"
            nursery.stdin.write(f"{path}\n")
            nursery.stdin.flush()
            writer = int(nursery.stdout.readline().split()[1])
            time.sleep(rng.uniform(0, 0.02) if number % 5 == 0 else rng.uniform(0.02, 0.35))
            os.kill(writer, signal.SIGKILL)
            said = -1
            for line in nursery.stdout:
                if line == "gone\n":
                    break
                said = int(line.split()[1])
            total.take(f"kill {number}", _after_kill(path, said))
        nursery.stdin.close()
    return total


def _after_kill(path: Path, said: int) -> str:
    """Say whether a killed writer's store holds what it said was committed, and can be gone on with."""
    if not (path / "index.json").exists():
        return "unharmed" if said < 0 else "a commit was lost"
    try:
        with Store.open(path, write=True) as store:
            store.verify()
            if store.step < said:
                return f"step {said} was committed, {store.step} is there"
            steps = store.records()["step"].values.tolist()
            if store.step >= 0 and steps != list(range(store.step + 1)):
                return f"records are {steps}"
            drafts = [name for name in os.listdir(path / "pieces") if name.endswith(".tmp")]
            return "unharmed" if not drafts else f"left over: {drafts}"
    except BaseException as error:
        return f"{type(error).__name__}: {error}"


def two_writers(folder: Path, rng: random.Random, count: int) -> Count:
    """Let two processes write one store where `flock` does nothing: the second is refused, nothing is damaged."""
    total = Count("two writers, locks without effect")
    context = multiprocessing.get_context("fork")
    for number in range(count):
        path = folder / f"contested{number}"
        Store.create(path, header()).close()
        writers = [context.Process(target=_write, args=(path, rng.random(), 12)) for _ in range(2)]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()
        total.take(f"pair {number}", _is_whole(path))
    return total


def _write(path: Path, seed: float, steps: int) -> None:
    import fcntl

    fcntl.flock = lambda *_: None
    pause = random.Random(seed)
    try:
        store = Store.open(path, write=True)
        for _ in range(steps):
            step = store.step + 1
            store.commit(step, records=records([step]), checkpoint=weights(step))
            time.sleep(pause.uniform(0, 0.01))
    except DynamiclError:
        return


def _is_whole(path: Path) -> str:
    try:
        Store.open(path).verify()
    except DynamiclError as error:
        return f"damaged: {error}"
    return "unharmed"


def verdicts_at_once(folder: Path, count: int) -> Count:
    """Let processes add to one file, read, change and write: every one of them must be in it at the end."""
    total = Count("read, change, write at once")
    path = folder / "claims.json"
    context = multiprocessing.get_context("fork")
    halves = [range(0, count, 2), range(1, count, 2)]
    writers = [context.Process(target=_add, args=(path, half)) for half in halves]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    there = set(json.loads(path.read_bytes()))
    for number in range(count):
        total.take(f"verdict {number}", "unharmed" if number in there else "lost")
    return total


def _add(path: Path, numbers: range) -> None:
    for number in numbers:
        with locked(path):
            rows = json.loads(path.read_bytes()) if path.exists() else []
            write_atomically(path, json.dumps([*rows, number]).encode())


def full_disks(folder: Path, rng: random.Random, count: int) -> Count:
    """Let the disk refuse at a random size: one line, and what was committed stays, and can be gone on with."""
    total = Count("files larger than the system allows")
    context = multiprocessing.get_context("fork")
    for number in range(count):
        path = folder / f"full{number}"
        writer = context.Process(target=_fill, args=(path, rng.randrange(2_000, 200_000)))
        writer.start()
        writer.join()
        if writer.exitcode:
            total.take(f"limit {number}", f"ended with {writer.exitcode}")
        elif not (path / "index.json").exists():
            total.take(f"limit {number}", "refused")
        else:
            came = _after_kill(path, -1)
            total.take(f"limit {number}", "refused" if came == "unharmed" else came)
    return total


def _fill(path: Path, limit: int) -> None:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    try:
        store = Store.create(path, header())
        for step in range(50):
            store.commit(
                step, records=records([step]), state={"w": np.random.default_rng(step).random(500 * step)}
            )
    except DynamiclError as error:
        os._exit(1 if "\n" in str(error) else 0)
    os._exit(2)


def old_indexes(folder: Path, count: int) -> Count:
    """Put every former index of a store back, alone and with its copy, and open it to write: nothing may go."""
    total = Count("an older index put back")
    path = folder / "aged"
    kept = []
    with Store.create(path, header()) as store:
        for step in range(count):
            store.commit(step, records=records([step]), checkpoint=weights(step))
            kept.append({name: (path / name).read_bytes() for name in ("index.json", "index.copy.json")})
    whole, newest = content_of(path), kept.pop()
    pieces = {inside.name for inside in (path / "pieces").iterdir()}
    for number, old in enumerate(kept):
        (path / "index.json").write_bytes(old["index.json"])
        came = outcome(path, whole, write=True)
        if pieces != {inside.name for inside in (path / "pieces").iterdir()}:
            came = "a piece was deleted"
        total.take(f"commit {number}", came)
        for name, data in newest.items():
            (path / name).write_bytes(data)
    return total


def content_of(path: Path) -> dict[str, bytes]:
    """As `content`, of a store without a state."""
    store = Store.open(path)
    try:
        return content(store)
    except DynamiclError:
        return {}
