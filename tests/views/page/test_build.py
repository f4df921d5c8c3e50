import json
import os
import re
import stat

import numpy as np
import pytest
import xarray as xr

from dynamicl.views.page import build, payload, write
from dynamicl.views.page._build import MARK, asset, digest, embed, script, style
from views.page.synthetic import trajectory, verdicts


@pytest.fixture(scope="module")
def small():
    return trajectory(runs=2, steps=20, checkpoints=5)


def test_the_page_stands_alone(small):
    text = build(*small, verdicts())
    assert text.count("<script") == 2 and not re.search(r'(src|href)="(?!#|data:)', text)
    assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)", text)
    assert digest(script()) in text and digest(style()) in text


def test_every_mark_of_the_template_is_filled_once(small):
    assert sorted(MARK.findall(asset("page.html"))) == [
        "payload",
        "policy",
        "script",
        "style",
        "title",
        "title",
    ]
    text = build(*small, title="@script@ @payload@")
    assert "<title>@script@ @payload@</title>" in text


def test_the_same_trajectory_gives_the_same_page(small):
    assert build(*small) == build(*small)


def test_json_cannot_leave_its_element():
    hostile = {"a": "</script><!--&\u2028\u2029\ud800"}
    text = embed(hostile)
    assert not set("<>&\u2028\u2029") & set(text) and text.isascii()
    assert json.loads(text) == hostile


def test_numbers_that_json_lacks_are_null(small):
    dataset, transitions = small
    record = payload(
        dataset, [{**transitions[0], "time_steps": [np.nan] * 3}], [{"id": "a.b", "measured": float("inf")}]
    )
    json.dumps(record, allow_nan=False)
    assert not record["transitions"][0]["found"] and record["verdicts"][0]["measured"] is None


def test_unknown_measures_of_known_axes_are_shown_and_others_left_out(small):
    dataset = small[0]
    extra = dataset.assign(mine=dataset["train_loss"] * 2, odd=(("run", "strange"), np.zeros((2, 3))))
    arrays = payload(extra)["arrays"]
    assert "mine" in arrays and "odd" not in arrays


def test_runs_of_different_batch_sizes_are_counted_in_steps(small):
    """As the store merges them: one number of sequences for each run and step, and no batch size of all."""
    dataset = small[0].drop_vars("sequences").copy()
    dataset.attrs = {name: value for name, value in dataset.attrs.items() if name != "batch"}
    batches = xr.DataArray([16, 32], dims="run")
    record = payload(dataset.assign_coords(sequences=batches * dataset["step"]))
    assert record["sequences"] == [] and record["steps"] == dataset["step"].values.tolist()


def test_sequences_follow_from_the_batch_where_they_are_not_given(small):
    dataset = small[0].drop_vars("sequences")
    assert payload(dataset)["sequences"] == [32 * int(step) for step in dataset.step]
    del dataset.attrs["batch"]
    assert payload(dataset)["sequences"] == []


def test_axes_may_come_in_any_order(small):
    dataset = small[0]
    turned = dataset.transpose("key", "query", "head", "layer", ...)
    assert payload(turned)["arrays"]["attention"] == payload(dataset)["arrays"]["attention"]


def test_sixteen_runs_of_a_hundred_checkpoints_stay_under_ten_megabytes():
    dataset, transitions = trajectory(runs=16, steps=200, checkpoints=100, examples=4)
    dataset["attention"][:] = np.random.default_rng(0).uniform(
        size=dataset["attention"].shape
    )  # nothing to deflate
    text = build(dataset, transitions)
    assert (
        len(text.encode()) < 10_000_000
        and json.loads(text.split('id="payload">')[1].split("</script>")[0])["notes"] == []
    )


def test_thinned_sequences_keep_their_own_tokens():
    dataset, _ = trajectory(runs=2, steps=20, checkpoints=12, examples=4)
    dataset["attention"][:] = np.random.default_rng(0).uniform(size=dataset["attention"].shape)
    whole = payload(dataset)
    targets = [sequence["target"] for sequence in whole["examples"][0]]
    size = len(json.dumps(whole))
    record = payload(dataset, limit=int(0.85 * size))
    assert record["arrays"]["attention"]["shape"][2] == 3 == len(record["examples"][0])
    assert [sequence["target"] for sequence in record["examples"][0]] == [targets[i] for i in (0, 2, 3)]


def test_write_replaces_the_page_at_once(small, tmp_path):
    path = tmp_path / "page.html"
    path.write_text("old")
    assert write(path, *small) == path
    assert path.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o644
    assert [p.name for p in tmp_path.iterdir()] == ["page.html"]


def test_a_failed_write_leaves_the_old_page(small, tmp_path, monkeypatch):
    path = tmp_path / "page.html"
    path.write_text("old")
    monkeypatch.setattr(os, "replace", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        write(path, *small)
    assert path.read_text() == "old" and len(list(tmp_path.iterdir())) == 1


def test_a_folder_that_does_not_exist_is_named(small, tmp_path):
    with pytest.raises(FileNotFoundError, match="does not exist; create it first"):
        write(tmp_path / "no" / "page.html", *small)


def test_an_empty_dataset_makes_a_page():
    assert "No step has been recorded" in build(xr.Dataset())
