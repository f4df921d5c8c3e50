"""Text classification as completion: templates, verbalisers, and examples from JSON lines.

A file holds one object a line, with the template's fields and an integer `label`. `TASKS` has the report's six tasks;
a task of your own is a `Task`.
"""

import json
import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dynamicl.specs import SpecError, check, nearest


@dataclass(frozen=True)
class Task:
    """How examples become text.

    Attributes:
        name: also the name of its folder.
        template: the prompt; fields in braces are an example's.
        verbalisers: the answer for each label; a space is put before it.
        scored: split whose examples are the queries.
    """

    name: str
    template: str
    verbalisers: tuple[str, ...]
    scored: str = "dev"

    @property
    def fields(self) -> tuple[str, ...]:
        """Names in the template."""
        return tuple(name for _, name, _, _ in string.Formatter().parse(self.template) if name)


@dataclass(frozen=True)
class Example:
    """A prompt and the index of its answer."""

    prompt: str
    label: int


TASKS = {
    task.name: task
    for task in (
        Task("sst2", "Sentence: {text} Label:", ("Negative", "Positive")),
        Task("sst5", "Sentence: {text} Label:", ("terrible", "bad", "neutral", "good", "great")),
        Task("mr", "Review: {text} Sentiment:", ("Negative", "Positive")),
        Task("subj", "Input: {text} Type:", ("objective", "subjective"), "test"),
        Task(
            "agnews",
            "Classify the news articles into the categories of World, Sports, Business, and Technology. "
            "Article: {text} Answer:",
            ("World", "Sports", "Business", "Technology"),
            "test",
        ),
        Task(
            "cb",
            "{premise} Question: {hypothesis}. True, False, or Neither? Answer:",
            ("True", "False", "Neither"),
            "test",
        ),
    )
}
"""The report's tasks with the templates and verbalisers of its code."""

HUB = {
    "sst2": ("glue", "sst2", "validation", {"sentence": "text"}),
    "sst5": ("SetFit/sst5", None, "validation", {}),
    "mr": ("rotten_tomatoes", None, "validation", {}),
    "subj": ("SetFit/subj", None, "test", {}),
    "agnews": ("ag_news", None, "test", {}),
    "cb": ("super_glue", "cb", "validation", {}),
}
"""Where `fetch_examples` finds each task: name, configuration, scored split, fields to rename."""


def find_task(name: str) -> Task:
    """Return the task of a name.

    Raises:
        SpecError: there is none.
    """
    if name not in TASKS:
        raise SpecError(f"`task` is {name!r}: did you mean {nearest(name, TASKS)}?")
    return TASKS[name]


def read_examples(folder: str | Path, task: Task, split: str) -> list[Example]:
    """Read `folder/<task>/<split>.jsonl`.

    Args:
        folder: of all tasks.
        task: the task.
        split: `train` for demonstrations, `task.scored` for queries.

    Raises:
        SpecError: the file is not there, or a line does not fit the task.
    """
    path = Path(folder) / task.name / f"{split}.jsonl"
    wanted = ", ".join(f'"{name}": "..."' for name in task.fields)
    remedy = f'write one object a line: {{{wanted}, "label": 0}}'
    check(
        path.is_file(),
        f"`data` has no file {task.name}/{split}.jsonl in {str(folder)!r}: {remedy}; or fetch it with "
        f"`dynamicl.lm.fetch_examples` while online",
    )
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    check(bool(lines), f"`data` has an empty file {task.name}/{split}.jsonl: {remedy}")
    return [
        _example(line, task, f"{task.name}/{split}.jsonl line {i}", remedy) for i, line in enumerate(lines, 1)
    ]


def _example(line: str, task: Task, place: str, remedy: str) -> Example:
    try:
        row = json.loads(line)
    except json.JSONDecodeError as error:
        raise SpecError(f"`data`: {place} is no JSON ({error.msg}): {remedy}") from error
    check(isinstance(row, dict), f"`data`: {place} is no object: {remedy}")
    return example_of(row, task, place, remedy)


def example_of(
    row: Mapping[str, Any], task: Task, place: str = "the row", remedy: str = "see `Task`"
) -> Example:
    """Turn an object with the template's fields and a label into an example.

    Raises:
        SpecError: a field is missing, or the label is none of the task's.
    """
    missing = [name for name in (*task.fields, "label") if name not in row]
    check(not missing, f"`data`: {place} lacks {', '.join(map(repr, missing))}: {remedy}")
    label, count = row["label"], len(task.verbalisers)
    check(
        isinstance(label, int) and not isinstance(label, bool) and 0 <= label < count,
        f"`data`: {place} has label {label!r}: give an integer from 0 to {count - 1}",
    )
    return Example(task.template.format_map({name: row[name] for name in task.fields}), label)


def fetch_examples(folder: str | Path, task: Task) -> Sequence[Path]:
    """Write a task's files from the Hugging Face hub, by the package `datasets`; needs a network.

    Args:
        folder: of all tasks.
        task: one of `TASKS`.

    Returns:
        The files written: `train` and the scored split.
    """
    import datasets

    name, configuration, scored, rename = HUB[task.name]
    target = Path(folder) / task.name
    target.mkdir(parents=True, exist_ok=True)
    paths = []
    for split, source in (("train", "train"), (task.scored, scored)):
        rows = datasets.load_dataset(name, configuration, split=source)
        path = target / f"{split}.jsonl"
        names = {
            **{name: name for name in (*task.fields, "label")},
            **{new: old for old, new in rename.items()},
        }
        lines = []
        for row in rows:
            renamed = {new: row[old] for new, old in names.items()}
            lines.append(json.dumps(renamed, ensure_ascii=False))
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        paths.append(path)
    return paths
