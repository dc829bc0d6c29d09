"""Colors, sizes and type: what every figure of the course has in common."""

import matplotlib.pyplot as plt
import numpy as np
from cycler import cycler
from matplotlib.colors import to_hex, to_rgb

PAPER = "#fbfaf7"
"""The card that every figure is printed on: opaque, so that it reads the same on a light and a dark page."""

INK = "#22262b"
"""Titles and labels."""

MUTED = "#5c636b"
"""Ticks, floors and other quiet text."""

RULE = "#e4e1d9"
"""Grid lines and frames."""

COLORS = ("#0a5a8c", "#e66b00", "#0b7456", "#cf66bb", "#7b4e00", "#2a83dc", "#1c2028")
"""Okabe and Ito's hues, with lightnesses that keep them apart on paper and for color-blind eyes."""

CLASS_COLORS = (*COLORS, "#c0392b", "#7a86a0", "#6a3fb0")
"""Ten colors for ten classes. Ten are too many to tell apart by hue: always used with shapes and labels."""

LINESTYLES = (
    "-",
    (0, (6, 2)),
    (0, (6, 2, 1.5, 2)),
    (0, (1.5, 1.5)),
    (0, (10, 2)),
    (0, (6, 2, 1.5, 2, 1.5, 2)),
    (0, (3, 3)),
)
"""One line style a color, so that no curve is known by its color alone."""

MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<", "p", ">")
"""One shape a class."""

WIDTH = 6.0
"""Inches: the page's column, 720 pixels at 120 dots an inch. Type of 10 points is then as large as the text."""


def use_style() -> None:
    """Make every figure from here on look like the course's.

    Sets Matplotlib's ``rcParams``: paper, type sizes for a column of 720 pixels, colors that color-blind
    readers can tell apart, with a line style for each, and a layout that leaves room for labels.

    Example:
        >>> use_style()
        >>> plt.rcParams["figure.facecolor"]
        '#fbfaf7'

    Reference:
        Okabe and Ito 2008, "Color Universal Design".
    """
    plt.rcParams.update(
        {
            "figure.facecolor": PAPER,
            "savefig.facecolor": PAPER,
            "figure.figsize": (WIDTH, 3.2),
            "figure.dpi": 120,
            "savefig.dpi": 120,
            "figure.constrained_layout.use": True,
            "figure.titlesize": 12,
            "font.size": 10,
            "text.color": INK,
            "axes.facecolor": PAPER,
            "axes.edgecolor": MUTED,
            "axes.linewidth": 0.8,
            "axes.labelcolor": INK,
            "axes.labelsize": 10,
            "axes.titlesize": 11,
            "axes.titlelocation": "left",
            "axes.titlepad": 8,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.grid": True,
            "axes.axisbelow": True,
            "axes.prop_cycle": cycler(color=COLORS, linestyle=LINESTYLES),
            "grid.color": RULE,
            "grid.linewidth": 0.8,
            "xtick.color": MUTED,
            "ytick.color": MUTED,
            "xtick.labelsize": 9,
            "ytick.labelsize": 9,
            "lines.linewidth": 1.8,
            "lines.solid_capstyle": "round",
            "legend.frameon": False,
            "legend.fontsize": 9.5,
            "image.cmap": "gray",
        }
    )


def contrast(color: str, other: str = PAPER) -> float:
    """Return the contrast ratio of two colors, from 1 (equal) to 21 (black on white).

    Args:
        color: A Matplotlib color.
        other: The color that it stands on.

    Returns:
        The ratio of the two relative luminances, each raised by 0.05.

    Example:
        >>> round(contrast("black", "white"), 3)
        21.0

    Reference:
        Web Content Accessibility Guidelines 2.2, "contrast ratio". Text needs at least 4.5, lines at least 3.
    """

    def luminance(c: str) -> float:
        rgb = np.asarray(to_rgb(c))
        linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
        return float(linear @ (0.2126, 0.7152, 0.0722))

    low, high = sorted((luminance(color), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def readable(color: str) -> str:
    """Darken a line's color until text in it can be read on paper.

    Args:
        color: A Matplotlib color.

    Returns:
        The same hue as a hex code, with a contrast of at least 4.5 on ``PAPER``.

    Example:
        >>> contrast("#e66b00") < 4.5 <= contrast(readable("#e66b00"))
        True
    """
    rgb = np.asarray(to_rgb(color))
    while contrast(to_hex(tuple(rgb))) < 4.5:
        rgb = rgb * 0.97
    return to_hex(tuple(rgb))
