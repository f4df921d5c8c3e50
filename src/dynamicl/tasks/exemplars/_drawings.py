"""Drawings, or features of any kind from a file, as the items of sequences."""

import math
from dataclasses import dataclass
from typing import Any, Literal

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, PRNGKeyArray

from dynamicl.specs import added, check, register, vary

from .._exemplars import ExemplarSpec, Pictures
from ._tokens import ExemplarTokens

LINEAR = ("pixels", "principal-components")
"""Encoders that are linear in the pixels, so that noise on pixels is noise on features."""


class TableItems(eqx.Module):
    """Items that stand in a table.

    Attributes:
        features: one row an exemplar; exemplar e of class c is row c * exemplars + e.
        noise: standard deviation of Gaussian noise added at each presentation; `None` for none.
        spread: standard deviation of each feature where every pixel has noise of 1; `None` where noise is added to the
            features themselves.
        exemplars: of each class.
        pictures: what they look like.
    """

    features: Float[Array, "row feature"]
    noise: Float[Array, ""] | None
    spread: Float[Array, " feature"] | None
    exemplars: int = eqx.field(static=True)
    pictures: Pictures = eqx.field(static=True)

    @property
    def width(self) -> int:
        """Features of an item."""
        return self.features.shape[1]

    @property
    def needs_key(self) -> bool:
        """Whether a sequence needs randomness of its own when it is read."""
        return self.noise is not None

    def vectors(self, tokens: ExemplarTokens) -> Float[Array, "pairs_and_query feature"]:
        """Gather the items of one sequence."""
        x = self.features[tokens.classes * self.exemplars + tokens.exemplars]
        if self.noise is None:
            return x
        size = self.noise if self.spread is None else self.noise * self.spread
        return x + size * jax.random.normal(tokens.key, x.shape, x.dtype)

    def picture(self, row: int, exemplar: int) -> dict[str, str]:
        """Describe an item for people."""
        return self.pictures.describe(row, exemplar)


@register("drawings")
@dataclass(frozen=True)
class Drawings:
    """Describe items that are drawings of characters, or whatever a file of features holds.

    Attributes:
        table: encoder, augmentation and order of classes.
        exemplars: drawings of each class (E).
        noise: standard deviation of Gaussian noise added to the features anew at each presentation; varies between
            runs.
        noise_on: what it is added to: the `features`, or the `pixels` before they become features, in standard
            deviations of a pixel (`pixels` and `principal-components`, which are linear in the pixels).
        unit_norm: divide the features by one number, so that their mean squared norm is 1, as that of Gaussian items;
            for models whose labels are vectors in the items' space.
    """

    table: ExemplarSpec = ExemplarSpec("pixels")  # noqa: RUF009 - frozen
    exemplars: int = 20
    noise: float = vary(0.0, zero_is_static=True)
    unit_norm: bool = False
    noise_on: Literal["features", "pixels"] = added("features")

    def check(self) -> None:
        """Raise `SpecError` for exemplars that cannot be had."""
        check(self.exemplars >= 1, f"`source.exemplars` is {self.exemplars}: give at least 1")
        check(0 <= self.noise < math.inf, f"`source.noise` is {self.noise}: give 0 or more, finite")
        check(
            self.noise_on == "features" or self.table.encoder in LINEAR,
            f"`source.noise_on` is 'pixels' with `source.table.encoder` {self.table.encoder!r}, which is not linear in "
            f"them: set it to 'features', or take one of {', '.join(LINEAR)}",
        )
        if self.table.available:
            most = self.table.available[1]
            more = "; ask for fewer" + (
                ", or set `source.table.augmentation` to 'pooled' for 160" if most < 160 else ""
            )
            check(
                self.exemplars <= most,
                f"`source.exemplars` is {self.exemplars}: there are {most} drawings of each class{more}",
            )

    def check_for(self, classes: int, test_classes: int) -> None:
        """Raise `SpecError` where there are too few classes."""
        if self.table.available:
            most = self.table.available[0]
            more = " or set `source.table.augmentation`" if self.table.augmentation == "none" else ""
            check(
                classes + test_classes <= most,
                f"{classes + test_classes} classes asked for (`task.classes` and `task.test_classes`): there are "
                f"{most}; ask for fewer{more}",
            )

    def prepare(self, classes: int, test_classes: int) -> TableItems:
        """Load and encode the drawings."""
        table = self.table.load(classes, test_classes, self.exemplars)
        rows = table.features.reshape(-1, table.features.shape[2])
        spread = self.table.noise_of_pixels() if self.noise_on == "pixels" else None
        if self.unit_norm:
            norm = np.sqrt(np.mean(np.sum(np.square(rows), axis=1)))
            rows, spread = rows / norm, None if spread is None else spread / norm
        noise = None if spread is None else jnp.asarray(spread, jnp.float32)
        return TableItems(jnp.asarray(rows), None, noise, self.exemplars, table.pictures)

    def bind(self, items: TableItems, world: PRNGKeyArray, novel: int) -> TableItems:
        """Give the items this run's noise."""
        noise: Any = self.noise  # an array where it varies
        if isinstance(noise, float) and noise == 0:
            return items
        value = jnp.asarray(noise, jnp.float32)
        return eqx.tree_at(lambda i: i.noise, items, value, is_leaf=lambda leaf: leaf is None)
