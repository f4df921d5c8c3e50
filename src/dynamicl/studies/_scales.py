"""Scales by name: what every study's settings have in common."""

from collections.abc import Mapping
from typing import TypeVar

from dynamicl.specs import check

Setting = TypeVar("Setting")
SCALES = ("smoke", "demo", "laptop", "paper")


def setting_at(scale: str, settings: Mapping[str, Setting], whose: str) -> Setting:
    """Return a scale's numbers.

    Args:
        scale: its name.
        settings: by scale.
        whose: they are, with the verb that follows: `the lookup study has`.

    Raises:
        SpecError: there is no such scale; the message names those that there are.
    """
    check(scale in settings, f"{whose} no scale `{scale}`: choose one of {', '.join(settings)}")
    return settings[scale]


def same_at(scale: str, study: str) -> str:
    """Return a scale's name, for what is the same at all of them.

    Raises:
        SpecError: there is no such scale.
    """
    return setting_at(scale, dict(zip(SCALES, SCALES, strict=True)), f"the {study} study has")
