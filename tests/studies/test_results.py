import json
import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import xarray as xr

from dynamicl.specs import SpecError
from dynamicl.studies import (
    NOT_REPRODUCED,
    REPRODUCED,
    Outcome,
    plain,
    read_outcome,
    read_verdicts,
    write_outcome,
    write_verdicts,
)
from studies.samples import DATA, verdict

SMALL = xr.Dataset({"x": ("run", [1.0])})


def test_an_outcome_is_two_plain_files(tmp_path):
    write_outcome(tmp_path / "deep" / "induction", Outcome(verdict(), DATA))
    folder = tmp_path / "deep" / "induction"
    assert sorted(path.name for path in folder.iterdir()) == ["claims.json", "induction.plateau.json"]
    assert read_outcome(folder, "induction.plateau").sizes == DATA.sizes
    np.testing.assert_allclose(read_outcome(folder, "induction.plateau")["whole"], DATA["whole"])
    assert read_verdicts(folder)[0]["verdict"] == REPRODUCED


def test_a_new_verdict_takes_the_place_of_the_old(tmp_path):
    write_outcome(tmp_path, Outcome(verdict(), SMALL))
    write_outcome(tmp_path, Outcome(verdict("induction.heads"), SMALL))
    worse = DATA.assign(best=0.1)
    write_verdicts(tmp_path, [verdict(data=worse)])
    records = read_verdicts(tmp_path)
    assert [(record["id"], record["verdict"]) for record in records] == [
        ("induction.plateau", NOT_REPRODUCED),
        ("induction.heads", REPRODUCED),
    ]


def _write_many(folder, start):
    for i in range(start, start + 10):
        write_outcome(folder, Outcome(verdict(f"induction.x{i}"), SMALL))


def test_those_that_write_into_one_folder_lose_nothing(tmp_path):
    # Each opens the folder for itself, so that threads exclude each other as processes do.
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(_write_many, [tmp_path] * 4, range(0, 40, 10)))
    assert {record["id"] for record in read_verdicts(tmp_path)} == {f"induction.x{i}" for i in range(40)}


def test_a_kill_while_writing_leaves_the_old_file(tmp_path, monkeypatch):
    write_outcome(tmp_path, Outcome(verdict(), SMALL))
    before = (tmp_path / "claims.json").read_bytes()

    def killed(*paths):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", killed)
    with pytest.raises(KeyboardInterrupt):
        write_verdicts(tmp_path, [verdict("induction.heads")])
    assert (tmp_path / "claims.json").read_bytes() == before


def test_nothing_is_read_where_nothing_is(tmp_path):
    assert read_verdicts(tmp_path / "nowhere") == []
    with pytest.raises(
        SpecError, match="there is no result `.*x.y.json`: make it with `dynamicl reproduce x.y`"
    ):
        read_outcome(tmp_path, "x.y")


RECORD = verdict().record()
HOSTILE = {
    "half": '{"half": ',
    "no list": "{}",
    "no record": "[1]",
    "no verdict": json.dumps([RECORD | {"verdict": "perhaps"}]),
    "no number": json.dumps([RECORD | {"n": "many"}]),
    "no part": json.dumps([RECORD | {"parts": [{"name": 1}]}]),
    "deep": "[" * 100_000,
    "deep machine": json.dumps([RECORD])[:-2].replace('"machine": {}', '"machine": {"a": ' + "[" * 100_000),
    "not text": b"\xff\xfe\x00",
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_file_of_verdicts_is_one_line(tmp_path, case):
    content = HOSTILE[case]
    (tmp_path / "claims.json").write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(SpecError) as caught:
        read_verdicts(tmp_path)
    line = str(caught.value)
    assert line.startswith(f"`{tmp_path / 'claims.json'}` cannot be read (") and "\n" not in line
    assert line.endswith("make it again with `dynamicl reproduce`") and len(line) < 500


@pytest.mark.parametrize(
    "content",
    [
        '{"variables": ',
        "[]",
        '{"variables": {}, "coords": {}}',
        '{"variables": {"x": {"dims": ["a", "b"], "values": [1]}}, "coords": {}, "attrs": {}}',
        '{"variables": {"x": {"dims": ["a"], "values": [[1], [1, 2]]}}, "coords": {}, "attrs": {}}',
        '{"variables": {"x": {"dims": ["a"], "values": [99999999999999999999]}}, "coords": {}, "attrs": {}}',
        '{"variables": {"x": {"dims": ["a"], "values": ' + "[" * 50_000,
    ],
)
def test_a_hostile_dataset_is_one_line(tmp_path, content):
    (tmp_path / "x.y.json").write_text(content)
    with pytest.raises(SpecError, match="`.*x.y.json` cannot be read .*: make it again with `dynamicl repro"):
        read_outcome(tmp_path, "x.y")


def test_no_character_reaches_a_terminal_that_it_would_obey(tmp_path):
    evil = "a\x1b[31mb\x9b2Jc\nd\u202ee"
    write_verdicts(tmp_path, [verdict(command=evil)])
    assert read_verdicts(tmp_path)[0]["command"] == "a\ufffd[31mb\ufffd2Jc\ufffdd\ufffde"
    (tmp_path / "x.y.json").write_text(
        json.dumps({"variables": {}, "coords": {}, "attrs": {evil: [evil, 1, None]}})
    )
    assert read_outcome(tmp_path, "x.y").attrs == {plain(evil): [plain(evil), 1, None]}
