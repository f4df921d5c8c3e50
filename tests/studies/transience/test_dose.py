import pytest

from dynamicl.lab import run_id
from dynamicl.specs import validate
from dynamicl.studies.transience._dose import (
    DOSE,
    DOSES,
    KEEPS,
    KINDS,
    NOTHING_KEEPS,
    RESCUE,
    dose_runs,
    listed,
    rescue_runs,
    rescues,
)
from dynamicl.studies.transience._settings import SETTINGS, setting
from studies.judging import judge_test

from .worlds import STAYS, hump, runs, with_curve

SHARES = [0.01, 0.1, 0.5]
LOST = {0.01: 0.6, 0.1: 0.7, 0.5: 0.85}


def dosed(ends, rescued=0.85):
    """Runs whose icl peaks at .85 and ends where it is said for each share; rescued ones end all alike."""
    data = runs({"kind": KINDS, "share": SHARES})
    for place, (share, end) in enumerate(ends.items()):
        for i, kind in enumerate(KINDS):
            data = with_curve(data, "icl", hump(0.85, end + 0.002 * i), kind=kind, share=share)
            assert SHARES[place] == share
    back = with_curve(data, "icl", ((0, 0.6), (1.6e6, rescued)))["icl"]
    free = with_curve(data, "icl", hump(0.85, 0.5))["icl"].isel(kind=0, share=0, drop=True)
    return data.assign(free_icl=free, rescued_icl=back.rename(sequences="rescued_sequences"))


DATA = dosed(LOST)
BROKEN = {
    DOSE: dosed({0.01: 0.85, 0.1: 0.55, 0.5: 0.5}),
    KEEPS: dosed({0.01: 0.55, 0.1: 0.6, 0.5: 0.7}),
    RESCUE: dosed(LOST, rescued=0.7),
}
test_judge = judge_test(DOSES, DATA, BROKEN)


def test_what_nothing_keeps_cannot_be_brought_back():
    part = DOSES.judge(BROKEN[KEEPS])[2]
    assert part.holds is None and part.undecided == NOTHING_KEEPS
    assert rescues(DATA) == pytest.approx([-0.005] * 2, abs=0.03)
    assert "matched" in DOSES.note(DATA)


@pytest.mark.parametrize("scale", SETTINGS)
def test_runs_can_be_trained_and_shares_are_one_program(scale):
    numbers = setting(scale)
    specs = dose_runs(numbers)
    for run in (*specs, *rescue_runs(numbers, "ab", 3)):
        validate(run)
    assert len({run_id(run, numbers.recording()) for run in specs}) == 2 * len(numbers.doses)
    assert all(run.start.how == "init_from" for run in rescue_runs(numbers, "ab", 3))
    assert listed(numbers)["rescue"].run_steps <= listed(numbers)["dose"].run_steps


def test_a_kept_run_stays():
    data = with_curve(DATA, "icl", STAYS, share=0.01)
    assert len(rescues(data)) == 4
