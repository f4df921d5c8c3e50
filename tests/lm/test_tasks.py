"""Examples from JSON lines, and from the hub."""

import json
import sys
from types import SimpleNamespace

import pytest

from dynamicl.lm import TASKS, Example, Task, example_of, fetch_examples, find_task, read_examples
from dynamicl.specs import SpecError

TASK = Task("weather", "Sky: {text} Now:", ("wet", "dry"), "test")


def write(folder, *lines):
    (folder / TASK.name).mkdir(exist_ok=True)
    (folder / TASK.name / "train.jsonl").write_text("\n".join(lines))
    return folder


def test_examples_are_read_in_order(tmp_path):
    write(
        tmp_path,
        json.dumps({"text": "fog", "label": 0}),
        "",
        json.dumps({"text": "sün", "label": 1, "id": 3}),
    )
    assert read_examples(tmp_path, TASK, "train") == [
        Example("Sky: fog Now:", 0),
        Example("Sky: sün Now:", 1),
    ]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"text": "fog"', "weather/train.jsonl line 1 is no JSON .*: write one object a line"),
        ("[1]", "weather/train.jsonl line 1 is no object"),
        ('{"label": 0}', "line 1 lacks 'text'"),
        ('{"text": "fog"}', "line 1 lacks 'label'"),
        ('{"text": "fog", "label": 2}', "line 1 has label 2: give an integer from 0 to 1"),
        ('{"text": "fog", "label": "wet"}', "line 1 has label 'wet': give an integer from 0 to 1"),
        ('{"text": "fog", "label": true}', "line 1 has label True"),
        ("", "`data` has an empty file weather/train.jsonl"),
    ],
)
def test_malformed_files(tmp_path, line, message):
    with pytest.raises(SpecError, match=message) as error:
        read_examples(write(tmp_path, line), TASK, "train")
    assert "\n" not in str(error.value)


def test_missing_file(tmp_path):
    with pytest.raises(
        SpecError, match="`data` has no file weather/test.jsonl in .*: write one object a line"
    ):
        read_examples(tmp_path, TASK, "test")


def test_unknown_task():
    assert find_task("cb") is TASKS["cb"]
    with pytest.raises(SpecError, match="`task` is 'sst': did you mean .*`sst2`"):
        find_task("sst")


def test_rows_become_examples():
    row = {"premise": "It rained.", "hypothesis": "It was wet", "label": 2}
    expected = "It rained. Question: It was wet. True, False, or Neither? Answer:"
    assert example_of(row, TASKS["cb"]) == Example(expected, 2)


def test_fetched_examples_can_be_read(tmp_path, monkeypatch):
    asked = []

    def load_dataset(name, configuration, split):
        asked.append((name, configuration, split))
        return [{"sentence": "very good", "label": 1, "idx": 0}]

    monkeypatch.setitem(sys.modules, "datasets", SimpleNamespace(load_dataset=load_dataset))
    paths = fetch_examples(tmp_path, TASKS["sst2"])
    assert asked == [("glue", "sst2", "train"), ("glue", "sst2", "validation")]
    assert [path.name for path in paths] == ["train.jsonl", "dev.jsonl"]
    assert read_examples(tmp_path, TASKS["sst2"], "dev") == [Example("Sentence: very good Label:", 1)]
