"""Wrong inputs, hundreds of them, in this process: one clear line each, no traceback, nothing done, no silence."""

import contextlib
import io
import os
import sys
import threading
import time

import pytest

from cli.wrong_inputs import made, named
from dynamicl.cli import main
from lab.shelves import shelve


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """A folder with a library, a file and an empty folder, in which the commands are given."""
    folder = tmp_path_factory.mktemp("desk")
    shelve(folder / "lib" / "one", ["aaaa01", "bbbb02"])
    (folder / "file").write_text("mine")
    (folder / "empty").mkdir()
    return folder


def computing(*args, **more):
    raise RuntimeError("a wrong input was taken, and something is computed for it")


@pytest.fixture
def here(desk, monkeypatch):
    """In that folder, where nothing can be trained, served or measured."""
    monkeypatch.chdir(desk)
    for name in ("lab.train_population", "lab.fate", "lab.bench", "studies.conduct", "views.PageServer"):
        monkeypatch.setattr(f"dynamicl.{name}", computing)
    return desk


def answered(dynamicl, words: list[str], said: str) -> str:
    """What is wrong with the answer to a wrong input; nothing where it is right."""
    began = time.perf_counter()
    try:
        done = dynamicl(*words)
    except Exception as error:
        return f"{words}: {type(error).__name__}: {error}"
    seconds = time.perf_counter() - began
    spellings = (said, said.replace("-", "_"), said.replace("-", " "))
    if done.code not in (1, 2):
        return f"{words}: exit status {done.code}, {done.out[:200]!r}"
    if done.out or done.err.count("\n") != 1 or "Traceback" in done.err:
        return f"{words}: more than a line: {done.out[:200]!r} {done.err[:400]!r}"
    if not any(spelling in done.err for spelling in spellings):
        return f"{words}: {done.err!r} does not say {said!r}"
    return "" if seconds < 20 else f"{words}: took {seconds:.0f} s"


def test_what_cannot_be_meant_is_answered_in_one_line(dynamicl, here):
    cases = named()
    before = sorted(os.listdir(here))
    assert list(filter(None, (answered(dynamicl, words, said) for words, said in cases))) == []
    assert sorted(os.listdir(here)) == before and len(cases) >= 120


def test_every_option_of_every_command_refuses_what_it_does_not_take(dynamicl, here):
    cases = list(made())
    assert list(filter(None, (answered(dynamicl, words, said) for words, said in cases))) == []
    assert len(cases) >= 120


def test_a_plan_that_takes_long_says_so(dynamicl, here, monkeypatch):
    """As that of 512 layers, which are traced before anything is known of what they cost."""
    said = threading.Event()

    class Screen(io.StringIO):
        def write(self, text):
            said.set()
            return super().write(text)

    def slow(*args):
        assert said.wait(30)
        return {"runs": 4, "cached": 0, "cohorts": 1, "run_steps": 8000}

    monkeypatch.setattr("dynamicl.cli._start.PATIENCE", 0.05)
    monkeypatch.setattr("dynamicl.lab.cost", slow)
    monkeypatch.setattr("dynamicl.lab.check_models", lambda *args: None)
    screen = Screen()
    monkeypatch.setattr(sys, "stderr", screen)
    with contextlib.redirect_stdout(io.StringIO()):
        assert main(["train", "--model.layers", "512", "--dry-run"]) == 0
    assert screen.getvalue() == "dynamicl train: planning 4 runs ...\n"
