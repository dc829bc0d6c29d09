from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from matplotlib.colors import to_hex

from gencore.plotting import curves, floor_lines
from gencore.plotting.style import COLORS, LINESTYLES, MUTED

X = np.arange(1.0, 31.0)


def draw(series, **options) -> Any:
    return curves(series, xlabel="epoch", ylabel="loss", **options)


def right_hand_names(ax):
    """The names at the right from bottom to top, as they are drawn."""
    ax.figure.canvas.draw()
    boxes = [(text.get_window_extent(), text.get_text()) for text in ax.texts]
    return sorted(boxes, key=lambda box: box[0].y0)


def test_a_curve_goes_through_its_points():
    ax = draw({"a": (X, X**2), "b": (X, X)})
    for line, y in zip(ax.lines, (X**2, X), strict=True):
        np.testing.assert_array_equal(line.get_xydata(), np.stack([X, y], axis=1))
    assert [to_hex(line.get_color()) for line in ax.lines] == list(COLORS[:2])
    assert ax.lines[0].get_linestyle() != ax.lines[1].get_linestyle()


def test_names_at_the_right_never_overlap_and_keep_their_order():
    ax = draw({name: (X, X + i / 100) for i, name in enumerate("abcdef")})
    floor_lines(ax, {"floor": 31.0})
    drawn = right_hand_names(ax)
    assert [text for _, text in drawn] == ["a", "b", "c", "d", "e", "f", "floor: 31"]
    for (below, _), (above, _) in pairwise(drawn):
        assert below.y1 <= above.y0 + 0.5


def test_a_lonely_name_stands_at_the_height_of_its_curve():
    ax = draw({"low": (X, 0 * X), "high": (X, 0 * X + 100)})
    for box, text in right_hand_names(ax):
        y = ax.transData.transform((0, {"low": 0, "high": 100}[text]))[1]
        assert (box.y0 + box.y1) / 2 == pytest.approx(y, abs=2)
        assert box.x0 > ax.get_window_extent().x1


def test_a_line_far_away_moves_the_names_apart_again():
    """It stretches the axes, and curves whose ends were apart lie on each other."""
    ax = floor_lines(draw({"a": (X, X / X), "b": (X, 1.1 * X / X)}, logy=True), {"real": 0.001})
    for (below, _), (above, _) in pairwise(right_hand_names(ax)):
        assert below.y1 <= above.y0 + 0.5


def test_curves_that_end_apart_get_a_legend():
    ax = draw({"short": (X[:10], X[:10]), "long": (X, X)})
    assert not ax.texts
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["short", "long"]


def test_few_points_are_shown_and_many_are_not():
    ax = draw({"few": (X[:12], X[:12]), "many": (X, X)})
    assert [line.get_marker() for line in ax.lines] == ["o", "None"]


def test_more_curves_than_colors_is_no_error():
    ax = draw({str(i): (X, X * i) for i in range(len(COLORS) + 2)})
    assert ax.lines[len(COLORS)].get_color() == COLORS[0]
    assert len(ax.lines) == len(LINESTYLES) + 2


def test_a_band_lies_around_its_curve():
    ax = draw({"a": (X, X), "b": (X, 2 * X)}, bands={"b": (2 * X - 1, 2 * X + 3)})
    (band,) = ax.collections
    corners = band.get_paths()[0].vertices
    assert corners[:, 1].min() == 1
    assert corners[:, 1].max() == 63
    assert to_hex(band.get_facecolor()[0]) == COLORS[1]


def test_whole_numbers_on_x_get_whole_marks():
    ax = draw({"a": (np.arange(4), np.arange(4.0))})
    assert (ax.get_xticks() % 1 == 0).all()
    assert (draw({"a": (np.arange(4) / 4, np.arange(4.0))}).get_xticks() % 1 != 0).any()


def test_floors_are_quiet_lines_at_their_values():
    ax = draw({"a": (X, X)}, logy=True)
    assert floor_lines(ax, {"real": 2.4, "random": 573.0}) is ax
    assert [line.get_ydata()[0] for line in ax.lines[1:]] == [2.4, 573]
    assert {line.get_color() for line in ax.lines[1:]} == {MUTED}
    assert ax.get_ylim()[0] < 2.4 < 573 < ax.get_ylim()[1]


def test_upright_floors_carry_their_names_on_top():
    ax: Any = floor_lines(draw({"a": (X, X)}), {"threshold": 12.5}, axis="x")
    assert list(ax.lines[1].get_xdata()) == [12.5, 12.5]
    ((box, text),) = right_hand_names(ax)
    assert text == "threshold: 12.5"
    assert box.y0 >= ax.get_window_extent().y1


@pytest.mark.parametrize(
    ("series", "options", "message"),
    [
        ({}, {}, "series is empty"),
        ({"a": (X, X[:5])}, {}, r"series\['a'\] must be two vectors of one length, got shapes \(30,\) and"),
        ({"a": (X[:0], X[:0])}, {}, "two vectors of one length"),
        ({"a": (X, -X)}, {"logy": True}, "positive values, the second vector has none"),
        ({"a": (-X, X)}, {"logx": True}, "positive values, the first vector has none"),
        ({"a": (X, X)}, {"bands": {"b": (X, X)}}, r"bands names \['b'\], but the curves are \['a'\]"),
        ({"a": (X, X)}, {"bands": {"a": (X[:4], X[:4])}}, r"bands\['a'\] has length 4, its curve 30"),
    ],
)
def test_wrong_curves_say_what_is_wrong(series, options, message):
    with pytest.raises(ValueError, match=message):
        draw(series, **options)
