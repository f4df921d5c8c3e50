"""The compiled program of a cohort: one run's four functions, mapped over runs and placed on devices.

On a CPU each device takes its runs one after the other, a run's whole chunk at a time, so its weights stay in the
core's cache and its bits depend neither on the population's size nor on the number of devices, as long as there is
more than one (see `layout`). On an accelerator the runs of a device advance together (`vmap`). Where there are fewer
runs than devices, several devices share a run's batches.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, Literal

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jax.sharding import Mesh, NamedSharding, PartitionSpec
from jaxtyping import Array, PyTree

from dynamicl import clamps
from dynamicl.models import BatchStage, sites
from dynamicl.specs import SpecError, check, merge, nearest

from ._cohort import Cohort
from ._evaluation import training_batch
from ._extents import check_extents, without_extents
from ._layout import layout, run_mesh, shards_of
from ._learner import SHARD, Learner, RunState, Watch
from ._network import Network, network_of
from ._parts import part_mask
from ._probe import Probe, check_reads
from ._run import RunSpec
from ._settings import check_precision
from ._shared import each_once

Strategy = Literal["sequential", "vectorised"]
OTHERS = "others"
"""Where a program's arrays hold the weights that other networks lend, beside the values that vary between runs."""


def check_what_could_miss(cohort: Cohort, network: Network, watched: Iterable[Watch]) -> None:
    """Refuse clamps, grafts and named parts that miss, before anything is computed.

    Args:
        cohort: the runs.
        network: of theirs.
        watched: how evaluators are looked at.

    Raises:
        SpecError: something that the model does not have.
    """
    static, shapes = cohort.static, network.shapes
    clamps.check_grafts(static.grafts, shapes)
    for term in (*static.objective.penalties, *getattr(static.optimizer, "decays", ())):
        part_mask(shapes, term.part)
    probes = [probe for watch in watched for probe in watch.probes if probe.sites]
    if not static.clamps and not probes:
        return
    known = sites(network.model(shapes), network.interface.tokens)
    check_reads(probes, known)
    for run in cohort.runs:
        clamps.check_clamps(run.clamps, known, run.steps)


class Program:
    """A cohort's compiled functions.

    Args:
        cohort: the runs.
        probes: measures to record on the training distribution's evaluator.
        sequences: of each evaluator.
        mesh: devices, axes `run` and `shard`; all by default.
        strategy: `sequential` or `vectorised`; by default the one that suits the devices.
        watched: evaluators with numbers of sequences or probes of their own.
    """

    def __init__(
        self,
        cohort: Cohort,
        probes: tuple[Probe, ...] = (),
        sequences: int = 1000,
        mesh: Mesh | None = None,
        strategy: Strategy | None = None,
        watched: Mapping[str, Watch] | None = None,
    ):
        check_precision()
        self.cohort = cohort
        self.tasks = cohort.static.task.prepare()
        # Trees of dictionaries come back sorted by key; the order of evaluators is kept here.
        self.evaluators = tuple(self.tasks)
        self.watched = self._watched(Watch(sequences), probes, watched or {})
        task_arrays, self.task_static = eqx.partition(self.tasks, eqx.is_array)
        shared, self._everywhere = each_once(task_arrays)
        self.network = network_of(cohort.runs[0], self.tasks)
        self.interface, self.model_shapes = self.network.interface, self.network.shapes
        check_what_could_miss(cohort, self.network, self.watched.values())
        self.mesh = (
            run_mesh(shards=shards_of(cohort, self._work(), jax.device_count())) if mesh is None else mesh
        )
        # Placed once: a table that is not on every device would be sent there at each call.
        self.task_arrays = jax.device_put(shared, NamedSharding(self.mesh, PartitionSpec()))
        self.strategy: Strategy = strategy or (
            "sequential" if self.mesh.devices.flat[0].platform == "cpu" else "vectorised"
        )
        self.padding = -cohort.size % self.mesh.shape["run"]
        self.arrays: dict[str, Any] = {name: self._padded(a) for name, a in cohort.arrays.items()}
        self.traces = 0
        self._unchecked = True

    def lend(self, others: Mapping[str, PyTree]) -> None:
        """Give the weights of the networks that clamps take values from, leading axis run, by the pass they make.

        Raises:
            SpecError: the model embeds a batch before it reads it, which those networks would not do themselves.
        """
        check(
            not others or not isinstance(self.network.model(self.network.shapes), BatchStage),
            "a clamp takes its value `FromCheckpoint`, and this model's image embedder is not that checkpoint's: clamp "
            "with another value, or give features in the place of images",
        )
        self.arrays = {**self.arrays, OTHERS: jax.tree.map(self._padded, dict(others))}

    @property
    def sequences(self) -> int:
        """Sequences of the training distribution's evaluator."""
        return self.watched["train"].sequences

    @property
    def layout(self) -> str:
        """How the population is laid out; part of the contract about equal bits."""
        return layout(self.mesh, self.strategy, self.cohort.size)

    def initialise(self) -> RunState:
        """Draw every run's weights from its own seed."""
        return self._initialise(self.arrays, self.task_arrays)

    def advance(self, state: RunState, until: int) -> RunState:
        """Train every run up to a step (or its own end, or where it diverges). The old state is given up."""
        return self._advance(state, self.arrays, self.task_arrays, jnp.int32(until))

    def evaluate(self, state: RunState, names: Sequence[str] | None = None) -> dict[str, np.ndarray]:
        """Record evaluators and the probes on them.

        Args:
            state: of the population.
            names: the evaluators that are due, if any; all by default.

        Returns:
            Arrays with leading axis run: scores with a second axis evaluator, in the order of `names`; measures with
            their own axes.

        Raises:
            SpecError: a task whose integers leave the ranges that it declared.
        """
        compute = self._evaluations(self.evaluators if names is None else tuple(names))
        found = compute(state, self.arrays, self.task_arrays)
        records = {name: self._real(value) for name, value in found.items()}
        if self._unchecked:
            check_extents(records, self.interface)
            self._unchecked = False
        return without_extents(records)

    def inspect(self, state: RunState) -> dict[str, np.ndarray]:
        """Record the probes that are made at checkpoints, and as `at` where each run stands; leading axis run."""
        values = self._inspect(state, self.arrays, self.task_arrays) | {"at": state.step}
        return {name: self._real(value) for name, value in values.items()}

    def clamp_effects(self, state: RunState) -> np.ndarray:
        """Measure how much each run's clamps, taken together, move the logits of its first batch.

        Returns:
            Largest absolute difference from the unclamped logits, by run; windows are taken where they first open.
        """

        def effect(state: RunState, arrays: Mapping[str, Array], tasks: PyTree) -> Array:
            learner = self._learner(arrays, tasks)
            spec, task = learner.spec, learner.training_task()
            sequences = training_batch(spec, task, 0)
            model = self.network.model(state.weights)
            opens = [
                jnp.min(jnp.asarray(clamp.windows, jnp.int32).reshape(-1, 2)[:, 0]) for clamp in spec.clamps
            ]
            # The last step lies in no window. All are computed by the same instructions, so that a clamp which
            # changes nothing leaves no rounding either.
            steps = jnp.stack([*opens, jnp.int32(clamps.FOREVER)])
            logits = jax.lax.map(
                lambda step: clamps.forward(model, task, sequences, spec.clamps, step, learner.others), steps
            )
            return jnp.max(jnp.abs(logits[:-1] - logits[-1]))

        return self._real(self._compiled(effect)(state, self.arrays, self.task_arrays))

    def real(self, tree: PyTree) -> PyTree:
        """Fetch a tree to the host, without the padding runs."""
        return jax.tree.map(self._real, tree)

    def place(self, tree: PyTree) -> PyTree:
        """Put a host tree of real runs onto the devices, padded and sharded over runs."""
        sharding = NamedSharding(self.mesh, PartitionSpec("run"))
        return jax.tree.map(lambda leaf: jax.device_put(self._padded(leaf), sharding), tree)

    def _watched(
        self, standard: Watch, probes: tuple[Probe, ...], own: Mapping[str, Watch]
    ) -> dict[str, Watch]:
        """Return how each evaluator is looked at, in order."""
        for name in own:
            if name not in self.evaluators:
                raise SpecError(
                    f"the task has no evaluator `{name}`: did you mean {nearest(name, self.evaluators)}?"
                )
        watched = {name: own.get(name, standard) for name in self.evaluators}
        train = watched["train"]
        watched["train"] = Watch(train.sequences, (*probes, *train.probes))
        return watched

    def _work(self) -> float:
        """Estimate the multiplications of a run's step in one direction."""
        parameters = sum(leaf.size for leaf in jax.tree.leaves(self.network.shapes))
        positions = getattr(self.interface.tokens, "length", 1)
        return float(parameters) * positions * self.cohort.static.batch_size

    def _learner(self, arrays: Mapping[str, Any], tasks: PyTree) -> Learner:
        """Return one run's functions, around what varies of it."""
        lent = arrays.get(OTHERS, {})
        return Learner(
            spec=self._spec(arrays),
            tasks=eqx.combine(self._everywhere(tasks), self.task_static),
            network=self.network,
            others={name: self.network.model(weights) for name, weights in lent.items()},
            watched=self.watched,
            shards=self.mesh.shape[SHARD],
        )

    def _spec(self, arrays: Mapping[str, Array]) -> RunSpec:
        return merge(self.cohort.static, arrays)

    def _padded(self, leaf: np.ndarray) -> np.ndarray:
        return np.concatenate([leaf, np.repeat(leaf[-1:], self.padding, 0)])

    def _real(self, leaf: Array) -> np.ndarray:
        return np.asarray(leaf)[: self.cohort.size]

    def _over_runs(self, function: Callable, shared: int) -> Callable:
        """Map a run's function over the population: sharded over devices, then by the strategy."""
        run, everyone = PartitionSpec("run"), PartitionSpec()

        def on_device(per_run: tuple, *rest: Any) -> Any:
            if self.strategy == "sequential":
                return jax.lax.map(lambda own: function(*own, *rest), per_run)
            return jax.vmap(lambda own: function(*own, *rest))(per_run)

        specs = (run, *[everyone] * shared)
        return jax.shard_map(on_device, mesh=self.mesh, in_specs=specs, out_specs=run, check_vma=False)

    def _compiled(self, function: Callable) -> Callable:
        """Compile a function of one run's (state, arrays, tasks) for the population."""
        mapped = self._over_runs(function, shared=1)
        return jax.jit(lambda state, arrays, tasks: mapped((state, arrays), tasks))

    @cached_property
    def _initialise(self) -> Callable:
        def init(arrays: Mapping[str, Array], tasks: PyTree) -> RunState:
            self.traces += 1
            return self._learner(arrays, tasks).init()

        mapped = self._over_runs(init, shared=1)
        return jax.jit(lambda arrays, tasks: mapped((arrays,), tasks))

    @cached_property
    def _advance(self) -> Callable:
        def chunk(state: RunState, arrays: Mapping[str, Array], tasks: PyTree, until: Array) -> RunState:
            self.traces += 1
            learner = self._learner(arrays, tasks)
            task = learner.training_task()
            end = jnp.minimum(until, learner.spec.steps)
            return jax.lax.while_loop(
                lambda s: (s.step < end) & s.alive, lambda s: learner.step(s, task), state
            )

        mapped = self._over_runs(chunk, shared=2)
        return jax.jit(
            lambda state, arrays, tasks, until: mapped((state, arrays), tasks, until), donate_argnums=0
        )

    def _evaluations(self, names: tuple[str, ...]) -> Callable:
        """Return the compiled evaluation of some evaluators; each set of them is compiled once."""
        if names not in self._compiled_evaluations:
            self._compiled_evaluations[names] = self._compiled(
                lambda state, arrays, tasks: self._learner(arrays, tasks).evaluate(state, names)
            )
        return self._compiled_evaluations[names]

    @cached_property
    def _compiled_evaluations(self) -> dict[tuple[str, ...], Callable]:
        return {}

    @cached_property
    def _inspect(self) -> Callable:
        def inspect(state: RunState, arrays: Mapping[str, Array], tasks: PyTree) -> dict[str, Array]:
            learner = self._learner(arrays, tasks)
            records: dict[str, Array] = {}
            for name in self.evaluators:
                records |= learner.probe(state, name, "checkpoint")
            return records

        return self._compiled(inspect)


def reset_losses(state: RunState) -> RunState:
    """Start the mean training loss anew, after it was recorded."""
    return eqx.tree_at(
        lambda s: (s.loss_mean, s.loss_count),
        state,
        (jnp.zeros_like(state.loss_mean), jnp.zeros_like(state.loss_count)),
    )
