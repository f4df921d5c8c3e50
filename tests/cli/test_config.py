"""Options from files and as files; modules of one's own; what there would be to do."""

import json
import sys

import pytest

from dynamicl.cli import _config as module
from dynamicl.cli._config import as_toml, read_config, with_file
from dynamicl.cli._train import KINDS, TrainFewShot, TrainLookup
from dynamicl.specs import SpecError


def test_what_is_printed_is_read_back(dynamicl, tiny, tmp_path):
    words = [
        "--sweep",
        "optimizer.learning_rate=1e-4,1e-3",
        "steps=3,4",
        "--clamp",
        "step-1",
        "--title",
        'a "b" ü',
    ]
    printed = dynamicl("train", *tiny, *words, "--print-config")
    assert printed.code == 0 and "[task.source]" in printed.out and "causal = true" in printed.out
    (tmp_path / "mine.toml").write_text(printed.out)
    again = dynamicl("train", "--config", tmp_path / "mine.toml", "--print-config")
    assert again.out == printed.out
    other = dynamicl(
        "train",
        f"--config={tmp_path / 'mine.toml'}",
        "--task.classes",
        "9",
        "--sweep",
        "steps=7",
        "--print-config",
    )
    changed = [line for line in other.out.splitlines() if line not in printed.out.splitlines()]
    assert changed == ['sweep = ["steps=7"]', "classes = 9"]


def test_a_file_says_which_task_it_is_for(dynamicl, tmp_path):
    printed = dynamicl("train", "lookup", "--task.keys", "5", "--print-config").out
    (tmp_path / "lookup.toml").write_text(printed)
    assert printed.startswith('task_kind = "lookup"\n')
    assert dynamicl("train", "--config", tmp_path / "lookup.toml", "--print-config").out == printed


def test_words_come_from_json_as_well(tmp_path):
    (tmp_path / "a.json").write_text(
        json.dumps({"steps": 5, "model": {"causal": False}, "sweep": [], "clamp": ["x", "y"]})
    )
    words = with_file(["--config", str(tmp_path / "a.json"), "--seeds", "0:2", "--dry-run"], KINDS)
    assert words == [
        "--steps",
        "5",
        "--model.causal",
        "False",
        "--clamp",
        "x",
        "y",
        "--seeds",
        "0:2",
        "--dry-run",
        "True",
    ]
    assert with_file(["--steps", "5"], KINDS) == ["--steps", "5"]
    assert with_file(["--dry-run", "False"]) == ["--dry-run", "False"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("steps = ", r"is no TOML \(.*\): see what `dynamicl train --print-config` prints"),
        (None, r"cannot be read \(No such file or directory\): give a file of options"),
    ],
)
def test_files_that_hold_no_options(tmp_path, content, message):
    if content is not None:
        (tmp_path / "x.toml").write_text(content)
    with pytest.raises(SpecError, match=f"`config` is .*x.toml, which {message}"):
        read_config(tmp_path / "x.toml")
    with pytest.raises(SpecError, match="`config` names no file"):
        with_file(["--config"])
    (tmp_path / "list.json").write_text("[1]")
    with pytest.raises(SpecError, match="which holds no options"):
        read_config(tmp_path / "list.json")


def test_every_option_can_be_written():
    for options in (TrainFewShot(), TrainLookup()):
        text = as_toml(options, "few-shot")
        assert module.tomllib.loads(text)["model"]["layers"] == options.model.layers


def test_a_dry_run_trains_nothing(dynamicl, tiny, tmp_path):
    done = dynamicl("train", *tiny, "--seeds", "0:2", "--out", tmp_path / "none", "--dry-run")
    assert done == (0, "2 runs (0 already trained) in 1 compiled programs, 80 run-steps\n", "")
    assert not (tmp_path / "none").exists()


def test_modules_of_ones_own_are_imported(dynamicl, tmp_path, monkeypatch):
    (tmp_path / "own_things.py").write_text("import sys\nsys.own_things = 'imported'\n")
    (tmp_path / "broken_things.py").write_text("1 / 0\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    assert dynamicl("clamps", "--import", "own_things").code == 0 and sys.own_things == "imported"
    del sys.own_things, sys.modules["own_things"]
    assert dynamicl("clamps", "--import=own_things").code == 0 and sys.own_things == "imported"
    del sys.own_things, sys.modules["own_things"]
    for name, why in (("broken_things", "ZeroDivisionError"), ("no_such_things", "ModuleNotFoundError")):
        line = dynamicl("clamps", "--import", name).line
        assert f"--import is '{name}', which cannot be imported ({why}" in line and "give a module" in line


def test_help_of_a_command_by_its_name(dynamicl):
    assert "--where" in dynamicl("help", "runs").out and "usage" in dynamicl("help").out


def test_a_file_for_no_task_is_refused_and_no_measures_stay_none(tmp_path):
    (tmp_path / "k.toml").write_text('task_kind = "lokup"\nsteps = 3\n')
    with pytest.raises(SpecError, match="is 'lokup': choose one of lookup, few-shot"):
        with_file(["--config", str(tmp_path / "k.toml")], ("lookup", "few-shot"))
    (tmp_path / "n.toml").write_text("measures = []\nclamp = []\n")
    assert with_file(["--config", str(tmp_path / "n.toml")]) == ["--measures"]
