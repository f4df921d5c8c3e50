"""Makes docs/dependencies.md: every locked package with its licence and what needs it (`make audit`).

Versions come from requirements.lock, licences from the metadata of what is installed; nothing is asked of the network.
A licence that is not among `KNOWN` stops it: somebody has to read that one first.
"""

import re
import sys
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
LOCK = ROOT / "requirements.lock"
PAGE = ROOT / "docs" / "dependencies.md"
OWN = "dynamicl"
KNOWN = {
    "0BSD": "permissive",
    "Apache-2.0": "permissive",
    "BSD-2-Clause": "permissive",
    "BSD-3-Clause": "permissive",
    "BSD": "permissive",
    "CC0-1.0": "permissive",
    "ISC": "permissive",
    "MIT": "permissive",
    "MIT-CMU": "permissive",
    "PSF-2.0": "permissive",
    "Zlib": "permissive",
    "MPL-2.0": "weak copyleft: changes to its own files stay open",
}
"""Licences that have been read, and what kind they are."""
SPELLINGS = {
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
}
"""Classifiers of the index, as the names of SPDX."""
HEAD = """# Dependencies and their licences

Made by `make audit` from `requirements.lock` and the metadata of what is installed; a test holds this page to the lock.
Every version is pinned with hashes. Advisories are not looked up: `make test` and `make audit` need no network. Where
there is one, `pip-audit --disable-pip --require-hashes -r requirements.lock` does it, in an environment of its own.

"""


class Package(NamedTuple):
    """A locked package.

    Attributes:
        name: as the lock spells it.
        version: the locked one.
        parents: what asks for it; the project itself where that does.
    """

    name: str
    version: str
    parents: tuple[str, ...]


def locked(text: str) -> list[Package]:
    """Read a lock with hashes as `uv pip compile` writes it."""
    packages = []
    for block in re.split(r"\n(?=\S)", text):
        named = re.match(r"([A-Za-z0-9._-]+)==([^\s;\\]+)", block)
        if named:
            remarks = re.findall(r"^    #(?: via)? +(\S+)|^    # via (\S+)", block, re.MULTILINE)
            parents = tuple(first or second for first, second in remarks)
            packages.append(Package(named[1], named[2], tuple(name for name in parents if name != "via")))
    return packages


def licence(installed: Distribution) -> str:
    """Return a package's licence by its SPDX name; "unknown" where its metadata do not say."""
    about = installed.metadata
    if about["License-Expression"]:
        return about["License-Expression"]
    told = (about["License"] or "").strip()
    if told in KNOWN:
        return told
    classifiers = [
        text.rpartition(" :: ")[2] for text in about.get_all("Classifier") or [] if "License ::" in text
    ]
    names = [SPELLINGS[text] for text in classifiers if text in SPELLINGS]
    return " AND ".join(names) or "unknown"


def unread(expression: str) -> list[str]:
    """List the licences of an expression that nobody has read."""
    words = re.findall(r"[^() ]+", expression)
    return [name for name in words if name not in KNOWN and name not in ("AND", "OR")]


def table(packages: list[Package]) -> str:
    """Write the page.

    Raises:
        SystemExit: a licence is unknown, or a locked package is not installed as locked.
    """
    rows = ["| package | version | licence | asked for by |", "| --- | --- | --- | --- |"]
    for package in packages:
        try:
            installed = distribution(package.name)
        except PackageNotFoundError:
            sys.exit(f"{package.name} is in the lock and not installed: run `make setup`")
        if installed.version != package.version:
            sys.exit(
                f"{package.name} is locked at {package.version}, installed at {installed.version}: run `make setup`"
            )
        expression = licence(installed)
        if unread(expression):
            sys.exit(
                f"{package.name} {package.version} has the licence {expression!r}: read it, then name it in KNOWN"
            )
        parents = ["dynamicl itself" if name == OWN else name for name in package.parents]
        rows.append(f"| {package.name} | {package.version} | {expression} | {', '.join(parents[:3])} |")
    return HEAD + "\n".join(rows) + "\n"


def main() -> None:
    """Write docs/dependencies.md."""
    PAGE.write_text(table(locked(LOCK.read_text())))


if __name__ == "__main__":
    main()
