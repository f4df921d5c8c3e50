"""A hook of MkDocs: makes the reference pages and the navigation from what exists; neither is kept by hand.

One page per room that exports something, with one entry per name that its `__init__.py` exports.
"""

import ast
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

PACKAGE = Path(__file__).parents[1] / "src" / "dynamicl"
# Pages and folders of docs/ in the navigation's order; those not named here come just before the reference.
ORDER = ("index.md", "tutorials", "plugging-in.md", "results", "performance.md", "status.md")


def exports(init: Path) -> list[str]:
    """Public names that an `__init__.py` takes from its own modules, in its order."""
    return [
        alias.asname or alias.name
        for node in ast.parse(init.read_text()).body
        if isinstance(node, ast.ImportFrom) and node.level
        for alias in node.names
        if not (alias.asname or alias.name).startswith("_")
    ]


def reference_page(room: str, names: list[str]) -> str:
    """The room's own words, then each of its exports."""
    options = "    options:\n      members: false\n      show_root_heading: false\n"
    entries = (f"::: dynamicl.{room}.{name}\n" for name in names)
    return "\n".join([f"# {room}\n", f"::: dynamicl.{room}\n{options}", *entries])


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add a reference page per room, then name every page in the navigation."""
    for init in sorted(PACKAGE.glob("*/__init__.py")):
        room = init.parent.name
        if names := exports(init):
            page = File.generated(config, f"reference/{room}.md", content=reference_page(room, names))
            files.append(page)
    config.nav = navigation([file.src_uri for file in files.documentation_pages()])
    return files


def navigation(pages: list[str]) -> list[Any]:
    """The pages at the top by name, those in folders as one section each."""
    sections: dict[str, list[str]] = {}
    for page in sorted(pages, key=lambda page: (not page.endswith("index.md"), page)):
        sections.setdefault(page.split("/")[0], []).append(page)
    return [
        ({"Home": top} if top == "index.md" else top)
        if members == [top]
        else {top.replace("-", " ").capitalize(): members}
        for top, members in sorted(sections.items(), key=lambda item: place(item[0]))
    ]


def place(top: str) -> tuple[int, str]:
    """Sort key of a page or folder."""
    if top == "reference":
        return len(ORDER) + 1, top
    return (ORDER.index(top) if top in ORDER else len(ORDER)), top
