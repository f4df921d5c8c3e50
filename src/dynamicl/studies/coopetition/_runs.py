"""What each population of the study trains, described from its setting and from what earlier runs became."""

import dataclasses
from collections.abc import Sequence

from dynamicl.clamps import Clamp, Graft, ablate_heads, forbid_previous_token, previous_token_attend
from dynamicl.lab import SECOND_HALF, init_from
from dynamicl.studies._laptop_world import HEADS
from dynamicl.studies._world_setting import data_settings, few
from dynamicl.tasks.exemplars import ciwl, icl_only, matched
from dynamicl.training import RunSpec

from ._settings import Setting

CIWL_LENGTH = 2.0
"""In main runs: until a network trained on nothing but context-constrained in-weights sequences has finished."""
ICL_LENGTH = 1.0
CONTINUED_LENGTH = 1.0
GRAFT_LEVELS = (0.55, 0.65, 0.75, 0.85, 0.9, 0.95, 0.98)
"""Accuracies of the ciwl-only run at which its second half is taken; its last weights are one more."""
START_LEVELS = (0.52, 0.55, 0.65, 0.75, 0.85, 0.95)
"""Accuracies of the ciwl-only run from which bursty training goes on."""
POSITIONS = ("sinusoidal", "rotary")
MLP_RATIO, MLP_LENGTH = 4.0, 5.0
LARGE_RATE, LARGE_STEPS = 3e-4, 12_500_000
FRESH_DATA = 100
"""Added to a data seed, so that training goes on with data not seen before."""


def data_runs(scale: Setting) -> list[RunSpec]:
    """Describe the first initialisation with the other data seeds."""
    return [scale.world.run(scale.inits[0], data) for data in scale.datas[1:]]


def long_runs(scale: Setting) -> list[RunSpec]:
    """Describe the first main run, several times as long."""
    return [scale.world.run(scale.inits[0], scale.datas[0], scale.long)]


def ciwl_only_runs(scale: Setting) -> list[RunSpec]:
    """Describe training on sequences that never show the query's class."""
    return [scale.world.run(scale.inits[0], scale.datas[0], CIWL_LENGTH, ciwl())]


def icl_only_runs(scale: Setting) -> list[RunSpec]:
    """Describe training on sequences whose labels are drawn anew."""
    return [scale.world.run(scale.inits[0], data, ICL_LENGTH, icl_only()) for data in scale.datas[:2]]


def second_half(run: str, step: int) -> tuple[Graft, ...]:
    """Take layer 2, the last norm and the read-out from a checkpoint, and freeze them."""
    return tuple(Graft(part, run, step) for part in SECOND_HALF)


def grafted_runs(scale: Setting, run: str, step: int) -> list[RunSpec]:
    """Describe the in-context-only runs with the second half of a main run of the same initialisation."""
    runs = icl_only_runs(scale)
    return [dataclasses.replace(spec, grafts=second_half(run, step)) for spec in runs]


def foreign_runs(scale: Setting, run: str, step: int) -> list[RunSpec]:
    """Describe the first in-context-only run with the second half of a main run of another initialisation."""
    return grafted_runs(scale, run, step)[:1]


def path_runs(scale: Setting, run: str, steps: Sequence[int]) -> list[RunSpec]:
    """Describe in-context-only runs with second halves of the ciwl-only run, one a checkpoint."""
    (first, *_) = icl_only_runs(scale)
    return [dataclasses.replace(first, grafts=second_half(run, step)) for step in steps]


def continued_runs(scale: Setting, run: str, steps: Sequence[int]) -> list[RunSpec]:
    """Describe bursty training that starts from checkpoints of the ciwl-only run, with fresh moments and data."""
    spec = scale.world.run(scale.inits[0], scale.datas[0] + FRESH_DATA, CONTINUED_LENGTH)
    return [init_from(spec, run, step) for step in steps]


def matched_runs(scale: Setting) -> list[RunSpec]:
    """Describe training in which the context shows the query's own drawing."""
    return [scale.world.run(init, scale.datas[0], train=matched()) for init in few(scale)]


def large_runs(scale: Setting) -> list[RunSpec]:
    """Describe the large matched network: 12 layers with MLPs, 8 pairs, all three drawings shown are the query's."""
    world = scale.world.changed(
        layers=12,
        mlp_ratio=MLP_RATIO,
        positions="sinusoidal",
        pairs=8,
        learning_rate=LARGE_RATE,
        steps=LARGE_STEPS,
    )
    return [world.run(scale.inits[0], scale.datas[0], train=matched(3))]


def forbidden_runs(scale: Setting) -> list[RunSpec]:
    """Describe training with layer 1 barred from the previous token on label rows."""
    clamps = forbid_previous_token(0)
    return [scale.world.run(init, scale.datas[0], clamps=clamps) for init in few(scale)]


def forbidden_again_runs(scale: Setting) -> list[RunSpec]:
    """Describe the same training with initialisations that no other run has, one more than there were."""
    beyond = max(scale.inits) + 1
    clamps = forbid_previous_token(0)
    return [scale.world.run(beyond + i, scale.datas[0], clamps=clamps) for i in range(len(few(scale)) + 1)]


def heads_off_runs(scale: Setting, heads: Sequence[tuple[int, ...]]) -> list[RunSpec]:
    """Describe training without the layer-1 heads that a main run came to use."""
    return [
        scale.world.run(init, scale.datas[0], clamps=ablate_heads(0, off))
        for init, off in zip(few(scale), heads, strict=True)
    ]


def one_layer_runs(scale: Setting) -> list[RunSpec]:
    """Describe networks of one layer."""
    world = scale.world.changed(layers=1)
    return [world.run(init, scale.datas[0]) for init in few(scale)]


def position_runs(scale: Setting) -> list[RunSpec]:
    """Describe networks with other positions: schemes outermost."""
    worlds = [scale.world.changed(positions=scheme) for scheme in POSITIONS]
    return [world.run(init, scale.datas[0]) for world in worlds for init in few(scale)]


def mlp_runs(scale: Setting) -> list[RunSpec]:
    """Describe networks with MLPs in the four settings, five times as long: the main one first."""
    sizes = [(scale.world.classes, scale.world.drawings), *data_settings(scale).values()]
    worlds = [
        scale.world.changed(classes=classes, drawings=drawings, mlp_ratio=MLP_RATIO)
        for classes, drawings in sizes
    ]
    return [world.run(scale.inits[0], scale.datas[0], MLP_LENGTH) for world in worlds]


def interleaved_runs(scale: Setting) -> list[RunSpec]:
    """Describe the first main run on classes made as the published script makes them."""
    return [scale.world.changed(augmentation="interleaved").run(scale.inits[0], scale.datas[0])]


def held(count: int, start: int = 0) -> tuple[Clamp, ...]:
    """Hold so many layer-1 heads to the previous token from a step on; none is the same clamp at strength 0."""
    (clamp,) = previous_token_attend(tuple(range(max(count, 1))))
    return (dataclasses.replace(clamp, strength=float(count > 0), windows=((start, 2**31 - 1),)),)


def dedicated_runs(scale: Setting) -> list[RunSpec]:
    """Describe runs whose layer-1 heads are held to the previous token: counts outermost, then late starts of all."""
    seeds, world = few(scale), scale.world
    runs = [world.run(init, scale.datas[0], clamps=held(count)) for count in scale.held for init in seeds]
    starts = [round(share * world.steps) for share in scale.starts]
    late = [world.run(init, scale.datas[0], clamps=held(HEADS, at)) for at in starts for init in seeds]
    return runs + late
