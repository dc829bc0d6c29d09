"""Language: GPT's training step, and the tokens that it writes, in seconds for a thousand tokens."""

from collections.abc import Callable
from typing import Any

import jax
import numpy as np
import optax

from bench import gpt_twin, twins
from bench.turns import Job
from gencore.data import Characters, load_text, split_text, windows
from gencore.models import GPT, generate
from gencore.recipes import gpt
from gencore.training import batch_indices, fit, gradient_step, next_token_loss

# The promise: 0.8 of the plain loop, never slower than the fastest form; half the time to write.
LIMITS = dict(zip(twins.FORMS, (0.8, 1.0, 1.0), strict=True))
WRITING_LIMITS = dict.fromkeys(gpt_twin.WRITING_FORMS, 0.5)
BETAS = (0.9, 0.99)
TEXTS = 8
TOKENS = 250


def network(vocab_size: int) -> GPT:
    """The recipe's network in its full profile."""
    return gpt.build(vocab_size, gpt.settings("full"))


def optimizer(chosen: gpt.Settings) -> optax.GradientTransformation:
    """The recipe's optimizer, at one rate; what is no matrix does not decay."""
    adam = optax.adamw(
        chosen.learning_rate,
        *BETAS,
        weight_decay=chosen.weight_decay,
        mask=lambda params: jax.tree.map(lambda p: p.ndim > 1, params),
    )
    return optax.chain(optax.clip_by_global_norm(chosen.clip_norm), adam)


def options(chosen: gpt.Settings) -> dict[str, Any]:
    """The same optimizer, as the twin takes it."""
    return {
        "learning_rate": chosen.learning_rate,
        "betas": BETAS,
        "weight_decay": chosen.weight_decay,
        "clip": chosen.clip_norm,
    }


def gpt_step(steps: int = 60) -> Job:
    """The recipe's training step on the embedded text, character by character."""
    chosen = gpt.settings("full")
    text, _ = split_text(load_text("embedded"))
    tokenizer = Characters(text)
    model = network(tokenizer.size)
    data = windows(tokenizer.encode(text), chosen.context + 1)
    size = chosen.batch_size
    step, state = gradient_step(model, next_token_loss, optimizer(chosen))
    rows = batch_indices(len(data), size, range(steps), 0)

    def peer(form: str) -> Callable[[], None]:
        network = gpt_twin.loss_of(gpt_twin.gpt(model))
        return gpt_twin.training(network, data, rows, form, **options(chosen))

    return Job(
        "GPT, training on 1,000 tokens",
        lambda: fit(step, state, data, steps=steps, batch_size=size, log_every=steps, progress=False),
        {form: peer(form) for form in twins.FORMS},
        LIMITS,
        units=steps * size * chosen.context / 1000,
        note=f"batch {size} of {chosen.context} characters, clip, AdamW",
    )


def gpt_writing(texts: int = TEXTS, tokens: int = TOKENS) -> Job:
    """Texts that are written side by side, from one token on."""
    vocab_size = 65  # Tiny Shakespeare's characters
    model = network(vocab_size)
    prompt = np.zeros((texts, 1), np.int32)
    return Job(
        "GPT, writing 1,000 tokens",
        lambda: generate(model, prompt, tokens),
        {
            form: gpt_twin.writing(gpt_twin.gpt(model), prompt, tokens, form)
            for form in gpt_twin.WRITING_FORMS
        },
        WRITING_LIMITS,
        units=texts * tokens / 1000,
        note=f"{texts} texts side by side, {tokens} characters each, window of {model.context}",
    )
