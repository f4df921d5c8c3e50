"""What notebooks show: small tables, and specs as settings with those that are not the usual ones set apart."""

import dataclasses
import html
from collections.abc import Iterable, Sequence
from typing import Any

QUIET = "opacity:0.55"


def html_table(caption: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Write a table for a notebook; every text is escaped.

    Args:
        caption: above the table.
        header: names of the columns.
        rows: as many cells each.
    """
    head = "".join(f"<th>{html.escape(name)}</th>" for name in header)
    body = "".join(map(_row, rows))
    above = f"<caption>{html.escape(caption)}</caption><thead><tr>{head}</tr></thead>"
    return f"<table>{above}<tbody>{body}</tbody></table>"


def _row(cells: Sequence[Any]) -> str:
    inside = "".join(f"<td>{_cell(cell)}</td>" for cell in cells)
    return f"<tr>{inside}</tr>"


def spec_html(spec: Any) -> str:
    """Show a spec: a row for each setting, by its dotted path; those with their usual value are pale.

    Args:
        spec: a registered dataclass.
    """
    rows = "".join(
        f'<tr style="{"" if changed else QUIET}"><td>{html.escape(path)}</td><td>{_cell(value)}</td></tr>'
        for path, value, changed in _settings(spec)
    )
    kind = html.escape(str(getattr(spec, "kind", type(spec).__name__)))
    return f"<table><caption>{kind}</caption><tbody>{rows}</tbody></table>"


def _settings(spec: Any, before: str = "") -> list[tuple[str, Any, bool]]:
    """List the plain settings of a spec: path, value, and whether it is not the usual one."""
    settings: list[tuple[str, Any, bool]] = []
    for field in dataclasses.fields(spec):
        value = getattr(spec, field.name)
        path = f"{before}{field.name}"
        if dataclasses.is_dataclass(value):
            settings += _settings(value, f"{path}.")
            continue
        if isinstance(value, tuple) and any(map(dataclasses.is_dataclass, value)):
            for place, item in enumerate(value):
                settings += _settings(item, f"{path}.{place}.")
            continue
        settings.append((path, value, field.default is dataclasses.MISSING or bool(value != field.default)))
    return settings


def _cell(value: Any) -> str:
    text = f"{value:.4g}" if isinstance(value, float) else str(value)
    return html.escape(text)
