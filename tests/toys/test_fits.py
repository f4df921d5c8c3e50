import numpy as np
import pytest
from scipy.stats import chi2

from dynamicl.toys import compare_families, fit_curve, foresee, nested_family, vector_family
from dynamicl.toys._families import TIMES, evaluate, shape_bank
from dynamicl.toys._problem import Problem

TWO = vector_family(2)
STEPS = np.arange(0.0, 2000.0, 20.0)
TRUE = {"time": 60.0, "along": 0.05, "across": 0.3, "scale": 1.4, "offset": 0.3}


def made(noise, seed=0, family=TWO, **other):
    """A curve of known parameters."""
    p = TRUE | other
    curve = family.curves(np.array([[p["along"], p["across"]]]))[0]
    loss = p["offset"] + p["scale"] * evaluate(curve, STEPS / p["time"])
    return loss + np.random.default_rng(seed).normal(scale=noise, size=STEPS.size) if noise else loss


@pytest.fixture(scope="module")
def fitted():
    return fit_curve(STEPS, made(0.004), TWO)


def test_curves_are_those_of_the_flow():
    one = vector_family(1).curves(np.array([[0.2, 0.5]]))[0]
    # A vector alone: its distance to the truth decays as exp(-t), the loss as the square of that.
    early = TIMES < 4
    np.testing.assert_allclose(one[early], np.exp(-2 * TIMES[early]), rtol=2e-3)
    np.testing.assert_allclose(evaluate(one, [0.0, TIMES[3], 1e9]), one[[0, 3, -1]])


def test_two_vectors_alike_against_a_plain_integration():
    x, z, curve, dt = 0.1, 0.4, [], 1e-3
    for _ in range(8000):
        curve.append(((1 - x * x) ** 2 + z * z * (2 * x * x + z * z)) / 2)
        x, z = (
            x - dt * (-(1 - x * x) * x + x * z * z),
            z - dt * (x * x * z + z**3),
        )
    family = TWO.curves(np.array([[0.1, 0.4]]))[0]
    places = np.array([0.5, 1.0, 2.0, 4.0, 6.0])
    expected = np.interp(places, np.arange(8000) * dt, curve) / curve[0]
    # Lines between 80 points a decade: the tail is off by a hundredth of itself, which is nothing of the curve.
    np.testing.assert_allclose(evaluate(family, places), expected, rtol=5e-3, atol=1e-4)


def test_known_parameters_lie_in_their_intervals(fitted):
    assert fitted.unidentified == ()
    assert fitted.residual == pytest.approx(0.004, rel=0.3)
    # One of five 95 % intervals may miss.
    inside = [e.low <= TRUE[name] <= e.high for name, e in fitted.estimates.items()]
    assert sum(inside) >= 4
    for name, estimate in fitted.estimates.items():
        assert estimate.low < estimate.value < estimate.high
        if name != "across":
            assert estimate.value == pytest.approx(TRUE[name], rel=0.15)


def test_noise_leaves_a_start_across_the_truth_open_and_the_interval_says_so(fitted):
    """The fit is better than the truth by as much as five free numbers buy, so no other minimum was missed."""
    across = fitted.estimates["across"]
    assert across.high / across.low > 4
    truth = Problem(STEPS, made(0.004), TWO, None).at(np.log([TRUE["time"], TRUE["along"], TRUE["across"]]))
    gained = (truth @ truth - fitted.residual**2 * fitted.points) / 0.004**2
    assert 0 <= gained < chi2.ppf(0.999, 5)


def test_a_curve_without_noise_is_found_again():
    fit = fit_curve(STEPS, made(0.0), TWO, profile=False)
    for name, estimate in fit.estimates.items():
        assert estimate.value == pytest.approx(TRUE[name], rel=2e-2)
    np.testing.assert_allclose(fit.predict(STEPS), made(0.0), atol=2e-3)


@pytest.mark.whole
def test_a_plateau_alone_does_not_identify_what_follows():
    fit = fit_curve(STEPS[:8], made(0.01)[:8], TWO)
    assert fit.unidentified


def test_a_known_floor_is_kept_and_scale_and_time_are_free():
    loss = made(0.004)
    fit = fit_curve(STEPS, loss, TWO, floor=0.3, profile=False)
    stretched = fit_curve(3 * STEPS, 2 * loss, TWO, floor=0.6, profile=False)
    assert fit.estimates["offset"].value == 0.3
    assert stretched.estimates["time"].value == pytest.approx(3 * fit.estimates["time"].value, rel=1e-2)
    assert stretched.estimates["scale"].value == pytest.approx(2 * fit.estimates["scale"].value, rel=1e-2)
    for name in ("along", "across"):
        assert stretched.estimates[name].value == pytest.approx(fit.estimates[name].value, rel=2e-2)


def test_scale_and_offset_are_those_of_least_squares():
    loss = made(0.01)
    problem = Problem(STEPS, loss, TWO, None)
    shape = evaluate(shape_bank(TWO)[1][40], STEPS / 50)
    design = np.stack([shape, np.ones_like(shape)], axis=1)
    expected = np.linalg.lstsq(design, loss, rcond=None)[0]
    np.testing.assert_allclose(problem.linear(shape), expected, rtol=1e-6)


@pytest.mark.whole
def test_the_right_toy_foresees_the_rest_better():
    loss = made(0.002, along=0.02)
    data = compare_families(STEPS, loss, [vector_family(1), TWO], fractions=(0.2,), floor=0.3)
    assert data["held_out"].dims == ("curve", "fraction", "family")
    assert abs(data["log_error"].sel(family="2 vectors").item()) < 0.1
    right, wrong = (data["held_out"].sel(family=f"{count} vectors").item() for count in (2, 1))
    assert right < 0.3 * wrong
    rest = foresee(STEPS, loss, TWO, 0.2, floor=0.3, profile=False)
    beyond = rest.cut < STEPS
    level = (loss[~beyond][-1] + 0.3) / 2
    assert rest.observed == pytest.approx(STEPS[beyond][np.argmax(loss[beyond] < level)], abs=20)


LEARNT_BEFORE = np.where(STEPS[-1] / 10 > STEPS, 1.0, 0.0)
STILL_WAITING = 1 - 0.01 * STEPS / STEPS[-1]


@pytest.mark.parametrize("loss", [LEARNT_BEFORE, STILL_WAITING])
def test_what_does_not_fall_after_the_cut_is_not_observed(loss):
    """No time at all, where the last point would look like one."""
    rest = foresee(STEPS, loss, TWO, 0.3, floor=0.0, profile=False)
    assert np.isnan(rest.observed) and np.isnan(rest.log_error)


def test_nested_logits_start_at_their_classifier():
    curves = nested_family(32, 8).curves(np.array([[1e-3], [4.0]]))
    halves = [TIMES[np.argmax(curve < 0.5)] for curve in curves]
    assert halves[0] == pytest.approx(99, abs=4) and halves[1] < 0.6 * halves[0]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: vector_family(0), "`count` is 0"),
        (lambda: fit_curve(STEPS, STEPS[:5], TWO), r"`loss` has shape \(5,\)"),
        (lambda: fit_curve(STEPS[:5], STEPS[:5], TWO), "`loss` has 5 finite points"),
        (lambda: fit_curve(-STEPS, STEPS, TWO), "`steps` must be at least 0"),
        (lambda: fit_curve(STEPS, 1 - np.exp(-STEPS / STEPS[-1]), TWO), "`loss` rises"),
        (lambda: foresee(STEPS, STEPS, TWO, 1.5), "`fraction` is 1.5"),
        (lambda: foresee(STEPS, STEPS[:9], TWO, 0.5), r"`loss` has shape \(9,\)"),
        (lambda: compare_families(STEPS, np.ones((2, 3, 4)), [TWO]), "`losses` has 3 axes"),
        (lambda: fit_curve(STEPS * np.nan, -STEPS, TWO), "`steps` holds numbers that are not finite"),
        (lambda: fit_curve(STEPS, -STEPS, TWO, floor=np.nan), "`floor` is nan"),
        (lambda: fit_curve(STEPS, -STEPS, TWO, floor=1.0), "`floor` is 1.0 with losses up to"),
        (lambda: fit_curve(STEPS, np.ones(STEPS.size), TWO), "`loss` never changes"),
    ],
)
def test_bad_input(call, message):
    with pytest.raises(ValueError, match=message):
        call()
