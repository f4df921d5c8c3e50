"""A finding of our own: is in-context learning like gradient descent, before and after an induction head forms?

The similarities of the language models, at every checkpoint of networks that learn an induction task. Beside training
on the context's own pairs stands training on those of another context: what both have in common says nothing about
the task at hand.
"""

import numpy as np
import xarray as xr

from dynamicl import lm
from dynamicl.lab import load_many
from dynamicl.studies._experiment import Experiment
from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._populations import Populations, Trajectories
from dynamicl.studies._summaries import mean, ratio

from ._networks import ONSET, Networks, half_times, losses, populations
from ._scales import Scale, scale_of
from ._two_ways import RATES, Look, Ways, two_ways

SPECIFIC = Threshold("SimAOU at the end, trained on the context's own pairs minus on another's", "low >", 0.0)
GROWS = Threshold("SimAOU at the end minus before the loss drops", "low >", 0.0)
OVER_RANDOM = Threshold("SimAOU at the end over the size of the random one, typical ratio", ">", 10.0)
"""The margin of the report's table 1."""

MEASURES = ("outputs", "other", "uniform", "centred", "map_before", "map_after", "map_change")
SETTINGS = ("zero_shot", "in_context", "tuned", "other")


def plain(scale: Scale) -> Populations:
    """List the population that learns with plain attention."""
    return {"plain": populations(scale.networks)["plain"]}


def measure(lab: Lab, scale: Scale, trajectories: Trajectories) -> xr.Dataset:
    """Compare both ways of learning at every checkpoint.

    Returns:
        `similarity` (measure, seed, checkpoint, layer) and `accuracy` (setting, seed, checkpoint) at the `chosen` rate
        (seed, checkpoint); `by_rate` (rate, seed, layer), SimAOU at the end; `loss_there` (seed, checkpoint), `loss`
        (seed, sequences), `t50` (seed). Checkpoints and sequences are published sequences.
    """
    networks, trajectory = scale.networks, trajectories["plain"]
    steps = [int(step) for step in trajectory.checkpoints]
    ways = _ways(trajectory, networks, steps)
    curves = losses(trajectory, networks)
    checkpoints = networks.published(np.array(steps, float))
    table = {
        "similarity": (("measure", "seed", "checkpoint", "layer"), _shaped(similarities(ways), networks)),
        "by_rate": (("rate", "seed", "layer"), _shaped(_by_rate(ways), networks)[:, :, -1]),
        "accuracy": (("setting", "seed", "checkpoint"), _shaped(_accuracies(ways), networks)),
        "chosen": (("seed", "checkpoint"), _shaped(np.array(RATES)[ways.chosen][None], networks)[0]),
        "loss": curves,
        "loss_there": (("seed", "checkpoint"), _at(curves, checkpoints)),
        "t50": ("seed", half_times(curves)[0]),
    }
    coords = {
        "measure": list(MEASURES),
        "setting": list(SETTINGS),
        "rate": list(RATES),
        "checkpoint": checkpoints,
    }
    return xr.Dataset(table, coords)


def _ways(trajectory: object, networks: Networks, steps: list[int]) -> Ways:
    """Load every checkpoint, all of the first seed first, and compare both ways of learning there."""
    places = [(i, step) for i in range(len(networks.seeds)) for step in steps]
    loaded = load_many(trajectory, places)  # type: ignore[arg-type]
    task, sequences = loaded.evaluation("train", networks.sample)
    return two_ways(loaded.model, task, sequences)


def _shaped(rows: np.ndarray, networks: Networks) -> np.ndarray:
    """Part the axis of networks (second) into seeds and checkpoints."""
    return rows.reshape(rows.shape[0], len(networks.seeds), -1, *rows.shape[2:])


def _at(curves: xr.DataArray, checkpoints: np.ndarray) -> np.ndarray:
    """The losses at checkpoints, between two evaluations by a straight line."""
    rows = curves.transpose("seed", "sequences").values
    return np.stack([np.interp(checkpoints, curves["sequences"].values, row) for row in rows])


def similarities(ways: Ways) -> np.ndarray:
    """Return the means over sequences at the chosen rates, (measure, model, layer).

    Args:
        ways: of `two_ways`.
    """
    zero_shot, in_context = (np.asarray(look.outputs) for look in (ways.zero_shot, ways.in_context))
    tuned, other = (_at_rate(look, ways.chosen) for look in (ways.tuned, ways.other))
    random = np.random.default_rng(0)
    rows = {
        "outputs": lm.output_similarity(zero_shot, in_context, tuned.outputs),
        "other": lm.output_similarity(zero_shot, in_context, other.outputs),
        "uniform": lm.random_similarity(zero_shot, in_context, centred=False, random=random),
        "centred": lm.random_similarity(zero_shot, in_context, centred=True, random=random),
    }
    # A query of one token has one score a head: a network's map is the vector of its heads' scores.
    looks = (ways.zero_shot, ways.in_context, tuned)
    maps = lm.map_similarities(*[np.asarray(look.maps)[..., None, :] for look in looks])
    rows |= {f"map_{name}": values for name, values in maps.items()}
    return np.stack([_mean_over_sequences(rows[name]) for name in MEASURES])


def _mean_over_sequences(values: np.ndarray) -> np.ndarray:
    """The mean over the axis of sequences (second) of what is known; NaN where nothing is."""
    known = np.isfinite(values)
    counts = known.sum(1)
    return np.where(counts > 0, np.where(known, values, 0).sum(1) / np.maximum(counts, 1), np.nan)


def _at_rate(look: Look, chosen: np.ndarray) -> Look:
    """What networks do at each one's rate: the third axis is that of rates."""
    networks = np.arange(len(chosen))
    return look._replace(
        outputs=look.outputs[networks, :, chosen],
        maps=look.maps[networks, :, chosen],
        right=look.right[networks, :, chosen],
    )


def _by_rate(ways: Ways) -> np.ndarray:
    """SimAOU at every rate, (rate, model, layer)."""
    zero_shot, in_context = (
        np.asarray(look.outputs)[:, :, None] for look in (ways.zero_shot, ways.in_context)
    )
    values = lm.output_similarity(zero_shot, in_context, np.asarray(ways.tuned.outputs))
    return np.moveaxis(_mean_over_sequences(values), 1, 0)


def _accuracies(ways: Ways) -> np.ndarray:
    """Shares of right answers among the context's labels, (setting, model)."""
    looks = (
        ways.zero_shot,
        ways.in_context,
        *(_at_rate(look, ways.chosen) for look in (ways.tuned, ways.other)),
    )
    return np.stack([np.asarray(look.right).mean(1) for look in looks])


def ends(data: xr.Dataset, measure: str) -> np.ndarray:
    """Return a similarity at the last checkpoint, mean over layers, one a seed.

    Args:
        data: of `measure`.
        measure: name.
    """
    return data["similarity"].sel(measure=measure).isel(checkpoint=-1).mean("layer").values


def before_the_drop(data: xr.Dataset) -> np.ndarray:
    """Return SimAOU at the last checkpoint at which the loss had not yet fallen, one a seed; NaN where it never had.

    The network as it was initialised does not count: it has learnt nothing yet, not even what the plateau holds.

    Args:
        data: of `measure`.
    """
    similarity = data["similarity"].sel(measure="outputs").mean("layer").transpose("seed", "checkpoint")
    waiting = data["loss_there"].transpose("seed", "checkpoint").values >= ONSET
    waiting[:, 0] = False
    last = waiting.shape[1] - 1 - waiting[:, ::-1].argmax(1)
    values = similarity.values[np.arange(len(last)), last]
    return np.where(waiting.any(1), values, np.nan)


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """Once the head is there, reading is like training on what is read, more than before, and far more than by chance.

    Args:
        data: of `measure`.
    """
    own, n = ends(data, "outputs"), data.sizes["seed"]
    return (
        SPECIFIC.part(mean(own - ends(data, "other")), n),
        GROWS.part(mean(own - before_the_drop(data)), n),
        OVER_RANDOM.part(ratio(np.maximum(own, 0), np.abs(ends(data, "uniform"))), n),
    )


def note(data: xr.Dataset) -> str:
    """Give the levels behind the differences, by layer, and what training makes right."""
    similarity = data["similarity"].isel(checkpoint=-1).mean("seed")
    own, other = (similarity.sel(measure=name).values for name in ("outputs", "other"))
    layers = "; ".join(
        f"layer {i + 1} {a:.3f} (another context's pairs {b:.3f})"
        for i, (a, b) in enumerate(zip(own, other, strict=True))
    )
    plateau = before_the_drop(data)
    plateau = plateau[np.isfinite(plateau)]
    level = f"{plateau.mean():.3f}" if plateau.size else "unknown"
    accuracy = data["accuracy"].isel(checkpoint=-1).mean("seed")
    answers = ", ".join(
        f"{name.replace('_', '-')} {float(accuracy.sel(setting=name)):.2f}" for name in SETTINGS
    )
    return (
        f"SimAOU at the end: {layers}; before the loss drops {level} over both layers; "
        f"accuracy {answers}. A query alone is a sequence that these networks never met in training"
    )


ALONG_TRAINING = Experiment(
    "finetuning.along_training",
    setting=scale_of,
    populations=plain,
    measure=measure,
    judge=judge,
    criterion=(SPECIFIC, GROWS, OVER_RANDOM),
    finding=(
        "In networks that form an induction head, what a context does to attention outputs becomes like gradient "
        "descent on that context's pairs"
    ),
    note=note,
)
