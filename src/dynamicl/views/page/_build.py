"""From a payload to one self-contained HTML text, and to a file.

Takes about a second for sixteen runs with a hundred checkpoints. The page needs no network, server or
installation, and a Content-Security-Policy forbids it to reach out.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import html
import json
import os
import re
import tempfile
from collections.abc import Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Any

import xarray as xr

from ._payload import MEGABYTE, payload

SCRIPTS = [
    "base",
    "data",
    "state",
    "color",
    "pen",
    "axes",
    "panel",
    "export",
    "timebar",
    "curves",
    "compare",
    "heads",
    "tokens",
    "attention",
    "seeds",
    "circuit",
    "steps",
    "tables",
    "main",
]
MARK = re.compile(r"@(policy|title|style|payload|script)@")


def build(
    dataset: xr.Dataset,
    transitions: Sequence[Mapping] = (),
    verdicts: Sequence[Mapping] = (),
    *,
    title: str | None = None,
    studies: Sequence[Mapping] = (),
    clamped_curves: Mapping[str, Mapping] | None = None,
    limit: int = 10 * MEGABYTE,
) -> str:
    """Make the page of a trajectory.

    Args:
        dataset: the trajectory; any variable may be missing.
        transitions: Transition records.
        verdicts: Verdict records.
        title: heading; the dataset's own when None.
        studies: `{name, title, summary}` for the headings of the verdicts.
        clamped_curves: `{step name: {"sequences": (n,), "loss": (runs, n)}}`, shown beside the circuit.
        limit: bytes of the page; larger trajectories are thinned and the page says so.

    Returns:
        HTML text that stands alone.

    Raises:
        ValueError: when the trajectory cannot be thinned to `limit`.
    """
    room = limit - len(style()) - len(script()) - 10_000
    record = payload(
        dataset,
        transitions,
        verdicts,
        title=title,
        studies=studies,
        clamped_curves=clamped_curves,
        limit=room,
    )
    return assemble(record)


def write(
    path: str | Path,
    dataset: xr.Dataset,
    transitions: Sequence[Mapping] = (),
    verdicts: Sequence[Mapping] = (),
    **options: Any,
) -> Path:
    """Write the page to a file, all at once: a reader sees the old page or the new one, never half of one.

    Args:
        path: where to; its folder must exist.
        dataset: the trajectory.
        transitions: Transition records.
        verdicts: Verdict records.
        **options: as for `build`.

    Returns:
        The path.

    Raises:
        FileNotFoundError: when the folder does not exist.
    """
    path = Path(path)
    if not path.parent.is_dir():
        raise FileNotFoundError(
            f"`path` is {str(path)!r}, but the folder {str(path.parent)!r} does not exist; create it first"
        )
    text = build(dataset, transitions, verdicts, **options)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", errors="replace", newline="\n") as file:
            file.write(text)
        os.chmod(temporary, 0o644)  # mkstemp's 0600 would keep a web server or a colleague out
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return path


def assemble(record: Mapping) -> str:
    """Put a payload into the template with its policy."""
    parts = {
        "policy": policy(bool(record["live"])),
        "title": html.escape(str(record["title"])),
        "style": style(),
        "script": script(),
        "payload": embed(record),
    }
    return MARK.sub(lambda match: parts[match[1]], asset("page.html"))


def embed(record: Mapping) -> str:
    """JSON that is inert inside a script element: no character of it can end the element or open another."""
    text = json.dumps(record, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def policy(live: bool) -> str:
    """Nothing may be loaded but what is in the page; a served page may ask its own server for news."""
    rules = [
        "default-src 'none'",
        f"script-src '{digest(script())}'",
        f"style-src '{digest(style())}'",
        "img-src data: blob:",
    ]
    rules += ["connect-src 'self'"] if live else []
    return "; ".join([*rules, "base-uri 'none'", "form-action 'none'"])


def digest(text: str) -> str:
    """The hash by which a policy admits an inline element."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


@functools.cache
def asset(name: str) -> str:
    """A file that travels with this package."""
    return resources.files(__package__).joinpath("assets", name).read_text(encoding="utf-8")


@functools.cache
def script() -> str:
    """The scripts in their order, inside one function, so that they leave no global names."""
    return '(() => {\n"use strict";\n' + "\n".join(asset(f"{name}.js") for name in SCRIPTS) + "\n})();\n"


def style() -> str:
    """The style sheet."""
    return asset("page.css")
