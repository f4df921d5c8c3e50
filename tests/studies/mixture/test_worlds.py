"""One task, two worlds: the judge, what each change changes, and a world from end to end."""

import json

import matplotlib
import numpy as np
import pytest
import xarray as xr

from dynamicl.specs import SpecError, to_json, validate
from dynamicl.studies import Lab, conduct, judge_again, write_outcome
from dynamicl.studies.mixture._worlds import ALONE, FADES, NO_ICL, NONE, STAYS, TWO_WORLDS, lost
from dynamicl.studies.mixture._worlds_runs import (
    ADAM,
    ALL,
    DECAY,
    EIGHT_HEADS,
    EXEMPLARS,
    LABELS,
    POSITIONS,
    READ_OUT,
    REDDY,
    SIZES,
    SWITCHES,
    THESIS,
    WORLDS,
    populations,
    sizes,
    world_runs,
)
from dynamicl.training import network_of
from dynamicl.views import make_figures
from studies.judging import changed, judge_test
from studies.smoke import WHOLE

matplotlib.use("agg")
STEPS = np.arange(0, 20_001, 200)


def curve(end, peak=0.95):
    """Icl that rises to a peak at 4,000 updates and goes to its end by 14,000."""
    return np.interp(STEPS, [0, 4000, 6000, 14_000, 20_000], [0.5, peak, peak, end, end])


def worlds(**ends):
    """Three runs of each world; icl ends where it is said, and stays elsewhere."""
    noise = 0.01 * np.arange(3)[:, None]
    rows = [curve(ends.get(world, 0.94)) - noise for world in WORLDS]
    dims = ("world", "seed", "step")
    icl = np.stack(rows)
    other = {name: (dims, np.full_like(icl, 0.5)) for name in ("ciwl", "flip", "iwl")}
    return xr.Dataset({"icl": (dims, icl)} | other, {"world": list(WORLDS), "seed": range(3), "step": STEPS})


DATA = worlds(**{THESIS: 0.6, EXEMPLARS: 0.7})
BROKEN = {
    STAYS: worlds(**{REDDY: 0.7, THESIS: 0.6, EXEMPLARS: 0.7}),
    FADES: worlds(**{EXEMPLARS: 0.7}),
    ALONE: worlds(**{THESIS: 0.6}),
}
test_judge = judge_test(TWO_WORLDS, DATA, BROKEN)


def test_what_is_lost_and_runs_in_which_icl_never_came():
    np.testing.assert_allclose(lost(DATA, THESIS), 0.35, atol=1e-9)
    low = changed(DATA, "icl", 0.6, world=THESIS)
    assert np.isnan(lost(low, THESIS)).all()
    assert TWO_WORLDS.judge(low)[1].undecided == NO_ICL
    assert "unknown (icl peaks at 0.60" in TWO_WORLDS.note(low)
    assert TWO_WORLDS.judge(changed(DATA, "icl", 0.6))[2].undecided == NONE


def differences(first, second):
    """The fields in which two runs' JSON differ, by dotted path."""

    def flat(node, path=""):
        items = (
            node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else None
        )
        if items is None:
            return {path: node}
        leaves = {}
        for key, value in items:
            leaves |= flat(value, f"{path}.{key}".lstrip("."))
        return leaves

    a, b = (flat(json.loads(to_json(run))) for run in (first, second))
    return {name for name in a.keys() | b.keys() if a.get(name) != b.get(name)}


CHANGES = {
    LABELS: {"task.labels"},
    READ_OUT: {"model.classifier.hidden"},
    ADAM: {"optimizer.name", "optimizer.learning_rate", "optimizer.beta1"},
    DECAY: {"optimizer.decays.0.strength"},
    EIGHT_HEADS: {"model.heads"},
    POSITIONS: {"model.positions", "task.form.places"},
    EXEMPLARS: {"task.source.exemplars"},
}


@pytest.mark.parametrize("switch", SWITCHES)
def test_each_change_changes_itself_alone(switch):
    size = sizes("laptop")
    assert differences(world_runs(size, REDDY)[0], world_runs(size, switch)[0]) == CHANGES[switch]


def test_all_changes_are_the_single_ones_together():
    size = sizes("laptop")
    together = differences(world_runs(size, REDDY)[0], world_runs(size, ALL)[0])
    assert together == set().union(*CHANGES.values())


@pytest.mark.parametrize("scale", SIZES)
def test_every_world_can_be_trained(scale):
    for world, population in populations(sizes(scale)).items():
        assert len(set(population.runs)) == sizes(scale).seeds, world
        validate(population.runs[0])
    thesis = network_of(populations(sizes("smoke"))[THESIS].runs[0])
    assert thesis.interface.outputs == sizes("smoke").classes


def test_an_unknown_scale_is_refused():
    with pytest.raises(SpecError, match="the finding on two worlds has no scale `demo`"):
        sizes("demo")


@pytest.mark.slow
@pytest.mark.skipif(not WHOLE, reason="ten programs to compile: `make smoke`")
def test_smoke(tmp_path):
    outcome = conduct(TWO_WORLDS, Lab(tmp_path / "library", "smoke", "a test"))
    assert outcome.verdict.verdict == "not testable at this scale"
    assert np.isfinite(outcome.data["icl"]).all()
    write_outcome(tmp_path / "mixture", outcome)
    assert judge_again([TWO_WORLDS], tmp_path)[0].agrees
    assert len(make_figures(tmp_path, ["mixture.worlds"], tmp_path / "figures")) == 1


def test_a_change_with_which_icl_never_comes_may_still_be_the_one():
    quiet = changed(BROKEN[ALONE], "icl", 0.6, world=LABELS)
    (*_, alone) = TWO_WORLDS.judge(quiet)
    assert alone.undecided == f"icl does not come with {LABELS}, so that nothing can fade"
