"""Patching between inputs: values that the same network makes of other sequences."""

import jax
import numpy as np
import pytest

from dynamicl.clamps import Clamp, FromSequence, clamped_logits, forward, forward_recorded
from dynamicl.models import TransformerSpec, record
from dynamicl.specs import SpecError, validate
from dynamicl.tasks import FewShotSpec, interface_of

TASK = FewShotSpec(3, test_classes=0, held_out_exemplars=0, held_out_labels=0.0).prepare()["train"]
MODEL = TransformerSpec(2, 2, 8).build(interface_of(TASK), jax.random.key(0))
CLEAN, OTHER, LONGER = (TASK.batch(jax.random.key(seed), size) for seed, size in ((1, 4), (2, 4), (3, 5)))


def patched(*clamps, sequences=CLEAN, other=OTHER):
    return np.asarray(forward(MODEL, TASK, sequences, clamps, others={"other": other}))


def test_the_whole_stream_of_the_other_sequence_gives_its_logits():
    logits = patched(Clamp("layers.0.pre", FromSequence()))
    assert np.allclose(logits, np.asarray(forward(MODEL, TASK, OTHER)), atol=1e-6)
    assert not np.allclose(logits, np.asarray(forward(MODEL, TASK, CLEAN)), atol=1e-3)


def test_one_head_at_one_position_is_patched_and_no_other():
    """Beside a plain loop: the head's output is written over by hand."""
    clamp = Clamp("layers.0.attn.head_out", FromSequence(), heads=(1,), queries=(3,))
    logits = patched(clamp)
    inputs, others = (jax.vmap(TASK.inputs)(part.tokens) for part in (CLEAN, OTHER))
    for i in range(4):
        one, beside = (jax.tree.map(lambda leaf, i=i: leaf[i], part) for part in (inputs, others))
        value = record(MODEL, beside, ["layers.0.attn.head_out"])[1]["layers.0.attn.head_out"][1, 3]

        def tap(name, x, value=value):
            return x.at[1, 3].set(value) if name == "layers.0.attn.head_out" else x

        assert np.allclose(logits[i], np.asarray(MODEL(one, tap)), atol=1e-6)


def test_a_sequence_patched_into_itself_changes_nothing():
    logits = patched(Clamp("layers.*.attn.pattern", FromSequence()), other=CLEAN)
    assert np.allclose(logits, np.asarray(forward(MODEL, TASK, CLEAN)), atol=1e-6)


def test_many_patches_in_one_call_and_what_passes_a_site():
    variants = [(), (Clamp("layers.0.pre", FromSequence()),), (Clamp("layers.1.pre", FromSequence()),)]
    logits = clamped_logits(MODEL, TASK, CLEAN, variants, {"other": OTHER})
    clean, other = (np.asarray(forward(MODEL, TASK, part)) for part in (CLEAN, OTHER))
    assert np.allclose(logits[0], clean, atol=1e-6) and np.allclose(logits[1:], other, atol=1e-6)
    _, values = forward_recorded(MODEL, TASK, CLEAN, variants[1], 0, ["layers.0.attn.q"], {"other": OTHER})
    own = forward_recorded(MODEL, TASK, OTHER, (), 0, ["layers.0.attn.q"])[1]
    assert np.allclose(values["layers.0.attn.q"], own["layers.0.attn.q"], atol=1e-6)


def test_other_sequences_have_to_be_there_and_fit():
    clamp = Clamp("layers.0.pre", FromSequence())
    with pytest.raises(
        SpecError, match="pass `other` reads other sequences, which are not there: give them as"
    ):
        forward(MODEL, TASK, CLEAN, (clamp,))
    with pytest.raises(SpecError, match="give one other sequence of the same length for each"):
        patched(clamp, other=LONGER)
    with pytest.raises(SpecError, match="`from-sequence.pass_name` is 'main': give a name of its own"):
        validate((Clamp("layers.0.pre", FromSequence(pass_name="main")),))
