"""Recurrent networks in the transformer's place: the same embeddings and read-out around a stack of cells."""

from dataclasses import dataclass
from typing import Any, Literal

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, PRNGKeyArray

from dynamicl.specs import check, register

from ._embeddings import embedder
from ._inputs import Interface
from ._layers import LayerNorm, Linear
from ._taps import Tap, declare_axes, null_tap

declare_axes({"states": ("seq", "d_model")})


@register("recurrent")
@dataclass(frozen=True)
class RecurrentSpec:
    """Describe a recurrent network. The defaults are the distribution study's LSTM (thesis 2.3.5, appendix A.2).

    Attributes:
        cell: `lstm` (Hochreiter and Schmidhuber 1997, forget gates open at first) or `rnn` (Elman).
        activation: of the cells of `rnn`.
        layers: cells above each other.
        d_model: width of embeddings, states and cells.
        final_norm: layer normalisation before the output map.
        embedding_scale: standard deviation at which label or token tables are drawn.

    References:
        Singh 2025, Figure 2.7 and A.2. The thesis states neither the variant of the cells nor their biases; one bias a
        gate reproduces its parameter counts of the LSTM.
    """

    cell: Literal["lstm", "rnn"] = "lstm"
    activation: Literal["tanh", "relu"] = "tanh"
    layers: int = 2
    d_model: int = 64
    final_norm: bool = True
    embedding_scale: float = 0.02

    def check(self) -> None:
        """Raise `SpecError` for sizes that cannot be built."""
        check(1 <= self.layers <= 512, f"`model.layers` is {self.layers}: give 1 to 512")
        check(1 <= self.d_model <= 65536, f"`model.d_model` is {self.d_model}: give 1 to 65536")
        check(
            0 < self.embedding_scale <= 100,
            f"`model.embedding_scale` is {self.embedding_scale}: give above 0 to 100",
        )

    def build(self, interface: Interface, key: PRNGKeyArray) -> "Recurrent":
        """Draw a model for a task's interface."""
        return Recurrent(self, interface, key=key)


class Lstm(eqx.Module):
    """Long short-term memory; gates in the order input, candidate, forget, output."""

    gates: Linear

    def __init__(self, width: int, *, key: PRNGKeyArray):
        self.gates = Linear(2 * width, 4 * width, key=key)

    def start(self) -> tuple[Array, Array]:
        """Return the state before the first position: nothing shown, nothing remembered."""
        width = self.gates.weight.shape[1] // 4
        return jnp.zeros(width), jnp.zeros(width)

    def __call__(self, state: tuple[Array, Array], x: Float[Array, " d"]) -> tuple[Array, Array]:
        """Read one position; returns what is shown and what is remembered."""
        shown, memory = state
        first, candidate, forget, last = jnp.split(self.gates(jnp.concatenate([x, shown])), 4)
        # One is added to the forget gates, so that memories last before anything is learnt.
        kept = jax.nn.sigmoid(forget + 1.0) * memory
        memory = kept + jax.nn.sigmoid(first) * jnp.tanh(candidate)
        return jax.nn.sigmoid(last) * jnp.tanh(memory), memory


class Elman(eqx.Module):
    """A vanilla recurrent cell: maps of input and state with a bias each, added, then an activation."""

    read: Linear
    recur: Linear
    activation: str = eqx.field(static=True)

    def __init__(self, width: int, activation: str, *, key: PRNGKeyArray):
        first, second = jax.random.split(key)
        self.read, self.recur = Linear(width, width, key=first), Linear(width, width, key=second)
        self.activation = activation

    def start(self) -> tuple[Array]:
        """Return the state before the first position."""
        return (jnp.zeros(self.recur.weight.shape[1]),)

    def __call__(self, state: tuple[Array], x: Float[Array, " d"]) -> tuple[Array]:
        """Read one position."""
        act = jnp.tanh if self.activation == "tanh" else jax.nn.relu
        return (act(self.read(x) + self.recur(state[0])),)


class Recurrent(eqx.Module):
    """A recurrent network over one sequence: `model(tokens, tap) -> logits`.

    Sites: `embed.tokens`, `layers.*.states` (what each layer shows at every position), `norm.out`, `logits`. A position
    that is padding leaves the state as it is.
    """

    embed: Any
    cells: tuple[Lstm | Elman, ...]
    norm: LayerNorm | None
    unembed: Linear
    spec: RecurrentSpec = eqx.field(static=True)
    interface: Interface = eqx.field(static=True)

    def __init__(self, spec: RecurrentSpec, interface: Interface, *, key: PRNGKeyArray):
        k_embed, k_out, *k_cells = jax.random.split(key, spec.layers + 2)
        d = spec.d_model
        self.embed = embedder(interface.tokens, d, spec.embedding_scale, k_embed)
        lstm = spec.cell == "lstm"
        self.cells = tuple(Lstm(d, key=k) if lstm else Elman(d, spec.activation, key=k) for k in k_cells)
        self.norm = LayerNorm(d) if spec.final_norm else None
        self.unembed = Linear(d, interface.outputs, key=k_out)
        self.spec, self.interface = spec, interface

    def __call__(self, tokens: Any, tap: Tap = null_tap) -> Float[Array, " output"]:
        """Return the logits at the read-out position."""
        self.interface.check_sequence(tokens)
        x, valid = self.embed(tokens)
        x = tap("embed.tokens", x)
        for i, cell in enumerate(self.cells):
            x = tap(f"layers.{i}.states", run_cell(cell, x, valid))
        x = x[self.interface.readout]
        x = tap("norm.out", x if self.norm is None else self.norm(x))
        return tap("logits", self.unembed(x))


def run_cell(
    cell: Lstm | Elman, x: Float[Array, "seq d"], valid: Bool[Array, " seq"] | None = None
) -> Float[Array, "seq d"]:
    """Run a cell over a sequence.

    Args:
        cell: called on state and input; the first part of its state is what it shows.
        x: input at every position.
        valid: false where a position is padding.

    Returns:
        What the cell shows at every position.
    """
    real = jnp.ones(x.shape[0], bool) if valid is None else valid

    def read(state: Any, position: tuple[Array, Array]) -> tuple[Any, Array]:
        moved = cell(state, position[0])
        state = jax.tree.map(lambda new, old: jnp.where(position[1], new, old), moved, state)
        return state, state[0]

    return jax.lax.scan(read, cell.start(), (x, real))[1]
