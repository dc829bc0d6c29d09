"""What the built site is held to. Each check returns its faults in words; an empty list is a pass.

The first half reads the files alone, the second asks a browser. ``test_site_checks.py`` plants every fault once.
"""

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from html.parser import HTMLParser
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import unquote, urldefrag, urlsplit

import axe_playwright_python.base as axe
from playwright.sync_api import ConsoleMessage, Page, Request, Response

AXE = Path(axe.__file__).with_name("axe.min.js").read_text("utf-8")
PHONE = 390  # CSS pixels: the width of most phones


class Outline(HTMLParser):
    """What the static checks need of one page: its anchors, links, resources and pictures."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.anchors: set[str] = set()
        self.links: list[str] = []
        self.images: list[dict[str, str | None]] = []
        self.feed(path.read_text("utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element's name, where it leads, and the element itself if it is a picture."""
        found = dict(attrs)
        self.anchors |= {name for key in ("id", "name") if (name := found.get(key))}
        where = found.get("href") if tag in ("a", "link") else found.get("src")
        if where is not None:
            self.links.append(where)
        if tag == "img":
            self.images.append(found)


def pages(site: Path) -> list[str]:
    """Every page that a reader can reach; the theme's own building blocks and the redirection are none."""
    found = (path.relative_to(site).as_posix() for path in site.rglob("*.html"))
    return sorted(name for name in found if not name.startswith("_static/") and name != "index.html")


def outlines(site: Path) -> dict[str, Outline]:
    """The outline of every page."""
    return {name: Outline(site / name) for name in pages(site)}


def dead_links(site: Path, outline: dict[str, Outline]) -> list[str]:
    """Links and resources inside the site that lead to no file, or to an anchor that the page lacks."""
    faults = []
    for name, page in outline.items():
        for link in sorted(set(page.links)):
            address, anchor = urldefrag(link)
            if urlsplit(address).scheme or address.startswith("//"):
                continue
            target = (site / name).parent / unquote(urlsplit(address).path) if address else site / name
            target = target.resolve()
            if not (target.is_file() and target.is_relative_to(site.resolve())):
                faults.append(f"{name}: {link} leads to no file")
                continue
            found = outline.get(target.relative_to(site.resolve()).as_posix())
            if anchor and found and unquote(anchor) not in found.anchors:
                faults.append(f"{name}: {link} leads to no anchor")
    return faults


def odd_addresses(outline: dict[str, Outline]) -> list[str]:
    """Links to other sites that are not plain https addresses."""
    return [
        f"{name}: {link}"
        for name, page in outline.items()
        for link in sorted(set(page.links))
        if (urlsplit(link).scheme or link.startswith("//"))
        and not re.fullmatch(r"https://[\w-]+(\.[\w-]+)+(/\S*)?", link)
    ]


def poor_alts(outline: dict[str, Outline]) -> list[str]:
    """Pictures without words of their own: none, a file's name, too few, or those of another picture."""
    faults, seen = [], Counter()
    for name, page in outline.items():
        for image in page.images:
            source, alt = image.get("src") or "", (image.get("alt") or "").strip()
            of_the_course = "/_static/" not in f"/{source}"
            if not alt or re.fullmatch(r"\S+\.\w{2,4}", alt) or alt == Path(source).stem:
                faults.append(f"{name}: {source} has the alternative text {alt!r}")
            elif of_the_course and len(alt.split()) < 3:
                faults.append(f"{name}: {source} needs more words than {alt!r}")
            if of_the_course:
                seen[alt] += 1
    return faults + [f"{count} figures share the text {alt!r}" for alt, count in seen.items() if count > 1]


def leaks(site: Path) -> list[str]:
    """Files that hold a solution or a hidden test of an exercise, and whatever lies where the masters do."""
    canary = re.compile(rb"CANARY-(?:HIDDEN|SOLUTION)-ex", re.IGNORECASE)
    files = {path.relative_to(site).as_posix(): path for path in sorted(site.rglob("*")) if path.is_file()}
    return [f"{name} holds a canary" for name, path in files.items() if canary.search(path.read_bytes())] + [
        f"{name} lies among the masters" for name in files if "notebooks/exercises/source/" in name
    ]


class Quiet(SimpleHTTPRequestHandler):
    """A server of files that keeps its connections, and its log to itself."""

    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""


@contextmanager
def serve(folder: Path) -> Iterator[str]:
    """Serve a folder on a port that the system chooses, and give its address."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=folder)) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


class Watch:
    """Listens to a page while it loads: errors in the console, failed requests, requests to other hosts."""

    def __init__(self, page: Page, home: str) -> None:
        self.faults: list[str] = []
        self.home = home
        page.on("console", self.heard)
        page.on("pageerror", lambda error: self.faults.append(f"script error: {error}"))
        page.on("request", self.asked)
        page.on("requestfailed", lambda request: self.faults.append(f"failed: {request.url}"))
        page.on("response", self.answered)

    def heard(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.faults.append(f"console {message.type}: {message.text}")

    def asked(self, request: Request) -> None:
        if not request.url.startswith((self.home, "data:", "blob:")):
            self.faults.append(f"asks another host: {request.url}")

    def answered(self, response: Response) -> None:
        if response.status >= 400:
            self.faults.append(f"status {response.status}: {response.url}")


def load(page: Page, address: str) -> None:
    """Open a page, and wait until its equations are set."""
    page.goto(address)
    page.evaluate("window.MathJax?.startup?.promise?.then(() => null)")


def undrawn(page: Page) -> list[str]:
    """Pictures without pixels, and formulas that MathJax left alone or could not read."""
    return page.evaluate(
        """() => [
          ...[...document.images].filter(i => !(i.complete && i.naturalWidth)).map(i => `no picture: ${i.src}`),
          ...[...document.querySelectorAll(".math:not(:has(mjx-container))")]
            .map(m => `not set: ${m.textContent.slice(0, 60)}`),
          ...[...document.querySelectorAll("mjx-merror")].map(m => `not understood: ${m.textContent}`),
        ]"""
    )


def overflow(page: Page) -> list[str]:
    """On a page that can be pushed sideways, the elements that stick out to the right."""
    return page.evaluate(
        """() => {
          const root = document.scrollingElement, wide = root.scrollWidth - window.innerWidth;
          if (wide <= 0) return [];
          const scrolls = e => e && (getComputedStyle(e).overflowX !== "visible" || scrolls(e.parentElement));
          const out = [...document.body.querySelectorAll("*")]
            .filter(e => e.getBoundingClientRect().right > window.innerWidth && !scrolls(e.parentElement))
            .map(e => e.cloneNode(false).outerHTML);
          return [`the page is ${wide} pixels too wide`, ...out.slice(0, 8)];
        }"""
    )


def lost_focus(page: Page, stops: int) -> list[str]:
    """Walk through a page by the Tab key; the stops at which nothing shows where the reader is."""
    faults = []
    for _ in range(stops):
        page.keyboard.press("Tab")
        faults += page.evaluate(
            """() => {
              const here = document.activeElement;
              const marked = e => {
                const style = getComputedStyle(e), outlined = style.outlineStyle !== "none";
                return e.clientHeight + e.offsetHeight > 0 && (outlined || style.boxShadow !== "none");
              };
              if (here === document.body || [here, ...here.querySelectorAll("*")].some(marked)) return [];
              return [`nothing marks the focus on ${here.cloneNode(false).outerHTML}`];
            }"""
        )
    return faults


def barriers(page: Page, *rules: str, contrast: bool = True) -> list[str]:
    """What axe-core finds serious or critical, by all its rules or by those that are named; ``contrast`` takes time."""
    if page.evaluate("!window.axe"):
        page.evaluate(AXE)
    violations = page.evaluate(
        """async ([rules, contrasted]) => {
          // Most of the time would go into the contrast of thousands of words: one of each place and color is enough.
          const contrast = "color-contrast", mark = "data-looked-at";
          document.querySelectorAll(`[${mark}]`).forEach(e => e.removeAttribute(mark));
          const seen = new Set(), known = new Map();
          const place = e => {
            if (e && !known.has(e)) {
              const {color, backgroundColor} = getComputedStyle(e);
              known.set(e, [place(e.parentElement), e.tagName, e.getAttribute("class"), color, backgroundColor].join());
            }
            return known.get(e);
          };
          for (const e of contrasted ? document.body.querySelectorAll("*") : []) {
            const reads = [...e.childNodes].some(node => node.nodeType === Node.TEXT_NODE && node.data.trim());
            if (!reads && !e.matches("input, select, textarea")) continue;
            if (seen.has(place(e)) || !e.checkVisibility()) continue;
            seen.add(place(e));
            e.setAttribute(mark, "");
          }
          axe.configure({rules: [{id: contrast, selector: `[${mark}]`}]});
          // The preload reads the style sheets again, and asks for what they import in the wrong folder.
          const options = {resultTypes: ["violations"], preload: false};
          if (rules.length) options.runOnly = rules;
          return (await axe.run(document, options)).violations;
        }""",
        [rules, contrast],
    )
    return list(worded(violations))


def worded(violations: list[dict[str, Any]]) -> Iterator[str]:
    for violation in violations:
        if violation["impact"] in ("serious", "critical"):
            for node in violation["nodes"]:
                why = " ".join(node["failureSummary"].split()[:45])
                yield f"{violation['id']}: {node['target']} {node['html'][:120]} {why}"
