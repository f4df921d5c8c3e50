"""Take the pictures in docs/img from pages that exist: `python tools/pictures.py runs/laptop/report.html`.

A page of fates, given with `--fates`, is pictured too. Needs Chromium (`make browser`). Pictures are kept under 300 kB.
"""

import argparse
import io
import shutil
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

FOLDER = Path(__file__).parents[1] / "docs" / "img"
MOST_BYTES = 300_000
WIDE = 1280


def open_page(browser: Browser, path: Path, width: int, height: int, scale: float) -> Page:
    """Open a page in a window of a size, light, with nothing moving."""
    window = browser.new_page(
        viewport={"width": width, "height": height},
        color_scheme="light",
        reduced_motion="reduce",
        device_scale_factor=scale,
    )
    window.goto(path.resolve().as_uri())
    window.wait_for_selector("html[data-ready=yes]")
    settle(window)
    return window


def settle(window: Page) -> None:
    """Wait until what arrives late has been drawn."""
    window.wait_for_timeout(1500)


def keep(png: bytes, name: str) -> None:
    """Write a picture in full colour, or with fewer colours where it would be too large."""
    image = Image.open(io.BytesIO(png)).convert("RGB")
    for colours in (0, 256, 128, 64):
        few = (
            image.quantize(colours, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
            if colours
            else image
        )
        buffer = io.BytesIO()
        few.save(buffer, "PNG", optimize=True)
        if buffer.tell() <= MOST_BYTES:
            break
    (FOLDER / name).write_bytes(buffer.getvalue())


def around(window: Page, *panels: str) -> bytes:
    """Picture some panels in a window as high as the page, so that nothing covers them."""
    height = window.evaluate("document.documentElement.scrollHeight")
    window.set_viewport_size({"width": WIDE, "height": height})
    settle(window)
    boxes = [box for panel in panels if (box := window.locator(f"#{panel}").bounding_box())]
    left, top = min(b["x"] for b in boxes) - 10, min(b["y"] for b in boxes) - 10
    right = max(b["x"] + b["width"] for b in boxes) + 10
    low = max(b["y"] + b["height"] for b in boxes) + 10
    return window.screenshot(clip={"x": left, "y": top, "width": right - left, "height": low - top})


def picture_page(browser: Browser, path: Path) -> None:
    """The page as it opens; its attention; its circuit at the end of training; on a phone."""
    window = open_page(browser, path, WIDE, 975, 1)
    keep(window.screenshot(), "page.png")
    keep(around(window, "attention", "focus"), "page-attention.png")
    window.keyboard.press("End")
    keep(around(window, "circuit", "steps"), "page-circuit.png")
    phone = open_page(browser, path, 390, 844, 2)
    phone.locator("#curves").evaluate("(panel) => panel.scrollIntoView()")
    settle(phone)
    keep(phone.screenshot(), "page-phone.png")


def picture_fates(browser: Browser, path: Path) -> None:
    """The tree with what is above it, and the probability of converging."""
    window = open_page(browser, path, WIDE, 1750, 1)
    keep(window.screenshot(), "fates.png")


def main() -> None:
    """Take the pictures of the pages named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("page", type=Path, nargs="?", help="a page of runs")
    parser.add_argument("--fates", type=Path, help="a page of fates")
    options = parser.parse_args()
    names = ("chromium", "chromium-browser", "google-chrome")
    chromium = next(filter(None, map(shutil.which, names)), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        if options.page:
            picture_page(browser, options.page)
        if options.fates:
            picture_fates(browser, options.fates)
        browser.close()


if __name__ == "__main__":
    main()
