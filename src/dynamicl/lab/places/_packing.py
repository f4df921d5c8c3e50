"""Folders as bytes, for engines that share no disk: a zip of regular files, held against its hash on arrival."""

import hashlib
import io
import shutil
import zipfile
from pathlib import Path, PurePosixPath

from dynamicl.store import StoreError

LOCKS = "*.lock"
"""Files that mean something on one machine only; the store makes its own anew."""


def pack(folder: Path) -> tuple[bytes, str]:
    """Put a folder's regular files into one piece of bytes.

    Returns:
        The bytes, and their SHA-256.
    """
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and not path.is_symlink() and not path.match(LOCKS):
                archive.write(path, path.relative_to(folder).as_posix())
    content = packed.getvalue()
    return content, hashlib.sha256(content).hexdigest()


def unpack(content: bytes, digest: str, folder: Path) -> None:
    """Put a folder back together, in the place of what is there.

    Args:
        content: what `pack` returned.
        digest: its SHA-256.
        folder: where to.

    Raises:
        StoreError: the bytes are not those that were packed, or a name in them leads out of the folder.
    """
    if hashlib.sha256(content).hexdigest() != digest:
        raise StoreError(f"what was sent for {folder} arrived damaged: its hash is another; send it again")
    draft = folder.with_name(f"{folder.name}.arriving")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in archive.namelist():
            path = PurePosixPath(name)
            if path.is_absolute() or ".." in path.parts:
                raise StoreError(
                    f"what was sent for {folder} holds the name {name!r}, which leads out of it: refused"
                )
            target = draft.joinpath(*path.parts)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(archive.read(name))
    shutil.rmtree(folder, ignore_errors=True)
    draft.rename(folder)
