"""The reference of the command is made from the command."""

import pytest

from tooling import load_tool

pytest.importorskip("mkdocs", reason="the documentation's tools are not part of the package")


@pytest.fixture(scope="module")
def pages():
    return load_tool("docs_pages")


def test_every_part_of_the_command_has_its_help(pages, monkeypatch):
    monkeypatch.setattr(pages, "COMMANDS", {"runs": "list what a library holds", "note": "write tags"})
    page = pages.command_page()
    assert [line for line in page.splitlines() if line.startswith("## ")] == [
        "## dynamicl runs",
        "## dynamicl note",
    ]
    assert "List what a library holds." in page and "--where" in page and "--untag" in page
    assert "\x1b" not in page and "╭" not in page
