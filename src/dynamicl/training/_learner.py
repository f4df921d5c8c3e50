"""A run as four pure functions of a described state: start, make an update, evaluate, look inside.

`Program` compiles and places them. Here is one run, and nothing of populations, devices or files.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import optax
from jaxtyping import Array, Bool, Float, Int, PyTree

from dynamicl import clamps
from dynamicl.models import BatchStage, batch_tokens, with_all_rows
from dynamicl.tasks import Sequence as Sequences

from ._evaluation import bound, piece_of, pieces, training_batch
from ._extents import extents
from ._gradient import value_and_gradient
from ._network import Network
from ._objective import cross_entropy, penalty
from ._probe import SCORES, Descent, Probe, check_variables, recorded_name, scores_of_sequences, summary
from ._run import RunSpec
from ._streams import stream_key

SHARD = "shard"
"""The named axis over which a batch is spread where there are fewer runs than devices."""


class RunState(eqx.Module):
    """Everything that a run's next step depends on, besides its spec.

    Attributes:
        weights: the model's arrays, buffers among them.
        optimizer: the optimizer's state, of what is learnable.
        step: updates made.
        alive: false once it diverged; from then on nothing changes.
        loss_mean: mean training loss (cross-entropy, nats) since the last record.
        loss_count: how many updates that is.
        gradient_norm: Euclidean norm of the last gradient.
    """

    weights: PyTree
    optimizer: PyTree
    step: Int[Array, "*run"]
    alive: Bool[Array, "*run"]
    loss_mean: Float[Array, "*run"]
    loss_count: Int[Array, "*run"]
    gradient_norm: Float[Array, "*run"]


@dataclass(frozen=True)
class Watch:
    """How one evaluator is looked at.

    Attributes:
        sequences: how many.
        probes: what is recorded on them besides the scores.
    """

    sequences: int = 1000
    probes: tuple[Probe, ...] = ()


@dataclass(frozen=True)
class Learner:
    """One run.

    Attributes:
        spec: of the run; what varies inside its cohort may be traced.
        tasks: as the task spec prepared them, by evaluator.
        network: its network's shapes.
        others: networks that clamps take values from, by pass.
        watched: evaluators, in order, and how they are looked at.
        shards: pieces into which each batch is cut, one a device; with more than one, all functions run under the axis
            `SHARD`.
    """

    spec: RunSpec
    tasks: Mapping[str, Any]
    network: Network
    others: Mapping[str, Any] = field(default_factory=dict)
    watched: Mapping[str, Watch] = field(default_factory=dict)
    shards: int = 1

    def init(self) -> RunState:
        """Draw the weights from the run's own seed."""
        model = self.spec.model.build(self.network.interface, stream_key(self.spec.seeds.init, "init"))
        weights = eqx.filter(model, eqx.is_array)
        zero = jnp.float32(0)
        optimizer = self.spec.optimizer.init(eqx.filter(weights, self.network.trained))
        return RunState(weights, optimizer, jnp.int32(0), jnp.bool_(True), zero, jnp.int32(0), zero)

    def training_task(self) -> Any:
        """Return the bound training task: its world is drawn here, once for many steps."""
        return bound(self.spec, self.tasks["train"])

    def step(self, state: RunState, task: Any) -> RunState:
        """Make one update.

        Args:
            state: before it.
            task: the bound training task.
        """
        spec, network = self.spec, self.network
        sequences = self._own_share(training_batch(spec, task, state.step))
        weights, constants = eqx.partition(state.weights, network.trained)

        def loss(weights: PyTree) -> tuple[Array, tuple[Array, PyTree]]:
            model = network.model(eqx.combine(weights, constants))
            tokens, moved = self._batch_stage(model, jax.vmap(task.inputs)(sequences.tokens))
            logits = clamps.forward_tokens(
                model, tokens, sequences.roles, spec.clamps, state.step, self.others
            )
            data_loss = cross_entropy(logits, sequences.target)
            total = data_loss + penalty(spec.objective, weights) if spec.objective.penalties else data_loss
            return total, (data_loss, moved)

        (_, (value, moved)), gradient = value_and_gradient(loss, weights)
        if self.shards > 1:
            value, gradient = jax.lax.pmean((value, gradient), SHARD)
        squares = optax.tree.norm(gradient, squared=True)
        fine = jnp.isfinite(squares) & (value <= spec.diverge_above)

        def take() -> RunState:
            updated, optimizer = spec.optimizer.update(gradient, state.optimizer, weights, state.step)
            count = state.loss_count + 1
            return RunState(
                weights=eqx.combine(updated, constants if moved is None else moved),
                optimizer=optimizer,
                step=state.step + 1,
                alive=fine,
                loss_mean=state.loss_mean + (value - state.loss_mean) / count.astype(jnp.float32),
                loss_count=count,
                gradient_norm=jnp.sqrt(squares),
            )

        # A step that went wrong is not taken: the last healthy weights stay. Branching lets the update write over the
        # old state; choosing between two states leaf by leaf would copy it: measured, 12 % of the whole step.
        return jax.lax.cond(fine, take, lambda: eqx.tree_at(lambda s: s.alive, state, fine))

    def evaluate(self, state: RunState, names: Sequence[str]) -> dict[str, Array]:
        """Record evaluators, and the probes on them.

        Args:
            state: whose weights are looked at.
            names: of the evaluators that are due.

        Returns:
            `SCORES` with an axis evaluator, in the order of `names`; probes by variable, with `@evaluator` behind it
            where that is not `train`; what the run's state says; and `extents/...`, what the sequences' integers span.
        """
        model = self.network.model(state.weights)
        scores: list[dict[str, Array]] = []
        records: dict[str, Array] = {}
        for name in names:
            watch = self.watched[name]
            score, reach = self._scores(model, name, watch.sequences, state.step)
            scores.append(score)
            records |= {f"extents/{name}/{what}": value for what, value in reach.items()}
            records |= self.probe(state, name, "evaluation")
        for kind in SCORES:
            records[kind] = jnp.stack([own[kind] for own in scores]) if scores else jnp.zeros(0)
        first = records["loss"][names.index("train")] if "train" in names else jnp.nan
        return records | {
            "train_loss": jnp.where(state.loss_count > 0, state.loss_mean, first),
            "gradient_norm": state.gradient_norm,
            "learning_rate": self.spec.optimizer.rate(state.step),
            "alive": state.alive,
            "at": state.step,
        }

    def probe(self, state: RunState, name: str, at: str) -> dict[str, Array]:
        """Record an evaluator's probes of one kind (`evaluation` or `checkpoint`), on its first piece of sequences."""
        probes = [probe for probe in self.watched[name].probes if probe.at == at]
        if not probes:
            return {}
        model = self.network.model(state.weights)
        task = bound(self.spec, self.tasks[name])
        _, size = pieces(self.watched[name].sequences)
        sequences = piece_of(self.spec, name, task, size, 0)
        full = with_all_rows(model)
        whole = {pass_name: with_all_rows(other) for pass_name, other in self.others.items()}
        patterns = sorted({pattern for probe in probes for pattern in probe.sites})
        _, activations = clamps.forward_recorded(
            full, task, sequences, self.spec.clamps, state.step, patterns, whole
        )
        records: dict[str, Array] = {}
        for probe in probes:
            part = slice(None, probe.sequences or None)
            seen = jax.tree.map(lambda leaf, part=part: leaf[part], (activations, sequences))
            extra = (task,) if probe.needs_task else ()
            if probe.needs_descent:
                extra = (*extra, self._descent(state, task, seen[1]))
            values = probe.compute(full, *seen, *extra)
            check_variables(probe, values)
            records |= values
        return {recorded_name(variable, name): value for variable, value in records.items()}

    def _descent(self, state: RunState, task: Any, sequences: Sequences) -> Descent:
        """Return what updates change of a state, and the loss that they lower, clamps included, on some sequences."""
        weights, constants = eqx.partition(state.weights, self.network.trained)

        def loss(weights: PyTree) -> Array:
            model = self.network.model(eqx.combine(weights, constants))
            tokens = batch_tokens(model, jax.vmap(task.inputs)(sequences.tokens))
            logits = clamps.forward_tokens(
                model, tokens, sequences.roles, self.spec.clamps, state.step, self.others
            )
            return cross_entropy(logits, sequences.target)

        return Descent(weights, loss)

    def _scores(
        self, model: Any, name: str, count: int, step: Int[Array, ""]
    ) -> tuple[dict[str, Array], dict[str, Array]]:
        """Score an evaluator's sequences, piece by piece."""
        task = bound(self.spec, self.tasks[name])
        number, size = pieces(count)

        def piece(index: Array | int) -> tuple[dict[str, Array], dict[str, Array]]:
            sequences = piece_of(self.spec, name, task, size, index)
            tokens = jax.vmap(task.inputs)(sequences.tokens)
            read = batch_tokens(model, tokens)
            logits = clamps.forward_tokens(model, read, sequences.roles, self.spec.clamps, step, self.others)
            return scores_of_sequences(logits, sequences), extents(tokens, sequences)

        if number == 1:
            scores, reach = piece(0)
            return summary(scores), reach
        scores, reach = jax.lax.map(piece, jnp.arange(number))
        flat = jax.tree.map(lambda leaf: leaf.reshape(-1)[:count], scores)
        return summary(flat), jax.tree.map(
            lambda leaf: jnp.stack([leaf[:, 0].min(), leaf[:, 1].max()]), reach
        )

    def _batch_stage(self, model: Any, tokens: Any) -> tuple[Any, PyTree]:
        """Run a model's batch stage, if it has one; its arrays that updates do not change come back moved on.

        One of which nothing is trained stands still: its averages do not move, and are what it normalises by.
        """
        if not isinstance(model, BatchStage):
            return tokens, None
        if self.network.frozen_stage:
            return batch_tokens(model, tokens), None
        axes = (SHARD,) if self.shards > 1 else ()
        tokens, moved = model.embed_batch(tokens, training=True, axes=axes)
        arrays = eqx.filter(moved, eqx.is_array)
        return tokens, jax.lax.stop_gradient(eqx.partition(arrays, self.network.trained)[1])

    def _own_share(self, sequences: Sequences) -> Sequences:
        """Return this device's share of a batch."""
        if self.shards == 1:
            return sequences
        size = self.spec.batch_size // self.shards
        start = jax.lax.axis_index(SHARD) * size
        return jax.tree.map(lambda leaf: jax.lax.dynamic_slice_in_dim(leaf, start, size), sequences)
