# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [raw]
# # ASSIGNMENT CONFIG
# name: ex09
# init_cell: true
# runs_on: colab
# export_cell: false
# check_all_cell: true
# show_question_points: true
# tests:
#   files: true
#   ok_format: false
# generate:
#   pdf: false
#   show_hidden: false

# %% [markdown]
# # Exercise 09: Transformers
#
# Text, one token after the other. Who may look at whom, how can a long past be cut into parts, when is one perplexity smaller than
# another, and what does temperature buy?
#
# | Question | Points | After it you can | Slide |
# |:--|--:|:--|:--|
# | q1 | 4 | mask attention such that nothing leaks and nothing breaks | 25, The Generative AI Landscape |
# | q2 | 4 | compute attention over a past that lies in pieces | 25, The Generative AI Landscape |
# | q3 | 4 | compare two language models that cut text differently | 25, The Generative AI Landscape |
# | q4 | 3 | say what the model's own judgment of a text is worth | 25, The Generative AI Landscape |
# | quiz | 5 | tell four wrong ideas about language models from the right ones | 25 |
#
# Replace each `...`, run the check below it, and hand in this file. The checks that you see are worth a part of the points; others
# run when the exercise is graded.

# %%
import numpy as np

# %% [raw]
# # BEGIN QUESTION
# name: q1
# points: 4

# %% [markdown]
# ## Question 1: Who may look at whom?
#
# In causal attention each token looks at itself and at all tokens before it. For a long text that is expensive. So let each token look back only a little: at itself
# and at the `window - 1` tokens before it. And one more thing from practice: short texts are filled up with *padding*, at which nobody may look.
#
# With queries $q_i$ and keys $k_j$ of $d$ numbers, and values $v_j$, the result at place $i$ is
#
# $$o_i = \sum_{j \in S_i} w_{ij}\, v_j, \qquad w_{ij} = \frac{\exp(q_i \cdot k_j / \sqrt d)}{\sum_{j' \in S_i} \exp(q_i \cdot k_{j'} / \sqrt d)},$$
#
# where $S_i$ holds the places $j$ that $i$ may look at: $i - \texttt{window} < j \le i$, and $j$ is no padding. If $S_i$ is empty, $o_i = 0$. Write
# `window_attention(q, k, v, window, padding)`.
#
# - `q` and `k` have shape `(n, d)`, `v` has shape `(n, e)`, and so has the result. `window` is 1 or more, and may be larger than `n`.
# - `padding` has shape `(n,)`: `True` where a place is padding.
# - The products $q_i \cdot k_j$ can be as large as 20,000.
#
# *By hand:* three tokens, all queries zero, `window = 2`, no padding. Everyone in $S_i$ gets the same weight, so the results are $v_0$, $(v_0 + v_1)/2$ and
# $(v_1 + v_2)/2$. If token 0 is padding, they are $0$, $v_1$ and $(v_1 + v_2)/2$.

# %% [raw]
# # BEGIN SOLUTION


# %%
def window_attention(q, k, v, window, padding):
    """Attention in which each token looks at itself and at a few tokens before it.

    Args:
        q: queries, shape (n, d).
        k: keys, shape (n, d).
        v: values, shape (n, e).
        window: how many places a token looks at, its own included; 1 or more.
        padding: True where a place is padding, which nobody looks at; shape (n,).

    Returns:
        Weighted means of the values, shape (n, e); zeros for a token that has nothing to look at.
    """
    # BEGIN SOLUTION
    # CANARY-SOLUTION-ex09-q1
    place = np.arange(len(q))
    back = place[:, None] - place
    seen = (back >= 0) & (back < window) & ~np.asarray(padding)
    scores = np.where(seen, q @ k.T / np.sqrt(q.shape[1]), -np.inf)
    top = np.where(seen.any(axis=1), scores.max(axis=1), 0.0)
    weights = np.exp(scores - top[:, None])
    total = weights.sum(axis=1, keepdims=True)
    return weights @ v / np.where(total > 0, total, 1.0)
    # END SOLUTION


# %% [raw]
# # END SOLUTION

# %% [raw]
# # BEGIN TESTS

# %%
""" # BEGIN TEST CONFIG
points: 1
failure_message: "The example by hand does not come out. Print your weights: each row must sum to 1 over the places that the token may look at, after the mask and not before."
"""  # END TEST CONFIG


def test_q1_by_hand(window_attention):
    import numpy as np

    assert callable(window_attention), "window_attention is not a function: run its cell"
    q, k = np.zeros((3, 2)), np.arange(6.0).reshape(3, 2)
    v = np.array([[1.0], [3.0], [7.0]])
    found = window_attention(q, k, v, 2, np.array([False, False, False]))
    assert found is not None and found is not ..., "window_attention returns nothing yet"
    assert np.shape(found) == (3, 1), f"shape {np.shape(found)}, expected (3, 1)"
    assert np.allclose(found, [[1.0], [2.0], [5.0]], atol=1e-4), (
        f"expected 1, 2, 5; found {found}"
    )


# %%
""" # BEGIN TEST CONFIG
points: 2
hidden: true
failure_message: "The result differs from a loop over the places. Check the two ends of the window, the root of d (and which d), the axis of the softmax, and products that are very large."
"""  # END TEST CONFIG


def test_q1_every_place(window_attention):
    seed = 0  # SECRET SEED
    # CANARY-HIDDEN-ex09-q1
    import numpy as np

    assert callable(window_attention), "window_attention is not a function"
    rng = np.random.default_rng(seed)
    for n, d, e, window, size in (
        (7, 3, 5, 3, 1),
        (6, 8, 2, 1, 1),
        (5, 4, 4, 9, 1),
        (8, 5, 3, 4, 40),
    ):
        q, k = size * rng.normal(size=(2, n, d))
        v = rng.normal(size=(n, e))
        padding = np.arange(n) == 1
        kept = q.copy(), k.copy(), v.copy(), padding.copy()
        exact = np.zeros((n, e))
        for i in range(n):
            places = [j for j in range(n) if i - window < j <= i and j != 1]
            if places:
                scores = np.array([q[i] @ k[j] / d**0.5 for j in places])
                weights = np.exp(scores - scores.max())
                exact[i] = weights @ v[places] / weights.sum()
        with np.errstate(all="ignore"):
            found = np.asarray(window_attention(q, k, v, window, padding), float)
        assert found.shape == (n, e), f"shape {found.shape}, expected {(n, e)}"
        some = np.arange(n) != 1  # a row that sees nothing is the next test's
        assert np.allclose(found[some], exact[some], atol=5e-3), (
            f"window {window} of {n} is wrong"
        )
        for before, after in zip(kept, (q, k, v, padding), strict=True):
            assert (before == after).all(), "an input was changed"


# %%
""" # BEGIN TEST CONFIG
points: 1
hidden: true
failure_message: "A token that has nothing to look at does not get zeros, or a change of the future, of the far past or of padding changes a result. What is the softmax of a row that is masked from end to end?"
"""  # END TEST CONFIG


def test_q1_no_leak(window_attention):
    seed = 0  # SECRET SEED
    # CANARY-HIDDEN-ex09-q1
    import numpy as np

    assert callable(window_attention), "window_attention is not a function"
    rng = np.random.default_rng(seed)
    q, k, v = rng.normal(size=(3, 8, 4))
    padding = np.arange(8) < 3
    with np.errstate(all="ignore"):
        found = np.asarray(window_attention(q, k, v, 2, padding), float)
        assert found.shape == (8, 4), f"shape {found.shape}, expected (8, 4)"
        assert (found[:3] == 0).all(), "nothing to look at, and yet not 0"
        assert np.allclose(found[3], v[3], atol=1e-4), (
            "the first real token sees itself alone"
        )
        for changed, same in ((7, slice(0, 7)), (0, slice(0, 8)), (3, slice(5, 8))):
            k_new, v_new = k.copy(), v.copy()
            k_new[changed] += 5
            v_new[changed] -= 7
            other = np.asarray(window_attention(q, k_new, v_new, 2, padding), float)
            assert np.allclose(other[same], found[same], atol=1e-5), (
                f"place {changed} leaks"
            )


# %% [raw]
# # END TESTS

# %% [raw]
# # END QUESTION

# %% [raw]
# # BEGIN QUESTION
# name: q2
# points: 4

# %% [markdown]
# ## Question 2: Can attention be computed in pieces?
#
# A very long past does not fit into one machine. So machine $a$ keeps the keys and values of one part of the past, machine $b$ those of the rest. Each
# computes attention over its own part, with its own softmax. How do you get the result over **all** tokens, without asking for a single key again?
#
# For one query with scores $s_j = q \cdot k_j / \sqrt d$, each machine reports two things about its part $P$:
#
# $$L_P = \ln \sum_{j \in P} e^{s_j}, \qquad o_P = \sum_{j \in P} \frac{e^{s_j}}{e^{L_P}}\, v_j.$$
#
# Express $L$ and $o$ of both parts together by $L_a, o_a, L_b, o_b$. Write `merge(level_a, out_a, level_b, out_b)`, which returns the pair `level, out`.
#
# - There are $n$ queries: levels have shape `(n,)`, results shape `(n, e)`.
# - Levels can be as large as 1000 or as small as $-1000$.
# - A machine whose part is empty reports $L = -\infty$ and $o = 0$. Merging with it changes nothing. Two empty parts make an empty part.
#
# *By hand:* part $a$ is one token with score 0 and value 1, so $L_a = 0$ and $o_a = 1$. Part $b$ is two tokens with score 0 and value 4, so $L_b = \ln 2$ and $o_b = 4$.
# Together: $L = \ln 3$ and $o = (1 + 4 + 4)/3 = 3$.

# %% [raw]
# # BEGIN SOLUTION


# %%
def merge(level_a, out_a, level_b, out_b):
    """Attention over two parts of the past, from attention over each.

    Args:
        level_a: logarithm of the sum of the exponentials of the scores of part a, shape (n,); -inf if it is empty.
        out_a: attention over part a, shape (n, e).
        level_b: the same of part b, shape (n,).
        out_b: attention over part b, shape (n, e).

    Returns:
        Level and attention of both parts together, shapes (n,) and (n, e).
    """
    # BEGIN SOLUTION
    # CANARY-SOLUTION-ex09-q2
    top = np.maximum(level_a, level_b)
    top = np.where(np.isfinite(top), top, 0.0)  # both parts empty
    a, b = np.exp(level_a - top)[:, None], np.exp(level_b - top)[:, None]
    return np.logaddexp(level_a, level_b), (a * out_a + b * out_b) / np.maximum(
        a + b, 0.5
    )
    # END SOLUTION


# %% [raw]
# # END SOLUTION

# %% [raw]
# # BEGIN TESTS

# %%
""" # BEGIN TEST CONFIG
points: 1
failure_message: "The example by hand does not come out. Each part's result is a mean already. With which total weight did its tokens enter?"
"""  # END TEST CONFIG


def test_q2_by_hand(merge):
    import numpy as np

    assert callable(merge), "merge is not a function: run the cell that defines it"
    found = merge(np.zeros(1), np.ones((1, 1)), np.log([2.0]), 4 * np.ones((1, 1)))
    assert isinstance(found, tuple) and len(found) == 2, "return the pair level, out"
    level, out = (np.asarray(a, float) for a in found)
    assert level.shape == (1,) and out.shape == (1, 1), (
        f"shapes {level.shape}, {out.shape}"
    )
    assert np.isclose(level[0], np.log(3), atol=1e-4), (
        f"level: expected ln 3, found {level[0]:.4f}"
    )
    assert np.isclose(out[0, 0], 3.0, atol=1e-4), (
        f"out: expected 3, found {out[0, 0]:.4f}"
    )


# %%
""" # BEGIN TEST CONFIG
points: 2
hidden: true
failure_message: "Two parts merged differ from attention over all tokens at once. Do levels of 1000 overflow? Does each query have its own weights, and do the weights follow the levels?"
"""  # END TEST CONFIG


def test_q2_whole(merge):
    seed = 0  # SECRET SEED
    # CANARY-HIDDEN-ex09-q2
    import numpy as np

    assert callable(merge), "merge is not a function"
    rng = np.random.default_rng(seed)

    def attend(scores, values):
        top = scores.max(axis=1, keepdims=True)
        weights = np.exp(scores - top)
        total = weights.sum(axis=1, keepdims=True)
        return (top + np.log(total))[:, 0], weights / total @ values

    for shift in (0.0, 900.0, -900.0):
        scores = shift + 2 * rng.normal(size=(4, 9))
        values, cut = rng.normal(size=(9, 6)), rng.integers(2, 8)
        parts = (
            *attend(scores[:, :cut], values[:cut]),
            *attend(scores[:, cut:], values[cut:]),
        )
        kept = [part.copy() for part in parts]
        with np.errstate(all="ignore"):
            level, out = (np.asarray(a, float) for a in merge(*parts))
        exact_level, exact = attend(scores, values)
        assert level.shape == (4,) and out.shape == (4, 6), (
            f"shapes {level.shape}, {out.shape}"
        )
        assert np.allclose(level, exact_level, atol=5e-3), (
            f"the level is wrong near {shift:g}"
        )
        assert np.allclose(out, exact, atol=5e-3), (
            f"the result is wrong for levels near {shift:g}"
        )
        assert all((a == b).all() for a, b in zip(kept, parts, strict=True)), (
            "an input was changed"
        )


# %%
""" # BEGIN TEST CONFIG
points: 1
hidden: true
failure_message: "Merging with an empty part changes something, or two empty parts give something that is not a number. What is minus infinity minus minus infinity?"
"""  # END TEST CONFIG


def test_q2_empty(merge):
    seed = 0  # SECRET SEED
    # CANARY-HIDDEN-ex09-q2
    import numpy as np

    assert callable(merge), "merge is not a function"
    rng = np.random.default_rng(seed)
    level, out = rng.normal(size=3), rng.normal(size=(3, 5))
    nothing, zeros = np.full(3, -np.inf), np.zeros((3, 5))
    with np.errstate(all="ignore"):
        left = [np.asarray(a, float) for a in merge(level, out, nothing, zeros)]
        right = [np.asarray(a, float) for a in merge(nothing, zeros, level, out)]
        empty = [np.asarray(a, float) for a in merge(nothing, zeros, nothing, zeros)]
    for found in (left, right):
        assert np.allclose(found[0], level, atol=1e-4), "an empty part changes the level"
        assert np.allclose(found[1], out, atol=1e-4), "an empty part changes the result"
    assert (empty[0] == -np.inf).all(), f"two empty parts: the level is {empty[0]}"
    assert (empty[1] == 0).all(), "two empty parts: the result is not 0"


# %% [raw]
# # END TESTS

# %% [raw]
# # END QUESTION

# %% [raw]
# # BEGIN QUESTION
# name: q3
# points: 4

# %% [markdown]
# ## Question 3: Which of two perplexities is better?
#
# One paper reports a perplexity of 20, another one of 3. The first model reads tokens of four characters, the second reads characters. Which is better? Perplexity has
# a unit: it is $2$ to the power of the bits **per token**. Bits per *character* compare.
#
# You are given a table: for each document, the perplexity that a model reports per token, how many tokens it made of the document, and how many
# characters the document has. Write `bits_per_character(perplexities, tokens, characters)`: how many bits the model needs for all documents together, divided
# by the number of all their characters.
#
# - All three arguments have shape `(documents,)`. Return one number.
# - Some documents are empty. They have 0 tokens and 0 characters, and their perplexity is printed as `nan`. They do not count.
# - A model that gives a token probability 0 has perplexity `inf`, and needs infinitely many bits.
#
# *By hand:* a document of 10 characters, made into 3 tokens with perplexity 4, needs $3 \log_2 4 = 6$ bits. One of 14 characters, with 6 tokens and perplexity 2, needs
# $6 \log_2 2 = 6$ bits. Together that is $12 / 24 = 0.5$ bits per character.
#
# When the check passes: is 20 for a token of four characters better than 3 for one character?

# %% [raw]
# # BEGIN SOLUTION


# %%
def bits_per_character(perplexities, tokens, characters):
    """Bits that a model needs for a character, from its perplexities per token.

    Args:
        perplexities: perplexity per token of each document, 1 or more; nan where there is no token.
        tokens: number of tokens of each document, 0 or more.
        characters: number of characters of each document, 0 or more.

    Returns:
        Bits of all documents, divided by their characters: one number.
    """
    # BEGIN SOLUTION
    # CANARY-SOLUTION-ex09-q3
    some = np.asarray(tokens) > 0
    bits = np.asarray(tokens)[some] * np.log2(np.asarray(perplexities)[some])
    return bits.sum() / np.sum(characters)
    # END SOLUTION


# %% [raw]
# # END SOLUTION

# %% [raw]
# # BEGIN TESTS

# %%
""" # BEGIN TEST CONFIG
points: 1
failure_message: "The example by hand does not come out. How many bits does one token need, and how many does the document? And is your logarithm to base 2?"
"""  # END TEST CONFIG


def test_q3_by_hand(bits_per_character):
    import numpy as np

    assert callable(bits_per_character), (
        "bits_per_character is not a function: run its cell"
    )
    found = bits_per_character(np.array([4.0, 2.0]), np.array([3, 6]), np.array([10, 14]))
    assert found is not None and found is not ..., (
        "bits_per_character returns nothing yet"
    )
    assert np.shape(found) == (), f"return one number; yours has shape {np.shape(found)}"
    assert np.isclose(float(found), 0.5, atol=1e-4), (
        f"expected 0.5, found {float(found):.4f}"
    )


# %%
""" # BEGIN TEST CONFIG
points: 2
hidden: true
failure_message: "The bits differ from those that are counted token by token. Add up bits, then divide by all characters, once. The mean of perplexities, or of the documents' own ratios, is another number."
"""  # END TEST CONFIG


def test_q3_token_by_token(bits_per_character):
    seed = 0  # SECRET SEED
    # CANARY-HIDDEN-ex09-q3
    import numpy as np

    assert callable(bits_per_character), "bits_per_character is not a function"
    rng = np.random.default_rng(seed)
    for documents in (1, 5, 30):
        tokens = rng.integers(1, 60, size=documents)
        lengths = [rng.integers(1, 9, size=n) for n in tokens]
        surprise = [rng.gamma(2.0, rng.uniform(0.5, 3.0), size=n) for n in tokens]  # nats
        perplexities = np.array([np.exp(nats.mean()) for nats in surprise])
        characters = np.array([cut.sum() for cut in lengths])
        exact = sum(nats.sum() for nats in surprise) / np.log(2) / characters.sum()
        kept = perplexities.copy(), tokens.copy(), characters.copy()
        found = float(bits_per_character(perplexities, tokens, characters))
        assert np.isclose(found, exact, rtol=1e-3), (
            f"expected {exact:.3f}, found {found:.3f}"
        )
        for before, after in zip(kept, (perplexities, tokens, characters), strict=True):
            assert (before == after).all(), "an input was changed"


# %%
""" # BEGIN TEST CONFIG
points: 1
hidden: true
failure_message: "An empty document spoils the sum, or counts, or an infinite perplexity does not give infinity. What is 0 times nan?"
"""  # END TEST CONFIG


def test_q3_empty_documents(bits_per_character):
    seed = 0  # SECRET SEED
    # CANARY-HIDDEN-ex09-q3
    import numpy as np

    assert callable(bits_per_character), "bits_per_character is not a function"
    rng = np.random.default_rng(seed)
    perplexities = rng.uniform(2, 50, size=4)
    tokens, characters = rng.integers(5, 20, size=4), rng.integers(20, 90, size=4)
    exact = (tokens * np.log2(perplexities)).sum() / characters.sum()
    for place in (0, 2, 4):
        holes = [
            np.insert(a, place, hole)
            for a, hole in ((perplexities, np.nan), (tokens, 0), (characters, 0))
        ]
        with np.errstate(all="ignore"):
            found = float(bits_per_character(*holes))
        assert np.isclose(found, exact, rtol=1e-3), f"an empty document: found {found}"
    perplexities[1] = np.inf
    with np.errstate(all="ignore"):
        found = float(bits_per_character(perplexities, tokens, characters))
    assert found == np.inf, f"a token of probability 0: found {found}"


# %% [raw]
# # END TESTS

# %% [raw]
# # END QUESTION

# %% [raw]
# # BEGIN QUESTION
# name: q4
# points: 3
# manual: true

# %% [markdown]
# ## Question 4: Explain what you see
#
# A small language model, which guesses the next letter from the four before it, writes texts at five temperatures $\tau$: it draws each letter with probability proportional to
# $p^{1/\tau}$. For each text, the cell prints how many bits a letter costs *by the model's own judgment* (at $\tau = 1$), which share of its words occur in the training text, and how many
# of its words are different ones. The last row is real text that the model has not seen.

# %%
from gencore.data import letters_only, load_text
from gencore.models import NGram

alphabet = " abcdefghijklmnopqrstuvwxyz"
text = letters_only(load_text("embedded"))[:122_000]
known, unseen = text[:120_000], text[120_000:]
model = NGram(known, order=5, vocabulary=alphabet)
dictionary = set(known.split())


def write(temperature, length=2000, seed=0):
    rng, written = np.random.default_rng(seed), " the"
    while len(written) < length:
        log_p = np.log(model.probabilities(written[-4:])) / temperature
        p = np.exp(log_p - log_p.max())
        written += alphabet[rng.choice(27, p=p / p.sum())]
    return written


texts = {f"τ = {t:g}": write(t) for t in (0.1, 0.5, 1.0, 2.0, 4.0)} | {
    "real text": unseen
}
print("               bits a letter   real words   different words   its end")
for name, words in texts.items():
    bits = model.nll(words).mean() / np.log(2)
    cut = words.split()[1:-1]
    real = np.mean([word in dictionary for word in cut])
    print(
        f"{name:10} {bits:14.2f} {real:14.0%} {len(set(cut)) / len(cut):15.0%}      {words[-40:]}"
    )

# %% [markdown]
# Answer in three to six sentences. By which column would you choose $\tau = 0.1$, and what is wrong with that text? What happens at $\tau = 4$? What does the
# row of real text say about the advice "the lower the perplexity of what a model writes, the better it writes"? What would you look at to choose $\tau$?

# %% [raw]
# # BEGIN SOLUTION

# %% [markdown]
# <!-- CANARY-SOLUTION-ex09-q4 -->
# **Model answer.** At $\tau = 0.1$ the text costs few bits, and nearly all its words are real: by these two columns it wins. But it uses few different words; it goes round in
# circles, since the likeliest letter follows the likeliest letter. At $\tau = 4$ nearly all words are different and most of them are none: the model is nearly
# guessing. Real text costs more bits than the texts of low temperature. So text that surprises a model less than real text does is not better but duller: low perplexity of *real* text says that the
# model is good, low perplexity of *its own* text says only that it plays safe. To choose $\tau$, hold quality (real words) and variety (different words) side by side against real text, and take the
# temperature at which both come near; no single number does it.
#
# **Marking grid.** 1 point: low temperature is likely and well spelled, but repeats itself; high temperature is varied, but not words (quality against variety). 1 point: real text is not the
# text with the lowest perplexity; perplexity judges a model on real text, and not a text by the model that wrote it. 1 point: a choice by at least two measures, compared with real text.

# %% [raw]
# # END SOLUTION

# %% [raw]
# # END QUESTION

# %% [raw]
# # BEGIN QUESTION
# name: quiz
# points: 5

# %% [markdown]
# ## Quiz
#
# One letter for each question.
#
# **a.** On the same text, model 1 has perplexity 20 per token, with four characters a token. Model 2 has perplexity 3 per character. Which one needs fewer bits for the text?
#
# - A: Model 2, since 3 is less than 20.
# - B: Model 1.
# - C: Both need the same.
# - D: It cannot be said, since the tokens differ.
#
# **b.** The vocabulary has 65 characters. On a test text a model has perplexity 80. What follows?
#
# - A: Nothing special: perplexity has no upper bound, and this model is worse than guessing uniformly.
# - B: There is a mistake: perplexity cannot exceed the size of the vocabulary.
# - C: The model uses 80 characters.
# - D: The text is longer than the model's context.
#
# **c.** Someone trains a GPT and forgets the causal mask. What does the training show, and what do the samples look like?
#
# - A: The loss stays high; the samples are noise.
# - B: The loss is as usual; the samples are as usual, just slower.
# - C: The loss is as usual; the samples repeat the training text.
# - D: The loss falls to nearly 0; the samples are noise.
#
# **d.** At temperature 0 a model takes the likeliest token each time. The text that comes out is
#
# - A: the likeliest text of that length.
# - B: a text from the training set.
# - C: often not the likeliest text: a good beginning may lead to poor continuations.
# - D: a random draw from the model.

# %% [raw]
# # BEGIN SOLUTION

# %%
answers = {"a": ..., "b": ..., "c": ..., "d": ...}
# BEGIN SOLUTION NO PROMPT
# CANARY-SOLUTION-ex09-quiz
answers = {"a": "B", "b": "A", "c": "D", "d": "C"}
# END SOLUTION

# %% [raw]
# # END SOLUTION

# %% [raw]
# # BEGIN TESTS

# %%
""" # BEGIN TEST CONFIG
points: 1
failure_message: "Each of the questions a to d needs one of the letters A, B, C, D, as a string."
"""  # END TEST CONFIG


def test_quiz_letters(answers):
    assert isinstance(answers, dict), (
        "answers is not a dictionary: run the cell that makes it"
    )
    for question in "abcd":
        assert answers.get(question) in ("A", "B", "C", "D"), (
            f"question {question}: give a letter"
        )


# %%
""" # BEGIN TEST CONFIG
points: 1
hidden: true
failure_message: "a. 3 is the smaller number, of another unit. Bring both to one unit: which perplexity per character has a token of four characters with perplexity 20?"
"""  # END TEST CONFIG


def test_quiz_a(answers):
    # CANARY-HIDDEN-ex09-quiz
    assert isinstance(answers, dict) and answers.get("a") == "B", "question a"


# %%
""" # BEGIN TEST CONFIG
points: 1
hidden: true
failure_message: "b. A uniform guess has exactly the size of the vocabulary, which looks like a ceiling. But what is the perplexity of a model that is sure, and wrong?"
"""  # END TEST CONFIG


def test_quiz_b(answers):
    # CANARY-HIDDEN-ex09-quiz
    assert isinstance(answers, dict) and answers.get("b") == "A", "question b"


# %%
""" # BEGIN TEST CONFIG
points: 1
hidden: true
failure_message: "c. A fault should raise the loss, one thinks. This one lets each place read the very token that it has to predict. Is that token there when the model writes?"
"""  # END TEST CONFIG


def test_quiz_c(answers):
    # CANARY-HIDDEN-ex09-quiz
    assert isinstance(answers, dict) and answers.get("c") == "D", "question c"


# %%
""" # BEGIN TEST CONFIG
points: 1
hidden: true
failure_message: "d. The likeliest step each time sounds like the likeliest way. Make an example with two steps in which the likelier first token leads to many continuations, each of them unlikely."
"""  # END TEST CONFIG


def test_quiz_d(answers):
    # CANARY-HIDDEN-ex09-quiz
    assert isinstance(answers, dict) and answers.get("d") == "C", "question d"


# %% [raw]
# # END TESTS

# %% [raw]
# # END QUESTION
