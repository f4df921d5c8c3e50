"""Made-up runs of this chapter: those of the coopetition study's tests, with the accuracies that this one adds."""

from studies.coopetition.worlds import FLAT, X, line, with_curve
from studies.coopetition.worlds import world as strategies

HUMP = ((0, 0.5), (2e5, 0.52), (6e5, 0.8), (1.2e6, 0.6), (1.6e6, 0.52))
"""Of icl that comes and goes."""
__all__ = ["FLAT", "HUMP", "X", "hump", "level", "line", "runs", "with_curve"]


def runs(dims, **knots):
    """Make runs along axes with names, whose icl comes and goes."""
    data = strategies(dims, **knots).drop_vars("ciwl_loss")
    added = {"icl_trained": data["icl"] + 0.01, "iwl_common": data["iwl"] * 2, "iwl_rare": data["iwl"] * 0}
    return data.assign(added).assign_attrs(classes=12_800, rare=100_000, slots=3)


def level(value):
    """Knots of a curve that does not move."""
    return ((0, value), (1.6e6, value))


def hump(peak, end=0.5, at=6e5):
    """Knots of a curve that rises from chance to a peak and falls to its end."""
    return ((0, 0.5), (at, peak), (1.6e6, end))
