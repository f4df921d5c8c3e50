"""What the tests of all pages share."""

import io
from collections.abc import Callable

import pytest
from PIL import Image


@pytest.fixture(scope="session")
def colours_of() -> Callable[[bytes], int]:
    """How many different colours a PNG has: a blank one has one."""
    return lambda png: len(Image.open(io.BytesIO(png)).convert("RGB").getcolors(1 << 24))
