import dataclasses
from types import SimpleNamespace

import matplotlib
import numpy as np
import pytest
import xarray as xr
from matplotlib import pyplot

from dynamicl.specs import SpecError
from dynamicl.statistics import isotonic_fate
from dynamicl.studies import Lab, find_experiments, ledger, read_outcome, write_outcome
from dynamicl.studies._verdict import NOT_REPRODUCED, NOT_TESTABLE, REPRODUCED
from dynamicl.studies.lookup import _settings as settings
from dynamicl.studies.lookup._features import SETS, by_pairs, features
from dynamicl.studies.lookup._forks import fork_steps
from dynamicl.studies.lookup._judge import attempt, flop_of_step, judge, words
from dynamicl.studies.lookup._local import nearest_step
from dynamicl.studies.lookup._populations import KINDS, Population, converged, too_few_exact
from dynamicl.studies.lookup._prediction import Predictions, predictions
from dynamicl.studies.lookup._rules import too_short
from dynamicl.studies.lookup._two_head import entropy_difference
from dynamicl.studies.lookup._window import spread
from dynamicl.tasks import LookupSpec
from dynamicl.views import make_figures

matplotlib.use("agg")
NAMES = [experiment.name for experiment in find_experiments(["lookup"])]


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    return Lab(
        tmp_path_factory.mktemp("lookup") / "library", "smoke", "dynamicl reproduce lookup --scale smoke"
    )


def test_every_claim_of_the_report_has_an_experiment():
    assert {row for row in ledger() if row.startswith("lookup.")} <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_smoke(name, lab, tmp_path):
    """Every experiment runs from end to end, and its figure can be drawn from what is kept."""
    (experiment,) = (e for e in find_experiments([name]) if e.name == name)
    before = lab.trained
    outcome = experiment.run(lab)
    assert lab.trained - before > 0 and experiment.run_steps("paper") > experiment.run_steps("smoke") > 0
    (verdict,) = outcome.verdicts
    # Of nothing exact there is no loss to look at.
    assert verdict.id == name and outcome.runs and (verdict.n > 0) == (name != "lookup.r1.loss")
    # The control asks for equal bits; everything else needs longer runs.
    assert verdict.verdict == NOT_TESTABLE and "run-steps" in verdict.note
    if name == "lookup.control":
        assert "Fails" not in verdict.measured
    write_outcome(tmp_path / "lookup", name, outcome)
    xr.testing.assert_allclose(read_outcome(tmp_path / "lookup", name), _plain(outcome.data), rtol=1e-3)
    assert len(make_figures(tmp_path, [name], tmp_path / "figures")) == (name != "lookup.control")
    pyplot.close("all")


def _plain(data):
    """What is kept: numbers that are not finite become NaN."""
    return data.map(lambda one: one.where(np.isfinite(one)) if one.dtype.kind == "f" else one)


def test_an_unknown_scale_is_refused():
    with pytest.raises(
        SpecError, match="the lookup study has no scale `demo`: choose one of smoke, laptop, paper"
    ):
        settings.setting("demo")


def test_runs_differ_only_in_seeds_and_heads():
    chosen = settings.setting("laptop")
    one = settings.run(chosen, 3, 4)
    assert (one.seeds.init, one.seeds.data, one.model.heads, one.model.final_norm) == (3, 4, 1, False)
    assert dataclasses.replace(one, seeds=settings.Seeds(0, 0)) == settings.run(chosen, 0, 0)
    inits = {spec.seeds.init for spec in settings.runs_of_one(chosen, 5)}
    datas = {spec.seeds.data for spec in settings.runs_of_one(chosen, 5)}
    assert inits == {5} and len(datas) == chosen.data_seeds and not datas & set(range(chosen.seeds))


def test_forks_are_spread_on_a_logarithmic_axis():
    chosen = settings.setting("laptop")
    steps = fork_steps(chosen, 5000.0)
    assert len(steps) == 10 and steps[:2] == (0, 50) and steps[-1] == 4500
    assert np.allclose(np.diff(np.log(steps[1:])), np.log(90) / 8, atol=0.02)


def test_convergence_needs_three_evaluations_in_a_row():
    steps = np.arange(0, 700, 100)
    assert converged(steps, np.array([0.5, 0.96, 0.5, 0.96, 0.97, 0.98, 0.9])) == (300.0, True)
    assert converged(steps, np.array([0.5, 0.96, 0.96, 0.9, 0.97, 0.98, 0.9])) == (600.0, False)


def test_neighbours_are_forked_where_fates_differ():
    steps, forks = [0, 50, 100, 400, 1600], [30] * 5
    assert nearest_step(isotonic_fate(steps, forks, [3, 9, 15, 27, 30])) == 250
    # Above 0.7 from the start: the first step after 0, not one where all forks converge.
    assert nearest_step(isotonic_fate(steps, forks, [25, 26, 28, 30, 30])) == 50
    assert nearest_step(isotonic_fate(steps, forks, [0, 1, 2, 3, 6])) == 1600


def test_entropy_difference():
    first, second = np.array([KINDS[0], KINDS[2]] * 20), np.array([KINDS[2]] * 40)
    found = entropy_difference(first, second)
    assert found.value == pytest.approx(np.log(2)) and 0.6 < found.low <= found.high <= np.log(2) + 1e-9


def test_spread():
    found = spread(np.array([1.0, 2.0, 3.0]))
    assert (found.low, found.high, found.middle) == (1.0, 3.0, 2.0) and found.width == pytest.approx(1.8)
    assert np.isnan(spread(np.array([])).middle)


def test_features_are_of_the_past_alone():
    generator = np.random.default_rng(0)
    steps = np.arange(0, 1000, 100)
    curves = {
        name: (("run", "step"), generator.normal(size=(4, 10)))
        for name in dict.fromkeys(n for s in SETS.values() for n in s)
    }
    curves["part_norm"] = (("run", "step", "part"), generator.normal(size=(4, 10, 3)))
    data = xr.Dataset(curves, {"step": steps})
    later = data.copy(deep=True)
    for name in later:
        later[name][:, 7:] = 1e9
    for name, table in features(data, 0, 600).items():
        assert np.array_equal(table, features(later, 0, 600)[name]), name
    now = data["squared_norm"].values[:, 4:7].mean(axis=1)
    assert np.allclose(features(data, 0, 600)["norm"][:, 0], now)
    assert features(data, 0, 600)["everything"].shape == (4, 2 * (len(SETS["everything"]) + 2))


def test_features_that_some_run_lacks_are_left_out():
    data = xr.Dataset({"squared_norm": (("run", "step"), [[1.0, 2.0], [1.0, np.nan]])}, {"step": [0, 100]})
    assert features(data, 0, 100)["norm"].shape == (2, 0)


def test_accuracy_by_number_of_pairs_is_told_where_that_varies():
    def population(*evaluators):
        accuracy = np.arange(2.0 * 3 * len(evaluators)).reshape(2, 3, -1)
        data = xr.Dataset(
            {"accuracy": (("run", "step", "evaluator"), accuracy)},
            {"evaluator": list(evaluators), "step": [0, 100, 200]},
        )
        return Population(None, SimpleNamespace(dataset=data), None)

    varied = by_pairs(population("train", "n = 1", "n = 3", "held-out combinations"))
    assert varied["accuracy_by_pairs"].values[0].tolist() == [[1, 2], [5, 6], [9, 10]]
    assert features(varied, 0, 200)["everything"].shape == (2, 2 * 3)
    assert "accuracy_by_pairs" not in by_pairs(population("train"))


def test_what_is_foretold_is_told_from_many_tests_of_noise():
    generator = np.random.default_rng(1)
    fate = np.arange(60) < 25
    tables = {
        "norm": (fate + 0.5 * generator.normal(size=60))[:, None],
        "rules": generator.normal(size=(60, 3)),
        "attention": (fate + 1.4 * generator.normal(size=60))[:, None],
    }
    found = Predictions("own", np.array([100]), 1000.0, {}, tables, fate)
    assert found.foretold("norm", 9) and not found.foretold("rules", 9)
    # A weak hint counts alone, not as the best of a hundred tests.
    assert found.foretold("attention", 1) and not found.foretold("attention", 100)


def test_fates_are_predicted_by_what_tells_them_apart():
    generator, steps = np.random.default_rng(2), np.arange(0, 1100, 100)
    fate = np.arange(40) < 15
    accuracy = 0.5 + 0.02 * generator.normal(size=(40, 11, 1))
    norm = 100 + generator.normal(size=(40, 11)) + np.outer(fate, steps / 100)
    data = xr.Dataset(
        {
            "accuracy": (("run", "step", "evaluator"), accuracy),
            "squared_norm": (("run", "step"), norm),
            "collect_accuracy": (("run", "step", "layer"), generator.random((40, 11, 2))),
        },
        {"evaluator": ["train"], "step": steps},
    )
    ended = xr.Dataset({"converged": ("run", fate), "time": ("run", np.where(fate, 1000.0, 1100.0))})
    population = Population(settings.setting("laptop"), SimpleNamespace(dataset=data), ended)
    found = predictions("own", population, 0)
    assert found.earliest == 1000 and found.steps[0] == 300 and found.steps[-1] <= 950
    assert found.halfway("norm").low > 0.8 and found.foretold("norm", 6)
    assert found.halfway("rules").low < 0.5 and not found.foretold("rules", 6)
    # The moment looked at is the last that is no later than half of the earliest S.
    at = int(found.steps[found.steps <= 500][-1])
    assert np.array_equal(found.tables["norm"], features(by_pairs(population), 0, at)["norm"])
    assert predictions("own", population._replace(ends=ended.isel(run=slice(0, 19))), 0) is None


def test_the_reports_rules_need_three_pairs():
    def reason(pairs):
        task = LookupSpec(pairs=pairs, least_pairs=pairs)
        return too_short(dataclasses.replace(settings.setting("laptop"), task=task))

    assert "2 pairs have no other: it takes at least 3" in reason(2)
    assert reason(3) == reason(26) == ""


def test_nothing_is_told_of_a_single_exact_run():
    def population(converged):
        ends = xr.Dataset({"converged": ("run", np.arange(5) < converged)})
        return Population(None, SimpleNamespace(), ends)

    assert too_few_exact(population(1)) == "1 of 5 runs converged, fewer than 2"
    assert too_few_exact(population(2)) == ""


def test_judge(tmp_path):
    lab = Lab(tmp_path, "laptop")

    def asked(**parts):
        return judge(lab, "lookup.r1.bimodal", parts, "1 of 2", None, 2, lambda scale: 10)

    assert asked(a=True).verdict == REPRODUCED
    failed = asked(a=True, b=False)
    assert failed.verdict == NOT_REPRODUCED and failed.measured == "1 of 2. Holds: a. Fails: b"
    untestable = judge(
        lab, "lookup.r1.bimodal", {"a": True}, "", None, 2, lambda scale: 10, "more", untestable="few runs"
    )
    assert untestable.verdict == NOT_TESTABLE and untestable.note.startswith(
        "few runs; more; at scale `paper`"
    )


def test_attempt_tells_why_not():
    def fails():
        raise ValueError("all alike")

    assert attempt(fails) == (None, "all alike") and attempt(abs, -2) == (2, "")
    assert words(None) == "not to be had"


def test_flop_of_a_step():
    chosen = settings.setting("laptop")
    tokens, d = 32 * 10, 64
    block = 2 * tokens * 6 * d * d + 4 * tokens * 10 * d
    assert flop_of_step(chosen) == 3 * (2 * block + 2 * 32 * d * 4)
