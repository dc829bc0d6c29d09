"""The GPT's recipe: it learns, scores what it has not seen, and ends in a record."""

from dataclasses import replace

import jax
import numpy as np
import pytest
from flax import nnx

from gencore.cli import main
from gencore.data import Characters, load_text, split_text
from gencore.models import GPT, NGram, token_nll
from gencore.recipes import gpt
from gencore.recipes.recording import DatasetError
from gencore.records import load_records

TINY = gpt.Settings(context=16, width=16, layers=1, heads=2, batch_size=8, steps=3)
TEXT = load_text("embedded")


@pytest.mark.slow
def test_it_learns_more_than_counting_pairs():
    letters = Characters(TEXT)
    learned, unseen = split_text(TEXT)
    run = gpt.train(letters.encode(learned), letters.size, gpt.settings("quick"), progress=False)
    found = token_nll(run.model, letters.encode(unseen)).mean()
    pairs = NGram(learned, order=2, vocabulary=letters.alphabet).nll(unseen).mean()
    assert found < pairs - 0.2


def test_only_matrices_decay():
    """Without a gradient, a step of AdamW shrinks what decays, and nothing else."""
    model = GPT(7, 8, 8, 1, 2, rngs=nnx.Rngs(0))
    params = nnx.state(model, nnx.Param)
    for p, decays in zip(jax.tree.leaves(params), jax.tree.leaves(gpt._matrices(params)), strict=True):
        assert decays == (p.ndim == 2)


def test_one_seed_one_model():
    tokens = np.random.default_rng(0).integers(0, 7, 500)
    models = [gpt.train(tokens, 7, TINY, seed=seed, progress=False).model for seed in (0, 0, 1)]
    first, same, other = (np.concatenate([w.ravel() for w in jax.tree.leaves(nnx.state(m))]) for m in models)
    np.testing.assert_array_equal(first, same)
    assert np.abs(first - other).max() > 1e-3


def test_scores_are_the_whole_windows(monkeypatch):
    """In every unit, from the same nats; a rest that fills no window is left out."""
    letters = Characters("né")
    text = "né" * 100 + "n"  # 201 characters, 25 windows of 8 after the first, 300 bytes predicted
    nll = np.random.default_rng(0).uniform(0, 2, 200)
    monkeypatch.setattr(gpt, "token_nll", lambda model, tokens: nll[: len(tokens) - 1])
    scores = gpt.text_metrics(GPT(2, 8, 8, 1, 2, rngs=nnx.Rngs(0)), letters, text)
    assert scores["val_loss"]["value"] == pytest.approx(nll.mean())
    assert scores["perplexity"]["value"] == pytest.approx(np.exp(nll.mean()))
    assert scores["bits_per_byte"]["value"] == pytest.approx(nll.sum() / np.log(2) / 300)
    for score in scores.values():
        low, high = score["interval"]
        assert low < score["value"] < high
    rest = gpt.text_metrics(GPT(2, 8, 8, 1, 2, rngs=nnx.Rngs(0)), letters, text[:-3])
    assert rest["val_loss"]["value"] == pytest.approx(nll[:192].mean())


def test_there_is_no_such_text():
    with pytest.raises(
        DatasetError, match="dataset is 'mnist'; the texts are python_topics, tiny_shakespeare"
    ):
        gpt.record("quick", dataset="mnist")


def test_the_command_writes_a_record(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("gencore.records.results_folder", lambda: tmp_path)
    monkeypatch.setattr(gpt, "settings", lambda profile: replace(TINY, ema_decay=0.9))
    monkeypatch.setattr(gpt, "load_corpus", lambda dataset: TEXT[:20_000])
    assert main(["train", "gpt", "--profile", "quick", "--seed", "2"]) == 0
    (record,) = load_records(folder=tmp_path)
    assert record.name == "gpt-python_topics-quick-seed2"
    assert record.metrics.keys() == {"val_loss", "perplexity", "bits_per_byte"}
    assert record.n_train == 18_000 and len(record.history["val_loss"]) == 1
    assert record.value("perplexity") == pytest.approx(np.exp(record.value("val_loss")))
    assert "val_loss" in capsys.readouterr().out
