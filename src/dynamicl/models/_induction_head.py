"""The minimal induction head: two attention layers with three parameters, or two, before the deep classifier.

Its residual stream has two parts, content and an empty buffer. Layer 1 writes what a token attends to into the buffer,
layer 2 compares the buffers of all tokens with the query's content and writes what it attends to beside that content.
A step costs a twentieth of the full network's.
"""

import math
from dataclasses import dataclass
from typing import Any

import equinox as eqx
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, PRNGKeyArray

from dynamicl.specs import check, register, vary

from ._attention import causal_mask, masked_pattern
from ._bare_attention import check_content
from ._classifier import Classifier, ClassifierSpec
from ._inputs import Interface
from ._taps import Tap, declare_axes, null_tap

PARAMETERS = ("beta1", "alpha", "beta2")
declare_axes({f"head.{name}": () for name in PARAMETERS})


@register("induction-head")
@dataclass(frozen=True)
class InductionHeadSpec:
    """Describe the minimal induction head.

    Each parameter passes a site of its own (`head.beta1`, `head.alpha`, `head.beta2`), where a clamp can hold it.

    Attributes:
        parameters: 3, or 2 without `beta2` (which is 0 then).
        beta1: at the start; draws the attention of layer 1 to the previous token. Varies between runs.
        alpha: at the start; draws the attention of layer 2 to tokens whose buffer matches the query. Varies.
        beta2: at the start; draws the query's attention to labels, whatever they are. Varies.
        classifier: on the query's content beside what it attended to.

    References:
        Reddy 2023, equations 4 to 6 and Figure 6; starts are not stated there, 0 is its landscape's (Figure 7).
    """

    parameters: int = 3
    beta1: float = vary(0.0)
    alpha: float = vary(0.0)
    beta2: float = vary(0.0)
    classifier: ClassifierSpec = ClassifierSpec()  # noqa: RUF009 - frozen

    def check(self) -> None:
        """Raise `SpecError` for another number of parameters, and for a start that is none or that two do not have."""
        check(
            self.parameters in (2, 3), f"`model.parameters` is {self.parameters}: give 3, or 2 without beta2"
        )
        for name in PARAMETERS:
            value = getattr(self, name)
            check(math.isfinite(value), f"`model.{name}` is {value}: give a finite number")
        check(
            self.parameters == 3 or self.beta2 == 0,
            f"`model.beta2` is {self.beta2} and `model.parameters` 2: leave it at 0, or give 3 parameters",
        )

    def build(self, interface: Interface, key: PRNGKeyArray) -> "InductionHead":
        """Draw a model for a task's interface.

        Raises:
            SpecError: the task's labels are numbers.
        """
        return InductionHead(self, interface, key=key)


class InductionHead(eqx.Module):
    """The minimal induction head over one sequence: `model(tokens, tap) -> logits`.

    Places are not read: that layer 1 may attend to the previous token is built in. Only the query's row of layer 2
    reaches the classifier, so only that is computed (`with_all_rows`).

    Attributes:
        beta1: layer 1 attends to the previous token as exp(beta1) to 1.
        alpha: layer 2 attends as exp(alpha x (buffer . content)).
        beta2: layer 2 attends to tokens at an odd distance, the query's to labels, as exp(beta2) to 1; `None` for 0.
    """

    beta1: Float[Array, ""]
    alpha: Float[Array, ""]
    beta2: Float[Array, ""] | None
    classifier: Classifier
    interface: Interface = eqx.field(static=True)
    all_rows: bool = eqx.field(static=True)

    def __init__(self, spec: InductionHeadSpec, interface: Interface, *, key: PRNGKeyArray):
        tokens = check_content(interface, "induction-head")
        self.beta1, self.alpha = (jnp.asarray(start, jnp.float32) for start in (spec.beta1, spec.alpha))
        self.beta2 = jnp.asarray(spec.beta2, jnp.float32) if spec.parameters == 3 else None
        self.classifier = Classifier(spec.classifier, 2 * tokens.content.shape[-1], interface, key=key)
        self.interface, self.all_rows = interface, False

    def __call__(self, tokens: Any, tap: Tap = null_tap) -> Float[Array, " output"]:
        """Return the logits at the query's position.

        Args:
            tokens: one sequence.
            tap: every intermediate passes it; `dynamicl.models.sites` lists the names.
        """
        self.interface.check_sequence(tokens)
        content = tap("embed.tokens", tokens.content)
        everything = np.arange(content.shape[0])
        rows = everything if self.all_rows else everything[[self.interface.readout]]
        first = self._layer_one(everything, tap)
        second = self._layer_two(content, first, rows, tap)
        buffer = tap("layers.1.attn.out", second[0] @ content)
        readout = self.interface.readout if self.all_rows else 0
        return self.classifier(jnp.concatenate([content[rows[readout]], buffer[readout]]), tokens, tap)

    def _layer_one(self, everything: np.ndarray, tap: Tap) -> Float[Array, "1 query key"]:
        """Return the first layer's attention: the same for every sequence, unless a clamp says otherwise."""
        distance = everything[:, None] - everything[None, :]
        scores = tap("head.beta1", self.beta1) * jnp.asarray(distance == 1, jnp.float32)
        allowed = jnp.asarray(causal_mask(everything, len(everything)))
        return masked_pattern(scores[None], allowed, tap, "layers.0.attn")

    def _layer_two(
        self, content: Float[Array, "seq d"], first: Float[Array, "1 seq key"], rows: np.ndarray, tap: Tap
    ) -> Float[Array, "1 query key"]:
        """Return the second layer's attention at the given rows."""
        everything = np.arange(content.shape[0])
        # (attention x content) . query = attention x (content . query): no buffer needs to be filled.
        match = (content[rows] @ content.T) @ first[0].T
        scores = tap("head.alpha", self.alpha) * match
        if self.beta2 is not None:
            is_odd = (rows[:, None] - everything[None, :]) % 2 == 1
            scores = scores + tap("head.beta2", self.beta2) * jnp.asarray(is_odd, jnp.float32)
        allowed = jnp.asarray(causal_mask(rows, len(everything)))
        return masked_pattern(scores[None], allowed, tap, "layers.1.attn")
