"""What the page of fates is given: forks, their curves, P(t) and the summary in words, as one JSON-able record."""

from typing import Any

import numpy as np
import xarray as xr

from dynamicl.statistics import convergence_step

from ..page._arrays import pack
from ..page._records import json_safe
from ..page._words import compact
from ._chances import chances
from ._headline import fate_headline

NEEDED = ("time", "observed")


def fates_payload(
    data: xr.Dataset,
    *,
    parent: xr.Dataset | xr.DataArray | None = None,
    title: str = "When was it decided?",
) -> dict[str, Any]:
    """Gather everything the page shows; arguments as for `make_fates_page`.

    Raises:
        ValueError: if the dataset has no forks, or lacks what the tree is drawn from.
    """
    _check(data)
    data = data.sortby("at")
    notes = _censored_words(data)
    data = data.isel(at=np.flatnonzero(_known(data).any("fork").values))
    there, known = np.asarray(_there(data).values), np.asarray(_known(data).values)
    at = data["at"].values.astype(float)
    observed = data["observed"].transpose("at", "fork").values.astype(bool) & there
    times = data["time"].transpose("at", "fork").values.astype(float)
    root = None if parent is None else _parent(parent)
    forks, converged = known.sum(axis=1), (observed & known).sum(axis=1)
    chance = chances(at, forks, converged, _falls(at, forks, converged, root))
    record: dict[str, Any] = {
        "title": title,
        "live": 0,
        "notes": notes,
        "labels": {},
        "at": at,
        "steps": data["step"].values if "step" in data.coords else np.empty(0),
        "followed": _followed(data, times),
        "end": _end(data, times, root),
        "forks": [_forks(data, i, there[i], times[i], observed[i]) for i in range(len(at))],
        "arrays": {},
        "chance": chance,
        "parent": root,
        "about": {"meta": [f"{int(there.sum())} forks of {len(at)} checkpoints"]},
    }
    if "accuracy" in data:
        curves = data["accuracy"].transpose("at", "fork", "step")
        record["arrays"]["accuracy"] = pack(curves.values, curves.dims, "measure")
    record["headline"] = fate_headline(record)
    return json_safe(record)


def _check(data: xr.Dataset) -> None:
    missing = [name for name in NEEDED if name not in data or set(data[name].dims) != {"at", "fork"}]
    if missing:
        raise ValueError(
            f"`data` lacks {', '.join(missing)} with dims (at, fork); it has "
            f"{', '.join(map(str, data.data_vars)) or 'nothing'}. "
            "Give the `data` of what `dynamicl.lab.fate` returns"
        )
    if not _known(data).any():
        raise ValueError(
            "`data` has no forks whose outcome is known; at least one is needed. Fork, or follow forks for longer"
        )


def _there(data: xr.Dataset) -> xr.DataArray:
    """Which places hold a fork: checkpoints may have different numbers of them."""
    there = data["data_seed"] >= 0 if "data_seed" in data else data["time"].notnull()
    return there.transpose("at", "fork")


def _known(data: xr.Dataset) -> xr.DataArray:
    """Which places hold a fork whose outcome is known: it was not converging when it was last seen."""
    there = _there(data)
    return there & ~_flags(data, "censored", there)


def _flags(data: xr.Dataset, name: str, there: xr.DataArray) -> xr.DataArray:
    """A mark on forks; datasets made before there was one have none of it."""
    marks = data[name].astype(bool) if name in data else xr.zeros_like(there)
    return (marks & there).transpose("at", "fork")


def _censored_words(data: xr.Dataset) -> list[str]:
    """Say what P(t) leaves out."""
    censored = _flags(data, "censored", _there(data)).sum("fork")
    count = int(censored.sum())
    if not count:
        return []
    places = [
        f"{int(n)} at step {compact(float(t))}"
        for t, n in zip(data["at"].values, censored.values, strict=True)
        if n
    ]
    return [
        f"{count} fork{'s' * (count > 1)} ({', '.join(places)}) left out of P(t): still converging when last seen, so "
        "what became of them is not known; follow forks for longer to know it."
    ]


def _forks(
    data: xr.Dataset, i: int, there: np.ndarray, times: np.ndarray, observed: np.ndarray
) -> list[dict]:
    """One checkpoint's forks: those that converged first, by their time."""
    count = np.arange(len(there))
    seeds = data["data_seed"].transpose("at", "fork").values[i] if "data_seed" in data else count
    everyone = _there(data)
    censored, diverged = (_flags(data, name, everyone).values[i] for name in ("censored", "diverged"))
    rows = [
        {
            "fork": int(j),
            "seed": int(seeds[j]),
            "time": float(times[j]),
            "converged": bool(observed[j]),
            "outcome": _outcome(bool(observed[j]), bool(diverged[j]), bool(censored[j])),
        }
        for j in np.flatnonzero(there)
    ]
    return sorted(rows, key=lambda row: (not row["converged"], row["time"]))


def _outcome(observed: bool, diverged: bool, censored: bool) -> str:
    """What became of a fork, in a word or two."""
    if observed:
        return "converged"
    return "diverged" if diverged else "not known" if censored else "not converged"


def _parent(parent: xr.Dataset | xr.DataArray) -> dict[str, Any]:
    """The forked run's curve and outcome, read off the curve where it is not given."""
    curve: xr.DataArray = parent["accuracy"] if isinstance(parent, xr.Dataset) else parent
    steps, accuracy = curve["step"].values, np.asarray(curve.values, float)
    fine = np.isfinite(accuracy)
    steps, accuracy = steps[fine], accuracy[fine]
    if isinstance(parent, xr.Dataset) and "time" in parent and "observed" in parent:
        time, observed = float(parent["time"]), bool(parent["observed"])
    elif len(steps):
        time, observed = convergence_step(steps, accuracy)
    else:
        time, observed = float("nan"), False
    return {"steps": steps, "accuracy": accuracy, "time": float(time), "converged": bool(observed)}


def _falls(at: np.ndarray, forks: np.ndarray, converged: np.ndarray, root: dict[str, Any] | None) -> bool:
    """Whether the fate is not to converge: the parent's outcome, or else the trend over checkpoints."""
    if root is not None and len(root["steps"]):
        return not root["converged"]
    share = converged / forks
    return bool(len(at) > 1 and np.sum(forks * (np.argsort(at) - (len(at) - 1) / 2) * share) < 0)


def _followed(data: xr.Dataset, times: np.ndarray) -> float:
    """The last step to which any fork was followed."""
    last_steps = [float(data["at"].values.max()), *times[np.isfinite(times)]]
    if "step" in data.coords and data.sizes["step"]:
        last_steps.append(float(data["step"].values[-1]))
    return max(last_steps)


def _end(data: xr.Dataset, times: np.ndarray, root: dict[str, Any] | None) -> float:
    """The last step that anything reaches, fork or parent."""
    followed = _followed(data, times)
    if root is None or not len(root["steps"]):
        return followed
    return max(followed, float(root["steps"][-1]))
