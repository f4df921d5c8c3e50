"""The served page: loopback only, refreshed while the trajectory grows."""

from __future__ import annotations

import http.client
import json
import socket
import struct
import time

import numpy as np
import pytest

from dynamicl.specs import SpecError
from dynamicl.views._server import PageServer, Source, waiting_page
from views.page.conftest import Shown
from views.page.synthetic import trajectory


class Growing:
    """A trajectory of which more and more steps are there."""

    def __init__(self) -> None:
        self.dataset, self.transitions = trajectory(runs=2, steps=40, checkpoints=40)
        self.steps, self.broken = 10, False

    def __call__(self):
        if self.broken:
            raise OSError("half-written store")
        return self.dataset.isel(step=slice(0, self.steps), checkpoint=slice(0, self.steps)), [], []


@pytest.fixture
def growing():
    return Growing()


@pytest.fixture
def server(growing):
    with PageServer(growing, every=0.2, title="grows") as running:
        yield running


def ask(server: PageServer, path: str, **headers: str) -> tuple[int, dict, bytes]:
    """Ask below the address that was printed."""
    return ask_bare(server, f"/{server.url.split('/')[3]}{path}", **headers)


def ask_bare(server: PageServer, path: str, **headers: str) -> tuple[int, dict, bytes]:
    connection = http.client.HTTPConnection(server.url.split("/")[2], timeout=10)
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    out = answer.status, dict(answer.getheaders()), answer.read()
    connection.close()
    return out


def test_page_and_payload(server):
    assert server.url.startswith("http://127.0.0.1:")
    status, headers, body = ask(server, "/")
    assert status == 200 and headers["Cache-Control"] == "no-store"
    assert b"connect-src 'self'" in body and b"<title>grows</title>" in body
    status, headers, body = ask(server, "/payload.json")
    assert status == 200 and len(json.loads(body)["steps"]) == 10
    assert ask(server, "/payload.json", **{"If-None-Match": headers["ETag"]})[0] == 304


def test_strangers_and_unknown_addresses_are_refused(server):
    assert ask(server, "/", Host="evil.example")[0] == 403
    assert ask(server, "/payload.json", Host="evil.example:80")[0] == 403
    assert ask(server, "/../secrets")[0] == 404


def test_who_was_not_told_the_address_gets_nothing(server):
    token = server.url.split("/")[3]
    assert len(token) >= 20
    for path in (
        "/",
        "/payload.json",
        f"/{token[:-1]}/",
        f"/x{token}/",
        f"/{token}",
        "//",
        "/%00/payload.json",
    ):
        status, _, body = ask_bare(server, path)
        assert status == 404 and token.encode() not in body


def test_no_other_page_may_frame_or_load_it(server):
    _, headers, _ = ask(server, "/")
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Content-Security-Policy"] == "frame-ancestors 'none'"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["Referrer-Policy"] == "no-referrer"


def test_a_client_that_says_nothing_is_dropped_and_one_that_leaves_is_no_news(growing, monkeypatch, capfd):
    monkeypatch.setattr("dynamicl.views._server.Handler.timeout", 0.2)
    with PageServer(growing, every=0.2) as server:
        host, port = server.url.split("/")[2].split(":")
        with socket.create_connection((host, int(port)), timeout=10) as silent:
            assert silent.recv(1) == b""
        for _ in range(3):
            leaver = socket.create_connection((host, int(port)), timeout=10)
            leaver.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            leaver.sendall(f"GET {server.url.partition(host)[2].partition('/')[2]} HTTP/1.1\r\n".encode())
            leaver.close()
        assert ask(server, "/")[0] == 200
    assert "Traceback" not in capfd.readouterr().err


def test_a_store_that_cannot_be_read_is_told(server, growing):
    growing.broken = True
    status, _, body = ask(server, "/")
    assert status == 503 and b"half-written store" in body and b'http-equiv="refresh"' in body
    status, headers, body = ask(server, "/payload.json")
    assert (
        status == 503 and headers["Content-Type"].startswith("text/plain") and b"half-written store" in body
    )
    assert b"&lt;b&gt;" in waiting_page("<b>")


def test_a_proxys_name_is_served_where_it_was_given(growing):
    with PageServer(growing, every=0.2, hosts=["lab.example"]) as running:
        assert ask(running, "/", Host="lab.example:443")[0] == 200
        assert ask(running, "/", Host="evil.example")[0] == 403


def test_a_look_every_zero_seconds_is_refused(growing):
    with pytest.raises(ValueError, match="`every` is 0; give the seconds"):
        PageServer(growing, every=0)


def test_a_slow_store_is_not_read_all_the_time(growing):
    looks = []

    def slow():
        looks.append(time.monotonic())
        time.sleep(0.3)
        return growing()

    source = Source(slow, {}, 0.01)
    for _ in range(3):
        source.latest()
    assert len(looks) == 1


@pytest.mark.browser
def test_the_page_follows_a_growing_trajectory(browser, server, growing):
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    shown = Shown(page)
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("request", lambda r: r.url.startswith((server.url, "data:", "blob:")) or faults.append(r.url))
    page.goto(server.url)
    page.wait_for_selector("html[data-ready=yes]")
    seen = "Number(document.querySelector('#slider').getAttribute('aria-valuemax'))"
    assert page.evaluate(seen) == int(growing.dataset.step[9])
    page.select_option("#choose-head", "0.6")
    page.select_option("#choose-measure", "accuracy")
    before = page.evaluate("document.querySelector('#curves canvas').toDataURL()")
    growing.steps = 30
    shown.until(f"{seen} === {int(growing.dataset.step[29])}")
    page.wait_for_timeout(50)
    assert page.evaluate("document.querySelector('#curves canvas').toDataURL()") != before
    assert page.input_value("#choose-measure") == "accuracy" and page.input_value("#choose-head") == "0.6"
    # A cursor at the end stays at the end, one elsewhere stays where it is.
    assert page.evaluate("Number(document.querySelector('#slider').getAttribute('aria-valuenow'))") == int(
        growing.dataset.step[29]
    )
    page.keyboard.press("Home")
    growing.broken = True
    shown.until("document.querySelector('#live').textContent.includes('waiting')")
    growing.broken, growing.steps = False, 40
    shown.until(f"{seen} === {int(growing.dataset.step[39])}")
    assert page.text_content("#live") == "live"
    assert page.get_attribute("#slider", "aria-valuenow") == "0"
    context.close()
    assert not faults, faults


class Clamped:
    """Answers as a checkpoint would whose loss grows with what is clamped."""

    def __init__(self) -> None:
        self.questions: list[dict] = []

    def __call__(self, question):
        self.questions.append(dict(question))
        even = np.full((2, 8, 5, 5), 0.2).tolist()
        side = {"loss": 0.5, "accuracy": 0.75, "attention": even}
        told = {"step": 40, "sequences": 500, "readout": -1, "before": side}
        if not question.get("kind"):
            return told
        if question["kind"] == "uniform":
            raise SpecError("`kind` is 'uniform': not here")
        return told | {"after": {**side, "loss": 0.5 + float(question["strength"])}}


def test_clamps_are_answered_below_the_address_alone(growing, server):
    assert ask(server, "/clamp.json?kind=silence")[0] == 404
    with PageServer(growing, every=0.2, clamping=Clamped()) as running:
        assert json.loads(ask(running, "/payload.json")[2])["clamping"] is True
        status, _, body = ask(running, "/clamp.json?kind=silence&strength=0.5")
        assert status == 200 and json.loads(body)["after"]["loss"] == 1.0
        assert ask(running, "/clamp.json", Host="evil.example")[0] == 403
        assert ask_bare(running, "/clamp.json")[0] == 404
        status, _, body = ask(running, "/clamp.json?kind=uniform")
        assert (status, json.loads(body)) == (400, {"error": "`kind` is 'uniform': not here"})


@pytest.mark.browser
def test_a_head_is_clamped_from_the_page(browser, growing):
    clamped = Clamped()
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    with PageServer(growing, every=60, clamping=clamped) as running:
        page.goto(running.url)
        page.bring_to_front()
        page.wait_for_selector("html[data-ready=yes]")
        page.select_option("#choose-head", "0.6")
        page.select_option("#choose-clampKind", "silence")
        page.wait_for_selector("#clampscores tbody tr:first-child td:nth-child(4):has-text('+1')")
        assert page.locator("#clampscores tbody tr").nth(0).locator("td").all_inner_texts()[:2] == [
            "0.5",
            "1.5",
        ]
        asked = clamped.questions[-1]
        assert (asked["layer"], asked["head"], asked["kind"], asked["strength"]) == ("0", "6", "silence", "1")
        assert asked["evaluator"] == "train" and asked["run"] == str(growing.dataset.run.values[0])
        page.locator("#clampstrength").fill("0.25")
        page.wait_for_selector("#clampscores tbody tr:first-child td:nth-child(4):has-text('+0.25')")
        page.select_option("#choose-clampKind", "uniform")
        page.wait_for_selector("#clampscores:has-text('not here')")
    context.close()
    assert not faults, faults
