"""The study's scales: its toys draw nothing, so that all of them give the same numbers."""

from dynamicl.specs import check
from dynamicl.studies._experiment import SCALES


def same_at(scale: str) -> str:
    """Return a scale's name.

    Raises:
        SpecError: there is no such scale.
    """
    check(
        scale in SCALES,
        f"the mixture study has no scale `{scale}`: choose one of {', '.join(SCALES)}",
    )
    return scale
