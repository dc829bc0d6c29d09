from typing import Any

import numpy as np
import pytest

from gencore.plotting import cloud_rows, phase_portrait

X, Y = np.linspace(-2, 2, 9), np.linspace(-1, 1, 5)
FIRST, SECOND = np.meshgrid(X, Y)
NAMES = {"xlabel": "theta", "ylabel": "psi"}


def test_arrows_stand_on_the_grid_with_the_fields_direction_and_one_length():
    ax: Any = phase_portrait(X, Y, SECOND, -3 * FIRST, **NAMES)
    (arrows,) = ax.collections
    np.testing.assert_array_equal(arrows.XY, np.stack([FIRST.ravel(), SECOND.ravel()], axis=1))
    moving = (FIRST != 0) | (SECOND != 0)
    length = np.hypot(SECOND, 3 * FIRST)
    np.testing.assert_allclose(arrows.U.reshape(FIRST.shape)[moving], (SECOND / length.clip(1e-9))[moving])
    np.testing.assert_allclose(np.hypot(arrows.U, arrows.V).reshape(FIRST.shape), moving)
    assert ax.get_xlim() == (-2, 2) and ax.get_ylim() == (-1, 1)


def test_paths_lie_where_they_were_walked_from_a_dot_to_a_cross():
    paths = {"out": np.array([[0.1, 0.0], [0.2, 0.3], [0.9, 0.5]]), "in": np.array([[1.0, 1.0], [0.0, 0.0]])}
    ax: Any = phase_portrait(X, Y, SECOND, -FIRST, paths=paths, **NAMES)
    walked, first, last = ax.lines[:3]
    np.testing.assert_array_equal(walked.get_xydata(), paths["out"])
    assert (first.get_marker(), last.get_marker()) == ("o", "X")
    np.testing.assert_array_equal(first.get_xydata()[0], paths["out"][0])
    np.testing.assert_array_equal(last.get_xydata()[0], paths["out"][-1])
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["out", "in"]
    assert walked.get_color() != ax.lines[3].get_color()


def test_clouds_are_drawn_row_by_row_with_words_and_marks():
    rows = {name: np.random.default_rng(i).normal(size=(3, 20, 2)) for i, name in enumerate(["a", "b"])}
    centers = np.array([[0.0, 1.0], [1.0, 0.0]])
    grid: Any = cloud_rows(rows, extent=2.5, titles={"b": ["1", "2", "3"]}, marks=centers)
    assert grid.shape == (2, 3)
    dots, rings = grid[1, 2].collections
    np.testing.assert_array_equal(dots.get_offsets(), rows["b"][2])
    np.testing.assert_array_equal(rings.get_offsets(), centers)
    assert grid[1, 2].get_title() == "3" and grid[0, 2].get_title() == ""
    assert [line[0].get_ylabel() for line in grid] == ["a", "b"]
    assert grid[0, 0].get_xlim() == (-2.5, 2.5)


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (lambda: phase_portrait(X, Y, FIRST.T, SECOND, **NAMES), r"u has shape \(9, 5\)"),
        (lambda: phase_portrait(X, Y, FIRST, SECOND[0], **NAMES), r"v has shape \(9,\)"),
        (
            lambda: phase_portrait(X, Y, FIRST, SECOND, paths={"p": np.zeros((4, 3))}, **NAMES),
            r"paths\['p'\] must have shape \(steps, 2\)",
        ),
        (lambda: cloud_rows({}, extent=1), "got none"),
        (lambda: cloud_rows({"a": np.zeros((3, 2))}, extent=1), r"\(columns, n, 2\)"),
        (
            lambda: cloud_rows({"a": np.zeros((3, 5, 2)), "b": np.zeros((2, 5, 2))}, extent=1),
            "equally many columns",
        ),
        (
            lambda: cloud_rows({"a": np.zeros((3, 5, 2))}, extent=1, titles={"a": ["x"]}),
            r"titles\['a'\] must hold 3 words",
        ),
    ],
)
def test_wrong_input_says_what_is_wrong(draw, message):
    with pytest.raises(ValueError, match=message):
        draw()
