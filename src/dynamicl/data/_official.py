"""The official full-size Omniglot archives, for those who have them.

`images_background.zip` and `images_evaluation.zip` hold 105 x 105 PNG images,
`images_background/Alphabet/characterNN/XXXX_YY.png`. Reading all 32,460 takes about 5 s and 360 MB of
memory. Nothing is unpacked on disk.
"""

import io
import os
import re
import zipfile
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from ._omniglot import Omniglot

_SETS = ("background", "evaluation")
_MEMBER = re.compile(r"images_(?:background|evaluation)/([^/]+/character\d+)/\d+_(\d+)\.png")
_DAMAGE = (
    Image.DecompressionBombError,
    zipfile.BadZipFile,
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    NotImplementedError,
    RuntimeError,
)


def load_official(
    folder: str | os.PathLike[str], *, sets: tuple[str, ...] = _SETS, exemplars: int = 20, size: int = 105
) -> Omniglot:
    """Read the official archives from a local folder.

    Args:
        folder: Where `images_background.zip` and `images_evaluation.zip` lie.
        sets: "background" (964 characters), "evaluation" (659) or both.
        exemplars: Drawings expected of each character.
        size: Side expected of each image in pixels.

    Returns:
        All characters in alphabetical order: with both archives the order of `load_omniglot`, so that an
        index means the same character. Black pixels are ink.

    Raises:
        ValueError: A set is unknown or appears twice, an archive is damaged, or drawings are missing or of
            another size.
        FileNotFoundError: An archive is missing.

    References:
        Lake, Salakhutdinov, Tenenbaum 2015, Science 350:1332; the archives:
        https://github.com/brendenlake/omniglot
    """
    if not sets or not set(sets) <= set(_SETS) or len(set(sets)) < len(sets):
        raise ValueError(f"`sets` is {sets!r}: name 'background', 'evaluation' or both, each once")
    images: dict[str, dict[int, np.ndarray]] = defaultdict(dict)
    for name in sets:
        _read(Path(folder) / f"images_{name}.zip", size, images)
    for character, drawings in sorted(images.items()):
        if sorted(drawings) != list(range(1, exemplars + 1)):
            raise ValueError(
                f"`folder` {os.fspath(folder)!r}: {character} holds {len(drawings)} drawings, not 1 to {exemplars}: "
                "the archive is incomplete, download it again"
            )
    classes = tuple(sorted(images))
    ink = np.stack([np.stack([images[c][k] for k in range(1, exemplars + 1)]) for c in classes])
    return Omniglot(ink=ink, classes=classes)


def _read(path: Path, size: int, images: dict[str, dict[int, np.ndarray]]) -> None:
    if not path.is_file():
        raise FileNotFoundError(
            f"`folder` has no {path.name} ({path}): download it from github.com/brendenlake/omniglot (folder python), "
            "or use load_omniglot() for the 28 x 28 drawings in this package"
        )
    found = False
    try:
        with zipfile.ZipFile(path) as archive:
            for member in archive.namelist():
                match = _MEMBER.fullmatch(member)
                if match:
                    images[match[1]][int(match[2])] = _ink(archive.read(member), member, size)
                    found = True
    except _SizeError as error:
        raise ValueError(f"`folder` {path}: {error}") from None
    except _DAMAGE as error:
        raise ValueError(
            f"`folder` {path} cannot be read ({error}): the archive is damaged, download it again"
        ) from error
    if not found:
        raise ValueError(
            f"`folder` {path} holds no drawing: expected members like images_background/Greek/character01/0394_01.png"
        )


class _SizeError(Exception):
    """An image has another size than expected."""


def _ink(content: bytes, member: str, size: int) -> Any:
    with Image.open(io.BytesIO(content), formats=["PNG"]) as image:
        # Before decoding, so that an absurd size costs nothing.
        if image.size != (size, size):
            raise _SizeError(
                f"{member} is {image.size[0]} x {image.size[1]}, not {size} x {size}: give `size` to match"
            )
        return np.asarray(image.convert("L")) < 128
