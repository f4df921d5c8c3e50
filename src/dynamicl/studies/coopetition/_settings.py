"""The coopetition study's numbers at each scale."""

from dataclasses import dataclass

from dynamicl.studies._laptop_world import world
from dynamicl.studies._scales import setting_at
from dynamicl.studies._world_setting import WorldSetting, shared_numbers


@dataclass(frozen=True, kw_only=True)
class Setting(WorldSetting):
    """A scale's numbers.

    Attributes:
        seeds: toys of the two mechanisms that compete; of 1,500 some 1,230 leave the plateau.
        map_seeds: toys in each cell of the map over their constants.
        sample: sequences on which trained networks are looked at.
        held: numbers of layer-1 heads held to the previous token, in the finding on dedicated heads.
        starts: when holding all of them begins, as shares of a main run.
        large: whether 12 layers and runs of twenty times the length are trained as well: for a GPU.
    """

    seeds: int
    map_seeds: int
    sample: int = 2000
    held: tuple[int, ...] = (0, 1, 2, 4, 6, 8)
    starts: tuple[float, ...] = (0.2, 0.4, 0.6)
    large: bool = False


SETTINGS = {
    "smoke": Setting(
        **shared_numbers("smoke"),
        seeds=40,
        map_seeds=8,
        sample=60,
        held=(0, 8),
        starts=(0.5,),
    ),
    "demo": Setting(seeds=200, map_seeds=20, world=world("demo"), inits=(0, 1), datas=(0, 1), few=1),
    "laptop": Setting(**shared_numbers("laptop"), seeds=1500, map_seeds=200),
    "paper": Setting(
        seeds=6000,
        map_seeds=1000,
        world=world("paper"),
        few=3,
        evaluations=200,
        sequences=5000,
        sample=5000,
        large=True,
    ),
}


def setting(scale: str) -> Setting:
    """Return a scale's numbers.

    Raises:
        SpecError: there is no such scale.
    """
    return setting_at(scale, SETTINGS, "the coopetition study has")
