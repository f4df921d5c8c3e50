"""The clamp as data: which values, where, towards what, how strongly, when, and what gradients see of it."""

from dataclasses import dataclass
from typing import Any, Literal

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, Int

from dynamicl.specs import check, register, vary
from dynamicl.tasks import ROLE_NAMES, Roles

from ._values import Constant, CopyScores

FOREVER = 2**31 - 1
MAIN = "main"
MOST_HEADS = 128


def _head_mask(heads: tuple[int, ...]) -> np.ndarray:
    mask = np.zeros(MOST_HEADS, bool)
    mask[list(heads) if heads else slice(None)] = True
    return mask


def _window_array(windows: tuple[tuple[int, int], ...]) -> np.ndarray:
    return np.asarray(windows, np.int32).reshape(-1, 2)


@register("clamp")
@dataclass(frozen=True)
class Clamp:
    """An intervention at one kind of site.

    Inside its windows, at its heads and positions, a value x becomes (1 - strength) x + strength v. Clamps act in the
    order in which a run lists them. Heads, strength and windows may differ between the runs of a cohort.

    No clamp opens a mask, whatever its value: `attn.mask` cannot be clamped, scores are masked after they were clamped,
    and what a clamp puts at `attn.pattern` on keys that a row may not attend to is taken away again. A row of `Pattern`
    is a distribution over the others; rows of other values keep what is left of them, unscaled.

    Attributes:
        site: glob over site names, e.g. `layers.0.attn.pattern`.
        value: v; see `dynamicl.clamps` for the kinds.
        heads: heads it acts on, from 0; all of them where empty.
        queries: positions along the site's `query` or `seq` axis: numbers (negative ones count from the end) or role
            names (`query`, `labels`, `matching label`, `other label`, `exemplars`, `matching exemplar`); all
            where empty.
        keys: positions along the `key` axis, likewise.
        offsets: key minus query positions it is restricted to, e.g. `(-1,)`; all where empty.
        strength: 0 (nothing) to 1 (replaced).
        windows: pairs (from, to) of steps, `to` excluded; several make pulses.
        gradient: what gradients see. `stop`: v is a constant. `through`: gradients flow into v too.
            `straight_through`: as if the value had not been touched.
        in_pass: the forward pass it acts in; `main` is the one whose logits count.

    References:
        Thesis 4.2.2 and C.5.2 (clamping activations while they learn).
    """

    site: str
    value: Any = Constant()  # noqa: RUF009 - frozen
    heads: tuple[int, ...] = vary((), encode=_head_mask)
    queries: tuple[Any, ...] = ()
    keys: tuple[Any, ...] = ()
    offsets: tuple[int, ...] = ()
    strength: float = vary(1.0)
    windows: tuple[tuple[int, int], ...] = vary(((0, FOREVER),), encode=_window_array)
    gradient: Literal["stop", "through", "straight_through"] = "stop"
    in_pass: str = MAIN

    def check(self) -> None:
        """Raise `SpecError` for what no model could honour; what depends on the model is checked against it."""
        check(0 <= self.strength <= 1, f"`clamp.strength` is {self.strength}: give 0 to 1")
        check(
            bool(self.windows),
            "`clamp.windows` is empty: the clamp would never act; leave it out or give a window",
        )
        windows: tuple[tuple[int, ...], ...] = self.windows
        for window in windows:
            check(
                len(window) == 2 and 0 <= window[0] < window[1] <= FOREVER,
                f"`clamp.windows` has {window}: give pairs (from, to) of steps with 0 <= from < to <= {FOREVER}",
            )
        check(
            all(0 <= head < MOST_HEADS for head in self.heads),
            f"`clamp.heads` is {self.heads}: heads count from 0 and there are fewer than {MOST_HEADS}",
        )
        for name in ("queries", "keys"):
            for item in getattr(self, name):
                check(
                    isinstance(item, int) or item in ROLE_NAMES,
                    f"`clamp.{name}` has {item!r}: give numbers or roles {', '.join(map(repr, ROLE_NAMES))}",
                )
        check(
            callable(getattr(self.value, "resolve", None)),
            f"`clamp.value` is {self.value!r}: give Constant, Mean, Scaled, Pattern, From, FromCheckpoint or "
            "CopyScores",
        )
        if self.value.leaves_the_pass:
            check(
                self.gradient != "straight_through" or self.source_pass != self.in_pass,
                "`clamp.gradient` 'straight_through' with a value of the same pass means nothing: use 'through'",
            )

    def queries_at(self, axes: tuple[str, ...]) -> tuple[Any, ...]:
        """Return the positions that are meant along a site's `query` or `seq` axis; all where empty."""
        return self.queries if {"query", "seq"} & set(axes) else ()

    def keys_at(self, axes: tuple[str, ...]) -> tuple[Any, ...]:
        """Return the positions that are meant along a site's `key` axis; all where empty.

        Where it is the only axis of positions, `queries` names them as well.
        """
        if "key" not in axes:
            return ()
        return self.keys if "query" in axes else self.keys or self.queries

    @property
    def source_pass(self) -> str:
        """The pass that a value which leaves the pass is taken from."""
        if isinstance(self.value, CopyScores):
            return self.value.pass_name or self.in_pass
        return self.value.pass_name


def active(windows: Any, step: Int[Array, ""]) -> Bool[Array, ""]:
    """Tell whether a step lies in one of the windows."""
    bounds = jnp.asarray(windows, jnp.int32).reshape(-1, 2)
    return jnp.any((bounds[:, 0] <= step) & (step < bounds[:, 1]))


def head_mask(heads: Any, count: int) -> Bool[Array, " head"]:
    """Return which of a site's heads are meant; heads may be a tuple or, inside a cohort, a traced mask."""
    mask = _head_mask(heads) if isinstance(heads, tuple) else heads
    return jnp.asarray(mask)[:count]


def position_mask(items: tuple[Any, ...], roles: Roles, rows: np.ndarray) -> Bool[Array, " row"]:
    """Return which of an axis' positions are meant.

    Args:
        items: numbers and role names; everything where empty.
        roles: of one sequence.
        rows: the position of each entry of the axis.
    """
    if not items:
        return jnp.ones(len(rows), bool)
    length = roles.exemplars.shape[-1]
    mask = jnp.zeros(length, bool)
    for item in items:
        mask = mask | (roles.mask(item) if isinstance(item, str) else jnp.arange(length) == item % length)
    return mask[rows]


def blend(
    x: Float[Array, "*axes"],
    v: Float[Array, "*axes"],
    mask: Bool[Array, "*axes"],
    strength: Any,
    gradient: str,
) -> Float[Array, "*axes"]:
    """Replace x by (1 - strength) x + strength v under the mask, with the declared gradient."""
    if gradient == "stop":
        v = jax.lax.stop_gradient(v)
    s = jnp.asarray(strength, x.dtype)
    mixed = jnp.where(mask, (1 - s) * x + s * v, x)
    if gradient == "straight_through":
        return _straight_through(mixed, x)
    return mixed


@jax.custom_jvp
def _straight_through(value: Array, x: Array) -> Array:
    """Return the value, with the derivative of x.

    Written as `stop(value) + (x - stop(x))` it would not be exact: a compiler that contracts a product and this
    difference into one operation leaves the product's rounding behind.
    """
    return value


@_straight_through.defjvp
def _straight_through_jvp(primals: tuple[Array, Array], tangents: tuple[Array, Array]) -> tuple[Array, Array]:
    return primals[0], tangents[1]
