"""The transience study's numbers at each scale.

Its runs are as long as it takes until in-context learning itself has faded: several main runs of the world.
"""

import dataclasses
from dataclasses import dataclass
from typing import Any

from dynamicl.studies._laptop_world import DEEP, World, world
from dynamicl.studies._scales import setting_at
from dynamicl.studies._world_setting import WorldSetting, shared_numbers


@dataclass(frozen=True, kw_only=True)
class Setting(WorldSetting):
    """A scale's numbers.

    Attributes:
        drawings: of each class, where they are varied, besides the base's.
        many: (classes, drawings) of the setting with many classes; the base's where they are equal.
        less: (classes, drawings) with few classes.
        pooled: (classes, drawings) with as few classes and eight times the drawings: the eight transforms of each.
        exponents: of Zipf's law, besides 0.
        strengths: of the L2 penalty on all weights, besides 0.
        widths: of the residual stream, where it is varied, besides the base's.
        isolated_widths: of networks trained on in-context-only or in-weights-only data.
        isolated_classes: there.
        isolated_length: of those runs, in main runs.
        icl_only: runs of each width on in-context-only data; the absence of a trend wants some 12.
        depths: numbers of layers, where they are varied; none at scales too small for them.
        depth_runs: of each depth.
        token_sizes: (classes, tokens of each) of the sets of token embeddings, the larger first.
        clusterings: of each matrix of embeddings; 0 where none is trained on.
        token_inits: runs on each of those sets.
        token_length: of them, in main runs.
        doses: shares of sequences that keep in-context learning, in the finding on how much is needed.
    """

    drawings: tuple[int, ...]
    many: tuple[int, int]
    less: tuple[int, int]
    pooled: tuple[int, int]
    exponents: tuple[float, ...] = (1.0, 2.0)
    strengths: tuple[float, ...] = (1e-6, 1e-5, 1e-4, 1e-3)
    widths: tuple[int, ...] = (32, 128)
    isolated_widths: tuple[int, ...] = (32, 64, 128)
    isolated_classes: int = 1600
    isolated_length: float = 0.25
    icl_only: int = 6
    depths: tuple[int, ...] = ()
    depth_runs: int = 4
    token_sizes: tuple[tuple[int, int], ...] = ((3200, 5), (1600, 10))
    clusterings: int = 2
    token_inits: int = 2
    token_length: float = 2.0
    doses: tuple[float, ...] = (0.01, 0.1, 0.5)


LESS = 4
"""Few classes are the base's over this: with an eighth, 800 at `laptop`, in-context learning never comes."""
SMALL_TOKEN_SIZES = ((1600, 5), (800, 10))
"""Half the thesis' classes: in WordLlama 2306 of 4800 clusters hold more than five tokens, in SmolLM2 2609."""
TRANSFORMS = 8
"""Of a drawing, each of which counts as a further one."""


def _sizes(base: World) -> dict[str, Any]:
    """Return the sizes of figure 3.5 around a base of many classes."""
    less = base.classes // LESS
    return {
        "many": (base.classes, base.drawings),
        "less": (less, base.drawings),
        "pooled": (less, TRANSFORMS * base.drawings),
    }


SETTINGS = {
    "smoke": Setting(
        **shared_numbers("smoke"),
        **_sizes(world("smoke")),
        drawings=(2, 3),
        strengths=(1e-6, 1e-3),
        widths=(32,),
        isolated_widths=(16, 32),
        isolated_classes=24,
        icl_only=2,
        clusterings=0,
    ),
    "laptop": Setting(
        **shared_numbers("laptop"), **_sizes(world("laptop")), drawings=(5, 10), token_sizes=SMALL_TOKEN_SIZES
    ),
    "paper": Setting(
        world=dataclasses.replace(DEEP, steps=50_000_000),
        inits=(0, 1),
        datas=(0, 1),
        evaluations=500,
        sequences=5000,
        drawings=(10, 15),
        many=(12_800, 20),
        less=(1600, 20),
        pooled=(1600, 160),
        long=1.0,
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
