"""Probes: what is computed on an evaluator's sequences at each evaluation."""

import fnmatch
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import jax.numpy as jnp
from jaxtyping import Array, Float

from dynamicl.models import Site
from dynamicl.specs import check, nearest
from dynamicl.tasks import Sequence

SCORES = ("loss", "accuracy", "accuracy_in_context", "target_probability", "loss_error", "accuracy_error")


class Descent(NamedTuple):
    """What training follows, for measures of the loss' shape.

    Attributes:
        weights: those that updates change; all else is `None`.
        loss: of such weights, mean cross-entropy in nats on a measure's sequences, with the run's clamps.
    """

    weights: Any
    loss: Callable[[Any], Array]


@dataclass(frozen=True)
class Probe:
    """A measure as the engine sees it.

    Attributes:
        name: of the measure.
        sites: globs of the intermediates it reads.
        compute: `(model, activations, sequences) -> {variable: array}`; activations have a leading axis `batch`.
        dims: the axes' names of each variable, run and step left out.
        at: `evaluation` or `checkpoint`, when it is recorded.
        sequences: how many of the evaluator's sequences it sees; 0 for all of the first piece, 2,000 at most.
        version: raised whenever `compute` comes to mean something else: records are known by it, so that those of
            another version are never taken for this one's.
        needs_task: hand the task to `compute` as a fourth argument, for measures that run the model themselves.
        needs_descent: hand a `Descent` to `compute` as its last argument, for measures of gradients.
    """

    name: str
    sites: tuple[str, ...]
    compute: Callable[..., dict[str, Array]]
    dims: Mapping[str, tuple[str, ...]]
    at: str = "evaluation"
    sequences: int = 0
    needs_task: bool = False
    needs_descent: bool = False
    version: int = 1


def recorded_name(variable: str, evaluator: str) -> str:
    """Return the name under which a measure's variable is recorded of an evaluator.

    >>> recorded_name("head_accuracy", "icl"), recorded_name("head_accuracy", "train")
    ('head_accuracy@icl', 'head_accuracy')
    """
    return variable if evaluator == "train" else f"{variable}@{evaluator}"


def recorded_names(probes: Iterable[Probe], evaluator: str, at: str = "evaluation") -> tuple[str, ...]:
    """Return the names of all that measures record of an evaluator at its evaluations, or at checkpoints."""
    own = (probe for probe in probes if probe.at == at)
    return tuple(recorded_name(variable, evaluator) for probe in own for variable in probe.dims)


def check_reads(probes: Iterable[Probe], known: Iterable[Site]) -> None:
    """Refuse measures that find nothing to read in a model.

    Args:
        probes: to be recorded.
        known: the model's sites.

    Raises:
        SpecError: no intermediate of the model is among those that a probe reads.
    """
    names = [site.name for site in known]
    for probe in probes:
        read = any(fnmatch.filter(names, glob) for glob in probe.sites)
        check(
            read or not probe.sites,
            f"measure `{probe.name}` reads {', '.join(f'`{glob}`' for glob in probe.sites)}, and the model has none of "
            'them: leave it out, for instance `Recording(measures=("norms",))`',
        )


def check_variables(probe: Probe, values: Mapping[str, Array]) -> None:
    """Refuse what a measure computes and does not describe: it could not be labelled.

    Args:
        probe: the measure.
        values: what it computed, or their shapes.

    Raises:
        SpecError: a variable that `dims` does not name, or names with another number of axes.
    """
    for name, value in values.items():
        check(
            name in probe.dims,
            f"measure `{probe.name}` computes `{name}`, whose axes its `dims` does not name: did you mean "
            f"{nearest(name, probe.dims)}?",
        )
        check(
            len(probe.dims[name]) == value.ndim,
            f"measure `{probe.name}` computes `{name}` of shape {value.shape}, and its `dims` names the axes "
            f"{tuple(probe.dims[name])}: name {value.ndim}",
        )


def standard_scores(logits: Float[Array, "batch output"], sequences: Sequence) -> dict[str, Float[Array, ""]]:
    """Score predictions on an evaluator's sequences.

    Returns:
        Means over the batch: `loss` (cross-entropy, nats), `accuracy`, `accuracy_in_context` (the best among the
        outputs that occur in the context), `target_probability`; and the standard errors `loss_error`,
        `accuracy_error`, NaN for a single sequence.
    """
    return summary(scores_of_sequences(logits, sequences))


def scores_of_sequences(
    logits: Float[Array, "batch output"], sequences: Sequence
) -> dict[str, Float[Array, " batch"]]:
    """Score each sequence's prediction: `loss` (nats), `accuracy`, `accuracy_in_context`, `target_probability`.

    Logits that are no numbers predict nothing: all four are NaN.
    """
    own = jnp.take_along_axis(logits, sequences.target[:, None], axis=1)
    highest = jnp.max(logits, axis=-1, keepdims=True)
    hit = (own - highest)[:, 0] - jnp.log(jnp.sum(jnp.exp(logits - highest), axis=-1))
    # Whether the target is the first of the highest, as `argmax` has it; with thousands of outputs comparing all with
    # the target took a CPU a quarter of the time that looking for the highest place did.
    before = jnp.arange(logits.shape[1]) < sequences.target[:, None]
    ahead = jnp.where(before, logits >= own, logits > own)
    is_option = jnp.take_along_axis(sequences.options, sequences.target[:, None], axis=1)[:, 0]
    best_in_context = is_option & ~jnp.any(ahead & sequences.options, axis=-1)
    nothing = jnp.isnan(hit)
    return {
        "loss": -hit,
        "accuracy": jnp.where(nothing, jnp.nan, (~jnp.any(ahead, axis=-1)).astype(jnp.float32)),
        "accuracy_in_context": jnp.where(nothing, jnp.nan, best_in_context.astype(jnp.float32)),
        "target_probability": jnp.exp(hit),
    }


def summary(scores: Mapping[str, Float[Array, " batch"]]) -> dict[str, Float[Array, ""]]:
    """Return means over sequences, and the standard errors of loss and accuracy."""
    count = scores["loss"].shape[0]
    # A single sequence says nothing of its spread.
    root = jnp.float32(count**0.5) if count > 1 else jnp.float32(jnp.nan)
    means = {name: jnp.mean(values) for name, values in scores.items()}
    return means | {f"{name}_error": jnp.std(scores[name]) / root for name in ("loss", "accuracy")}
