import jax
import jax.numpy as jnp
import numpy as np
import pytest

from dynamicl.models import Classifier, ClassifierSpec, null_tap
from dynamicl.specs import SpecError, validate

from .small import CONTENT, as_dict, content_tokens, stirred


def logits_by_loops(tree, x):
    """Each unit by itself; one bias for all units of a layer."""
    for layer in tree["hidden"]:
        x = np.array([max(0.0, float(x @ column) + float(layer["bias"])) for column in layer["weight"].T])
    return x @ tree["unembed"]


@pytest.mark.parametrize("hidden", [0, 1, 3])
def test_the_formula(hidden):
    model = stirred(Classifier(ClassifierSpec(hidden, 5), 6, CONTENT, key=jax.random.key(0)))
    x = np.random.default_rng(0).normal(size=6).astype(np.float32)
    logits = model(jnp.asarray(x), content_tokens(), null_tap)
    np.testing.assert_allclose(logits, logits_by_loops(as_dict(model), x.astype(float)), rtol=1e-4, atol=1e-5)


def test_how_it_is_drawn():
    model = Classifier(ClassifierSpec(2, 400), 300, CONTENT, key=jax.random.key(1))
    first, second = model.hidden
    for layer, fan_in in ((first, 300), (second, 400)):
        # 120,000 and more numbers: a standard deviation is known to .2 %.
        assert float(layer.weight.std()) == pytest.approx(np.sqrt(2 / fan_in), rel=0.01)
        assert layer.bias.shape == () and float(layer.bias) == 0
    assert float(model.unembed.std()) == pytest.approx(400**-0.5, rel=0.1) and model.unembed.shape == (400, 4)


def test_a_tied_read_out_is_the_labels_own():
    tokens = content_tokens()
    model = Classifier(ClassifierSpec(0, tied=True), 9, CONTENT, key=jax.random.key(0))
    x = np.arange(9.0, dtype=np.float32)
    expected = [float(x[6:] @ label) for label in np.asarray(tokens.labels)]
    np.testing.assert_allclose(model(jnp.asarray(x), tokens, null_tap), expected, rtol=1e-6)
    assert jax.tree.leaves(model) == []
    with pytest.raises(SpecError, match="`classifier.width` is 2: a read-out tied to labels of 3 dimensions"):
        Classifier(ClassifierSpec(1, 2, tied=True), 9, CONTENT, key=jax.random.key(0))


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        (ClassifierSpec(hidden=-1), r"`classifier.hidden` is -1: give 0 \(a linear read-out\) to 16 layers"),
        (ClassifierSpec(width=0), "`classifier.width` is 0: give 1 to 65536"),
    ],
)
def test_sizes_that_cannot_be(spec, message):
    with pytest.raises(SpecError, match=message):
        validate(spec)
