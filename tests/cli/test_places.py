"""`--place`, and what is shown of several workers."""

import math

import pytest
from rich.console import Console

from dynamicl.cli._progress import ROWS, progress, workers_table
from dynamicl.lab import Progress, Worker

BUSY = Worker("node1 12", 600, 1000, 20.0, 0.5)
STARTING = Worker("waiting", 0, 1000, 0.0, math.nan)


def test_a_dry_run_counts_tasks_and_trains_nothing(dynamicl, tiny, tmp_path):
    words = [
        *tiny,
        "--seeds",
        "0:3",
        "--out",
        tmp_path / "library",
        "--place",
        "local:runs=2",
        "--dry-run",
        "True",
    ]
    done = dynamicl("train", *words)
    assert done.code == 0 and "3 runs (0 already trained) in 2 tasks" in done.out
    assert not (tmp_path / "library").exists()


@pytest.mark.parametrize("command", ["train", "fork", "reproduce"])
def test_what_is_no_place_is_refused_in_one_line(dynamicl, library, tiny, command, tmp_path):
    words = {
        "train": [*tiny, "--out", tmp_path],
        "fork": [library, "--at", "0"],
        "reproduce": ["induction.heads", "--scale", "smoke", "--out", tmp_path],
    }[command]
    done = dynamicl(command, *words, "--place", "slum")
    assert done.code == 1 and done.err.startswith(
        f"dynamicl {command}: `place` is 'slum': choose one of here, local"
    )
    assert done.err.count("\n") == 1


def test_the_table_shows_the_slowest_workers_first():
    workers = [Worker(f"node{i}", 500, 1000, 10.0 + i, 0.25) for i in range(ROWS + 2)]
    console = Console(width=100, record=True, file=open("/dev/null", "w"))  # noqa: SIM115 - closed below
    with console.file:
        console.print(workers_table([*workers, STARTING]))
    lines = console.export_text().splitlines()
    assert lines[0].split() == ["worker", "run-steps", "run-steps/s", "s", "left", "loss"]
    assert lines[1].split()[:4] == ["waiting", "0", "of", "1,000"]
    assert lines[2].split() == ["node0", "500", "of", "1,000", "10", "50", "0.250"]
    assert lines[-1].split() == ["and", "3", "more"] and len(lines) == ROWS + 2


def test_a_line_says_how_far_many_workers_are(capsys):
    with progress("runs") as listen:
        listen(Progress(3, 10, 4, 0, 0, 50, 100, 5.0, 0.5, 10.0, (BUSY, STARTING), waiting=5, failures=1))
    told = capsys.readouterr().err
    assert told == (
        "runs: 50 %  3/10 tasks home, 2 at work, 5 waiting, 1 given up, 20 run-steps/s, loss 0.500, 5 s left\n"
    )
