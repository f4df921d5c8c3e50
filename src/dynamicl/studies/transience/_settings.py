"""The transience study's numbers at each scale."""

import dataclasses
from dataclasses import dataclass

from dynamicl.studies._laptop_world import DEEP
from dynamicl.studies._scales import setting_at
from dynamicl.studies._world_setting import WorldSetting, shared_numbers

POOLED = 160
"""Drawings of a class where the eight transforms are drawings of one class."""


@dataclass(frozen=True, kw_only=True)
class Setting(WorldSetting):
    """A scale's numbers.

    Attributes:
        drawings: of each class, where they are varied, besides the base's.
        many: (classes, drawings) of the setting with many classes; the base's where they are equal.
        less: (classes, drawings) with few classes.
        pooled: (classes, drawings) with as few classes and as many drawings as `many` has of both.
        steep: Zipf exponent at which in-context learning is gone; 1 is the other one.
        skewed_length: length of the runs at exponent 1, in main runs.
        strengths: of the L2 penalty on all weights, besides 0.
        widths: of the residual stream, where it is varied, besides the base's.
        isolated_widths: of networks trained on in-context-only or in-weights-only data.
        isolated_classes: there.
        isolated_length: of those runs, in main runs.
        icl_only: runs of each width on in-context-only data; the absence of a trend needs 16 in all.
        depths: numbers of layers, where they are varied; none at scales too small for them.
        depth_runs: of each depth.
    """

    drawings: tuple[int, ...] = (5, 10)
    many: tuple[int, int] = (12_800, 20)
    less: tuple[int, int] = (1600, 20)
    pooled: tuple[int, int] = (1600, POOLED)
    steep: float = 2.0
    skewed_length: float = 2.0
    strengths: tuple[float, ...] = (1e-6, 1e-5, 1e-4, 1e-3)
    widths: tuple[int, ...] = (32, 128)
    isolated_widths: tuple[int, ...] = (32, 64, 128)
    isolated_classes: int = 1600
    isolated_length: float = 0.5
    icl_only: int = 6
    depths: tuple[int, ...] = ()
    depth_runs: int = 4


SETTINGS = {
    "smoke": Setting(
        **shared_numbers("smoke"),
        drawings=(2, 3),
        many=(48, 4),
        less=(24, 4),
        pooled=(24, 32),
        strengths=(1e-6, 1e-3),
        widths=(32,),
        isolated_widths=(16, 32),
        isolated_classes=24,
        icl_only=2,
    ),
    "laptop": Setting(**shared_numbers("laptop")),
    "paper": Setting(
        world=dataclasses.replace(DEEP, steps=50_000_000),
        inits=(0, 1),
        datas=(0, 1),
        evaluations=500,
        sequences=5000,
        drawings=(10, 15),
        skewed_length=1.0,
        strengths=(1e-6, 3e-6, 1e-5, 3e-5, 1e-4, 3e-4, 1e-3),
        widths=(32, 128, 256),
        isolated_widths=(32, 64, 128, 256),
        isolated_length=0.05,
        icl_only=4,
        depths=(2, 6, 12, 18),
    ),
}


def setting(scale: str) -> Setting:
    """Return a scale's numbers.

    Raises:
        SpecError: there is no such scale.
    """
    return setting_at(scale, SETTINGS, "the transience study has")
