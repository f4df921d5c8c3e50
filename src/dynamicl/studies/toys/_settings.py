"""How many toys are drawn at each scale."""

from dataclasses import dataclass

from dynamicl.specs import check


@dataclass(frozen=True)
class Setting:
    """Numbers of draws.

    Attributes:
        draws: Of products of vectors.
        seeds: Of the two mechanisms that compete; of 1,500 some 1,170 leave the plateau.
        map_seeds: In each cell of the map over their constants.
        most_vectors: Up to how many vectors are multiplied; each more takes some twenty times the steps.
    """

    draws: int
    seeds: int
    map_seeds: int
    most_vectors: int


SETTINGS = {
    "smoke": Setting(20, 40, 8, 3),
    "demo": Setting(50, 200, 20, 4),
    "laptop": Setting(200, 1500, 200, 4),
    "paper": Setting(1000, 6000, 1000, 5),
}
"""Setting by scale."""


def setting_of(scale: str) -> Setting:
    """Return the numbers of a scale.

    Raises:
        SpecError: there is no such scale.
    """
    check(scale in SETTINGS, f"`scale` is {scale!r}: choose one of {', '.join(SETTINGS)}")
    return SETTINGS[scale]
