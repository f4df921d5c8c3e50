"""A run's network as shapes: what is known of it before anything is drawn."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import PyTree

from dynamicl import clamps
from dynamicl.models import Buffer, Interface, learnable
from dynamicl.specs import SpecError
from dynamicl.tasks import check_prepared, interface_of

from ._evaluation import bound
from ._run import RunSpec


@dataclass(frozen=True)
class Network:
    """What all runs of a cohort share of their networks.

    Attributes:
        interface: sizes of the task.
        shapes: the arrays' shapes.
        static: all else of the model.
        grafts: parts taken from elsewhere, or frozen.
    """

    interface: Interface
    shapes: PyTree
    static: PyTree
    grafts: tuple[Any, ...] = ()

    def model(self, weights: PyTree) -> Any:
        """Return a run's model around its weights."""
        return eqx.combine(weights, self.static)

    @property
    def trained(self) -> PyTree:
        """A tree of booleans: the arrays that updates change."""
        frozen = clamps.frozen_parts(self.grafts, self.shapes)
        return jax.tree.map(lambda may, is_frozen: may and not is_frozen, learnable(self.shapes), frozen)

    @property
    def frozen_stage(self) -> bool:
        """Whether all running averages lie in parts that a graft freezes."""
        frozen = clamps.frozen_parts(self.grafts, self.shapes)
        parts = jax.tree.leaves(frozen, is_leaf=lambda part: isinstance(part, Buffer))
        flags = [part.value for part in parts if isinstance(part, Buffer)]
        return bool(flags) and all(flags)


def network_of(spec: RunSpec, tasks: Mapping[str, Any] | None = None) -> Network:
    """Trace a run's model for its task. Nothing is computed.

    Args:
        spec: of the run.
        tasks: as its task spec prepared them; prepared here where they are not at hand.

    Raises:
        SpecError: the model has complex arrays, or does not fit the task.
    """
    prepared = spec.task.prepare() if tasks is None else tasks
    check_prepared(prepared)
    interface = interface_of(prepared["train"], lambda task: bound(spec, task))
    abstract = eqx.filter_eval_shape(spec.model.build, interface, jax.random.key(0))
    shapes, static = eqx.partition(abstract, lambda leaf: isinstance(leaf, jax.ShapeDtypeStruct))
    for leaf in jax.tree.leaves(shapes):
        if jnp.issubdtype(leaf.dtype, jnp.complexfloating):
            raise SpecError(
                f"the model has a complex array of shape {leaf.shape}: keep real and imaginary parts"
            )
    return Network(interface, shapes, static, spec.grafts)
