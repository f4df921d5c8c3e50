"""Linear maps, layer normalisation and the feed-forward block, with their documented initialisations."""

from collections.abc import Callable

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, PRNGKeyArray

from ._taps import Tap, declare_axes

ACTIVATIONS: dict[str, Callable] = {"gelu": jax.nn.gelu, "relu": jax.nn.relu}
declare_axes(
    {
        "mlp.norm": ("query", "d_model"),
        "mlp.hidden": ("query", "d_hidden"),
        "mlp.out": ("query", "d_model"),
    }
)


def lecun(key: PRNGKeyArray, fan_in: int, *shape: int) -> Float[Array, "..."]:
    """Draw a truncated normal with variance 1 / fan_in, cut at two standard deviations."""
    return jax.nn.initializers.variance_scaling(1.0, "fan_in", "truncated_normal", in_axis=0, out_axis=-1)(
        key, shape, jnp.float32
    ) * jnp.sqrt(jnp.float32(shape[0] / fan_in))


class Linear(eqx.Module):
    """An affine map x W + b; W drawn with variance 1 / fan_in, b zero (or absent)."""

    weight: Float[Array, "d_in d_out"]
    bias: Float[Array, " d_out"] | None

    def __init__(self, d_in: int, d_out: int, *, bias: bool = True, key: PRNGKeyArray):
        self.weight = lecun(key, d_in, d_in, d_out)
        self.bias = jnp.zeros(d_out) if bias else None

    def __call__(self, x: Float[Array, "*axes d_in"]) -> Float[Array, "*axes d_out"]:
        """Apply the map to the last axis."""
        y = x @ self.weight
        return y if self.bias is None else y + self.bias


class LayerNorm(eqx.Module):
    """Layer normalisation over the last axis, with scale 1 and shift 0 at first; epsilon 1e-5 inside the root."""

    scale: Float[Array, " d"]
    shift: Float[Array, " d"]

    def __init__(self, d: int):
        self.scale = jnp.ones(d)
        self.shift = jnp.zeros(d)

    def __call__(self, x: Float[Array, "*axes d"]) -> Float[Array, "*axes d"]:
        """Normalise, scale and shift."""
        centred = x - jnp.mean(x, axis=-1, keepdims=True)
        variance = jnp.mean(centred * centred, axis=-1, keepdims=True)
        return centred * jax.lax.rsqrt(variance + 1e-5) * self.scale + self.shift


class Mlp(eqx.Module):
    """The feed-forward part of a block: norm, linear, activation, linear."""

    norm: LayerNorm
    rise: Linear
    fall: Linear
    activation: str = eqx.field(static=True)

    def __init__(self, d_model: int, d_hidden: int, activation: str, *, key: PRNGKeyArray):
        first, second = jax.random.split(key)
        self.norm = LayerNorm(d_model)
        self.rise = Linear(d_model, d_hidden, key=first)
        self.fall = Linear(d_hidden, d_model, key=second)
        self.activation = activation

    def __call__(self, x: Float[Array, "query d"], tap: Tap, name: str) -> Float[Array, "query d"]:
        """Return what the block adds to the residual stream; sites `norm`, `hidden`, `out` under `name`."""
        x = tap(f"{name}.norm", self.norm(x))
        hidden = tap(f"{name}.hidden", ACTIVATIONS[self.activation](self.rise(x)))
        return tap(f"{name}.out", self.fall(hidden))
