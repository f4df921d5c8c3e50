"""Taps: the one thing a model author must know. Write `x = tap("name", x)` and the value can be seen and replaced.

A tap that does nothing leaves no trace in the compiled program.
"""

import fnmatch
from collections.abc import Callable, Sequence
from typing import Any, Protocol, runtime_checkable

from jaxtyping import Array


@runtime_checkable
class Tap(Protocol):
    """A function that every named intermediate passes: it returns the value to go on with."""

    def __call__(self, name: str, value: Array) -> Array: ...


def null_tap(name: str, value: Array) -> Array:
    """Return the value untouched.

    >>> import jax.numpy as jnp
    >>> null_tap("logits", jnp.ones(2))
    Array([1., 1.], dtype=float32)
    """
    return value


class Recorder:
    """A tap that keeps what passes it, by name, for the sites its patterns select.

    >>> import jax.numpy as jnp
    >>> recorder = Recorder(["layers.*.attn.pattern"])
    >>> _ = recorder("layers.0.attn.pattern", jnp.ones(2)), recorder("logits", jnp.zeros(3))
    >>> recorder.values
    {'layers.0.attn.pattern': Array([1., 1.], dtype=float32)}
    """

    def __init__(self, patterns: Sequence[str] = ("*",), inner: Tap = null_tap):
        self.patterns = tuple(patterns)
        self.inner = inner
        self.values: dict[str, Any] = {}

    def __call__(self, name: str, value: Array) -> Array:
        """Keep the value (after the inner tap) if its name is selected."""
        value = self.inner(name, value)
        if any(fnmatch.fnmatchcase(name, pattern) for pattern in self.patterns):
            self.values[name] = value
        return value


def record(
    model: Callable, tokens: Any, patterns: Sequence[str] = ("*",), inner: Tap = null_tap
) -> tuple[Array, dict[str, Array]]:
    """Run a model on one sequence and return its logits with the selected intermediates.

    Args:
        model: called as `model(tokens, tap)`.
        tokens: one sequence, as the task's `inputs` gives it.
        patterns: globs over site names.
        inner: a tap that acts first (a clamp, say).

    Returns:
        Logits of shape (outputs,) and the intermediates by site name.
    """
    recorder = Recorder(patterns, inner)
    logits = model(tokens, recorder)
    return logits, recorder.values
