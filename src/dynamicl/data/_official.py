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

from dynamicl.files import read_regular, user_path

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
    for path in archives(folder, sets):
        _read(path, size, images)
    for character, drawings in sorted(images.items()):
        if sorted(drawings) != list(range(1, exemplars + 1)):
            raise ValueError(
                f"`folder` {os.fspath(folder)!r}: {character} holds {len(drawings)} drawings, not 1 to {exemplars}: "
                "the archive is incomplete, download it again"
            )
    classes = tuple(sorted(images))
    drawn = [images[name][k] for name in classes for k in range(1, exemplars + 1)]
    ink = np.stack(drawn).reshape(len(classes), exemplars, *drawn[0].shape)
    return Omniglot(ink=ink, classes=classes)


def archives(folder: str | os.PathLike[str], sets: tuple[str, ...] = _SETS) -> list[Path]:
    """Name what is read of a folder: each set's archive, or where it was unpacked its folder.

    Args:
        folder: As for `load_official`.
        sets: As for `load_official`.

    Returns:
        One path a set; a folder where there is no archive but `images_background/` or `images_evaluation/`.

    Raises:
        FileNotFoundError: A set is there in neither form.
    """
    paths = []
    for name in sets:
        unpacked = user_path(folder, "folder") / f"images_{name}"
        archive = unpacked.with_name(f"{unpacked.name}.zip")
        if not archive.is_file() and not unpacked.is_dir():
            raise FileNotFoundError(
                f"`folder` has no {archive.name} ({archive}): download it from github.com/brendenlake/omniglot (folder "
                "python), or use load_omniglot() for the 28 x 28 drawings in this package"
            )
        paths.append(archive if archive.is_file() else unpacked)
    return paths


def _read(path: Path, size: int, images: dict[str, dict[int, np.ndarray]]) -> None:
    if path.is_dir():
        return _read_folder(path, size, images)
    found = False
    try:
        with zipfile.ZipFile(path) as archive:
            for member in archive.namelist():
                match = _MEMBER.fullmatch(member)
                if match:
                    images[match[1]][int(match[2])] = _ink(_content(archive, member, size), member, size)
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


def _read_folder(folder: Path, size: int, images: dict[str, dict[int, np.ndarray]]) -> None:
    """Read what was unpacked, as other tools leave it."""
    before = len(images)
    for path in sorted(folder.glob("*/character*/*.png")):
        match = _MEMBER.fullmatch(path.relative_to(folder.parent).as_posix())
        if match:
            try:
                images[match[1]][int(match[2])] = _ink(read_regular(path, _most(size)), path.name, size)
            except (_SizeError, *_DAMAGE) as error:
                raise ValueError(
                    f"`folder` {path} cannot be read ({error}): unpack the archive again"
                ) from error
    if len(images) == before:
        raise ValueError(
            f"`folder` {folder} holds no drawing: expected files like Greek/character01/0394_01.png in it"
        )


class _SizeError(Exception):
    """An image has another size than expected."""


def _most(size: int) -> int:
    return 8 * size * size + (1 << 16)


def _content(archive: zipfile.ZipFile, member: str, size: int) -> bytes:
    """Read a member that may be an image of this size: a PNG of one byte a pixel, and as much again for the rest."""
    most = _most(size)
    claimed = archive.getinfo(member).file_size
    if claimed > most:
        raise _SizeError(
            f"{member} takes {claimed:,} bytes unpacked, {most:,} at most for {size} x {size} pixels"
        )
    # Never more than it claims, which zipfile sees to.
    return archive.read(member)


def _ink(content: bytes, member: str, size: int) -> Any:
    with Image.open(io.BytesIO(content), formats=["PNG"]) as image:
        # Before decoding, so that an absurd size costs nothing.
        if image.size != (size, size):
            raise _SizeError(
                f"{member} is {image.size[0]} x {image.size[1]}, not {size} x {size}: give `size` to match"
            )
        return np.asarray(image.convert("L")) < 128
