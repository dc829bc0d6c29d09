"""Scaling laws, against laws that are known."""

import numpy as np
import pytest
from flax import nnx

from gencore.models import GPT, token_nll
from gencore.recipes import gpt
from gencore.recipes.scaling import PowerLaw, as_rung, climb_ladder, count_weights, fit_power_law

SIZES = np.geomspace(1e3, 1e6, 6)


@pytest.mark.parametrize(
    "law", [PowerLaw(0.0, 9.0, 0.08), PowerLaw(1.7, 400.0, 0.34), PowerLaw(0.5, 3.0, 0.1)]
)
def test_the_law_that_made_the_losses_is_found(law: PowerLaw):
    np.testing.assert_allclose(fit_power_law(SIZES, law(SIZES), floor=law.floor), law, rtol=1e-6)
    np.testing.assert_allclose(fit_power_law(SIZES, law(SIZES), floor=None), law, rtol=1e-3, atol=1e-3)


def test_without_a_floor_it_is_the_line_through_the_logarithms():
    losses = np.array([3.0, 2.4, 2.1, 1.7, 1.6, 1.5])
    slope, height = np.polyfit(np.log(SIZES), np.log(losses), 1)
    found = fit_power_law(SIZES, losses)
    np.testing.assert_allclose(found, (0.0, np.exp(height), -slope))
    assert fit_power_law(SIZES, losses, floor=None).floor > 0


def test_a_wrong_floor_predicts_larger_sizes_wrongly():
    """The limit that the chapter names: the same few points, two floors, two futures."""
    law = PowerLaw(1.0, 50.0, 0.5)
    few = SIZES[:3]
    near, far = few[-1] * 2, 1e9
    wrong = fit_power_law(few, law(few))
    assert abs(wrong(near) - law(near)) < 0.1 * law(near)
    assert wrong(far) < 0.5 * law(far)


@pytest.mark.parametrize(
    ("sizes", "losses", "floor", "message"),
    [
        ([1, 2], [3.0], 0.0, r"sizes and losses have shapes \(2,\) and \(1,\)"),
        ([0, 2], [3.0, 2.0], 0.0, "positive sizes"),
        ([2, 2], [3.0, 2.0], 0.0, "sizes holds 1 different ones; this fit needs at least 2"),
        ([2, 4], [3.0, 2.0], None, "sizes holds 2 different ones; this fit needs at least 3"),
        ([2, 4], [3.0, 2.0], 2.0, "floor is 2.0 and the smallest loss 2"),
        ([2, 4], [3.0, 2.0], -1.0, "floor is -1.0"),
    ],
)
def test_wrong_input_says_what_is_wrong(sizes, losses, floor, message):
    with pytest.raises(ValueError, match=message):
        fit_power_law(np.array(sizes, float), np.array(losses), floor=floor)


def test_weights_are_those_of_the_blocks_and_the_last_normalization():
    """Twelve width² a block without biases, and one number a width for each normalization."""
    model = GPT(65, context=16, width=8, layers=3, heads=2, bias=False, rngs=nnx.Rngs(0))
    assert count_weights(model) == 3 * (12 * 8**2 + 2 * 8) + 8
    assert count_weights(model, vectors=True) == count_weights(model) + (65 + 16) * 8


def test_each_rung_is_the_training_that_its_settings_describe():
    text = np.tile(np.arange(5), 60)
    rungs = [
        gpt.Settings(width=8, layers=1, heads=2, context=8, batch_size=4, steps=steps) for steps in (2, 120)
    ]
    first, last = climb_ladder(text, text[:101], 5, rungs)
    assert (first.tokens, last.tokens) == (2 * 4 * 8, 120 * 4 * 8)
    assert first.weights == last.weights
    assert last.loss < first.loss  # the text says the same again and again
    model = gpt.train(text, 5, rungs[0], progress=False).model
    np.testing.assert_allclose(first.loss, token_nll(model, text[:101], stride=4).mean(), rtol=1e-5)
    assert as_rung(model, rungs[0], text[:101]) == first
