"""What is read off curves, against curves whose answer is known."""

from types import SimpleNamespace

import numpy as np
import pytest
import xarray as xr

from dynamicl.store import Trajectory
from dynamicl.studies._abilities import fading_part, share_part
from dynamicl.studies._curves import curves, error_of, first_beyond, late
from dynamicl.studies._parts import Threshold
from dynamicl.studies._passages import NOT_RISEN, passages, unless_all_rise
from dynamicl.studies.coopetition._networks import by_previous_token, flip_peaks, level_steps, pearson
from dynamicl.studies.coopetition._settings import setting

from .worlds import FLAT, LOW_FLIP, RANDOM_START, X, line, world

SCALE = setting("laptop")
STEPS = (X / SCALE.world.batch).astype(int)
EVALUATORS = ["train", "icl", "ciwl", "flip", "iwl"]


class MadeUp(Trajectory):
    """A trajectory whose dataset and checkpoints are given."""

    def __init__(self, data, checkpoints=()):
        self.data, self.kept = data, checkpoints

    @property
    def dataset(self):
        return self.data

    @property
    def checkpoints(self):
        return self.kept


def recorded(runs):
    """Records as the engine keeps them, of made-up curves by `init`."""
    names = EVALUATORS
    in_context = np.stack([runs[name].values for name in names], axis=-1)
    loss = np.stack([runs["ciwl_loss"].values] * len(names), axis=-1)
    dims = ("run", "step", "evaluator")
    return xr.Dataset(
        {
            "accuracy_in_context": (dims, in_context),
            "accuracy": (dims, in_context / 2),
            "loss": (dims, loss),
            "train_loss": (("run", "step"), runs["train_loss"].values),
        },
        {"run": [f"{i:x}" for i in range(len(in_context))], "step": STEPS, "evaluator": names},
    )


def test_curves_are_arranged_along_named_axes():
    runs = world({"init": range(6)}, scales=[1, 0.9, 0.8, 0.7, 0.6, 0.5])
    data = curves(MadeUp(recorded(runs)), SCALE, condition=["a", "b"], init=[0, 1, 2])
    assert data["flip"].dims == ("condition", "init", "sequences")
    np.testing.assert_array_equal(data["flip"].sel(condition="b", init=1), runs["flip"][4])
    # Pure in-weights answers are plain accuracies: the right label is not in the context.
    np.testing.assert_array_equal(data["iwl"].sel(condition="a", init=0), runs["iwl"][0] / 2)
    assert data["sequences"][-1] == pytest.approx(1.6e6) and data.attrs["classes"] == SCALE.world.classes


def test_a_passage_has_the_times_of_its_knots():
    (run,) = passages(world({"init": [0]}))
    # Flip is at one half on the way from (1e5, .46) to (6e5, .75), and from there to (1.2e6, .25).
    up, down = 1e5 + 5e5 * 0.04 / 0.29, 6e5 + 6e5 * 0.25 / 0.5
    assert run.up == pytest.approx(up, abs=3.2e4) and run.down == pytest.approx(down, abs=3.2e4)
    assert run.peak_time == pytest.approx(6e5, abs=3.2e4) and run.peak == pytest.approx(0.75, abs=0.02)
    # ciwl is at .9 on the way from (8e5, .7) to (1.6e6, .93).
    assert run.known == pytest.approx(8e5 + 8e5 * 0.2 / 0.23, abs=3.2e4) and run.in_order and run.together
    assert run.end == pytest.approx(line(((0, 0.12), (1.6e6, 0.12)))[-1], abs=0.04)


def test_half_of_the_way_is_that_of_the_runs_own_curve():
    (run,) = passages(world({"init": [0]}))
    # icl goes from (2e5, .52) to .8 at 6e5, ciwl from (4e5, .6) to (8e5, .7) and ends at .913.
    assert run.icl_halfway == pytest.approx(2e5 + 4e5 * 0.13 / 0.28, abs=3.2e4)
    assert run.ciwl_halfway == pytest.approx(8e5, abs=5e4)
    (chance,) = passages(world({"init": [0]}, icl=FLAT, ciwl=FLAT))
    assert chance.icl_halfway == chance.ciwl_halfway == np.inf


def test_a_network_that_never_turned_to_its_context_has_not_risen():
    (run,) = passages(world({"init": [0]}, flip=RANDOM_START))
    assert run.peak > 0.5 and not run.rose and unless_all_rise([run]) == NOT_RISEN
    assert unless_all_rise(passages(world({"init": [0]}))) == ""


def test_the_order_is_open_until_ciwl_is_known():
    slow = ((0, 0.5), (1.6e6, 0.85))
    assert passages(world({"init": [0]}, ciwl=slow))[0].in_order is None
    assert passages(world({"init": [0]}, ciwl=slow, flip=LOW_FLIP))[0].in_order is False


def test_shorter_runs_end_where_theirs_do():
    data = world({"init": [0, 1]})
    data["flip"].values[1, 50:] = np.nan
    whole, short = passages(data)
    assert whole.x.size == 101 and short.x[-1] == X[49] and np.isfinite(short.end)


def test_open_runs_decide_nothing_unless_they_tip_the_share():
    bar = Threshold("share", ">=", 0.8)

    def holds(*outcomes):
        return share_part(bar, outcomes, "open").holds

    assert holds(True, True, True, True, None) is True and holds(False, False, True, True, None) is False
    assert (
        holds(True, True, True, False, None) is None and share_part(bar, (None,), "open").undecided == "open"
    )


def test_a_spike_is_not_a_passing():
    x, curve = np.arange(10.0), np.zeros(10)
    curve[[2, 3]] = 1
    assert first_beyond(x, curve, 0.5) == np.inf
    curve[4] = 1
    assert first_beyond(x, curve, 0.5) == 2
    curve[[0, 1]] = np.nan
    assert first_beyond(x, curve, 0.5) == 2 and first_beyond(x[:2], curve[:2], 0.5) == np.inf


def test_the_end_is_the_last_tenth_and_the_part_before_it():
    x = np.linspace(0, 100, 101)
    assert late(x, x) == pytest.approx(95.5) and late(x, x, 1) == pytest.approx(85.5)
    assert np.isnan(late(x, np.full(101, np.nan)))


def test_errors_are_those_of_a_share_and_never_0():
    assert error_of(np.array([0.5]), 100)[0] == pytest.approx(0.05, rel=1e-3)
    assert error_of(np.array([0.0, 1.0]), 100).min() > 0


def test_checkpoints_are_chosen_by_accuracy_each_once():
    one = recorded(world({"init": [0]}))
    kept = tuple(STEPS[::10].tolist())
    # ciwl passes .6 at 4e5 sequences and .7 at 8e5; it never reaches .95.
    steps = level_steps(MadeUp(one, kept), (0.59, 0.6, 0.7, 0.95))
    assert [step * SCALE.world.batch for step in steps] == pytest.approx([4e5, 8e5], abs=1e5)
    assert level_steps(MadeUp(one, kept), (0.95,)) == []
    # The untrained network is at .5: where training first passes it is the first checkpoint after.
    assert level_steps(MadeUp(one, kept), (0.5,)) == [kept[1]]


def test_heads_are_ordered_by_what_they_do_at_the_flip_peak():
    data = recorded(world({"init": [0, 1]}))
    attention = np.zeros((2, 101, 2, 3))
    attention[:, :, 0] = [0.1, 0.5, 0.3]
    attention[:, STEPS > 30_000, 0] = [0.9, 0.0, 0.3]
    data = data.assign(previous_token_attention=(("run", "step", "layer", "head"), attention))
    made = MadeUp(data.assign_coords(layer=[1, 2], head=range(3)), tuple(STEPS[::10].tolist()))
    assert by_previous_token(made).tolist() == [[1, 2, 0]] * 2
    assert [step * SCALE.world.batch for step in flip_peaks(made)] == pytest.approx([6e5] * 2, abs=1e5)


def test_what_does_not_vary_has_no_correlation():
    assert np.isnan(pearson(np.ones(4), np.arange(4.0)))
    assert pearson(np.arange(4.0), -np.arange(4.0)) == pytest.approx(-1)


def test_one_short_run_hides_no_certain_failure():
    """Where three of five surely do not fade, a fourth that is too short to tell changes nothing."""
    bar = Threshold("share", ">=", 0.8)
    run = SimpleNamespace
    stays, short, fades, nearly = (
        run(fading=run(undecided=why, holds=holds, low=low, high=low + 0.05))
        for why, holds, low in (
            ("", False, 0.0),
            ("too short", None, 0.2),
            ("", True, 0.2),
            ("", False, 0.08),
        )
    )
    assert fading_part(bar, [stays, stays, stays, short, fades]).holds is False
    assert fading_part(bar, [fades, fades, fades, fades, short]).holds is True
    assert fading_part(bar, [fades, fades, fades, short, stays]).undecided == "too short"
    # A fall that may be the margin is no failure.
    assert "holds the margin" in fading_part(bar, [fades, fades, fades, stays, nearly]).undecided
