"""Every panel can be saved as SVG, PNG and CSV."""

from __future__ import annotations

import csv
import io
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from PIL import Image

pytestmark = pytest.mark.browser

PANELS = (
    "curves",
    "heads",
    "attention",
    "focus",
    "seeds",
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
