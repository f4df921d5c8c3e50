"""Speed and memory of the engine, against the machine's own matmul peak, in one process.

Jobs: the reference job (the induction study's run), the same under clamps, its growth with the number of runs,
forks of the lookup task, a task of many labels, the mixture study's networks, an image embedder that learns with the
rest, and a process' way to its first step.
Each figure is the best of a few repetitions, with the peak measured before and after, since shared machines drift;
nothing here is ever a test.
"""

import dataclasses
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import jax
import numpy as np
from jax.sharding import Mesh

from dynamicl import clamps
from dynamicl.models import (
    AttentionClassifierSpec,
    ImagesSpec,
    InductionHeadSpec,
    TransformerSpec,
    lookup_encoder,
)
from dynamicl.specs import check, nearest
from dynamicl.tasks import ExemplarSpec, ExemplarTaskSpec, FewShotSpec, LookupSpec
from dynamicl.tasks.exemplars import Drawings, Gaussian, LabelVectors, Portion, bursty, novel
from dynamicl.training import OptimizerSpec, Program, RunSpec, Seeds, plan, run_mesh

from ._flop import REFERENCE_FLOP, executed_flop, lookup_flop, matmul_peak
from ._machine import machine, versions
from ._start_up import peak_memory, start_up

REPEATS = 4
CHUNK_SECONDS = 1.5


def reference_run(seed: int = 0, **changes: Any) -> RunSpec:
    """Return the reference job's run: 2 layers, attention only, d_model 64, 8 heads, C = 50, E = 1, L = 5, batch 32."""
    base = RunSpec(
        FewShotSpec(),
        TransformerSpec(),
        OptimizerSpec(learning_rate=1e-5),
        seeds=Seeds(init=seed, data=seed),
        steps=10**9,
    )
    return dataclasses.replace(base, **changes)


def rate(
    runs: Sequence[RunSpec], seconds: float = CHUNK_SECONDS, mesh: Mesh | None = None
) -> dict[str, float]:
    """Measure a population's speed.

    Args:
        runs: of one cohort.
        seconds: that a timed chunk lasts, about.
        mesh: devices; those that the engine would choose by default.

    Returns:
        `run_steps_per_s` (best of a few chunks), `first_step_s` (tracing, compiling and the first step).
    """
    (cohort,) = plan(runs)
    begin = time.perf_counter()
    program = Program(cohort, mesh=mesh)
    state = program.initialise()
    state = program.advance(state, 1)
    jax.block_until_ready(state.step)
    first, step = time.perf_counter() - begin, 1
    chunk, best = 4, np.inf
    for repeat in range(REPEATS + 2):
        start = time.perf_counter()
        state = program.advance(state, step + chunk)
        jax.block_until_ready(state.step)
        took, step = time.perf_counter() - start, step + chunk
        if repeat >= 2:
            best = min(best, took / chunk)
        else:
            chunk = max(2, int(chunk * seconds / took))
    return {"run_steps_per_s": len(runs) / best, "first_step_s": first}


def clamped_runs(count: int) -> list[RunSpec]:
    """Return runs with as many different clamps: each its own head, strength and window."""
    return [
        reference_run(
            i,
            clamps=(
                clamps.Clamp(
                    "layers.0.attn.pattern",
                    clamps.Pattern("previous token"),
                    heads=(i % 8,),
                    strength=(i + 1) / count,
                    windows=((i, 10**9),),
                ),
            ),
        )
        for i in range(count)
    ]


def lookup_runs(
    count: int, d_model: int = 64, symbols: int = 4, batch: int = 32, pairs: int = 3
) -> list[RunSpec]:
    """Return one-head lookup runs; the defaults are the lookup study's setting at scale `laptop`."""
    task = LookupSpec(keys=symbols, values=symbols, pairs=pairs, least_pairs=pairs)
    model = lookup_encoder(d_model=d_model)
    optimizer = OptimizerSpec("adamw", 6e-4, weight_decay=0.01, schedule="warmup", warmup_steps=200)
    return [
        RunSpec(task, model, optimizer, seeds=Seeds(init=s, data=s), steps=10**9, batch_size=batch)
        for s in range(count)
    ]


def mixture_runs(count: int, model: AttentionClassifierSpec | InductionHeadSpec) -> list[RunSpec]:
    """Return runs of the mixture study's jump: K = 256, L = 32, N = 8, four fifths of novel classes, batch 128."""
    task = ExemplarTaskSpec(
        Gaussian(),
        classes=256,
        labels=32,
        pairs=8,
        balanced=True,
        form=LabelVectors(),
        train=(Portion(bursty(1, classes=0), 0.2), Portion(novel(), 0.8)),
        evaluators=(novel(),),
    )
    optimizer = OptimizerSpec("sgd", 0.01, beta1=0.0)
    return [
        RunSpec(task, model, optimizer, seeds=Seeds(s, s, world=s), steps=10**9, batch_size=128)
        for s in range(count)
    ]


def mixture(count: int = 4) -> dict[str, Any]:
    """Measure the mixture study's full network and its minimal induction head."""
    return {
        "full_network": rate(mixture_runs(count, AttentionClassifierSpec())),
        "minimal_head": rate(mixture_runs(count, InductionHeadSpec())),
        "runs": count,
    }


def deep_run() -> RunSpec:
    """Return one run of 12 layers with MLPs on 17 tokens, of the size that the thesis trains (chapters 2 and 3)."""
    return RunSpec(
        FewShotSpec(classes=100, ways=2, shots=4),
        TransformerSpec(layers=12, mlp_ratio=4.0, positions="sinusoidal"),
        OptimizerSpec(learning_rate=1e-5),
        steps=10**9,
    )


def deep() -> dict[str, Any]:
    """Measure a single large run: its batches spread over all devices, and on one device alone."""
    count = jax.device_count()
    spread = rate([deep_run()], mesh=run_mesh(shards=count))
    alone = rate([deep_run()], mesh=run_mesh(1))
    return {"spread": spread, "one_device": alone, "devices": count}


def images(runs: int = 2, batch: int = 32) -> dict[str, float]:
    """Measure the published image embedder, learning with a transformer behind it, on drawings of 28 x 28 pixels.

    Returns:
        Those of `rate`, and `images_per_s`: embedded, with the gradients of the embedder's weights.
    """
    task = FewShotSpec(source=ExemplarSpec("pixels"))
    population = [
        reference_run(seed, task=task, model=ImagesSpec(TransformerSpec()), batch_size=batch)
        for seed in range(runs)
    ]
    measured, drawings = rate(population), batch * (task.ways * task.shots + 1)
    return measured | {"images_per_s": measured["run_steps_per_s"] * drawings}


def evaluation_memory(sequences: int = 100_000) -> dict[str, float]:
    """Measure what an evaluation of many sequences takes: seconds, and the process' peak memory in GiB."""
    (cohort,) = plan([reference_run()])
    program = Program(cohort, sequences=sequences)
    state = program.initialise()
    program.evaluate(state)
    begin = time.perf_counter()
    program.evaluate(state)
    return {"sequences": sequences, "seconds": time.perf_counter() - begin, "peak_memory_gib": peak_memory()}


ADAM_BYTES = 28
"""Bytes that dense Adam moves for a weight: weight, gradient and two moments read, all but the gradient written."""


def many_labels(runs: int = 8, labels: int = 12_800, batch: int = 32) -> dict[str, float]:
    """Measure a population whose tables of labels are large: memory, not arithmetic, is what it needs.

    Returns:
        Those of `rate`, `sequences_per_s`, and `adam_bytes`: what the optimizer alone moves in a run-step, at least.
    """
    task = ExemplarTaskSpec(
        Drawings(ExemplarSpec("principal-components", augmentation="one_transform"), exemplars=5),
        classes=labels,
        evaluators=(),
    )
    model, optimizer = TransformerSpec(positions="learnt"), OptimizerSpec(learning_rate=1e-4)
    population = [
        RunSpec(task, model, optimizer, seeds=Seeds(init=s, data=s), steps=10**9, batch_size=batch)
        for s in range(runs)
    ]
    measured = rate(population)
    (cohort,) = plan(population[:1])
    weights = sum(
        leaf.size for leaf in jax.tree.leaves(Program(cohort).model_shapes) if hasattr(leaf, "size")
    )
    each_second = measured["run_steps_per_s"] * batch
    return measured | {"sequences_per_s": each_second, "adam_bytes": float(ADAM_BYTES * weights)}


LOOKUP_JOBS = {
    "laptop setting, 300 forks": (300, 64, 4, 32, 3),
    "d_model 32, 300 forks": (300, 32, 8, 16, 2),
    "d_model 256, 16 forks": (16, 256, 26, 32, 2),
    "d_model 512, 8 forks": (8, 512, 26, 32, 2),
}
"""Number of runs, width, symbols, batch and pairs. A fork runs the program of its parent; only its start differs."""


class Peaks:
    """The machine's matmul peak, measured again after each job that is held against it."""

    def __init__(self) -> None:
        self.measured = [matmul_peak()]

    def shares(self, measured: Mapping[str, float], run: RunSpec, flop: float) -> dict[str, float]:
        """Return the shares of the peak: of a model's products, and of those that are really computed."""
        self.measured.append(matmul_peak())
        speed, peak = measured["run_steps_per_s"], max(self.measured)
        return {"share_of_peak": speed * flop / peak, "executed_share": speed * executed_flop(run) / peak}


def reference(peaks: Peaks) -> dict[str, Any]:
    """Measure the reference job: one run, and sixteen."""
    one, sixteen = rate([reference_run()]), rate([reference_run(i) for i in range(16)])
    shares = peaks.shares(sixteen, reference_run(), REFERENCE_FLOP)
    return {"one_run": one, "population_16": sixteen | shares}


def clamped() -> dict[str, Any]:
    """Measure what clamps cost: sixteen different ones, and one that needs a second pass."""
    free = rate([reference_run(i) for i in range(16)])
    held = rate(clamped_runs(16))
    both = rate([reference_run(i, clamps=clamps.layer_one()) for i in range(16)])
    return {
        "unclamped": free,
        "sixteen_different": held,
        "two_passes": both,
        "share_of_unclamped": held["run_steps_per_s"] / free["run_steps_per_s"],
        "two_passes_share": both["run_steps_per_s"] / free["run_steps_per_s"],
    }


def growth_curve(sizes: Sequence[int]) -> dict[str, Any]:
    """Measure the reference job by its number of runs; memory is the most that a size and those before it took."""
    rates, memory = {}, {}
    for size in sizes:
        rates[str(size)] = rate([reference_run(i) for i in range(size)])["run_steps_per_s"]
        memory[str(size)] = peak_memory()
    return {"growth": rates, "peak_memory_gib": memory}


def lookup(peaks: Peaks) -> dict[str, Any]:
    """Measure forks of the lookup task, by width."""
    report = {}
    for name, (count, *sizes) in LOOKUP_JOBS.items():
        runs = lookup_runs(count, *sizes)
        measured = rate(runs)
        report[name] = measured | peaks.shares(measured, runs[0], lookup_flop(*sizes))
    return report


# Memory first, since the peak of a process' memory never falls.
JOBS: dict[str, Callable[[Peaks, Sequence[int]], dict[str, Any]]] = {
    "evaluation": lambda peaks, sizes: {"evaluation": evaluation_memory()},
    "reference": lambda peaks, sizes: reference(peaks),
    "clamps": lambda peaks, sizes: {"clamps": clamped()},
    "growth": lambda peaks, sizes: growth_curve(sizes),
    "lookup": lambda peaks, sizes: {"lookup": lookup(peaks)},
    "labels": lambda peaks, sizes: {"labels": many_labels()},
    "mixture": lambda peaks, sizes: {"mixture": mixture()},
    "images": lambda peaks, sizes: {"images": images()},
    "deep": lambda peaks, sizes: {"deep": deep()},
    "start": lambda peaks, sizes: {"start": start_up()},
}
"""What can be measured, in the order in which it is: each returns its entries of the report."""


def bench(growth: Sequence[int] = (1, 4, 16, 64, 256), jobs: Sequence[str] = tuple(JOBS)) -> dict[str, Any]:
    """Run the benchmark.

    Args:
        growth: population sizes, rising: the memory beside each is the most that it and what came before it took.
        jobs: which parts to run.

    Returns:
        A JSON-able report; rates in run-steps a second, shares of the matmul peak measured around each job.

    Raises:
        SpecError: there is no such job.
    """
    for job in jobs:
        check(job in JOBS, f"`jobs` names no job `{job}`: did you mean {nearest(job, JOBS)}?")
    peaks = Peaks()
    report: dict[str, Any] = {"machine": machine(), "versions": versions()}
    for name, measure in JOBS.items():
        if name in jobs:
            report |= measure(peaks, growth)
    report["matmul_peak_gflops"] = [round(peak / 1e9, 1) for peak in peaks.measured]
    return report
