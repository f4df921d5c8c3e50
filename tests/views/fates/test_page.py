"""The page of fates in Chromium: what can be clicked, pressed, hovered and saved."""

from __future__ import annotations

import csv
import io
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from PIL import Image

from dynamicl.views import make_fates_page
from views.fates.synthetic import fates, ragged
from views.page.conftest import Shown, watch_page

pytestmark = pytest.mark.browser

PANELS = ("tree", "chances", "curves", "checkpoints")
HOSTILE = "</script><img src=x onerror=\"document.title='taken'\">"


@pytest.fixture(scope="module")
def made():
    return fates()


@pytest.fixture(scope="module")
def open_fates(browser, tmp_path_factory):
    """Open pages of forks; errors, warnings and requests of any of them fail the module's last test."""
    faults: list[str] = []
    contexts = []
    folder = tmp_path_factory.mktemp("fates")

    def opening(data, parent=None, *, title="Fates", address="", size=(1280, 900), scheme="light") -> Shown:
        path = make_fates_page(data, folder / f"{len(contexts)}.html", parent=parent, title=title)
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]}, color_scheme=scheme, reduced_motion="reduce"
        )
        contexts.append(context)
        page = watch_page(context, faults)
        page.goto(path.as_uri() + address)
        page.wait_for_selector("html[data-ready=yes]")
        return Shown(page)

    yield opening
    for context in contexts:
        context.close()
    assert not faults, faults


@pytest.fixture(scope="module")
def once(open_fates, made):
    return open_fates(*made)


@pytest.fixture
def shown(once):
    """The page of six checkpoints with eight forks each, at the first checkpoint on a linear axis."""
    once.evaluate("document.activeElement.blur()")
    once.click("#choose-scale [data-value=linear]")
    once.press("Home")
    return once


def chosen(shown) -> tuple[str, str]:
    return shown.locator("#choose-at").input_value(), shown.locator("#choose-fork").input_value()


def at_fork(shown, data, i: int, x: float) -> tuple[float, float]:
    """A place in the tree on band i (0 the earliest), a share x of the way along the axis."""
    plot = shown.locator("#tree .plot")
    plot.scroll_into_view_if_needed()
    shown.settle()
    box = plot.bounding_box()
    bands, size, gap, trunk = data.sizes["at"], 8 * data.sizes["fork"], 13, 66
    row = bands - 1 - i
    return 62 + x * (box["width"] - 166), trunk + gap + row * (size + gap) + 4


def test_every_panel_shows_something(shown, colours_of):
    for panel in PANELS[:3]:
        shown.picture(panel)
        assert colours_of(shown.locator(f"#{panel} .plot").screenshot()) > 8, panel
    assert shown.locator("#checkpoints tbody tr").count() == 6
    assert "Half of all forks converge when made at step" in shown.text("#headline")


def test_a_click_selects_a_fork_and_shows_its_curve(shown, made):
    before, tree = shown.picture("curves"), shown.picture("tree")
    x, y = at_fork(shown, made[0], 3, 0.8)
    shown.click_at("tree", x, y)
    assert chosen(shown) == ("3", "0")
    seeds = [str(seed) for seed in made[0]["data_seed"].values[3]]
    assert any(seed in shown.heading("curves") for seed in seeds)
    assert shown.picture("curves") != before and shown.picture("tree") != tree


def test_hover_names_seed_and_time(shown, made):
    x, y = at_fork(shown, made[0], 5, 0.9)
    box = shown.locator("#tree .plot").bounding_box()
    shown.mouse.move(box["x"] + x, box["y"] + y)
    lines = shown.text("#tip").split("\n")
    assert lines[0].split()[-1] in {str(seed) for seed in made[0]["data_seed"].values[5]}
    assert "forked at step 7" in lines[1] and "converged" in lines[2]
    shown.mouse.move(box["x"] + 2, box["y"] + 2)
    assert not shown.locator("#tip").is_visible()


def test_keys_choose_checkpoints_forks_axis_and_band(shown):
    shown.press("ArrowRight", "ArrowRight", "]", "]", "[")
    assert chosen(shown) == ("2", "1")
    assert "data seed" in shown.text("#announce")
    shown.press("End", "ArrowRight")
    assert chosen(shown) == ("5", "0")
    shown.locator("#tree canvas.base").focus()
    shown.press("ArrowDown", "ArrowDown", "ArrowUp")
    assert chosen(shown) == ("5", "1")
    tree, chances = shown.picture("tree"), shown.picture("chances")
    shown.press("l")
    assert shown.get_attribute("#choose-scale [data-value=log]", "aria-pressed") == "true"
    assert shown.picture("tree") != tree and shown.picture("chances") != chances
    chances = shown.picture("chances")
    shown.press("b")
    assert shown.get_attribute("#choose-band [data-value=logistic]", "aria-pressed") == "true"
    assert shown.picture("chances") != chances
    shown.press("b", "?")
    assert shown.locator("#help").is_visible()
    shown.click("#closehelp")


def test_lists_points_rows_and_the_headline_select(shown, made):
    shown.select_option("#choose-at", "4")
    shown.select_option("#choose-fork", "7")
    assert chosen(shown) == ("4", "7")
    shown.locator("#checkpoints tbody tr").nth(1).click()
    assert chosen(shown) == ("1", "0")
    width = shown.locator("#chances .plot").bounding_box()["width"]
    shown.click_at("chances", 62 + float(made[0]["at"][5]) / 12_000 * (width - 166), 120)
    assert chosen(shown)[0] == "5"
    shown.locator("#headline .go").first.click()
    assert chosen(shown)[0] in ("2", "3", "4")


def test_a_link_carries_the_view(shown, made, open_fates):
    shown.press("ArrowRight", "ArrowRight", "ArrowRight", "]", "l", "b")
    shown.until("location.hash.includes('band=logistic')")
    again = open_fates(*made, address=shown.evaluate("location.hash"))
    again.until("document.querySelector('#choose-at').value === '3'")
    assert chosen(again) == ("3", "1") == chosen(shown)
    assert again.get_attribute("#choose-scale [data-value=log]", "aria-pressed") == "true"
    shown.press("b")
    broken = open_fates(*made, address="#at=77&seed=x&scale=__proto__&band=none")
    broken.picture("tree")


@pytest.mark.whole
def test_everything_is_saved_as_svg_png_and_csv(shown, made, colours_of):
    tables = {}
    for panel in PANELS:
        shown.locator(f"#{panel}").scroll_into_view_if_needed()
        files = {}
        for kind in ("svg", "png", "csv"):
            with shown.expect_download() as download:
                shown.click(f"#{panel} [data-export={kind}]")
            files[kind] = Path(download.value.path()).read_bytes()
        assert len(list(ElementTree.fromstring(files["svg"]).iter())) > 8, panel
        assert Image.open(io.BytesIO(files["png"])).size[0] >= 720 and colours_of(files["png"]) > 5, panel
        tables[panel] = list(csv.DictReader(io.StringIO(files["csv"].decode())))
    data = made[0]
    assert len(tables["tree"]) == data["time"].size
    assert sum(row["outcome"] == "converged" for row in tables["tree"]) == int(data["observed"].sum())
    assert [int(row["converged"]) for row in tables["chances"]] == data["observed"].sum(
        "fork"
    ).values.tolist()
    seed = int(data["data_seed"][0, 2])
    shown_curve = [float(row[f"data seed {seed}"]) for row in tables["curves"]]
    assert shown_curve == pytest.approx(data["accuracy"].values[0, 2].tolist(), abs=1e-3)


@pytest.mark.parametrize(("size", "scheme"), [((390, 844), "dark"), ((768, 1024), "light")])
def test_nothing_sticks_out_sideways(open_fates, made, size, scheme):
    shown = open_fates(*made, size=size, scheme=scheme)
    assert shown.get_attribute("html", "data-theme") == scheme
    assert shown.evaluate("document.documentElement.scrollWidth") <= size[0]
    before = shown.picture("tree")
    shown.click("#theme")
    assert shown.picture("tree") != before


@pytest.mark.whole
def test_forks_without_curves_parent_or_agreement(open_fates):
    data, _ = fates(4, 6, falling=True, curves=False)
    shown = open_fates(ragged(data.drop_vars("data_seed").assign(data_seed=data["data_seed"])), title=HOSTILE)
    for panel in PANELS[:3]:
        shown.picture(panel)
    shown.press("End", "]", "]", "]", "]", "Home", "End")
    assert shown.text("#title") == HOSTILE and shown.locator("img").count() == 0
    one = open_fates(fates(3, 1)[0].isel(at=[1]))
    assert not one.locator("#choose-band").count()
    one.press("ArrowRight", "]", "l", "b")
    one.picture("chances")


def test_controls_have_names_and_nothing_may_come_from_outside(shown):
    nameless = shown.evaluate(
        """() => [...document.querySelectorAll('button, select, a, canvas:not([aria-hidden])')]
        .filter((n) => !(n.getAttribute('aria-label') || n.textContent.trim())).map((n) => n.outerHTML.slice(0, 80))"""
    )
    assert nameless == []
    policy = shown.get_attribute("meta[http-equiv=Content-Security-Policy]", "content")
    assert policy.startswith("default-src 'none'") and "unsafe" not in policy and "connect-src" not in policy
