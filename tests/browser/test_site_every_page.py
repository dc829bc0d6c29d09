"""Every page loads by itself, is drawn whole, fits a phone; axe-core finds nothing serious in the light or the dark.

A page is loaded once for all of it. The listings of our source are colored alike, as the code in the chapters is: one
of them stands for the others' colors.
"""

import pytest
from playwright.sync_api import Page
from site_checks import PHONE, Watch, barriers, load, overflow, undrawn

COLORS = ("color-contrast", "link-in-text-block")  # the rules whose answer hangs on the colors
CHAPTER = "notebooks/04_variational_autoencoders.html"
LISTING = "_modules/gencore/models/vae.html"


def test_a_page_is_whole_fits_a_phone_and_has_no_barrier_in_the_light_or_in_the_dark(
    page: Page, home: str, address: str
):
    colored = address == LISTING or not address.startswith("_modules/gencore/")
    watch = Watch(page, home)
    load(page, home + address)
    faults = watch.faults + undrawn(page) + barriers(page, contrast=colored)
    page.set_viewport_size({"width": PHONE, "height": 844})
    faults += overflow(page)
    if colored:
        page.set_viewport_size({"width": 1280, "height": 900})
        page.emulate_media(color_scheme="dark")
        page.wait_for_selector("html[data-theme=dark]")
        faults += barriers(page, *COLORS)
    assert not faults


@pytest.mark.parametrize("name", [CHAPTER, "book/claims.html", "book/api/metrics.html"])
def test_a_page_has_no_barrier_on_a_phone(page: Page, home: str, name: str):
    page.set_viewport_size({"width": PHONE, "height": 844})
    load(page, home + name)
    page.locator(".primary-toggle").click()
    page.wait_for_selector("dialog#pst-primary-sidebar-modal[open]")
    with_menu = barriers(page)
    page.keyboard.press("Escape")
    assert not with_menu + barriers(page)


def test_the_listing_that_is_looked_at_in_color_is_there(site):
    assert (site / LISTING).is_file()
