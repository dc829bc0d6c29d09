"""Everybody can read the figures: contrast by WCAG, color blindness by a published simulation."""

from itertools import combinations, pairwise

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_rgb, to_rgba

from gencore.plotting import use_style
from gencore.plotting.style import (
    CLASS_COLORS,
    COLORS,
    INK,
    LINESTYLES,
    MARKERS,
    MUTED,
    PAPER,
    RULE,
    WIDTH,
    contrast,
    readable,
)

# Viénot, Brettel and Mollon 1999, "Digital video colourmaps for checking the legibility of displays by
# dichromats": linear RGB to cone responses, and what is left of those without the long or the middle cones.
RGB_TO_LMS = np.array(
    [[17.8824, 43.5161, 4.11935], [3.45565, 27.1554, 3.86714], [0.0299566, 0.184309, 1.46709]]
)
DICHROMATS = {
    "normal": (np.eye(3), 1.0, 0.0),
    "protanopia": (np.array([[0, 2.02344, -2.52581], [0, 1, 0], [0, 0, 1]]), 0.992052, 0.003974),
    "deuteranopia": (np.array([[1, 0, 0], [0.494207, 0, 1.24827], [0, 0, 1]]), 0.957237, 0.0213814),
}
RGB_TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)


def lab(color: str, vision: str) -> np.ndarray:
    """CIE L*a*b* of a color as somebody with that vision sees it."""
    srgb = np.asarray(to_rgb(color))
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    matrix, scale, shift = DICHROMATS[vision]
    seen = np.clip(np.linalg.inv(RGB_TO_LMS) @ matrix @ RGB_TO_LMS @ (scale * linear + shift), 0, 1)
    xyz = RGB_TO_XYZ @ seen / np.array([0.95047, 1.0, 1.08883])
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def difference(one: str, two: str, vision: str) -> float:
    return float(np.linalg.norm(lab(one, vision) - lab(two, vision)))


def test_the_simulation_confuses_what_dichromats_confuse():
    red, green = "#b00000", "#607000"
    assert difference(red, green, "normal") > 60
    assert difference(red, green, "protanopia") < 0.5 * difference(red, green, "normal")
    assert difference("white", "black", "deuteranopia") > 80


@pytest.mark.parametrize("vision", DICHROMATS)
def test_neighboring_colors_are_far_apart_for_every_eye(vision):
    for one, two in pairwise(COLORS):
        assert difference(one, two, vision) >= 25, (one, two)
    for one, two in combinations(COLORS, 2):
        assert difference(one, two, vision) >= 12, (one, two)


def test_no_curve_and_no_class_is_known_by_its_color_alone():
    assert len({str(style) for style in LINESTYLES}) == len(LINESTYLES) == len(COLORS)
    assert len(set(MARKERS)) == len(MARKERS) == len(CLASS_COLORS) == len(set(CLASS_COLORS)) == 10


def test_contrast_is_that_of_wcag():
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)  # WCAG's well-known near miss
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.005)
    assert contrast("#ff0000", "#ffffff") == pytest.approx(3.998, abs=0.005)
    assert contrast(INK, PAPER) == contrast(PAPER, INK)


@pytest.mark.parametrize("color", [INK, MUTED, *(readable(c) for c in CLASS_COLORS)])
def test_text_can_be_read_on_paper(color):
    assert contrast(color, PAPER) >= 4.5


@pytest.mark.parametrize("color", CLASS_COLORS)
def test_lines_and_dots_stand_out_from_paper(color):
    assert contrast(color, PAPER) >= 3


def test_the_grid_stays_behind():
    assert contrast(RULE, PAPER) < 1.5


def test_readable_keeps_what_can_be_read_already():
    assert readable(INK) == INK


def test_figures_are_opaque_and_fit_the_column():
    plt.rcdefaults()
    use_style()
    figure = plt.figure()
    assert to_rgba(figure.get_facecolor())[3] == 1
    assert plt.rcParams["savefig.facecolor"] == plt.rcParams["axes.facecolor"] == PAPER
    assert figure.get_figwidth() * figure.dpi == pytest.approx(WIDTH * figure.dpi) == 720
