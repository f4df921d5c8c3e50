"""Speed and memory of the engine, against the machine's own matmul peak, in one process.

Jobs: the reference job (the induction study's run), the same under clamps, its growth with the number of runs, and
forks of the lookup task. Each figure is the best of a few repetitions, with the peak measured before and after, since
shared machines drift; nothing here is ever a test.
"""

import dataclasses
import resource
import time
from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.sharding import PartitionSpec

from dynamicl import clamps
from dynamicl.models import TransformerSpec
from dynamicl.tasks import FewShotSpec, LookupSpec
from dynamicl.training import OptimizerSpec, Program, RunSpec, Seeds, plan, run_mesh

from ._machine import machine, versions

REPEATS = 4
CHUNK_SECONDS = 1.5


def matmul_peak(size: int = 1024) -> float:
    """Measure the machine's float32 product rate, every device at once, in FLOP/s."""
    mesh = run_mesh()
    left = jnp.ones((mesh.size * size, size), jnp.float32)
    right = jnp.ones((size, size), jnp.float32)
    spec = PartitionSpec("run")
    product = jax.jit(
        jax.shard_map(lambda a, b: a @ b, mesh=mesh, in_specs=(spec, PartitionSpec()), out_specs=spec)
    )
    jax.block_until_ready(product(left, right))
    best = min(_timed(lambda: product(left, right)) for _ in range(20))
    return 2 * mesh.size * size**3 / best


def _timed(function: Callable[[], Any]) -> float:
    start = time.perf_counter()
    jax.block_until_ready(function())
    return time.perf_counter() - start


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


REFERENCE_FLOP = 44.1e6
"""Matrix-product FLOP of a run-step of the reference job, forward and backward, every row of every block counted."""


def rate(runs: Sequence[RunSpec], seconds: float = CHUNK_SECONDS) -> dict[str, float]:
    """Measure a population's speed.

    Returns:
        `run_steps_per_s` (best of a few chunks), `first_step_s` (tracing, compiling and the first step).
    """
    (cohort,) = plan(runs)
    begin = time.perf_counter()
    program = Program(cohort)
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


def lookup_runs(count: int, d_model: int = 64) -> list[RunSpec]:
    """Return runs of the lookup study's laptop setting."""
    model = TransformerSpec(
        layers=2,
        heads=1,
        d_model=d_model,
        mlp_ratio=1.0,
        activation="relu",
        positions="sinusoidal",
        causal=False,
        final_norm=False,
        embedding_scale=1.0,
    )
    task = LookupSpec(keys=26, values=26, pairs=2, least_pairs=2)
    optimizer = OptimizerSpec("adamw", 1e-3, weight_decay=0.01)
    return [RunSpec(task, model, optimizer, seeds=Seeds(init=s, data=s), steps=10**9) for s in range(count)]


def lookup_flop(d_model: int, pairs: int = 2, batch: int = 32, outputs: int = 26) -> float:
    """Count matrix-product FLOP of a lookup run-step, forward and backward, every row of both blocks counted."""
    tokens = batch * (2 * pairs + 4)
    block = 2 * tokens * d_model * d_model * 6
    attention = 2 * 2 * tokens * (2 * pairs + 4) * d_model
    return 3 * (2 * (block + attention) + 2 * batch * d_model * outputs)


def bench(
    growth: Sequence[int] = (1, 4, 16, 64, 256),
    jobs: Sequence[str] = ("reference", "clamps", "growth", "lookup"),
) -> dict[str, Any]:
    """Run the benchmark.

    Args:
        growth: population sizes.
        jobs: which parts to run.

    Returns:
        A JSON-able report; rates in run-steps a second, shares of the matmul peak measured around each job.
    """
    report: dict[str, Any] = {"machine": machine(), "versions": versions()}
    peaks = [matmul_peak()]
    if "reference" in jobs:
        single, many = rate([reference_run()]), rate([reference_run(i) for i in range(16)])
        peaks.append(matmul_peak())
        report["one_run"] = single
        report["population_16"] = many | {
            "share_of_peak": many["run_steps_per_s"] * REFERENCE_FLOP / max(peaks)
        }
    if "clamps" in jobs:
        free = rate([reference_run(i) for i in range(16)])
        held = rate(clamped_runs(16))
        both = rate([reference_run(i, clamps=clamps.layer_one()) for i in range(16)])
        report["clamps"] = {
            "unclamped": free,
            "sixteen_different": held,
            "two_passes": both,
            "share_of_unclamped": held["run_steps_per_s"] / free["run_steps_per_s"],
            "two_passes_share": both["run_steps_per_s"] / free["run_steps_per_s"],
        }
    if "growth" in jobs:
        report["growth"] = {
            str(n): rate([reference_run(i) for i in range(n)])["run_steps_per_s"] for n in growth
        }
        report["peak_memory_gib"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    if "lookup" in jobs:
        report["lookup"] = {}
        for d_model, count in ((64, 300), (256, 16)):
            measured = rate(lookup_runs(count, d_model))
            peaks.append(matmul_peak())
            share = measured["run_steps_per_s"] * lookup_flop(d_model) / max(peaks)
            report["lookup"][f"d_model {d_model}, {count} runs"] = measured | {"share_of_peak": share}
    report["matmul_peak_gflops"] = [round(peak / 1e9, 1) for peak in peaks]
    return report
