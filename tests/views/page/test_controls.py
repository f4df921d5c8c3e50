"""Every control changes what it should, and nothing else breaks: driven in Chromium."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from views.page.synthetic import clamped, verdicts

pytestmark = pytest.mark.browser

FOLLOWING = ("curves", "heads", "attention", "focus", "seeds", "circuit", "steps")


def test_opens_at_the_transition_with_all_panels(shown, made, colours_of):
    transition = made[1][0]["time_steps"][0]
    assert abs(shown.step() - transition) < 400
    for panel in FOLLOWING:
        shown.picture(panel)
        assert colours_of(shown.locator(f"#{panel} .plot").screenshot()) > 8, panel
    assert "Layer 2, head 3" in shown.heading("focus")


def test_the_cursor_moves_every_panel(shown):
    shown.press("Home")
    assert shown.step() == 0
    before = {panel: shown.picture(panel) for panel in FOLLOWING}
    table = shown.text("#now")
    shown.press("End")
    assert shown.step() == 20_000
    for panel in FOLLOWING:
        assert shown.picture(panel) != before[panel], panel
    shown.locator("#now").scroll_into_view_if_needed()
    assert shown.text("#now") != table
    assert "after the transition" in shown.text("#now")


def test_arrow_keys_buttons_and_pointer_move_the_cursor(shown):
    shown.press("Home", "ArrowRight")
    one = shown.step()
    shown.press("Shift+ArrowRight")
    assert shown.step() > 8 * one > 0
    shown.press("ArrowLeft", "Shift+ArrowLeft")
    assert shown.step() == 0
    shown.click("[aria-label^='On one record']")
    assert shown.step() == one
    shown.click("[aria-label^='Back one record']")
    assert shown.step() == 0
    box = shown.locator("#slider").bounding_box()
    shown.mouse.move(box["x"] + 0.25 * box["width"], box["y"] + 20)
    shown.mouse.down()
    near = shown.step()
    shown.mouse.move(box["x"] + 0.75 * box["width"], box["y"] + 20)
    shown.mouse.up()
    assert 4000 < near < 6000 and 14_000 < shown.step() < 16_000
    shown.press("t")
    assert 6000 < shown.step() < 13_000


def test_play_runs_and_stops(shown):
    shown.press("Home")
    shown.click("#play")
    assert shown.get_attribute("#play", "aria-label").startswith("Pause")
    shown.until("Number(document.querySelector('#slider').getAttribute('aria-valuenow')) > 300")
    shown.locator("#slider").focus()
    shown.press(" ")
    at = shown.step()
    shown.wait_for_timeout(150)
    assert shown.step() == at
    shown.press("End")
    shown.click("#play")
    assert shown.step() < 20_000  # from the end, play begins anew
    shown.click("#play")


SEGMENTS = [
    ("axis", "steps", "curves"),
    ("scale", "log", "curves"),
    ("scale", "log", "seeds"),
    ("mode", "mean", "curves"),
    ("ylog", "true", "curves"),
    ("headMode", "runs", "heads"),
    ("arrows", "false", "focus"),
]


def test_segments_change_their_panel(shown):
    for key, value, panel in SEGMENTS:
        before = shown.picture(panel)
        shown.click(f"#choose-{key} [data-value={value}]")
        assert shown.get_attribute(f"#choose-{key} [data-value={value}]", "aria-pressed") == "true"
        assert shown.picture(panel) != before
        shown.click(f"#choose-{key} button >> nth=0")
        assert shown.picture(panel) == before, key


LISTS = [
    ("measure", "accuracy", "curves", "Accuracy"),
    ("measure", "gradient_norm", "curves", "Gradient norm"),
    ("measure", "induction_strength", "curves", "of L2H3"),
    ("evaluator", "1", "curves", "held-out classes"),
    ("headMeasure", "pattern_entropy", "heads", "Entropy"),
    ("source", "1", "attention", "Attention"),
    ("source", "1", "focus", "Layer 2"),
    ("source", "1", "seeds", "Layer 2"),
    ("circuit", "previous_token_attention", "circuit", "Circuit"),
    ("run", "2", "heads", "seed 2"),
    ("head", "0.5", "focus", "Layer 1, head 5"),
    ("head", "0.5", "seeds", "Layer 1, head 5"),
]


def test_lists_change_their_panel(shown):
    for key, value, panel, heading in LISTS:
        before, first = shown.picture(panel), shown.locator(f"#choose-{key}").input_value()
        shown.select_option(f"#choose-{key}", value)
        assert shown.picture(panel) != before
        assert heading in shown.heading(panel)
        shown.select_option(f"#choose-{key}", first)


def test_keys_for_runs_heads_and_axes(shown):
    shown.press("]")
    assert shown.locator("#choose-run").input_value() == "1"
    shown.press("[", "[")
    assert shown.locator("#choose-run").input_value() == "0"
    shown.press("h")
    assert "head 4" in shown.heading("focus")
    shown.press("H", "H")
    assert "head 2" in shown.heading("focus")
    shown.press("l", "s")
    assert shown.get_attribute("#choose-scale [data-value=log]", "aria-pressed") == "true"
    assert shown.get_attribute("#choose-axis [data-value=steps]", "aria-pressed") == "true"
    shown.press("c")
    assert "1 run compared" in shown.text("#compare")
    shown.press("c")
    assert shown.text("#compare") == ""
    shown.press("?")
    assert shown.locator("#help").is_visible()
    shown.click("#closehelp")
    assert not shown.locator("#help").is_visible()


def test_hover_names_the_run_and_click_selects_it(shown):
    shown.click("#legend [data-run]:nth-child(3)")
    assert shown.get_attribute("#legend [data-run]:nth-child(3)", "aria-pressed") == "true"
    box = shown.locator("#curves .plot").bounding_box()
    seen = set()
    for x in range(int(box["width"] * 0.3), int(box["width"] * 0.75), 6):
        shown.mouse.move(box["x"] + x, box["y"] + 190)
        shown.settle()
        if shown.locator("#tip").is_visible():
            words = shown.text("#tip")
            seen.add(words.split("\n")[0])
            assert "seed:" in words and "loss" in words
            at = x
    assert len(seen) >= 3
    label = words.split("\n")[0]
    shown.mouse.click(box["x"] + at, box["y"] + 190)
    assert shown.evaluate("document.querySelector('#choose-run').selectedOptions[0].text") == label


def drag_loop(shown, x0: float, x1: float) -> None:
    box = shown.locator("#curves .plot").bounding_box()
    top, low = box["y"] + 120, box["y"] + 220
    corners = [(x0, top), (x1, top), (x1, low), (x0, low), (x0, top)]
    shown.mouse.move(box["x"] + x0 * box["width"], top)
    shown.keyboard.down("Shift")
    shown.mouse.down()
    for x, y in corners:
        shown.mouse.move(box["x"] + x * box["width"], y, steps=5)
    shown.mouse.up()
    shown.keyboard.up("Shift")
    shown.settle()


def test_a_loop_around_curves_compares_them(shown):
    before = shown.picture("curves")
    drag_loop(shown, 0.40, 0.52)
    words = shown.text("#compare")
    assert "compared" in words and 1 <= int(words.split()[0]) < 4
    assert shown.picture("curves") != before
    assert shown.locator("#compare tbody tr").count() == int(words.split()[0])
    shown.press("Escape")
    assert shown.text("#compare") == ""
    shown.click("#legend [data-run]:nth-child(1)", modifiers=["Shift"])
    shown.click("#legend [data-run]:nth-child(4)", modifiers=["Shift"])
    assert "2 runs compared" in shown.text("#compare")
    shown.click("#compare button")
    assert shown.text("#compare") == ""


def test_maps_cells_and_nodes_select_heads_and_runs(shown):
    shown.click_at("attention", 58 + 60, 22 + 60)
    assert "Layer 1, head 0" in shown.heading("focus")
    shown.click_at("attention", -60, -60)
    assert "Layer 2, head 7" in shown.heading("focus")
    shown.click_at("heads", 60, -40)
    assert "Layer 1, head 0" in shown.heading("focus")
    shown.click_at(
        "circuit", 76 + 0.25 * (shown.locator("#circuit .plot").bounding_box()["width"] - 150), 34 + 54
    )
    assert "Layer 1, head 1" in shown.heading("focus")
    shown.click_at("seeds", 60 + 20, 22 + 56 + 20)
    assert shown.step() == 0
    assert shown.locator("#choose-run").input_value() == "1"
    shown.locator("#spec tbody tr").nth(3).click()
    assert shown.locator("#choose-run").input_value() == "3"


def test_the_map_says_its_weights(shown):
    plot = shown.locator("#focus .plot")
    plot.scroll_into_view_if_needed()
    shown.settle()
    box = plot.bounding_box()
    shown.mouse.move(box["x"] + 90, box["y"] + 120)
    words = shown.text("#tip")
    assert "from matching exemplar" in words and "to matching exemplar" in words and words.startswith("1")


def test_steps_of_the_circuit_show_their_clamped_curves(shown):
    before = shown.picture("steps")
    shown.click("[data-step='5']")
    assert shown.picture("steps") != before
    five = shown.picture("steps")
    shown.click("[data-step='1, 2']")
    assert shown.picture("steps") != five
    shown.click("[data-step='1, 2']")
    assert shown.picture("steps") == before
    plot = shown.locator("#circuit .plot").bounding_box()
    block = (plot["width"] - 150) / 2
    shown.click_at("circuit", 76 + block - 28, 34 - 13)
    assert shown.get_attribute("[data-step='1']", "aria-pressed") == "true"


def test_clamped_curves_stand_beside_those_trained_for_it(open_page, made):
    curves = clamped(made[0])
    sequences = made[0]["sequences"].values[::2]
    own = {"sequences": sequences, "loss": np.full((2, len(sequences)), 0.4)}
    shown = open_page(*made, clamped_curves=curves)
    before = shown.picture("steps")
    again = open_page(*made, clamped_curves={**curves, "unclamped": own})
    assert again.picture("steps") != before
    assert again.locator("[data-step=unclamped]").count() == 0
    assert "1, 2 together" in again.text("#stepchips") and "unclamped" not in again.text("#stepchips")
    with again.expect_download() as download:
        again.click("#steps [data-export=csv]")
    assert "unclamped" not in Path(download.value.path()).read_text()


def test_standard_errors_are_a_band_and_go_with_their_measure(open_page, made):
    plain = open_page(*made)
    before = plain.picture("curves")
    error = made[0]["loss"] * 0 + 0.05
    shown = open_page(made[0].assign(loss_error=error), made[1])
    assert shown.picture("curves") != before
    assert "two standard errors" in shown.text("#curves .hint")
    assert "loss_error" not in shown.evaluate(
        "[...document.querySelector('#choose-measure')].map((o) => o.value)"
    )
    shown.locator("#now").scroll_into_view_if_needed()
    assert "\u00a0±\u00a00.1" in shown.text("#now")


def test_the_head_is_told_in_words(shown):
    shown.locator("#focus").scroll_into_view_if_needed()
    shown.press("End")
    end = shown.text("#focus .hint")
    shown.press("Home")
    start = shown.text("#focus .hint")
    assert "Of the attention of query, matching label gets" in start and start != end
    shares = [part.split()[-1] for part in end.split(" %")[:3]]
    assert shares[1] == shares[2]  # at the end the cursor's map is the last one


def test_on_a_phone_the_time_stays_and_verdicts_are_cards(open_page, made):
    shown = open_page(*made, verdicts(), size=(390, 844))
    shown.locator("#verdicts").scroll_into_view_if_needed()
    shown.settle()
    bar = shown.locator("#slider").bounding_box()
    assert 0 <= bar["y"] < 100
    cells = shown.locator("#verdicts tbody tr").first.locator("> *").all()
    assert len({cell.bounding_box()["x"] for cell in cells}) == 1
    assert shown.evaluate("document.documentElement.scrollWidth") <= 390


def test_steps_without_clamped_runs_say_so(open_page, made):
    shown = open_page(*made)
    assert "Steps 1 and 2" in shown.text("#steps .hint")
    shown.click("[data-step='4']")
    shown.picture("steps")


def test_path_effects_draw_the_edges_between_heads(open_page, made):
    dataset = made[0]
    names = ["embed", "L1H0", "L1H5", "L2H3", "logits"]
    values = (
        ("run", "checkpoint", "source", "target"),
        _paths(dataset.sizes["run"], dataset.sizes["checkpoint"], 5),
    )
    wired = dataset.assign(path_effect=values).assign_coords(source=names, target=names)
    shown = open_page(wired)
    before = shown.picture("circuit")
    shown.select_option("#choose-circuit", "path_effect")
    assert shown.picture("circuit") != before


def _paths(runs: int, checkpoints: int, n: int):
    return np.random.default_rng(0).normal(0, 1, (runs, checkpoints, n, n)).astype(np.float32)


def test_the_headline_answers_and_leads_there(shown, made):
    words = shown.text("#headline")
    assert "The loss falls at" in words and "the median of 4 runs" in words
    assert "layer 2 head 3" in words
    assert "Transitions from" in words
    shown.press("Home")
    shown.locator("#headline .go").first.click()
    times = [t["time_steps"][0] for t in made[1]]
    assert min(abs(shown.step() - t) for t in times) < 400
    shown.locator("#headline .go", has_text="layer 2 head").nth(1).click()
    assert "head 3" not in shown.heading("focus")


def test_a_link_carries_the_view(shown, made, open_page):
    shown.select_option("#choose-run", "2")
    shown.select_option("#choose-head", "0.6")
    shown.select_option("#choose-measure", "accuracy")
    shown.click("#choose-scale [data-value=log]")
    shown.click("#choose-mode [data-value=mean]")
    shown.select_option("#choose-source", "1")
    shown.press("Home", "Shift+ArrowRight")
    step = shown.step()
    shown.until(f"location.hash.includes('step={step}')")
    again = open_page(*made, address=shown.evaluate("location.hash"))
    assert again.step() == step
    assert again.locator("#choose-run").input_value() == "2"
    assert "Layer 1, head 6" in again.heading("focus")
    assert "Accuracy" in again.heading("curves")
    assert again.locator("#choose-source").input_value() == "1"
    for key, value in (("scale", "log"), ("mode", "mean")):
        assert again.get_attribute(f"#choose-{key} [data-value={value}]", "aria-pressed") == "true"


@pytest.mark.parametrize(
    "address", ["#run=none&head=9.9&step=x&measure=__proto__", "#%%%", "#step=1e99&source=77&clamp=zz"]
)
def test_a_broken_link_opens_the_page_as_it_is(open_page, made, address):
    assert "Layer 2, head 3" in open_page(*made, address=address).heading("focus")


def test_copy_link_and_command(shown):
    shown.click("#share")
    shown.until("document.querySelector('#share').textContent === 'copied'")
    shown.locator("#reproduce").scroll_into_view_if_needed()
    shown.settle()
    shown.click("#copycommand")
    shown.until("document.querySelector('#copycommand').textContent === 'copied'")


def test_light_and_dark(shown, open_page, made):
    light = shown.picture("attention")
    shown.click("#theme")
    assert shown.get_attribute("html", "data-theme") == "dark"
    assert shown.picture("attention") != light
    dark = open_page(*made, scheme="dark")
    assert dark.get_attribute("html", "data-theme") == "dark"
    dark.emulate_media(color_scheme="light")
    dark.until("document.documentElement.dataset.theme === 'light'")


@pytest.mark.parametrize("size", [(390, 844), (768, 1024), (1280, 720)])
def test_nothing_sticks_out_sideways(open_page, made, size):
    shown = open_page(*made, size=size)
    assert shown.evaluate("document.documentElement.scrollWidth") <= size[0]
    for panel in FOLLOWING:
        shown.heading(panel)
        assert shown.locator(f"#{panel} .plot").bounding_box()["width"] <= size[0]


def test_controls_have_names(shown):
    nameless = shown.evaluate(
        """() => [...document.querySelectorAll('button, select, a, [role], canvas:not([aria-hidden])')]
        .filter((n) => !['tooltip', 'status'].includes(n.getAttribute('role')))
        .filter((n) => !(n.getAttribute('aria-label') || n.textContent.trim())).map((n) => n.outerHTML.slice(0, 80))"""
    )
    assert nameless == []
    assert "sequences" in shown.get_attribute("#slider", "aria-valuetext")
    assert "Selected: seed 0" in shown.get_attribute("#curves canvas", "aria-label")
