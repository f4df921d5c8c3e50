"""Position schemes: rotary, learnt, sinusoidal. Tables are constants computed once in float64."""

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float


def sinusoids(length: int, d: int, base: float) -> np.ndarray:
    """Tabulate fixed sinusoids: all sines, then all cosines, frequencies base^(-2i/d).

    Returns:
        float32 array of shape (length, d).
    """
    angles = _angles(length, d, base)
    table = np.concatenate([np.sin(angles), np.cos(angles)], axis=1)
    return np.pad(table, ((0, 0), (0, d - table.shape[1]))).astype(np.float32)


def rotate(
    x: Float[Array, "head seq d_head"], positions: np.ndarray, base: float
) -> Float[Array, "head seq d_head"]:
    """Rotate interleaved pairs of components by an angle proportional to the position.

    Args:
        x: queries or keys.
        positions: the position of each entry of the `seq` axis.
        base: frequencies are base^(-2i/d_head).

    References:
        Su et al. 2021, RoFormer; thesis 4.2.1.
    """
    d = x.shape[-1]
    angles = _angles(int(positions.max()) + 1, d, base)[positions]
    cos = jnp.asarray(np.repeat(np.cos(angles), 2, axis=1), x.dtype)
    sin = jnp.asarray(np.repeat(np.sin(angles), 2, axis=1), x.dtype)
    pairs = x.reshape(*x.shape[:-1], d // 2, 2)
    turned = jnp.stack([-pairs[..., 1], pairs[..., 0]], axis=-1).reshape(x.shape)
    return x * cos + turned * sin


def _angles(length: int, d: int, base: float) -> np.ndarray:
    return np.arange(length)[:, None] * base ** (-np.arange(0, d - 1, 2) / d)
