"""The published networks of chapters 2 and 3, behind an image embedder that learns with them."""

from typing import Any

import equinox as eqx
import jax

from dynamicl.models import ImagesSpec, Interface, PairTokens, RecurrentSpec, TransformerSpec, parameter_count

CLASSES, PAIRS, SIDE = 1623, 8, 105
"""Outputs and labels, pairs in a context, and pixels along a side of an image."""


def transformer(layers: int) -> TransformerSpec:
    """Describe a transformer of the published width.

    References:
        Thesis 2.2.2; biases of attention and the base of the positions are the published code's.
    """
    return TransformerSpec(
        layers=layers,
        heads=8,
        d_model=64,
        mlp_ratio=4.0,
        attention_bias=True,
        positions="sinusoidal",
        position_base=30.0,
    )


NETWORKS: dict[str, Any] = {
    "transformer, 12 layers": transformer(12),
    "LSTM, 12 layers": RecurrentSpec("lstm", layers=12),
    "transformer, 2 layers": transformer(2),
    "LSTM, 2 layers": RecurrentSpec("lstm", layers=2),
}


def parameters_of(body: Any) -> int:
    """Count the parameters of a network with its image embedder and labels; nothing is drawn."""
    interface = Interface(PairTokens.shaped(PAIRS, SIDE * SIDE, CLASSES), outputs=CLASSES)
    return parameter_count(eqx.filter_eval_shape(ImagesSpec(body).build, interface, jax.random.key(0)))
