"""The transformer: any depth, width and number of heads; decoder or encoder; attention-only or with MLPs."""

from dataclasses import dataclass
from typing import Any, Literal

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, PRNGKeyArray

from dynamicl.specs import added, check, register

from ._attention import Attention
from ._embeddings import embedder
from ._inputs import Interface
from ._layers import LayerNorm, Linear, Mlp
from ._positions import sinusoids
from ._taps import Tap, declare_axes, null_tap

declare_axes(
    {
        "embed.tokens": ("seq", "d_model"),
        "embed.positions": ("seq", "d_model"),
        "pre": ("seq", "d_model"),
        "mid": ("query", "d_model"),
        "post": ("query", "d_model"),
        "norm.out": ("d_model",),
        "logits": ("output",),
    }
)


@register("transformer")
@dataclass(frozen=True)
class TransformerSpec:
    """Describe a transformer. The defaults are the induction study's (thesis 4.2.1).

    Attributes:
        layers: blocks.
        heads: attention heads in each block.
        d_model: width of the residual stream.
        mlp_ratio: hidden width of each block's MLP over `d_model`; 0 leaves the MLPs out.
        activation: of the MLPs.
        positions: `rotary` (on queries and keys), `learnt` or `sinusoidal` (added to the embedding), `none`.
        position_base: frequency base of rotary or sinusoidal positions.
        causal: whether a position sees only itself and what came before.
        final_norm: layer normalisation before the output map.
        embedding_scale: standard deviation at which label or token tables are drawn.
        attention_bias: whether queries, keys, values and attention's output have biases, 0 at first.
        momentum: of attention: each head adds an exponential moving average of earlier values, with this factor a
            position; 0 leaves it out. See `Attention`.
    """

    layers: int = 2
    heads: int = 8
    d_model: int = 64
    mlp_ratio: float = 0.0
    activation: Literal["gelu", "relu"] = "gelu"
    positions: Literal["rotary", "learnt", "sinusoidal", "none"] = "rotary"
    position_base: float = 10000.0
    causal: bool = True
    final_norm: bool = True
    embedding_scale: float = 0.02
    attention_bias: bool = added(False)
    momentum: float = added(0.0)

    def check(self) -> None:
        """Raise `SpecError` for sizes that cannot be built."""
        check(1 <= self.layers <= 512, f"`model.layers` is {self.layers}: give 1 to 512")
        check(self.heads >= 1, f"`model.heads` is {self.heads}: give at least 1")
        check(
            1 <= self.d_model <= 65536 and self.d_model % self.heads == 0,
            f"`model.d_model` is {self.d_model}: give a multiple of `model.heads` {self.heads}, 65536 at most",
        )
        d_head = self.d_model // self.heads
        check(
            self.positions != "rotary" or d_head % 2 == 0,
            f"rotary positions need an even head width, got {d_head}: change `model.d_model`, `model.heads` or "
            "`model.positions`",
        )
        check(0 <= self.mlp_ratio <= 64, f"`model.mlp_ratio` is {self.mlp_ratio}: give 0 (no MLP) to 64")
        check(
            self.mlp_ratio == 0 or round(self.mlp_ratio * self.d_model) >= 1,
            f"`model.mlp_ratio` is {self.mlp_ratio}, an MLP without a unit at width {self.d_model}: give 0 for none",
        )
        check(
            1 < self.position_base <= 1e12, f"`model.position_base` is {self.position_base}: give 1 to 1e12"
        )
        check(
            0 < self.embedding_scale <= 100,
            f"`model.embedding_scale` is {self.embedding_scale}: give above 0 to 100",
        )
        check(
            0 <= self.momentum < 1,
            f"`model.momentum` is {self.momentum}: give 0 (plain attention) to below 1",
        )

    def build(self, interface: Interface, key: PRNGKeyArray) -> "Transformer":
        """Draw a model for a task's interface."""
        return Transformer(self, interface, key=key)


class Block(eqx.Module):
    """Attention, then (optionally) an MLP, each added to the residual stream."""

    attention: Attention
    mlp: Mlp | None

    def __init__(self, spec: TransformerSpec, *, key: PRNGKeyArray):
        first, second = jax.random.split(key)
        base = spec.position_base if spec.positions == "rotary" else 0.0
        self.attention = Attention(
            spec.d_model,
            spec.heads,
            causal=spec.causal,
            rotary_base=base,
            momentum=spec.momentum,
            bias=spec.attention_bias,
            key=first,
        )
        hidden = round(spec.mlp_ratio * spec.d_model)
        self.mlp = Mlp(spec.d_model, hidden, spec.activation, key=second) if hidden else None

    def __call__(
        self,
        x: Float[Array, "seq d"],
        rows: np.ndarray,
        valid: Bool[Array, " seq"] | None,
        tap: Tap,
        name: str,
    ) -> Float[Array, "query d"]:
        """Return the residual stream after the block, at the given rows."""
        x = tap(f"{name}.pre", x)
        out = self.attention(x, rows, valid, tap, f"{name}.attn")
        x = (x if len(rows) == x.shape[0] else x[rows]) + out
        if self.mlp is not None:
            x = tap(f"{name}.mid", x)
            x = x + self.mlp(x, tap, f"{name}.mlp")
        return tap(f"{name}.post", x)


class Transformer(eqx.Module):
    """A transformer over one sequence: `model(tokens, tap) -> logits`.

    Only the read-out position of the last block reaches the output, so only that row is computed there, a fifth of
    the whole cost in the reference job; `with_all_rows` gives the same model with every row, for looking at it.
    """

    embed: Any
    positions: Float[Array, "seq d"] | None
    blocks: tuple[Block, ...]
    norm: LayerNorm | None
    unembed: Linear
    spec: TransformerSpec = eqx.field(static=True)
    interface: Interface = eqx.field(static=True)
    all_rows: bool = eqx.field(static=True)

    def __init__(self, spec: TransformerSpec, interface: Interface, *, key: PRNGKeyArray):
        k_embed, k_positions, k_out, *k_blocks = jax.random.split(key, spec.layers + 3)
        d, scale = spec.d_model, spec.embedding_scale
        self.embed = embedder(interface.tokens, d, scale, k_embed)
        bound = interface.length**-0.5
        learnt = spec.positions == "learnt"
        self.positions = (
            jax.random.uniform(k_positions, (interface.length, d), minval=-bound, maxval=bound)
            if learnt
            else None
        )
        self.blocks = tuple(Block(spec, key=k) for k in k_blocks)
        self.norm = LayerNorm(d) if spec.final_norm else None
        self.unembed = Linear(d, interface.outputs, key=k_out)
        self.spec, self.interface, self.all_rows = spec, interface, False

    def __call__(self, tokens: Any, tap: Tap = null_tap) -> Float[Array, " output"]:
        """Return the logits at the read-out position.

        Args:
            tokens: one sequence, of the kind that the model was built for.
            tap: every intermediate passes it; `dynamicl.models.sites` lists the names.
        """
        self.interface.check_sequence(tokens)
        x, valid = self.embed(tokens)
        x = tap("embed.tokens", x)
        length = x.shape[0]
        if self.positions is not None:
            x = x + tap("embed.positions", self.positions[:length])
        elif self.spec.positions == "sinusoidal":
            x = x + tap(
                "embed.positions", jnp.asarray(sinusoids(length, x.shape[1], self.spec.position_base))
            )
        everything = np.arange(length)
        readout = everything[[self.interface.readout]]
        for i, block in enumerate(self.blocks):
            last = i == len(self.blocks) - 1 and not self.all_rows
            x = block(x, readout if last else everything, valid, tap, f"layers.{i}")
        x = x[self.interface.readout] if self.all_rows else x[0]
        x = tap("norm.out", x if self.norm is None else self.norm(x))
        return tap("logits", self.unembed(x))
