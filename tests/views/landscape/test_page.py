"""The page of the landscape in Chromium: what it computes, and what dragging, sliding and pressing do."""

import jax.numpy as jnp
import pytest

from dynamicl.cli import main
from dynamicl.toys import Logits, NestedLogits, descend
from dynamicl.views import make_landscape_page
from views.page.conftest import watch_page

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return make_landscape_page(tmp_path_factory.mktemp("landscape") / "landscape.html")


@pytest.fixture(scope="module")
def opened(browser, path):
    """One page for all tests of the module; an error or a request of it fails the last."""
    faults: list[str] = []
    context = browser.new_context(viewport={"width": 1280, "height": 900}, color_scheme="light")
    page = watch_page(context, faults)
    page.goto(path.as_uri())
    page.wait_for_selector("html[data-ready=yes]")
    yield page
    context.close()
    assert not faults, faults


@pytest.fixture
def page(opened):
    """The page as it opens: L 32, N 8, from the origin. Behind another page it would draw once a second."""
    opened.bring_to_front()
    opened.reload()
    opened.wait_for_selector("html[data-ready=yes]")
    return opened


def slide(page, name, value):
    script = "([id, v]) => { const e = document.getElementById(id); e.value = v; e.dispatchEvent(new Event('input')); }"
    page.evaluate(script, [name, value])


def shown(page, name):
    return float(page.locator(f"#{name}").inner_text().replace(",", "").replace(" %", ""))


def check_end(page, landscape, start, steps):
    """The page's end of a trajectory is that of the library."""
    run = descend(landscape, Logits(*(jnp.float32(part) for part in start)), steps=steps, every=steps)
    views = landscape.views(run.end)
    assert shown(page, "loss") == pytest.approx(float(run.loss[-1]), rel=2e-2, abs=2e-4)
    for name, value in zip(("xi", "alpha", "beta1"), run.end, strict=True):
        assert shown(page, name) == pytest.approx(float(value), rel=1e-2, abs=2e-3)
    assert shown(page, "correct") == pytest.approx(100 * float(views.correct), abs=0.2)
    assert shown(page, "previous") == pytest.approx(100 * float(views.previous), abs=0.2)
    assert shown(page, "probability") == pytest.approx(100 * float(views.probability), abs=0.2)


def test_it_computes_what_the_library_computes(page):
    check_end(page, NestedLogits(32, 8), (0.0, 0.0, 0.0), int(shown(page, "step")))
    page.locator("#expected").check()
    check_end(page, NestedLogits(32, 8, expected=True), (0.0, 0.0, 0.0), int(shown(page, "step")))
    slide(page, "startbeta", 1.5)
    slide(page, "pairs", 4)
    check_end(page, NestedLogits(32, 4, expected=True), (0.0, 0.0, 1.5), int(shown(page, "step")))


def test_as_many_labels_as_pairs_have_two_sides(page):
    slide(page, "labels", 8)
    assert "goes nowhere" in page.locator("#verdict").inner_text()
    slide(page, "steps", 4)
    page.click("[data-start='0.1,0.1']")
    assert "Learnt in context" in page.locator("#verdict").inner_text()
    page.click("[data-start='-0.1,-0.1']")
    assert "by elimination" in page.locator("#verdict").inner_text()
    check_end(page, NestedLogits(8, 8), (-0.1, -0.1, 0.0), 10000)


def test_fewer_labels_than_pairs_cannot_be_chosen(page):
    slide(page, "pairs", 16)
    slide(page, "labels", 4)
    assert page.locator("#labelsvalue").inner_text() == "16"


def test_the_start_is_dragged_and_moved_by_keys(page):
    slide(page, "time", 0)
    box = page.locator("#map").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + 0.75 * box["width"], box["y"] + 0.25 * box["height"], steps=3)
    page.mouse.up()
    wide, high = box["width"] - 50, box["height"] - 44
    xi = ((0.75 * box["width"] - 40) / wide) * 24 - 12
    alpha = 8 - ((0.25 * box["height"] - 10) / high) * 16
    assert shown(page, "xi") == pytest.approx(xi, abs=0.1)
    assert shown(page, "alpha") == pytest.approx(alpha, abs=0.1)
    page.locator("#map").focus()
    page.keyboard.press("ArrowLeft")
    assert shown(page, "xi") == pytest.approx(xi - 12 / 40, abs=0.1)


def test_time_is_scrubbed_and_played(page):
    slide(page, "time", 0)
    assert shown(page, "step") == 0 and shown(page, "loss") == pytest.approx(3.4657, abs=1e-4)
    page.click("#run")
    # The page forbids `eval`, by which a function would be asked again and again.
    page.locator("#step:not(:text-is('0'))").wait_for()
    page.click("#run")
    assert page.locator("#run").inner_text() == "play"
    slide(page, "time", 1000)
    page.locator("#logtime").check()
    slide(page, "time", 500)
    assert shown(page, "step") == pytest.approx(19, abs=2)


def test_too_few_steps_and_too_large_a_rate_are_said_so(page):
    slide(page, "steps", 2)
    slide(page, "rate", -1)
    assert "Not learnt after 100 steps" in page.locator("#verdict").inner_text()
    # On the far side of the classifier the slope is some tenths, so that this rate takes xi beyond all bounds.
    page.evaluate("document.getElementById('rate').max = 6")
    slide(page, "rate", 6)
    assert "diverges after step" in page.locator("#verdict").inner_text()


def test_maps_and_curves_are_drawn_in_light_and_dark(page, colours_of):
    light = page.locator("#map").screenshot()
    assert colours_of(light) > 20
    assert colours_of(page.locator("#lossplot").screenshot()) > 5
    before = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.click("#theme")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != before
    assert page.locator("#map").screenshot() != light
    assert "Brighter is lower" in page.locator("#cut").inner_text()


def test_it_fits_a_phone(page):
    page.set_viewport_size({"width": 360, "height": 740})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert page.locator("#map").bounding_box()["width"] > 280
    page.set_viewport_size({"width": 1280, "height": 900})


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        (
            lambda folder: make_landscape_page(folder / "a.html", labels=4),
            ValueError,
            "`labels` is 4 with 8 pairs",
        ),
        (lambda folder: make_landscape_page(folder / "no" / "a.html"), FileNotFoundError, "no"),
    ],
)
def test_bad_input(tmp_path, call, kind, message):
    with pytest.raises(kind, match=message):
        call(tmp_path)


def test_the_command_writes_it(tmp_path, capsys):
    assert main(["landscape", "--out", str(tmp_path / "a.html"), "--pairs", "4"]) == 0
    assert '"pairs":4' in (tmp_path / "a.html").read_text()
    assert main(["landscape", "--out", str(tmp_path / "b.html"), "--labels", "2"]) == 1
    assert "`labels` is 2 with 8 pairs" in capsys.readouterr().err
