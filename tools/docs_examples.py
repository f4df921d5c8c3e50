"""An extension of Griffe: an example that stands in a docstring's running text is shown as code.

Google style knows examples in a section `Examples:`; a bare `>>>` would be read as a quotation.
"""

import re
from typing import Any

import griffe

# From a prompt at the margin to the end of its paragraph.
EXAMPLE = re.compile(r"^>>> .*(?:\n.+)*", re.MULTILINE)


class ExamplesAsCode(griffe.Extension):
    """Fence the examples of every docstring."""

    def on_instance(self, *, obj: griffe.Object, **kwargs: Any) -> None:
        if obj.docstring:
            obj.docstring.value = fenced(obj.docstring.value)


def fenced(text: str) -> str:
    """A docstring with its examples in fences; those in sections are indented and stay as they are."""
    return EXAMPLE.sub(lambda example: f"```pycon\n{example.group()}\n```", text)
