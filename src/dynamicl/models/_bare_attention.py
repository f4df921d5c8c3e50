"""The mixture study's network: attention alone, without norms, biases or scaled scores, before a deep classifier.

Tokens are vectors already, so nothing is embedded: a one-hot place beside the content is the residual stream. For
label numbers and usual transformers see `TransformerSpec`. The work is half of what the formulas suggest: where every
row is wanted, keys' and queries' weights are multiplied once for the whole batch; values are mapped after they are
mixed; the last layer is computed for the query alone. So no keys, queries and values pass a tap. In the mixture study's
job on a busy core this gave 103 run-steps/s; 74 with queries and keys apart, 60 with every row of the last layer, 49
with neither.
"""

from dataclasses import dataclass
from typing import Any, Literal

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, PRNGKeyArray

from dynamicl.specs import added, check, register

from ._attention import causal_mask, masked_pattern
from ._classifier import Classifier, ClassifierSpec
from ._content import ContentTokens
from ._inputs import Interface
from ._taps import Tap, null_tap

POSITIONS = 1
"""Tag of the learnt positions' key, apart from those of layers and classifier."""


@register("attention-classifier")
@dataclass(frozen=True)
class AttentionClassifierSpec:
    """Describe attention layers and a classifier. The defaults are the mixture study's.

    Attributes:
        layers: of attention, each added to the residual stream.
        heads: in each layer. Each has queries and keys of `width` / `heads` dimensions and values of full width; the
            heads' outputs are added.
        width: of queries and keys, all heads together.
        classifier: on the query's final vector.
        positions: `given` reads places as the tokens have them; `learnt` adds a trained vector to the token at each
            position of the sequence, and is meant for tokens without places (`LabelVectors(0)`).

    References:
        Reddy 2023, section 2, equations 2 and 3; the second layer attends over the first one's output.
    """

    layers: int = 2
    heads: int = 1
    width: int = 128
    classifier: ClassifierSpec = ClassifierSpec()  # noqa: RUF009 - frozen
    positions: Literal["given", "learnt"] = added("given")

    def check(self) -> None:
        """Raise `SpecError` for sizes that cannot be built."""
        check(1 <= self.layers <= 512, f"`model.layers` is {self.layers}: give 1 to 512")
        check(self.heads >= 1, f"`model.heads` is {self.heads}: give at least 1")
        check(
            1 <= self.width <= 65536 and self.width % self.heads == 0,
            f"`model.width` is {self.width}: give a multiple of `model.heads` {self.heads}, 65536 at most",
        )

    def build(self, interface: Interface, key: PRNGKeyArray) -> "AttentionClassifier":
        """Draw a model for a task's interface.

        Raises:
            SpecError: the task's labels are numbers.
        """
        return AttentionClassifier(self, interface, key=key)


def check_content(interface: Interface, name: str) -> ContentTokens:
    """Return a task's tokens as shapes, or raise `SpecError` where they are no vectors of one space."""
    tokens = interface.tokens
    check(
        isinstance(tokens, ContentTokens),
        f"a model of kind `{name}` reads items and labels as vectors of one space, and got "
        f"`{type(tokens).__name__}`: give the task `form=LabelVectors(...)`",
    )
    return tokens


class BareAttention(eqx.Module):
    """Causal attention without norm, biases, scaling and output map; all weights N(0, variance).

    Attributes:
        w_q: queries' weights, heads side by side; `w_k` likewise.
        w_v: values' weights, heads side by side, each of full width.
    """

    w_q: Float[Array, "d width"]
    w_k: Float[Array, "d width"]
    w_v: Float[Array, "d heads_d"]
    heads: int = eqx.field(static=True)

    def __init__(self, d: int, width: int, heads: int, *, variance: float, key: PRNGKeyArray):
        k_q, k_k, k_v = jax.random.split(key, 3)
        scale = jnp.float32(variance**0.5)
        self.w_q, self.w_k = (scale * jax.random.normal(own, (d, width)) for own in (k_q, k_k))
        self.w_v = scale * jax.random.normal(k_v, (d, heads * d))
        self.heads = heads

    def __call__(
        self, x: Float[Array, "seq d"], rows: np.ndarray, tap: Tap, name: str
    ) -> Float[Array, "query d"]:
        """Return what the heads add to the residual stream at the given rows.

        Args:
            x: residual stream.
            rows: positions whose output is wanted.
            tap: passes mask, scores, pattern, head_out, out under `name`.
            name: prefix of the sites.
        """
        allowed = jnp.asarray(causal_mask(rows, x.shape[0]))
        pattern = masked_pattern(self._scores(x, rows), allowed, tap, name)
        mixed = jnp.einsum("hqk,kd->hqd", pattern, x)
        values = self.w_v.reshape(x.shape[1], self.heads, -1)
        out = tap(f"{name}.head_out", jnp.einsum("hqd,dhe->hqe", mixed, values))
        return tap(f"{name}.out", jnp.sum(out, axis=0))

    def _scores(self, x: Float[Array, "seq d"], rows: np.ndarray) -> Float[Array, "head query key"]:
        """Return the products of keys and queries, in the order that takes the least work."""
        w_q, w_k = (weight.reshape(x.shape[1], self.heads, -1) for weight in (self.w_q, self.w_k))
        if len(rows) == x.shape[0]:
            # No sequence in it: under `vmap` this product is made once for a whole batch.
            both = jnp.einsum("dhe,fhe->hdf", w_q, w_k)
            turned = jnp.einsum("qd,hdf->hqf", x, both)
        else:
            turned = jnp.einsum("qhe,fhe->hqf", jnp.einsum("qd,dhe->qhe", x[rows], w_q), w_k)
        return jnp.einsum("hqf,kf->hqk", turned, x)


class BareBlock(eqx.Module):
    """Attention, added to the residual stream."""

    attention: BareAttention

    def __call__(
        self, x: Float[Array, "seq d"], rows: np.ndarray, tap: Tap, name: str
    ) -> Float[Array, "query d"]:
        """Return the residual stream after the block, at the given rows."""
        x = tap(f"{name}.pre", x)
        out = self.attention(x, rows, tap, f"{name}.attn")
        return tap(f"{name}.post", (x if len(rows) == x.shape[0] else x[rows]) + out)


class AttentionClassifier(eqx.Module):
    """Attention layers and a classifier over one sequence: `model(tokens, tap) -> logits`.

    Only the query's row of the last layer reaches the classifier, so only that is computed (`with_all_rows`).
    """

    blocks: tuple[BareBlock, ...]
    classifier: Classifier
    positions: Float[Array, "seq d"] | None
    interface: Interface = eqx.field(static=True)
    all_rows: bool = eqx.field(static=True)

    def __init__(self, spec: AttentionClassifierSpec, interface: Interface, *, key: PRNGKeyArray):
        tokens = check_content(interface, "attention-classifier")
        k_classifier, *k_blocks = jax.random.split(key, spec.layers + 1)
        # One over the content's dimensions, as published code has it.
        variance = 1 / tokens.content.shape[-1]
        self.blocks = tuple(
            BareBlock(BareAttention(tokens.width, spec.width, spec.heads, variance=variance, key=own))
            for own in k_blocks
        )
        self.classifier = Classifier(spec.classifier, tokens.width, interface, key=k_classifier)
        self.positions = None
        if spec.positions == "learnt":
            drawn = jax.random.normal(jax.random.fold_in(key, POSITIONS), (interface.length, tokens.width))
            self.positions = jnp.float32(variance**0.5) * drawn
        self.interface, self.all_rows = interface, False

    def __call__(self, tokens: Any, tap: Tap = null_tap) -> Float[Array, " output"]:
        """Return the logits at the query's position.

        Args:
            tokens: one sequence.
            tap: every intermediate passes it; `dynamicl.models.sites` lists the names.
        """
        self.interface.check_sequence(tokens)
        x = tap("embed.tokens", tokens.vectors)
        if self.positions is not None:
            x = x + tap("embed.positions", self.positions)
        everything = np.arange(x.shape[0])
        readout = everything[[self.interface.readout]]
        for i, block in enumerate(self.blocks):
            last = i == len(self.blocks) - 1 and not self.all_rows
            x = block(x, readout if last else everything, tap, f"layers.{i}")
        x = x[self.interface.readout] if self.all_rows else x[0]
        return self.classifier(x, tokens, tap)
