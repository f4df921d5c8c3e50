"""Every panel can be saved as SVG, PNG and CSV."""

from __future__ import annotations

import csv
import io
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

pytestmark = pytest.mark.browser

PANELS = (
    "curves",
    "heads",
    "attention",
    "focus",
    "seeds",
    "sweep",
    "circuit",
    "steps",
    "now",
    "reproduce",
    "spec",
    "verdicts",
)


def save(shown, panel: str, kind: str) -> bytes:
    shown.locator(f"#{panel}").scroll_into_view_if_needed()
    shown.settle()
    with shown.expect_download() as download:
        shown.click(f"#{panel} [data-export={kind}]")
    assert download.value.suggested_filename.endswith(f".{kind}")
    return Path(download.value.path()).read_bytes()


@pytest.mark.whole
def test_svg_png_and_csv_of_every_panel(shown, colours_of):
    shown.select_option("#choose-source", "0")
    for panel in PANELS:
        root = ElementTree.fromstring(save(shown, panel, "svg"))
        assert root.tag.endswith("svg") and len(list(root.iter())) > 8, panel
        png = save(shown, panel, "png")
        assert Image.open(io.BytesIO(png)).size[0] >= 720 and colours_of(png) > 5, panel
        rows = list(csv.reader(io.StringIO(save(shown, panel, "csv").decode())))
        assert len(rows) > 1, panel


def test_the_numbers_of_a_csv_are_those_of_the_trajectory(shown, made):
    rows = list(csv.DictReader(io.StringIO(save(shown, "curves", "csv").decode())))
    dataset = made[0]
    assert len(rows) == dataset.sizes["run"] * dataset.sizes["step"]
    row = rows[dataset.sizes["step"] + 7]
    assert row["run"] == str(dataset.run.values[1]) and int(row["step"]) == int(dataset.step[7])
    assert float(row["loss · train"]) == pytest.approx(float(dataset["loss"][1, 7, 0]), rel=1e-6)


def test_a_map_keeps_its_tokens_in_svg(shown):
    shown.select_option("#choose-source", "0")
    text = save(shown, "focus", "svg").decode()
    assert text.count("<image") >= 9 and "data:image/png;base64," in text
    assert ">A<" in text and ">B<" in text


def rows_of(shown, panel):
    return list(csv.DictReader(io.StringIO(save(shown, panel, "csv").decode())))


def test_the_first_click_has_everything(shown):
    """Large arrays are unpacked when a panel first asks for them: an export waits for them."""
    with shown.expect_download() as download:
        shown.click("#circuit [data-export=csv]")
    rows = list(csv.DictReader(io.StringIO(Path(download.value.path()).read_text())))
    measures = [name for name in rows[0] if name not in ("run", "step", "layer", "head")]
    assert measures and all(row[name] for row in rows for name in measures)
    shown.select_option("#choose-source", "0")
    assert len(rows_of(shown, "attention")) > 1


def test_values_have_the_digits_that_they_have(shown, made):
    row = rows_of(shown, "curves")[0]
    assert float(row["loss · train"]) == float(str(made[0]["loss"].values[0, 0, 0]))
    shown.select_option("#choose-source", "0")
    attention = rows_of(shown, "attention")
    (name,) = [name for name in attention[0] if name.startswith("attention")]
    assert "(to 0.00" in name and all(len(row[name]) <= 6 for row in attention)


def test_everything_in_one_file(shown, made):
    with shown.expect_download() as download:
        shown.click("#alldata")
    rows = list(csv.DictReader(io.StringIO(Path(download.value.path()).read_text())))
    data = made[0]
    losses = [row for row in rows if row["variable"] == "loss"]
    assert len(losses) == int(np.isfinite(data["loss"]).sum())
    row = losses[0]
    expected = data["loss"].sel(evaluator=row["evaluator"]).isel(run=0).sel(step=int(row["step"]))
    assert row["run"] == str(data.run.values[0]) and np.float32(row["value"]) == np.float32(expected)
    assert {row["variable"].partition(" (")[0] for row in rows} >= {"loss", "accuracy", "induction_strength"}
