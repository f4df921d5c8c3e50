"""What each population of the study trains, and its curves with names."""

from collections.abc import Mapping, Sequence
from typing import Any

import xarray as xr

from dynamicl.store import Trajectory
from dynamicl.studies._curves import SCORES, arranged
from dynamicl.studies._laptop_world import World
from dynamicl.studies._world_setting import few
from dynamicl.training import RunSpec

from ._settings import COMMON_IWL, HELD_OUT, RARE_IWL, Setting

SOURCES = SCORES | {
    "icl": ("accuracy_in_context", HELD_OUT),
    "icl_trained": ("accuracy_in_context", "icl"),
    "iwl_common": ("accuracy", COMMON_IWL),
    "iwl_rare": ("accuracy", RARE_IWL),
}
"""In this chapter `icl` is of classes never trained on; `icl_trained` of those that were (appendix A.1)."""


def curves(trajectory: Trajectory, scale: Setting, axes: Mapping[str, Sequence[Any]]) -> xr.Dataset:
    """Arrange the curves of runs along axes with names.

    Args:
        trajectory: the runs, in the order in which they were described.
        scale: the scale's numbers.
        axes: coordinates by name; the last one varies fastest.

    Returns:
        As `dynamicl.studies._curves.curves`, with the accuracies that this chapter adds.
    """
    data = arranged(trajectory, scale, SOURCES, axes).drop_vars("ciwl_loss")
    return data.assign_attrs(rare=scale.rare)


def repeated(scale: Setting, worlds: Sequence[World], inits: Sequence[int]) -> list[RunSpec]:
    """Describe runs of some worlds: worlds outermost."""
    return [world.run(init, scale.datas[0]) for world in worlds for init in inits]


def burst_runs(scale: Setting) -> list[RunSpec]:
    """Describe runs by p(bursty)."""
    return repeated(scale, [scale.base(share=share) for share in scale.shares], scale.inits)


def variation_axes(scale: Setting) -> dict[str, Sequence[Any]]:
    """Return the axes of variation by burstiness: noise on the only drawing, shares above 0, repeats."""
    shares = [share for share in scale.shares if share > 0]
    return {"noise": (0.0, *scale.noises), "share": shares, "init": scale.inits[: scale.repeats]}


def variation_runs(scale: Setting) -> list[RunSpec]:
    """Describe runs on a single drawing of each class, without noise and with."""
    axes = variation_axes(scale)
    worlds = [
        scale.base(drawings=1, noise=noise, share=share) for noise in axes["noise"] for share in axes["share"]
    ]
    return repeated(scale, worlds, axes["init"])


def multiplicity_runs(scale: Setting) -> list[RunSpec]:
    """Describe runs by labels of each class."""
    worlds = [
        scale.base(classes=scale.multiple_classes, multiplicity=labels) for labels in scale.multiplicities
    ]
    return repeated(scale, worlds, few(scale))


def class_runs(scale: Setting) -> list[RunSpec]:
    """Describe runs by numbers of classes other than the base's."""
    return repeated(scale, [scale.base(classes=classes) for classes in scale.class_counts], scale.inits)


def transient_runs(scale: Setting) -> list[RunSpec]:
    """Describe runs on few classes, half of whose sequences are bursty."""
    return repeated(scale, [scale.base(classes=scale.transient_classes, share=HALF)], few(scale))


HALF = 0.5
"""p(bursty) of the less bursty of the two regimes in which in-context learning is said to be transient."""


def zipf_runs(scale: Setting) -> list[RunSpec]:
    """Describe runs by Zipf exponents above 0; at 0 they are those of the base."""
    worlds = [scale.base(zipf=exponent) for exponent in skewed(scale)]
    return repeated(scale, worlds, few(scale))


def skewed(scale: Setting) -> tuple[float, ...]:
    """Return the exponents above 0."""
    return tuple(exponent for exponent in scale.exponents if exponent > 0)


def gathered(parts: Mapping[str, xr.Dataset]) -> xr.Dataset:
    """Lay the runs of several conditions one after the other along `run`, with the `condition` of each.

    Args:
        parts: curves of runs along any axes, by condition.
    """
    rows = []
    for condition, data in parts.items():
        bare = data.drop_vars([name for name in data.coords if name != "sequences"])
        axes = [dim for dim in bare.dims if dim != "sequences"]
        flat = bare.stack(run=axes, create_index=False) if axes else bare.expand_dims("run")
        names = [condition] * flat.sizes["run"]
        rows.append(flat.drop_vars("run", errors="ignore").assign_coords(condition=("run", names)))
    return xr.concat(rows, "run", combine_attrs="override")


def at_share(burst: xr.Dataset, share: float) -> xr.Dataset:
    """Return the runs of the base at one p(bursty)."""
    return burst.sel(share=share, drop=True)


def with_level(data: xr.Dataset, dim: str, level: Any) -> xr.Dataset:
    """Return runs as one level of a condition, in front of its others."""
    return data.expand_dims({dim: [level]})
