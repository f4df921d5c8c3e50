"""How many toys are drawn at each scale."""

from dataclasses import dataclass

from dynamicl.specs import check


@dataclass(frozen=True)
class Setting:
    """Numbers of draws.

    Attributes:
        seeds: of the two mechanisms that compete; of 1,500 some 1,230 leave the plateau.
        map_seeds: in each cell of the map over their constants.
    """

    seeds: int
    map_seeds: int


SETTINGS = {
    "smoke": Setting(40, 8),
    "demo": Setting(200, 20),
    "laptop": Setting(1500, 200),
    "paper": Setting(6000, 1000),
}


def setting(scale: str) -> Setting:
    """Return a scale's numbers.

    Raises:
        SpecError: there is no such scale.
    """
    check(
        scale in SETTINGS,
        f"the coopetition study has no scale `{scale}`: choose one of {', '.join(SETTINGS)}",
    )
    return SETTINGS[scale]
