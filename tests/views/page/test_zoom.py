"""A part of the lines looked at closely, and the difference of two runs."""

import csv
import io
from pathlib import Path

import pytest

ZOOM = "new URLSearchParams(location.hash.slice(1)).get('zoom')"
WHOLE = "#curves button:has-text('whole range')"


def drag(shown, start, end):
    """Drag over the curves, between places given as shares of the plot's width and pixels from its top."""
    shown.locator("#curves .plot").scroll_into_view_if_needed()
    shown.settle()
    box = shown.locator("#curves .plot").bounding_box()
    shown.mouse.move(box["x"] + start[0] * box["width"], box["y"] + start[1])
    shown.mouse.down()
    shown.mouse.move(box["x"] + end[0] * box["width"], box["y"] + end[1], steps=4)
    shown.mouse.up()
    shown.settle()


def zoom(shown):
    """The range of steps in the address."""
    shown.until(f"{ZOOM} !== null")
    return tuple(map(float, shown.evaluate(ZOOM).split("~")))


@pytest.mark.browser
def test_a_range_is_dragged_and_reset_and_two_runs_are_subtracted(shown, made):
    steps = made[0]["step"].values
    run = shown.input_value("#choose-run")
    whole, heads = shown.picture("curves"), shown.picture("heads")
    assert not shown.locator(WHOLE).is_visible()
    drag(shown, (0.40, 120), (0.60, 200))
    first, last = zoom(shown)
    # The plot is narrower than its frame by the labels: a fifth of it is somewhat more of the time.
    assert 0.3 * steps[-1] < first < 0.42 * steps[-1] and 0.55 * steps[-1] < last < 0.66 * steps[-1]
    assert shown.picture("curves") != whole and shown.picture("heads") != heads
    # The click that ends a drag selects nothing.
    assert shown.input_value("#choose-run") == run and shown.locator(WHOLE).is_visible()
    shown.locator("#curves .plot").dblclick(position={"x": 120, "y": 30})
    shown.until(f"{ZOOM} === null")
    assert not shown.locator(WHOLE).is_visible()
    heads = shown.picture("heads")
    # A flat frame leaves time as it is, and the heads.
    drag(shown, (0.4, 100), (0.4, 200))
    assert shown.locator(WHOLE).is_visible() and shown.picture("heads") == heads
    shown.click(WHOLE)
    shown.press("t", "+", "+")
    first, last = zoom(shown)
    assert last - first == pytest.approx(steps[-1] / 4, rel=1e-3) and first < shown.step() < last
    shown.press("-", "0")
    shown.until(f"{ZOOM} === null")

    shown.click("#choose-mode [data-value=difference]")
    with shown.expect_download() as download:
        shown.click("#curves [data-export=csv]")
    rows = list(csv.DictReader(io.StringIO(Path(download.value.path()).read_text())))
    own, other = rows[0]["run"], rows[0]["minus"]
    assert shown.input_value("#choose-minus") == other != own and len(rows) == len(steps)
    loss = made[0]["loss"].isel(evaluator=0)
    expected = (loss.sel(run=own) - loss.sel(run=other)).values.tolist()
    differences = [float(row["loss · train, difference"]) for row in rows]
    assert differences == pytest.approx(expected, abs=1e-5)
    assert ", less " in shown.text("#curves .hint")
