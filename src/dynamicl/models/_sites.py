"""The registry of sites: found by tracing the model once, so that it can never disagree with the code."""

import fnmatch
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import equinox as eqx
import jax

from dynamicl.specs import SpecError, nearest

from ._taps import Recorder, axes_of, record

PATTERN = "attn.pattern"
"""Attention, after the mask: rows of heads over keys."""
MASK = "attn.mask"
"""Shows which keys each row may attend to. What a tap returns there is not used: no intervention opens a mask."""


@dataclass(frozen=True)
class Site:
    """A place in a model where a value passes a tap.

    Attributes:
        name: for instance `layers.0.attn.pattern`; layers and heads count from 0.
        axes: the axes' names, e.g. `("head", "query", "key")`; `dim0`, `dim1`, ... where none were declared.
        shape: the axes' lengths, for one sequence.
    """

    name: str
    axes: tuple[str, ...]
    shape: tuple[int, ...]

    def size(self, axis: str) -> int:
        """Return the length of a named axis, or raise `SpecError` naming the axes that there are."""
        if axis not in self.axes:
            raise SpecError(f"site `{self.name}` has no axis `{axis}`: its axes are {', '.join(self.axes)}")
        return self.shape[self.axes.index(axis)]


def sites(model: Callable, tokens: Any) -> tuple[Site, ...]:
    """List every site of a model, in the order in which values pass them. Nothing is computed.

    Args:
        model: called as `model(tokens, tap)`; arrays or shapes.
        tokens: one sequence, arrays or shapes.

    Raises:
        SpecError: two values pass under one name.
    """
    names: list[str] = []

    def traced(model: Callable, tokens: Any) -> dict:
        seen = Recorder()

        def tap(name: str, value: Any) -> Any:
            if name in names:
                raise SpecError(f"two values pass the tap as `{name}`: give each its own name")
            names.append(name)
            return seen(name, value)

        model(tokens, tap)
        return seen.values

    shapes = eqx.filter_eval_shape(traced, model, tokens)
    return tuple(Site(name, axes_of(name, shapes[name].ndim), tuple(shapes[name].shape)) for name in names)


def match_sites(known: Sequence[Site], pattern: str) -> tuple[Site, ...]:
    """Select sites by a glob; a pattern that selects nothing is an error with the nearest names.

    >>> match_sites([Site("logits", ("output",), (5,))], "logit")
    Traceback (most recent call last):
    ...
    dynamicl.specs._errors.SpecError: no site matches `logit`: did you mean `logits`? `dynamicl sites` lists all
    """
    found = tuple(site for site in known if fnmatch.fnmatchcase(site.name, pattern))
    if not found:
        names = [site.name for site in known]
        raise SpecError(
            f"no site matches `{pattern}`: did you mean {nearest(pattern, names)}? `dynamicl sites` lists all"
        )
    return found


def site_values(model: Callable, tokens: Any, name: str) -> jax.Array:
    """Return the value at one site for one sequence, or raise naming the nearest sites."""
    (site, *_) = match_sites(sites(model, tokens), name)
    return record(model, tokens, (site.name,))[1][site.name]
