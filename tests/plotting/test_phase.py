from typing import Any

import numpy as np
import pytest

from gencore.plotting import phase_portrait

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


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (lambda: phase_portrait(X, Y, FIRST.T, SECOND, **NAMES), r"u has shape \(9, 5\)"),
        (lambda: phase_portrait(X, Y, FIRST, SECOND[0], **NAMES), r"v has shape \(9,\)"),
        (
            lambda: phase_portrait(X, Y, FIRST, SECOND, paths={"p": np.zeros((4, 3))}, **NAMES),
            r"paths\['p'\] must have shape \(steps, 2\)",
        ),
    ],
)
def test_wrong_input_says_what_is_wrong(draw, message):
    with pytest.raises(ValueError, match=message):
        draw()
