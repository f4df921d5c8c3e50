import json

import numpy as np
import pytest

from dynamicl.statistics import (
    Criterion,
    Interval,
    Transition,
    convergence_step,
    crossing,
    find_transition,
    fit_exponential,
    population_transition,
)

STEPS = np.arange(0, 1001, 5)
SHARE = STEPS / 1000


def drop(middle, scale, x=SHARE):
    return 1 / (1 + np.exp((x - middle) / scale))


def first_descent():
    return 0.9 * np.exp(-SHARE / 0.02)


def noisy(curve, size, seed=0):
    return curve + size * np.random.default_rng(seed).standard_normal(curve.size)


def test_finds_the_drop_from_the_plateau_and_not_the_first_descent():
    found = find_transition(STEPS, first_descent() + np.log(2) * drop(0.4, 0.02), batch=32)
    assert found.found
    assert found.time_steps.value == pytest.approx(400, abs=1)
    assert found.time_sequences == tuple(32 * end for end in found.time_steps)
    # 10-90 % of a logistic: 2 ln 9 scales.
    assert found.width_steps.value == pytest.approx(2 * np.log(9) * 20, rel=0.03)
    assert found.before.value == pytest.approx(np.log(2), rel=0.01)
    assert found.after.value == pytest.approx(0, abs=0.005)
    assert found.resolution_steps == 5
    assert find_transition(STEPS, 1 - drop(0.4, 0.02)).before.value == pytest.approx(0, abs=0.005)


def test_published_loss_of_the_main_induction_run():
    # Read off the thesis' figure 4.3a, thousands of sequences: plateau near log 2, drop lasting some 2e5 sequences.
    x = np.array([0, 50, 100, 150, 200, 300, 400, 600, 800, 1000]) * 1e3
    y = np.array([1.61, 0.787, 0.735, 0.698, 0.596, 0.203, 0.076, 0.023, 0.009, 0.004])
    grid = np.linspace(0, 1e6, 201)
    found = find_transition(grid, np.interp(grid, x, y))
    assert found.found
    assert 2.3e5 < found.time_steps.value < 2.7e5
    assert 1.7e5 < found.width_steps.value < 2.4e5
    assert found.before.value == pytest.approx(np.log(2), abs=0.06)


@pytest.mark.parametrize(
    "curve",
    [
        np.full_like(SHARE, 0.7),
        np.exp(-SHARE / 0.1),
        np.exp(-SHARE),
        0.5 * np.exp(-SHARE / 0.02) + 0.5 * np.exp(-SHARE / 0.5),
        (1 + 100 * SHARE) ** -0.5,
        1 - SHARE,
        1 - np.exp(-SHARE / 0.2),
    ],
    ids=["flat", "exponential", "slow exponential", "two rates", "power law", "line", "rising exponential"],
)
@pytest.mark.parametrize("noise", [0.0, 0.01, 0.05])
def test_none_where_the_curve_only_slows_down(curve, noise):
    found = find_transition(STEPS, noisy(curve, noise))
    assert not found.found
    assert found.time_steps is None
    assert "smooth" in found.reason


def test_false_alarms_are_rare_for_white_noise_and_for_noise_with_memory():
    rng = np.random.default_rng(5)
    white = rng.standard_normal((60, STEPS.size))
    slow = white.copy()
    for i in range(1, STEPS.size):
        slow[:, i] = 0.8 * slow[:, i - 1] + 0.6 * white[:, i]
    for noise, allowed in ((white, 2), (slow, 9)):
        assert sum(find_transition(STEPS, 0.7 + 0.03 * row, resamples=2).found for row in noise) <= allowed


def test_reasons():
    assert "unfinished" in find_transition(STEPS, drop(0.97, 0.03)).reason
    assert "unfinished" in find_transition(STEPS, np.minimum(1, 2 - 2 * SHARE)).reason
    small = np.exp(-SHARE / 0.05) + 0.05 * drop(0.6, 0.01)
    assert "too low" in find_transition(STEPS, small).reason
    assert find_transition(STEPS, small, criterion=Criterion(min_height=0.02)).found
    wide = Criterion(max_relative_width=0.05)
    assert "slow" in find_transition(STEPS, drop(0.4, 0.02), criterion=wide).reason
    assert "other way" in find_transition(STEPS[::4], SHARE[::4], direction="falling").reason
    assert "smooth" in find_transition(STEPS, 1 - drop(0.5, 0.02), direction="falling").reason


def test_of_several_steps_the_highest_counts_and_a_later_rise_is_left_out():
    stairs = 0.3 * drop(0.2, 0.01) + 0.7 * drop(0.6, 0.01)
    found = find_transition(STEPS, stairs)
    assert found.time_steps.value == pytest.approx(600, abs=1)
    assert found.height.value == pytest.approx(0.7, rel=0.01)
    fades = (1 - drop(0.2, 0.02)) * (0.3 + 0.7 * drop(0.6, 0.05))
    risen = find_transition(STEPS, fades)
    assert risen.time_steps.value == pytest.approx(200, abs=2)
    assert risen.before.value < risen.after.value


@pytest.mark.parametrize(("scale", "noise"), [(0.02, 0.01), (0.005, 0.05)])
def test_intervals_cover_what_noise_does(scale, noise):
    clean = 0.69 * drop(0.3, scale)
    truth = find_transition(STEPS, clean, resamples=2)
    inside = {"time_steps": 0, "width_steps": 0, "height": 0}
    for seed in range(60):
        found = find_transition(
            STEPS, noisy(clean, noise, seed), direction="falling", resamples=100, seed=seed
        )
        for name in inside:
            value, low, high = getattr(found, name)
            assert low <= value <= high
            inside[name] += low <= getattr(truth, name).value <= high
    assert min(inside.values()) >= 50, inside


def test_scores_of_sequences_are_resampled_together():
    # Sequences learnt at different steps: by the delta method the time moves by the mean's error over its slope.
    rng = np.random.default_rng(1)
    middles = 0.4 + 0.05 * rng.standard_normal(100)
    scores = drop(middles[None], 0.01, SHARE[:, None])
    found = find_transition(STEPS, scores.mean(axis=1), scores=scores, resamples=400)
    spread = (found.time_steps.high - found.time_steps.low) / (2 * 1.96)
    slope = (scores[75:86].mean(axis=1)[0] - scores[75:86].mean(axis=1)[-1]) / 50
    assert spread == pytest.approx(scores[80].std() / 10 / slope, rel=0.25)
    # Identical sequences leave no doubt.
    alike = np.repeat(scores[:, :1], 10, axis=1)
    time = find_transition(STEPS, alike.mean(axis=1), scores=alike).time_steps
    assert time.high - time.low == pytest.approx(0, abs=1e-6)


def test_larger_errors_give_wider_intervals_and_seeds_decide():
    curve = drop(0.4, 0.02)
    small, large = (find_transition(STEPS, curve, standard_error=error).time_steps for error in (0.002, 0.02))
    assert small.high - small.low < large.high - large.low
    again = find_transition(STEPS, curve, standard_error=0.02).time_steps
    assert again == large
    assert find_transition(STEPS, curve, standard_error=0.02, seed=9).time_steps != large


def test_log_axis_interpolates_in_log_steps_and_nan_is_left_out():
    steps = np.unique(np.geomspace(1, 10_000, 60).astype(int))
    curve = np.where(steps < 500, 1.0, 0.0)
    before, after = steps[steps < 500][-1], steps[steps >= 500][0]
    assert find_transition(steps, curve, axis="log").time_steps.value == pytest.approx(
        np.sqrt(before * after)
    )
    assert find_transition(steps, curve).time_steps.value == pytest.approx((before + after) / 2)
    frozen = drop(0.4, 0.02)
    frozen[-20:] = np.nan
    assert find_transition(STEPS, frozen).time_steps.value == pytest.approx(400, abs=1)


def test_record_goes_through_json():
    found = find_transition(STEPS, drop(0.4, 0.02), run="ab12", name="loss", evaluator="icl", batch=8)
    again = Transition.from_dict(json.loads(json.dumps(found.to_dict())))
    assert again == found
    assert (again.run, again.curve, again.evaluator) == ("ab12", "loss", "icl")
    assert isinstance(again.height, Interval)
    nothing = find_transition(STEPS, 1 - SHARE)
    assert Transition.from_dict(json.loads(json.dumps(nothing.to_dict()))) == nothing


def test_population_counts_all_and_summarises_those_found():
    times = [100.0, 200.0, 300.0, 400.0, 500.0, 600.0]
    runs = [Transition(True, time_steps=Interval(t, t, t), height=Interval(0.5, 0.4, 0.6)) for t in times]
    typical = population_transition([*runs, Transition(False, "smooth")])
    assert (typical.found, typical.total) == (6, 7)
    assert typical.share.value == pytest.approx(6 / 7)
    assert typical.time_steps.value == 350.0
    assert 100 <= typical.time_steps.low < 200 and 500 < typical.time_steps.high <= 600
    assert typical.time_sequences is None
    mean = population_transition(runs[:5], statistic="mean").time_steps
    assert mean == pytest.approx(
        (300.0, 300 - 2.776445 * np.sqrt(5000), 300 + 2.776445 * np.sqrt(5000)), rel=1e-6
    )
    assert population_transition([Transition(False)]).time_steps is None


def test_a_median_of_few_runs_has_no_interval():
    """The range of five holds the median of all with .94 at most, so that no interval from them can have .95."""
    runs = [Transition(True, time_steps=Interval(t, t, t)) for t in (1.0, 2.0, 3.0, 4.0, 5.0)]
    middle = population_transition(runs).time_steps
    assert middle.value == 3.0 and np.isnan(middle.low) and np.isnan(middle.high)


def test_crossing_interpolates_holds_and_censors():
    x, loss = [0, 10, 20, 30, 40], [1.0, 0.2, 0.8, 0.2, 0.1]
    assert crossing(x, loss, 0.6) == (5.0, True)
    assert crossing(x, loss, 0.6, hold=2) == (pytest.approx(20 + 10 / 3), True)
    assert crossing(x, loss, 0.05) == (40.0, False)
    assert crossing(x, loss, 0.15, hold=2) == (40.0, False)
    assert crossing(x, [0.1, 0.2, np.nan, np.nan, np.nan], 0.05) == (10.0, False)
    assert crossing([1, 100], [1.0, 0.0], 0.5, axis="log") == (pytest.approx(10.0), True)
    assert crossing([5, 6], [0.1, 0.1], 0.6) == (5.0, True)
    assert crossing([0, 10], [0.0, 1.0], 1 / 4, direction="rising") == (2.5, True)


def test_convergence_step_is_an_evaluated_one_and_confirmed():
    steps = np.arange(0, 80, 10)
    accuracy = [0.2, 0.5, 0.995, 0.9, 0.995, 1.0, 1.0, 1.0]
    assert convergence_step(steps, accuracy) == (40.0, True)
    assert convergence_step(steps, accuracy, hold=1) == (20.0, True)
    assert convergence_step(steps, accuracy, tolerance=0.001) == (50.0, True)
    assert convergence_step(steps, [0.5] * 8) == (70.0, False)


def test_exponential_is_straight_in_logs_and_a_drop_is_not():
    exact = fit_exponential(STEPS, 3 * np.exp(-0.01 * STEPS))
    assert (exact.rate, exact.start) == (pytest.approx(0.01), pytest.approx(3))
    assert exact.r_squared == pytest.approx(1)
    assert exact.bend < 1e-10
    assert fit_exponential(STEPS, drop(0.4, 0.02)).bend > 0.1
    assert fit_exponential([0, 1, 2], [2.0, 2.0, 2.0]).bend == np.inf


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: find_transition(STEPS[:5], SHARE[:5]), "`curve` has 5 finite values; at least 8"),
        (lambda: find_transition(STEPS[::-1], SHARE), "`steps` goes from 1000 to 995 at entry 1"),
        (lambda: find_transition(STEPS, SHARE[1:]), "`curve` has 200 entries and `steps` has 201"),
        (lambda: find_transition(STEPS, SHARE, direction="down"), "`direction` is 'down'"),
        (lambda: find_transition(STEPS, SHARE, axis="ln"), "`axis` is 'ln'"),
        (lambda: find_transition(STEPS, SHARE, scores=SHARE), "`scores` has shape"),
        (lambda: find_transition(STEPS, SHARE, standard_error=-1.0), "`standard_error` must be finite"),
        (lambda: Transition.from_dict({"found": True, "when": 3}), r"`record` has fields \['when'\]"),
        (lambda: population_transition([]), "`transitions` is empty"),
        (lambda: population_transition([Transition(True)], statistic="mode"), "`statistic` is 'mode'"),
        (lambda: crossing([0, 1], [0.0, 1.0], 0.5, hold=0), "`hold` is 0"),
        (lambda: crossing([0, 1], [np.nan, np.nan], 0.5), "`curve` holds no finite value"),
        (lambda: convergence_step([0, 1], [0.0, 1.0], tolerance=0.0), "`tolerance` is 0.0"),
        (lambda: fit_exponential([0, 1, 2], [1.0, 0.5, 0.0]), "`curve` holds 0; positive"),
    ],
)
def test_bad_input(call, message):
    with pytest.raises(ValueError, match=message):
        call()
