from typing import Any

import numpy as np
import pytest

from gencore.plotting import attention_maps

EVENLY = np.tril(np.ones((4, 4))) / np.arange(1, 5)[:, None]
TEXT = list("to a")


def test_every_head_is_a_square_with_its_weights_and_name():
    axes: Any = attention_maps({"even": EVENLY, "self": np.eye(4), "back": EVENLY**2}, TEXT)
    assert axes.shape == (2, 2)
    for ax, (name, weights) in zip(
        axes.flat, {"even": EVENLY, "self": np.eye(4), "back": EVENLY**2}.items(), strict=False
    ):
        (picture,) = ax.get_images()
        np.testing.assert_array_equal(picture.get_array(), weights)
        assert picture.get_clim() == (0, 1)
        assert ax.get_title("center") == name
    assert axes[1, 1].figure is None  # there is no fourth head


def test_the_one_that_looks_is_a_row_and_spaces_can_be_seen():
    axes: Any = attention_maps({"even": EVENLY}, TEXT)
    ax = axes[0, 0]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["t", "o", "␣", "a"]
    assert [label.get_text() for label in ax.get_xticklabels()] == ["t", "o", "␣", "a"]
    low, high = ax.get_ylim()
    assert low > high  # the first token is on top


def test_the_stairs_leave_the_past_and_the_token_itself_on_their_left():
    ax: Any = attention_maps({"even": EVENLY}, TEXT)[0, 0]
    (stairs,) = ax.lines
    x, y = stairs.get_data()
    for t in range(4):
        assert x[np.isclose(y, t - 0.5)].max() == t + 0.5  # row t reaches to the right edge of column t


@pytest.mark.parametrize(
    ("maps", "message"),
    [
        ({}, "maps is empty"),
        ({"h": EVENLY[:3]}, r"maps\['h'\] has shape \(3, 4\), but there are 4 tokens"),
        ({"h": 3 * EVENLY}, r"maps\['h'\] holds weights that are not between 0 and 1"),
        ({"h": EVENLY * np.nan}, r"maps\['h'\] holds weights that are not between 0 and 1"),
    ],
)
def test_wrong_input_says_what_is_wrong(maps: dict, message: str):
    with pytest.raises(ValueError, match=message):
        attention_maps(maps, TEXT)
