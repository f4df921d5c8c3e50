"""`dynamicl view`: the page over the loopback address, refreshed while the store grows.

The server knows no store: it is given a function that loads a trajectory, and asks it again when a page asks for news
(at most once in `every` seconds). It answers only this machine.
"""

from __future__ import annotations

import hashlib
import html
import json
import secrets
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any
from urllib.parse import parse_qsl

import xarray as xr

from dynamicl.specs import DynamiclError

from .page._build import assemble
from .page._payload import payload

Loaded = tuple[xr.Dataset, Sequence[Mapping], Sequence[Mapping]]
Clamping = Callable[[Mapping[str, str]], dict[str, Any]]
HOST = "127.0.0.1"


class PageServer:
    """Serve the page of a trajectory that may still be growing.

    Args:
        load: returns (dataset, transitions, verdicts) as they are now; may raise while a store is being written,
            the page then keeps what it has and says that it waits.
        title: heading; the dataset's own when None.
        port: 0 for any free one.
        every: seconds between two looks.
        hosts: further names by which a proxy in front asks for this server.
        clamping: answers what the page asks about clamps; without it the page offers none.
        options: further arguments of `payload`, such as `studies` or `limit`.

    Raises:
        ValueError: when `every` is not positive.
        OSError: when the port is taken.

    Example:
        with PageServer(load) as server:   # in a thread of its own
            webbrowser.open(server.url)
    """

    def __init__(
        self,
        load: Callable[[], Loaded],
        *,
        title: str | None = None,
        port: int = 0,
        every: float | int = 2.0,
        hosts: Sequence[str] = (),
        clamping: Clamping | None = None,
        **options: Any,
    ) -> None:
        if not every > 0:
            raise ValueError(
                f"`every` is {every!r}; give the seconds between two looks at the store, such as 2.0"
            )
        self._source = Source(load, dict(options, title=title, live=every), every, clamping is not None)
        # Other users of this machine can reach the port too; only whoever is told the address gets the page.
        self._token = secrets.token_urlsafe(16)
        own = {"source": self._source, "token": self._token, "hosts": tuple(hosts)}
        if clamping is not None:
            own["clamping"] = staticmethod(clamping)
        handler = type("PageHandler", (Handler,), own)
        self._http = QuietServer((HOST, port), handler)
        self._http.daemon_threads = True
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """Where the page is."""
        return f"http://{HOST}:{self._http.server_address[1]}/{self._token}/"

    def serve_forever(self) -> None:
        """Serve until `close` is called from another thread, or Ctrl-C."""
        try:
            self._http.serve_forever(poll_interval=0.1)
        finally:
            self._http.server_close()

    def close(self) -> None:
        """Stop serving and free the port."""
        self._http.shutdown()
        if self._thread is not None:
            self._thread.join()

    def __enter__(self) -> PageServer:
        self._thread = threading.Thread(target=self.serve_forever, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, kind: type | None, problem: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


class Source:
    """The latest payload and its mark, loaded again when it is older than `every` seconds."""

    def __init__(
        self, load: Callable[[], Loaded], options: dict, every: float | int, clamping: bool = False
    ) -> None:
        self._load, self._options, self._every, self._clamping = load, options, every, clamping
        self._lock = threading.Lock()
        self._due = 0.0
        self._record: dict = {}
        self._mark = ""

    def latest(self) -> tuple[dict, str]:
        """The payload and its mark; raises what `load` raised."""
        with self._lock:
            if time.monotonic() >= self._due or not self._record:
                began = time.monotonic()
                dataset, transitions, verdicts = self._load()
                record = payload(dataset, transitions, verdicts, **self._options)
                record["clamping"] = self._clamping
                text = json.dumps(record, sort_keys=True).encode()
                self._record, self._mark = record, '"' + hashlib.sha256(text).hexdigest()[:32] + '"'
                # A slow load may not eat more than half of the time.
                self._due = time.monotonic() + max(0.5 * self._every, time.monotonic() - began)
            return self._record, self._mark


def waiting_page(words: str) -> bytes:
    """Make the page of a trajectory that cannot be read yet: it says why, and asks again by itself.

    Args:
        words: what is the matter.
    """
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><meta http-equiv="refresh" content="3">'
        '<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">'
        "<title>waiting for the store</title><style>body{font:16px system-ui;margin:15vh auto;max-width:36em;"
        "padding:0 1em}</style><h1>Waiting for the store</h1>"
        f"<p>{html.escape(words)}</p><p>This page looks again every three seconds.</p></html>"
    ).encode(errors="replace")


class QuietServer(ThreadingHTTPServer):
    """A server to which a client that goes away is no news."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of dropped connections; anything else is a fault and is shown."""
        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            super().handle_error(request, client_address)


class Handler(BaseHTTPRequestHandler):
    """Below the token: `/TOKEN/`, `/TOKEN/payload.json` and, where clamps are answered, `/TOKEN/clamp.json?...`."""

    source: Source
    clamping: Clamping | None = None
    token: str
    hosts: tuple[str, ...] = ()
    timeout = 30.0
    """Seconds that a connection may say nothing."""
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        if not self._from_here():
            return self._answer(403, "text/plain", b"This page is served to its own machine only.\n")
        route, _, query = self.path.partition("?")
        _, _, rest = route.partition("/")
        token, slash, name = rest.partition("/")
        # Compared in constant time, as bytes: a header may hold anything.
        allowed = secrets.compare_digest(token.encode(errors="replace"), self.token.encode())
        names = ("", "payload.json") if self.clamping is None else ("", "payload.json", "clamp.json")
        if not allowed or not slash or name not in names:
            return self._answer(
                404, "text/plain", b"Nothing here; the page is at the address that was printed\n"
            )
        if name == "clamp.json":
            return self._answer_clamp(query)
        try:
            record, mark = self.source.latest()
        except (
            Exception
        ) as problem:  # whatever a half-written store raises, the page goes on with what it has
            words = f"The trajectory cannot be read just now: {problem}\n"
            if not name:
                return self._answer(503, "text/html; charset=utf-8", waiting_page(words))
            return self._answer(503, "text/plain; charset=utf-8", words.encode(errors="replace"))
        if not name:
            page = assemble({**record, "mark": mark})
            return self._answer(200, "text/html; charset=utf-8", page.encode(errors="replace"))
        if self.headers.get("If-None-Match") == mark:
            return self._answer(304, "", b"", mark)
        return self._answer(200, "application/json", json.dumps(record).encode(), mark)

    def _answer_clamp(self, query: str) -> None:
        try:
            told = self.clamping(dict(parse_qsl(query))) if self.clamping else {}
        except DynamiclError as problem:
            return self._answer(400, "application/json", json.dumps({"error": str(problem)}).encode())
        return self._answer(200, "application/json", json.dumps(told).encode())

    def _from_here(self) -> bool:
        """Refuse other hosts' names: a foreign page could otherwise point its own name at this address and read on."""
        host = (self.headers.get("Host") or "").rsplit(":", 1)[0]
        return host in (HOST, "localhost", *self.hosts)

    def _answer(self, status: int, kind: str, body: bytes, mark: str = "") -> None:
        self.send_response(status)
        if kind:
            self.send_header("Content-Type", kind)
        if mark:
            self.send_header("ETag", mark)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("X-Frame-Options", "DENY")
        self.send_header("Content-Security-Policy", "frame-ancestors 'none'")
        self.send_header("Cross-Origin-Resource-Policy", "same-origin")
        self.send_header("Referrer-Policy", "no-referrer")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Requests are not news."""
