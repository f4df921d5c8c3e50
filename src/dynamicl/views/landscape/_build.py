"""From two numbers to one self-contained HTML file."""

from pathlib import Path

from dynamicl.toys import NestedLogits

from .._standalone import assemble, check_folder, join_scripts, read_asset, write_whole
from ..page._build import asset as page_asset

PACKAGE = "dynamicl.views.landscape"
SCRIPTS = ("model", "plot", "main")


def make_landscape_page(
    target: str | Path,
    *,
    labels: int = 32,
    pairs: int = 8,
    title: str = "Three nested logits",
) -> Path:
    """Write the page on which the landscape of an induction head can be explored.

    Loss, attention and trajectories are computed in the page; it needs no network and no data.

    Args:
        target: the file to write; its folder must exist.
        labels: L at first.
        pairs: N at first.
        title: heading.

    Returns:
        The file.

    Raises:
        ValueError: if L and N are not those of a landscape.
        FileNotFoundError: if the folder does not exist.

    References:
        Reddy (2023), equation 10, figures 7 and A.4.
    """
    NestedLogits(labels, pairs)
    check_folder(target)
    record = {"title": title, "live": 0, "labels": labels, "pairs": pairs}
    script = join_scripts(read_asset(PACKAGE, f"{name}.js") for name in SCRIPTS)
    style = page_asset("page.css") + read_asset(PACKAGE, "landscape.css")
    return write_whole(target, assemble(read_asset(PACKAGE, "landscape.html"), record, script, style))
