"""The command that only lists sites; and progress as lines."""

import io
import re
import sys

import pytest

from dynamicl.clamps import LIBRARY
from dynamicl.cli import _progress as module
from dynamicl.cli._progress import progress
from dynamicl.lab import Progress


def test_sites_are_listed_with_axes_and_shapes(dynamicl):
    done = dynamicl(
        "sites", "--model.layers", "1", "--model.heads", "2", "--model.d-model", "8", "--pairs", "3"
    )
    assert (done.code, done.err) == (0, "")
    rows = {line.split()[0]: line.split()[1:] for line in done.out.splitlines() if line.strip()}
    assert rows["layers.0.attn.pattern"] == ["head", "query", "key", "2", "7", "7"]
    assert rows["logits"] == ["output", "5"]
    assert "layers.1.pre" not in rows


def test_sites_of_a_model_that_cannot_be(dynamicl):
    line = dynamicl("sites", "--model.d-model", "7", "--model.heads", "2").line
    assert line.startswith("dynamicl sites: `model.d_model` is 7: give a multiple of `model.heads` 2")


NOW = Progress(1, 2, 16, 500, 1000, 8000, 32000, 10.0, 0.693, 800.0)


def test_progress_is_a_line_now_and_then_where_nobody_watches(capsys, monkeypatch):
    monkeypatch.setattr(module, "EVERY", 3600.0)
    with progress("training") as listen:
        listen(NOW)
        listen(NOW)
    line = "training: 25 %  cohort 1/2, 16 runs, step 500/1,000, 800 run-steps/s, loss 0.693, 30 s left\n"
    assert capsys.readouterr().err == line


def test_progress_is_a_bar_on_a_terminal(monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    screen = Terminal()
    monkeypatch.setattr(sys, "stdout", screen)
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_PROGRESS", raising=False)
    with progress("training") as listen:
        listen(NOW)
    assert "training" in screen.getvalue()


@pytest.mark.parametrize("done", [0, 32000])
def test_progress_at_its_ends(capsys, done):
    with progress("x") as listen:
        listen(Progress(1, 1, 1, 0, 1000, done, 32000, 0.0, float("nan"), 0.0))
    assert f"x: {100 * done // 32000} %" in capsys.readouterr().err


def test_until_something_is_known_progress_says_that_it_compiles(capsys):
    nothing = float("nan")
    with progress("x") as listen:
        listen(Progress(1, 1, 2, 0, 40, 0, 80, 0.0, nothing, 0.0))
    assert capsys.readouterr().err == "x: 0 %  cohort 1/1, 2 runs, step 0/40, compiling\n"


def test_clamps_are_listed_as_they_are_given(dynamicl):
    done = dynamicl("clamps")
    assert (done.code, done.err) == (0, "")
    listed, _, of_all = done.out.partition("Every clamp takes ")
    assert "windows=FROM-TO" in of_all
    lines = listed.splitlines()
    usages = [line for line in lines if not line.startswith(" ")]
    assert [re.split(r"[:\[]", line)[0] for line in usages] == list(LIBRARY)
    assert "ablate-heads:layer=...[,heads=...]" in usages[0] and max(map(len, lines)) <= 80
    for line in usages:
        assert lines[lines.index(line) + 1].strip(), line
