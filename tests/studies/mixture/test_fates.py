"""Fates with L = N: the judge, the coordinate read off a state, and both from end to end."""

import jax
import jax.numpy as jnp
import matplotlib
import numpy as np
import pytest
import scipy
import xarray as xr

from dynamicl.models import Interface
from dynamicl.specs import SpecError
from dynamicl.studies import Lab, conduct, cost_of, judge_again, write_outcome
from dynamicl.studies.mixture._fates import (
    ALIKE,
    BETTER,
    CALIBRATED,
    FATES,
    SLOPE,
    UNSEEN,
    fit,
    held_out,
    states_of,
)
from dynamicl.studies.mixture._fates_runs import SIZES, fork_runs, parent_runs, populations, sizes
from dynamicl.studies.mixture._fates_state import Place, alignment
from dynamicl.training import plan
from dynamicl.views import make_figures
from studies.judging import changed, judge_test

matplotlib.use("agg")
PARENTS, AT, FORKS = 16, [0, 100, 1000], 20
SPREAD = np.array([0.5, 1.0, 2.0])


def fates(probability, seed=0):
    """States whose forks are tossed with a probability of their coordinate."""
    rng = np.random.default_rng(seed)
    side = np.tile([1.0, -0.7, 0.3, -1.2, 0.9, -0.4, 1.3, -1.0], 2)
    coordinate = side[:, None] * SPREAD + 0.1 * rng.normal(size=(PARENTS, 3))
    solved = rng.binomial(FORKS, probability(coordinate))
    table = {"coordinate": coordinate, "alpha": coordinate / 2, "xi": coordinate / 3}
    table |= {"matched": solved, "eliminated": FORKS - solved}
    return xr.Dataset(
        {name: (("parent", "at"), values) for name, values in table.items()}
        | {"tila2": (("parent", "step"), np.linspace(0.11, 0.8, 5) * np.ones((PARENTS, 1)))},
        {"parent": range(PARENTS), "at": AT, "step": np.linspace(0, 1000, 5)},
        {"forks": FORKS, "pairs": 4},
    )


def with_matched(data, matched):
    """The same states with other fates."""
    return changed(changed(data, "matched", matched), "eliminated", FORKS - np.asarray(matched))


DATA = fates(lambda x: scipy.special.expit(3 * x))


def falling():
    """The larger the coordinate, the fewer learn in context: told well, and not as claimed."""
    return fates(lambda x: scipy.special.expit(-3 * x))


def broken_curve():
    """P rises on the whole, and is not logistic: far on the wrong side half of the forks match all the same."""
    return fates(lambda x: np.where(x < -1, 0.5, np.where(x < 0, 0.02, 0.9)))


def weak():
    """P rises surely but little where it is fitted, and less elsewhere: a constant tells the held-out forks as well."""
    data = fates(lambda x: 0.5 + 0 * x, seed=3)
    matched, x = data["matched"].values.copy(), data["coordinate"].values
    matched[::2] = np.round(FORKS * scipy.special.expit(0.3 * x[::2]))
    matched[1::2] = np.round(FORKS * scipy.special.expit(0.05 * x[1::2]))
    return with_matched(data, matched)


BROKEN = {SLOPE: falling(), CALIBRATED: broken_curve(), BETTER: weak()}
test_judge = judge_test(FATES, DATA, BROKEN)


def test_the_fit_finds_the_curve_that_tossed_the_forks():
    curve = fit(states_of(DATA))
    assert curve.weights[1] / curve.spread == pytest.approx(3, rel=0.15)
    assert curve.probability(np.array([0.0]))[0] == pytest.approx(0.5, abs=0.06)


def test_tenths_are_sorted_and_hold_all_held_out_forks():
    other = held_out(DATA)
    told, shares = zip(*other.tenths(), strict=True)
    assert len(told) == 10 and list(told) == sorted(told)
    assert all(share.low <= share.value <= share.high for share in shares)
    gains = other.gains()
    assert gains.shape == (PARENTS // 2,) and gains.mean() < -0.2


def test_forks_that_all_end_alike_decide_nothing():
    alike = with_matched(DATA, FORKS)
    assert {part.undecided for part in FATES.judge(alike)} == {ALIKE}
    assert "1.00 at 0" in FATES.note(alike)


def test_forks_that_have_not_parted_are_left_out_and_too_many_decide_nothing():
    few = changed(DATA, "eliminated", 0, parent=1, at=0)
    assert held_out(few).states.decided[0, 0] == few["matched"].sel(parent=1, at=0)
    assert not any(part.undecided for part in FATES.judge(few))
    many = changed(DATA, "eliminated", 0)
    many = changed(many, "eliminated", FORKS - many["matched"].sel(parent=0).values, parent=0)
    assert {part.undecided for part in FATES.judge(many)} == {UNSEEN}
    assert "forks had not parted" in FATES.note(many)


def head_and_tokens():
    """A head of four labels, and one sequence of four pairs that it reads."""
    size = sizes("smoke")
    spec = parent_runs(size)[0]
    task = spec.task.bind(spec.task.prepare()["novel"], jax.random.key(1))
    tokens = task.inputs(jax.tree.map(lambda leaf: leaf[0], task.batch(jax.random.key(2), 1).tokens))
    return spec.model.build(Interface(tokens, size.pairs), jax.random.key(3)), tokens


@pytest.mark.whole
def test_alignment_is_the_slope_of_a_labels_logit_over_the_others_by_finite_differences():
    model, tokens = head_and_tokens()
    logits_of = jax.jit(lambda x: model.classifier(x, tokens, lambda name, value: value))
    content = np.asarray(tokens.content)
    buffer = np.asarray(_buffer(model, tokens))
    labels, e = np.asarray(tokens.labels), 1e-2
    slopes = []
    for label in labels:
        up, down = (
            np.asarray(logits_of(jnp.concatenate([content[-1], buffer + sign * e * label])), float)
            for sign in (1, -1)
        )
        slopes.append((up - down) / (2 * e))
    table = np.array(slopes)
    own = [table[i, i] for i in range(4)]
    others = [table[i, j] for i in range(4) for j in range(4) if i != j]
    assert float(alignment(model, tokens)) == pytest.approx(
        np.mean(own) - np.mean(others), rel=0.03, abs=1e-3
    )


def _buffer(model, tokens):
    """What the head attends to at its start, where all is alike: the mean of all tokens."""
    assert float(model.alpha) == float(model.beta1) == float(model.beta2) == 0
    return tokens.content.mean(axis=0)


def test_the_coordinate_adds_both_on_the_scale_of_their_speeds():
    place = Place(np.array([[0.5]]), np.array([[-3.0]]), np.array([[4.0]]))
    assert place.unstable.item() == pytest.approx(0.5 - 3 / 2)


@pytest.mark.parametrize("scale", SIZES)
def test_forks_are_one_program_and_no_two_alike(scale):
    size = sizes(scale)
    runs = fork_runs(size, tuple(f"{i:016x}" for i in range(size.parents)))
    assert len(set(runs)) == len(runs) == size.parents * len(size.at) * size.forks
    assert len(plan(parent_runs(size))) == 1
    listed = populations(size)
    assert listed["fate_forks"].run_steps == sum(run.steps - run.start.step for run in runs)
    # Every label stands in every context: L = N.
    assert parent_runs(size)[0].task.labels == size.pairs


def test_an_unknown_scale_is_refused():
    with pytest.raises(SpecError, match="the finding on fates has no scale `demo`"):
        sizes("demo")


@pytest.mark.whole
@pytest.mark.slow
def test_smoke(tmp_path):
    lab = Lab(tmp_path / "library", "smoke", "dynamicl reproduce mixture.fates --scale smoke")
    outcome = conduct(FATES, lab)
    assert outcome.verdict.verdict == "not testable at this scale"
    assert np.isfinite(outcome.data["coordinate"]).all()
    assert (outcome.data["alpha"].sel(at=0) == 0).all() and (outcome.data["alpha"].sel(at=10) != 0).all()
    assert cost_of([FATES], "smoke", lab.path).left == 0
    write_outcome(tmp_path / "mixture", outcome)
    assert judge_again([FATES], tmp_path)[0].agrees
    assert len(make_figures(tmp_path, ["mixture.fates"], tmp_path / "figures")) == 1
