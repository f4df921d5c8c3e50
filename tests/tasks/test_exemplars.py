import base64
import hashlib
import io
import zipfile

import h5py
import numpy as np
import PIL.Image
import pytest

from dynamicl import data
from dynamicl.specs import SpecError, validate
from dynamicl.tasks import ExemplarSpec
from small import forged


def test_features_are_those_of_the_encoder():
    table = ExemplarSpec(encoder_seed=3, class_seed=1).load(3, 2, 2)
    assert table.features.shape == (5, 2, 512)
    images = data.load_omniglot()
    split = data.split_drawings(images, train=3, test=2, seed=1)
    assert table.pictures.classes.tolist() == [*split.train, *split.test]
    drawings = images.images(table.pictures.classes, np.zeros(5, int))
    np.testing.assert_allclose(
        table.features[:, 0], data.RandomConvolution(seed=3).encode(drawings), rtol=1e-6
    )


@pytest.mark.parametrize(
    ("encoder", "width"),
    [("pixels", 784), ("random-convolution", 512), ("random-convolution-standardised", 512)],
)
@pytest.mark.parametrize("augmentation", ["none", "one_transform"])
def test_every_encoder_loads(encoder, width, augmentation):
    table = ExemplarSpec(encoder, augmentation=augmentation).load(2, 2, 1)
    assert table.features.shape == (4, 1, width)
    assert np.isfinite(table.features).all()


def test_a_picture_is_the_drawing():
    pictures = ExemplarSpec().load(2, 0, 3).pictures
    told = pictures.describe(1, 2)
    assert told["kind"] == "image"
    image = np.asarray(PIL.Image.open(io.BytesIO(base64.b64decode(told["png"]))))
    ink = data.load_omniglot().images(int(pictures.classes[1]), 2)
    assert np.array_equal(image == 0, ink)


def test_features_from_a_file(tmp_path):
    values = np.random.default_rng(0).normal(size=(6, 2, 4)).astype(np.float32)
    np.savez(tmp_path / "f.npz", features=values)
    spec = ExemplarSpec("file", path=str(tmp_path / "f.npz"))
    assert spec.available is None
    table = spec.load(4, 2, 2)
    assert np.array_equal(table.features, values[table.pictures.classes])
    assert table.pictures.describe(3, 1) == {"kind": "text", "text": "class 3, exemplar 1"}


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(SpecError, match="gone.npz") as found:
        ExemplarSpec("file", path=str(tmp_path / "gone.npz")).load(2, 0, 1)
    assert "\n" not in str(found.value)


def test_a_file_with_too_few_classes(tmp_path):
    np.savez(tmp_path / "f.npz", features=np.zeros((3, 1, 2), np.float32))
    with pytest.raises(SpecError, match="3"):
        ExemplarSpec("file", path=str(tmp_path / "f.npz")).load(4, 0, 1)


def test_one_array_of_several(tmp_path):
    values = np.random.default_rng(0).normal(size=(2, 3, 1, 4)).astype(np.float32)
    path = tmp_path / "f.h5"
    with h5py.File(path, "w") as file:
        file["net/first"], file["net/second"] = values
    table = ExemplarSpec("file", path=f"{path}::net/second").load(3, 0, 1)
    assert np.array_equal(table.features, values[1][table.pictures.classes])
    with pytest.raises(SpecError, match="holds 2 arrays of numbers: name one with `key`.*'net/first'"):
        ExemplarSpec("file", path=str(path)).load(3, 0, 1)


def official(folder, ink):
    """Official archives with the given drawings of Greek characters: paper white, ink black."""
    for name, alphabet, rows in (("background", "Greek", ink[:-1]), ("evaluation", "Tengwar", ink[-1:])):
        with zipfile.ZipFile(folder / f"images_{name}.zip", "w") as archive:
            for (row, drawing), picture in zip(
                np.ndindex(rows.shape[:2]), rows.reshape(-1, 105, 105), strict=True
            ):
                stream = io.BytesIO()
                PIL.Image.fromarray(~picture).save(stream, "png")
                member = f"images_{name}/{alphabet}/character{row + 1:02d}/0001_{drawing + 1:02d}.png"
                archive.writestr(member, stream.getvalue())
    return str(folder)


def test_the_official_archives_take_the_place_of_the_packages_drawings(tmp_path):
    ink = np.random.default_rng(0).random((4, 20, 105, 105)) < 0.3
    spec = ExemplarSpec("pixels", path=official(tmp_path, ink))
    assert spec.available is None
    validate(spec)
    table = spec.load(3, 1, 2)
    assert sorted(table.pictures.classes.tolist()) == [0, 1, 2, 3]
    for row, source in enumerate(table.pictures.classes):
        assert np.array_equal(table.features[row], data.RawPixels().encode(ink[source, :2]))
    picture = base64.b64decode(table.pictures.describe(1, 2)["png"])
    assert np.array_equal(
        np.asarray(PIL.Image.open(io.BytesIO(picture))) == 0, ink[table.pictures.classes[1], 2]
    )
    turned = ExemplarSpec("pixels", augmentation="one_transform", path=spec.path).load(8, 8, 1)
    held = set(turned.pictures.classes[:8] // 8) & set(turned.pictures.classes[8:] // 8)
    assert not held and turned.features.shape == (16, 1, 784)
    with pytest.raises(SpecError, match="do not fit into 4 classes"):
        spec.load(4, 1, 1)


def test_official_archives_that_are_not_there(tmp_path):
    with pytest.raises(SpecError, match=r"no images_background\.zip .*: download it from"):
        ExemplarSpec(path=str(tmp_path)).load(2, 0, 1)


def test_what_is_available():
    assert ExemplarSpec().available == (1623, 20)
    assert ExemplarSpec(augmentation="interleaved").available == (12984, 20)


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        (
            ExemplarSpec("file"),
            "`source.path` is empty: name the feature file that `source.encoder` 'file' reads",
        ),
        (
            ExemplarSpec(path="x.NPZ"),
            "`source.path` is 'x.NPZ', a feature file: set `source.encoder` to 'file', or give the folder",
        ),
        (
            ExemplarSpec("file", augmentation="interleaved", path="x"),
            "features from a file cannot be augmented",
        ),
        (ExemplarSpec(encoder_seed=-1), "`source.encoder_seed` is -1: give 0 or more"),
        (ExemplarSpec(key="a"), "`source.key` is 'a', which means something for a feature file only"),
        (ExemplarSpec(block=8), "`source.block` is 8, which means something for a feature file only"),
        (ExemplarSpec("file", path="x.npz", block=0), "`source.block` is 0: give 1 or more classes"),
        (
            ExemplarSpec(class_order="as-is", held_out="groups"),
            "`source.held_out` is 'groups' with `source.class_order` 'as-is': either the order decides",
        ),
        (ExemplarSpec(content="00"), "`source.content` is '00': leave it out, it is filled in"),
        (ExemplarSpec(class_seed=-1), "`source.class_seed` is -1: give 0 or more"),
        (forged(ExemplarSpec(), encoder="vgg"), "`encoder` is 'vgg': choose one of 'random-convolution'"),
    ],
)
def test_combinations_that_mean_nothing_are_refused(spec, message):
    with pytest.raises(SpecError, match=message):
        validate(spec)


# A run is what it reads.


def feature_file(path, values, names=None):
    np.savez(
        path,
        features=np.asarray(values, np.float32),
        **({} if names is None else {"classes": np.array(names)}),
    )
    return str(path)


def test_resolving_fills_in_where_and_what_is_read(tmp_path, monkeypatch):
    path = feature_file(tmp_path / "f.npz", np.arange(12).reshape(3, 2, 2))
    monkeypatch.chdir(tmp_path)
    spec = ExemplarSpec("file", path="f.npz::features").resolved()
    content = hashlib.sha256((tmp_path / "f.npz").read_bytes()).hexdigest()
    assert (spec.path, spec.key, spec.content) == (path, "features", content)
    assert spec.resolved() == spec
    assert ExemplarSpec().resolved() == ExemplarSpec()
    validate(spec)


def test_a_home_folder_is_expanded(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    feature_file(tmp_path / "f.npz", np.ones((3, 2, 2)))
    spec = ExemplarSpec("file", path="~/f.npz")
    assert spec.resolved().path == str(tmp_path / "f.npz")
    assert spec.load(2, 1, 1).features.shape == (3, 1, 2)


def test_other_content_at_the_path_is_refused_with_both_hashes(tmp_path):
    path = feature_file(tmp_path / "f.npz", np.ones((3, 2, 2)))
    spec = ExemplarSpec("file", path=path).resolved()
    feature_file(tmp_path / "f.npz", np.zeros((3, 2, 2)))
    now = hashlib.sha256((tmp_path / "f.npz").read_bytes()).hexdigest()
    message = f"is not what the run was made with: its content has hash {now}, the run's had {spec.content}"
    for use in (spec.resolved, lambda: spec.load(2, 1, 1)):
        with pytest.raises(SpecError, match=message):
            use()


def test_a_run_is_known_by_its_content_where_the_file_is_gone(tmp_path):
    path = feature_file(tmp_path / "f.npz", np.ones((3, 2, 2)))
    spec = ExemplarSpec("file", path=path).resolved()
    (tmp_path / "f.npz").unlink()
    assert spec.resolved() == spec
    with pytest.raises(SpecError, match="does not exist"):
        spec.load(2, 1, 1)
    with pytest.raises(
        SpecError, match=r"cannot be read \(No such file or directory\): name the feature file"
    ):
        ExemplarSpec("file", path=path).resolved()


def test_official_archives_are_known_by_both_contents(tmp_path):
    ink = np.random.default_rng(0).random((3, 20, 105, 105)) < 0.3
    path = official(tmp_path, ink)
    spec = ExemplarSpec("pixels", path=path)
    before = spec.resolved().content
    first = spec.load(2, 1, 1).features
    official(tmp_path, ~ink)
    assert spec.resolved().content != before
    assert not np.array_equal(spec.load(2, 1, 1).features, first)


# Which classes are held out.


def test_the_files_own_order_is_kept_where_it_is_asked_for(tmp_path):
    """Transforms first, characters second, training characters before test characters: as published files are."""
    characters, trained = 6, 5
    character = np.concatenate([np.tile(np.arange(trained), 8), np.tile(np.arange(trained, characters), 8)])
    values = np.broadcast_to(character[:, None, None], (48, 1, 2))
    path = feature_file(tmp_path / "f.npz", values)
    table = ExemplarSpec("file", path=path, class_order="as-is").load(40, 8, 1)
    assert table.pictures.classes.tolist() == list(range(48))
    shared = set(table.features[:40, 0, 0]) & set(table.features[40:, 0, 0])
    assert shared == set()
    # Shuffled class by class they share characters: that is what `class_order` is for.
    mixed = ExemplarSpec("file", path=path).load(40, 8, 1)
    assert set(mixed.features[:40, 0, 0]) & set(mixed.features[40:, 0, 0])


@pytest.mark.parametrize("seed", range(5))
def test_no_variant_of_a_training_character_is_held_out_of_a_file_in_blocks(tmp_path, seed):
    character = np.repeat(np.arange(12), 8)
    path = feature_file(tmp_path / "f.npz", np.broadcast_to(character[:, None, None], (96, 1, 2)))
    table = ExemplarSpec("file", path=path, block=8, class_seed=seed).load(60, 20, 1)
    assert set(table.features[:60, 0, 0]) & set(table.features[60:, 0, 0]) == set()
    with pytest.raises(SpecError, match="a multiple of `block`"):
        ExemplarSpec("file", path=path, block=7).load(60, 20, 1)


def alphabets(table, names):
    return [names[row].partition("/")[0] for row in table.pictures.classes]


@pytest.mark.parametrize("augmentation", ["none", "one_transform"])
def test_whole_alphabets_are_held_out(augmentation):
    spec = ExemplarSpec("pixels", held_out="groups", augmentation=augmentation)
    names = data.load_omniglot().classes
    if augmentation != "none":
        names = data.augment(data.load_omniglot()).classes
    split = spec._split(names, 100, 40, 1 if augmentation == "none" else 8)
    trained, held = ({names[row].partition("/")[0] for row in rows} for rows in (split.train, split.test))
    assert trained & held == set()
    everything = np.concatenate([split.train, split.test, split.unused])
    assert sorted(everything.tolist()) == list(range(len(names)))


def test_the_evaluation_alphabets_are_the_data_sets_own():
    names = data.load_omniglot().classes
    split = ExemplarSpec(held_out="evaluation")._split(names, 964, 659, 1)
    trained, held = ({names[row].partition("/")[0] for row in rows} for rows in (split.train, split.test))
    assert (len(trained), len(held), len(trained & held), len(split.unused)) == (30, 20, 0, 0)
    assert held == data.EVALUATION_ALPHABETS
    with pytest.raises(
        SpecError, match="20 groups are held out, which leaves 964 classes to train on and 659"
    ):
        ExemplarSpec("pixels", held_out="evaluation").load(965, 1, 1)


def test_groups_of_a_file_are_in_its_classes_names(tmp_path):
    names = [f"{group}/{n}" for group in "abc" for n in range(4)]
    path = feature_file(tmp_path / "f.npz", np.ones((12, 1, 2)), names)
    table = ExemplarSpec("file", path=path, held_out="groups").load(8, 4, 1)
    found = alphabets(table, names)
    assert not set(found[:8]) & set(found[8:])
    with pytest.raises(SpecError, match="none of the classes is of an evaluation alphabet"):
        ExemplarSpec("file", path=path, held_out="evaluation").load(8, 4, 1)
    bare = feature_file(tmp_path / "bare.npz", np.ones((12, 1, 2)))
    with pytest.raises(SpecError, match="the classes carry no groups: name them `group/class`"):
        ExemplarSpec("file", path=bare, held_out="groups").load(8, 4, 1)
