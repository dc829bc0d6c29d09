import matplotlib.pyplot as plt
import pytest

from gencore.plotting.axes import named_axes


def shown_ticks(ax) -> list[str]:
    ax.figure.canvas.draw()
    low, high = ax.get_ylim()
    labels = [*ax.yaxis.get_majorticklabels(), *ax.yaxis.get_minorticklabels()]
    marked = sorted((label.get_position()[1], label.get_text()) for label in labels)
    return [text for y, text in marked if text and low <= y <= high]


def test_it_draws_into_the_axes_it_is_given():
    _, ax = plt.subplots()
    assert named_axes(ax, xlabel="a", ylabel="b") is ax
    assert (ax.get_xlabel(), ax.get_ylabel(), ax.get_xscale()) == ("a", "b", "linear")


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        (0.012, 0.6, ["0.02", "0.05", "0.1", "0.2", "0.5"]),
        (2.4, 573.0, ["5", "10", "20", "50", "100", "200", "500"]),
        (0.5, 40_000.0, ["1", "10", "100", "1000", "10000"]),
        (1e-7, 0.5, ["$10^{-7}$", "$10^{-6}$", "$10^{-5}$", "$10^{-4}$", "0.001", "0.01", "0.1"]),
    ],
)
def test_logarithmic_scales_are_marked_in_plain_numbers(low, high, ticks):
    ax = named_axes(None, xlabel="", ylabel="", logy=True)
    ax.set_ylim(low, high)
    assert shown_ticks(ax) == ticks
