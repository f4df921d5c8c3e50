"""Taps: the one thing a model author must know. Write `x = tap("name", x)` and the value can be seen and replaced.

A tap that does nothing leaves no trace in the compiled program.
"""

import fnmatch
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

from jaxtyping import Array

from dynamicl.specs import check, nearest


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


_AXES: dict[str, tuple[str, ...]] = {}


def declare_axes(axes: Mapping[str, tuple[str, ...]]) -> None:
    """Name the axes of values that pass taps, in the module that makes them.

    Clamps select along axes called `head`, `query`, `seq` and `key`; probes and pages show the others by name. A value
    whose axes nobody declared can still be seen and clamped as a whole.

    Args:
        axes: by the site's name without its layer (`attn.pattern` stands for `layers.0.attn.pattern` and so on).
    """
    _AXES.update(axes)


def axes_of(name: str, ndim: int) -> tuple[str, ...]:
    """Return the names of a site's axes; `dim0`, `dim1`, ... where none were declared for so many.

    >>> axes_of("layers.1.attn.pattern", 3)
    ('head', 'query', 'key')
    """
    axes = _AXES.get(name.split(".", 2)[-1] if name.startswith("layers.") else name, ())
    return axes if len(axes) == ndim else tuple(f"dim{i}" for i in range(ndim))


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
        self.passed: list[str] = []

    def __call__(self, name: str, value: Array) -> Array:
        """Keep the value (after the inner tap) if its name is selected."""
        value = self.inner(name, value)
        self.passed.append(name)
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

    Raises:
        SpecError: a pattern selects nothing, with the nearest names.
    """
    recorder = Recorder(patterns, inner)
    logits = model(tokens, recorder)
    for pattern in patterns:
        near = nearest(pattern, recorder.passed)
        check(
            pattern == "*" or bool(fnmatch.filter(recorder.passed, pattern)),
            f"no site matches `{pattern}`: did you mean {near}? `dynamicl sites` lists all",
        )
    return logits, recorder.values
