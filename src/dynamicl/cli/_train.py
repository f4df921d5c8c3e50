"""`dynamicl train`: a population of your own, from the command line."""

import dataclasses
import shlex
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import tyro

from dynamicl.models import TransformerSpec, lookup_encoder
from dynamicl.specs import SpecError, check, validate
from dynamicl.tasks import FewShotSpec, LookupSpec
from dynamicl.training import Every, Logarithmic, OptimizerSpec, Recording, RunSpec, Seeds

from ._clamp_words import parse_clamps
from ._complaints import complain
from ._config import as_toml, with_file
from ._options import MOST_RUNS, check_place, read_options
from ._progress import progress
from ._start import patience, prepare, written_command
from ._sweeps import swept, value_at

KINDS = ("lookup", "few-shot")


@dataclass(frozen=True)
class Common:
    """Options that every task shares.

    Attributes:
        model: the transformer.
        optimizer: how weights are updated.
        seeds: runs, as first:beyond or a list, e.g. `0:16` or `0,3,5`; each seeds initialisation and data.
        sweep: fields and values to cross with the seeds, e.g. `optimizer.learning_rate=1e-4,1e-3`.
        clamp: interventions, e.g. `steps-1-2` or `steps-1-2-3qk-4:head=3`; `dynamicl clamps` lists them.
        steps: updates of each run.
        batch_size: sequences in an update.
        evaluate_every: updates between evaluations.
        checkpoints_per_decade: checkpoints on a logarithmic axis.
        sequences: of each evaluator.
        measures: recorded at evaluations and checkpoints.
        optimizer_state: keep it in checkpoints, so that they can be forked exactly.
        out: folder of the library of runs.
        title: for people.
        track: where else records go, e.g. `tensorboard=runs/events`, `wandb=PROJECT`, `trackio=PROJECT`.
        place: where to train: here, local, slurm or ray, with its fields after a colon; see "On a cluster".
        dry_run: say what it would cost, and what would be submitted, and stop.
        config: a file of options (TOML), as --print-config prints it; what stands on the command line wins.
        print_config: print the options as a file and stop.
    """

    model: TransformerSpec = field(default_factory=TransformerSpec)
    optimizer: OptimizerSpec = field(default_factory=OptimizerSpec)
    seeds: str = "0:4"
    sweep: tuple[str, ...] = ()
    clamp: tuple[str, ...] = ()
    steps: int = 2000
    batch_size: int = 32
    evaluate_every: int = 50
    checkpoints_per_decade: int = 6
    sequences: int = 500
    measures: tuple[str, ...] = ("heads", "norms", "attention")
    optimizer_state: bool = False
    out: Path = Path("runs/library")
    title: str = ""
    track: tuple[str, ...] = ()
    place: str = "here"
    dry_run: bool = False
    config: Path | None = None
    print_config: bool = False


@dataclass(frozen=True)
class TrainFewShot(Common):
    """Train a population on few-shot classification of Omniglot characters; `dynamicl train lookup` is the other task.

    Attributes:
        task: the task.
    """

    task: FewShotSpec = field(default_factory=FewShotSpec)


@dataclass(frozen=True)
class TrainLookup(Common):
    """Train a population on key-value lookup.

    Attributes:
        model: the transformer; the report's encoder by default, narrower.
        task: the task.
    """

    model: TransformerSpec = field(default_factory=lambda: lookup_encoder(d_model=64))
    task: LookupSpec = field(default_factory=LookupSpec)


def command(words: list[str]) -> int:
    """Run the command."""
    words = with_file(words, KINDS)
    first = words[0] if words else ""
    check(
        not first or first.startswith("-") or first in KINDS,
        f"`task` is {first!r}: choose one of {', '.join(f'`{kind}`' for kind in KINDS)}, as the first word",
    )
    kind = first if first in KINDS else "few-shot"
    options = read_options(
        TrainLookup if kind == "lookup" else TrainFewShot,
        words[1:] if first == kind else words,
        "train",
        config=(tyro.conf.FlagConversionOff,),
    )
    check(
        kind != "lookup" or not options.model.causal,
        "`model.causal` is True, but lookup reads its answer at the first position, which would see only itself: give "
        "--model.causal False",
    )
    if options.print_config:
        sys.stdout.write(as_toml(options, kind))
        return 0
    runs, recording = population(options), _recording(options)
    validate(recording)
    check_place(options.out)
    prepare()
    from dynamicl.lab import check_models, cost, several, tracker_named, train_population, untracked
    from dynamicl.lab.places import place_named, submission

    place = place_named(options.place)
    complain(options.out)
    tracker = several(*map(tracker_named, options.track)) if options.track else untracked
    with patience("train", f"planning {len(runs):,} runs"):
        if options.dry_run:
            check_models(runs, recording)
        bill = cost(runs, recording, options.out, place)
    sys.stdout.write(
        f"{bill['runs']} runs ({bill['cached']} already trained) in {bill['cohorts']} {_pieces(options.place)}, "
        f"{bill['run_steps']:,} run-steps\n"
    )
    if options.dry_run:
        sys.stdout.write(submission(place, options.out))
        return 0
    sys.stdout.flush()
    with progress(options.title or "training") as listener:
        trajectory = train_population(
            runs,
            recording,
            options.out,
            title=options.title,
            command=written_command(),
            listener=listener,
            tracker=tracker,
            place=place,
        )
    final = trajectory.dataset["accuracy"].sel(evaluator="train")
    for run, status, accuracy in zip(trajectory.runs, trajectory.status.values(), final.values, strict=True):
        last = accuracy[accuracy == accuracy]
        score = f"accuracy {last[-1]:.3f}" if len(last) else "no accuracy recorded"
        settings = _settings(trajectory.specs[run], options.sweep)
        sys.stdout.write(f"{run}  {status}  {score}  {settings}\n")
    sys.stdout.write(f"see it: dynamicl report {shlex.quote(str(options.out))}\n")
    return 0


def _pieces(place: str) -> str:
    """Say what a population is cut into."""
    return "compiled programs" if place == "here" else "tasks"


def population(options: Any) -> list[RunSpec]:
    """Expand the options into runs."""
    base = RunSpec(
        task=options.task,
        model=options.model,
        optimizer=options.optimizer,
        clamps=parse_clamps(options.clamp),
        steps=options.steps,
        batch_size=options.batch_size,
    )
    runs = [dataclasses.replace(base, seeds=Seeds(init=seed, data=seed)) for seed in _seeds(options.seeds)]
    for axis in options.sweep:
        count = len(runs) * (axis.count(",") + 1)
        check(count <= MOST_RUNS, f"`sweep` {axis!r} makes {count:,} runs: {MOST_RUNS:,} at most")
        runs = swept(runs, axis)
    return runs


def _settings(spec: Mapping[str, Any], sweep: Sequence[str]) -> str:
    """Say what sets a run apart from the others of its command: its seed, and what was swept."""
    parts = [f"seed {spec['seeds']['init']}"]
    for axis in sweep:
        path = axis.partition("=")[0].replace("-", "_")
        parts.append(f"{path} {value_at(spec, path)}")
    return ", ".join(parts)


def _recording(options: Any) -> Recording:
    return Recording(
        evaluate=Every(options.evaluate_every),
        checkpoint=Logarithmic(options.checkpoints_per_decade),
        sequences=options.sequences,
        measures=options.measures,
        optimizer_state=options.optimizer_state,
    )


def _seeds(text: str) -> list[int]:
    try:
        if ":" in text:
            first, beyond = text.split(":")
            count = int(beyond) - int(first)
            check(count <= MOST_RUNS, f"`seeds` is {text!r}: {count:,} runs, {MOST_RUNS:,} at most")
            seeds = list(range(int(first), int(beyond)))
        else:
            seeds = [int(part) for part in text.split(",")]
    except SpecError:
        raise
    except ValueError:
        raise SpecError(f"`seeds` is {text!r}: give first:beyond (0:16) or a list (0,3,5)") from None
    check(bool(seeds), f"`seeds` is {text!r}, which is no seed at all: give first below beyond")
    check(len(set(seeds)) == len(seeds), f"`seeds` is {text!r}, which names a seed twice: give each once")
    return seeds
