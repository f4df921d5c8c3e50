"""What to run when a GPU is at hand for a while: jobs by value, resumable, over in time.

    python tools/campaign.py FOLDER --minutes 14         # goes on with the first job that is not done
    python tools/campaign.py FOLDER --list               # jobs, what each costs, and which are done
    python tools/campaign.py FOLDER --small --minutes 20 # every job at toy size, on any machine
    python tools/campaign.py FOLDER --jobs peak growth   # some of them

Each job is a process of its own, and one has the device at a time: thirteen that shared one took turns, and the two
that came to an end had needed seven minutes each (docs/performance.md). A job that runs out of time is asked
to leave, keeps all up to there, and goes on at the next call. Small results lie under FOLDER/results (one JSON file a
measurement, verdicts and data as `dynamicl reproduce` writes them), libraries of runs beside them, and FOLDER/log holds
what each job said.
"""

import argparse
import dataclasses
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from dynamicl.files import write_atomically
from dynamicl.training import use_every_core

LEAVING = 40.0
"""Seconds that a job is given to keep what it has."""
LEAST = 30.0
"""Seconds under which no further job is started."""
GROWTH = (64, 256, 1024, 4096)
"""Populations of the reference job."""
PRECISIONS = ("float32", "tensorfloat32", "bfloat16")
STUDIED = {
    "lookup.r1.bimodal": ("one_head", 64),
    "mixture.hypotheses": ("minimal", 60),
    "mixture.attention": ("standard", 6),
    "distribution.classes": ("classes", 6),
}
"""Claims with one of their populations each, and as how many runs it is measured."""
AGREEING = 8
"""Runs that are trained on the accelerator and on the processors beside it."""
SCORED = 60
"""Evaluations of each of them."""
APART = 0.05
"""nats: mean training losses are called apart from the first evaluation on that differs by more."""


@dataclass(frozen=True)
class Job:
    """One thing to run.

    Attributes:
        name: of the job, its library and its result.
        why: what is known afterwards, for people.
        experiments: what `dynamicl reproduce` is given; empty for a measurement.
        scale: of the experiments.
    """

    name: str
    why: str
    experiments: tuple[str, ...] = ()
    scale: str = "laptop"


JOBS = (
    Job("peak", "products a second, by precision"),
    Job("growth", "run-steps a second and memory of 64 to 4,096 runs of the reference job"),
    Job("studies", "run-steps a second of populations of the studies"),
    Job("agreement", "whether runs learn here as they do on processors"),
    Job(
        "mixture-jump",
        "the jump as long as the document has it: 6 runs of 150,000 updates",
        ("mixture.attention", "mixture.measures", "mixture.slow_phase", "mixture.minimal"),
        "paper",
    ),
    Job(
        "mixture-curves",
        "figure 1d as long as the document has it",
        ("mixture.curves", "mixture.swap", "mixture.freeze"),
        "paper",
    ),
    Job(
        "transience",
        "what keeps in-context learning, at laptop scale: hours of a core",
        (
            *("transience.l2", "transience.iwl_transient", "transience.train_loss", "transience.selective"),
            *("transience.exemplars", "transience.classes", "transience.zipf"),
            *("transience.width", "transience.timescale"),
        ),
    ),
    Job(
        "mixture-equal",
        "60 minimal heads where it takes longest, 9 million run-steps",
        ("mixture.l_equals_n",),
    ),
    Job(
        "mixture",
        "the cells that claims of their own ask for",
        ("mixture.rare", "mixture.b0", "mixture.both"),
    ),
    Job("lookup", "the lookup miniature again, 8 million run-steps", ("lookup",)),
    Job("dose", "when and how much keeps in-context learning", ("transience.dose",)),
    Job("induction-paper", "the induction study as the thesis trained it", ("induction",), "paper"),
    Job("lookup-paper", "width 512 as the report has it", ("lookup.r1.bimodal",), "paper"),
    Job(
        "mixture-grid",
        "figures 2, A.3 and A.5 as long as the document has them: 37 million run-steps of the full network",
        ("mixture.l_equals_n_full", "mixture.tradeoff", "mixture.two_parameter"),
        "paper",
    ),
    Job("coopetition-paper", "rise and fall at the published rate", ("coopetition.transience",), "paper"),
)


def peak(small: bool) -> dict[str, Any]:
    """Measure the device's products by precision of the factors, in GFLOP/s."""
    import jax

    from dynamicl.lab import machine, versions
    from dynamicl.lab._flop import matmul_peak

    rates = {}
    for precision in PRECISIONS:
        with jax.default_matmul_precision(precision):
            rates[precision] = round(matmul_peak(256 if small else 8192) / 1e9, 1)
    return {"gflops": rates, "machine": machine(), "versions": versions()}


def growth(small: bool) -> dict[str, Any]:
    """Measure the reference job's populations until memory ends."""
    import jax

    from dynamicl.lab import machine, versions
    from dynamicl.lab._bench import rate, reference_run
    from dynamicl.lab._flop import executed_flop

    flop = executed_flop(reference_run())
    rows: list[dict[str, Any]] = []
    for size in (2, 4) if small else GROWTH:
        try:
            speed = rate([reference_run(seed) for seed in range(size)], seconds=0.1 if small else 1.5)
        except (jax.errors.JaxRuntimeError, MemoryError) as error:
            rows.append({"runs": size, "error": str(error).splitlines()[0]})
            break
        memory = jax.devices()[0].memory_stats() or {}
        row = {"runs": size, "gflops": speed["run_steps_per_s"] * flop / 1e9, **speed}
        rows.append(row | {"peak_bytes": memory.get("peak_bytes_in_use")})
    return {"flop_of_a_run_step": flop, "populations": rows, "machine": machine(), "versions": versions()}


def studies(small: bool) -> dict[str, Any]:
    """Measure populations of the studies at `laptop`: the first run of each, again and again with other seeds."""
    from dynamicl.lab import machine, versions
    from dynamicl.lab._bench import rate
    from dynamicl.studies import Population, find_experiments

    rows = []
    for claim, (name, size) in STUDIED.items():
        (experiment,) = find_experiments([claim])
        listed = experiment.populations(experiment.setting("smoke" if small else "laptop"))
        first, *_ = cast(Population, listed[name]).runs
        # A run that came to its end in the middle of a timed chunk would look fast.
        endless = dataclasses.replace(first, steps=10**9)
        seeds = [dataclasses.replace(first.seeds, init=i, data=i) for i in range(2 if small else size)]
        runs = [dataclasses.replace(endless, seeds=one) for one in seeds]
        speed = rate(runs, seconds=0.1 if small else 0.7)
        rows.append({"claim": claim, "population": name, "runs": len(runs), **speed})
    return {"populations": rows, "machine": machine(), "versions": versions()}


def agreement(small: bool) -> dict[str, Any]:
    """Train the same runs here and on processors, each in a process of its own, and compare their losses."""
    import numpy as np

    here, there = (_losses(small, platform) for platform in (None, "cpu"))
    steps, ours, theirs = (np.array(values) for values in (here["step"], here["loss"], there["loss"]))
    half = 0.5 * ours[0].mean()
    return {
        "platforms": [here["platform"], there["platform"]],
        "runs": ours.shape[1],
        "steps": [int(steps[0]), int(steps[-1])],
        "largest_difference_at_first": float(np.abs(ours - theirs)[1].max()),
        "first_apart": first(steps, np.abs(ours - theirs) > APART),
        "half_of_the_loss_at": [first(steps, loss < half) for loss in (ours, theirs)],
        "mean_loss_at_the_end": [float(loss[-1].mean()) for loss in (ours, theirs)],
    }


def first(steps: Any, is_so: Any) -> list[int | None]:
    """Return the first step at which something is so, by run; `None` where it never is."""
    return [int(steps[column.argmax()]) if column.any() else None for column in is_so.T]


def _losses(small: bool, platform: str | None) -> dict[str, Any]:
    """Train the reference job's runs on a platform in a process of its own."""
    code = f"import campaign; campaign.print_losses({small})"
    environment = dict(os.environ, PYTHONPATH=os.pathsep.join([str(Path(__file__).parent), *sys.path[1:]]))
    if platform:
        environment["JAX_PLATFORMS"] = platform
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stderr.strip().splitlines()[-1])
    return json.loads(done.stdout)


def print_losses(small: bool) -> None:
    """Train the reference job at rate 3e-4 and print its mean training losses: (evaluation, run)."""
    import jax
    import numpy as np

    from dynamicl.lab._bench import reference_run
    from dynamicl.training import OptimizerSpec, Program, plan

    steps, runs = (20, 2) if small else (3000, AGREEING)
    fast = OptimizerSpec(learning_rate=3e-4)
    specs = [dataclasses.replace(reference_run(seed), optimizer=fast) for seed in range(runs)]
    (cohort,) = plan(specs)
    program = Program(cohort, sequences=64 if small else 1000)
    moments = np.linspace(0, steps, 5 if small else SCORED, dtype=int).tolist()
    state, scores = program.initialise(), []
    for moment in moments:
        state = program.advance(state, moment)
        scores.append(program.evaluate(state, ("train",))["loss"][:, 0].tolist())
    print(
        json.dumps({"platform": jax.devices()[0].device_kind, "step": moments, "loss": scores}),
        flush=True,
    )


MEASUREMENTS: dict[str, Callable[[bool], dict[str, Any]]] = {
    "peak": peak,
    "growth": growth,
    "studies": studies,
    "agreement": agreement,
}


def result_of(folder: Path, job: Job) -> Path:
    """Return the file that says that a job is done."""
    return folder / "results" / f"{job.name}.json"


def command_of(folder: Path, job: Job, small: bool) -> list[str]:
    """Return the command of a job's process."""
    if not job.experiments:
        flags = ["--small"] if small else []
        return [sys.executable, __file__, str(folder), "--measure", job.name, *flags]
    scale = "smoke" if small else job.scale
    experiments = job.experiments[:1] if small else job.experiments
    places = ["--out", str(folder / job.name), "--results", str(folder / "results" / job.name)]
    return [
        *(sys.executable, "-m", "dynamicl", "reproduce"),
        *experiments,
        *("--scale", scale, *places, "--no-pages"),
    ]


def cost_of(job: Job, folder: Path) -> str:
    """Say what a job costs at most, and what of that is left."""
    if not job.experiments:
        return "a minute or two"
    from dynamicl.studies import cost_of, find_experiments

    cost = cost_of(find_experiments(job.experiments), job.scale, folder / job.name)
    return f"{cost.run_steps:,} run-steps at most, {cost.left:,} left"


def run(job: Job, folder: Path, small: bool, seconds: float) -> str:
    """Run one job; return `done`, `out of time` or `failed (CODE)`."""
    log = folder / "log" / f"{job.name}.txt"
    log.parent.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    with log.open("a") as told:
        process = subprocess.Popen(command_of(folder, job, small), stdout=told, stderr=subprocess.STDOUT)
        try:
            code = process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGTERM)
            _end(process)
            return "out of time"
    if code:
        return f"failed ({code}): see {log}"
    if job.experiments:
        said = {"experiments": job.experiments, "seconds": round(time.monotonic() - began, 1)}
        write_atomically(result_of(folder, job), json.dumps(said).encode())
    return "done"


def _end(process: subprocess.Popen) -> None:
    """Wait until a process has kept what it has; kill one that does not come to an end."""
    try:
        process.wait(LEAVING)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def main() -> None:
    """Go through the jobs until time is over."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    names = [job.name for job in JOBS]
    parser.add_argument("folder", type=Path)
    parser.add_argument("--minutes", type=float, default=14.0)
    parser.add_argument("--small", action="store_true")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--jobs", nargs="+", choices=names, default=names)
    parser.add_argument("--measure", choices=sorted(MEASUREMENTS))
    options = parser.parse_args()
    if options.measure:
        use_every_core()
        job = next(job for job in JOBS if job.name == options.measure)
        content = json.dumps(MEASUREMENTS[job.name](options.small), indent=1)
        result_of(options.folder, job).parent.mkdir(parents=True, exist_ok=True)
        write_atomically(result_of(options.folder, job), content.encode())
        return
    waiting = [
        job for job in JOBS if job.name in options.jobs and not result_of(options.folder, job).exists()
    ]
    if options.list:
        for job in JOBS:
            state = "waiting" if job in waiting else "done"
            print(f"{job.name:18} {state:8} {job.why}; {cost_of(job, options.folder)}")
        return
    end = time.monotonic() + 60 * options.minutes
    for job in waiting:
        left = end - time.monotonic() - LEAVING
        if left < LEAST:
            print(f"{job.name}: not begun, time is over")
            continue
        print(f"{job.name}: {run(job, options.folder, options.small, left)}", flush=True)


if __name__ == "__main__":
    main()
