"""The encoder of the key-value lookup report, as a preset of the transformer."""

from ._transformer import TransformerSpec


def lookup_encoder(
    layers: int = 2, heads: int = 1, d_model: int = 512, *, embedding_scale: float = 1.0
) -> TransformerSpec:
    """Describe the report's encoder.

    Layer normalisation before attention and before the feed-forward part, residuals around both, feed-forward d x d
    with ReLU, sinusoidal positions added to the embedding, no causal mask, no dropout, no norm before the output map.

    The report names none of its initialisations and no scale for its embedding. `embedding_scale` is 1 here, as in
    the usual `N(0, 1)` of embedding tables, but cut at two (standard deviation 0.88); linear maps are drawn with
    variance 1 / fan_in. The report's attention may have had biases; this one has none.

    Args:
        layers: blocks.
        heads: attention heads in each block, 1 or 2 in the report.
        d_model: width.
        embedding_scale: at which the token table is drawn; the sinusoids beside it have root mean square 0.71.

    References:
        Zhao 2023, section 3.2, equations 1 to 7 and 10.
    """
    return TransformerSpec(
        layers=layers,
        heads=heads,
        d_model=d_model,
        mlp_ratio=1.0,
        activation="relu",
        positions="sinusoidal",
        causal=False,
        final_norm=False,
        embedding_scale=embedding_scale,
    )


LOOKUP_ONE_HEAD = lookup_encoder(heads=1)
LOOKUP_TWO_HEADS = lookup_encoder(heads=2)
