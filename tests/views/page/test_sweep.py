"""What became of runs against a setting."""

import csv
import io
from pathlib import Path

import numpy as np
import pytest

pytestmark = pytest.mark.browser


def sweep_rows(shown):
    with shown.expect_download() as download:
        shown.click("#sweep [data-export=csv]")
    return list(csv.DictReader(io.StringIO(Path(download.value.path()).read_text())))


def test_values_at_the_end_and_extremes_against_a_setting(shown, made):
    data = made[0]
    for reading, find in (("end", lambda x: x[-1]), ("highest", np.max), ("lowest", np.min)):
        shown.evaluate(f"set({{sweepReading: '{reading}'}})")
        rows = sweep_rows(shown)
        name = list(rows[0])[-1]
        assert [row["run"] for row in rows] == [str(run) for run in data.run.values]
        for row, curve in zip(rows, data["loss"].isel(evaluator=0).values, strict=True):
            assert float(row[name]) == pytest.approx(float(find(curve[np.isfinite(curve)])), rel=1e-6)


def test_transition_times_and_links(shown):
    shown.evaluate("set({sweepReading: 'transition', axis: 'steps'})")
    rows = sweep_rows(shown)
    times = shown.evaluate("page.runs.map((_, r) => transitionOf(r)?.time_steps[0] ?? null)")
    name = list(rows[0])[-1]
    assert name == "Transition time (steps)"
    assert [float(row[name]) if row[name] else None for row in rows] == pytest.approx(times)
    assert "sweepReading=transition" in shown.evaluate("addressText()")
    assert shown.evaluate("viewFromAddress(addressText()).sweepReading") == "transition"


def test_scales_of_settings(shown):
    place = "settingScale({0}, 0, 100).{1}"
    assert shown.evaluate(place.format("['0.001', '0.1', '0.01']", "log"))
    middle = shown.evaluate(
        "(() => { const s = settingScale(['0.001', '0.1', '0.01'], 0, 100); return s.place('0.01'); })()"
    )
    assert middle == pytest.approx(50)
    assert shown.evaluate(place.format("['b', 'a']", "order")) == ["a", "b"]
    assert not shown.evaluate(place.format("['1', '2']", "log"))
    means = shown.evaluate("meanOf([1, 2, 6])")
    assert means["mean"] == 3 and means["error"] == pytest.approx(np.std([1, 2, 6], ddof=1) / 3**0.5)
