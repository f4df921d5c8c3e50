"""Where a minimal head with L = N stands on the unstable direction of the saddle that it starts at.

Near the origin the loss of the three nested logits is -h xi alpha (`dynamicl.toys.origin_curvature`). Under gradient
descent alpha, a parameter, grows at the speed h xi, and xi, which many weights of the classifier make up, at b h alpha,
where b is the squared length of xi's gradient by those weights. What grows exponentially is then alpha + xi / sqrt(b),
what shrinks is alpha - xi / sqrt(b): the sign of the first says on which side of the saddle the state lies.
"""

from typing import Any, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from dynamicl.lab import load_many
from dynamicl.models import ContentTokens, InductionHead, null_tap, record
from dynamicl.store import Trajectory


class Place(NamedTuple):
    """Where states lie, each of shape (run, step).

    Attributes:
        alpha: strength of layer 2's match.
        xi: how much more a label's logit than the others' rises with attention to that label's vector.
        speed: b, the squared length of xi's gradient by the classifier's weights.
    """

    alpha: np.ndarray
    xi: np.ndarray
    speed: np.ndarray

    @property
    def unstable(self) -> np.ndarray:
        """Coordinate on the direction that grows."""
        return self.alpha + self.xi / np.sqrt(self.speed)


def places(trajectory: Trajectory, steps: tuple[int, ...], count: int) -> Place:
    """Read off where runs lie at some of their checkpoints.

    Args:
        trajectory: minimal heads.
        steps: checkpoints.
        count: sequences of novel classes on which xi is averaged.
    """
    tables = []
    for run in range(len(trajectory.runs)):
        # Runs have worlds of their own, and so labels of their own.
        loaded = load_many(trajectory, [(run, step) for step in steps])
        task, sequences = loaded.evaluation("novel", count)
        tokens = jax.vmap(task.inputs)(sequences.tokens)
        xi, speed = _alignment_and_speed(loaded.model, tokens)
        tables.append(np.stack([np.asarray(part) for part in (loaded.model.alpha, xi, speed)]))
    return Place(*np.stack(tables, axis=1))


@eqx.filter_jit
def _alignment_and_speed(
    models: InductionHead, tokens: Any
) -> tuple[Float[Array, " model"], Float[Array, " model"]]:
    def single(model: InductionHead) -> tuple[Float[Array, ""], Float[Array, ""]]:
        classifier, static = eqx.partition(model.classifier, eqx.is_array)

        def mean_alignment(weights: Any) -> Float[Array, ""]:
            own = eqx.tree_at(lambda head: head.classifier, model, eqx.combine(weights, static))
            return jnp.mean(jax.vmap(lambda sequence: alignment(own, sequence))(tokens))

        value, gradient = jax.value_and_grad(mean_alignment)(classifier)
        squares = [jnp.sum(jnp.square(leaf)) for leaf in jax.tree.leaves(gradient)]
        return value, jnp.sum(jnp.stack(squares))

    return eqx.filter_vmap(single)(models)


def alignment(model: InductionHead, tokens: ContentTokens) -> Float[Array, ""]:
    """Return xi on one sequence: how its labels' logits change with attention to their own vectors.

    Each label's logit is compared with the mean of the others', and the labels' differences are averaged.
    """
    _, seen = record(model, tokens, ("classifier.in",))
    start = seen["classifier.in"]

    def rise(label: Float[Array, " content"]) -> Float[Array, " output"]:
        # The buffer is the second half of what the classifier reads.
        along = jnp.concatenate([jnp.zeros_like(label), label])
        return jax.jvp(lambda x: model.classifier(x, tokens, null_tap), (start,), (along,))[1]

    rises = jax.vmap(rise)(tokens.labels)
    count = rises.shape[0]
    own = jnp.trace(rises) / count
    others = (jnp.sum(rises) - jnp.trace(rises)) / (count * (count - 1))
    return own - others
