"""The command in this process, with nothing left behind in the environment."""

import contextlib
import io
import os
import shlex
from collections.abc import Callable, Iterator
from typing import NamedTuple

import pytest

TINY = shlex.split(
    "--task.classes 4 --task.held-out-exemplars 0 --task.test-classes 0 --task.labels 3 "
    "--task.source.encoder pixels --model.layers 2 --model.heads 2 --model.d-model 8 --batch-size 4 --steps 40 "
    "--evaluate-every 10 --sequences 8 --measures heads norms"
)


class Result(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def line(self) -> str:
        """The one line that says what went wrong."""
        assert self.code in (1, 2) and self.out == "", self
        assert self.err.count("\n") == 1 and self.err.endswith("\n"), self.err
        return self.err[:-1]


def run(*words: object) -> Result:
    """Run the command as a user would, and return what it left."""
    from dynamicl.cli import main

    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = main([str(word) for word in words])
        except SystemExit as leaving:
            code = int(leaving.code or 0)
    return Result(code, out.getvalue(), err.getvalue())


@pytest.fixture(scope="module", autouse=True)
def clean_environment() -> Iterator[None]:
    """What `use_every_core` sets is taken back."""
    import dynamicl.training
    from dynamicl.training import use_every_core

    before = dict(os.environ)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XLA_FLAGS", os.environ.get("XLA_FLAGS", ""))
        patch.setenv("DYNAMICL_XLA_FLAGS", "")
        patch.setenv("COLUMNS", "200")
        # The tests' own cache of compiled programs stays.
        patch.setattr(dynamicl.training, "use_every_core", lambda cache: use_every_core())
        # On a slow machine a second line would say that something takes long.
        patch.setattr("dynamicl.cli._start.PATIENCE", 600.0)
        yield
    assert {k: v for k, v in os.environ.items() if k != "PYTEST_CURRENT_TEST"} == {
        k: v for k, v in before.items() if k != "PYTEST_CURRENT_TEST"
    }


@pytest.fixture(scope="session")
def dynamicl() -> Callable[..., Result]:
    return run


@pytest.fixture(scope="session")
def tiny() -> tuple[str, ...]:
    """Options that make a population tiny."""
    return tuple(TINY)


@pytest.fixture(scope="module")
def library(tmp_path_factory, dynamicl, tiny):
    """A library with two trained runs whose checkpoints can be forked."""
    folder = tmp_path_factory.mktemp("library")
    done = dynamicl("train", *tiny, "--seeds", "0:2", "--optimizer-state", "True", "--out", folder)
    assert done.code == 0, done
    return folder
