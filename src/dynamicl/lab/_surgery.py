"""Surgery on trained models: parts exchanged between checkpoints, many models stacked for one batched analysis.

Nothing is trained here and nothing in a library changes. To train on after an exchange, use a `Graft` or `init_from`.
"""

import dataclasses
import fnmatch
from collections.abc import Sequence

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from dynamicl.specs import SpecError, check, check_list, nearest
from dynamicl.training import pack, unpack

from ._models import Loaded, check_one_world

FIRST_HALF = ("embed.*", "positions", "blocks.0.*")
"""Embeddings, positions and the first block of a network of two: where the strategies part (thesis 5.6)."""
MAY_BE_MISSING = ("positions",)
"""Parts that a network may do without: with rotary positions it has no array of them."""
SECOND_HALF = ("blocks.1.*", "norm.*", "unembed.*")
"""The second block, the last norm and the output map: what the strategies share (thesis 5.6)."""


def swap(receiver: Loaded, giver: Loaded, parts: Sequence[str]) -> Loaded:
    """Return a trained model with parts of another one's weights.

    Args:
        receiver: whose other weights, spec and tasks are kept.
        giver: whose parts are taken; a network of the same kind.
        parts: globs over the names of arrays, for instance `SECOND_HALF`.

    Raises:
        SpecError: the networks differ in kind, or a glob matches nothing.

    References:
        Thesis Figure 5.6b, c (halves of one run at two times).
    """
    check(
        receiver.spec.model == giver.spec.model,
        "the two networks are of different kinds: exchange parts between runs with the same `model`",
    )
    check_list(parts, "parts", "a list of globs")
    own, static = eqx.partition(receiver.model, eqx.is_array)
    arrays, others = pack(own), pack(eqx.filter(giver.model, eqx.is_array))
    for part in parts:
        names = fnmatch.filter(arrays, part)
        if not names and not (part in MAY_BE_MISSING and len(parts) > 1):
            raise SpecError(f"no array matches `{part}`: did you mean {nearest(part, arrays)}?")
        for name in names:
            check(
                arrays[name].shape == others[name].shape,
                f"`{name}` has shape {arrays[name].shape} in one network and {others[name].shape} in the other: "
                "exchange parts between runs of the same task",
            )
            arrays[name] = others[name]
    weights = jax.tree.map(jnp.asarray, unpack(arrays, own, "exchanged network"))
    return dataclasses.replace(receiver, model=eqx.combine(weights, static))


def stack(models: Sequence[Loaded]) -> Loaded:
    """Put trained models of one kind side by side, for what is computed on all of them in one call.

    Args:
        models: of the same task and architecture.

    Returns:
        A model whose arrays have a leading axis `model`, with the first one's spec and tasks.

    Raises:
        SpecError: there are none, they differ in kind, or they learnt different worlds.
    """
    check_list(models, "models", "a list of trained models")
    check(bool(models), "`models` is empty: give at least one trained model")
    first = models[0]
    for other in models[1:]:
        check(
            (other.spec.task, other.spec.model) == (first.spec.task, first.spec.model),
            "the runs differ in `task` or `model`: stack those of one kind at a time",
        )
    check_one_world([loaded.spec for loaded in models], first.prepared)
    weights = [eqx.filter(loaded.model, eqx.is_array) for loaded in models]
    stacked = jax.tree.map(lambda *leaves: jnp.asarray(np.stack(leaves)), *weights)
    static = eqx.filter(first.model, eqx.is_array, inverse=True)
    return dataclasses.replace(first, model=eqx.combine(stacked, static))
