"""A browser, and the built site served to it from this machine."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import site_checks
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
SITE = ROOT / "_build" / "html"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# No sandbox, since containers run as root; and no word to any other host.
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
)


def missing(reason: str) -> None:
    """Skip, or fail where a browser is part of the deal: ``.ci/run`` sets ``GENCORE_REQUIRE_BROWSER=1``."""
    if os.environ.get("GENCORE_REQUIRE_BROWSER") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that asks for ``address`` once for each page of the site."""
    if "address" in metafunc.fixturenames:
        metafunc.parametrize("address", site_checks.pages(SITE) or ["no page yet"])


@pytest.fixture(scope="session")
def site() -> Path:
    """The folder that holds the built site."""
    if not (SITE / "book" / "index.html").is_file():
        missing(f"there is no site in {SITE.relative_to(ROOT)}; run: make book")
    return SITE


@pytest.fixture(scope="session")
def outline(site: Path) -> dict[str, site_checks.Outline]:
    """What every page of the site holds, read once."""
    return site_checks.outlines(site)


@pytest.fixture(scope="module")
def home(site: Path) -> Iterator[str]:
    """The address of the served site."""
    with site_checks.serve(site) as address:
        yield address


# One for each file and not one for all: while Playwright runs, its event loop is in the way of other tests' loops.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, or Chrome."""
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        missing("there is no Chromium; run: apt-get install chromium, or install Google Chrome")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=FLAGS.split())
        yield chromium
        chromium.close()


@contextmanager
def reader(browser: Browser) -> Iterator[BrowserContext]:
    """Someone who has chosen nothing yet, and is patient with a busy machine."""
    with browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce") as context:
        context.set_default_timeout(120_000)
        yield context


@pytest.fixture(scope="module")
def context(browser: Browser) -> Iterator[BrowserContext]:
    """One reader for a whole file, who keeps what was loaded once: that halves the time."""
    with reader(browser) as context:
        yield context


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """An empty page."""
    with context.new_page() as page:
        yield page


@pytest.fixture
def new_reader(browser: Browser) -> Iterator[Page]:
    """An empty page of a reader for one test, which may change what is remembered."""
    with reader(browser) as context:
        yield context.new_page()
