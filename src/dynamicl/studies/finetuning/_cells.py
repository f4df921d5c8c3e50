"""The measurements, one cell after the other: a task, a seed, a variant. What is finished is never done again.

Each cell leaves one small JSON file, put in place by a rename, so that a job killed at any moment goes on
after the last finished cell.
"""

import dataclasses
import itertools
import json
import os
import platform
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from dynamicl import lm
from dynamicl.specs import SpecError, check

from ._setting import FIRST_RATE, HELD_OUT, LOOK_EVERY, QUERY_SEED, RATES, VARIANTS, Setting, Variant

DIGITS = 5
"""Significant digits of kept numbers."""

SHOWN, SHOWN_LETTERS = 3, 70
"""Example queries that are told about, and how many letters of their ends."""


@dataclass
class Cells:
    """A study's measurements in a folder.

    Attributes:
        language: the model.
        data: folder of the tasks' files.
        out: folder of the cells.
        setting: what is measured.
        command: kept in every cell.
        say: told what is going on, a line at a time.
    """

    language: lm.Language
    data: Path
    out: Path
    setting: Setting
    command: str = ""
    say: Callable[[str], None] = lambda line: None
    _lessons: dict[tuple, "Lesson"] = field(default_factory=dict, repr=False)

    def run(self, variants: tuple[str, ...]) -> list[Path]:
        """Measure what is missing, every task and variant with the first seed first.

        Args:
            variants: names.

        Returns:
            The cells' files.

        Raises:
            SpecError: a cell that is there was measured in another setting, or a task cannot be read.
        """
        self.setting.check_variants(variants)
        paths = []
        for seed in self.setting.seeds:
            for task in self.setting.tasks:
                for variant in variants:
                    path = self.path(task, seed, variant)
                    if not self._is_done(path, task, seed, variant):
                        self._write(path, self.measure(task, seed, variant))
                    paths.append(path)
                self._lessons.clear()
        return paths

    def path(self, task: str, seed: int, variant: str) -> Path:
        """Return where a cell is kept."""
        return self.out / f"{task}-{seed}-{variant}.json"

    def rate(self, task: str) -> float:
        """Return a task's learning rate, choosing it if that has not been done.

        The largest of `RATES` with which the loss on held-out demonstrations falls at every look; the smallest where it
        falls with none.
        """
        path = self.out / f"rate-{task}.json"
        identity = self._identity(task, 0, "rate")
        if not self._same(path, identity):
            lesson = self._lesson(task, 0, Variant())
            looks: dict[float, lm.Training] = {}
            chosen = choose_rate(lambda rate: looks.setdefault(rate, lesson.look(rate)).falls)
            curves = {}
            for rate, training in sorted(looks.items()):
                curves[f"{rate:g}"] = {str(step): loss for step, loss in training.held_out.items()}
            self.say(f"{task}: rate {chosen:g}, chosen among {', '.join(curves)}")
            falls = looks[chosen].falls
            self._write(
                path, {**identity, "chosen": chosen, "falls": falls, "held_out": curves, **self._origin()}
            )
        return float(json.loads(path.read_text())["chosen"])

    def measure(self, task: str, seed: int, variant: str) -> dict[str, Any]:
        """Measure one cell.

        Args:
            task: name.
            seed: of the demonstrations.
            variant: name.

        Returns:
            The cell, ready for JSON.
        """
        began = time.monotonic()
        how = VARIANTS[variant]
        rate = how.rate or self.rate(task)
        lesson = self._lesson(task, seed, how)
        training, change, scale = lesson.train(how, rate)
        data = lm.compare(lesson.baseline, lm.Tuned(change, how.training == "linearised"), seed=seed)
        cell = {
            **self._identity(task, seed, variant),
            "demonstrations": len(lesson.drawn.examples),
            "context_tokens": lesson.baseline.context.length,
            "rate": rate,
            "norm": training.norm * scale,
            "scale": scale,
            "losses": training.losses,
            "drop": lesson.drop(change, linearised=how.training == "linearised"),
            **_reduced(data),
            "seconds": round(time.monotonic() - began, 1),
            **self._origin(),
        }
        right = [float((data["answer"][i] == data["label"]).mean()) for i in range(3)]
        sim = data["similarity"].sel(measure="outputs").mean(("query", "layer")).values
        self.say(
            f"{task} {seed} {variant}: accuracy {right[0]:.2f} {right[1]:.2f} {right[2]:.2f} (zero-shot, in context, "
            f"trained), SimAOU {sim[0]:.3f} {sim[1]:.3f} (prompt, verbaliser), {cell['demonstrations']} "
            f"demonstrations, {cell['seconds']:.0f} s"
        )
        if variant == "original":
            for line in lesson.shown(data):
                self.say(line)
        return cell

    def _lesson(self, task: str, seed: int, how: Variant) -> "Lesson":
        """The lesson of a task and seed; kept while variants share it, since encoding a context is what costs."""
        key = (task, seed, how.k, how.context, how.switched_context, how.untrained, how.shifted)
        if key not in self._lessons:
            if len(self._lessons) > 1:
                self._lessons.clear()
            self._lessons[key] = draw_lesson(self.language, self.data, self.setting, task, seed, how)
        return self._lessons[key]

    def _identity(self, task: str, seed: int, variant: str) -> dict[str, Any]:
        setting = dataclasses.asdict(self.setting)
        shared = {name: setting[name] for name in ("k", "queries", "limit", "parameters")}
        return {"task": task, "seed": seed, "variant": variant, "model": self.language.name, **shared}

    def _is_done(self, path: Path, task: str, seed: int, variant: str) -> bool:
        return self._same(path, self._identity(task, seed, variant))

    def _same(self, path: Path, identity: Mapping[str, Any]) -> bool:
        if not path.exists():
            return False
        kept = read_cell(path)
        for name, value in identity.items():
            check(
                kept.get(name) == value,
                f"`out` has {path.name}, measured with `{name}` {kept.get(name)!r} instead of {value!r}: give another "
                "folder with `--out`, or the same setting",
            )
        return True

    def _write(self, path: Path, cell: Mapping[str, Any]) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_suffix(f".{os.getpid()}.part")
        beside.write_text(json.dumps(_rounded(cell), ensure_ascii=False, allow_nan=False) + "\n")
        beside.replace(path)

    def _origin(self) -> dict[str, Any]:
        names = ("dynamicl", "torch", "transformers", "gguf", "numpy")
        versions = {name: _version(name) for name in names}
        return {
            "command": self.command,
            "versions": {name: value for name, value in versions.items() if value},
            "machine": f"{platform.machine()}, {os.cpu_count()} cores, {self.language.device}",
            "date": date.today().isoformat(),
        }


@dataclass(frozen=True)
class Lesson:
    """A task as one seed teaches it.

    Attributes:
        baseline: model, queries and context.
        drawn: the demonstrations.
        sequences: what is trained on, by whether labels are switched.
        held_out: sequences that are not.
        parameters: what is trained.
        prompts: of the queries.
        words: the verbalisers.
    """

    baseline: lm.Baseline
    drawn: lm.Demonstrations
    sequences: Mapping[bool, list[list[int]]]
    held_out: list[list[int]]
    parameters: str
    prompts: tuple[str, ...] = ()
    words: tuple[str, ...] = ()

    def shown(self, data: xr.Dataset) -> list[str]:
        """Return the first queries with the answers of the three settings, a line each."""
        lines = []
        for i, prompt in enumerate(self.prompts[:SHOWN]):
            zero_shot, in_context, tuned = (self.words[int(answer)] for answer in data["answer"].values[:, i])
            label = self.words[int(data["label"][i])]
            lines.append(
                f'  "...{prompt[-SHOWN_LETTERS:]}" zero-shot {zero_shot}, in context {in_context}, trained {tuned}; '
                f"right is {label}"
            )
        return lines

    def look(self, rate: float) -> lm.Training:
        """Train with a rate, recording the held-out loss."""
        return lm.fine_tune(
            self.baseline.language,
            self.sequences[False],
            rate,
            parameters=self.parameters,
            held_out=self.held_out,
            every=LOOK_EVERY,
        )

    def train(self, how: Variant, rate: float) -> tuple[lm.Training, dict[str, Any], float]:
        """Train as a variant says; returns the training, the change to apply, and its scale."""
        language, sequences = self.baseline.language, self.sequences[how.switched_training]
        training = lm.fine_tune(language, sequences, rate, kind=how.training, parameters=self.parameters)
        if not how.match:
            return training, training.change, 1.0
        model = lm.fine_tune(language, sequences, rate, parameters=self.parameters)
        if how.match == "norm":
            return training, lm.match_norm(training, model.norm), model.norm / training.norm
        linearised = how.training == "linearised"
        change, scale = lm.match_drop(
            language, training, self.held_out, self.drop(model.change), linearised=linearised
        )
        return training, change, scale

    def drop(self, change: Mapping[str, Any], *, linearised: bool = False) -> float:
        """Return by how much a change lowers the held-out loss, in nats per token."""
        language = self.baseline.language
        before = lm.mean_loss(language, self.held_out, {})
        return before - lm.mean_loss(language, self.held_out, change, linearised=linearised)


def draw_lesson(
    language: lm.Language, data: Path, setting: Setting, name: str, seed: int, how: Variant
) -> Lesson:
    """Draw demonstrations and queries, and encode the context.

    Args:
        language: the model.
        data: folder of the tasks' files.
        setting: what is measured.
        name: of the task.
        seed: of the demonstrations.
        how: the variant.
    """
    task = lm.find_task(name)
    verbalisers = tuple(map(tuple, lm.answers(language, task)))
    pool, scored = lm.read_examples(data, task, "train"), lm.read_examples(data, task, task.scored)
    order = np.random.default_rng(QUERY_SEED).permutation(len(scored))[: setting.queries]
    queries = [
        lm.Query(tuple(language.encode(scored[i].prompt)), verbalisers, scored[i].label) for i in order
    ]
    longest = max(len(query.prompt) for query in queries) + max(map(len, verbalisers))
    drawn = lm.draw_demonstrations(
        language,
        task,
        pool,
        how.k or setting.k,
        seed=seed,
        longest_query=longest,
        limit=setting.limit,
        held_out=HELD_OUT,
    )
    others = lm.switched(drawn.examples, len(task.verbalisers))
    shown = others if how.switched_context else drawn.examples
    tokens = lm.context_tokens(language, task, shown)
    if how.context == "unrelated":
        tokens = lm.unrelated_tokens(language, len(tokens), seed=seed)
    body = lm.untrained_body(language, seed=seed) if how.untrained else language
    context = lm.encode_context(body, tokens)
    sequences = {
        False: lm.training_sequences(language, task, drawn.examples),
        True: lm.training_sequences(language, task, others),
    }
    held_out = lm.training_sequences(language, task, drawn.held_out)
    shift = context.length - 1 if how.shifted else 0
    baseline = lm.Baseline(body, queries, context, shift)
    prompts = tuple(scored[i].prompt for i in order)
    return Lesson(baseline, drawn, sequences, held_out, setting.parameters, prompts, task.verbalisers)


def choose_rate(falls: Callable[[float], bool]) -> float:
    """Return the largest of `RATES` with which the held-out loss falls, starting in the middle.

    Args:
        falls: tells whether it does with a rate.
    """
    place = RATES.index(FIRST_RATE)
    if falls(RATES[place]):
        while place + 1 < len(RATES) and falls(RATES[place + 1]):
            place += 1
        return RATES[place]
    while place > 0 and not falls(RATES[place]):
        place -= 1
    falls(RATES[place])
    return RATES[place]


def read_cell(path: Path) -> dict[str, Any]:
    """Read a cell.

    Raises:
        SpecError: it cannot be read.
    """
    try:
        cell = json.loads(path.read_text())
    except (OSError, json.JSONDecodeError) as error:
        raise SpecError(f"`{path.name}` cannot be read ({error}): delete it and measure it again") from error
    check(isinstance(cell, dict), f"`{path.name}` holds no object: delete it and measure it again")
    return cell


def _reduced(data: xr.Dataset) -> dict[str, Any]:
    """Answers, and every similarity as a mean over layers for each query and a mean over queries for each layer."""
    similarity = data["similarity"]
    means: dict[str, dict[str, Any]] = {measure: {} for measure in lm.MEASURES}
    for measure, token in itertools.product(lm.MEASURES, lm.TOKENS):
        values = similarity.sel(measure=measure, token=token)
        means[measure][token] = {"query": _mean(values, "layer"), "layer": _mean(values, "query")}
    answers = {str(name): data["answer"].sel(setting=name).values.tolist() for name in data["setting"].values}
    return {"label": data["label"].values.tolist(), "answer": answers, "similarity": means}


def _mean(values: xr.DataArray, over: str) -> list[float]:
    """Mean without what is undefined; NaN where all of it is."""
    return values.mean(over, skipna=True).values.tolist()


def _rounded(value: Any) -> Any:
    """Numbers with `DIGITS` significant digits, what is not finite as null."""
    if isinstance(value, Mapping):
        return {name: _rounded(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(part) for part in value]
    if isinstance(value, float):
        return float(f"{value:.{DIGITS}g}") if np.isfinite(value) else None
    return value


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
