"""What is no single sequence of a model's kind is refused before anything is computed."""

import jax
import jax.numpy as jnp
import pytest

from dynamicl.models import AttentionClassifierSpec, InductionHeadSpec, RecurrentSpec, TransformerSpec
from dynamicl.specs import SpecError

from .small import CONTENT, IDS, PAIRS, content_tokens, id_tokens, pair_tokens

MODELS = {
    "transformer": (TransformerSpec(1, 2, 8), PAIRS, pair_tokens()[1], id_tokens()[1]),
    "recurrent": (RecurrentSpec(layers=1, d_model=8), IDS, id_tokens()[1], pair_tokens()[1]),
    "attention-classifier": (AttentionClassifierSpec(width=4), CONTENT, content_tokens(), pair_tokens()[1]),
    "induction-head": (InductionHeadSpec(), CONTENT, content_tokens(), (1, 2)),
}


@pytest.mark.parametrize("name", MODELS)
def test_a_batch_or_another_kind_names_the_call_that_is_meant(name):
    spec, interface, tokens, other = MODELS[name]
    model = spec.build(interface, jax.random.key(0))
    batch = jax.tree.map(lambda leaf: jnp.stack([leaf, leaf]), tokens)
    assert jax.vmap(model)(batch).shape == (2, *model(tokens).shape)
    with pytest.raises(SpecError, match=r"given a batch: call it as `jax.vmap\(model\)\(task.inputs\(batch"):
        model(batch)
    kind = type(other).__name__
    with pytest.raises(
        SpecError, match=rf"was given `{kind}`: call it as `model\(task.inputs\(sequence.tokens"
    ):
        model(other)
