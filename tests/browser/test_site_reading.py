"""A reader searches, changes to dark mode, and walks through the site by keyboard, on a wide screen and on a phone."""

import io

import matplotlib.image
import numpy as np
from playwright.sync_api import Locator, Page
from site_checks import PHONE, load, lost_focus

CHAPTER = "notebooks/04_variational_autoencoders.html"
THEME = "document.documentElement.dataset.theme"
ACTIVE = "document.activeElement"


def colors(page: Page) -> list[str]:
    """The colors of the page's ground and of its text."""
    return page.evaluate("['backgroundColor', 'color'].map(name => getComputedStyle(document.body)[name])")


def pixels(figure: Locator) -> np.ndarray:
    """What a reader sees of a figure, without its rounded corners."""
    return matplotlib.image.imread(io.BytesIO(figure.screenshot()))[12:-12, 12:-12, :3]


def test_the_search_finds_elbo_by_keyboard_alone(page: Page, home: str):
    load(page, f"{home}book/index.html")
    page.keyboard.press("Control+k")
    page.wait_for_selector("dialog#pst-search-dialog[open]")
    page.keyboard.type("ELBO")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search.html?q=ELBO")
    hit = page.locator(f"#search-results a[href^='{CHAPTER}']").first
    assert hit.inner_text().startswith("04 · ")
    hit.press("Enter")
    page.wait_for_url(f"**/{CHAPTER}*")
    assert "Variational autoencoders" in page.title()


def test_escape_closes_the_search(page: Page, home: str):
    load(page, f"{home}book/index.html")
    page.keyboard.press("Control+k")
    page.wait_for_selector("dialog#pst-search-dialog[open]")
    assert page.evaluate(f"{ACTIVE}.name") == "q"
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog#pst-search-dialog:not([open])", state="attached")


def test_the_first_tab_stop_skips_to_the_text(page: Page, home: str):
    load(page, home + CHAPTER)
    page.keyboard.press("Tab")
    assert page.evaluate(f"{ACTIVE}.getAttribute('href')") == "#main-content"
    page.wait_for_function(f"{ACTIVE}.getBoundingClientRect().top >= 0")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate(f"{ACTIVE}.closest('main') !== null")


def test_whoever_walks_by_keyboard_sees_where_they_are(page: Page, home: str):
    load(page, home + CHAPTER)
    assert not lost_focus(page, 60)
    assert page.evaluate(f"{ACTIVE}.closest('article') !== null"), "60 steps did not reach the text"


def test_a_choice_of_dark_mode_stays_and_leaves_the_figures_as_they_are(new_reader: Page, home: str):
    page = new_reader
    load(page, home + CHAPTER)
    figure = page.locator("article figure img").first
    in_the_light, light = pixels(figure), colors(page)
    while page.evaluate(THEME) != "dark":
        page.locator(".theme-switch-button:visible").press("Enter")
    page.reload()
    load(page, home + CHAPTER)
    assert page.evaluate(THEME) == "dark"
    dark = colors(page)
    assert dark[0] != light[0] and dark[1] != light[1]
    in_the_dark = pixels(figure)
    assert in_the_light.std() > 0.05, "the figure is empty"
    np.testing.assert_allclose(in_the_dark, in_the_light, atol=0.02)


def test_a_phone_opens_and_closes_the_contents_by_keyboard(page: Page, home: str):
    page.set_viewport_size({"width": PHONE, "height": 844})
    load(page, home + CHAPTER)
    menu = page.locator("dialog#pst-primary-sidebar-modal")
    assert not menu.is_visible()
    while not page.evaluate(f"{ACTIVE}.matches('.primary-toggle')"):
        page.keyboard.press("Tab")
        assert page.evaluate(f"{ACTIVE}.closest('article') === null"), "no button before the text opens it"
    page.keyboard.press("Enter")
    menu.wait_for(state="visible")
    page.keyboard.press("Escape")
    menu.wait_for(state="hidden")
    page.keyboard.press("Enter")
    link = menu.get_by_role("link", name="03 · Autoencoders")
    link.press("Enter")
    page.wait_for_url("**/notebooks/03_autoencoders.html")
