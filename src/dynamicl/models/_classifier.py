"""The deep classifier of the mixture study: ReLU layers with one scalar bias each, then a linear read-out."""

from dataclasses import dataclass

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, PRNGKeyArray

from dynamicl.specs import check, register

from ._content import ContentTokens
from ._inputs import Interface
from ._taps import Tap, declare_axes

MOST_HIDDEN = 16
declare_axes({"classifier.in": ("d_model",)})
declare_axes({f"classifier.hidden.{i}": ("d_hidden",) for i in range(MOST_HIDDEN)})


@register("classifier")
@dataclass(frozen=True)
class ClassifierSpec:
    """Describe the classifier. The defaults are the mixture study's.

    Attributes:
        hidden: layers with ReLU before the linear read-out; 0 leaves the read-out alone.
        width: of each of them.
        tied: the read-out's vectors are the labels' own and not trained. They meet the last components of what the
            read-out sees: the content of a token, or the buffer of the minimal induction head, where `hidden` is 0.

    References:
        Reddy 2023, section 2 ("a three-layer MLP with ReLU activations and a softmax layer"), section 4 for tying.
    """

    hidden: int = 3
    width: int = 128
    tied: bool = False

    def check(self) -> None:
        """Raise `SpecError` for sizes that cannot be built."""
        check(
            0 <= self.hidden <= MOST_HIDDEN,
            f"`classifier.hidden` is {self.hidden}: give 0 (a linear read-out) to {MOST_HIDDEN} layers",
        )
        check(1 <= self.width <= 65536, f"`classifier.width` is {self.width}: give 1 to 65536")


class HiddenLayer(eqx.Module):
    """ReLU of a linear map and one scalar bias; weights N(0, 2 / fan_in), bias 0."""

    weight: Float[Array, "d_in d_hidden"]
    bias: Float[Array, ""]

    def __init__(self, d_in: int, d_out: int, *, key: PRNGKeyArray):
        self.weight = jax.random.normal(key, (d_in, d_out)) * jnp.sqrt(jnp.float32(2 / d_in))
        self.bias = jnp.float32(0)

    def __call__(self, x: Float[Array, " d_in"]) -> Float[Array, " d_hidden"]:
        """Apply the layer."""
        return jax.nn.relu(x @ self.weight + self.bias)


class Classifier(eqx.Module):
    """From the query's final vector to logits.

    Attributes:
        hidden: the ReLU layers.
        unembed: weights of the read-out, N(0, 1 / fan_in), without bias; `None` where it is tied to the labels.
    """

    hidden: tuple[HiddenLayer, ...]
    unembed: Float[Array, "d_hidden output"] | None

    def __init__(self, spec: ClassifierSpec, d_in: int, interface: Interface, *, key: PRNGKeyArray):
        k_out, *k_hidden = jax.random.split(key, spec.hidden + 1)
        widths = [d_in, *[spec.width] * spec.hidden]
        self.hidden = tuple(
            HiddenLayer(size, spec.width, key=own) for size, own in zip(widths, k_hidden, strict=False)
        )
        if spec.tied:
            content = interface.tokens.content.shape[-1]
            check(
                widths[-1] >= content,
                f"`classifier.width` is {spec.width}: a read-out tied to labels of {content} dimensions needs as many",
            )
            self.unembed = None
        else:
            scale = jnp.float32(widths[-1] ** -0.5)
            self.unembed = jax.random.normal(k_out, (widths[-1], interface.outputs)) * scale

    def __call__(self, x: Float[Array, " d_in"], tokens: ContentTokens, tap: Tap) -> Float[Array, " output"]:
        """Return the logits.

        Args:
            x: the query's final vector.
            tokens: the sequence, whose labels a tied read-out reads.
            tap: passes `classifier.in`, `classifier.hidden.0` ..., `logits`.
        """
        x = tap("classifier.in", x)
        for i, layer in enumerate(self.hidden):
            x = tap(f"classifier.hidden.{i}", layer(x))
        if self.unembed is None:
            return tap("logits", tokens.labels @ x[-tokens.labels.shape[-1] :])
        return tap("logits", x @ self.unembed)
