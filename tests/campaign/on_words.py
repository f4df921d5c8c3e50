"""Attacks on what people give: mutated specs and command lines. Accepted, or refused in one line, within seconds."""

import contextlib
import io
import json
import random
from pathlib import Path

import pytest

from dynamicl.cli import main
from dynamicl.cli._train import TrainFewShot, TrainLookup, _recording, population
from dynamicl.models import TransformerSpec
from dynamicl.specs import SpecError, from_json, to_json, validate
from dynamicl.tasks import FewShotSpec, LookupSpec
from dynamicl.training import RunSpec, resolve

from .counts import Count, come_of
from .on_files import HOSTILE, _places, _put, small_store

FLAGS = [
    "--seeds",
    "--sweep",
    "--clamp",
    "--steps",
    "--batch-size",
    "--evaluate-every",
    "--sequences",
    "--measures",
    "--out",
    "--title",
    "--model.layers",
    "--model.heads",
    "--model.d-model",
    "--model.positions",
    "--model.mlp-ratio",
    "--task.noise",
    "--task.classes",
    "--task.pairs",
    "--task.source.path",
    "--task.source.encoder",
    "--optimizer.learning-rate",
    "--optimizer-state",
    "--checkpoints-per-decade",
]
WORDS = [
    "",
    "0",
    "-1",
    "1",
    "3",
    "²",
    "0:4",
    "4:0",
    "0:2000000000",
    "1e400",
    "nan",
    "inf",
    "x",
    "a=b",
    "../..",
    "\0",
]
WORDS += [
    "optimizer.learning_rate=1e-3,x",
    "model.heads=",
    "steps-1-2",
    "match:head=99",
    "[/]",
    "--",
    "True",
    "file",
]


COMMANDS = {
    "ablate": ["--clamp", "--run", "--step", "--sequences"],
    "fork": [
        "--at",
        "--run",
        "--forks",
        "--steps",
        "--optimizer",
        "--tolerance",
        "--hold",
        "--out",
        "--json",
    ],
    "report": ["--out", "--results"],
    "view": ["--port", "--every"],
    "sites": [
        "--pairs",
        "--labels",
        "--model.layers",
        "--model.heads",
        "--model.d-model",
        "--model.mlp-ratio",
    ],
    "claims": ["--results", "--json"],
    "judge": ["--results", "--check"],
    "landscape": ["--out", "--labels", "--pairs"],
    "reproduce": ["--scale", "--out", "--results", "--pages"],
}
"""Commands with their flags; the library is a small store, and nothing is trained."""
PLACES = ["library", "library/whole0", "", ".", "nowhere", "library/whole0/index.json"]


def specs(rng: random.Random, count: int) -> Count:
    """Mutate the JSON of whole runs: values, names, text."""
    total = Count("mutated specs")
    whole = [
        json.loads(to_json(RunSpec(task, TransformerSpec(1, 2, 8)))) for task in (FewShotSpec(), LookupSpec())
    ]
    for number in range(count):
        changed = json.loads(json.dumps(rng.choice(whole)))
        for _ in range(rng.randint(1, 3)):
            places = _places(changed)
            _put(changed, rng.choice(places), rng.choice(HOSTILE))
        text = json.dumps(changed)
        if number % 5 == 0:
            place = rng.randrange(len(text))
            text = text[:place] + rng.choice(["", "{", "]", '"', "\\", "9" * 50]) + text[place + 1 :]
        total.take(text[:200], come_of(lambda text=text: validate(from_json(text))))
    return total


def flags(rng: random.Random, count: int) -> Count:
    """Give random flags random words, up to the point at which a run would be planned."""
    total = Count("flags of `train`")
    for _ in range(count):
        words = []
        for _ in range(rng.randint(1, 4)):
            words += [rng.choice(FLAGS), *rng.choices(WORDS, k=rng.randint(0, 2))]
        total.take(" ".join(words), come_of(lambda words=words: _planned(words, rng)))
    return total


def _planned(words: list[str], rng: random.Random) -> None:
    import tyro

    kind = rng.choice([TrainFewShot, TrainLookup])
    with contextlib.redirect_stderr(io.StringIO()), contextlib.redirect_stdout(io.StringIO()):
        options = tyro.cli(kind, args=words, prog="dynamicl train", config=(tyro.conf.FlagConversionOff,))
    for run in population(options)[:3]:
        resolve(run)
    validate(_recording(options))


def commands(folder: Path, rng: random.Random, count: int) -> Count:
    """Give the other commands random places, flags and words, in a folder of their own."""
    total = Count("command lines of the other commands")
    (folder / "library").mkdir()
    small_store(folder / "library")
    with contextlib.chdir(folder), pytest.MonkeyPatch.context() as patch:
        # A page that is served is asked for, and not waited for.
        patch.setattr("dynamicl.views.PageServer.serve_forever", lambda self: self._http.server_close())
        for _ in range(count):
            name = rng.choice(list(COMMANDS))
            words = [rng.choice(PLACES)] if rng.random() < 0.8 else []
            for flag in rng.sample(COMMANDS[name], rng.randint(0, min(3, len(COMMANDS[name])))):
                words += [flag, *rng.choices(WORDS, k=rng.randint(0, 2))]
            words += ["--dry-run"] if name == "reproduce" else []
            total.take(" ".join([name, *words]), come_of(lambda call=(name, *words): _called(call)))
    return total


def _called(words: tuple[str, ...]) -> None:
    """Run a command as the console would.

    Raises:
        SystemExit: as the parser of options leaves.
        SpecError: what the command said, where it was refused.
    """
    said, blamed = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(blamed):
        status = main(words)
    # 2 where words are no options, as parsers of options have it.
    if status in (1, 2) and blamed.getvalue().count("\n") == 1:
        raise SpecError(blamed.getvalue())
    if status:
        raise AssertionError(f"exit {status}: {blamed.getvalue()}")
