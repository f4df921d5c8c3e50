"""Why a part stays open: its interval lies on both sides, or runs still climb."""

from dynamicl.statistics import Interval
from dynamicl.studies._parts import Threshold


def astride(interval: Interval, level: float) -> str:
    """Say that an interval holds a level, so that nothing is known of its side; "" where it does not."""
    return f"its interval holds {level:g}" if interval.low <= level <= interval.high else ""


def open_while_climbing(bar: Threshold, ended: float, at_most: float) -> str:
    """Say that runs which still climb would decide a part.

    Args:
        bar: what is asked for, at least.
        ended: measured on the runs that have ended.
        at_most: the same, if all that still climb ended in its favour.
    """
    return "it hangs on runs that still climb" if ended < bar.value <= at_most else ""
