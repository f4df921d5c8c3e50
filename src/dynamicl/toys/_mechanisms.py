"""The algebra of mechanisms: what has to be learnt together, what may be learnt instead, what cannot live side by side.

A mechanism is a loss over named vectors. `And` multiplies vectors (all of them are needed), `Or` multiplies losses (any
part may be learnt), `Compete` charges for two vectors that are both there, a number added is an offset that nothing
removes, a number multiplied is a weight. Every loss is an average over the entries of its tensors, as in the
documents' code; no tensor is formed, because every loss depends on lengths and inner products alone.
"""

import abc
from typing import Any, NamedTuple

import equinox as eqx

Number = Any  # a number, or an array with the axes of the runs


class Planar(NamedTuple):
    """A vector in the plane of its truth and its start, which training never leaves.

    Attributes:
        along: Component along the truth.
        across: Length of the rest.
    """

    along: Any  # arrays (*run) of JAX in training, of NumPy in float64 where digits count
    across: Any


State = dict[str, Planar]
Lengths = dict[str, Any]  # arrays of JAX in training, of NumPy in float64 where digits count


class Mechanism(eqx.Module):
    """A loss over named vectors; add numbers or mechanisms, multiply by numbers."""

    @property
    @abc.abstractmethod
    def names(self) -> tuple[str, ...]:
        """Names of the vectors that it needs, each once, in the order of their first mention."""

    @property
    @abc.abstractmethod
    def terms(self) -> "dict[str, Mechanism]":
        """Its simplest parts by label, such as `a b c`; offsets are none."""

    @abc.abstractmethod
    def loss(self, state: State, lengths: Lengths, sizes: dict[str, int]) -> Any:
        """Return the loss.

        Args:
            state: The vectors in their planes, by name.
            lengths: Of the truths.
            sizes: Dimension of each vector.
        """

    def __add__(self, other: "Mechanism | Number") -> "Mechanism":
        return Sum((self, other if isinstance(other, Mechanism) else Offset(other)))

    __radd__ = __add__

    def __mul__(self, weight: Number) -> "Mechanism":
        if isinstance(weight, Mechanism):
            raise TypeError(
                "mechanisms are multiplied by numbers: the product of two losses is `Or(first, second)`"
            )
        return Weighted(self, weight)

    __rmul__ = __mul__


class And(Mechanism):
    """Half the mean squared error of a tensor product: no vector helps before the others are there.

    Attributes:
        vectors: Their names.

    References:
        Singh, thesis (2025), section 4.4.2; equations 5.1 and 5.2.

    Example:
        >>> And("a", "b", "c").names
        ('a', 'b', 'c')
    """

    vectors: tuple[str, ...] = eqx.field(static=True)

    def __init__(self, *names: str) -> None:
        self.vectors = _distinct("And", names)

    @property
    def names(self) -> tuple[str, ...]:
        """Of its vectors."""
        return self.vectors

    @property
    def terms(self) -> dict[str, Mechanism]:
        """Itself."""
        return {" ".join(self.names): self}

    def loss(self, state: State, lengths: Lengths, sizes: dict[str, int]) -> Any:
        """Return the loss, as a sum of what is missing along the truth and what lies outside it.

        |S - U|^2 = (|S| - U.S / |S|)^2 + what of U is orthogonal to S. Neither part subtracts numbers that are nearly
        equal, so that losses far below the precision of |S|^2 are right.
        """
        truth: Any = 1.0
        overlap: Any = 1.0
        inside: Any = 1.0
        outside: Any = 0.0
        size = 1
        for name in self.names:
            along, across = state[name]
            truth, overlap, size = truth * lengths[name], overlap * along, size * sizes[name]
            outside = outside * (along * along + across * across) + inside * (across * across)
            inside = inside * (along * along)
        return ((truth - overlap) ** 2 + outside) / (2.0 * size)


class Compete(Mechanism):
    """Half the mean square of a tensor product: it costs to have all the vectors at once.

    Attributes:
        vectors: Their names.

    References:
        Singh, thesis (2025), equation 5.3.
    """

    vectors: tuple[str, ...] = eqx.field(static=True)

    def __init__(self, *names: str) -> None:
        self.vectors = _distinct("Compete", names)

    @property
    def names(self) -> tuple[str, ...]:
        """Of its vectors."""
        return self.vectors

    @property
    def terms(self) -> dict[str, Mechanism]:
        """Itself."""
        return {" against ".join(self.names): self}

    def loss(self, state: State, lengths: Lengths, sizes: dict[str, int]) -> Any:
        """Return the loss."""
        square: Any = 1.0
        size = 1
        for name in self.names:
            along, across = state[name]
            square, size = square * (along * along + across * across), size * sizes[name]
        return square / (2.0 * size)


class Offset(Mechanism):
    """A loss that nothing removes; what a number becomes when it is added.

    Attributes:
        value: The number.
    """

    value: Number

    @property
    def names(self) -> tuple[str, ...]:
        """None."""
        return ()

    @property
    def terms(self) -> dict[str, Mechanism]:
        """None."""
        return {}

    def loss(self, state: State, lengths: Lengths, sizes: dict[str, int]) -> Any:
        """Return the number."""
        return self.value


class _Composed(Mechanism):
    """What several mechanisms make.

    Attributes:
        parts: The mechanisms.
    """

    parts: tuple[Mechanism, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Of all parts."""
        return tuple(dict.fromkeys(name for part in self.parts for name in part.names))

    @property
    def terms(self) -> dict[str, Mechanism]:
        """Of all parts."""
        return {label: term for part in self.parts for label, term in part.terms.items()}


class Sum(_Composed):
    """The sum of losses: each is worth removing, whatever becomes of the others."""

    def loss(self, state: State, lengths: Lengths, sizes: dict[str, int]) -> Any:
        """Return the sum."""
        first, *rest = (part.loss(state, lengths, sizes) for part in self.parts)
        for loss in rest:
            first = first + loss
        return first


class Or(_Composed):
    """The product of losses: removing any one of them is enough.

    References:
        Singh, thesis (2025), section 5.7.

    Example:
        >>> both = Or(And("a", "b", "c") + 0.1, And("d", "b", "c")) + 0.1 * Compete("a", "d")
        >>> both.names, list(both.terms)
        (('a', 'b', 'c', 'd'), ['a b c', 'd b c', 'a against d'])
    """

    def __init__(self, *parts: Mechanism) -> None:
        if len(parts) < 2:
            raise ValueError(
                f"`parts` of an Or are {len(parts)}; at least 2 mechanisms are allowed. Use the mechanism itself."
            )
        for part in parts:
            if not isinstance(part, Mechanism):
                raise ValueError(
                    f"`parts` of an Or hold {part!r}; mechanisms are allowed. Add a number to one."
                )
        self.parts = parts

    def loss(self, state: State, lengths: Lengths, sizes: dict[str, int]) -> Any:
        """Return the product."""
        first, *rest = (part.loss(state, lengths, sizes) for part in self.parts)
        for loss in rest:
            first = first * loss
        return first


class Weighted(_Composed):
    """A loss times a number.

    Attributes:
        weight: The number.
    """

    weight: Number

    def __init__(self, part: Mechanism, weight: Number) -> None:
        self.parts, self.weight = (part,), weight

    def loss(self, state: State, lengths: Lengths, sizes: dict[str, int]) -> Any:
        """Return the product."""
        return self.weight * self.parts[0].loss(state, lengths, sizes)


def _distinct(kind: str, names: tuple[str, ...]) -> tuple[str, ...]:
    if not names or len(set(names)) != len(names) or not all(isinstance(name, str) for name in names):
        raise ValueError(
            f"`names` of {kind} are {names}; at least one name, no two alike, is allowed. Name other vectors."
        )
    return names
