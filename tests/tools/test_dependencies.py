"""The page of dependencies lists what is locked, and no licence goes unread."""

import re
from email.message import Message
from pathlib import Path
from types import SimpleNamespace

import pytest

from tooling import load_tool

ROOT = Path(__file__).parents[2]
dependencies = load_tool("dependencies")

LOCK = """absl-py==2.5.1 \\
    --hash=sha256:aa
    # via optax
colorama==0.4.6 ; sys_platform == 'win32' \\
    --hash=sha256:bb
    # via
    #   dynamicl (pyproject.toml)
    #   pytest
"""


def installed(**fields):
    about = Message()
    for name, value in fields.items():
        for text in value if isinstance(value, list) else [value]:
            about[name.replace("_", "-")] = text
    return SimpleNamespace(metadata=about)


def test_a_lock_is_read_with_what_asks_for_each_package():
    assert dependencies.locked(LOCK) == [
        ("absl-py", "2.5.1", ("optax",)),
        ("colorama", "0.4.6", ("dynamicl", "pytest")),
    ]


@pytest.mark.parametrize(
    ("fields", "expression"),
    [
        ({"License_Expression": "MIT OR Apache-2.0"}, "MIT OR Apache-2.0"),
        ({"License": "BSD-3-Clause", "Classifier": "License :: OSI Approved :: BSD License"}, "BSD-3-Clause"),
        (
            {
                "License": "Apache License, the whole text",
                "Classifier": ["License :: OSI Approved :: MIT License"],
            },
            "MIT",
        ),
        ({"Classifier": "License :: Other/Proprietary License"}, "unknown"),
    ],
)
def test_a_licence_is_found_where_the_metadata_have_it(fields, expression):
    assert dependencies.licence(installed(**fields)) == expression


def test_an_unread_licence_stops_the_page(monkeypatch):
    assert dependencies.unread("(MIT OR GPL-3.0) AND ISC") == ["GPL-3.0"]
    package = dependencies.Package("numpy", dependencies.distribution("numpy").version, ())
    monkeypatch.setattr(dependencies, "licence", lambda _: "GPL-3.0")
    with pytest.raises(
        SystemExit, match="numpy .* has the licence 'GPL-3.0': read it, then name it in KNOWN"
    ):
        dependencies.table([package])


def test_what_is_installed_must_be_what_is_locked():
    with pytest.raises(SystemExit, match="numpy is locked at 1.0, installed at .*: run `make setup`"):
        dependencies.table([dependencies.Package("numpy", "1.0", ())])
    with pytest.raises(SystemExit, match="no-such-thing is in the lock and not installed: run `make setup`"):
        dependencies.table([dependencies.Package("no-such-thing", "1.0", ())])


def test_the_page_lists_what_is_locked():
    rows = re.findall(r"^\| (\S+) \| (\S+) \| ([^|]+) \|", dependencies.PAGE.read_text(), re.MULTILINE)[2:]
    packages = dependencies.locked(dependencies.LOCK.read_text())
    assert [row[:2] for row in rows] == [package[:2] for package in packages], "run `make audit`"
    assert [row for row in rows if dependencies.unread(row[2])] == []
