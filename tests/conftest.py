"""What every test runs under, doctests included. Import nothing of dynamicl at the top of this file.

JAX reads these settings when it starts, so they stand before anything that could start it; and an import of
dynamicl here would hide an import error behind "ImportError while loading conftest" in every test at once.
"""

import os
from pathlib import Path

# Set from outside, JAX_PLATFORMS=cuda runs the same tests on a GPU.
os.environ.setdefault("JAX_PLATFORMS", "cpu")
os.environ.setdefault("MPLBACKEND", "Agg")
# Compiling is most of what the tests cost; optimised less, a program is compiled in two fifths of the time.
# `make tests` sets this to nothing for those tests that it also runs on what users run; so does who tests on a GPU.
os.environ.setdefault(
    "DYNAMICL_TESTS_XLA", "--xla_cpu_use_fusion_emitters=false --xla_backend_optimization_level=0"
)
# Features are computed once and kept beside the tests, never in the home of whoever runs them.
os.environ["DYNAMICL_CACHE"] = str(Path(__file__).parents[1] / ".pytest_cache" / "dynamicl")
os.environ["XLA_FLAGS"] = f"{os.environ.get('XLA_FLAGS', '')} {os.environ['DYNAMICL_TESTS_XLA']}".strip()

import atexit
import contextlib
import gc
import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import jax
import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

# Imported by tests as `small`; collected for doctests it would be loaded a second time and register its kinds twice.
collect_ignore = ["small.py"]

jax.config.update("jax_enable_x64", False)
# Two devices, so that every test of a population also tests that it is sharded over them.
jax.config.update("jax_num_cpu_devices", 2)
jax.config.update("jax_numpy_dtype_promotion", "strict")
# What several build alike is compiled once, by whichever worker or command needs it first. Gone after the session.
COMPILED = tempfile.mkdtemp(prefix="dynamicl-compiled-")
atexit.register(shutil.rmtree, COMPILED, ignore_errors=True)
jax.config.update("jax_compilation_cache_dir", os.environ.setdefault("JAX_COMPILATION_CACHE_DIR", COMPILED))
jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.1)
# Programs are millions of small objects that live long: looking for garbage among them often finds none.
gc.set_threshold(50_000, 20, 100)

MOST_MEMORY = {"bytes": 3 * 2**30}
"""What a worker may hold before it forgets what it has compiled; then as much more as it still holds."""

# A first example compiles, so no deadline; the same examples every time, so a failure can be repeated.
hypothesis.settings.register_profile("dynamicl", deadline=None, derandomize=True, max_examples=25)
hypothesis.settings.load_profile("dynamicl")

# Without these Chromium asks the network for things at its start; root in a container needs --no-sandbox.
QUIET_CHROMIUM = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest, so that no worker has it alone at the end; leave out what `make smoke` runs."""
    if os.environ.get("DYNAMICL_WHOLE_STUDY") != "1":
        items[:] = [item for item in items if item.get_closest_marker("whole") is None]
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


@pytest.fixture(autouse=True)
def interrupts() -> "Iterator[None]":
    """Give each test what a terminal gives a program: a command that was interrupted leaves Ctrl-C ignored."""
    before = signal.getsignal(signal.SIGINT)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture(autouse=True)
def memory() -> "Iterator[None]":
    """Let a worker that holds much forget what it has compiled; what is needed again is in the cache on disk."""
    yield
    with contextlib.suppress(OSError):
        if resident() > MOST_MEMORY["bytes"]:
            jax.clear_caches()
            gc.collect()
            MOST_MEMORY["bytes"] = resident() + 2 * 2**30


def resident() -> int:
    """Return the bytes of memory that this process holds; raises `OSError` where that cannot be told."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of the system's Chromium; skips the test where there is none."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if path := shutil.which(name):
            return path
    pytest.skip("no Chromium on this machine; `make browser` says how to get one")


@pytest.fixture(scope="session")
def browser(chromium: str) -> "Iterator[Browser]":
    """One Chromium for all tests of a worker."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(QUIET_CHROMIUM))
        yield browser
        browser.close()


@pytest.fixture
def page(browser: "Browser") -> "Iterator[Page]":
    """A fresh page that may read files only: a request to a host, or an error in a script, fails the test."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(f"script error: {error}"))

    def only_files(route):
        if route.request.url.startswith(("file:", "data:", "blob:", "about:")):
            route.continue_()
        else:
            faults.append(f"request to the network: {route.request.url}")
            route.abort()

    page.route("**/*", only_files)
    yield page
    context.close()
    assert not faults, faults
