import dataclasses

import jax
import numpy as np
import pytest
from safetensors.numpy import save_file

from dynamicl.specs import SpecError, from_json, to_json, validate
from dynamicl.tasks import ExemplarTaskSpec
from dynamicl.tasks.exemplars import Portion, TokenClusters, bursty

from .worlds import bound_tasks

GROUPS, MEMBERS, WIDTH = 12, 9, 20


@pytest.fixture(scope="module")
def spec(tmp_path_factory):
    """Embeddings around twelve directions, after five tokens that belong to none."""
    rng = np.random.default_rng(0)
    directions = np.linalg.qr(rng.standard_normal((WIDTH, WIDTH)))[0][:GROUPS]
    near = np.repeat(directions, MEMBERS, axis=0) + 0.05 * rng.standard_normal((GROUPS * MEMBERS, WIDTH))
    matrix = np.concatenate([np.zeros((5, WIDTH)), 0.02 * near]).astype(np.float32)
    path = tmp_path_factory.mktemp("model") / "model.safetensors"
    save_file({"embeddings": matrix}, path)
    return TokenClusters(str(path), exemplars=4, clusters=16, first=5)


def test_classes_are_tokens_that_point_the_same_way(spec):
    items = spec.prepare(6, 2)
    table = np.asarray(items.features).reshape(8, 4, WIDTH)
    assert np.mean(table**2) == pytest.approx(1, rel=1e-5)
    directions = table / np.linalg.norm(table, axis=2, keepdims=True)
    within = np.einsum("cef,cgf->ceg", directions, directions)
    assert within.min() > 0.7
    between = np.einsum("cf,df->cd", directions[:, 0], directions[:, 0])
    assert np.sort(np.unique(between.round(3)))[-2] < 1


def test_sequences_are_drawn_from_them(spec):
    whole = ExemplarTaskSpec(spec, classes=6, train=(Portion(bursty()),), evaluators=())
    validate(whole)
    task = bound_tasks(whole)["train"]
    read = jax.vmap(task.inputs)(task.batch(jax.random.key(0), 8).tokens)
    assert read.exemplars.shape == (8, 3, WIDTH)


def test_a_spec_says_what_lies_at_its_path(spec):
    resolved = spec.resolved()
    assert len(resolved.content) == 64 and from_json(to_json(resolved)) == resolved
    with pytest.raises(SpecError, match="is not what the run was made with"):
        dataclasses.replace(spec, content="0" * 64).resolved()
    with pytest.raises(SpecError, match="cannot be read"):
        dataclasses.replace(spec, path="nowhere.safetensors").resolved()


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"path": ""}, "`source.path` is empty"),
        ({"exemplars": 0}, "`source.exemplars` is 0: give at least 1"),
        ({"clusters": 1}, "`source.clusters` is 1: give at least 2"),
        ({"first": -1}, "`source.first` is -1: give 0 or more"),
        ({"last": 3}, "`source.last` is 3 with `source.first` 5: give a later token"),
        ({"content": "abc"}, "`source.content` is 'abc': leave it out"),
    ],
)
def test_specs_that_mean_nothing(spec, fields, message):
    with pytest.raises(SpecError, match=message):
        validate(dataclasses.replace(spec, **fields))


@pytest.mark.parametrize(
    ("fields", "classes", "message"),
    [
        ({"last": 500}, 6, "`source.last` is 500: the matrix has 113 tokens, 0 to 112"),
        ({"clusters": 200}, 6, "`source.clusters` is 200: tokens 5 to 112 are 108; give fewer"),
        ({"exemplars": 8}, 12, "clusters hold more than 8 vectors, and 12 classes are asked for"),
        ({"first": 4}, 6, "vector 0 has norm 0 and no direction"),
    ],
)
def test_files_that_do_not_give_what_is_asked_for(spec, fields, classes, message):
    with pytest.raises(SpecError, match=message):
        dataclasses.replace(spec, **fields).prepare(classes, 0)


def test_more_classes_than_clusters(spec):
    with pytest.raises(SpecError, match="17 classes asked for .* of 16 clusters: raise `source.clusters`"):
        validate(ExemplarTaskSpec(spec, classes=17, train=(Portion(bursty()),), evaluators=()))
