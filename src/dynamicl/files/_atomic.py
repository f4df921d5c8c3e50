"""Writing files so that a kill or a power cut at any moment leaves the old content or the new, never a mixture.

Content is prepared under a temporary name of its own, made with `O_EXCL`, so that neither another process nor a
symbolic link laid out in advance can share it.
"""

import contextlib
import os
import secrets
import stat
from pathlib import Path

from dynamicl.specs import SpecError

TEMPORARY = ".tmp"


def sync(path: Path) -> None:
    """Flush a file or a folder to the disk: a rename is only safe once what it points to is.

    Args:
        path: an existing file or folder.
    """
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_folder(path: Path) -> None:
    """Make a folder with its ancestors, each of them flushed to the disk.

    Args:
        path: the folder; one that exists is left alone.
    """
    missing = []
    while not path.exists():
        missing.append(path)
        path = path.parent
    for folder in reversed(missing):
        folder.mkdir(exist_ok=True)
        sync(folder.parent)


def temporary(path: Path) -> Path:
    """Make an empty file beside `path` in which its content is prepared.

    Args:
        path: the final name.

    Returns:
        The temporary file: `NAME.TOKEN.tmp`, nobody else's.
    """
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}{TEMPORARY}")
    os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644))
    return draft


def publish(draft: Path, path: Path) -> None:
    """Flush a temporary file and give it its final name, in one step.

    Args:
        draft: what `temporary` made.
        path: the final name.
    """
    sync(draft)
    os.replace(draft, path)
    sync(path.parent)


def write_atomically(path: Path, content: bytes) -> None:
    """Replace the content of a file in one step.

    Args:
        path: the file, which need not exist; its folder does.
        content: its new content.

    Raises:
        SpecError: something is there that is no regular file.
        OSError: the disk refuses; what was there is unchanged.
    """
    check_target(path)
    draft = temporary(path)
    try:
        draft.write_bytes(content)
        publish(draft, path)
    except BaseException:
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)
        raise


def check_target(path: Path) -> None:
    """Refuse to put a file where a device, a pipe or a folder is.

    Args:
        path: the file to write.

    Raises:
        SpecError: something else is there.
    """
    try:
        mode = path.stat().st_mode
    except OSError:
        return
    if not stat.S_ISREG(mode):
        raise SpecError(f"`{path}` is there and is no regular file: give another name for the file to write")
