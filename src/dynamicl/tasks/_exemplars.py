"""Exemplars for sequences: features by class and drawing, and the pictures behind them."""

import base64
import dataclasses
import functools
import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from jaxtyping import Float32

from dynamicl import data
from dynamicl.files import content_at, content_hash
from dynamicl.specs import SpecError, check, register


@register("exemplars")
@dataclass(frozen=True)
class ExemplarSpec:
    """Describe where exemplars come from.

    Attributes:
        encoder: `random-convolution` (frozen, 512 features), the same `-standardised`, `pixels` (784 standardised
            pixels), `principal-components` (64 of the pixels', whitened), `mobilenet-v2` (512 features of a network
            pretrained on photographs; needs the extra `vision`), or `file` (features from `path`, class x exemplar x
            feature).
        encoder_seed: seed of the random convolution.
        augmentation: `none`; `one_transform` or `interleaved` make eight classes of each character, `pooled` 160
            drawings (the 20 under eight transforms).
        class_seed: seed of the order of classes; the first are trained on, the last held out.
        path: for `file`, the feature file; for the others, the folder of the official full-size archives (or where
            they were unpacked) to encode in place of the drawings in the package.
        key: name of the array in a file that holds several, such as `resnet18/224/feat`; `path` may name it as well,
            `file.h5::group/array`.
        class_order: `shuffled`, or `as-is`: the first classes of the file are trained on, its last held out, as
            published files are laid out.
        block: of a file, consecutive classes that are variants of one character: none is held out of a character
            that is trained on.
        held_out: what held-out classes have not in common with training classes: `classes` themselves only, `groups`
            (their alphabets), or `evaluation`: training on Omniglot's 30 background alphabets, held out of its 20
            evaluation alphabets. Of a file, classes are named `group/class`.
        content: hash of what lies at `path`, filled in by `resolved`: a run is what it reads.

    References:
        Lake, Salakhutdinov, Tenenbaum 2015 (background and evaluation alphabets).
    """

    encoder: Literal[
        "random-convolution",
        "random-convolution-standardised",
        "pixels",
        "principal-components",
        "mobilenet-v2",
        "file",
    ] = "random-convolution"
    encoder_seed: int = 0
    augmentation: Literal["none", "one_transform", "interleaved", "pooled"] = "none"
    class_seed: int = 0
    path: str = ""
    key: str = ""
    class_order: Literal["shuffled", "as-is"] = "shuffled"
    block: int = 1
    held_out: Literal["classes", "groups", "evaluation"] = "classes"
    content: str = ""

    def check(self) -> None:
        """Raise `SpecError` for combinations that mean nothing."""
        check(
            self.encoder != "file" or bool(self.path),
            "`source.path` is empty: name the feature file that `source.encoder` 'file' reads",
        )
        check(
            self.encoder == "file" or not self.path.lower().endswith(data.FILE_ENDINGS),
            f"`source.path` is {self.path!r}, a feature file: set `source.encoder` to 'file', or give the "
            "folder of the official archives",
        )
        check(
            self.encoder != "file" or self.augmentation == "none",
            "features from a file cannot be augmented: set `source.augmentation` to 'none'",
        )
        for name in ("encoder_seed", "class_seed"):
            check(getattr(self, name) >= 0, f"`source.{name}` is {getattr(self, name)}: give 0 or more")
        for name, default in (("key", ""), ("block", 1)):
            check(
                self.encoder == "file" or getattr(self, name) == default,
                f"`source.{name}` is {getattr(self, name)!r}, which means something for a feature file only: set "
                "`source.encoder` to 'file', or leave it out",
            )
        check(self.block >= 1, f"`source.block` is {self.block}: give 1 or more classes a character")
        check(
            self.held_out == "classes" or self.class_order == "shuffled",
            f"`source.held_out` is {self.held_out!r} with `source.class_order` 'as-is': either the order decides "
            "what is held out, or the groups do",
        )
        check(
            not self.content or (bool(self.path) and len(self.content) == 64),
            f"`source.content` is {self.content!r}: leave it out, it is filled in from what lies at `path`",
        )

    def resolved(self) -> "ExemplarSpec":
        """Say in full what is read: where it lies from any folder, and the hash of its content.

        Raises:
            SpecError: it cannot be read, or is not what the spec was made with.
        """
        if not self.path:
            return self
        path, _, key = self.path.partition("::")
        remedy = "name the feature file, or the folder of the official archives"
        digest = content_hash if self.encoder == "file" else _archives_hash
        found = content_at(path, "source.path", self.content, remedy, digest)
        return dataclasses.replace(self, path=found.place, key=self.key or key, content=found.digest)

    @property
    def available(self) -> tuple[int, int] | None:
        """Classes and drawings of each, where known without opening a file or archive."""
        if self.path:
            return None
        return {"none": (1623, 20), "pooled": (1623, 160)}.get(self.augmentation, (12984, 20))

    def load(self, classes: int, test_classes: int, drawings: int) -> "ExemplarTable":
        """Encode what is needed: `classes` for training, then `test_classes` held out.

        Raises:
            SpecError: the file cannot be used, or holds too little.
        """
        try:
            return self._load(classes, test_classes, drawings)
        except (ValueError, OSError) as error:
            raise SpecError(str(error)) from error

    def _load(self, classes: int, test_classes: int, drawings: int) -> "ExemplarTable":
        whole = self.resolved()
        source = whole._source()
        if isinstance(source, data.FeatureFile):
            images: data.Drawings | None = None
            names, block = source.table().classes, self.block
        else:
            # By content as well as by name, so that a folder whose files changed is read again.
            drawn = _official(whole.path, whole.content) if self.path else data.load_omniglot()
            images = drawn if self.augmentation == "none" else data.augment(drawn, self.augmentation)
            names, block = images.classes, images.block
        split = self._split(names, classes, test_classes, block)
        chosen = np.concatenate([split.train, split.test])
        table = data.features(source, chosen, drawings, drawings=images)
        return ExemplarTable(table.values, Pictures(images, chosen))

    def noise_of_pixels(self) -> Float32[np.ndarray, " feature"]:
        """Return the standard deviation of each feature where every pixel has independent noise of 1.

        Raises:
            SpecError: the encoder is not linear in the pixels.
        """
        source = self._source()
        check(
            isinstance(source, data.RawPixels | data.PrincipalComponents),
            f"`source.encoder` is {self.encoder!r}, which is not linear in the pixels: take 'pixels' or "
            "'principal-components'",
        )
        return source.noise_of_pixels()

    def _split(self, names: Sequence[str], train: int, test: int, block: int) -> data.ClassSplit:
        """Say which classes are trained on, and which held out."""
        if self.held_out == "classes":
            return data.split_classes(
                len(names),
                train=train,
                test=test,
                seed=self.class_seed,
                block=block,
                order=self.class_order,
            )
        groups = [name.rpartition("/")[0] and name.partition("/")[0] for name in names]
        check(
            all(groups),
            "the classes carry no groups: name them `group/class` in the file's array `classes`, or set "
            "`source.held_out` to 'classes'",
        )
        held = data.EVALUATION_ALPHABETS & set(groups) if self.held_out == "evaluation" else ()
        check(
            self.held_out != "evaluation" or bool(held),
            "none of the classes is of an evaluation alphabet of Omniglot: set `source.held_out` to 'groups'",
        )
        return data.split_groups(groups, train=train, test=test, seed=self.class_seed, block=block, held=held)

    def _source(self) -> Any:
        if self.encoder == "pixels":
            return data.RawPixels()
        if self.encoder == "principal-components":
            return data.PrincipalComponents()
        if self.encoder == "mobilenet-v2":
            return data.PretrainedMobileNet()
        if self.encoder == "file":
            return data.FeatureFile(self.path, self.key or None)
        return data.RandomConvolution(
            seed=self.encoder_seed, standardise=self.encoder.endswith("standardised")
        )


def _archives_hash(folder: Path) -> str:
    """Hash the official archives, in the order in which they are read."""
    hashes = [content_hash(path) for path in data.archives(folder)]
    return hashlib.sha256(" ".join(hashes).encode()).hexdigest()


@functools.lru_cache(maxsize=1)
def _official(folder: str, content: str) -> data.Omniglot:
    """Read the official archives once a process and content: it takes seconds, and every program asks anew."""
    return data.load_official(folder)


@dataclass(frozen=True, eq=False)
class Pictures:
    """The drawings behind a table's rows; none where features came from a file."""

    drawings: data.Drawings | None
    classes: np.ndarray

    def describe(self, row: int, drawing: int) -> dict[str, str]:
        """Describe an exemplar for people: its picture, or its address."""
        if self.drawings is None:
            return {"kind": "text", "text": f"class {row}, exemplar {drawing}"}
        import PIL.Image

        ink = self.drawings.images(int(self.classes[row]), drawing)
        buffer = io.BytesIO()
        PIL.Image.fromarray(np.where(ink, 0, 255).astype(np.uint8)).save(buffer, "png", optimize=True)
        return {"kind": "image", "png": base64.b64encode(buffer.getvalue()).decode()}


@dataclass(frozen=True, eq=False)
class ExemplarTable:
    """Features of the chosen classes, training classes first.

    Attributes:
        features: class x exemplar x feature.
        pictures: what they were made from.
    """

    features: Float32[np.ndarray, "class exemplar feature"]
    pictures: Pictures
