"""Images embedded by a residual network that learns with the rest, in front of any model of exemplar-label pairs.

The published network is the distribution study's: bottleneck blocks, batch normalisation over the images of a batch.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, PRNGKeyArray

from dynamicl.specs import check, register

from ._buffers import Buffer
from ._embeddings import embeds, look_up
from ._inputs import Interface, PairTokens
from ._taps import Tap, null_tap
from ._transformer import TransformerSpec

EPSILON = 1e-5
SHRINK = 4
"""Width of a block over that of its bottleneck."""
STEM = 64


@register("images")
@dataclass(frozen=True)
class ImagesSpec:
    """Describe a model whose exemplars are images, given as vectors of square pictures' pixels.

    Attributes:
        body: spec of the model that reads the embedded pairs; its `d_model` is the last of `widths`.
        widths: of the groups of blocks; every group but the first halves the picture.
        blocks: in each group.
        normalisation: `batch` over all images and positions of a batch, with running averages in evaluation, or `group`
            over each image alone.
        groups: of channels, with `group`.
        decay: of the running averages, per step.

    References:
        Singh 2025, 2.2.2; the published sizes have 22,176 parameters.
    """

    body: Any = field(
        default_factory=lambda: TransformerSpec(layers=12, mlp_ratio=4.0, positions="sinusoidal")
    )
    widths: tuple[int, ...] = (16, 32, 32, 64)
    blocks: int = 2
    normalisation: Literal["batch", "group"] = "batch"
    groups: int = 4
    decay: float = 0.9

    def check(self) -> None:
        """Raise `SpecError` for sizes that cannot be built."""
        check(
            bool(self.widths) and all(width >= SHRINK and width % SHRINK == 0 for width in self.widths),
            f"`model.widths` is {self.widths}: give multiples of {SHRINK}",
        )
        width = getattr(self.body, "d_model", None)
        check(
            width == self.widths[-1],
            f"`model.body.d_model` is {width}: an embedded image is {self.widths[-1]} wide, the last of `model.widths`",
        )
        check(self.blocks >= 1, f"`model.blocks` is {self.blocks}: give at least 1")
        narrowest = min(self.widths) // SHRINK
        check(
            self.normalisation == "batch" or (self.groups >= 1 and narrowest % self.groups == 0),
            f"`model.groups` is {self.groups}: give a number that divides {narrowest}, the narrowest bottleneck",
        )
        check(0 <= self.decay < 1, f"`model.decay` is {self.decay}: give 0 to below 1")

    def build(self, interface: Interface, key: PRNGKeyArray) -> "Images":
        """Draw a model for a task's interface."""
        return Images(self, interface, key=key)


class EmbeddedPairs(PairTokens):
    """Exemplars that are embedded already, with labels: what a model behind an image embedder reads.

    Exemplars are vectors of the residual stream's width, which an embedder takes as they are.
    """


class LabelEmbedding(eqx.Module):
    """Labels from a table, between exemplars as they are."""

    label: Float[Array, "label d"]

    def __call__(self, tokens: EmbeddedPairs) -> tuple[Float[Array, "seq d"], None]:
        """Return the embedded sequence; no position is padding."""
        pairs = jnp.stack([tokens.exemplars[:-1], look_up(self.label, tokens.labels)], axis=1)
        return jnp.concatenate([pairs.reshape(-1, pairs.shape[-1]), tokens.exemplars[-1:]]), None


@embeds(EmbeddedPairs)
def _label_embedding(tokens: EmbeddedPairs, d_model: int, scale: float, key: PRNGKeyArray) -> LabelEmbedding:
    return LabelEmbedding(scale * jax.random.truncated_normal(key, -2.0, 2.0, (tokens.label_count, d_model)))


class Looked(NamedTuple):
    """How images are looked at.

    Attributes:
        training: whether batch statistics are the batch's own.
        axes: named axes over which the batch is spread.
    """

    training: bool
    axes: tuple[str, ...]


class BatchNorm(eqx.Module):
    """Normalisation of channels over images and positions; running averages, kept and not learnt, in evaluation."""

    scale: Float[Array, " channel"]
    shift: Float[Array, " channel"]
    mean: Buffer
    variance: Buffer
    decay: float = eqx.field(static=True)

    def __init__(self, channels: int, decay: float, first_scale: float = 1.0):
        self.scale, self.shift = jnp.full(channels, first_scale), jnp.zeros(channels)
        self.mean, self.variance, self.decay = Buffer(jnp.zeros(channels)), Buffer(jnp.ones(channels)), decay

    def __call__(self, x: Float[Array, "n h w channel"], how: Looked) -> tuple[Array, "BatchNorm"]:
        """Normalise; returns the module with its averages moved on."""
        if not how.training:
            return _normalised(x, self.mean.value, self.variance.value, self.scale, self.shift), self
        mean, square = jnp.mean(x, (0, 1, 2)), jnp.mean(x * x, (0, 1, 2))
        if how.axes:
            mean, square = jax.lax.pmean((mean, square), how.axes)
        # Rounding may leave less than nothing of a nearly constant channel.
        variance = jnp.maximum(square - mean * mean, 0)
        moved = [
            self.decay * old + (1 - self.decay) * new
            for old, new in ((self.mean.value, mean), (self.variance.value, variance))
        ]
        after = eqx.tree_at(lambda norm: [norm.mean.value, norm.variance.value], self, moved)
        return _normalised(x, mean, variance, self.scale, self.shift), after


class GroupNorm(eqx.Module):
    """Normalisation of groups of channels over each image's positions."""

    scale: Float[Array, " channel"]
    shift: Float[Array, " channel"]
    groups: int = eqx.field(static=True)

    def __init__(self, channels: int, groups: int, first_scale: float = 1.0):
        self.scale, self.shift, self.groups = jnp.full(channels, first_scale), jnp.zeros(channels), groups

    def __call__(self, x: Float[Array, "n h w channel"], how: Looked) -> tuple[Array, "GroupNorm"]:
        """Normalise; nothing moves on."""
        split = x.reshape(*x.shape[:3], self.groups, -1)
        mean = jnp.mean(split, (1, 2, 4), keepdims=True)
        variance = jnp.mean((split - mean) ** 2, (1, 2, 4), keepdims=True)
        flat = ((split - mean) * jax.lax.rsqrt(variance + EPSILON)).reshape(x.shape)
        return flat * self.scale + self.shift, self


def _normalised(x: Array, mean: Array, variance: Array, scale: Array, shift: Array) -> Array:
    return (x - mean) * (jax.lax.rsqrt(variance + EPSILON) * scale) + shift


Norm = BatchNorm | GroupNorm
Norms = Callable[..., Norm]


class Convolution(eqx.Module):
    """A convolution without bias and the normalisation after it; only the stride shrinks the picture."""

    weight: Float[Array, "kernel kernel channel_in channel_out"]
    norm: Norm
    stride: int = eqx.field(static=True)

    def __init__(
        self, kernel: int, first: int, second: int, norm: Norm, stride: int = 1, *, key: PRNGKeyArray
    ):
        draw = jax.nn.initializers.variance_scaling(1.0, "fan_in", "truncated_normal")
        self.weight = draw(key, (kernel, kernel, first, second), jnp.float32)
        self.norm, self.stride = norm, stride

    def __call__(self, x: Float[Array, "n h w channel"], how: Looked) -> tuple[Array, "Convolution"]:
        """Convolve and normalise; returns the module with its averages moved on."""
        y, norm = self.norm(self.convolved(x), how)
        return y, eqx.tree_at(lambda step: step.norm, self, norm)

    def convolved(self, x: Float[Array, "n h w channel_in"]) -> Float[Array, "n h2 w2 channel_out"]:
        """Convolve alone; a kernel of one pixel is a product of matrices."""
        if self.weight.shape[0] == 1:
            return x[:, :: self.stride, :: self.stride] @ self.weight[0, 0]
        strides = (self.stride, self.stride)
        return jax.lax.conv_general_dilated(
            x, self.weight, strides, "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC")
        )


class Bottleneck(eqx.Module):
    """A residual block: narrow to a quarter, convolve, widen, add, rectify; it starts as its shortcut alone."""

    steps: tuple[Convolution, Convolution, Convolution]
    shortcut: Convolution | None

    def __init__(self, first: int, width: int, stride: int, project: bool, norm: Norms, *, key: PRNGKeyArray):
        keys, inner = jax.random.split(key, 4), width // SHRINK
        self.steps = (
            Convolution(1, first, inner, norm(inner), key=keys[0]),
            Convolution(3, inner, inner, norm(inner), stride, key=keys[1]),
            Convolution(1, inner, width, norm(width, 0.0), key=keys[2]),
        )
        self.shortcut = Convolution(1, first, width, norm(width), stride, key=keys[3]) if project else None

    def __call__(self, x: Float[Array, "n h w channel"], how: Looked) -> tuple[Array, "Bottleneck"]:
        """Return the pictures after the block, and the block with its averages moved on."""
        narrow, convolve, widen = self.steps
        y, narrow = narrow(x, how)
        y, convolve = convolve(jax.nn.relu(y), how)
        y, widen = widen(jax.nn.relu(y), how)
        after = eqx.tree_at(lambda block: block.steps, self, (narrow, convolve, widen))
        if self.shortcut is not None:
            x, shortcut = self.shortcut(x, how)
            after = eqx.tree_at(lambda block: block.shortcut, after, shortcut)
        return jax.nn.relu(x + y), after


class ResidualEmbedder(eqx.Module):
    """Images to vectors: a stem that shrinks them fourfold, groups of bottleneck blocks, the mean over positions."""

    stem: Convolution
    blocks: tuple[Bottleneck, ...]

    def __init__(self, spec: ImagesSpec, *, key: PRNGKeyArray):
        def norm(channels: int, first_scale: float = 1.0) -> Norm:
            if spec.normalisation == "batch":
                return BatchNorm(channels, spec.decay, first_scale)
            return GroupNorm(channels, spec.groups, first_scale)

        k_stem, *keys = jax.random.split(key, 1 + len(spec.widths) * spec.blocks)
        self.stem = Convolution(7, 1, STEM, norm(STEM), 2, key=k_stem)
        blocks, before = [], STEM
        for i, k in enumerate(keys):
            group, place = divmod(i, spec.blocks)
            stride = 2 if group > 0 and place == 0 else 1
            blocks.append(Bottleneck(before, spec.widths[group], stride, place == 0, norm, key=k))
            before = spec.widths[group]
        self.blocks = tuple(blocks)

    def __call__(
        self, images: Float[Array, "n h w"], how: Looked
    ) -> tuple[Float[Array, "n d"], "ResidualEmbedder"]:
        """Return one vector an image, and the embedder with its averages moved on."""
        x, stem = self.stem(images[..., None], how)
        pool = jax.lax.reduce_window
        x = pool(jax.nn.relu(x), -jnp.inf, jax.lax.max, (1, 3, 3, 1), (1, 2, 2, 1), "SAME")
        blocks = []
        for block in self.blocks:
            x, moved = block(x, how)
            blocks.append(moved)
        after = eqx.tree_at(lambda embedder: (embedder.stem, embedder.blocks), self, (stem, tuple(blocks)))
        return jnp.mean(x, (1, 2)), after


class Images(eqx.Module):
    """An image embedder before a model of pairs; all images of a batch are embedded at once."""

    images: ResidualEmbedder
    body: Any
    interface: Interface = eqx.field(static=True)
    side: int = eqx.field(static=True)

    def __init__(self, spec: ImagesSpec, interface: Interface, *, key: PRNGKeyArray):
        self.interface, tokens = interface, interface.tokens
        pixels = tokens.exemplars.shape[-1] if isinstance(tokens, PairTokens) else 0
        self.side = round(pixels**0.5)
        check(
            pixels > 0 and self.side**2 == pixels,
            f"exemplars are vectors of {pixels} numbers: an image embedder reads the pixels of square pictures, as the "
            "encoder `pixels` gives them",
        )
        first, second = jax.random.split(key)
        self.images = ResidualEmbedder(spec, key=first)
        embedded = jax.eval_shape(
            lambda pairs: EmbeddedPairs(
                jnp.zeros((*pairs.exemplars.shape[:-1], spec.widths[-1])), pairs.labels, pairs.label_count
            ),
            tokens,
        )
        inside = Interface(embedded, interface.outputs, interface.readout)
        self.body = spec.body.build(inside, second)

    def embed_batch(
        self, tokens: PairTokens, *, training: bool, axes: tuple[str, ...]
    ) -> tuple[Any, "Images"]:
        """Embed every image of a batch. Repeated images count as often as they come."""
        pixels = tokens.exemplars
        pictures = pixels.reshape(-1, self.side, self.side)
        vectors, moved = self.images(pictures, Looked(training, axes))
        embedded = EmbeddedPairs(vectors.reshape(*pixels.shape[:-1], -1), tokens.labels, tokens.label_count)
        return embedded, eqx.tree_at(lambda model: model.images, self, moved)

    def __call__(self, tokens: PairTokens, tap: Tap = null_tap) -> Float[Array, " output"]:
        """Return the logits of one sequence; images that are not embedded yet are looked at as in evaluation."""
        if not isinstance(tokens, EmbeddedPairs):
            self.interface.check_sequence(tokens)
            batch = self.embed_batch(jax.tree.map(lambda leaf: leaf[None], tokens), training=False, axes=())[
                0
            ]
            tokens = jax.tree.map(lambda leaf: leaf[0], batch)
        return self.body(tokens, tap)
