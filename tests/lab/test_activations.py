import jax
import numpy as np
import pytest

from dynamicl.clamps import Clamp, Constant, Pattern, from_checkpoint
from dynamicl.lab import Loaded, activations
from dynamicl.models import TransformerSpec, record, with_all_rows
from dynamicl.specs import SpecError
from dynamicl.tasks import ExemplarSpec, FewShotSpec, interface_of
from dynamicl.training import RunSpec, bound
from small import forged

TASK = FewShotSpec(
    3, test_classes=2, held_out_exemplars=0, held_out_labels=0.0, source=ExemplarSpec("pixels")
)
SILENT = Clamp("layers.0.attn.v", Constant(0.0))
SPEC = RunSpec(TASK, TransformerSpec(2, 2, 8, mlp_ratio=1.0))


@pytest.fixture(scope="module")
def loaded():
    prepared = TASK.prepare()
    tasks = {name: bound(SPEC, task) for name, task in prepared.items()}
    model = SPEC.model.build(interface_of(tasks["train"]), jax.random.key(0))
    return Loaded(model, SPEC, tasks, prepared)


@pytest.fixture(scope="module")
def sequences(loaded):
    return loaded.evaluation("train", 6)[1]


def test_every_site_has_its_axes_and_what_the_model_computes(loaded, sequences):
    data = activations(loaded, sequences)
    assert data["layers.1.attn.pattern"].dims == ("sequence", "head", "query", "key")
    assert data["layers.1.attn.pattern"].shape == (6, 2, 5, 5)
    assert data["logits"].dims == ("sequence", "output")
    assert data["target"].values.tolist() == sequences.target.tolist()
    inputs = loaded.tasks["train"].inputs
    for row in (0, 5):
        tokens = inputs(jax.tree.map(lambda array, row=row: array[row], sequences.tokens))
        logits, kept = record(with_all_rows(loaded.model), tokens)
        np.testing.assert_allclose(data["logits"].isel(sequence=row), logits, rtol=1e-5, atol=1e-6)
        for name in ("layers.0.attn.v", "layers.1.attn.pattern"):
            np.testing.assert_allclose(data[name].isel(sequence=row), kept[name], rtol=1e-5, atol=1e-6)
    assert set(data.data_vars) == {*kept, "target"}


def test_globs_and_clamps(loaded, sequences):
    silent = Clamp("layers.0.attn.v", Constant(0.0), heads=(1,))
    data = activations(loaded, sequences, ["layers.*.attn.v", "logits"], clamps=[silent])
    assert set(data.data_vars) == {"layers.0.attn.v", "layers.1.attn.v", "logits", "target"}
    assert not data["layers.0.attn.v"].sel(head=1).any() and data["layers.0.attn.v"].sel(head=0).all()
    free = activations(loaded, sequences, ["logits"])
    np.testing.assert_allclose(data["logits"], loaded.with_clamps(silent)(sequences), rtol=1e-5, atol=1e-6)
    assert np.abs(free["logits"] - data["logits"]).max() > 1e-3


def test_patterns_and_clamps_that_miss(loaded, sequences):
    with pytest.raises(
        SpecError, match=r"matches `layers.0.atn.pattern`: did you mean `layers.0.attn.pattern`"
    ):
        activations(loaded, sequences, ["layers.0.atn.pattern"])
    with pytest.raises(SpecError, match="head 5 does not exist at `layers.0.attn.v`"):
        activations(
            loaded, sequences, ["logits"], clamps=[Clamp("layers.0.attn.v", Constant(0.0), heads=(5,))]
        )


@pytest.mark.parametrize(
    ("clamp", "message"),
    [
        (forged(SILENT, strength=3.0), "`clamp.strength` is 3.0: give 0 to 1"),
        (forged(SILENT, value=forged(Pattern(), name="previous_token")), "choose one of 'previous token'"),
        (forged(SILENT, queries=("qurey",)), "`clamp.queries` has 'qurey'"),
    ],
)
def test_clamps_that_no_run_would_take_are_refused(loaded, sequences, clamp, message):
    with pytest.raises(SpecError, match=message):
        activations(loaded, sequences, ["logits"], clamps=[clamp])


def test_heads_given_as_a_list_are_those_heads(loaded, sequences):
    data = activations(loaded, sequences, ["layers.0.attn.v"], clamps=[forged(SILENT, heads=[np.int64(1)])])
    assert not data["layers.0.attn.v"].sel(head=1).any() and data["layers.0.attn.v"].sel(head=0).all()


def test_sequences_are_read_by_the_evaluator_that_they_came_from(loaded):
    name = "held-out classes"
    task, sequences = loaded.evaluation(name, 6)
    data = activations(loaded, sequences, ["logits"])
    logits = jax.vmap(lambda tokens: loaded.model(task.inputs(tokens)))(sequences.tokens)
    np.testing.assert_allclose(data["logits"], logits, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(loaded.with_clamps()(sequences), logits, rtol=1e-5, atol=1e-6)
    message = f"`sequences` are those of evaluator `{name}`, and `evaluator` is `train`"
    with pytest.raises(SpecError, match=message):
        activations(loaded, sequences, ["logits"], evaluator="train")
    with pytest.raises(SpecError, match=message):
        loaded.with_clamps(evaluator="train")(sequences)


def test_a_lent_value_at_the_last_layer_has_every_row(loaded, sequences):
    lent = from_checkpoint("layers.1.post", "aaaa01", 5)
    data = activations(loaded, sequences, ["logits"], clamps=lent, others={"checkpoint": loaded.model})
    np.testing.assert_allclose(
        data["logits"], activations(loaded, sequences, ["logits"])["logits"], atol=1e-6
    )


def test_a_clamp_that_acts_later_says_that_it_does_not_act_here(loaded, sequences):
    later = Clamp("layers.0.attn.v", Constant(0.0), windows=((10, 20),))
    with pytest.raises(
        SpecError, match="does not act on a trained model: .* its begin at 10; leave them out"
    ):
        activations(loaded, sequences, ["logits"], clamps=[later])
