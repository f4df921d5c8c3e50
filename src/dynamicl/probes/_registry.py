"""The measures that can be recorded during training, by name."""

from collections.abc import Sequence
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp

from dynamicl.models import learnable
from dynamicl.specs import SpecError, check, nearest
from dynamicl.training import Probe

from ._curvature import descent_curvature
from ._heads import HEAD_MEASURES, attention_maps, head_measures

_PROBES: dict[str, Probe] = {}


def register_measure(probe: Probe) -> Probe:
    """Make a measure available under its name, in `Recording.measures`.

    Raises:
        SpecError: it is no `Probe`.
    """
    check(isinstance(probe, Probe), f"`probe` is {probe!r}: give a `Probe`, with a name and what it computes")
    _PROBES[probe.name] = probe
    return probe


def probes(names: Sequence[str]) -> tuple[Probe, ...]:
    """Return measures by name.

    Raises:
        SpecError: an unknown name, with the nearest known ones.
    """
    for name in names:
        if name not in _PROBES:
            raise SpecError(
                f"unknown measure `{name}` in `recording.measures`: did you mean {nearest(name, _PROBES)}?"
            )
    return tuple(_PROBES[name] for name in names)


def known_measures() -> tuple[str, ...]:
    """List the registered measures."""
    return tuple(_PROBES)


def squared_norm(weights: Any) -> jax.Array:
    """Add up the squares of all parameters (lookup report, equation 17); integers, masks and averages are none."""
    arrays = eqx.filter(weights, eqx.is_array)
    parameters = jax.tree.leaves(eqx.filter(arrays, learnable(arrays)))
    return sum((jnp.sum(jnp.square(leaf)) for leaf in parameters), jnp.float32(0))


register_measure(
    Probe(
        name="heads",
        sites=("layers.*.attn.pattern", "layers.*.attn.head_out", "layers.*.post"),
        compute=head_measures,
        dims=dict.fromkeys(HEAD_MEASURES, ("layer", "head")),
        # 2: averages leave out sequences without the role.
        version=2,
    )
)
register_measure(
    Probe(
        name="norms",
        sites=(),
        compute=lambda model, activations, sequences: {"squared_norm": squared_norm(model)},
        dims={"squared_norm": ()},
        # 2: running averages are no parameters.
        version=2,
    )
)
register_measure(
    Probe(
        name="attention",
        sites=("layers.*.attn.pattern",),
        compute=attention_maps,
        dims={
            "attention_by_role": ("layer", "head", "query_role", "key_role"),
            "attention": ("example", "layer", "head", "query", "key"),
        },
        at="checkpoint",
        # 2: averages leave out sequences without the role.
        version=2,
    )
)
register_measure(
    Probe(
        name="curvature",
        sites=(),
        compute=lambda model, activations, sequences, descent: descent_curvature(descent),
        dims={"gradient_curvature": (), "evaluation_gradient_norm": ()},
        sequences=256,
        needs_descent=True,
        # 2: of what is trained alone, with the run's clamps.
        version=2,
    )
)
