"""What a clamp moves a value towards."""

from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from dynamicl.models import PairTokens
from dynamicl.specs import SpecError, check, host, register, vary
from dynamicl.tasks import Roles

BATCH = "batch"


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


@register("constant")
@dataclass(frozen=True)
class Constant:
    """One number everywhere; 0 ablates."""

    number: float = vary(0.0)
    leaves_the_pass: ClassVar[bool] = False

    def resolve(
        self, x: Float[Array, "*axes"], rows: np.ndarray, name: str, context: Context
    ) -> Float[Array, "*axes"]:
        """Return the value to move to, of x's shape."""
        return jnp.full_like(x, 1.0) * jnp.asarray(self.number, x.dtype)


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
    """The value itself times a factor; on scores, an attention temperature of 1 / factor."""

    factor: float = vary(1.0)
    leaves_the_pass: ClassVar[bool] = False

    def resolve(
        self, x: Float[Array, "*axes"], rows: np.ndarray, name: str, context: Context
    ) -> Float[Array, "*axes"]:
        """Return the value to move to, of x's shape."""
        return x * jnp.asarray(self.factor, x.dtype)


@register("pattern")
@dataclass(frozen=True)
class Pattern:
    """A named attention pattern, for sites with axes (head, query, key).

    Attributes:
        name: `previous token` (purity on the token before, the rest on the token itself; the first on itself),
            `self`, `uniform` (over the tokens so far), `induction` (purity on the matching labels, the rest shared by
            the other labels; meant for the query's row).
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
        length = x.shape[-1]
        purity = jnp.asarray(self.purity, x.dtype)
        eye = np.eye(length, dtype=np.float32)
        if self.name == "induction":
            row = purity * _share(context.roles.matching_label) + (1 - purity) * _share(
                context.roles.other_label
            )
            table = jnp.broadcast_to(row, (length, length))
        elif self.name == "previous token":
            before = np.eye(length, k=-1, dtype=np.float32)
            before[0, 0] = 1.0
            table = purity * before + (1 - purity) * eye
        elif self.name == "self":
            table = jnp.asarray(eye)
        else:
            past = np.tril(np.ones((length, length), np.float32))
            table = jnp.asarray(past / past.sum(axis=1, keepdims=True))
        return jnp.broadcast_to(table[rows], x.shape)


def _share(mask: Array) -> Float[Array, " seq"]:
    weights = mask.astype(jnp.float32)
    return weights / jnp.maximum(weights.sum(), 1.0)


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
            own = context.roles.is_query | (jnp.arange(value.shape[0]) == 0)
            value = jnp.where(own[:, None], value, jnp.roll(value, 1, axis=0))
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
    where it stands several times); all other logits are -1e9.

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
        scores = context.at(self.pass_name, self.site)[self.head]
        query = scores[0] if scores.shape[0] == 1 else scores[context.roles.query]
        on_labels = query[1::2]
        names = jax.nn.one_hot(context.tokens.labels, x.shape[-1], dtype=bool)
        grouped = jnp.where(names, on_labels[:, None], -jnp.inf)
        present = names.any(axis=0)
        logits = jax.nn.logsumexp(jnp.where(present, grouped, 0.0), axis=0)
        return jnp.where(present, logits, jnp.asarray(-1e9, x.dtype))
