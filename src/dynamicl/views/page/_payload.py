"""What the page is given: a trajectory, its transitions and verdicts as one JSON-able record."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

import numpy as np
import xarray as xr

from ._checked import checked
from ._facts import about
from ._grids import bridged, own_places, recorded, recorded_by_evaluator
from ._headline import focus_of, headline
from ._records import clamped_records, json_safe, read_json, transition_records, verdict_records
from ._specs import differences, flatten, groups, in_short, labels
from ._thin import pack_to_fit

MEGABYTE = 1_000_000
BASE64 = re.compile(r"[A-Za-z0-9+/]+={0,2}")
SHAPES = {
    ("run", "step", "evaluator"),
    ("run", "step"),
    ("run", "step", "layer", "head"),
    ("run", "checkpoint", "layer", "head", "query_role", "key_role"),
    ("run", "checkpoint", "example", "layer", "head", "query", "key"),
    ("run", "checkpoint", "source", "target"),
}
TITLES = {
    "loss": "loss (nats)",
    "train_loss": "training loss (nats)",
    "accuracy_in_context": "accuracy among labels in context",
    "squared_norm": "sum of squared parameters",
    "pattern_entropy": "entropy of the pattern (nats)",
    "logit_attribution": "contribution to the target's logit",
    "previous_token_attention": "attention to the previous token",
    "path_effect": "measured effect of each path",
}
BRIDGED = (
    "These runs, or their evaluators, were recorded at different steps: curves go straight from record to record. "
    "Tables hold the records alone."
)


def payload(
    dataset: xr.Dataset,
    transitions: Sequence[Mapping] = (),
    verdicts: Sequence[Mapping] = (),
    *,
    title: str | None = None,
    studies: Sequence[Mapping] = (),
    clamped_curves: Mapping[str, Mapping] | None = None,
    notes: Sequence[str] = (),
    limit: int = 10 * MEGABYTE,
    live: float | int = 0,
) -> dict:
    """Gather everything the page shows.

    Args:
        dataset: a trajectory; any variable may be missing, unknown ones of known dimensions are shown too.
        transitions: Transition records (dictionaries or dataclasses).
        verdicts: Verdict records.
        title: heading; the dataset's own when None.
        studies: `{name, title, summary}` for the verdicts' headings.
        clamped_curves: loss with a step of the induction circuit clamped, see `clamped_records`; taken from the
            dataset's attribute of that name (JSON text) when None.
        notes: sentences to stand above everything.
        limit: bytes the record may take as JSON; what is larger is thinned.
        live: seconds between two looks at the server; 0 for a page that stands alone.

    Returns:
        A JSON-able dictionary without NaN.

    Raises:
        SpecError: a variable, attribute or clamped curve is not of the shape that the page reads.
        ValueError: when the trajectory cannot be thinned to `limit`.
    """
    if clamped_curves is None:
        clamped_curves = read_json(dataset.attrs.get("clamped_curves"), {})
    dataset = train_first(checked(dataset))
    rows, named = verdict_records(verdicts, studies)
    record = {
        "title": title or str(dataset.attrs.get("title") or "dynamicl"),
        "live": live,
        "transitions": transition_records(transitions),
        "verdicts": rows,
        "studies": named,
        "clamped": clamped_records(clamped_curves),
        "labels": TITLES,
        "roles": {"query": _texts(dataset, "query_role", "role"), "key": _texts(dataset, "key_role", "role")},
        "paths": {"source": _texts(dataset, "source"), "target": _texts(dataset, "target")},
        "evaluators": _texts(dataset, "evaluator"),
        "layers": _integers(dataset, "layer", 1),
        "heads": _integers(dataset, "head", 0),
        **runs(dataset),
    }
    record["examples"], own_examples = examples(dataset)
    for run, index in zip(record["runs"], own_examples, strict=True):
        run["examples"] = index
    numbers = numeric(dataset)
    filled = bridged(numbers)
    record["focus"] = focus_of(numbers, record["runs"])
    record["headline"] = headline(numbers, record)
    # What is each run's own is counted as it would be without thinning: it takes room as well.
    mark_own(record["runs"], numbers)
    used = len(json.dumps(json_safe(record))) + 2000
    kept, arrays, thinned = pack_to_fit(filled, limit - used)
    said = [*notes, *thinned, *([BRIDGED] if filled is not numbers else [])]
    raw = numbers.sel({dim: kept[dim] for dim in ("step", "checkpoint") if dim in kept.coords})
    mark_own(record["runs"], raw)
    record |= {
        "arrays": arrays,
        "notes": said,
        "steps": _integers(kept, "step", 0),
        "checkpoints": _integers(kept, "checkpoint", 0),
    }
    if "example" in kept.coords:
        places = kept["example"].to_numpy().tolist()
        record["examples"] = [_at_places(sequences, places) for sequences in record["examples"]]
    record["sequences"] = [int(n) for n in kept["sequences"].to_numpy()] if "sequences" in kept.coords else []
    record["about"] = about(dataset, record)
    return json_safe(record)


def mark_own(runs: list[dict], dataset: xr.Dataset) -> None:
    """Note with each run at which steps it was recorded and at which checkpoints it has maps, where not at all.

    For evaluators that were recorded at fewer steps than the run: at which.
    """
    steps, maps = (own_places(recorded(dataset, dim), len(runs)) for dim in ("step", "checkpoint"))
    evaluations = [own_places(mask, len(runs)) for mask in recorded_by_evaluator(dataset).values()]
    for index, run in enumerate(runs):
        run |= {"own_steps": steps[index], "maps": maps[index]}
        by_evaluator = [places[index] for places in evaluations]
        run["own_evaluations"] = [None if own == steps[index] else own for own in by_evaluator]


def numeric(dataset: xr.Dataset) -> xr.Dataset:
    """Keep the variables that the page can draw, with their axes in the order that it reads.

    Where batch sizes differ between runs, `sequences` is by run and step, and the page counts in steps.
    """
    if "sequences" in dataset.coords and dataset["sequences"].dims != ("step",):
        dataset = dataset.drop_vars("sequences")
    kept = {}
    for name, values in dataset.data_vars.items():
        order = next((shape for shape in SHAPES if set(shape) == set(values.dims)), None)
        if order is not None and values.dtype.kind in "fiub" and values.size:
            kept[name] = values.transpose(*order)
    coords = {name: dataset[name] for name in ("step", "checkpoint", "sequences") if name in dataset.coords}
    if "step" in coords and "batch" in dataset.attrs:
        coords.setdefault("sequences", dataset["step"] * int(dataset.attrs["batch"]))
    numbers = xr.Dataset(kept, coords={name: c for name, c in coords.items() if c.ndim == 1})
    # Their numbers say which are left when some are thinned out.
    return numbers.assign_coords(
        {dim: np.arange(numbers.sizes[dim]) for dim in ("example",) if dim in numbers.dims}
    )


def train_first(dataset: xr.Dataset) -> xr.Dataset:
    """Put the training distribution before the other evaluators: the page opens with the first."""
    names = _texts(dataset, "evaluator")
    if "train" not in names or "evaluator" not in dataset.dims:
        return dataset
    first = names.index("train")
    return dataset.isel(evaluator=[first, *(i for i in range(len(names)) if i != first)])


def runs(dataset: xr.Dataset) -> dict:
    """Describe every run: id, label, what differs, group, status, whole spec."""
    ids = _texts(dataset, "run")
    read = (
        [read_json(text, {}) for text in dataset["spec"].to_numpy()]
        if "spec" in dataset
        else [{} for _ in ids]
    )
    flat = [flatten(spec) if spec else {} for spec in read]
    differs = differences([flatten(in_short(spec)) if spec else {} for spec in read])
    names, members = groups(differs)
    status = [str(s) for s in dataset["status"].to_numpy()] if "status" in dataset else ["" for _ in ids]
    stopped = (
        [int(s) for s in dataset["diverged_at"].to_numpy()] if "diverged_at" in dataset else [-1 for _ in ids]
    )
    keys = ("id", "label", "differs", "group", "status", "diverged_at", "spec")
    rows = zip(ids, labels(ids, differs), differs, members, status, stopped, flat, strict=True)
    return {"runs": [dict(zip(keys, row, strict=True)) for row in rows], "groups": names}


def examples(dataset: xr.Dataset) -> tuple[list[list[dict]], list[int | None]]:
    """Read the example sequences' tokens and targets; a token that is no JSON is shown as its text.

    Args:
        dataset: a trajectory; `example_tokens` and `example_target` may be each run's own or the same for all.

    Returns:
        Sets of sequences `{tokens, target}` that are not the same; and for each run the index of its set, None where
        its tokens are not known.
    """
    run_count = dataset.sizes.get("run", 0)
    if "example_tokens" not in dataset:
        return [], [None] * run_count
    sets: list[list[dict]] = []
    index_of: dict[str, int] = {}
    by_run: list[int | None] = []
    for run in range(run_count):
        sequences = _sequences_of(dataset, run)
        text = json.dumps(sequences)
        if sequences and text not in index_of:
            index_of[text] = len(sets)
            sets.append(sequences)
        by_run.append(index_of.get(text))
    return sets, by_run


def _sequences_of(dataset: xr.Dataset, run: int) -> list[dict]:
    """One run's example sequences; none where all of their tokens are blank."""
    own = dataset[["example_tokens", *({"example_target"} & set(dataset.data_vars))]]
    own = own.isel(run=run) if "run" in own.dims else own
    tokens = own["example_tokens"].transpose("example", ...).to_numpy()
    if not (tokens != "").any():
        return []
    targets = own["example_target"].to_numpy() if "example_target" in own else [""] * len(tokens)
    return [_sequence(row, target) for row, target in zip(tokens, targets, strict=True)]


def _at_places(sequences: Sequence[dict], places: Sequence[int]) -> list[dict]:
    """Return the sequences of which maps are kept."""
    return [sequences[place] for place in places]


def _sequence(tokens: np.ndarray, target: object) -> dict:
    """Describe one example sequence."""
    return {"tokens": list(map(_token, np.ravel(tokens))), "target": str(target)}


def _token(text: object) -> dict:
    token = read_json(text, None)
    if isinstance(token, dict) and token.get("kind") == "image":
        picture = str(token.get("png"))
        if BASE64.fullmatch(picture):
            return {"kind": "image", "png": picture}
        return {"kind": "text", "text": "?"}
    if isinstance(token, dict) and "text" in token:
        return {"kind": "text", "text": str(token["text"])}
    return {"kind": "text", "text": str(text)}


def _texts(dataset: xr.Dataset, *names: str) -> list[str]:
    for name in names:
        if name in dataset.coords:
            return [str(value) for value in dataset[name].to_numpy()]
    size = next((dataset.sizes[name] for name in names if name in dataset.sizes), 0)
    return [f"{names[0].replace('_', ' ')} {i}" for i in range(size)]


def _integers(dataset: xr.Dataset, name: str, first: int) -> list[int]:
    if name in dataset.coords:
        return [int(value) for value in dataset[name].to_numpy()]
    return list(range(first, first + dataset.sizes.get(name, 0)))
