"""Multi-head attention over one sequence, every intermediate tapped."""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, PRNGKeyArray

from ._layers import LayerNorm, lecun
from ._positions import rotate
from ._taps import Tap, declare_axes

MASKED = -1e30
declare_axes(
    {
        "attn.norm": ("seq", "d_model"),
        "attn.q": ("head", "query", "d_head"),
        "attn.k": ("head", "key", "d_head"),
        "attn.v": ("head", "key", "d_head"),
        "attn.mask": ("query", "key"),
        "attn.scores": ("head", "query", "key"),
        "attn.pattern": ("head", "query", "key"),
        "attn.head_out": ("head", "query", "d_head"),
        "attn.out": ("query", "d_model"),
    }
)
BOUND = 1e29
"""Largest score that an intervention may leave: one beyond every real score, and still far above `MASKED`."""


class Attention(eqx.Module):
    """Pre-normalised multi-head attention.

    Weights act on the right: q = norm(x) w_q (+ b_q). Scores are scaled by d_head^-1/2.

    The mask has the last word, whatever a tap returns. Site `mask` shows which keys each row may attend to and cannot
    be changed. Site `scores` shows the products before the mask, which is put on afterwards. Site `pattern` shows
    attention after it: what a tap puts on a forbidden key is taken away, and nothing is rescaled for it.

    With momentum eta, what each head mixes gains an exponential moving average of the values before the row's own
    position: position t gets eta^(t - s) times the value at every s < t. Site `head_out` shows both together.

    Attributes:
        w_q: queries' weights; column h * d_head + i belongs to head h. `w_k`, `w_v` likewise.
        w_o: output weights; row h * d_head + i belongs to head h.
        b_q: biases, 0 at first, in the order of the weights' columns; `b_k`, `b_v`, `b_o` likewise. `None` without.
        momentum: eta, from 0 up to below 1; nothing is computed for it at 0.

    References:
        Dai et al. 2023, section 5 (momentum attention).
    """

    norm: LayerNorm
    w_q: Float[Array, "d_model d_model"]
    w_k: Float[Array, "d_model d_model"]
    w_v: Float[Array, "d_model d_model"]
    w_o: Float[Array, "d_model d_model"]
    b_q: Float[Array, " d_model"] | None
    b_k: Float[Array, " d_model"] | None
    b_v: Float[Array, " d_model"] | None
    b_o: Float[Array, " d_model"] | None
    heads: int = eqx.field(static=True)
    causal: bool = eqx.field(static=True)
    rotary_base: float = eqx.field(static=True)
    momentum: float = eqx.field(static=True)

    def __init__(
        self,
        d_model: int,
        heads: int,
        *,
        causal: bool,
        rotary_base: float,
        momentum: float = 0.0,
        bias: bool = False,
        key: PRNGKeyArray,
    ):
        keys = jax.random.split(key, 4)
        self.norm = LayerNorm(d_model)
        self.w_q, self.w_k, self.w_v, self.w_o = (lecun(k, d_model, d_model, d_model) for k in keys)
        self.b_q, self.b_k, self.b_v, self.b_o = (jnp.zeros(d_model) if bias else None for _ in range(4))
        self.heads = heads
        self.causal = causal
        self.rotary_base = rotary_base
        self.momentum = momentum

    def __call__(
        self,
        x: Float[Array, "seq d"],
        rows: np.ndarray,
        valid: Bool[Array, " seq"] | None,
        tap: Tap,
        name: str,
    ) -> Float[Array, "query d"]:
        """Return what the heads add to the residual stream at the given rows.

        Args:
            x: residual stream.
            rows: positions whose output is wanted.
            valid: keys that may be attended to; `None` for all.
            tap: passes norm, q, k, v, mask, scores, pattern, head_out, out under `name`.
            name: prefix of the sites.
        """
        length = x.shape[0]
        x = tap(f"{name}.norm", self.norm(x))
        q, k, v = self._biased(*self._projected(x, rows))
        q = _heads_first(tap(f"{name}.q", _heads_first(q)))
        k = _heads_first(tap(f"{name}.k", _heads_first(k)))
        v = _heads_first(tap(f"{name}.v", _heads_first(v)))
        if self.rotary_base:
            q = _heads_first(rotate(_heads_first(q), rows, self.rotary_base))
            k = _heads_first(rotate(_heads_first(k), np.arange(length), self.rotary_base))
        scores = jnp.einsum("qhd,khd->hqk", q, k) * np.float32(q.shape[-1] ** -0.5)
        pattern = masked_pattern(scores, self._mask(rows, length, valid), tap, name)
        out = jnp.einsum("hqk,khd->qhd", pattern, v)
        if self.momentum:
            out = out + jnp.einsum("qk,khd->qhd", self._fading(rows, length, valid), v)
        out = _heads_first(tap(f"{name}.head_out", _heads_first(out)))
        out = out.reshape(len(rows), -1) @ self.w_o
        return tap(f"{name}.out", out if self.b_o is None else out + self.b_o)

    def _projected(
        self, x: Float[Array, "seq d"], rows: np.ndarray
    ) -> tuple[
        Float[Array, "query head d_head"], Float[Array, "seq head d_head"], Float[Array, "seq head d_head"]
    ]:
        """Return queries of the rows, keys and values; one product does as much of it as it can."""
        if len(rows) == x.shape[0]:
            q, k, v = self._side_by_side(x, self.w_q, self.w_k, self.w_v)
            return q, k, v
        k, v = self._side_by_side(x, self.w_k, self.w_v)
        return (x[rows] @ self.w_q).reshape(len(rows), self.heads, -1), k, v

    def _biased(self, *projected: Float[Array, "_ head d_head"]) -> list[Float[Array, "_ head d_head"]]:
        """Add the biases of queries, keys and values, where there are any."""
        with_biases = zip(projected, (self.b_q, self.b_k, self.b_v), strict=True)
        return [x if bias is None else x + bias.reshape(self.heads, -1) for x, bias in with_biases]

    def _side_by_side(
        self, x: Float[Array, "seq d"], *weights: Float[Array, "d d"]
    ) -> list[Float[Array, "seq head d_head"]]:
        """Return x times each of the matrices: one product instead of several small ones."""
        # Rows of transposes, not columns: so are gradients taken (`training._gradient`).
        joined = x @ jnp.concatenate([w.T for w in weights]).T
        parts = jnp.split(joined, len(weights), axis=1)
        return [part.reshape(x.shape[0], self.heads, -1) for part in parts]

    def _fading(
        self, rows: np.ndarray, length: int, valid: Bool[Array, " seq"] | None
    ) -> Float[Array, "query key"]:
        """Return what the moving average weighs each earlier position with."""
        ago = rows[:, None] - np.arange(length)[None, :]
        weights = np.where(ago > 0, self.momentum ** np.maximum(ago, 1.0), 0.0).astype(np.float32)
        return jnp.asarray(weights) if valid is None else jnp.where(valid[None, :], weights, 0.0)

    def _mask(
        self, rows: np.ndarray, length: int, valid: Bool[Array, " seq"] | None
    ) -> Bool[Array, "query key"]:
        past = causal_mask(rows, length) if self.causal else np.ones((len(rows), length), bool)
        return jnp.asarray(past) if valid is None else jnp.asarray(past) & valid[None, :]


def masked_pattern(
    scores: Float[Array, "head query key"],
    allowed: Bool[Array, "query key"],
    tap: Tap,
    name: str,
) -> Float[Array, "head query key"]:
    """Return the attention that scores give to the keys that are allowed, and to no other.

    Args:
        scores: before the mask.
        allowed: the mask.
        tap: passes mask, scores, pattern under `name`.
        name: prefix of the sites.
    """
    tap(f"{name}.mask", allowed)
    tapped = tap(f"{name}.scores", scores)
    if tapped is not scores:
        # Without a bound, a row of scores set to minus infinity would fall below the mask, and turn to it.
        tapped = jnp.clip(tapped, -BOUND, BOUND)
    pattern = jax.nn.softmax(jnp.where(allowed, tapped, MASKED), axis=-1)
    replaced = tap(f"{name}.pattern", pattern)
    # Left alone, the pattern is 0 wherever nothing is allowed, and needs no second look.
    untouched = tapped is scores and replaced is pattern
    return replaced if untouched else jnp.where(allowed, replaced, 0.0)


def causal_mask(rows: np.ndarray, length: int) -> Bool[np.ndarray, "query key"]:
    """Return which keys each row may attend to: itself and what came before."""
    return np.arange(length)[None, :] <= rows[:, None]


def _heads_first(x: Float[Array, "first second d_head"]) -> Float[Array, "second first d_head"]:
    """Swap the first two axes: sites show heads first, products are faster with heads second.

    Two swaps in a row cost nothing once compiled, so untapped sites are free: measured, 30 % of the whole step.
    """
    return jnp.swapaxes(x, 0, 1)
