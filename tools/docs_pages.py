"""A hook of MkDocs: makes the reference pages and the navigation from what exists; neither is kept by hand.

One page of the command, with the help of each of its parts as the command itself prints it. One page per room that
exports something, with one entry per name that its `__init__.py` exports. Where a page says `<!-- result: CLAIM -->`,
the claim's verdict, numbers and figure are put in from `docs/results`; `<!-- ledger: STUDY -->` stands for all of a
study's, under a table of them, and `<!-- scales: STUDY -->` for a table of its verdicts at two scales.
"""

import ast
import contextlib
import io
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from dynamicl.cli import main
from dynamicl.cli._main import COMMANDS
from dynamicl.studies import NOTHING_MEASURED

PACKAGE = Path(__file__).parents[1] / "src" / "dynamicl"
# Pages and folders of docs/ in the navigation's order; those not named here come just before the reference.
ORDER = (
    "index.md",
    "concepts.md",
    "tutorials",
    "how-to",
    "known-errors.md",
    "tasks.md",
    "plugging-in.md",
    "results",
    "statistics.md",
    "performance.md",
    "status.md",
)


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
    files.append(File.generated(config, "reference/command.md", content=command_page()))
    config.nav = navigation([file.src_uri for file in files.documentation_pages()])
    return files


def command_page() -> str:
    """Every part of the command with its options, as `--help` prints them."""
    parts = [
        "# The command\n",
        "Made from the options themselves, as `--help` prints them. Any command takes `--import MODULE`.\n",
    ]
    for name, about in COMMANDS.items():
        parts.append(f"## dynamicl {name}\n\n{about.capitalize()}.\n\n```text\n{help_of(name)}\n```\n")
    return "\n".join(parts)


def help_of(name: str) -> str:
    """What a part of the command prints when asked for help, without colours and frames."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.suppress(SystemExit), narrow():
        main([name, "--help"])
    lines = (line.strip("│╭╮╰╯─ ") for line in re.sub(r"\x1b\[[0-9;]*m", "", out.getvalue()).splitlines())
    return "\n".join(line for line in lines if line)


@contextlib.contextmanager
def narrow() -> Iterator[None]:
    """Let help be as wide as a page shows."""
    before = os.environ.get("COLUMNS")
    os.environ["COLUMNS"] = "96"
    try:
        yield
    finally:
        os.environ.pop("COLUMNS") if before is None else os.environ.update(COLUMNS=before)


MARK = re.compile(r"^<!-- (result|ledger|scales): (\S+) -->$", re.MULTILINE)


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Put results where a page asks for them."""
    results, link = Path(config.docs_dir) / "results", "../" * page.file.src_uri.count("/") + "results"
    write = {"result": result, "ledger": study_ledger, "scales": two_scales}
    return MARK.sub(lambda mark: write[mark[1]](mark[2], results, link), markdown)


def study_ledger(study: str, results: Path, link: str) -> str:
    """A table of a study's verdicts, then each result under a heading of its own."""
    rows = verdicts(results / study)
    table = ["| claim | document says | verdict | n |", "| --- | --- | --- | --- |"]
    table += [
        f"| [{row['id']}](#{row['id']}) | {row['paper'] or row['claim']} | {row['verdict']} | {row['n']} |".replace(
            "\n", " "
        )
        for row in rows
    ]
    parts = [f"## {row['id']} {{ #{row['id']} }}\n\n{result(row['id'], results, link)}" for row in rows]
    return "\n\n".join(["\n".join(table), *parts])


def two_scales(study: str, results: Path, link: str) -> str:
    """A table of a study's verdicts beside those of the same claims in the folder `laptop`, at that scale."""
    quick = {row["id"]: row["verdict"] for row in verdicts(results / "laptop" / study)}
    rows = [row for row in verdicts(results / study) if row["id"] in quick and row["scale"] != "laptop"]
    table = ["| claim | here | at `laptop` | |", "| --- | --- | --- | --- |"]
    for row in rows:
        here, there = row["verdict"], quick[row["id"]]
        table.append(f"| {row['id']} | {here} | {there} | {'agree' if here == there else '**differ**'} |")
    return "\n".join(table)


def verdicts(folder: Path) -> list[dict[str, Any]]:
    """The verdicts kept in a study's folder; none where there is no file."""
    file = folder / "claims.json"
    return json.loads(file.read_text()) if file.exists() else []


def result(claim: str, results: Path, link: str) -> str:
    """What became of a claim, as an admonition; a claim without a verdict says so.

    Args:
        claim: its id.
        results: folder with one folder a study, each with `claims.json` and figures.
        link: the same folder as seen from the page.
    """
    study = claim.split(".")[0]
    for row in verdicts(results / study):
        if row["id"] == claim:
            words = f"Claim ({row['figure']})" if row["figure"] else "Finding of our own"
            lines = [
                f'!!! quote "{claim}: {row["verdict"]} (scale {row["scale"]}, n = {row["n"]})"',
                f"    {words}: {row['claim']}." if row["claim"] else "",
                measured(row),
                f"    {row['note']}." if row["note"] else "",
            ]
            if (results / study / f"{claim}.png").exists():
                lines.append(f"    ![{claim}]({link}/{study}/{claim}.png)")
            return "\n\n".join(line for line in lines if line)
    return f'!!! quote "{claim}"\n\n    Not measured yet.'


def measured(row: dict[str, Any]) -> str:
    """What was measured, part by part; in one sentence where nothing was."""
    nothing = row["measured"].startswith(NOTHING_MEASURED)
    return ("" if nothing else parts(row["parts"])) or f"    Measured: {row['measured']}."


def parts(rows: list[dict[str, Any]]) -> str:
    """The parts of a criterion, as a table inside an admonition; nothing where there are none."""
    if not rows:
        return ""
    head = ["| part | measured | has to be | n | |", "| --- | --- | --- | --- | --- |"]
    return "\n".join(f"    {line}" for line in [*head, *map(part, rows)])


def part(row: dict[str, Any]) -> str:
    """One part as a row of that table."""
    value, low, high, threshold = (
        "unknown" if row[name] is None else f"{row[name]:.4g}"
        for name in ("value", "low", "high", "threshold")
    )
    interval = f" [{low}, {high}]" if row["low"] is not None and row["high"] is not None else ""
    outcome = {True: "holds", False: "fails", None: f"open: {row.get('undecided', '')}"}[row["holds"]]
    comparison = row["comparison"].replace("<", "&lt;").replace(">", "&gt;")
    return f"| {row['name']} | {value}{interval} | {comparison} {threshold} | {row['n']} | {outcome} |"


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
