"""Attacks on the page and on results: hostile values in all that is shown, judged or listed."""

import copy
import json
import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from dynamicl.store._index import NAME, seal
from dynamicl.studies import find_experiments, judge_again, read_verdicts
from dynamicl.views import loader
from dynamicl.views._pages import clamped_curves, transitions_of
from dynamicl.views.page._build import assemble
from dynamicl.views.page._payload import payload

from .counts import Count, come_of
from .on_files import HOSTILE, _places, _put, small_store

RESULTS = Path(__file__).parents[2] / "docs" / "results"
CLAMP = {"site": "a", "heads": [1], "value": {"kind": "constant", "number": 0.0}, "windows": [[0, 3]]}
IMAGE = json.dumps({"kind": "image", "png": "QUJD"})
SHOWN = {
    "title": "t",
    "command": "dynamicl train",
    "versions": {"jax": "1"},
    "settings": {"a": 1},
    "machine": {"cpu": "x"},
    "created": "2026-11-26T04:59:11+00:00",
    "batch": 32,
    "examples": {"tokens": [["a", IMAGE]], "targets": ["b"]},
}
SAID = {"status": "finished", "seconds": 3.0, "run_status": ["finished"] * 3, "diverged_at": [-1] * 3}
DEEP = ["[" * 100_000, '{"a":' * 50_000, "9" * 5000]


def pages(folder: Path, rng: random.Random, count: int) -> Count:
    """Put hostile values into what a page shows of a store, and into what it is given, and make the page."""
    store = small_store(folder)
    index = json.loads((store / NAME).read_bytes())
    del index["hash"]
    index["header"] |= SHOWN
    index["attributes"] = SAID
    spec = {"name": "aa01", "clamps": [CLAMP], "seeds": {"init": 0}, "batch_size": 16}
    index["header"]["specs"][0] = json.dumps(spec)
    total = Count("pages of hostile stores")
    (store / NAME).write_bytes(seal(index)[0])
    data = loader(store)()[0]
    cases = [("index", place, value) for place in _places(index)[1:] for value in HOSTILE]
    cases += [("spec", place, value) for place in _places(spec) for value in HOSTILE]
    cases += [
        ("attribute", name, value) for name in [*data.attrs, "clamped_curves"] for value in [*HOSTILE, *DEEP]
    ]
    cases += [("variable", name, made) for name in data.variables for made in MADE]
    for kind, place, value in rng.sample(cases, min(count, len(cases))):
        if kind == "attribute":
            shown = data.assign_attrs({place: value})
            total.take(
                f"{kind} {place} = {value!r:.40}", come_of(lambda shown=shown: assemble(payload(shown)))
            )
        elif kind == "variable":
            came = come_of(lambda place=place, made=value: _show(MADE[made](data, place)))
            total.take(f"{kind} {place}: {value}", came)
        else:
            (store / NAME).write_bytes(seal(_changed(index, kind, place, value))[0])
            total.take(f"{kind} {place} = {value!r:.40}", come_of(lambda: _show_store(store)))
    shutil.rmtree(store)
    return total


def _show(data: xr.Dataset) -> None:
    assemble(payload(data, transitions_of(data)))


def _show_store(store: Path) -> None:
    data, transitions, _ = loader(store)()
    assemble(payload(data, transitions))


def _changed(index: dict, kind: str, place: tuple, value: Any) -> dict:
    changed = copy.deepcopy(index)
    if kind == "index":
        _put(changed, place, value)
        return changed
    spec = json.loads(changed["header"]["specs"][0])
    _put(spec, place, value)
    changed["header"]["specs"][0] = json.dumps(spec)
    return changed


def _of(make: Callable[[tuple], np.ndarray]) -> Callable[[xr.Dataset, str], xr.Dataset]:
    """Replace a variable by one of the same shape."""
    return lambda data, name: data.assign({name: (data[name].dims, make(data[name].shape))})


MADE = {
    "text": _of(lambda shape: np.full(shape, "x")),
    "not a number": _of(lambda shape: np.full(shape, np.nan)),
    "infinite": _of(lambda shape: np.full(shape, np.inf)),
    "beyond float32": _of(lambda shape: np.full(shape, 1e308)),
    "far below zero": _of(lambda shape: np.full(shape, -(2**60))),
    "complex": _of(lambda shape: np.zeros(shape, complex)),
    "objects": _of(lambda shape: np.full(shape, None, object)),
    "dates": _of(lambda shape: np.zeros(shape, "datetime64[ns]")),
    "dropped": lambda data, name: data.drop_vars(name),
    "one number": lambda data, name: data if name in data.dims else data.assign({name: ((), 0)}),
}


def results(folder: Path, rng: random.Random, count: int) -> Count:
    """Put hostile values into verdicts and into the data that were judged; list, judge and draw them again."""
    total = Count("hostile verdicts and results")
    study = folder / "induction"
    study.mkdir()
    names = ("claims.json", "induction.clamps.json", "induction.heads.json")
    whole = {name: (RESULTS / "induction" / name).read_bytes() for name in names}
    judged = find_experiments(["induction.heads"])
    for number in range(count):
        for name, before in whole.items():
            (study / name).write_bytes(before)
        name = names[number % len(names)]
        said = json.loads(whole[name])
        places = [place for place in _places(said) if len(place) < 4]
        place, value = rng.choice(places), rng.choice([*HOSTILE, *DEEP])
        _put(said, place, value)
        (study / name).write_text(json.dumps(said))
        total.take(f"{name} {place} = {value!r:.40}", come_of(lambda: _use(folder, judged)))
    return total


def _use(folder: Path, judged: list) -> None:
    read_verdicts(folder / "induction")
    judge_again(judged, folder)
    clamped_curves(folder)
