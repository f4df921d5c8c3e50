"""Forward passes over a batch, with whatever clamps apply.

A clamp may take its value from another pass over the same sequences; passes run in the order in which they are needed
inside one program, and what nobody asks of them is never computed.
"""

import fnmatch
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from dynamicl import tasks
from dynamicl.models import MASK, PATTERN, Recorder, axes_of, batch_tokens, null_tap
from dynamicl.specs import SpecError, check

from ._clamp import MAIN, Clamp, active, blend, head_mask, position_mask
from ._values import BATCH, Context, FromCheckpoint

NOBODY: Mapping[str, Any] = MappingProxyType({})


def forward(
    model: Any,
    task: Any,
    sequences: tasks.Sequence,
    clamps: Sequence[Clamp] = (),
    step: Any = 0,
    others: Mapping[str, Any] = NOBODY,
) -> Float[Array, "batch output"]:
    """Compute a batch's logits under clamps.

    Args:
        model: called as `model(tokens, tap)` on one sequence.
        task: whose `inputs` turns tokens into what the model reads.
        sequences: with leading axis batch.
        clamps: in the order in which they act; none cost nothing.
        step: the training step, for windows.
        others: by the name of a pass, the network that makes it (`FromCheckpoint`) or the sequences that it reads
            (`FromSequence`).

    Raises:
        SpecError: what shows only while tracing: a value that is not computed before it is needed, or of another
            shape, or of a checkpoint that was not given.
    """
    tokens = batch_tokens(model, jax.vmap(task.inputs)(sequences.tokens))
    return forward_tokens(model, tokens, sequences.roles, clamps, step, _read(model, task, others))


def forward_tokens(
    model: Any,
    tokens: Any,
    roles: tasks.Roles,
    clamps: Sequence[Clamp] = (),
    step: Any = 0,
    others: Mapping[str, Any] = NOBODY,
) -> Float[Array, "batch output"]:
    """Compute logits of a batch that the model's batch stage, if it has one, has seen.

    Args:
        model: called as `model(tokens, tap)` on one sequence.
        tokens: what it reads, with leading axis batch.
        roles: of the sequences.
        clamps: in the order in which they act.
        step: the training step, for windows.
        others: as for `forward`.
    """
    if not clamps:
        return jax.vmap(lambda sequence: model(sequence, null_tap))(tokens)
    return _recorded(model, tokens, roles, clamps, step, (), others)[0]


def forward_recorded(
    model: Any,
    task: Any,
    sequences: tasks.Sequence,
    clamps: Sequence[Clamp],
    step: Any,
    patterns: Sequence[str],
    others: Mapping[str, Any] = NOBODY,
) -> tuple[Float[Array, "batch output"], dict[str, Array]]:
    """Compute a batch's logits under clamps and keep the main pass' intermediates that the globs select."""
    tokens = batch_tokens(model, jax.vmap(task.inputs)(sequences.tokens))
    if not clamps:
        return jax.vmap(lambda sequence: _clean(model, sequence, patterns))(tokens)
    return _recorded(model, tokens, sequences.roles, clamps, step, patterns, _read(model, task, others))


def _clean(model: Any, tokens: Any, patterns: Sequence[str]) -> tuple[Array, dict[str, Array]]:
    """Run a model on one sequence; a pattern may select nothing, which who asks for it answers himself."""
    recorder = Recorder(patterns)
    logits = model(tokens, recorder)
    return logits, recorder.values


class OtherTokens(NamedTuple):
    """What a network reads in a pass over other sequences (`FromSequence`), with leading axis batch."""

    tokens: Any


def _read(model: Any, task: Any, others: Mapping[str, Any]) -> dict[str, Any]:
    """Turn sequences among the others into what the model reads."""
    read = dict(others)
    for name, other in others.items():
        if isinstance(other, tasks.Sequence):
            read[name] = OtherTokens(batch_tokens(model, jax.vmap(task.inputs)(other.tokens)))
    return read


def _recorded(
    model: Any,
    tokens: Any,
    roles: tasks.Roles,
    clamps: Sequence[Clamp],
    step: Any,
    patterns: Sequence[str],
    others: Mapping[str, Any],
) -> tuple[Float[Array, "batch output"], dict[str, Array]]:
    makers = _makers(model, clamps, others)
    beside = {name: other.tokens for name, other in others.items() if isinstance(other, OtherTokens)}
    _check_as_many(tokens, beside)

    def one(tokens: Any, roles: tasks.Roles, beside: dict[str, Any]) -> tuple[Array, dict[str, Array]]:
        context = Context(tokens, roles)
        for name in passes(clamps):
            context.current = name
            asked = [site for clamp in clamps for site in _asked(clamp, name)]
            acting = [c for c in clamps if c.in_pass == name]
            tap = _ClampTap(acting, context, step, asked, makers[name])
            recorder = Recorder(patterns if name == MAIN else (), tap)
            logits = makers[name](beside.get(name, context.tokens), recorder)
        return logits, recorder.values

    return jax.vmap(one, axis_name=BATCH)(tokens, roles, beside)


def _check_as_many(tokens: Any, beside: Mapping[str, Any]) -> None:
    """Refuse other sequences that are not as many, or not as long, as those that they stand beside."""
    shapes = [leaf.shape for leaf in jax.tree.leaves(tokens)]
    for name, other in beside.items():
        theirs = [leaf.shape for leaf in jax.tree.leaves(other)]
        check(
            theirs == shapes,
            f"the sequences of pass `{name}` have shapes {theirs}, and the batch has {shapes}: give one other sequence "
            "of the same length for each",
        )


def lenders(clamps: Sequence[Clamp]) -> dict[str, FromCheckpoint]:
    """Return, by pass, the values that name the checkpoint by which the pass is made."""
    return {c.value.pass_name: c.value for c in clamps if c.value.kind == "from-checkpoint"}


def _makers(model: Any, clamps: Sequence[Clamp], others: Mapping[str, Any]) -> dict[str, Any]:
    """Return each pass' network."""
    lent = lenders(clamps)
    for name in lent:
        if name not in others:
            raise SpecError(
                f"pass `{name}` is made by another network, which is not there: load its checkpoint and give it as "
                f"`others={{{name!r}: model}}`"
            )
    for clamp in clamps:
        name = clamp.value.pass_name if clamp.value.kind == "from-sequence" else ""
        check(
            not name or isinstance(others.get(name), OtherTokens),
            f"pass `{name}` reads other sequences, which are not there: give them as `others={{{name!r}: sequences}}`; "
            "while a network trains there are none",
        )
    return {name: others[name] if name in lent else model for name in passes(clamps)}


def _asked(clamp: Clamp, pass_name: str) -> list[str]:
    """Sites (globs) of a pass that a clamp's value is taken from."""
    if not clamp.value.leaves_the_pass or clamp.source_pass != pass_name:
        return []
    return [clamp.value.site or clamp.site]


def passes(clamps: Sequence[Clamp]) -> tuple[str, ...]:
    """Order the passes that clamps need, `main` last.

    Raises:
        SpecError: passes that need each other.
    """
    needs: dict[str, set[str]] = {MAIN: set()}
    for clamp in clamps:
        needs.setdefault(clamp.in_pass, set())
        if clamp.value.leaves_the_pass and clamp.source_pass != clamp.in_pass:
            needs.setdefault(clamp.source_pass, set())
            needs[clamp.in_pass].add(clamp.source_pass)
    order: list[str] = []
    while len(order) < len(needs):
        ready = sorted(name for name in needs if name not in order and needs[name] <= set(order))
        if not ready:
            raise SpecError(
                f"the passes {', '.join(sorted(set(needs) - set(order)))} need each other: break the circle"
            )
        order += [name for name in ready if name != MAIN] or ready
    if order[-1] != MAIN:
        raise SpecError(
            f"a clamp of pass `{order[-1]}` takes its value from `main`, which comes last: use another pass"
        )
    return tuple(order)


class _ClampTap:
    """The tap that applies a pass' clamps and notes what other clamps ask for."""

    def __init__(
        self, clamps: Sequence[Clamp], context: Context, step: Any, asked: Sequence[str], model: Any
    ):
        self.clamps, self.context, self.asked = clamps, context, asked
        self.step = jnp.asarray(step, jnp.int32)
        self.readout = getattr(getattr(model, "interface", None), "readout", -1)

    def __call__(self, name: str, value: Array) -> Array:
        """Apply every clamp whose site matches, in order; a mask is shown to them and never changed."""
        if name.endswith(MASK):
            self.context.seen.setdefault(self.context.current, {})[name] = value
            return value
        for clamp in self.clamps:
            if fnmatch.fnmatchcase(name, clamp.site):
                value = self._masked(name, self._apply(clamp, name, value))
        if any(fnmatch.fnmatchcase(name, pattern) for pattern in self.asked):
            self.context.seen.setdefault(self.context.current, {})[name] = value
        return value

    def _masked(self, name: str, value: Array) -> Array:
        """Take from a pattern what the model will not attend to, so that what is recorded is what is used."""
        mask = self.context.mask(self.context.current, name)
        return value if mask is None or not name.endswith(PATTERN) else jnp.where(mask, value, 0)

    def _apply(self, clamp: Clamp, name: str, x: Array) -> Array:
        axes = axes_of(name, x.ndim)
        rows = self._rows(axes, x)
        self._check_computed(clamp, name, axes, rows)
        v = clamp.value.resolve(x, rows, name, self.context)
        strength = jnp.where(active(clamp.windows, self.step), jnp.asarray(clamp.strength, x.dtype), 0)
        return blend(x, v, self._mask(clamp, axes, x, rows), strength, clamp.gradient)

    def _rows(self, axes: tuple[str, ...], x: Array) -> np.ndarray:
        """Positions along the site's query (or sequence) axis: all, or the read-out's alone."""
        length = self.context.roles.exemplars.shape[-1]
        axis = next((i for i, name in enumerate(axes) if name in ("query", "seq")), None)
        if axis is None or x.shape[axis] == length:
            return np.arange(length)
        return np.array([self.readout % length])

    def _check_computed(self, clamp: Clamp, name: str, axes: tuple[str, ...], rows: np.ndarray) -> None:
        """Refuse positions of a last layer that computes only the read-out's row."""
        length = self.context.roles.exemplars.shape[-1]
        if not {"query", "seq"} & set(axes) or len(rows) == length or not clamp.queries:
            return
        read = int(rows[0])

        def may_be_read(item: int | str) -> bool:
            # Where the last token is read it is the query, and in no context.
            if isinstance(item, int):
                return item % length == read
            return item == "query" or read < length - 1

        if not any(map(may_be_read, clamp.queries)):
            raise SpecError(
                f"`clamp.queries` is {clamp.queries}, but `{name}` is computed at position {read} alone, whose "
                "output is read: clamp that position or an earlier layer"
            )

    def _mask(self, clamp: Clamp, axes: tuple[str, ...], x: Array, rows: np.ndarray) -> Array:
        roles, everything = self.context.roles, np.arange(self.context.roles.exemplars.shape[-1])
        mask = jnp.ones(x.shape, bool)
        for i, axis in enumerate(axes):
            shape = [1] * x.ndim
            shape[i] = -1
            if axis == "head":
                mask = mask & head_mask(clamp.heads, x.shape[i]).reshape(shape)
            elif axis in ("query", "seq"):
                mask = mask & position_mask(clamp.queries_at(axes), roles, rows).reshape(shape)
            elif axis == "key":
                mask = mask & position_mask(clamp.keys_at(axes), roles, everything).reshape(shape)
        if clamp.offsets and axes[-2:] == ("query", "key"):
            mask = mask & np.isin(everything[None, :] - rows[:, None], clamp.offsets)
        return mask
