from itertools import combinations
from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest
from matplotlib.colors import to_hex

from gencore.plotting import dot_chart, histograms, labeled_points, scatter_2d
from gencore.plotting.style import CLASS_COLORS, COLORS

RNG = np.random.default_rng(0)


@pytest.mark.parametrize(("connect", "style"), [(True, "-"), (False, "None")])
def test_named_points_lie_where_they_are_said_to(connect, style):
    points = {"β = 4": (12.0, 98.0), "β = 1": (25.0, 80.0), "β = ½": (40.0, 75.0)}
    ax: Any = labeled_points(points, xlabel="rate", ylabel="distortion", connect=connect)
    (line,) = ax.lines
    np.testing.assert_array_equal(line.get_xydata(), list(points.values()))
    assert line.get_linestyle() == style
    assert {text.get_text(): text.xy for text in ax.texts} == points


def test_dots_stand_in_rows_from_top_to_bottom():
    values, intervals = {"VAE": 44.0, "GAN": 9.0}, {"VAE": (40.0, 49.0)}
    ax: Any = dot_chart(values, xlabel="FID", intervals=intervals, logx=True, number=".1f")
    assert [t.get_text() for t in ax.get_yticklabels()] == ["VAE", "GAN"]
    assert ax.yaxis_inverted()
    assert [text.get_text() for text in ax.texts] == ["44.0", "9.0"]
    interval, _, dots = ax.lines
    assert list(interval.get_xdata()) == [40, 49]
    np.testing.assert_array_equal(dots.get_xydata(), [[44, 0], [9, 1]])


def test_a_value_is_written_outside_its_interval():
    ax: Any = dot_chart({"a": 2.0}, xlabel="x", intervals={"a": (1.0, 3.0)})
    assert ax.texts[0].xy[0] == 3


@pytest.mark.parametrize("logx", [False, True])
def test_a_histogram_shows_every_value_once(logx):
    groups = {"digits": RNG.gamma(5, 1, 900), "shirts": RNG.gamma(20, 1, 300)}
    ax: Any = histograms(groups, xlabel="error", bins=20, logx=logx)
    fills = ax.patches[::2]
    assert [fill.get_data().values.sum() for fill in fills] == pytest.approx([1, 1])
    edges = fills[0].get_data().edges
    steps = np.diff(np.log(edges) if logx else edges)
    np.testing.assert_allclose(steps, steps[0])
    assert len(steps) == 20
    inside = (groups["shirts"] >= edges[10]) & (groups["shirts"] < edges[11])
    assert fills[1].get_data().values[10] == pytest.approx(inside.mean())


def test_points_of_a_class_share_a_color_and_a_shape_and_bear_its_name():
    labels = np.repeat([3, 7], 50)
    points = RNG.normal(size=(100, 2)) + 10 * (labels == 7)[:, None]
    ax: Any = scatter_2d(points, labels, names={7: "seven"})
    threes, sevens = ax.collections
    np.testing.assert_array_equal(sevens.get_offsets(), points[50:])
    assert to_hex(threes.get_facecolor()[0]) == CLASS_COLORS[0]
    assert to_hex(sevens.get_facecolor()[0]) == CLASS_COLORS[1]
    assert len(threes.get_paths()[0].vertices) != len(sevens.get_paths()[0].vertices)  # a circle and a square
    assert [text.get_text() for text in ax.texts] == ["3", "seven"]
    np.testing.assert_allclose(ax.texts[1].get_position(), np.median(points[50:], axis=0), atol=1e-4)


def test_names_of_classes_in_one_place_are_pushed_apart():
    labels = np.repeat(np.arange(10), 20)
    points = RNG.normal(size=(200, 2))
    ax: Any = scatter_2d(points, labels)
    ax.figure.canvas.draw()
    boxes = [text.get_window_extent().shrunk(0.7, 0.7) for text in ax.texts]
    assert not any(one.overlaps(two) for one, two in combinations(boxes, 2))
    for text, k in zip(ax.texts, range(10), strict=True):
        assert np.linalg.norm(text.get_position() - np.median(points[labels == k], axis=0)) < 1


def test_points_without_labels_are_all_alike():
    ax: Any = scatter_2d(jnp.zeros((5, 2)), color=COLORS[2])
    (dots,) = ax.collections
    assert to_hex(dots.get_facecolor()[0]) == COLORS[2]
    assert not ax.texts
    assert ax.get_aspect() == 1


def test_ten_classes_are_drawn_and_eleven_refused():
    assert len(scatter_2d(np.zeros((10, 2)), np.arange(10)).collections) == 10
    with pytest.raises(ValueError, match="11 classes; at most 10"):
        scatter_2d(np.zeros((11, 2)), np.arange(11))


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (lambda: scatter_2d(np.zeros((5, 3))), r"points must have shape \(N, 2\)"),
        (lambda: scatter_2d(np.zeros((0, 2))), "N ≥ 1"),
        (lambda: scatter_2d(np.zeros((5, 2)), np.zeros(4)), r"labels must have shape \(5,\)"),
        (lambda: labeled_points({}, xlabel="", ylabel=""), "points is empty"),
        (lambda: labeled_points({"a": (-1.0, 1.0)}, xlabel="", ylabel="", logx=True), r"\['a'\].*positive"),
        (lambda: dot_chart({}, xlabel=""), "values is empty"),
        (lambda: dot_chart({"a": float("nan")}, xlabel=""), r"values\['a'\] must .* finite; got nan"),
        (lambda: dot_chart({"a": 0.0}, xlabel="", logx=True), "positive, for a logarithmic scale; got 0.0"),
        (lambda: dot_chart({"a": 1.0}, xlabel="", intervals={"a": (2.0, 3.0)}), "must hold the value, 1.0"),
        (lambda: dot_chart({"a": 1.0}, xlabel="", intervals={"b": (2.0, 3.0)}), r"intervals\['b'\]"),
        (lambda: histograms({}, xlabel=""), "groups is empty"),
        (lambda: histograms({"a": []}, xlabel=""), r"groups\['a'\] must hold numbers"),
        (lambda: histograms({"a": [0.0, 1.0]}, xlabel="", logx=True), "positive, for a logarithmic scale"),
    ],
)
def test_wrong_input_says_what_is_wrong(draw, message):
    with pytest.raises(ValueError, match=message):
        draw()
