"""The compiled program of a cohort: initialise, advance by any number of steps, evaluate.

On a CPU each device takes its runs one after the other, a run's whole chunk at a time, so its weights stay in the
core's cache and its bits depend neither on the population's size nor on the number of devices, as long as there is
more than one (see `layout`). On an accelerator the runs of a device advance together (`vmap`).
"""

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any, Literal

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import optax
from jax.sharding import Mesh, NamedSharding, PartitionSpec
from jaxtyping import Array, Bool, Float, Int, PRNGKeyArray, PyTree

from dynamicl import clamps
from dynamicl.models import model_inputs, sites, with_all_rows
from dynamicl.specs import merge
from dynamicl.tasks import Sequence

from ._cohort import Cohort
from ._devices import layout, run_mesh
from ._gradient import value_and_gradient
from ._optimizers import learning_rate, step_weights, transformation
from ._probe import Probe, standard_scores
from ._run import RunSpec
from ._settings import check_precision

Strategy = Literal["sequential", "vectorised"]
OTHERS = "others"
"""Where a program's arrays hold the weights that other networks lend, beside the values that vary between runs."""


class RunState(eqx.Module):
    """Everything that a run's next step depends on, besides its spec.

    Attributes:
        weights: the model's arrays.
        optimizer: the optimizer's state.
        step: updates made.
        alive: false once it diverged; from then on nothing changes.
        loss_sum: training losses (nats) since the last record, added up.
        loss_count: how many.
        gradient_norm: Euclidean norm of the last gradient.
    """

    weights: PyTree
    optimizer: PyTree
    step: Int[Array, "*run"]
    alive: Bool[Array, "*run"]
    loss_sum: Float[Array, "*run"]
    loss_count: Int[Array, "*run"]
    gradient_norm: Float[Array, "*run"]


class Program:
    """A cohort's compiled functions.

    Args:
        cohort: the runs.
        probes: measures to record.
        sequences: of each evaluator.
        mesh: devices; all by default.
        strategy: `sequential` or `vectorised`; by default the one that suits the devices.
    """

    def __init__(
        self,
        cohort: Cohort,
        probes: tuple[Probe, ...] = (),
        sequences: int = 1000,
        mesh: Mesh | None = None,
        strategy: Strategy | None = None,
    ):
        check_precision()
        self.cohort = cohort
        self.probes = probes
        self.sequences = sequences
        self.mesh = run_mesh() if mesh is None else mesh
        self.strategy: Strategy = strategy or (
            "sequential" if self.mesh.devices.flat[0].platform == "cpu" else "vectorised"
        )
        self.tasks = cohort.static.task.prepare()
        # Trees of dictionaries come back sorted by key; the order of evaluators is kept here.
        self.evaluators = tuple(self.tasks)
        self.interface = self.tasks["train"].interface
        self.task_arrays, self.task_static = eqx.partition(self.tasks, eqx.is_array)
        padding = -cohort.size % self.mesh.size
        self.padding = padding
        self.arrays: dict[str, Any] = {name: self._padded(a) for name, a in cohort.arrays.items()}
        self.traces = 0
        abstract = eqx.filter_eval_shape(cohort.static.model.build, self.interface, jax.random.key(0))
        self.model_shapes, self.model_static = eqx.partition(
            abstract, lambda leaf: isinstance(leaf, jax.ShapeDtypeStruct)
        )
        self._check_interventions(abstract)
        self.frozen = clamps.frozen_parts(cohort.static.grafts, self.model_shapes)

    def lend(self, others: Mapping[str, PyTree]) -> None:
        """Give the weights of the networks that clamps take values from, leading axis run, by the pass they make."""
        self.arrays = {**self.arrays, OTHERS: jax.tree.map(self._padded, dict(others))}

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

    def evaluate(self, state: RunState, at: str = "evaluation") -> dict[str, np.ndarray]:
        """Record evaluators and measures.

        Returns:
            Arrays with leading axis run: scores with a second axis evaluator, measures with their own axes.
        """
        compute = self._evaluate if at == "evaluation" else self._inspect
        return {
            name: self._real(value) for name, value in compute(state, self.arrays, self.task_arrays).items()
        }

    def clamp_effects(self, state: RunState) -> np.ndarray:
        """Measure how much each run's clamps, taken together, move the logits of its first batch.

        Returns:
            Largest absolute difference from the unclamped logits, by run; windows are taken where they first open.
        """

        def one(state: RunState, arrays: Mapping[str, Array], tasks: PyTree) -> Array:
            spec = self._spec(arrays)
            task = spec.task.bind(eqx.combine(tasks, self.task_static)["train"])
            sequences = task.batch(jax.random.fold_in(jax.random.key(spec.seeds.data), 0), spec.batch_size)
            model = self.model(state.weights)
            opens = [
                jnp.min(jnp.asarray(clamp.windows, jnp.int32).reshape(-1, 2)[:, 0]) for clamp in spec.clamps
            ]
            # The last step lies in no window. All are computed by the same instructions, so that a clamp which
            # changes nothing leaves no rounding either.
            steps = jnp.stack([*opens, jnp.int32(clamps.FOREVER)])
            others = self._others(arrays)
            logits = jax.lax.map(
                lambda step: clamps.forward(model, task, sequences, spec.clamps, step, others), steps
            )
            return jnp.max(jnp.abs(logits[:-1] - logits[-1]))

        mapped = self._over_runs(one, shared=1)
        return self._real(
            jax.jit(lambda *given: mapped(given[:2], given[2]))(state, self.arrays, self.task_arrays)
        )

    def real(self, tree: PyTree) -> PyTree:
        """Fetch a tree to the host, without the padding runs."""
        return jax.tree.map(self._real, tree)

    def place(self, tree: PyTree) -> PyTree:
        """Put a host tree of real runs onto the devices, padded and sharded over runs."""
        sharding = NamedSharding(self.mesh, PartitionSpec("run"))

        return jax.tree.map(lambda leaf: jax.device_put(self._padded(leaf), sharding), tree)

    def _padded(self, leaf: np.ndarray) -> np.ndarray:
        return np.concatenate([leaf, np.repeat(leaf[-1:], self.padding, 0)])

    def model(self, weights: PyTree) -> Any:
        """Return one run's model around its weights."""
        return eqx.combine(weights, self.model_static)

    def _check_interventions(self, model: Any) -> None:
        """Refuse clamps and grafts that miss, before anything is computed."""
        static = self.cohort.static
        clamps.check_grafts(static.grafts, self.model_shapes)
        if static.clamps:
            known = sites(model, model_inputs(self.interface))
            for run in self.cohort.runs:
                clamps.check_clamps(run.clamps, known, run.steps)

    def _real(self, leaf: Array) -> np.ndarray:
        return np.asarray(leaf)[: self.cohort.size]

    def _others(self, arrays: Mapping[str, Any]) -> dict[str, Any]:
        """Return the networks of a run that were lent, by pass."""
        return {name: self.model(weights) for name, weights in arrays.get(OTHERS, {}).items()}

    def _spec(self, arrays: Mapping[str, Array]) -> RunSpec:
        return merge(self.cohort.static, arrays)

    def _over_runs(self, function: Callable, shared: int) -> Callable:
        """Map a run's function over the population: sharded over devices, then by the strategy."""
        run, everyone = PartitionSpec("run"), PartitionSpec()

        def on_device(per_run: tuple, *rest: Any) -> Any:
            if self.strategy == "sequential":
                return jax.lax.map(lambda one: function(*one, *rest), per_run)
            return jax.vmap(lambda one: function(*one, *rest))(per_run)

        specs = (run, *[everyone] * shared)
        return jax.shard_map(on_device, mesh=self.mesh, in_specs=specs, out_specs=run, check_vma=False)

    @cached_property
    def _initialise(self) -> Callable:
        def one(arrays: Mapping[str, Array], _: PyTree) -> RunState:
            self.traces += 1
            spec = self._spec(arrays)
            model = spec.model.build(self.interface, jax.random.key(spec.seeds.init))
            weights = eqx.filter(model, eqx.is_array)
            zero = jnp.float32(0)
            optimizer = transformation(spec.optimizer).init(weights)
            return RunState(weights, optimizer, jnp.int32(0), jnp.bool_(True), zero, jnp.int32(0), zero)

        mapped = self._over_runs(one, shared=1)
        return jax.jit(lambda arrays, tasks: mapped((arrays,), tasks))

    @cached_property
    def _advance(self) -> Callable:
        def one(state: RunState, arrays: Mapping[str, Array], tasks: PyTree, until: Array) -> RunState:
            self.traces += 1
            spec = self._spec(arrays)
            task = spec.task.bind(eqx.combine(tasks, self.task_static)["train"])
            data_key = jax.random.key(spec.seeds.data)
            end = jnp.minimum(until, spec.steps)
            others = self._others(arrays)
            return jax.lax.while_loop(
                lambda s: (s.step < end) & s.alive,
                lambda s: self._step(spec, task, data_key, s, others),
                state,
            )

        mapped = self._over_runs(one, shared=2)
        return jax.jit(
            lambda state, arrays, tasks, until: mapped((state, arrays), tasks, until), donate_argnums=0
        )

    def _step(
        self, spec: RunSpec, task: Any, data_key: PRNGKeyArray, state: RunState, others: Mapping[str, Any]
    ) -> RunState:
        sequences = task.batch(jax.random.fold_in(data_key, state.step), spec.batch_size)

        def loss(weights: PyTree) -> Array:
            model = self.model(self._held(weights))
            logits = clamps.forward(model, task, sequences, spec.clamps, state.step, others)
            return jnp.mean(optax.softmax_cross_entropy_with_integer_labels(logits, sequences.target))

        value, gradient = value_and_gradient(loss, state.weights)
        squares = optax.tree.norm(gradient, squared=True)
        fine = jnp.isfinite(squares) & (value <= spec.diverge_above)

        def take() -> RunState:
            weights, optimizer = step_weights(
                spec.optimizer, gradient, state.optimizer, state.weights, state.step
            )
            return RunState(
                weights=jax.tree.map(
                    lambda new, old, frozen: old if frozen else new, weights, state.weights, self.frozen
                ),
                optimizer=optimizer,
                step=state.step + 1,
                alive=fine,
                loss_sum=state.loss_sum + value,
                loss_count=state.loss_count + 1,
                gradient_norm=jnp.sqrt(squares),
            )

        # A step that went wrong is not taken: the last healthy weights stay. Branching lets the update write over the
        # old state; choosing between two states leaf by leaf would copy it: measured, 12 % of the whole step.
        return jax.lax.cond(fine, take, lambda: eqx.tree_at(lambda s: s.alive, state, fine))

    def _held(self, weights: PyTree) -> PyTree:
        """Let no gradient into frozen parts; what would compute it is dropped from the program."""
        return jax.tree.map(lambda w, frozen: jax.lax.stop_gradient(w) if frozen else w, weights, self.frozen)

    @cached_property
    def _evaluate(self) -> Callable:
        def one(state: RunState, arrays: Mapping[str, Array], tasks: PyTree) -> dict[str, Array]:
            spec, model, everything = (
                self._spec(arrays),
                self.model(state.weights),
                eqx.combine(tasks, self.task_static),
            )
            others, scores = self._others(arrays), []
            for i, name in enumerate(self.evaluators):
                task = everything[name]
                sequences = self._fixed(spec, task, i)
                bound = spec.task.bind(task)
                logits = clamps.forward(model, bound, sequences, spec.clamps, state.step, others)
                scores.append(standard_scores(logits, sequences))
            records = {name: jnp.stack([s[name] for s in scores]) for name in scores[0]}
            records |= self._probe(spec, model, everything["train"], state, "evaluation", others)
            records["train_loss"] = state.loss_sum / jnp.maximum(state.loss_count, 1).astype(jnp.float32)
            records["train_loss"] = jnp.where(state.loss_count > 0, records["train_loss"], records["loss"][0])
            records["gradient_norm"] = state.gradient_norm
            records["learning_rate"] = learning_rate(spec.optimizer, state.step)
            records["alive"] = state.alive
            records["at"] = state.step
            return records

        mapped = self._over_runs(one, shared=1)
        return jax.jit(lambda state, arrays, tasks: mapped((state, arrays), tasks))

    @cached_property
    def _inspect(self) -> Callable:
        def one(state: RunState, arrays: Mapping[str, Array], tasks: PyTree) -> dict[str, Array]:
            spec, task = self._spec(arrays), eqx.combine(tasks, self.task_static)["train"]
            others = self._others(arrays)
            return self._probe(spec, self.model(state.weights), task, state, "checkpoint", others)

        mapped = self._over_runs(one, shared=1)
        return jax.jit(lambda state, arrays, tasks: mapped((state, arrays), tasks))

    def _fixed(self, spec: RunSpec, task: Any, index: int) -> Sequence:
        """Draw an evaluator's sequences: the same ones at every call."""
        return task.batch(jax.random.fold_in(jax.random.key(spec.seeds.evaluation), index), self.sequences)

    def _probe(
        self, spec: RunSpec, model: Any, task: Any, state: RunState, at: str, others: Mapping[str, Any]
    ) -> dict[str, Array]:
        probes = [probe for probe in self.probes if probe.at == at]
        if not probes:
            return {}
        full = with_all_rows(model)
        sequences = self._fixed(spec, task, 0)
        patterns = sorted({pattern for probe in probes for pattern in probe.sites})
        whole = {name: with_all_rows(other) for name, other in others.items()}
        _, activations = clamps.forward_recorded(
            full, spec.task.bind(task), sequences, spec.clamps, state.step, patterns, whole
        )
        records: dict[str, Array] = {}
        for probe in probes:
            part = slice(None, probe.sequences or None)
            chosen = jax.tree.map(lambda a, part=part: a[part], (activations, sequences))
            task_too = (spec.task.bind(task),) if probe.needs_task else ()
            records |= probe.compute(full, *chosen, *task_too)
        return records


def reset_losses(state: RunState) -> RunState:
    """Start the mean training loss anew, after it was recorded."""
    return eqx.tree_at(
        lambda s: (s.loss_sum, s.loss_count),
        state,
        (jnp.zeros_like(state.loss_sum), jnp.zeros_like(state.loss_count)),
    )
