"""Hostile names, missing and broken numbers, trajectories with almost nothing in them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from dynamicl.views.page import build
from views.page.synthetic import trajectory, verdicts

pytestmark = [pytest.mark.browser, pytest.mark.whole]

HOSTILE = "</script><img src=x onerror=\"document.title='taken'\"><!--<script>&amp;\u2028'\"`${1}"


def hostile_everywhere() -> tuple[xr.Dataset, list, list]:
    dataset, transitions = trajectory(runs=2, steps=20, checkpoints=5)
    spec = json.dumps({HOSTILE: HOSTILE + "1"}), json.dumps({HOSTILE: HOSTILE + "2"})
    token = json.dumps({"kind": "text", "text": HOSTILE})
    picture = json.dumps({"kind": "image", "png": '"onerror="alert(1)'})
    tokens = np.array([[token, picture, token, "not json <b>", picture]] * dataset.sizes["example"])
    dataset = dataset.assign_coords(
        run=[HOSTILE, HOSTILE + "b"],
        evaluator=[HOSTILE, "b", "c"],
        role=[HOSTILE, *(HOSTILE + str(i) for i in range(4))],
    )
    dataset = dataset.assign(
        spec=(("run",), list(spec)),
        status=(("run",), [HOSTILE, "diverged"]),
        diverged_at=(("run",), [-1, 300]),
        example_tokens=(("example", "seq"), tokens),
        example_target=(("example",), [HOSTILE] * dataset.sizes["example"]),
    )
    dataset = dataset.rename({"train_loss": HOSTILE})
    for key in ("command", "created", "machine", "versions", "title"):
        dataset.attrs[key] = HOSTILE
    for t in transitions:
        t |= {"run": HOSTILE, "evaluator": HOSTILE}
    return (
        dataset,
        transitions,
        [{**v, "id": HOSTILE, "claim": HOSTILE, "paper": HOSTILE, "verdict": HOSTILE} for v in verdicts()],
    )


def test_names_are_text_wherever_they_stand(open_page):
    dataset, transitions, rows = hostile_everywhere()
    studies = [{"name": HOSTILE, "title": HOSTILE, "summary": HOSTILE}]
    curves = {HOSTILE: {"sequences": [1, 2], "loss": [1.0, 0.5]}}
    shown = open_page(dataset, transitions, rows, studies=studies, clamped_curves=curves)
    shown.select_option("#choose-measure", HOSTILE)
    shown.select_option("#choose-source", "0")
    shown.click("[data-step='5']")
    for panel in ("curves", "heads", "attention", "focus", "seeds", "steps"):
        shown.picture(panel)
    assert shown.title().startswith("</script><img")
    assert shown.text("#title").startswith("</script><img")
    assert shown.locator("img").count() == 0
    assert shown.locator("script").count() == 2
    assert HOSTILE.split("\u2028")[0] in shown.text("#verdicts")
    with shown.expect_download() as download:
        shown.click("#curves [data-export=svg]")
    assert "<img" not in Path(download.value.path()).read_text()


def test_a_policy_forbids_everything_from_outside(open_page, made):
    shown = open_page(*made)
    policy = shown.get_attribute("meta[http-equiv=Content-Security-Policy]", "content")
    assert policy.startswith("default-src 'none'") and "unsafe" not in policy and "connect-src" not in policy


@pytest.mark.parametrize("limit", [np.nan, np.inf, -np.inf])
def test_curves_that_are_no_numbers(open_page, limit):
    dataset, transitions = trajectory(runs=3, steps=30, checkpoints=5)
    dataset = dataset.copy(deep=True)
    for name in (
        "loss",
        "induction_strength",
        "logit_attribution",
        "attention",
        "attention_by_role",
        "gradient_norm",
    ):
        dataset[name][0] = limit
        dataset[name][1, dataset[name].shape[1] // 2 :] = np.nan
    transitions[0] |= {"time_steps": [np.nan] * 3, "time_sequences": None}
    transitions[1] |= {"found": False, "time_steps": None, "time_sequences": None}
    dataset["status"][1], dataset["diverged_at"][1] = "diverged", 9000
    shown = open_page(dataset, transitions)
    for run in ("0", "1"):
        shown.select_option("#choose-run", run)
        for panel in ("curves", "heads", "attention", "focus", "seeds", "circuit"):
            shown.picture(panel)
        shown.press("End", "Home")
    for key in ("ylog", "mode"):
        shown.locator(f"#choose-{key} button").nth(1).click()
        shown.picture("curves")
    assert "2 runs of 3 had none" in shown.text("#headline").replace("\n", " ")


def test_a_single_run(open_page, colours_of):
    shown = open_page(*trajectory(runs=1, steps=30, checkpoints=6))
    assert "one run only" in shown.text("#headline")
    assert not shown.locator("#choose-run").is_visible()
    assert not shown.locator("#legend").is_visible()
    shown.picture("curves")
    assert colours_of(shown.locator("#curves .plot").screenshot()) > 8
    assert "1 run," in shown.text("#spec")


@pytest.mark.parametrize(
    "dataset",
    [
        xr.Dataset(),
        xr.Dataset(coords={"run": np.array([], dtype=str), "step": np.array([], dtype=int)}),
        xr.Dataset(
            {"loss": (("run", "step", "evaluator"), np.zeros((1, 0, 1), np.float32))},
            coords={"run": ["a"], "step": np.array([], int), "evaluator": ["e"]},
        ),
    ],
    ids=["nothing", "no runs", "no steps"],
)
def test_empty_trajectories(open_page, dataset):
    shown = open_page(dataset)
    assert "No step has been recorded" in shown.text("#headline")
    shown.press("ArrowRight", "End", " ", "h", "]", "t", "l", "s")
    for panel in ("curves", "heads", "attention", "focus", "seeds", "circuit", "steps"):
        shown.picture(panel)
    for kind in ("svg", "csv"):
        with shown.expect_download():
            shown.click(f"#curves [data-export={kind}]")


def test_a_network_without_heads(open_page, made):
    dataset, transitions = made
    plain = dataset.drop_dims(["layer", "head"])
    shown = open_page(plain, transitions)
    for panel in ("curves", "heads", "attention", "focus", "seeds", "circuit"):
        shown.picture(panel)
    assert not shown.locator("#choose-head").is_visible()
    shown.press("h", "End")
    assert "Induction strength was not recorded" in shown.text("#headline")


def test_runs_recorded_at_different_steps(open_page, colours_of):
    """As a library has them: the first run without heads and maps, on a grid of its own."""
    dataset, transitions = trajectory(runs=3, steps=60, checkpoints=12)
    for name in dataset.data_vars:
        values, dims = dataset[name].values, dataset[name].dims
        if values.dtype.kind != "f" or dims[0] != "run":
            continue
        if "checkpoint" in dims or "head" in dims:
            values[0] = np.nan
        if "step" in dims:
            values[0, 1::2] = np.nan
            values[2, 2::3] = np.nan
        if "checkpoint" in dims:
            values[2, ::2] = np.nan
    shown = open_page(dataset, transitions)
    assert shown.locator("#choose-run").input_value() == "1"
    assert "recorded at different steps" in shown.text("#notes")
    assert "1 run without maps left out" in shown.text("#seeds .hint")
    for run in ("1", "2"):
        shown.select_option("#choose-run", run)
        for panel in ("curves", "heads", "attention", "focus", "seeds"):
            shown.picture(panel)
            assert colours_of(shown.locator(f"#{panel} .plot").screenshot()) > 8, (panel, run)
    with shown.expect_download() as download:
        shown.click("#curves [data-export=csv]")
    rows = Path(download.value.path()).read_text().splitlines()
    assert len(rows) == 1 + 30 + 60 + 40
    shown.select_option("#choose-run", "0")
    for panel in ("heads", "attention", "focus"):
        shown.picture(panel)
        assert shown.locator(f"#{panel} .plot").bounding_box()["height"] > 40
    assert shown.text("#focus .hint") == ""
    shown.press("Home", "End", "t")


def test_one_step_and_one_checkpoint(open_page, made):
    dataset = made[0].isel(step=[0], checkpoint=[0])
    shown = open_page(dataset)
    shown.press("End", " ", "l")
    for panel in ("curves", "heads", "focus", "seeds"):
        shown.picture(panel)


def test_many_runs_of_several_settings(open_page):
    dataset, transitions = trajectory(runs=24, steps=30, checkpoints=5, rates=(1e-5, 3e-5, 1e-4))
    shown = open_page(dataset, transitions)
    assert "How do runs differ?" in shown.text("#headline")
    assert "learning_rate" in shown.text("#spec")
    shown.click("#choose-mode [data-value=mean]")
    shown.picture("curves")


def test_a_thinned_page_says_so(open_page):
    dataset, transitions = trajectory(runs=8, steps=400, checkpoints=80, examples=2)
    rng = np.random.default_rng(0)
    dataset["attention"][:] = rng.uniform(0, 1, dataset["attention"].shape)
    text = build(dataset, transitions, limit=900_000)
    assert len(text.encode()) <= 900_000
    shown = open_page(dataset, transitions, limit=900_000)
    assert "Thinned to keep this page small" in shown.text("#notes")
    shown.press("End")
    assert shown.step() == 20_000
    shown.picture("attention")
