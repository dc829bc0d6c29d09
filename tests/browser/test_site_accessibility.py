"""axe-core finds nothing serious on any page: in the light, in the dark, and on a phone."""

import pytest
from playwright.sync_api import Page
from site_checks import PHONE, barriers, load

COLORS = ("color-contrast", "link-in-text-block")  # the rules whose answer hangs on the colors
CHAPTER = "notebooks/04_variational_autoencoders.html"


def test_a_page_has_no_barrier_in_the_light_or_in_the_dark(page: Page, home: str, address: str):
    load(page, home + address)
    in_the_light = barriers(page)
    page.emulate_media(color_scheme="dark")
    page.wait_for_selector("html[data-theme=dark]")
    assert not in_the_light + barriers(page, *COLORS)


@pytest.mark.parametrize("name", [CHAPTER, "book/claims.html", "book/api/metrics.html"])
def test_a_page_has_no_barrier_on_a_phone(page: Page, home: str, name: str):
    page.set_viewport_size({"width": PHONE, "height": 844})
    load(page, home + name)
    page.locator(".primary-toggle").click()
    page.wait_for_selector("dialog#pst-primary-sidebar-modal[open]")
    with_menu = barriers(page)
    page.keyboard.press("Escape")
    assert not with_menu + barriers(page)
