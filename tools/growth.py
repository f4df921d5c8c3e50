"""Draw docs/img/growth.png, speed and memory by number of runs, from docs/results/bench.json (`dynamicl bench`)."""

import json
from pathlib import Path

import matplotlib

matplotlib.use("agg")
from matplotlib import pyplot

from dynamicl.views._figures import STYLE

DOCS = Path(__file__).parents[1] / "docs"


def main() -> None:
    """Read the report and draw it."""
    report = json.loads((DOCS / "results" / "bench.json").read_text())
    runs = [int(n) for n in report["growth"]]
    speed = list(report["growth"].values())
    with pyplot.rc_context(STYLE):
        figure, (left, right) = pyplot.subplots(1, 2, figsize=(7.2, 2.8))
        # A line through the origin is a cost that grows linearly in runs.
        left.plot(runs, [1e3 * n / rate for n, rate in zip(runs, speed, strict=True)], "o-")
        left.set(xlabel="runs", ylabel="one step of all (ms)", xscale="log", yscale="log")
        right.plot(runs, list(report["peak_memory_gib"].values()), "o-", color="C1")
        right.set(xlabel="runs", ylabel="peak memory (GiB)", xscale="log", ylim=(0, None))
        for axes in (left, right):
            axes.set_xticks(runs, [str(n) for n in runs], minor=False)
            axes.minorticks_off()
        figure.savefig(DOCS / "img" / "growth.png")


if __name__ == "__main__":
    main()
