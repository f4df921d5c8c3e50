"""What passes inside a trained model, as one labelled dataset: for looking at a checkpoint by hand."""

from collections.abc import Mapping, Sequence
from typing import Any

import jax
import numpy as np
import xarray as xr

from dynamicl.clamps import NOBODY, Clamp, check_clamps, forward_recorded, given_clamps
from dynamicl.models import batch_tokens, match_sites, sites, with_all_rows
from dynamicl.specs import check_list
from dynamicl.tasks import Sequence as TaskSequence

from ._models import Loaded


def activations(
    loaded: Loaded,
    sequences: TaskSequence,
    patterns: Sequence[str] = ("*",),
    *,
    evaluator: str | None = None,
    clamps: Sequence[Clamp] = (),
    others: Mapping[str, Any] = NOBODY,
) -> xr.Dataset:
    """Run a trained model on sequences and keep what passes its sites, every row of the last layer included.

    All of it is held in memory at once: 1,000 sequences of five tokens through two layers of width 64 take about 40 MB.

    Args:
        loaded: the model (`load`).
        sequences: as `loaded.evaluation` hands them out, or of the evaluator's own task.
        patterns: globs over site names, e.g. `layers.*.attn.pattern`; `dynamicl sites` lists them.
        evaluator: whose sequences these are; the one that they say themselves by default.
        clamps: interventions, as they could steer a run; windows are taken at step 0.
        others: networks that clamps take values from (`load_others`).

    Returns:
        One variable a site, with dimensions `sequence` and the site's own (head, query, key, ...); `logits` among them
        where it is asked for, and `target`, the right outputs. Layers in names of sites count from 0, as heads do.

    Raises:
        SpecError: a pattern or clamp that matches nothing, with the nearest names; another evaluator's sequences.

    Example:
        task, sequences = loaded.evaluation("train", 100)
        patterns = activations(loaded, sequences, ["layers.*.attn.pattern"])
        patterns["layers.1.attn.pattern"].sel(head=3).mean("sequence")
    """
    check_list(patterns, "patterns", "a list of globs")
    model, task = with_all_rows(loaded.model), loaded.task_of(sequences, evaluator)
    others = {name: _every_row(other) for name, other in others.items()}
    tokens = batch_tokens(model, jax.vmap(task.inputs)(sequences.tokens))
    known = sites(model, jax.tree.map(lambda array: array[0], tokens))
    wanted = {site.name: site for pattern in patterns for site in match_sites(known, pattern)}
    clamps = given_clamps(clamps)
    check_clamps(clamps, known)
    _, values = forward_recorded(model, task, sequences, clamps, 0, list(wanted), others)
    lengths: dict[str, int] = {}
    variables = {}
    for name, site in wanted.items():
        dims = [_dim(name, axis, size, lengths) for axis, size in zip(site.axes, site.shape, strict=True)]
        variables[name] = (("sequence", *dims), np.asarray(values[name]))
    return xr.Dataset(variables | {"target": ("sequence", np.asarray(sequences.target))})


def _every_row(other: Any) -> Any:
    """Return a network that lends values with every row, as the one has that takes them; sequences as they are."""
    return other if isinstance(other, TaskSequence) else with_all_rows(other)


def _dim(site: str, axis: str, size: int, lengths: dict[str, int]) -> str:
    """Name a dimension: the axis, or where that name stands for another length already, the site's own."""
    return axis if lengths.setdefault(axis, size) == size else f"{site}.{axis}"
