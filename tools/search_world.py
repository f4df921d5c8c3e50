"""Search for a cheap world in which in-context learning rises and fades: chapters 2, 3 and 5 are built on it.

    python tools/search_world.py FOLDER                 # goes through the grid, cheapest cells first; resumable
    python tools/search_world.py FOLDER --seeds 0 1 2   # further seeds, of the cells that passed with the first alone
    python tools/search_world.py FOLDER --table         # what is known so far, as a table
    python tools/search_world.py FOLDER --write         # the same into docs/results/coopetition/search.json

One JSON file a run lies in FOLDER; what is there is not trained again. A run is stopped as soon as it has passed, or
can no longer pass; one that was interrupted goes on from its last evaluation. Set JAX_COMPILATION_CACHE_DIR so that
rates and seeds share programs.
"""

import argparse
import io
import itertools
import json
import time
from pathlib import Path
from typing import Any, NamedTuple

import jax
import numpy as np

from dynamicl.files import write_atomically
from dynamicl.models import TransformerSpec
from dynamicl.tasks import ExemplarSpec, ExemplarTaskSpec
from dynamicl.tasks.exemplars import Drawings, ciwl, flip, icl
from dynamicl.training import (
    Done,
    Every,
    OptimizerSpec,
    Program,
    Recording,
    Records,
    RunSpec,
    Seeds,
    pack,
    plan,
    train,
    unpack,
)

PAGE = Path(__file__).parents[1] / "docs" / "results" / "coopetition" / "search.json"
CLASSES = (1600, 3200, 6400, 12_800)
DRAWINGS = (20, 5)
FEATURES = ("principal-components", "pixels", "random-convolution")
RATES = (1e-3, 3e-4, 1e-4)
BATCHES = (128, 32)
CHARACTERS = 1623
"""Up to so many classes are plain characters, more are characters under eight transforms."""

PEAK, END, LOOKED_UP = 0.6, 0.3, 0.75
"""What passes: flip above `PEAK` at its height, then below `END`, ciwl above `LOOKED_UP` there."""
SURE = 0.9
"""ciwl from which on a network that never turned to its context will not."""
SMOOTH = 5
"""Evaluations in the running median that is compared."""
RISE_AND_FALL = 50_000
"""Updates that the known world takes at rate 1e-4; under Adam the time of a phase goes as the inverse of the rate."""
PATIENCE = 5
"""How many times that a run may take; 2 until the first run of 12,800 classes was falling still when it ended."""
EVALUATIONS, SEQUENCES = 60, 1000
WATCHED = ("train", "icl", "ciwl", "flip")
STATE = "state/"


class Cell(NamedTuple):
    """A setting of the grid, and a seed of initialisation and data."""

    classes: int
    drawings: int
    features: str
    rate: float
    batch: int
    seed: int = 0

    @property
    def name(self) -> str:
        """Name of its file."""
        return f"{self.classes}x{self.drawings}-{self.features}-{self.rate:g}-{self.batch}-{self.seed}"

    @property
    def steps(self) -> int:
        """Updates that it may take."""
        return round(PATIENCE * RISE_AND_FALL * 1e-4 / self.rate)

    @property
    def cost(self) -> float:
        """Memory that it moves at most, in floats: what Adam touches at an update, and what a sequence touches."""
        inputs = {"principal-components": 64, "pixels": 784, "random-convolution": 512}[self.features]
        return self.steps * (7 * 128 * self.classes + self.batch * (3 * self.classes + 20_000 + 6 * inputs))

    @property
    def run(self) -> RunSpec:
        """The run: two layers, attention only, two pairs."""
        kind: dict[str, Any] = {
            "encoder": self.features,
            "augmentation": "none" if self.classes <= CHARACTERS else "one_transform",
        }
        table = ExemplarSpec(**kind)
        return RunSpec(
            ExemplarTaskSpec(
                Drawings(table, self.drawings), classes=self.classes, evaluators=(icl(), ciwl(), flip())
            ),
            TransformerSpec(positions="learnt"),
            OptimizerSpec(learning_rate=self.rate),
            seeds=Seeds(init=self.seed, data=self.seed),
            steps=self.steps,
            batch_size=self.batch,
        )


def grid() -> list[Cell]:
    """List the grid with the first seed, cheapest cells first."""
    cells = [Cell(*values) for values in itertools.product(CLASSES, DRAWINGS, FEATURES, RATES, BATCHES)]
    return sorted(cells, key=lambda cell: cell.cost)


def smooth(curve: np.ndarray) -> np.ndarray:
    """Return the running median; where fewer evaluations are there, of those."""
    return np.array([np.median(curve[max(0, i - SMOOTH + 1) : i + 1]) for i in range(len(curve))])


def outcome(flips: np.ndarray, looked_up: np.ndarray) -> str:
    """Say what is decided of a run by its accuracies on flip and ciwl sequences up to now.

    Returns:
        "passed", "never read" (it looks labels up without ever having preferred its context), or "" while it is open.
    """
    height, now, known = smooth(flips).max(), smooth(flips)[-1], smooth(looked_up)[-1]
    if height > PEAK and now < END and known > LOOKED_UP:
        return "passed"
    if height <= PEAK and len(flips) > SMOOTH and (known > SURE or (known > LOOKED_UP and now < END)):
        return "never read"
    return ""


class Progress(NamedTuple):
    """How far a run has come: what is written down beside its state.

    Attributes:
        steps: of its evaluations.
        curves: in-context accuracies by evaluator.
        loss: mean training loss since the evaluation before, NaN where nothing was trained.
        seconds: spent.
    """

    steps: list[int]
    curves: dict[str, list[float]]
    loss: list[float]
    seconds: float = 0.0


def search(cell: Cell, folder: Path) -> dict[str, Any]:
    """Train one run until it is decided; where it was interrupted it goes on from its last evaluation."""
    (cohort,) = plan([cell.run])
    program = Program(cohort, (), SEQUENCES)
    recording = Recording(Every(max(1, cell.steps // EVALUATIONS)), Every(2**30), SEQUENCES, ())
    part = folder / f"{cell.name}.part"
    state, progress = begun(program, part)
    reached = progress.steps[-1] if progress.steps else 0
    done = Done(reached, reached, []) if reached else Done()
    began, verdict = time.monotonic(), ""
    for event, now in train(program, state, recording, reached, done):
        if not isinstance(event, Records):
            continue
        progress.steps.append(event.step)
        scores = event.values["accuracy_in_context"][0]
        for name, curve in progress.curves.items():
            curve.append(round(float(scores[program.evaluators.index(name)]), 4))
        progress.loss.append(round(float(event.values["train_loss"][0]), 4))
        verdict = outcome(np.array(progress.curves["flip"]), np.array(progress.curves["ciwl"]))
        spent = progress.seconds + time.monotonic() - began
        if verdict:
            break
        keep(part, progress._replace(seconds=spent), pack(program.real(now)))
    part.unlink(missing_ok=True)
    return {
        **cell._asdict(),
        "outcome": verdict or "open",
        "steps": progress.steps,
        **progress.curves,
        "loss": [value if np.isfinite(value) else None for value in progress.loss],
        "seconds": round(spent, 1),
    }


def begun(program: Program, part: Path) -> tuple[Any, Progress]:
    """Return where a run is: at its beginning, or at the last evaluation that was written down."""
    if not part.exists():
        return program.initialise(), Progress([], {name: [] for name in WATCHED}, [])
    with np.load(part) as arrays:
        progress = Progress(**json.loads(bytes(arrays["progress"]).decode()))
        kept = {name.removeprefix(STATE): arrays[name] for name in arrays.files if name.startswith(STATE)}
    # On several devices the program's own state is padded; what is kept is not.
    shapes = jax.tree.map(
        lambda leaf: jax.ShapeDtypeStruct((program.cohort.size, *leaf.shape[1:]), leaf.dtype),
        jax.eval_shape(program.initialise),
    )
    return program.place(unpack(kept, shapes, "kept state")), progress


def keep(part: Path, progress: Progress, state: dict[str, np.ndarray]) -> None:
    """Write a run's state and curves down."""
    content = io.BytesIO()
    arrays = {f"{STATE}{name}": value for name, value in state.items()}
    words = np.frombuffer(json.dumps(progress._asdict()).encode(), np.uint8)
    np.savez(content, progress=words, **arrays)  # type: ignore[arg-type]
    write_atomically(part, content.getvalue())


def summary(record: dict[str, Any]) -> dict[str, Any]:
    """Return what the table says of a run."""
    flips, step = smooth(np.array(record["flip"])), np.array(record["steps"])
    top = int(flips.argmax())
    cell = {name: record[name] for name in Cell._fields}
    return cell | {
        "outcome": record["outcome"],
        "updates": int(step[-1]),
        "sequences": int(step[-1]) * record["batch"],
        "flip_peak": round(float(flips[top]), 3),
        "flip_peak_at": int(step[top]) * record["batch"],
        "flip_end": round(float(flips[-1]), 3),
        "icl_peak": round(float(smooth(np.array(record["icl"])).max()), 3),
        "ciwl_end": round(float(smooth(np.array(record["ciwl"]))[-1]), 3),
        "seconds": record["seconds"],
    }


def cell_of(record: dict[str, Any]) -> Cell:
    """Return the setting and seed of a run."""
    return Cell(*(record[name] for name in Cell._fields))


def known(folder: Path) -> list[dict[str, Any]]:
    """Read the runs that are there, cheapest cells first."""
    records = [json.loads(path.read_text()) for path in folder.glob("*.json")]
    return sorted(records, key=lambda record: cell_of(record).cost)


def table(records: list[dict[str, Any]]) -> str:
    """Write what is known as a Markdown table."""
    rows = [summary(record) for record in records]
    names = list(rows[0]) if rows else list(Cell._fields)
    lines = ["| " + " | ".join(names) + " |", "| " + " | ".join("---" for _ in names) + " |"]
    lines += ["| " + " | ".join(str(row[name]) for name in names) + " |" for row in rows]
    return "\n".join(lines)


def waiting(folder: Path, seeds: list[int]) -> list[Cell]:
    """List what is to be trained: the grid with the first seed, or further seeds of the cells that passed."""
    cells = grid()
    if seeds:
        passed = {cell_of(record) for record in known(folder) if record["outcome"] == "passed"}
        cells = [cell._replace(seed=seed) for cell in cells if cell in passed for seed in seeds]
    return [cell for cell in cells if not (folder / f"{cell.name}.json").exists()]


def main() -> None:
    """Go through the grid, or say what is known."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seeds", type=int, nargs="+", default=[])
    choices = {
        "classes": CLASSES,
        "drawings": DRAWINGS,
        "features": FEATURES,
        "rate": RATES,
        "batch": BATCHES,
    }
    for name, values in choices.items():
        parser.add_argument(f"--{name}", type=type(values[0]), nargs="+", default=values)
    parser.add_argument("--table", action="store_true")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    if options.table:
        print(table(known(options.folder)))
        return
    if options.write:
        PAGE.write_text(json.dumps(known(options.folder)) + "\n")
        return
    for cell in waiting(options.folder, options.seeds):
        if any(getattr(cell, name) not in getattr(options, name) for name in choices):
            continue
        record = search(cell, options.folder)
        write_atomically(options.folder / f"{cell.name}.json", json.dumps(record).encode())
        print(summary(record), flush=True)


if __name__ == "__main__":
    main()
