"""Pages in Chromium: written to a file, opened, and watched for errors and requests."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from dynamicl.views.page import write
from views.page.synthetic import clamped, trajectory, verdicts

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page


class Shown:
    """An open page and what a test asks of it."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def __getattr__(self, name: str):
        return getattr(self.page, name)

    def picture(self, panel: str) -> bytes:
        """Both canvases of a panel, after they have been drawn."""
        self.page.locator(f"#{panel}").scroll_into_view_if_needed()
        self.settle()
        script = "(id) => [...document.querySelectorAll(`#${id} canvas`)].map((c) => c.toDataURL()).join()"
        return self.page.evaluate(script, panel).encode()

    def settle(self) -> None:
        """Wait until what is on the screen is drawn: panels are told that they came into view, then two frames pass."""
        self.page.evaluate(
            """() => new Promise((go) => {
              const seen = new IntersectionObserver(() => {
                seen.disconnect();
                requestAnimationFrame(() => requestAnimationFrame(go));
              });
              seen.observe(document.body);
            })"""
        )

    def text(self, selector: str) -> str:
        self.settle()
        return self.page.locator(selector).inner_text()

    def heading(self, panel: str) -> str:
        self.page.locator(f"#{panel}").scroll_into_view_if_needed()
        return self.text(f"#{panel}-title")

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
        self.settle()

    def click_at(self, panel: str, x: float, y: float, **options) -> None:
        """Click at a place in a panel's plot; negative places count from its end."""
        plot = self.page.locator(f"#{panel} .plot")
        plot.scroll_into_view_if_needed()
        self.settle()
        box = plot.bounding_box()
        plot.click(position={"x": x % box["width"], "y": y % box["height"]}, **options)
        self.settle()

    def until(self, script: str, seconds: float = 5.0) -> None:
        """Wait for a JavaScript expression; asked from here, as the page's policy forbids evaluating text inside it."""
        end = time.monotonic() + seconds
        while not self.page.evaluate(script):
            if time.monotonic() > end:
                raise TimeoutError(script)
            time.sleep(0.03)

    def step(self) -> int:
        self.settle()
        return int(self.page.get_attribute("#slider", "aria-valuenow"))


def watch_page(context: BrowserContext, faults: list[str]) -> Page:
    """A page whose errors, warnings and requests are noted as faults."""
    page = context.new_page()
    page.on("pageerror", lambda error: faults.append(f"error: {error}"))
    page.on("console", lambda m: m.type in ("error", "warning") and faults.append(f"{m.type}: {m.text}"))
    page.on(
        "request",
        lambda r: r.url.startswith(("file:", "data:", "blob:")) or faults.append(f"request: {r.url}"),
    )
    return page


class Desk:
    """Chromium's pages of one module, used again by its tests: to open one costs more than most tests do with it."""

    def __init__(self, browser: Browser) -> None:
        self.context = browser.new_context(reduced_motion="reduce")
        self.pages: list[Page] = []
        self.faults: list[str] = []

    def page(self, i: int) -> Page:
        """The i-th page that a test has open."""
        while len(self.pages) <= i:
            self.pages.append(watch_page(self.context, self.faults))
        return self.pages[i]


@pytest.fixture(scope="module")
def desk(browser: Browser) -> Iterator[Desk]:
    desk = Desk(browser)
    yield desk
    desk.context.close()


@pytest.fixture
def open_page(desk: Desk, tmp_path) -> Iterator[Callable[..., Shown]]:
    """Load a page made of a dataset anew; errors, warnings and requests of any of them fail the test."""
    opened = 0
    desk.faults.clear()

    def opening(
        dataset, transitions=(), verdict_list=(), *, address="", size=(1280, 900), scheme="light", **options
    ):
        nonlocal opened
        path = write(tmp_path / f"page{opened}.html", dataset, transitions, verdict_list, **options)
        page = desk.page(opened)
        opened += 1
        page.set_viewport_size({"width": size[0], "height": size[1]})
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        # A page behind another one draws once a second.
        page.bring_to_front()
        page.goto(path.as_uri() + address)
        page.wait_for_selector("html[data-ready=yes]")
        return Shown(page)

    yield opening
    assert not desk.faults, desk.faults


@pytest.fixture(scope="session")
def made():
    """A trajectory of four runs with its transitions."""
    return trajectory(runs=4, steps=60, checkpoints=20)


@pytest.fixture
def shown(open_page, made) -> Shown:
    """The page of four runs, with verdicts and clamped curves."""
    dataset, transitions = made
    return open_page(dataset, transitions, verdicts(), clamped_curves=clamped(dataset))
