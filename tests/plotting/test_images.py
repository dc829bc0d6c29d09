from typing import Any

import jax.numpy as jnp
import matplotlib.pyplot as plt
import numpy as np
import pytest

from gencore.plotting import image_grid, image_rows, latent_map

RNG = np.random.default_rng(0)
IMAGES = RNG.random((6, 5, 4)).astype(np.float32)


def sheet(ax) -> Any:
    (image,) = ax.get_images()
    return image.get_array()


@pytest.mark.parametrize(("columns", "gap"), [(3, 1), (4, 2), (6, 0), (1, 3)])
def test_every_pixel_of_every_image_is_where_it_belongs(columns, gap):
    drawn = sheet(image_grid(IMAGES, columns=columns, gap=gap))
    rows = -(-6 // columns)
    assert drawn.shape == (rows * (5 + gap) - gap, columns * (4 + gap) - gap)
    for i, image in enumerate(IMAGES):
        top, left = (i // columns) * (5 + gap), (i % columns) * (4 + gap)
        np.testing.assert_array_equal(drawn[top : top + 5, left : left + 4], image)
    assert (~np.ma.getmaskarray(drawn)).sum() == IMAGES.size  # all the rest is paper


def test_titles_get_room_above_their_images():
    titles = [f"digit {i}" for i in range(6)]
    ax: Any = image_grid(IMAGES, columns=3, titles=titles)
    assert sheet(ax).shape == (2 * (2 + 5 + 1) - 1, 3 * 5 - 1)
    np.testing.assert_array_equal(sheet(ax)[10:15, 5:9], IMAGES[4])
    assert [text.get_text() for text in ax.texts] == titles
    assert ax.texts[4].get_position() == (6.5, 8.5)  # centered on its image, just above it


def test_labels_stand_at_the_middle_of_their_rows_and_columns():
    ax: Any = image_grid(IMAGES, row_labels=["a", "b"], column_labels=["x", "y", "z"])
    np.testing.assert_array_equal(ax.get_xticks(), [1.5, 6.5, 11.5])
    np.testing.assert_array_equal(ax.get_yticks(), [2, 8])
    assert [t.get_text() for t in ax.get_xticklabels()] == ["x", "y", "z"]


def test_the_number_of_columns_follows_from_the_labels():
    assert sheet(image_grid(IMAGES, row_labels=["a", "b"])).shape == (11, 14)
    assert sheet(image_grid(IMAGES, column_labels=["a", "b"])).shape == (17, 9)
    assert sheet(image_grid(np.zeros((25, 2, 2)))).shape == (8, 29)


def test_the_gray_levels_do_not_follow_the_data():
    (image,) = image_grid(IMAGES * 0.1).get_images()
    assert image.get_clim() == (0, 1)


def test_it_takes_jax_arrays_and_given_axes():
    _, (left, right) = plt.subplots(1, 2)
    assert image_grid(jnp.ones((2, 3, 3)), ax=right) is right
    assert not left.get_images()


@pytest.mark.parametrize("columns", [2, 20])
def test_the_figure_holds_the_images_and_all_labels(columns):
    names = {"row_labels": ["a long name of a row", "another"], "column_labels": list("ab" * (columns // 2))}
    ax: Any = image_grid(np.zeros((2 * columns, 28, 28)), **names)
    ax.figure.canvas.draw()
    box, page = ax.get_tightbbox(), ax.figure.bbox
    assert page.x0 <= box.x0 < box.x1 <= page.x1 <= 720.001
    assert page.y0 <= box.y0 < box.y1 <= page.y1


@pytest.mark.parametrize(
    ("images", "options", "message"),
    [
        (np.zeros((4, 784)), {}, r"got \(4, 784\); flat vectors become images by .reshape\(-1, 28, 28\)"),
        (np.zeros((0, 28, 28)), {}, "N ≥ 1"),
        (np.zeros((2, 28, 28, 3)), {}, r"\(N, height, width\)"),
        (IMAGES, {"columns": 0}, "columns must be at least 1"),
        (IMAGES, {"columns": 3, "row_labels": ["a"]}, "1 entries, but 6 images in 3 columns need 2"),
        (IMAGES, {"columns": 3, "column_labels": ["a"]}, "column_labels has 1 entries"),
        (IMAGES, {"titles": ["a"]}, "titles has 1 entries.* need 6"),
    ],
)
def test_a_wrong_grid_says_what_is_wrong(images, options, message):
    with pytest.raises(ValueError, match=message):
        image_grid(images, **options)


def test_rows_lie_below_one_another():
    ax: Any = image_rows(
        {"original": IMAGES[:3], "decoded": IMAGES[3:]}, gap=0, column_labels=["x", "y", "z"]
    )
    np.testing.assert_array_equal(sheet(ax)[5:10, 4:8], IMAGES[4])
    assert [t.get_text() for t in ax.get_yticklabels()] == ["original", "decoded"]


@pytest.mark.parametrize("rows", [{}, {"a": IMAGES[:2], "b": IMAGES[:3]}])
def test_rows_of_different_shapes_are_refused(rows):
    with pytest.raises(ValueError, match="all of one shape"):
        image_rows(rows)


def test_a_code_lies_on_its_image():
    """Each image's pixels hold its own code, so what is drawn at a place must be that place."""
    first, second = np.meshgrid(np.linspace(-3, 3, 7), np.linspace(-1, 1, 5))
    codes = np.stack([first, second], axis=-1)
    decoded = np.repeat(codes[:, :, None, :], 3, axis=2)  # three rows of pixels, each of them the code
    ax: Any = latent_map(decoded, extent=(-3, 3, -1, 1), vmin=-3, vmax=3)
    (image,) = ax.get_images()
    left, right, bottom, top = image.get_extent()
    pixels = image.get_array()
    for x, y in [(-3, -1), (2, 0.5), (0, 1), (3, -0.5)]:
        row = int((top - y) / (top - bottom) * pixels.shape[0])
        column = int((x - left) / (right - left) * 7)
        np.testing.assert_allclose(pixels[row, 2 * column : 2 * column + 2], (x, y))


@pytest.mark.parametrize(
    ("shape", "extent", "message"),
    [
        ((4, 28, 28), (-1, 1, -1, 1), r"\(rows, columns, height, width\)"),
        ((1, 4, 28, 28), (-1, 1, -1, 1), "at least 2 × 2"),
        ((4, 4, 28, 28), (1, -1, -1, 1), "low < high"),
    ],
)
def test_a_wrong_map_says_what_is_wrong(shape, extent, message):
    with pytest.raises(ValueError, match=message):
        latent_map(np.zeros(shape), extent=extent)
