"""Wrong calls from Python, hundreds of them: each an error of ours whose one line names the argument and the remedy."""

import jax
import jaxtyping
import pytest

import dynamicl
from cli.wrong_calls import RUN, calls, made
from dynamicl.lab import Loaded
from dynamicl.specs import DynamiclError
from dynamicl.tasks import interface_of
from dynamicl.training import bound
from lab.shelves import shelve


@pytest.fixture(autouse=True)
def as_users_have_it():
    """Without the check of every signature that tests have, which would answer first."""
    jaxtyping.config.update("jaxtyping_disable", True)
    yield
    jaxtyping.config.update("jaxtyping_disable", False)


def answered(call, said: str) -> str:
    """What is wrong with the answer to a wrong call; nothing where it is right."""
    try:
        result = call()
    except (DynamiclError, ValueError, FileNotFoundError) as error:
        message = str(error)
        right = said in message and "\n" not in message
        return "" if right else f"{said}: {type(error).__name__}: {message[:300]}"
    except Exception as error:
        return f"{said}: {type(error).__name__}: {str(error)[:300]}"
    return f"{said}: taken, {str(result)[:80]}"


def test_what_cannot_be_meant_is_an_error_of_one_line(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    library = tmp_path / "library"
    shelve(library / "one", ["aaaa01", "bbbb02"])
    prepared = RUN.task.prepare()
    tasks = {name: bound(RUN, task) for name, task in prepared.items()}
    model = RUN.model.build(interface_of(tasks["train"]), jax.random.key(0))
    cases = calls(library, dynamicl.open(library), Loaded(model, RUN, tasks, prepared))
    assert list(filter(None, (answered(call, said) for call, said in cases))) == []
    assert len(cases) >= 90 and [path.name for path in tmp_path.iterdir()] == ["library"]


def test_every_field_of_every_spec_refuses_what_it_does_not_take():
    cases = list(made())
    assert list(filter(None, (answered(call, said) for call, said in cases))) == []
    assert len(cases) >= 150
