"""The study's networks from end to end, and their settings."""

import matplotlib
import pytest
from matplotlib import pyplot

from dynamicl.specs import SpecError
from dynamicl.studies import Lab, conduct, cost_of, experiments_of, judge_again, write_outcome
from dynamicl.studies._populations import Population
from dynamicl.studies.mixture import _populations as populations
from dynamicl.studies.mixture import _settings as settings
from dynamicl.training import network_of, plan
from dynamicl.views import make_figures

matplotlib.use("agg")
NETWORKS = {one.id: one for one in experiments_of("mixture") if one.setting is settings.setting}

TRAINED = [f"mixture.{name}" for name in ("hypotheses", "l_equals_n", "minimal", "slow_phase")]
"""Trained in `make smoke`: every program takes long to compile. What is measured is tested on records made up."""
COHORTS = {
    "cells": 11,
    "minimal_cells": 11,
    "independent_cells": 3,
    "depths": 2,
    "equal_full": 6,
    "long": 2,
    "both": 1,
}
"""Programs of each population; one by default."""


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    folder = tmp_path_factory.mktemp("mixture") / "library"
    return Lab(folder, "smoke", "dynamicl reproduce mixture --scale smoke")


@pytest.mark.whole
@pytest.mark.parametrize("name", TRAINED)
def test_smoke(name, lab, tmp_path):
    """Experiments run from end to end, are judged again alike, and figures are drawn from what is kept."""
    experiment = NETWORKS[name]
    outcome = conduct(experiment, lab)
    assert outcome.verdict.id == name and outcome.runs
    assert outcome.verdict.verdict == "not testable at this scale"
    assert len(outcome.verdict.parts) == len(experiment.criterion)
    assert cost_of([experiment], "smoke", lab.path).left == 0
    write_outcome(tmp_path / "mixture", outcome)
    assert judge_again([experiment], tmp_path)[0].agrees
    assert len(make_figures(tmp_path, [name], tmp_path / "figures")) == 1
    pyplot.close("all")


@pytest.mark.parametrize("scale", ["smoke", "laptop"])
def test_every_run_can_be_traced_for_its_task(scale):
    for name, population in populations.populations(settings.setting(scale)).items():
        if isinstance(population, Population):
            assert len(set(population.runs)) == len(population.runs), name
            cohorts = plan(population.runs)
            # Seeds, eps, p_B, rates and decays vary inside one program.
            assert len(cohorts) <= COHORTS.get(name, 1), name
            for cohort in cohorts:
                assert network_of(cohort.runs[0]).interface.length == 2 * cohort.static.task.pairs + 1


def test_larger_scales_cost_more():
    costs = [cost_of(list(NETWORKS.values()), scale, "nowhere").run_steps for scale in settings.SETTINGS]
    assert 0 < costs[0] < costs[1] < costs[2]


def test_an_unknown_scale_is_refused():
    with pytest.raises(
        SpecError,
        match="the mixture study's networks have no scale `demo`: choose one of smoke, laptop, paper",
    ):
        settings.setting("demo")


def test_the_documents_setting():
    scale = settings.setting("paper")
    (first, *_) = populations.populations(scale)["standard"].runs
    shares = [(part.sequences.name, part.share) for part in first.task.train]
    assert shares == [("bursty", 0.2), ("in-context", 0.8)]
    task = first.task
    assert (task.classes, task.labels, task.pairs, task.form.places, task.source.dimensions) == (
        256,
        32,
        8,
        65,
        63,
    )
    assert (first.batch_size, first.optimizer.learning_rate, first.optimizer.beta1) == (128, 0.01, 0.0)
    assert first.optimizer.decays[0].per == "step" and first.optimizer.decays[0].strength == 1e-6
    assert (first.model.layers, first.model.heads, first.model.width, first.model.classifier.hidden) == (
        2,
        1,
        128,
        3,
    )


def test_what_is_mixed():
    scale = settings.setting("laptop")
    mixed = settings.task(scale, settings.Data(256, bursty=0.9, in_context=0.5))
    assert [part.share for part in mixed.train] == [0.45, 0.05, 0.5]
    independent = settings.task(scale, settings.Data(256, burst=0))
    assert [part.sequences.name for part in independent.train] == ["iid"]
    zipf = settings.task(scale, settings.Data(512, alpha=1.0, further=("rare", "flip", "ciwl")))
    assert not zipf.balanced and [kind.name for kind in zipf.evaluators][3:] == ["rare", "flip", "ciwl"]
    assert zipf.evaluators[3].classes.first == 461


def test_independent_items_have_no_bursts_to_mix():
    with pytest.raises(
        SpecError, match="`burst` is 0, which draws all items independently, with `in_context` 0.5"
    ):
        settings.task(settings.setting("laptop"), settings.Data(64, burst=0, in_context=0.5))


def test_a_scale_may_leave_out_what_costs_too_much():
    laptop = populations.populations(settings.setting("laptop"))
    assert not {"long", "cells", "minimal_cells", "equal_full"} & laptop.keys()
    assert [len(laptop[name].runs) for name in ("independent_cells", "unequal_cells")] == [9, 3]
    assert laptop["minimal_bursts"].runs[0].task.source.dimensions == 64
    assert populations.populations(settings.setting("paper"))["long"].run_steps == 4 * 6 * 1_000_000
