"""Exemplars for sequences: features by class and drawing, and the pictures behind them."""

import base64
import functools
import io
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from jaxtyping import Float32

from dynamicl import data
from dynamicl.specs import SpecError, check, register


@register("exemplars")
@dataclass(frozen=True)
class ExemplarSpec:
    """Describe where exemplars come from.

    Attributes:
        encoder: `random-convolution` (frozen, 512 features), the same `-standardised`, `pixels` (784 standardised
            pixels), or `file` (features from `path`, class x exemplar x feature).
        encoder_seed: seed of the random convolution.
        augmentation: `none`; `one_transform` or `interleaved` make eight classes of each character.
        class_seed: seed of the order of classes; the first are trained on, the last held out.
        path: for `file`, the feature file, and `file.h5::group/array` where it holds several arrays; for the others,
            the folder of the official full-size archives to encode in place of the drawings in the package.
    """

    encoder: Literal["random-convolution", "random-convolution-standardised", "pixels", "file"] = (
        "random-convolution"
    )
    encoder_seed: int = 0
    augmentation: Literal["none", "one_transform", "interleaved"] = "none"
    class_seed: int = 0
    path: str = ""

    def check(self) -> None:
        """Raise `SpecError` for combinations that mean nothing."""
        check(
            self.encoder != "file" or bool(self.path),
            "`exemplars.path` is empty: name the feature file that `exemplars.encoder` 'file' reads",
        )
        check(
            self.encoder == "file" or not self.path.lower().endswith(data.FILE_ENDINGS),
            f"`exemplars.path` is {self.path!r}, a feature file: set `exemplars.encoder` to 'file', or give the "
            "folder of the official archives",
        )
        check(
            self.encoder != "file" or self.augmentation == "none",
            "features from a file cannot be augmented: set `exemplars.augmentation` to 'none'",
        )
        for name in ("encoder_seed", "class_seed"):
            check(getattr(self, name) >= 0, f"`exemplars.{name}` is {getattr(self, name)}: give 0 or more")

    @property
    def available(self) -> tuple[int, int] | None:
        """Classes and drawings of each, where known without opening a file or archive."""
        return None if self.path else (1623 if self.augmentation == "none" else 12984, 20)

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
        source = self._source()
        if isinstance(source, data.FeatureFile):
            every = source.table()
            split = data.split_classes(
                every.n_classes, train=classes, test=test_classes, seed=self.class_seed
            )
            images: data.Drawings | None = None
        else:
            images = _official(self.path) if self.path else data.load_omniglot()
            if self.augmentation != "none":
                images = data.augment(images, self.augmentation)
            split = data.split_drawings(images, train=classes, test=test_classes, seed=self.class_seed)
        chosen = np.concatenate([split.train, split.test])
        table = data.features(source, chosen, drawings, drawings=images)
        return ExemplarTable(table.values, Pictures(images, chosen))

    def _source(self) -> Any:
        if self.encoder == "pixels":
            return data.RawPixels()
        if self.encoder == "file":
            path, _, key = self.path.partition("::")
            return data.FeatureFile(path, key or None)
        return data.RandomConvolution(
            seed=self.encoder_seed, standardise=self.encoder.endswith("standardised")
        )


@functools.lru_cache(maxsize=1)
def _official(folder: str) -> data.Omniglot:
    """Read the official archives once a process: it takes seconds, and every program of a cohort asks anew."""
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
