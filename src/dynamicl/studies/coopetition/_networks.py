"""Trained networks of the study: what their heads attend to, how they answer under clamps, which heads they use."""

import dataclasses
import fnmatch
import itertools
from collections.abc import Sequence
from typing import Any, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array
from scipy import stats

from dynamicl.circuits import clamped_scores
from dynamicl.clamps import Clamp, ablate_heads, forward_recorded
from dynamicl.lab import Loaded, load_many
from dynamicl.statistics import running_median
from dynamicl.store import Trajectory
from dynamicl.studies._curves import error_of
from dynamicl.studies._summaries import closest
from dynamicl.training import pack, unpack

from ._settings import Setting

PREVIOUS = 0.3
"""Attention of label tokens to the token before them from which on a layer-1 head is a previous-token head."""
SILENT = 0.55
"""Below this icl counts as brought to chance."""
SURE = 1.96
"""Standard errors in the half of a 95 % interval."""


class LabelAttention(NamedTuple):
    """What the query's row of the last layer pays to the two labels.

    Attributes:
        right: attention to the label that answers the query, shape (model, sequence, head).
        other: attention to the other one.
        second: whether the right label stands in the second pair, shape (sequence,).
    """

    right: np.ndarray
    other: np.ndarray
    second: np.ndarray

    @property
    def delta(self) -> np.ndarray:
        """Attention to the right label minus that to the other."""
        return self.right - self.other


def label_attention(loaded: Loaded, evaluator: str, count: int) -> LabelAttention:
    """Look at what the last layer's heads attend to.

    Args:
        loaded: networks with a leading axis `model` (`load_many`).
        evaluator: whose sequences are shown.
        count: how many.
    """
    task, sequences = loaded.evaluation(evaluator, count)
    weights, static = eqx.partition(loaded.model, eqx.is_array)
    last = len(loaded.model.blocks) - 1
    site = f"layers.{last}.attn.pattern"

    @jax.jit
    def rows(weights: Any) -> Array:
        def one(arrays: Any) -> Array:
            _, seen = forward_recorded(eqx.combine(arrays, static), task, sequences, (), 0, (site,))
            return seen[site][:, :, -1]

        return jax.lax.map(one, weights)

    pattern = np.asarray(rows(weights))
    right, other = (
        np.asarray(mask) for mask in (sequences.roles.matching_label, sequences.roles.other_label)
    )
    second = right[:, 3]
    return LabelAttention(
        np.einsum("mbhk,bk->mbh", pattern, right), np.einsum("mbhk,bk->mbh", pattern, other), second
    )


def accuracies(
    loaded: Loaded, evaluator: str, count: int, variants: Sequence[tuple[Clamp, ...]]
) -> np.ndarray:
    """Return in-context accuracies under sets of clamps, shape (model, variant).

    Args:
        loaded: networks with a leading axis `model`.
        evaluator: whose sequences are asked.
        count: how many.
        variants: sets of clamps, the same for every network.
    """
    task, sequences = loaded.evaluation(evaluator, count)
    models = jax.tree.leaves(eqx.filter(loaded.model, eqx.is_array))[0].shape[0]
    scores = clamped_scores(loaded.model, task, sequences, [list(variants)] * models)
    return scores.accuracy_in_context


def last_networks(trajectory: Trajectory) -> Loaded:
    """Load the last checkpoint of every run."""
    return load_many(trajectory, [(i, None) for i in range(len(trajectory.runs))])


def flip_peaks(trajectory: Trajectory) -> list[int]:
    """Return the checkpoint of every run that is nearest to the height of its flip curve."""
    data = trajectory.dataset
    flips = data["accuracy_in_context"].sel(evaluator="flip").transpose("run", "step").values
    peaks = data["step"].values[running_median(flips).argmax(axis=1)]
    checkpoints = np.array(trajectory.checkpoints)
    return [int(checkpoints[closest(checkpoints, peak)]) for peak in peaks]


def by_previous_token(trajectory: Trajectory) -> np.ndarray:
    """Return every run's layer-1 heads by how much they attend to the previous token at the flip peak, most first."""
    attention = trajectory.dataset["previous_token_attention"].sel(layer=1).transpose("run", "step", "head")
    steps = attention["step"].values
    places = [closest(steps, peak) for peak in flip_peaks(trajectory)]
    at_peak = attention.values[np.arange(len(places)), places]
    return np.argsort(-at_peak, axis=1)


def serving_heads(scale: Setting, trajectory: Trajectory, run: int) -> tuple[int, ...]:
    """Return the fewest layer-1 heads, by previous-token attention, without which icl is at chance at the flip peak.

    All but the last one of them where no set does it: some head must be left to learn.
    """
    order = [int(head) for head in by_previous_token(trajectory)[run]]
    sets = [tuple(sorted(order[: size + 1])) for size in range(len(order))]
    loaded = load_many(trajectory, [(run, flip_peaks(trajectory)[run])])
    (scores,) = accuracies(loaded, "icl", scale.sample, [ablate_heads(0, heads) for heads in sets])
    silent = upper(scores, scale.sample) < SILENT
    return sets[int(silent.argmax())] if silent[:-1].any() else sets[-2]


def upper(accuracy: np.ndarray, count: int) -> np.ndarray:
    """Return upper 95 % bounds of accuracies."""
    return accuracy + SURE * error_of(accuracy, count)


def lower(accuracy: np.ndarray, count: int) -> np.ndarray:
    """Return lower 95 % bounds of accuracies."""
    return accuracy - SURE * error_of(accuracy, count)


def pearson(first: np.ndarray, second: np.ndarray) -> float:
    """Return the correlation of two samples; NaN where one does not vary."""
    if np.ptp(first) == 0 or np.ptp(second) == 0:
        return float("nan")
    return float(np.corrcoef(first, second)[0, 1])


def spearman(first: np.ndarray, second: np.ndarray) -> float:
    """Return the rank correlation of two samples; 0 where the second does not vary."""
    return float(stats.spearmanr(first, second).statistic) if np.ptp(second) > 0 else 0.0


def level_steps(trajectory: Trajectory, levels: Sequence[float]) -> list[int]:
    """Return the checkpoints at which a ciwl-only run's accuracy first reaches levels, rising, each once.

    Levels that it never reaches are left out, and so is the untrained network, which may be above one by chance.
    """
    data = trajectory.dataset
    accuracy = data["accuracy_in_context"].sel(evaluator="ciwl").transpose("run", "step").values[0]
    smooth, steps = running_median(accuracy)[1:], data["step"].values[1:]
    checkpoints = np.array([step for step in trajectory.checkpoints if step > 0])
    places = [int((smooth >= level).argmax()) for level in levels if (smooth >= level).any()]
    nearest = {int(checkpoints[closest(checkpoints, steps[place])]) for place in places}
    return sorted(nearest)


def exchanged(
    loaded: Loaded, receivers: Sequence[int], givers: Sequence[int], parts: Sequence[str]
) -> Loaded:
    """Return networks with parts of others' weights: `dynamicl.lab.swap` for many at once.

    Args:
        loaded: networks with a leading axis `model`.
        receivers: places along that axis whose other weights are kept, one for each new network.
        givers: places whose parts are taken.
        parts: globs over the names of arrays, for instance `SECOND_HALF`.
    """
    own, static = eqx.partition(loaded.model, eqx.is_array)
    arrays = pack(own)
    taken = set(itertools.chain.from_iterable(fnmatch.filter(arrays, part) for part in parts))
    places = {name: np.array(givers if name in taken else receivers) for name in arrays}
    mixed = {name: np.asarray(array)[places[name]] for name, array in arrays.items()}
    shapes = jax.tree.map(
        lambda leaf: jax.ShapeDtypeStruct((len(receivers), *leaf.shape[1:]), leaf.dtype), own
    )
    weights = jax.tree.map(jnp.asarray, unpack(mixed, shapes, "exchanged networks"))
    return dataclasses.replace(loaded, model=eqx.combine(weights, static))
