"""Attacks on the files of a store at rest: flips, truncations, swaps, hostile values, made-up sizes."""

import copy
import json
import random
import shutil
import zipfile
from pathlib import Path

import numpy as np

from dynamicl.store import Store
from dynamicl.store._index import NAME, seal
from store.cohorts import attention, header, records

from .counts import Count, content, outcome

HOSTILE = [
    None,
    True,
    -1,
    0,
    2**31,
    2**63,
    10**30,
    1e308,
    "",
    "\x1b[2J",
    "../../etc/passwd",
    "x" * 10_000,
    [],
    [[]],
    [None],
    {},
    {"a": {}},
    ["a"] * 1000,
    [0.5],
    "NaN",
]


def small_store(folder: Path, seed: int = 0) -> Path:
    """A store with two checkpoints and everything beside them, small enough to flip every byte of it."""
    path = folder / f"whole{seed}"
    with Store.create(path, header()) as store:
        for step in (1 + seed, 3 + seed):
            store.commit(
                step,
                records=records([step]),
                checkpoint={"w": np.random.default_rng(step).random((3, 4))},
                extras=attention(step),
                state={"w": np.full((3, 2), step), "step": np.int64(step)},
            )
    return path


def files(store: Path) -> list[Path]:
    """The files that matter."""
    return [store / NAME, *sorted((store / "pieces").iterdir())]


def flips(folder: Path, rng: random.Random, count: int, write: bool) -> Count:
    """Flip one random bit at each of `count` places spread over every file (0: at every byte)."""
    store = small_store(folder)
    whole = content(Store.open(store))
    total = Count(f"one bit flipped, then {'opened to write' if write else 'read'}")
    for path in files(store):
        before = path.read_bytes()
        places = range(len(before)) if not count else rng.sample(range(len(before)), min(count, len(before)))
        for place in places:
            damaged = bytearray(before)
            damaged[place] ^= 1 << rng.randrange(8)
            path.write_bytes(damaged)
            names = {inside.name for inside in (store / "pieces").iterdir()}
            came = outcome(store, whole, write)
            if names != {inside.name for inside in (store / "pieces").iterdir()}:
                came = "a piece was deleted"
            total.take(f"{path.name} byte {place}", came)
        path.write_bytes(before)
    return total


def truncations(folder: Path, rng: random.Random, count: int) -> Count:
    """Cut every file at random lengths."""
    store = small_store(folder)
    whole = content(Store.open(store))
    total = Count("truncated")
    for path in files(store):
        before = path.read_bytes()
        for _ in range(count):
            length = rng.randrange(len(before))
            path.write_bytes(before[:length])
            total.take(f"{path.name} at {length}", outcome(store, whole))
        path.write_bytes(before)
    return total


def swaps(folder: Path) -> Count:
    """Put every file of one store in the place of every file of the same kind of another, and of each other."""
    store, other = small_store(folder), small_store(folder, 1)
    whole = content(Store.open(store))
    total = Count("swapped")
    for path in files(store):
        before = path.read_bytes()
        for stranger in [*files(other), *files(store)]:
            if stranger.read_bytes() == before:
                continue
            path.write_bytes(stranger.read_bytes())
            came = outcome(store, whole)
            # A whole index of another store names pieces that are not here: reading says so.
            total.take(f"{stranger.name} in the place of {path.name}", came)
            path.write_bytes(before)
    return total


def hostile_values(folder: Path) -> Count:
    """Put every hostile value into every field of an index, with a hash that fits, and use the store in every way."""
    store = small_store(folder)
    whole = content(Store.open(store))
    before = (store / NAME).read_bytes()
    said = json.loads(before)
    del said["hash"]
    total = Count("hostile values under a right hash")
    for place in _places(said):
        for value in HOSTILE:
            changed = json.loads(json.dumps(said))
            _put(changed, place, value)
            (store / NAME).write_bytes(seal(changed)[0])
            for write in (False, True):
                came = outcome(store, whole, write)
                # A forger may say other things that make sense; a traceback or a hang is what must not be.
                total.take(f"{place} = {value!r:.40}", "unharmed" if came.startswith("silently") else came)
    (store / NAME).write_bytes(before)
    return total


def bombs(folder: Path) -> Count:
    """Let pieces claim a terabyte, nest without end, hold nothing or something else."""
    total = Count("bombs and foreign files")
    store = small_store(folder)
    whole = content(Store.open(store))
    for path in files(store)[1:]:
        before = path.read_bytes()
        for name, made in _bombs(path):
            path.write_bytes(made)
            total.take(f"{path.name}: {name}", outcome(store, whole))
        path.write_bytes(before)
    index = (store / NAME).read_bytes()
    for name, made in {
        "brackets": b"[" * 10**6,
        "digits": b'{"version":' + b"9" * 10**6 + b"}",
        "nothing": b"",
        "zeros": bytes(10**6),
        "text": "Ω".encode("utf-16"),
    }.items():
        (store / NAME).write_bytes(made)
        total.take(f"{NAME}: {name}", outcome(store, whole))
    (store / NAME).write_bytes(index)
    shutil.rmtree(store)
    return total


def _bombs(path: Path) -> list[tuple[str, bytes]]:
    """Made-up pieces: an array that claims a terabyte, an unknown codec, an empty zip, no zarr.json, format 2."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    first = next(name for name in members if name.endswith("zarr.json") and b'"array"' in members[name])
    huge, codec = json.loads(members[first]), json.loads(members[first])
    huge["shape"] = [10**12, *huge["shape"][1:]]
    codec["codecs"].append({"name": "pickle", "configuration": {}})
    made = {
        "claims a terabyte": members | {first: json.dumps(huge).encode()},
        "names a codec that could run code": members | {first: json.dumps(codec).encode()},
        "holds no zarr.json": {"x": b""},
        "holds nothing": {},
        "is of format 2": {".zgroup": b'{"zarr_format": 2}'},
        "nests without end": members | {first: b"[" * 100_000},
    }
    return [(name, _zip(path.with_name("made.zip"), content)) for name, content in made.items()]


def _zip(path: Path, members: dict[str, bytes]) -> bytes:
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    made = path.read_bytes()
    path.unlink()
    return made


def _places(value: object, path: tuple = ()) -> list[tuple]:
    """Every place in nested JSON, containers included."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path] * bool(path) + [place for key, item in inside for place in _places(item, (*path, key))]


def _put(value: object, path: tuple, new: object) -> None:
    for key in path[:-1]:
        value = value[key]
    # A copy: put into one place and then changed, it would change in the other too.
    value[path[-1]] = copy.deepcopy(new)
