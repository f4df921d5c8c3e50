"""The whole study, from end to end, and its settings."""

import dataclasses

import matplotlib
import pytest
from matplotlib import pyplot

from dynamicl.specs import SpecError
from dynamicl.studies import (
    NOT_TESTABLE,
    Lab,
    conduct,
    cost_of,
    experiments_of,
    judge_again,
    write_outcome,
)
from dynamicl.studies.lookup import _settings as settings
from dynamicl.views import make_figures
from studies.smoke import WHOLE

matplotlib.use("agg")
EXPERIMENTS = {experiment.id: experiment for experiment in experiments_of("lookup")}
SHARED = {"one_head", "one_start", "parents"}
"""Trained in any case: those that most experiments share."""


def experiments_here():
    """Every experiment, or those whose populations are shared."""
    scale = settings.setting("smoke")
    return [
        name
        for name, experiment in EXPERIMENTS.items()
        if WHOLE or set(experiment.populations(scale)) <= SHARED
    ]


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    folder = tmp_path_factory.mktemp("lookup") / "library"
    return Lab(folder, "smoke", "dynamicl reproduce lookup --scale smoke")


@pytest.mark.whole
@pytest.mark.parametrize("name", experiments_here())
def test_smoke(name, lab, tmp_path):
    """Every experiment runs from end to end, is judged again alike, and its figure is drawn from what is kept."""
    experiment = EXPERIMENTS[name]
    outcome = conduct(experiment, lab)
    verdict = outcome.verdict
    assert verdict.id == name and outcome.runs and verdict.command == lab.command
    # The control asks for equal bits; everything else needs longer runs.
    assert verdict.verdict == NOT_TESTABLE and len(verdict.parts) == len(experiment.criterion)
    if name == "lookup.control":
        assert [part.value for part in verdict.parts] == [1, 1]
    assert cost_of([experiment], "smoke", lab.path).left == 0
    write_outcome(tmp_path / "lookup", outcome)
    assert judge_again([experiment], tmp_path)[0].agrees
    assert len(make_figures(tmp_path, [name], tmp_path / "figures")) == (name != "lookup.control")
    assert bool(outcome.fates) == (name == "lookup.r4.early_fate")
    pyplot.close("all")


def test_larger_scales_cost_more():
    costs = [cost_of(list(EXPERIMENTS.values()), scale, "nowhere").run_steps for scale in settings.SETTINGS]
    assert 0 < costs[0] < costs[1] < costs[2]


def test_an_unknown_scale_is_refused():
    with pytest.raises(
        SpecError, match="the lookup study has no scale `demo`: choose one of smoke, laptop, paper"
    ):
        settings.setting("demo")


def test_runs_differ_only_in_seeds_and_heads():
    scale = settings.setting("laptop")
    one = settings.run(scale, 3, 4)
    assert (one.seeds.init, one.seeds.data, one.model.heads, one.model.final_norm) == (3, 4, 1, False)
    assert dataclasses.replace(one, seeds=settings.Seeds(0, 0)) == settings.run(scale, 0, 0)
    inits = {spec.seeds.init for spec in settings.runs_of_one(scale, 5)}
    datas = {spec.seeds.data for spec in settings.runs_of_one(scale, 5)}
    assert inits == {5} and len(datas) == scale.data_seeds and not datas & set(range(scale.seeds))
