"""The curvature of the loss along its gradient, recorded during training on a few of the evaluator's sequences."""

from collections.abc import Mapping
from typing import Any

from jaxtyping import Array

from dynamicl.probes import gradient_curvature, register_measure
from dynamicl.tasks import Sequence
from dynamicl.training import Probe

SEQUENCES = 64


class _AsTheyAre:
    """A task whose sequences the model reads as they are."""

    def inputs(self, tokens: Any) -> Any:
        """Return the tokens."""
        return tokens


def _compute(model: Any, activations: Mapping[str, Array], sequences: Sequence) -> dict[str, Array]:
    return gradient_curvature(model, _AsTheyAre(), sequences)


register_measure(
    Probe(
        name="gradient curvature",
        sites=(),
        compute=_compute,
        dims={"gradient_curvature": (), "evaluation_gradient_norm": ()},
        sequences=SEQUENCES,
    )
)
