"""The rows on memory: counted by XLA, and by the system for a process of its own."""

from dataclasses import replace

import psutil
import pytest

from bench import memory
from gencore.recipes import diffusion, latent_diffusion

SMALL = replace(diffusion.settings("quick"), width=64, batch_size=32)
CODES = latent_diffusion.settings("quick")
TINY = replace(CODES, width=16, blocks=1, autoencoder=replace(CODES.autoencoder, hidden=(16,)))


def test_a_wider_network_takes_more():
    assert memory.in_pixels(SMALL) < memory.in_pixels(replace(SMALL, width=256))
    assert memory.in_codes(TINY, 32) < memory.in_codes(replace(TINY, width=256), 32)


def test_the_autoencoders_step_counts_too():
    larger = replace(TINY, autoencoder=replace(TINY.autoencoder, hidden=(512,)))
    assert memory.in_codes(TINY, 32) < memory.in_codes(larger, 32)


def test_a_row_compares_batches_of_one_size():
    row = memory.planned(TINY, SMALL)
    assert row.gencore_seconds == memory.in_codes(TINY, SMALL.batch_size)
    assert row.peer_seconds == memory.in_pixels(SMALL)
    assert row.unit == "bytes" and row.ratio == row.gencore_seconds / row.peer_seconds


def test_a_process_counts_what_it_has_given_back():
    held = bytearray(200_000_000)
    held[::4096] = b"x" * len(held[::4096])
    del held
    assert memory.peak() > psutil.Process().memory_info().rss + 150_000_000


@pytest.mark.slow
def test_the_recipes_train_in_processes_of_their_own(monkeypatch):
    monkeypatch.setenv(
        "XLA_FLAGS", "--xla_backend_optimization_level=1"
    )  # as in conftest.py: a step is little work
    row = memory.processes(steps=1)
    assert 1e8 < row.gencore_seconds < 1e10 and 1e8 < row.peer_seconds < 1e10
