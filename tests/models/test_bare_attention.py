import jax
import numpy as np
import pytest

from dynamicl.models import AttentionClassifierSpec, ClassifierSpec, record, sites, with_all_rows
from dynamicl.specs import SpecError, to_json, validate

from .small import CONTENT, PAIRS, as_dict, content_tokens, stirred
from .test_classifier import logits_by_loops

WIDE = ClassifierSpec(2, 5)
CASES = {
    "the study's shape": AttentionClassifierSpec(2, 1, 4, WIDE),
    "two heads": AttentionClassifierSpec(2, 2, 4, WIDE),
    "one layer, linear": AttentionClassifierSpec(1, 1, 4, ClassifierSpec(0)),
    "three layers": AttentionClassifierSpec(3, 1, 4, WIDE),
    "learnt positions": AttentionClassifierSpec(2, 2, 4, WIDE, positions="learnt"),
}


def network_by_loops(tree, tokens, heads):
    """Equations 2 and 3 with sums over what came before; the patterns (layer, head, query, key)."""
    x = np.asarray(tokens.vectors, float) + (0.0 if tree["positions"] is None else tree["positions"])
    patterns = []
    for block in tree["blocks"]:
        part, added = block["attention"], np.zeros_like(x)
        width, d = part["w_q"].shape[1] // heads, x.shape[1]
        table = np.zeros((heads, len(x), len(x)))
        for h, i in np.ndindex(heads, len(x)):
            mine = slice(h * width, (h + 1) * width)
            query = x[i] @ part["w_q"][:, mine]
            weights = [np.exp((x[j] @ part["w_k"][:, mine]) @ query) for j in range(i + 1)]
            for j in range(i + 1):
                table[h, i, j] = weights[j] / sum(weights)
                added[i] += table[h, i, j] * (x[j] @ part["w_v"][:, h * d : (h + 1) * d])
        patterns.append(table)
        x = x + added
    return logits_by_loops(tree["classifier"], x[-1]), np.stack(patterns)


def made(case):
    # A sixth of what is drawn: scores of order one, so that no row attends to a single key.
    model = CASES[case].build(CONTENT, jax.random.key(0))
    return jax.tree.map(lambda leaf: leaf / 6, stirred(model))


@pytest.mark.parametrize("case", CASES)
def test_the_formula(case):
    model, tokens = made(case), content_tokens()
    expected, patterns = network_by_loops(as_dict(model), tokens, CASES[case].heads)
    logits, seen = record(with_all_rows(model), tokens)
    np.testing.assert_allclose(logits, expected, rtol=1e-4, atol=1e-6)
    for i, pattern in enumerate(patterns):
        np.testing.assert_allclose(seen[f"layers.{i}.attn.pattern"], pattern, rtol=1e-4, atol=1e-6)
        assert 0.05 < pattern[:, 1:].max(axis=-1).min() < 1
    np.testing.assert_allclose(model(tokens), expected, rtol=1e-4, atol=1e-6)


def test_its_sites():
    model = made("two heads")
    last = {site.name: site.shape for site in sites(model, content_tokens()) if "layers.1" in site.name}
    assert last == {
        "layers.1.pre": (5, 9),
        "layers.1.attn.mask": (1, 5),
        "layers.1.attn.scores": (2, 1, 5),
        "layers.1.attn.pattern": (2, 1, 5),
        "layers.1.attn.head_out": (2, 1, 9),
        "layers.1.attn.out": (1, 9),
        "layers.1.post": (1, 9),
    }
    assert [site.name for site in sites(model, content_tokens())][-4:] == [
        "classifier.in",
        "classifier.hidden.0",
        "classifier.hidden.1",
        "logits",
    ]


def test_how_it_is_drawn():
    model = AttentionClassifierSpec(width=1000).build(CONTENT, jax.random.key(3))
    weight = model.blocks[1].attention.w_k
    # Over the three dimensions of the content, not over the nine of a token.
    assert float(weight.std()) == pytest.approx(3**-0.5, rel=0.03) and weight.shape == (9, 1000)


def test_learnt_positions_leave_every_other_draw_and_the_json_as_they_were():
    given, learnt = CASES["two heads"], CASES["learnt positions"]
    plain, placed = (spec.build(CONTENT, jax.random.key(5)) for spec in (given, learnt))
    np.testing.assert_array_equal(placed.classifier.unembed, plain.classifier.unembed)
    np.testing.assert_array_equal(placed.blocks[1].attention.w_v, plain.blocks[1].attention.w_v)
    assert plain.positions is None and placed.positions.shape == (5, 9)
    assert "positions" not in to_json(given) and '"positions":"learnt"' in to_json(learnt).replace(" ", "")
    assert "embed.positions" in [site.name for site in sites(placed, content_tokens())]


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        (AttentionClassifierSpec(layers=0), "`model.layers` is 0: give 1 to 512"),
        (AttentionClassifierSpec(heads=0), "`model.heads` is 0: give at least 1"),
        (
            AttentionClassifierSpec(heads=3),
            "`model.width` is 128: give a multiple of `model.heads` 3, 65536 at most",
        ),
    ],
)
def test_sizes_that_cannot_be(spec, message):
    with pytest.raises(SpecError, match=message):
        validate(spec)


def test_labels_that_are_numbers_are_refused():
    with pytest.raises(SpecError, match=r"a model of kind `attention-classifier` reads .* got `PairTokens`"):
        AttentionClassifierSpec().build(PAIRS, jax.random.key(0))
