"""What every command does with its words."""

import pytest

EMPTY = "is '': give the path of a file or folder"


@pytest.mark.parametrize(
    "words",
    [
        ("train", "--out", ""),
        ("report", ""),
        ("report", "library", "--out", ""),
        ("reproduce", "induction.heads", "--out", ""),
        ("view", ""),
        ("ablate", "", "--clamp", "steps-1-2"),
        ("fork", "library", "--at", "0", "--out", ""),
        ("claims", "--results", ""),
        ("judge", "induction", "--results", ""),
        ("landscape", "--out", ""),
    ],
)
def test_an_empty_path_is_not_the_current_folder(dynamicl, words):
    option = words[-2] if words[-1] == "" and words[-2].startswith("--") else "path"
    assert dynamicl(*words).line == f"dynamicl {words[0]}: `{option}` {EMPTY}"


def test_a_tilde_is_the_home_of_whoever_asks(dynamicl, monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert str(tmp_path / "nowhere") in dynamicl("report", "~/nowhere").line
    assert "there is no such home folder" in dynamicl("report", "~nobody-at-all/x").line


def test_defaults_and_help_show_paths_as_they_are(dynamicl):
    said = dynamicl("train", "--help").out
    assert "--out PATH" in said and "runs/library" in said
