"""Figures 1d, 3, 4, 6 and sections 3 and 4: judges of learning curves."""

import numpy as np
import pytest

from dynamicl.studies.mixture import (
    _attention,
    _curves,
    _freeze,
    _hypotheses,
    _l_equals_n,
    _measures,
    _minimal,
    _order,
    _slow_phase,
    _swap,
)
from dynamicl.studies.mixture._readings import end_of, half_rises, jump_of, too_few, too_short
from studies.judging import judge_test

from .made import LABELS, MIDDLE, PAIRS, RUNS, curves, in_context, jump_data, rise

JUMP = jump_data()


def replaced(data, **curves):
    """The same data with other curves."""
    return data.assign({name: (("run", "step"), values) for name, values in curves.items()})


test_attention = judge_test(
    _attention.ATTENTION,
    JUMP,
    {
        _attention.UNIFORM_ONE: replaced(JUMP, ila1_labels=rise(MIDDLE, 0.4, 0.95)),
        _attention.UNIFORM_TWO: replaced(JUMP, label_entropy=1 - rise(MIDDLE / 8, 0, 0.9)),
        _attention.BACK: replaced(JUMP, ila1_labels=rise(MIDDLE, 0.17, 0.5)),
        _attention.CORRECT: replaced(JUMP, tila2=rise(MIDDLE, 0.06, 0.5)),
    },
)
LATE, EARLY = 1.2 * MIDDLE, 0.5 * MIDDLE
test_measures = judge_test(
    _measures.MEASURED,
    JUMP,
    {
        _order.EARLY["cla"]: replaced(JUMP, cla=rise(MIDDLE, 0.25, 1)),
        _order.EARLY["tla2"]: replaced(JUMP, tla2=rise(MIDDLE, 0.47, 0.95)),
        _order.TOGETHER["ila1_labels"]: replaced(JUMP, ila1_labels=rise(EARLY, 0.17, 0.95)),
        _order.TOGETHER["tila2"]: replaced(JUMP, tila2=rise(LATE, 0.06, 0.9)),
        # Three seeds attend to labels almost wholly from the start, three not much: all early, and not alike.
        _measures.ALIKE: replaced(
            JUMP,
            tla2=rise(MIDDLE / 4, 0.1, 0.95) * np.array([[1], [1], [1], [0.2], [0.2], [0.2]]),
            tila2=rise(MIDDLE, 0.06, 0.9) * np.array([[1], [1], [1], [0.3], [0.3], [0.3]]),
        ),
    },
)
PLATEAU = JUMP.assign(before=("run", np.full(RUNS, 1 / PAIRS)))
test_slow_phase = judge_test(
    _slow_phase.SLOW_PHASE,
    PLATEAU,
    {
        _slow_phase.HIGH_ENOUGH: PLATEAU.assign(before=("run", [1 / LABELS, *[1 / PAIRS] * 5])),
        _slow_phase.NOT_HIGHER: PLATEAU.assign(before=("run", [*[1 / PAIRS] * 5, 0.3])),
    },
)
PUBLISHED = curves(
    novel=in_context(),
    swap=in_context() - 0.01,
    in_weights=rise(MIDDLE / 2, 0.03, 0.4),
    loss=3 - in_context(),
)
HALF = np.where(np.arange(RUNS) < 3, MIDDLE, 1e9)
FULL_LENGTH = PUBLISHED.assign_attrs(paper_steps=40_000)
test_curves = judge_test(
    _curves.CURVES,
    FULL_LENGTH,
    {
        # One run in six may miss it; with two it fails, and the rest is left open.
        _curves.FOUND: replaced(FULL_LENGTH, novel=in_context(HALF)),
        _curves.ABRUPT: replaced(FULL_LENGTH, novel=rise(MIDDLE, 1 / LABELS, 1, 2500)),
    },
)
test_swap = judge_test(
    _swap.SWAP,
    PUBLISHED,
    {_swap.AGREE: replaced(PUBLISHED, swap=in_context() - 0.1 * (np.arange(RUNS) == 2)[:, None])},
)
test_freeze = judge_test(
    _freeze.FREEZE, PUBLISHED, {_freeze.FROZEN: replaced(PUBLISHED, in_weights=rise(1.5 * MIDDLE, 0.03, 0.4))}
)


def test_runs_that_are_too_short_decide_nothing():
    unfinished = replaced(PUBLISHED, novel=in_context(HALF))
    (found, _) = _curves.CURVES.judge(unfinished)
    assert found.holds is None and found.undecided == (
        "only 3 of 6 runs found the in-context solution in the time, 40,000 updates; the document's have some 150,000"
    )
    (frozen,) = _freeze.FREEZE.judge(replaced(PUBLISHED, novel=in_context(1.6 * MIDDLE)))
    assert frozen.undecided == "most runs ended too soon after their rise"
    assert too_short(PUBLISHED, np.ones(6, bool)) == "" and too_few(np.array([True] * 5 + [False])) == ""


SHORT = curves(
    **{name: JUMP[name].values for name in ("novel", "ila1_labels", "tila2", "cla", "tla2", "loss")}
)
HEAD = SHORT.assign(full=(("run", "full_step"), in_context(1.5 * MIDDLE))).assign_coords(
    full_step=("full_step", SHORT["step"].values)
)
test_minimal = judge_test(
    _minimal.MINIMAL,
    HEAD,
    {
        _order.EARLY["cla"]: replaced(HEAD, cla=rise(MIDDLE, 0.25, 1)),
        _order.EARLY["tla2"]: replaced(HEAD, tla2=rise(MIDDLE, 0.47, 0.95)),
        _order.TOGETHER["ila1_labels"]: replaced(HEAD, ila1_labels=rise(EARLY, 0.17, 0.95)),
        _order.TOGETHER["tila2"]: replaced(HEAD, tila2=rise(LATE, 0.06, 0.9)),
        _minimal.SOONER: HEAD.assign(full=(("run", "full_step"), in_context(MIDDLE))),
    },
)
WITHOUT = curves(
    novel=in_context(1.1 * MIDDLE),
    tla2=rise(MIDDLE, 0.47, 0.9),
    tila2=rise(MIDDLE, 0.06, 0.9),
    loss=3 - in_context(),
    with_beta2=in_context(),
).assign_attrs(paper_steps=40_000)
test_hypotheses = judge_test(
    _hypotheses.HYPOTHESES,
    WITHOUT,
    {
        _hypotheses.FOUND: replaced(WITHOUT, novel=in_context(HALF)),
        _hypotheses.ABRUPT: replaced(WITHOUT, novel=rise(MIDDLE, 1 / LABELS, 1, 2500)),
        _hypotheses.AS_SOON: replaced(WITHOUT, novel=in_context(1.3 * MIDDLE)),
    },
)
FATES = np.where(np.arange(RUNS) < 2, MIDDLE, 1e9)
EQUAL = curves(
    novel=rise(FATES, 1 / PAIRS, 1) + 0.1, tila2=rise(FATES, 0.05, 0.9), loss=2.1 - rise(FATES, 0, 2)
).assign(time_with_more=8000.0)
STALLED, SOLVED = (EQUAL.isel(run=[i] * RUNS).assign_coords(run=range(RUNS)) for i in (5, 0))
test_l_equals_n = judge_test(
    _l_equals_n.L_EQUALS_N,
    EQUAL,
    {
        _l_equals_n.SOME: STALLED,
        _l_equals_n.NOT_ALL: SOLVED,
        _l_equals_n.STALL: replaced(EQUAL, novel=rise(FATES, 0.7, 1)),
    },
)


def test_runs_that_are_cut_short_have_not_stalled():
    for data, holds in ((EQUAL, True), (STALLED, None)):
        parts = _l_equals_n.L_EQUALS_N.judge(data.assign(time_with_more=np.inf))
        assert [part.holds for part in parts] == [holds, None, None]
        assert parts[1].undecided == "the time with more labels than pairs is not known"


def test_what_the_stalled_runs_attend_to_is_told():
    told = _l_equals_n.L_EQUALS_N.note(EQUAL)
    assert "2 of 6 runs found" in told and "of the others 4 of 4 attend to the right label less" in told


def test_times_of_a_rise_that_is_known():
    jump = jump_of(curves(novel=rise(MIDDLE, 0, 1)), 0.0)
    # A logistic curve passes 10 and 90 % at 2.197 widths about its middle.
    np.testing.assert_allclose(jump.t50, MIDDLE, atol=40)
    np.testing.assert_allclose(jump.t90 - jump.t10, 2 * 2.197 * 300, atol=200)
    np.testing.assert_allclose(jump.abruptness, (jump.t90 - jump.t10) / jump.t50)
    never = jump_of(curves(novel=np.zeros((RUNS, 101))), 0.1)
    assert np.isnan(never.t50).all() and not never.solved.any()


def test_what_is_claimed_of_every_run_is_open_where_one_has_not_jumped():
    five = JUMP.copy(deep=True)
    five["novel"][-1] = 1 / LABELS
    assert {part.holds for part in _order.order_parts(five, jump_of(five, 1 / PAIRS))} == {True}
    parts = _order.order_parts(five, jump_of(five, 1 / PAIRS), every=True)
    assert {part.undecided for part in parts} == {"it holds in 5 runs, 1 more have not jumped"}
    late = replaced(five, cla=rise(MIDDLE, 0.25, 1))
    failing, *_ = _order.order_parts(late, jump_of(late, 1 / PAIRS), every=True)
    assert failing.holds is False


def test_half_rises_and_ends():
    data = curves(novel=in_context(), cla=rise(MIDDLE / 4, 0.25, 0.9))
    np.testing.assert_allclose(half_rises(data, "cla"), MIDDLE / 4, atol=40)
    assert end_of(np.arange(100.0)) == pytest.approx(np.arange(90, 100).mean())


def test_accuracy_at_the_start_of_a_jump_is_that_of_the_slow_phase_not_of_the_first_plateau():
    accuracy = in_context(when=0.9 * MIDDLE)
    accuracy[-1] = 1 / LABELS
    found = _slow_phase.before_the_jump(curves(novel=accuracy), PAIRS)
    np.testing.assert_allclose(found[:-1], 1 / PAIRS, atol=0.02)
    assert np.isnan(found[-1])
