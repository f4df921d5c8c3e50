"""What makes an HTML file stand alone: data that cannot become markup, a policy that admits nothing from outside.

Every page of this package is put together here: one template, its style and its scripts inline, the data as JSON.
"""

import base64
import hashlib
import html
import json
import re
from collections.abc import Iterable, Mapping
from importlib import resources
from pathlib import Path

from dynamicl.files import user_path, write_atomically

MARK = re.compile(r"@(policy|title|style|payload|script)@")


def assemble(template: str, record: Mapping, script: str, style: str) -> str:
    """Put a record into a template, with the policy that admits its script and style and nothing else.

    Args:
        template: HTML with the marks `@policy@`, `@title@`, `@style@`, `@payload@` and `@script@`.
        record: JSON-able; `title` is the heading, a `live` page may ask its own server for news.
        script: of the page.
        style: of the page.
    """
    parts = {
        "policy": policy(script, style, bool(record["live"])),
        "title": html.escape(str(record["title"])),
        "style": style,
        "script": script,
        "payload": embed(record),
    }
    return MARK.sub(lambda match: parts[match[1]], template)


def embed(record: Mapping) -> str:
    """JSON that is inert inside a script element: no character of it can end the element or open another."""
    text = json.dumps(record, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def policy(script: str, style: str, live: bool = False) -> str:
    """Nothing may be loaded but what is in the page; a served page may ask its own server for news."""
    rules = [
        "default-src 'none'",
        f"script-src '{digest(script)}'",
        f"style-src '{digest(style)}'",
        "img-src data: blob:",
    ]
    rules += ["connect-src 'self'"] if live else []
    return "; ".join([*rules, "base-uri 'none'", "form-action 'none'"])


def digest(text: str) -> str:
    """The hash by which a policy admits an inline element."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def read_asset(package: str, name: str) -> str:
    """A file in a package's folder `assets`."""
    return resources.files(package).joinpath("assets", name).read_text(encoding="utf-8")


def join_scripts(texts: Iterable[str]) -> str:
    """Scripts in their order, inside one function, so that they leave no global names."""
    return '(() => {\n"use strict";\n' + "\n".join(texts) + "\n})();\n"


def write_whole(path: str | Path, text: str) -> Path:
    """Write a file all at once: a reader sees the old page or the new one, never half of one.

    Raises:
        FileNotFoundError: when the folder does not exist.
        SpecError: when a device, pipe or folder is in the file's place.
    """
    path = user_path(path)
    check_folder(path)
    write_atomically(path, text.encode("utf-8", "replace"))
    return path


def check_folder(path: str | Path) -> None:
    """Refuse a file whose folder is not there, before any work is done for it."""
    folder = user_path(path).parent
    if not folder.is_dir():
        raise FileNotFoundError(
            f"`path` is {str(path)!r}, but the folder {str(folder)!r} does not exist; create it first"
        )
