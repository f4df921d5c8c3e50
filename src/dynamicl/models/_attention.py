"""Multi-head attention over one sequence, every intermediate tapped."""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, PRNGKeyArray

from ._layers import LayerNorm, lecun
from ._positions import rotate
from ._taps import Tap

MASKED = -1e30


class Attention(eqx.Module):
    """Pre-normalised multi-head attention.

    Weights act on the right: q = norm(x) w_q. No biases. Scores are scaled by d_head^-1/2.

    Attributes:
        w_q: queries' weights; column h * d_head + i belongs to head h. `w_k`, `w_v` likewise.
        w_o: output weights; row h * d_head + i belongs to head h.
    """

    norm: LayerNorm
    w_q: Float[Array, "d_model d_model"]
    w_k: Float[Array, "d_model d_model"]
    w_v: Float[Array, "d_model d_model"]
    w_o: Float[Array, "d_model d_model"]
    heads: int = eqx.field(static=True)
    causal: bool = eqx.field(static=True)
    rotary_base: float = eqx.field(static=True)

    def __init__(self, d_model: int, heads: int, *, causal: bool, rotary_base: float, key: PRNGKeyArray):
        keys = jax.random.split(key, 4)
        self.norm = LayerNorm(d_model)
        self.w_q, self.w_k, self.w_v, self.w_o = (lecun(k, d_model, d_model, d_model) for k in keys)
        self.heads = heads
        self.causal = causal
        self.rotary_base = rotary_base

    def __call__(
        self, x: Float[Array, "seq d"], rows: np.ndarray, valid: Bool[Array, " seq"] | None, tap: Tap, name: str
    ) -> Float[Array, "query d"]:
        """Return what the heads add to the residual stream at the given rows.

        Args:
            x: residual stream.
            rows: positions whose output is wanted.
            valid: keys that may be attended to; `None` for all.
            tap: passes norm, q, k, v, scores, pattern, head_out, out under `name`.
            name: prefix of the sites.
        """
        length = x.shape[0]
        x = tap(f"{name}.norm", self.norm(x))
        queries = x if len(rows) == length else x[rows]
        q = tap(f"{name}.q", self._heads(queries @ self.w_q))
        k = tap(f"{name}.k", self._heads(x @ self.w_k))
        v = tap(f"{name}.v", self._heads(x @ self.w_v))
        if self.rotary_base:
            q, k = rotate(q, rows, self.rotary_base), rotate(k, np.arange(length), self.rotary_base)
        scores = jnp.einsum("hqd,hkd->hqk", q, k) * np.float32(q.shape[-1] ** -0.5)
        scores = jnp.where(self._mask(rows, length, valid), scores, MASKED)
        pattern = tap(f"{name}.pattern", jax.nn.softmax(tap(f"{name}.scores", scores), axis=-1))
        out = tap(f"{name}.head_out", jnp.einsum("hqk,hkd->hqd", pattern, v))
        return tap(f"{name}.out", jnp.moveaxis(out, 0, 1).reshape(len(rows), -1) @ self.w_o)

    def _heads(self, x: Float[Array, "seq d"]) -> Float[Array, "head seq d_head"]:
        return jnp.moveaxis(x.reshape(x.shape[0], self.heads, -1), 1, 0)

    def _mask(self, rows: np.ndarray, length: int, valid: Bool[Array, " seq"] | None) -> Bool[Array, "query key"]:
        past = np.arange(length)[None, :] <= rows[:, None] if self.causal else np.ones((len(rows), length), bool)
        return jnp.asarray(past) if valid is None else jnp.asarray(past) & valid[None, :]
