"""Items of a Gaussian mixture: a class is a centre, an item the centre with noise."""

import math
from dataclasses import dataclass

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int, PRNGKeyArray

from dynamicl.specs import check, register, vary

from .._random import normal_rows
from ._tokens import ExemplarTokens

CENTRES, EXEMPLARS = 0, 1
"""Tags of what is drawn from the world."""
NOISE, NOVEL = 0, 1
"""Tags of what is drawn for one sequence."""


@dataclass(frozen=True)
class GaussianRows:
    """A mixture whose world is not drawn yet.

    Attributes:
        rows: classes with a centre of their own.
    """

    rows: int


class GaussianItems(eqx.Module):
    """Items (centre + eps noise) / sqrt(1 + eps^2); centres and noise have variance 1 / D in each dimension.

    Attributes:
        centres: of the classes with a row.
        deviations: noise of the exemplars where each class has a fixed number of them; `None` where it is drawn anew
            at each presentation.
        eps: size of the noise.
        exemplars: of each class; 0 where every presentation is a new one.
        novel: classes of a sequence that may be drawn anew for it; their numbers follow the rows.
    """

    centres: Float[Array, "row content"]
    deviations: Float[Array, "row exemplar content"] | None
    eps: Float[Array, ""]
    exemplars: int = eqx.field(static=True)
    novel: int = eqx.field(static=True)

    @property
    def rows(self) -> int:
        """Classes with a centre of their own."""
        return self.centres.shape[0]

    @property
    def width(self) -> int:
        """Dimensions of an item (D)."""
        return self.centres.shape[1]

    @property
    def needs_key(self) -> bool:
        """Whether a sequence needs randomness of its own when it is read."""
        return self.exemplars == 0 or self.novel > 0

    def vectors(self, tokens: ExemplarTokens) -> Float[Array, "pairs_and_query content"]:
        """Make the items of one sequence."""
        centre = self.centres[jnp.minimum(tokens.classes, self.rows - 1)]
        if self.deviations is None:
            noise = self._noise(tokens)
        else:
            row = jnp.minimum(tokens.classes, self.rows - 1)
            noise = self.deviations[row, jnp.minimum(tokens.exemplars, self.exemplars - 1)]
        if self.novel:
            number = tokens.classes - self.rows
            made = self._fresh(tokens, NOVEL, number, self.novel)
            is_novel = (number >= 0)[:, None]
            centre = jnp.where(is_novel, made, centre)
            if self.deviations is not None:
                noise = jnp.where(is_novel, self._noise(tokens), noise)
        return (centre + self.eps * noise) / jnp.sqrt(1 + self.eps**2)

    def picture(self, row: int, exemplar: int) -> dict[str, str]:
        """Describe an item for people."""
        name = f"class {row}" if row < self.rows else f"new class {row - self.rows}"
        return {"kind": "text", "text": f"{name}, exemplar {exemplar}" if self.exemplars else name}

    def _noise(self, tokens: ExemplarTokens) -> Float[Array, "pairs_and_query content"]:
        """Draw noise for items made anew: each its own, but for those that are the query's item."""
        return self._fresh(tokens, NOISE, tokens.exemplars, tokens.exemplars.shape[0])

    def _fresh(
        self, tokens: ExemplarTokens, tag: int, rows: Int[Array, " item"], number: int
    ) -> Float[Array, "item content"]:
        """Draw vectors for one sequence, of mean squared norm 1, and look up rows; 0 where there is none.

        A product with ones and zeros is exact, and all that is drawn is drawn once: gathered, it is drawn again for
        each of its readers.
        """
        drawn = normal_rows(jax.random.fold_in(tokens.key, tag), number, self.width) / _length(self.width)
        chosen = (rows[:, None] == jnp.arange(number)).astype(drawn.dtype)
        return jnp.matmul(chosen, drawn, precision=jax.lax.Precision.HIGHEST)[:, : self.width]


def _length(width: int) -> Float[Array, ""]:
    """Return the root mean squared length of vectors of standard normal numbers."""
    return jnp.sqrt(jnp.float32(width))


def _normal(key: PRNGKeyArray, shape: tuple[int, ...]) -> Float[Array, "..."]:
    """Draw vectors of mean squared norm 1."""
    return jax.random.normal(key, shape) / _length(shape[-1])


@register("gaussian-items")
@dataclass(frozen=True)
class Gaussian:
    """Describe items of a Gaussian mixture. Class centres are drawn from the run's world.

    Attributes:
        dimensions: of an item (D).
        eps: size of the noise within a class; varies between runs.
        exemplars: of each class, drawn from the world; 0 makes every presentation a new one.

    References:
        Reddy 2023, section 2.
    """

    dimensions: int = 63
    eps: float = vary(0.1)
    exemplars: int = 0
    makes_novel = True

    def check(self) -> None:
        """Raise `SpecError` for items that cannot be drawn."""
        check(
            2 <= self.dimensions <= 65536,
            f"`source.dimensions` is {self.dimensions}: give at least 2, so that classes can differ",
        )
        check(0 <= self.eps < math.inf, f"`source.eps` is {self.eps}: give 0 or more, finite")
        check(
            self.exemplars >= 0,
            f"`source.exemplars` is {self.exemplars}: give 0 (every presentation is new) or more",
        )

    def check_for(self, classes: int, test_classes: int) -> None:
        """Accept any number of classes: as many centres as are asked for are drawn."""

    def prepare(self, classes: int, test_classes: int) -> GaussianRows:
        """Return the number of centres: they are drawn from each run's world."""
        return GaussianRows(classes + test_classes)

    def bind(self, items: GaussianRows, world: PRNGKeyArray, novel: int) -> GaussianItems:
        """Draw the centres, and the exemplars where there is a fixed number of them."""
        rows, width = items.rows, self.dimensions
        centres = _normal(jax.random.fold_in(world, CENTRES), (rows, width))
        deviations = None
        if self.exemplars:
            deviations = _normal(jax.random.fold_in(world, EXEMPLARS), (rows, self.exemplars, width))
        eps = jnp.asarray(self.eps, jnp.float32)
        return GaussianItems(centres, deviations, eps, self.exemplars, novel)
