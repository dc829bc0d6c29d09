from typing import Any

import numpy as np
import pytest

from gencore.plotting import film_strip, plane, plane_grid

WINDOW = (-2.0, 2.0, -1.0, 1.0)


def test_the_grid_runs_row_by_row_from_the_bottom():
    grid = plane_grid(WINDOW, 5)
    assert grid.dtype == np.float32
    x, y = grid.reshape(5, 5, 2)[1, 3]
    assert (x, y) == (1.0, -0.5)


def test_shading_lies_where_its_grid_was_asked():
    """The belief is the first coordinate's side, so the picture has to be 0 at the left and 1 at the right."""
    belief = (plane_grid(WINDOW, 4)[:, 0] > 0).reshape(4, 4).astype(float)
    belief[0] = 0.25  # the bottom row
    ax: Any = plane(extent=WINDOW, shading=belief)
    (image,) = ax.get_images()
    assert tuple(image.get_extent()) == WINDOW
    assert image.origin == "lower"
    np.testing.assert_array_equal(image.get_array(), belief)
    assert image.get_clim() == (0, 1)


def test_points_are_drawn_where_they_are_and_the_window_stays():
    points = np.array([[0.0, 0.5], [1.0, -0.5], [9.0, 9.0]])
    ax: Any = plane(points, extent=WINDOW, title="three")
    np.testing.assert_array_equal(ax.collections[0].get_offsets(), points)
    assert (*ax.get_xlim(), *ax.get_ylim()) == WINDOW
    assert ax.get_title(loc="center") == "three"
    assert ax.get_aspect() == 1


def test_arrows_start_on_the_grid_and_the_longest_spans_a_cell():
    field = np.zeros((3, 5, 2))
    field[2, 4] = (0.0, -7.0)
    field[0, 0] = (3.5, 0.0)
    ax: Any = plane(extent=WINDOW, arrows=field)
    quiver = ax.collections[0]
    np.testing.assert_allclose(quiver.get_offsets()[-1], [2.0, 1.0])
    np.testing.assert_allclose([quiver.U[-1], quiver.V[-1]], [0.0, -1.0])  # cells are 1 wide
    np.testing.assert_allclose([quiver.U[0], quiver.V[0]], [0.5, 0.0])


def test_a_film_has_a_row_for_each_model_and_a_column_for_each_moment():
    films = {"GAN": np.zeros((3, 4, 2)), "diffusion": np.ones((3, 4, 2))}
    shading = {"GAN": np.full((3, 2, 2), 0.5)}
    axes = film_strip(films, ["a", "b", "c"], extent=WINDOW, shading=shading)
    assert axes.shape == (2, 3)
    assert [ax.get_title(loc="center") for ax in axes.flat] == ["a", "b", "c", "", "", ""]
    assert [ax.get_ylabel() for ax in axes[:, 0]] == ["GAN", "diffusion"]
    assert [len(ax.get_images()) for ax in axes.flat] == [1, 1, 1, 0, 0, 0]
    np.testing.assert_array_equal(axes[1, 2].collections[0].get_offsets(), np.ones((4, 2)))


def test_a_row_can_have_words_of_its_own_and_marks_are_in_every_picture():
    films = {name: np.random.default_rng(i).normal(size=(3, 20, 2)) for i, name in enumerate("ab")}
    centers = np.array([[0.0, 1.0], [1.0, 0.0]])
    axes: Any = film_strip(films, {"a": ["1", "2", "3"], "b": ["4", "5", "6"]}, extent=WINDOW, marks=centers)
    assert [ax.get_title(loc="center") for ax in axes.flat] == list("123456")
    for ax in axes.flat:
        np.testing.assert_array_equal(ax.collections[-1].get_offsets(), centers)


def test_no_points_at_all_are_drawn_as_none():
    ax: Any = plane(np.zeros((0, 2)), extent=WINDOW)
    assert len(ax.collections[0].get_offsets()) == 0


@pytest.mark.parametrize(
    "call, words",
    [
        (lambda: plane(extent=(1, 1, 0, 1)), "extent must be"),
        (lambda: plane_grid((0, 1, 2, 1), 3), "extent must be"),
        (lambda: plane_grid(WINDOW, 1), "size is 1"),
        (lambda: plane(np.zeros((3, 3)), extent=WINDOW), r"points must have shape \(N, 2\), got \(3, 3\)"),
        (lambda: plane(extent=WINDOW, shading=np.zeros(9)), "shading must have shape"),
        (lambda: plane(extent=WINDOW, arrows=np.zeros((3, 3))), "arrows must have shape"),
        (lambda: film_strip({}, ["a"], extent=WINDOW), "rows is empty"),
        (
            lambda: film_strip({"GAN": np.zeros((2, 4, 2))}, ["a"], extent=WINDOW),
            "'GAN' has 2 moments, but columns names 1",
        ),
        (
            lambda: film_strip({"GAN": np.zeros((1, 4, 2))}, ["a"], extent=WINDOW, arrows={"VAE": []}),
            r"arrows names \['VAE'\]",
        ),
        (
            lambda: film_strip({"a": np.zeros((2, 4, 2))}, {"b": ["1", "2"]}, extent=WINDOW),
            r"columns names \['b'\], but the rows are \['a'\]",
        ),
        (
            lambda: film_strip(
                dict.fromkeys("ab", np.zeros((2, 4, 2))), {"a": "12", "b": "1"}, extent=WINDOW
            ),
            "'b' has 1 moments",
        ),
    ],
)
def test_arguments_that_do_not_fit_are_refused(call, words):
    with pytest.raises(ValueError, match=words):
        call()
