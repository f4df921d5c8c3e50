"""Attacks on what people give: mutated specs and command lines. Accepted, or refused in one line, within seconds."""

import contextlib
import io
import json
import random

from dynamicl.cli._train import TrainFewShot, TrainLookup, _recording, population
from dynamicl.models import TransformerSpec
from dynamicl.specs import from_json, to_json, validate
from dynamicl.tasks import FewShotSpec, LookupSpec
from dynamicl.training import RunSpec, resolve

from .counts import Count, come_of
from .on_files import HOSTILE, _places, _put

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
