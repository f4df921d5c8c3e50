import math

import pytest

from dynamicl.specs import SpecError, validate
from dynamicl.training import Adaptive, At, Every, Logarithmic, Recording
from small import forged


def steps(schedule, end, watched=()):
    """Steps due from the start up to `end`."""
    due = [0]
    while due[-1] < end:
        due.append(min(schedule.following(due[-1], watched), end))
    return due


def test_every():
    assert steps(Every(30), 100) == [0, 30, 60, 90, 100]
    assert Every(30).following(31, ()) == 60


def test_logarithmic_is_even_on_its_axis():
    assert steps(Logarithmic(1), 12_345) == [0, 1, 10, 100, 1000, 10_000, 12_345]
    assert steps(Logarithmic(3), 100) == [0, 1, 2, 5, 10, 22, 46, 100]


@pytest.mark.parametrize("per_decade", [1, 2, 5, 10, 100, 1000])
def test_logarithmic_rises_and_skips_none(per_decade):
    due = steps(Logarithmic(per_decade), 2000)
    points = {round(10 ** (k / per_decade)) for k in range(per_decade * 4)}
    assert due == sorted({0, 2000} | {step for step in points if step <= 2000})


def test_at():
    assert steps(At((3, 8)), 10) == [0, 3, 8, 10]
    assert At((3, 8)).following(8, ()) == math.inf


def test_adaptive_is_denser_while_the_curve_moves():
    schedule = Adaptive(coarsest=400, finest=50, tolerance=0.1)
    assert schedule.following(1000, []) == 1400
    assert schedule.following(1000, [(0, 1.0)]) == 1400
    moving = [(i, 1 - 0.2 * i) for i in range(6)]
    assert [schedule.following(1000, moving[:n]) for n in (1, 2, 3, 4, 5)] == [1400, 1200, 1100, 1050, 1050]
    calm = [*moving, (6, 0.01), (7, 0.0)]
    assert [schedule.following(1000, calm[:n]) for n in (7, 8)] == [1100, 1200]
    assert schedule.following(1000, [*calm, (8, 0.0), (9, 0.0)]) == 1400
    # Between a quarter of the tolerance and the tolerance the interval stays.
    assert schedule.following(1000, [(0, 1.0), (1, 0.0), (2, 0.05)]) == 1200


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        (Every(0), "`every.steps` is 0: give at least 1"),
        (Logarithmic(0), "`logarithmic.per_decade` is 0: give 1 to 1000"),
        (Logarithmic(10**9), "`logarithmic.per_decade` is 1000000000: give 1 to 1000"),
        (At((3, 3)), r"`at.steps` is \(3, 3\): give rising steps, each 0 or more"),
        (At((-1, 3)), r"`at.steps` is \(-1, 3\): give rising steps"),
        (Adaptive(10, 20), "`adaptive.finest` 20 and `adaptive.coarsest` 10: give 1 <= finest <= coarsest"),
        (Adaptive(10, 0), "`adaptive.finest` 0 and"),
        (Adaptive(tolerance=0.0), "`adaptive.tolerance` is 0.0: give more than 0"),
        (Recording(sequences=0), "`recording.sequences` is 0: give 1 to 1000000"),
        (Recording(evaluate=100), "`recording.evaluate` is 100: give Every, Logarithmic, At or Adaptive"),
        (
            Recording(checkpoint=Every),
            "`recording.checkpoint` is <class .*>: give Every, Logarithmic, At or Adaptive",
        ),
        (Recording(checkpoint=Every(-1)), "`every.steps` is -1"),
        (forged(Recording(), measures="heads"), "`measures` is 'heads': give a tuple"),
    ],
)
def test_schedules_that_mean_nothing_are_refused(spec, message):
    with pytest.raises(SpecError, match=message):
        validate(spec)
