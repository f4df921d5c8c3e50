"""Grafts: parts of the weights taken from another run, frozen or free to learn on."""

import fnmatch
from collections.abc import Sequence
from dataclasses import dataclass

import jax
from jaxtyping import PyTree

from dynamicl.specs import SpecError, check, host, nearest, register


@register("graft")
@dataclass(frozen=True)
class Graft:
    """Take a part of the weights from another run's checkpoint, or freeze one's own.

    A run's weights are drawn or taken from where it starts (`init_from`, `fork`), then its grafts are put over them.

    Attributes:
        part: glob over parameter names, e.g. `blocks.0.*` (everything of layer 1) or `embed.*`.
        run: the other run's id in the library; empty freezes the weights that the run itself starts with.
        step: its checkpoint, in updates.
        frozen: whether the part stays as it is.

    References:
        Thesis C.5.1, Figure C.4 (weights of layer 1 from the end of training).
    """

    part: str
    run: str = host("")
    step: int = host(0)
    frozen: bool = True

    def check(self) -> None:
        """Raise `SpecError` for a graft that would do nothing."""
        check(
            bool(self.run) or self.frozen,
            f"the graft of `{self.part}` does nothing: name a run, or set `frozen`",
        )
        check(self.step >= 0, f"`graft.step` is {self.step}: give a checkpoint's step, 0 or more")


def frozen_parts(grafts: Sequence[Graft], weights: PyTree) -> PyTree:
    """Return a tree of booleans: which arrays never change."""
    patterns = [graft.part for graft in grafts if graft.frozen]

    def frozen(path: tuple, _: object) -> bool:
        name = jax.tree_util.keystr(path, simple=True, separator=".")
        return any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)

    return jax.tree_util.tree_map_with_path(frozen, weights)


def check_one_writer(grafts: Sequence[Graft], weights: PyTree) -> None:
    """Raise `SpecError` where a parameter is set by one graft and by another one too.

    Two grafts that freeze one's own weights set nothing, and may share parameters.
    """
    for name in _names(weights):
        writers = [graft for graft in grafts if fnmatch.fnmatchcase(name, graft.part)]
        check(
            len(writers) < 2 or not any(graft.run for graft in writers),
            f"the grafts of {' and '.join(f'`{graft.part}`' for graft in writers)} both decide `{name}`: let each "
            "parameter come from one of them",
        )


def _names(weights: PyTree) -> list[str]:
    return [
        jax.tree_util.keystr(path, simple=True, separator=".")
        for path, _ in jax.tree_util.tree_leaves_with_path(weights)
    ]


def check_grafts(grafts: Sequence[Graft], weights: PyTree) -> None:
    """Raise `SpecError` for a part that matches nothing, or where everything is frozen."""
    names = _names(weights)
    for graft in grafts:
        if not any(fnmatch.fnmatchcase(name, graft.part) for name in names):
            raise SpecError(
                f"no parameter matches `{graft.part}`: did you mean {nearest(graft.part, names)}?"
            )
    if grafts and all(jax.tree.leaves(frozen_parts(grafts, weights))):
        raise SpecError("the grafts freeze every parameter: leave something to learn")
