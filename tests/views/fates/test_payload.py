import json

import numpy as np
import pytest
import xarray as xr

from dynamicl.statistics import commitment_step, fit_commitment, isotonic_commitment, isotonic_fate, jeffreys
from dynamicl.views import make_fates_page
from dynamicl.views.fates import build, fates_payload
from dynamicl.views.page._words import compact
from views.fates.synthetic import END, fates, ragged


@pytest.fixture(scope="module")
def made():
    return fates(forks=20)


@pytest.fixture(scope="module")
def record(made):
    return fates_payload(made[0], parent=made[1])


def words(record):
    parts = [item["parts"] for item in record["headline"]]
    return ["".join(p if isinstance(p, str) else p["text"] for p in one) for one in parts]


def test_chances_are_those_of_the_measures(made, record):
    data, chance = made[0], record["chance"]
    n, k = np.full(6, 20), data["observed"].sum("fork").values
    assert chance["forks"] == [20] * 6 and chance["converged"] == k.tolist() and not chance["falling"]
    assert chance["own"][2] == pytest.approx(list(jeffreys(int(k[2]), 20)))
    curve = isotonic_fate(data["at"].values, n, k)
    assert chance["isotonic"]["value"] == pytest.approx(curve.probability.tolist())
    assert chance["isotonic"]["commitment"]["50"] == pytest.approx(list(isotonic_commitment(curve, 0.5)))
    fit = fit_commitment(data["at"].values, n, k)
    assert chance["logistic"]["commitment"]["50"] == pytest.approx(list(commitment_step(fit, 0.5)))


def test_the_logistic_band_holds_its_curve(record):
    fit = record["chance"]["logistic"]
    half = len(fit["band"]) // 2
    early, late = np.array(fit["band"][:half]), np.array(fit["band"][half:][::-1])
    assert (early[:, 1] == late[:, 1]).all()
    # At a given P the curve's step lies between the two sides, as far as these lie inside the axis.
    steps = np.interp(early[:, 1], fit["value"], fit["at"])
    assert (early[:, 0] <= steps + 1e-6).all() and (steps <= late[:, 0] + 1e-6).all()


def test_forks_stand_in_the_order_of_their_end(made, record):
    data = made[0]
    for i, rows in enumerate(record["forks"]):
        assert [row["converged"] for row in rows] == sorted((row["converged"] for row in rows), reverse=True)
        times = [row["time"] for row in rows if row["converged"]]
        assert times == sorted(times)
        assert all(row["seed"] == int(data["data_seed"][i, row["fork"]]) for row in rows)


def test_the_headline_says_when(record):
    sealed, itself, became = words(record)
    value, low, high = record["chance"]["isotonic"]["commitment"]["50"]
    assert f"Half of all forks converge when made at step {compact(value)} or later" in sealed
    assert f"(95 % interval {compact(low)} to {compact(high)})" in sealed
    assert "It converged at step S = 5.4k" in itself and "P passed one half" in itself
    total = sum(record["chance"]["converged"])
    assert f"{total} of 120 converged; the others had not by step 12k." in became


def test_forks_are_followed_to_their_own_last_step_not_to_the_parents():
    at, fork = [0, 20], 2
    data = xr.Dataset(
        {
            "time": (("at", "fork"), [[30.0, 50.0], [40.0, 50.0]]),
            "observed": (("at", "fork"), [[True, False], [True, False]]),
        },
        {"at": at, "fork": range(fork)},
    )
    parent = xr.Dataset({"accuracy": ("step", np.linspace(0, 1, 5))}, {"step": np.linspace(0, 200, 5)})
    record = fates_payload(data, parent=parent)
    assert (record["followed"], record["end"]) == (50, 200)
    assert words(record)[2].startswith("2 of 4 converged; the others had not by step 50.")
    data["time"][0, 1] = 35
    uneven = words(fates_payload(data, parent=parent))[2]
    assert uneven.startswith("2 of 4 converged; the others had not by their last steps, 35 to 50.")


def test_a_run_that_does_not_converge_is_committed_to_that():
    data, parent = fates(forks=20, falling=True)
    record = fates_payload(data, parent=parent)
    assert record["chance"]["falling"] and record["parent"]["time"] == END
    assert "Half of all forks do not converge when made at" in words(record)[0]
    assert "It did not converge by step 12k." in words(record)[1]
    value = record["chance"]["isotonic"]["value"]
    assert value == sorted(value, reverse=True)
    alone = fates_payload(data)
    assert alone["chance"]["falling"] and "curve was not given" in words(alone)[1]


def test_a_fate_likelier_than_not_from_the_start_was_not_passed_at_a_step(made):
    data, parent = made
    wins = np.array([14, 16, 18, 19, 20, 20])
    likely = data.assign(observed=(("at", "fork"), np.arange(20)[None] < wins[:, None]))
    sealed, itself, _ = words(fates_payload(likely, parent=parent))
    assert "already when made at the first checkpoint, step 0" in sealed
    assert (
        "A logistic curve puts these at the first checkpoint or before and " in sealed and "-" not in sealed
    )
    assert "Of forks from the first checkpoint on, one half or more did as well. P passed 95 % " in itself


def test_fates_that_nothing_divides_are_told_without_numbers_that_are_not_there():
    data, _ = fates(3, 4)
    for outcome, said in (
        (True, "already when made at the first checkpoint, step 0"),
        (False, "at none of the checkpoints"),
    ):
        record = fates_payload(data.assign(observed=data["observed"] * False + outcome))
        assert record["chance"]["logistic"] is None
        assert said in words(record)[0]
        json.dumps(record, allow_nan=False)
    record = fates_payload(data.isel(at=[1]))
    assert record["chance"]["isotonic"] is None and "Only step 150 was forked" in words(record)[0]


def test_places_without_a_fork_do_not_count():
    data = ragged(fates(4, 6)[0])
    record = fates_payload(data)
    assert record["chance"]["forks"] == [6, 5, 4, 3] == [len(rows) for rows in record["forks"]]
    empty = data.assign(data_seed=data["data_seed"].where(data["at"] > 0, -1))
    assert fates_payload(empty)["chance"]["forks"] == [5, 4, 3]
    turned = fates_payload(data.isel(at=slice(None, None, -1)).transpose("step", "fork", "at"))
    assert turned["chance"] == record["chance"] and turned["forks"] == record["forks"]


def test_the_same_forks_give_the_same_page(made):
    assert build(made[0], parent=made[1]) == build(made[0], parent=made[1]["accuracy"])


def test_what_is_no_fork_experiment_is_refused(made, tmp_path):
    with pytest.raises(
        ValueError, match=r"`data` lacks time, observed with dims \(at, fork\); it has nothing"
    ):
        fates_payload(xr.Dataset())
    nobody = made[0].assign(data_seed=made[0]["data_seed"] * 0 - 1)
    with pytest.raises(ValueError, match="`data` has no forks"):
        fates_payload(nobody)
    with pytest.raises(FileNotFoundError, match="`path` is .*page.html', but the folder .* does not exist"):
        make_fates_page(made[0], tmp_path / "none" / "page.html")


def test_forks_of_unknown_outcome_count_neither_way():
    data = fates(curves=False)[0]
    censored, diverged = xr.zeros_like(data["observed"]), xr.zeros_like(data["observed"])
    first, second = np.flatnonzero(~data["observed"].values[0])[:2]
    censored[0, first], diverged[0, second] = True, True
    record = fates_payload(data.assign(censored=censored, diverged=diverged))
    assert record["chance"]["forks"][0] == data.sizes["fork"] - 1
    assert record["chance"]["converged"] == data["observed"].sum("fork").values.tolist()
    outcomes = [row["outcome"] for row in record["forks"][0]]
    assert (outcomes.count("not known"), outcomes.count("diverged")) == (1, 1)
    assert "1 fork (1 at step" in record["notes"][0] and "left out of P(t)" in record["notes"][0]
    text = str(record["headline"])
    assert "1 of them diverged." in text and "1 more were still converging when last seen" in text


def test_a_checkpoint_of_which_nothing_is_known_is_left_out():
    data = fates(curves=False)[0]
    censored = xr.zeros_like(data["observed"])
    censored[-1] = True
    record = fates_payload(data.assign(censored=censored))
    assert len(record["at"]) == data.sizes["at"] - 1 == len(record["chance"]["own"])
    with pytest.raises(ValueError, match="`data` has no forks whose outcome is known"):
        fates_payload(data.assign(censored=xr.ones_like(censored)))


def test_the_page_says_where_its_forks_come_from(made):
    text = build(made[0], parent=made[1], about=["run 3f2a9c01", "converged: accuracy within 0.01 of 1"])
    assert "run 3f2a9c01" in text and "converged: accuracy within 0.01 of 1" in text
