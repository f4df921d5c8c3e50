"""Work and peak: the products of a run-step, and what this machine can do of them in a second."""

import time
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jax.extend.core import jaxprs_in_params
from jax.sharding import PartitionSpec

from dynamicl import clamps
from dynamicl.training import RunSpec, bound, network_of, run_mesh, training_batch

REFERENCE_FLOP = 44.1e6
"""Matrix-product FLOP of a run-step of the reference job, forward and backward, every row of every block counted."""


def lookup_flop(d_model: int, symbols: int, batch: int, pairs: int = 2) -> float:
    """Count matrix-product FLOP of a lookup run-step, forward and backward, every row of both blocks counted."""
    length = 2 * pairs + 4
    tokens = batch * length
    block = 2 * tokens * d_model * d_model * 6
    attention = 2 * 2 * tokens * length * d_model
    return 3.0 * (2 * (block + attention) + 2 * batch * d_model * symbols)


def executed_flop(run: RunSpec) -> float:
    """Count the FLOP of all matrix products that a run-step's program asks for, forward and backward.

    Fewer than a model's, where rows that nobody reads are left out; more, where tables are read by products with
    one-hot rows.

    Args:
        run: whose step is traced; nothing is computed.
    """
    tasks = run.task.prepare()
    network = network_of(run, tasks)

    def loss(weights: Any) -> Any:
        task = bound(run, tasks["train"])
        sequences = training_batch(run, task, 0)
        logits = clamps.forward(network.model(weights), task, sequences, run.clamps, jnp.int32(0))
        return jnp.mean(optax.softmax_cross_entropy_with_integer_labels(logits, sequences.target))

    return _products(jax.make_jaxpr(jax.grad(loss))(network.shapes).jaxpr)


def _products(jaxpr: Any) -> float:
    """Add up 2 m n k over the products of a program and of those it calls."""
    total = 0.0
    for equation in jaxpr.eqns:
        if equation.primitive.name == "dot_general":
            (contracted, _), _ = equation.params["dimension_numbers"]
            left = equation.invars[0].aval.shape
            depth = np.prod([left[axis] for axis in contracted])
            total += 2.0 * np.prod(equation.outvars[0].aval.shape) * depth
        total += sum(_products(inner) for inner in jaxprs_in_params(equation.params))
    return float(total)


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
