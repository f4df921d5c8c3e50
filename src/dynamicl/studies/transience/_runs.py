"""What each population of the study trains."""

from collections.abc import Sequence
from typing import Any

import xarray as xr

from dynamicl.store import Trajectory
from dynamicl.studies._curves import SCORES, arranged
from dynamicl.studies._laptop_world import World
from dynamicl.studies._world_setting import few
from dynamicl.tasks.exemplars import Bursty, Redrawn, SequenceKind, iwl
from dynamicl.training import ObjectiveSpec, Penalty, RunSpec

from ._settings import Setting

MLP_RATIO = 4.0
WHOLE = "weights"
"""The part that the L2 penalty of figure 3.8 acts on: all but norms and biases."""
SELECTED = ("nothing", "attention", "mlp", "embedder")
"""Parts that the penalty acts on alone (figure 3.10)."""
TWO_LABELS = 2
"""Labels of in-context-only data: 0 and 1."""
SOURCES = SCORES | {"squared_norm": ("squared_norm", "")}


def curves(trajectory: Trajectory, scale: Setting, **axes: Sequence[Any]) -> xr.Dataset:
    """Arrange the curves of runs, as `dynamicl.studies._curves.curves`, with the `squared_norm` of all weights."""
    return arranged(trajectory, scale, SOURCES, axes)


def main_few(trajectory: Trajectory, scale: Setting) -> xr.Dataset:
    """Return the curves of the first main runs, as many as a condition has, by `init`."""
    return curves(trajectory, scale, init=scale.inits).sel(init=list(few(scale)))


def with_main(others: xr.Dataset, main: xr.Dataset, dim: str, level: Any) -> xr.Dataset:
    """Return the runs of a condition and the main runs as one more level of it, in the order of the levels."""
    whole = xr.concat([others, main.expand_dims({dim: [level]})], dim, combine_attrs="override")
    return whole.sortby(dim)


def repeated(scale: Setting, worlds: Sequence[World]) -> list[RunSpec]:
    """Describe long runs of some worlds with the initialisations of a condition: worlds outermost."""
    return [world.run(init, scale.datas[0], scale.long) for world in worlds for init in few(scale)]


def drawing_runs(scale: Setting) -> list[RunSpec]:
    """Describe runs by drawings of each class."""
    return repeated(scale, [scale.world.changed(drawings=drawings) for drawings in scale.drawings])


def size_settings(scale: Setting) -> dict[str, tuple[int, int]]:
    """Return the (classes, drawings) of figure 3.5 other than the base's, by their name."""
    named = [scale.many, scale.less, scale.pooled]
    base = (scale.world.classes, scale.world.drawings)
    return {size_name(size): size for size in named if size != base}


def size_name(size: tuple[int, int]) -> str:
    """Name a number of classes and drawings: `1600 x 160`."""
    return f"{size[0]} x {size[1]}"


def size_runs(scale: Setting) -> list[RunSpec]:
    """Describe runs by numbers of classes and drawings."""
    sizes = size_settings(scale).values()
    worlds = [scale.world.changed(classes=classes, drawings=drawings) for classes, drawings in sizes]
    return repeated(scale, worlds)


def zipf_runs(scale: Setting) -> list[RunSpec]:
    """Describe runs by Zipf exponents above 0."""
    return repeated(scale, [scale.world.changed(zipf=exponent) for exponent in scale.exponents])


def penalised(part: str, strength: float) -> ObjectiveSpec:
    """Describe the cross-entropy with an L2 penalty on a part of the network."""
    return ObjectiveSpec((Penalty(part, strength),))


def l2_runs(scale: Setting) -> list[RunSpec]:
    """Describe the first main run with a penalty on all weights, by strength."""
    return [
        scale.world.run(scale.inits[0], scale.datas[0], scale.long, objective=penalised(WHOLE, strength))
        for strength in scale.strengths
    ]


def selective_runs(scale: Setting, strength: float) -> list[RunSpec]:
    """Describe networks with MLPs, penalised nowhere or in one part alone."""
    world = scale.world.changed(mlp_ratio=MLP_RATIO)
    plain = world.run(scale.inits[0], scale.datas[0], scale.long)
    parts = [
        world.run(scale.inits[0], scale.datas[0], scale.long, objective=penalised(part, strength))
        for part in SELECTED[1:]
    ]
    return [plain, *parts]


def width_runs(scale: Setting) -> list[RunSpec]:
    """Describe runs by width."""
    return repeated(scale, [scale.world.changed(width=width) for width in scale.widths])


def isolated_worlds(scale: Setting) -> list[World]:
    """Return the worlds of in-context-only and in-weights-only data, by width."""
    return [
        scale.world.changed(classes=scale.isolated_classes, width=width) for width in scale.isolated_widths
    ]


def icl_only_runs(scale: Setting) -> list[RunSpec]:
    """Describe runs on sequences of the in-context evaluator's kind, whose labels 0 and 1 the context alone tells."""
    half = scale.world.pairs // 2
    kind = SequenceKind("icl-only", Bursty(half), Redrawn(TWO_LABELS))
    return _isolated(scale, kind, range(scale.icl_only))


def iwl_only_runs(scale: Setting) -> list[RunSpec]:
    """Describe runs on sequences that never show the query's class."""
    return _isolated(scale, iwl(name="iwl-only"), few(scale))


def _isolated(scale: Setting, kind: SequenceKind, inits: Sequence[int]) -> list[RunSpec]:
    return [
        world.run(init, scale.datas[0], scale.isolated_length, kind)
        for world in isolated_worlds(scale)
        for init in inits
    ]


def depth_runs(scale: Setting) -> list[RunSpec]:
    """Describe networks with MLPs by depth."""
    worlds = [scale.world.changed(layers=layers, mlp_ratio=MLP_RATIO) for layers in scale.depths]
    inits = range(scale.depth_runs)
    return [world.run(init, scale.datas[0], scale.long) for world in worlds for init in inits]
