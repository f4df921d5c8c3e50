"""`dynamicl bench`: speed and memory as JSON."""

import json
import sys
from dataclasses import dataclass
from typing import Literal, get_args

from dynamicl.specs import check

from ._options import MOST_RUNS, read_options
from ._start import prepare

Job = Literal[
    "evaluation",
    "reference",
    "clamps",
    "growth",
    "lookup",
    "labels",
    "mixture",
    "images",
    "deep",
    "start",
    "toys",
]


@dataclass(frozen=True)
class Bench:
    """Measure speed and memory against this machine's matmul peak.

    Attributes:
        jobs: parts to run.
        growth: population sizes of the growth curve.
    """

    jobs: tuple[Job, ...] = get_args(Job)
    growth: tuple[int, ...] = (1, 4, 16, 64, 256)


def command(words: list[str]) -> int:
    """Run the command."""
    options = read_options(Bench, words, "bench")
    for size in options.growth:
        check(1 <= size <= MOST_RUNS, f"`growth` has {size}: give sizes of 1 to {MOST_RUNS:,}")
    prepare()
    from dynamicl.lab import bench
    from dynamicl.toys import time_coopetition

    report = bench(options.growth, [job for job in options.jobs if job != "toys"])
    if "toys" in options.jobs:
        report["toys"] = time_coopetition()
    sys.stdout.write(json.dumps(report, indent=1) + "\n")
    return 0
