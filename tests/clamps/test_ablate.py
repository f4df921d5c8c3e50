import jax
import numpy as np
import pytest

from dynamicl.clamps import (
    Clamp,
    Constant,
    Pattern,
    ablate_heads,
    clamped_logits,
    copy,
    match,
    previous_token_attend,
)
from dynamicl.clamps import _ablate as module
from dynamicl.specs import SpecError

from .worlds import world


@pytest.fixture(scope="module")
def w():
    return world()


VARIANTS = [
    (),
    ablate_heads(0, [0]),
    previous_token_attend([1]),
    ablate_heads(0, [1]),
    copy(0),
    (),
    ablate_heads(1),
    previous_token_attend([0], purity=0.5),
    copy(1),
    (Clamp("layers.0.attn.v", Constant(0.5), heads=(1,), strength=0.5),),
    (Clamp("layers.0.attn.v", windows=((0, 1), (2, 3))),),
    match(1) + ablate_heads(0, [0]),
]


def test_variants_come_back_in_order_each_as_if_alone(w, monkeypatch):
    calls = []
    batched = module._batched
    monkeypatch.setattr(module, "_batched", lambda *a: calls.append(a[-1]) or batched(*a))
    found = clamped_logits(w.model, w.task, w.sequences, VARIANTS)
    assert found.shape == (len(VARIANTS), w.size, 3)
    alone = w.logits({str(i): clamps for i, clamps in enumerate(VARIANTS)})
    for i, logits in enumerate(found):
        # The same float32 formulas in another program.
        np.testing.assert_allclose(logits, alone[str(i)], rtol=2e-5, atol=2e-6)
    # One program for each structure: clean, values of layer 1, layer-1 pattern, copy, layer 2, pulses, match.
    assert sorted(calls) == [1, 1, 1, 2, 2, 2, 3]
    assert np.array_equal(found[0], found[5])


def test_a_head_ablated_one_by_one_is_one_program(w, monkeypatch):
    compiled = []
    jit = jax.jit
    monkeypatch.setattr(module.jax, "jit", lambda f: compiled.append(f) or jit(f))
    clamped_logits(w.model, w.task, w.sequences, [ablate_heads(0, [head]) for head in (0, 1)])
    assert len(compiled) == 1


@pytest.mark.parametrize(
    ("clamps", "message"),
    [
        (ablate_heads(0, [2]), "head 2 does not exist"),
        (ablate_heads(3), "no site matches `layers.3.attn.v`"),
        ((Clamp("logits", strength=2.0),), "`clamp.strength` is 2.0"),
        ((Clamp("layers.0.attn.pattern", Pattern(purity=-1.0)),), "`pattern.purity` is -1.0: give 0 to 1"),
        (
            (Clamp("logits", windows=((5, 9),)),),
            "does not act on a trained model: .* its begin at 5",
        ),
    ],
)
def test_clamps_that_miss_are_refused(w, clamps, message):
    with pytest.raises(SpecError, match=message):
        clamped_logits(w.model, w.task, w.sequences, [(), clamps])
