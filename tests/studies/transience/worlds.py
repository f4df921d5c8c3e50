"""Made-up runs of this chapter: those of the coopetition study's tests, with the sum of squared weights."""

from studies.coopetition.worlds import FLAT, X, line, with_curve
from studies.coopetition.worlds import world as strategies
from studies.distribution.worlds import hump, level

__all__ = ["FLAT", "X", "hump", "level", "line", "runs", "with_curve"]
STAYS = ((0, 0.5), (6e5, 0.85), (1.6e6, 0.85))
"""Of icl that comes and does not go."""


def runs(dims, **knots):
    """Make runs along axes with names, whose icl comes and goes."""
    data = strategies(dims, **knots)
    return with_curve(data.assign(squared_norm=data["icl"] * 0), "squared_norm", ((0, 100), (1.6e6, 900)))
