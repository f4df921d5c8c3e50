"""The curvature of the loss along its gradient, recorded during training on a few of the evaluator's sequences."""

from collections.abc import Mapping
from typing import Any

from jaxtyping import Array

from dynamicl.probes import descent_curvature, register_measure
from dynamicl.tasks import Sequence
from dynamicl.training import Descent, Probe

SEQUENCES = 64


def _compute(
    model: Any, activations: Mapping[str, Array], sequences: Sequence, descent: Descent
) -> dict[str, Array]:
    return descent_curvature(descent)


register_measure(
    Probe(
        name="gradient curvature",
        sites=(),
        compute=_compute,
        dims={"gradient_curvature": (), "evaluation_gradient_norm": ()},
        sequences=SEQUENCES,
        needs_descent=True,
    )
)
