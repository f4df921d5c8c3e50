"""What a clamp moves a value towards."""

from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float

from dynamicl.models import MASK, PairTokens, axes_of
from dynamicl.specs import SpecError, check, host, register, vary
from dynamicl.tasks import Roles, share

BATCH = "batch"
HUGE = 1e30
"""What an infinite number is taken for: strength 0 leaves nothing of it, while 0 times infinity is no number."""


def _finite(number: Any, like: Array) -> Array:
    return jnp.nan_to_num(jnp.asarray(number, like.dtype), nan=jnp.nan, posinf=HUGE, neginf=-HUGE)


@dataclass
class Context:
    """What a value may look at while a sequence is computed.

    Attributes:
        tokens: what the model reads.
        roles: of the sequence.
        seen: values by pass and site, as far as computed.
        current: the name of the pass being computed.
    """

    tokens: Any
    roles: Roles
    seen: dict[str, dict[str, Array]] = field(default_factory=dict)
    current: str = "main"

    def at(self, pass_name: str, site: str) -> Array:
        """Return a value already computed, or raise `SpecError`."""
        found = self.seen.get(pass_name, {}).get(site)
        if found is None:
            raise SpecError(
                f"a clamp asks for `{site}` of pass `{pass_name}`, which is not computed before it is needed: "
                "name an earlier site of the same pass, or another pass"
            )
        return found

    def mask(self, pass_name: str, site: str) -> Bool[Array, "query key"] | None:
        """Return the mask that a model shows beside an attention site; `None` where it shows none."""
        return self.seen.get(pass_name, {}).get(mask_beside(site))

    def allowed(self, pass_name: str, site: str, rows: np.ndarray, length: int) -> Bool[Array, "query key"]:
        """Return which keys the rows of an attention site may attend to; those so far where the model shows no mask."""
        mask = self.mask(pass_name, site)
        return jnp.asarray(np.arange(length) <= rows[:, None]) if mask is None else mask


def mask_beside(site: str) -> str:
    """Name the site that shows the mask of an attention site.

    >>> mask_beside("layers.1.attn.pattern")
    'layers.1.attn.mask'
    """
    return ".".join([*site.split(".")[:-2], MASK])


@register("constant")
@dataclass(frozen=True)
class Constant:
    """One number everywhere; 0 ablates. Infinity is taken for 1e30."""

    number: float = vary(0.0)
    leaves_the_pass: ClassVar[bool] = False

    def resolve(
        self, x: Float[Array, "*axes"], rows: np.ndarray, name: str, context: Context
    ) -> Float[Array, "*axes"]:
        """Return the value to move to, of x's shape."""
        return jnp.full_like(x, 1.0) * _finite(self.number, x)


@register("mean")
@dataclass(frozen=True)
class Mean:
    """The site's mean over the batch."""

    leaves_the_pass: ClassVar[bool] = False

    def resolve(
        self, x: Float[Array, "*axes"], rows: np.ndarray, name: str, context: Context
    ) -> Float[Array, "*axes"]:
        """Return the value to move to, of x's shape."""
        return jax.lax.pmean(x, BATCH)


@register("scaled")
@dataclass(frozen=True)
class Scaled:
    """The value itself times a factor; on scores, an attention temperature of 1 / factor.

    Infinity is taken for 1e30.
    """

    factor: float = vary(1.0)
    leaves_the_pass: ClassVar[bool] = False

    def resolve(
        self, x: Float[Array, "*axes"], rows: np.ndarray, name: str, context: Context
    ) -> Float[Array, "*axes"]:
        """Return the value to move to, of x's shape."""
        return x * _finite(self.factor, x)


@register("pattern")
@dataclass(frozen=True)
class Pattern:
    """A named attention pattern, for sites with axes (head, query, key).

    Every row is a distribution over the keys that it may attend to: what the name puts on padding or on the future is
    left out and the remainder scaled to 1. A row that may see nothing of what the name says attends evenly to all that
    it may see. The mask is the model's (`attn.mask`); a model that shows none is taken to see the tokens so far.

    Attributes:
        name: `previous token` (purity on the token before, the rest on the token itself; the first on itself),
            `self`, `uniform` (over all keys that the row may attend to), `induction` (purity on the matching labels,
            the rest shared by the other labels, or on the token itself where there are none; meant for the query's
            row).
        purity: share of the attention where the name says.

    References:
        Thesis C.5.2, steps 1 and 4; the strengths of B4 in the published code.
    """

    name: Literal["previous token", "self", "uniform", "induction"] = "previous token"
    purity: float = vary(1.0)
    leaves_the_pass: ClassVar[bool] = False

    def check(self) -> None:
        """Raise `SpecError` unless purity is a share."""
        check(0 <= self.purity <= 1, f"`pattern.purity` is {self.purity}: give 0 to 1")

    def resolve(
        self, x: Float[Array, "*axes"], rows: np.ndarray, name: str, context: Context
    ) -> Float[Array, "*axes"]:
        """Return the pattern for every head."""
        allowed = context.allowed(context.current, name, rows, x.shape[-1])
        weights = self._weights(x.shape[-1], rows, context.roles).astype(x.dtype)
        return jnp.broadcast_to(_distribution(weights, allowed), x.shape)

    def _weights(self, length: int, rows: np.ndarray, roles: Roles) -> Float[Array, "query key"]:
        """Return what the name says, whatever may be seen."""
        purity = jnp.asarray(self.purity, jnp.float32)
        own = np.eye(length, dtype=np.float32)[rows]
        if self.name == "uniform":
            return jnp.ones((len(rows), length))
        if self.name == "self":
            return jnp.asarray(own)
        if self.name == "previous token":
            before = np.eye(length, k=-1, dtype=np.float32)
            before[0, 0] = 1.0
            return purity * before[rows] + (1 - purity) * own
        rest = jnp.where(jnp.any(roles.other_label), share(roles.other_label), own)
        return purity * share(roles.matching_label) + (1 - purity) * rest


def _distribution(
    weights: Float[Array, "query key"], allowed: Bool[Array, "query key"]
) -> Float[Array, "query key"]:
    """Scale each row's weights to 1 over the keys that it may attend to; evenly where they have none there."""
    within = jnp.where(allowed, weights, 0.0)
    total = within.sum(axis=-1, keepdims=True)
    return jnp.where(total > 0, within / jnp.where(total > 0, total, 1.0), share(allowed))


@register("from")
@dataclass(frozen=True)
class From:
    """A value of another pass, or of an earlier site of the same pass.

    Attributes:
        pass_name: the pass; one that no clamp acts in is a clean pass.
        site: the site there; the clamped one's own name where empty.
        arrange: `same`, or `previous token`: every position but the first and the query holds what the position
            before it holds (thesis C.5.2: "A 0 B 1 A" becomes "A A 0 B A").
    """

    pass_name: str = "clean"
    site: str = ""
    arrange: Literal["same", "previous token"] = "same"
    leaves_the_pass: ClassVar[bool] = True

    def resolve(
        self, x: Float[Array, "*axes"], rows: np.ndarray, name: str, context: Context
    ) -> Float[Array, "*axes"]:
        """Return the other value; its shape must be x's."""
        value = context.at(self.pass_name, self.site or name)
        if self.arrange == "previous token":
            value = _one_later(value, self.site or name, context.roles)
        return _fitting(value, x, self.site or name, self.pass_name, name)


@register("from-checkpoint")
@dataclass(frozen=True)
class FromCheckpoint:
    """A value that another network makes of the same sequence: a run's checkpoint, taken as it is and frozen.

    Attributes:
        run: the other run's id in the library.
        step: its checkpoint, in updates.
        site: the site there; the clamped one's own name where empty.
        pass_name: the name of the pass that the other network makes; another checkpoint needs another name.

    References:
        Thesis C.5.1, Figure C.4 (the residual stream after layer 1 of a trained network).
    """

    run: str = host("")
    step: int = host(0)
    site: str = ""
    pass_name: str = "checkpoint"
    leaves_the_pass: ClassVar[bool] = True

    def check(self) -> None:
        """Raise `SpecError` unless a checkpoint is named."""
        check(
            bool(self.run), "`from-checkpoint.run` is empty: give the id of a run, as the library lists them"
        )
        check(self.step >= 0, f"`from-checkpoint.step` is {self.step}: give a checkpoint's step, 0 or more")

    def resolve(
        self, x: Float[Array, "*axes"], rows: np.ndarray, name: str, context: Context
    ) -> Float[Array, "*axes"]:
        """Return the other network's value; its shape must be x's."""
        value = context.at(self.pass_name, self.site or name)
        return _fitting(value, x, self.site or name, self.pass_name, name)


@register("from-sequence")
@dataclass(frozen=True)
class FromSequence:
    """A value that the same network makes of another sequence: patching between inputs, for looking at trained models.

    Every sequence of a batch has its own other one: give them as `others={pass_name: sequences}`, as many and as long.

    Attributes:
        site: the site there; the clamped one's own name where empty.
        pass_name: the name of the pass over the other sequences; further ones need another name.
    """

    site: str = ""
    pass_name: str = "other"
    leaves_the_pass: ClassVar[bool] = True

    def check(self) -> None:
        """Raise `SpecError` for a pass that has a meaning of its own."""
        check(
            self.pass_name not in ("", "main"),
            f"`from-sequence.pass_name` is {self.pass_name!r}: give a name of its own, e.g. 'other'",
        )

    def resolve(
        self, x: Float[Array, "*axes"], rows: np.ndarray, name: str, context: Context
    ) -> Float[Array, "*axes"]:
        """Return the value made of the other sequence; its shape must be x's."""
        value = context.at(self.pass_name, self.site or name)
        return _fitting(value, x, self.site or name, self.pass_name, name)


def _one_later(value: Float[Array, "*axes"], name: str, roles: Roles) -> Float[Array, "*axes"]:
    """Give every position but the first and the query what the position before it has."""
    axes, length = axes_of(name, value.ndim), roles.is_query.shape[-1]
    # Where a site has queries and keys, its rows are the queries'.
    place = next((axes.index(axis) for axis in ("seq", "query", "key") if axis in axes), None)
    if place is None or value.shape[place] != length:
        raise SpecError(
            f"`from.arrange` is 'previous token', and `{name}` has no row for each position: choose a site that has"
        )
    shape = [1] * value.ndim
    shape[place] = length
    own = roles.is_query | (jnp.arange(length) == 0)
    return jnp.where(own.reshape(shape), value, jnp.roll(value, 1, axis=place))


def _fitting(value: Array, x: Array, site: str, pass_name: str, name: str) -> Array:
    if value.shape != x.shape:
        raise SpecError(
            f"`{site}` of pass `{pass_name}` has shape {value.shape}, `{name}` has {x.shape}: clamp to a site of the "
            "same shape"
        )
    return value


@register("copy-scores")
@dataclass(frozen=True)
class CopyScores:
    """Logits made of a head's attention scores: a perfect copy circuit behind a learnt match.

    The logit of each label in the context is the query's score on the positions where it stands (their log-sum-exp
    where it stands several times); all other logits are -1e9, and so are those of labels that the query may not see.

    Attributes:
        head: the head, from 0.
        layer: its layer, from 0.
        pass_name: the pass whose scores are taken; the clamp's own pass where empty.

    References:
        Thesis C.5.2, steps 3v and 5.
    """

    head: int = vary(0)
    layer: int = 1
    pass_name: str = "main"
    leaves_the_pass: ClassVar[bool] = True

    @property
    def site(self) -> str:
        """The site whose value is taken."""
        return f"layers.{self.layer}.attn.scores"

    def resolve(
        self, x: Float[Array, "*axes"], rows: np.ndarray, name: str, context: Context
    ) -> Float[Array, "*axes"]:
        """Return logits."""
        if not isinstance(context.tokens, PairTokens):
            raise SpecError(
                "a copy clamp needs exemplar-label sequences: this task's tokens carry no labels to copy to"
            )
        source = self.pass_name or context.current
        scores = context.at(source, self.site)[self.head]
        count, length = scores.shape
        row = 0 if count == 1 else context.roles.query
        # Of a single row computed, the query is the row: models read their answer there.
        places = np.arange(length) if count == length else np.array([length - 1])
        seen = context.allowed(source, self.site, places, length)[row]
        on_labels = scores[row][1::2]
        names = jax.nn.one_hot(context.tokens.labels, x.shape[-1], dtype=bool) & seen[1::2, None]
        grouped = jnp.where(names, on_labels[:, None], -jnp.inf)
        present = names.any(axis=0)
        logits = jax.nn.logsumexp(jnp.where(present, grouped, 0.0), axis=0)
        return jnp.where(present, logits, jnp.asarray(-1e9, x.dtype))
