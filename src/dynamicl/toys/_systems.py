"""What can be trained as a toy: a loss over a handful of numbers, for any number of runs at once."""

import abc
from collections.abc import Sequence
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float


class System(eqx.Module):
    """A loss over a state of scalars.

    Every array of the system and of its states has the axes of the runs (none for a single run) or broadcasts against
    them, and runs never mix, so that a sum over runs has every run's own gradient.
    """

    @property
    @abc.abstractmethod
    def names(self) -> tuple[str, ...]:
        """What of the state can be held, by name."""

    @abc.abstractmethod
    def loss(self, state: Any) -> Float[Array, "*run"]:
        """Return each run's loss."""

    @abc.abstractmethod
    def hold(self, state: Any, names: Sequence[str]) -> tuple[Any, Any]:
        """Return the state with what is held where it is held, and a mask of the state: true where it may move."""

    def check_names(self, clamps: Sequence[str]) -> None:
        """Refuse names that the system does not have.

        Raises:
            ValueError: If a name is unknown.
        """
        unknown = [name for name in clamps if name not in self.names]
        if unknown:
            raise ValueError(
                f"`clamps` names {unknown}; allowed are {list(self.names)}. Name what this toy has."
            )


def check_single(system: System, name: str) -> None:
    """Refuse a system of several runs where one is meant.

    Raises:
        ValueError: If any of its arrays has an axis.
    """
    shapes = {jnp.shape(leaf) for leaf in jax.tree.leaves(system)}
    if shapes - {()}:
        raise ValueError(
            f"`{name}` has arrays of shapes {sorted(shapes)}; one run is allowed. Take one: "
            f"`jax.tree.map(lambda leaf: leaf[0], {name})`."
        )


def as_single(part: Any) -> Array:
    """Return an array of float32."""
    return jnp.asarray(part, dtype=jnp.float32)
