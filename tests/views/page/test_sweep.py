"""What became of runs against a setting."""

import csv
import io
from pathlib import Path

import numpy as np
import pytest

pytestmark = pytest.mark.browser


def saved(shown, kind="csv"):
    with shown.expect_download() as download:
        shown.click(f"#sweep [data-export={kind}]")
    return Path(download.value.path()).read_text()


def sweep_rows(shown):
    return list(csv.DictReader(io.StringIO(saved(shown))))


def test_values_at_the_end_and_extremes_against_a_setting(shown, made):
    data = made[0]
    for reading, find in (("end", lambda x: x[-1]), ("highest", np.max), ("lowest", np.min)):
        shown.select_option("#choose-sweepReading", reading)
        rows = sweep_rows(shown)
        name = list(rows[0])[-1]
        assert [row["run"] for row in rows] == [str(run) for run in data.run.values]
        for row, curve in zip(rows, data["loss"].isel(evaluator=0).values, strict=True):
            assert float(row[name]) == pytest.approx(float(find(curve[np.isfinite(curve)])), rel=1e-6)


def test_transition_times_and_links(shown, made, open_page):
    shown.click("#choose-axis [data-value=steps]")
    shown.select_option("#choose-sweepReading", "transition")
    rows = sweep_rows(shown)
    times = {t["run"]: t["time_steps"][0] for t in made[1] if t["found"] and t["curve"] == "loss"}
    assert list(rows[0])[-1] == "Transition time (steps)"
    found = {
        row["run"]: float(row["Transition time (steps)"]) for row in rows if row["Transition time (steps)"]
    }
    assert found == pytest.approx({run: times[run] for run in found}) and len(found) >= 3
    shown.until("location.hash.includes('sweepReading=transition')")
    again = open_page(*made, address=shown.evaluate("location.hash"))
    assert again.input_value("#choose-sweepReading") == "transition"


def test_a_point_is_a_run(shown, made):
    shown.locator("#sweep").scroll_into_view_if_needed()
    shown.settle()
    picture = saved(shown, "svg")
    assert picture.count("<circle") == made[0].sizes["run"]
    assert shown.heading("sweep") == "Loss (nats) · train at the end against seed"
