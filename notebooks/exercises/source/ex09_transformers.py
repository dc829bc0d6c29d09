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
# Text, one token after the other. Who may look at whom, how can a long past be cut into parts, how large a model can a text
# feed, and what does temperature buy?
#
# | Question | Points | After it you can | Slide |
# |:--|--:|:--|:--|
# | q1 | 4 | mask attention such that nothing leaks and nothing breaks | 25, The Generative AI Landscape |
# | q2 | 4 | compute attention over a past that lies in pieces | 25, The Generative AI Landscape |
# | q3 | 4 | divide a budget between the size of a model and the text it reads | 25, The Generative AI Landscape |
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
# ## Question 3: How large a model can you feed?
#
# You may spend $C$ operations on the training of a language model. A large model learns more from each token. A small one reads more tokens for
# the same money. Measurements say that a model of $N$ parameters, trained on $D$ tokens, has the loss (in nats a token)
#
# $$L(N, D) = E + A N^{-\alpha} + B D^{-\beta},$$
#
# and that its training takes $6 N D$ operations. You own $T$ tokens, and the law holds only while the model reads none of them twice: $D \le T$.
#
# Which $N$ and $D$ make the loss smallest? First forget about $T$. You spend all you have, so $D = C / (6 N)$. Put that into $L$, and set the derivative
# with respect to $\log N$ to zero. Then think about $T$: if the best $D$ is more than you own, what is the best that is left, and where does the saved
# money go? Write `best_size(budget, tokens, law)`, which returns the pair `n, d`.
#
# - `budget` is $C$: one number, or an array of several budgets, positive and up to $10^{26}$. `n` and `d` have its shape. They need not be whole numbers.
# - `tokens` is $T$, one number, from 10 to infinity (`np.inf`).
# - `law` is the tuple $(E, A, \alpha, B, \beta)$. All five are positive, and $\alpha$ need not be $\beta$.
#
# *By hand:* let $C = 60\,000$, $A = B = 1$ and $\alpha = \beta = \tfrac12$. Parameters and tokens count alike, so $N = D$, and from $6 N D = 60\,000$ both are 100. With
# only $T = 50$ tokens, $D = 50$, and the money buys $N = 200$.

# %% [raw]
# # BEGIN SOLUTION


# %%
def best_size(budget, tokens, law):
    """Parameters and tokens that give the lowest loss for a budget.

    Args:
        budget: operations for the training: a number, or an array.
        tokens: how many tokens there are; each is read at most once.
        law: the numbers E, A, alpha, B, beta of the loss E + A N**-alpha + B D**-beta.

    Returns:
        Parameters N and tokens D, each in the shape of `budget`.
    """
    # BEGIN SOLUTION
    # CANARY-SOLUTION-ex09-q3
    _, a, alpha, b, beta = law
    pairs = np.asarray(budget, float) / 6  # N D
    # alpha A N**-alpha = beta B D**-beta: one percent more of either buys equally much
    d = (beta * b / (alpha * a) * pairs**alpha) ** (1 / (alpha + beta))
    d = np.minimum(d, tokens)
    return pairs / d, d
    # END SOLUTION


# %% [raw]
# # END SOLUTION

# %% [raw]
# # BEGIN TESTS

# %%
""" # BEGIN TEST CONFIG
points: 1
failure_message: "The example by hand does not come out. Do your N and D cost exactly the budget, 6 N D? With 50 tokens, is the money that they save spent on parameters?"
"""  # END TEST CONFIG


def test_q3_by_hand(best_size):
    import numpy as np

    assert callable(best_size), "best_size is not a function: run its cell"
    law = (1.7, 1.0, 0.5, 1.0, 0.5)
    for tokens, expected in ((np.inf, (100, 100)), (50, (200, 50))):
        found = best_size(6e4, tokens, law)
        assert isinstance(found, tuple) and len(found) == 2, "return the pair n, d"
        assert all(np.shape(part) == () for part in found), (
            "one budget: n and d are numbers"
        )
        assert np.allclose(np.array(found, float), expected, rtol=1e-3), (
            f"{tokens} tokens: expected {expected}, found {found}"
        )


# %%
""" # BEGIN TEST CONFIG
points: 2
hidden: true
failure_message: "A search over many sizes finds another best one. At the best size, one percent more parameters must lower the loss just as much as one percent more tokens: compare the slopes with respect to log N and log D, and not the two terms. Which exponent belongs to the parameters?"
"""  # END TEST CONFIG


def test_q3_search(best_size):
    seed = 0  # SECRET SEED
    # CANARY-HIDDEN-ex09-q3
    import numpy as np

    assert callable(best_size), "best_size is not a function"
    rng = np.random.default_rng(seed)
    for alpha, ratio in ((0.2, 2.0), (0.5, 0.5), (0.3, 1.3)):
        alpha *= rng.uniform(0.9, 1.1)
        beta = alpha * ratio
        a, b = np.exp(rng.uniform(0, 6, size=2))
        budgets = 10.0 ** rng.choice(np.arange(8, 26), size=3, replace=False)
        law, kept = (rng.uniform(0.5, 2), a, alpha, b, beta), budgets.copy()
        n, d = (np.asarray(part, float) for part in best_size(budgets, np.inf, law))
        assert n.shape == d.shape == (3,), f"three budgets: shapes {n.shape}, {d.shape}"
        assert (budgets == kept).all(), "the budgets were changed"
        assert np.allclose(6 * n * d, budgets, rtol=1e-3), "6 N D is not the budget"
        for i in range(3):
            log_nd = np.log(budgets[i] / 6)
            log_n = np.arange(log_nd - 60, 60, 1e-3)
            loss = a * np.exp(-alpha * log_n) + b * np.exp(beta * (log_n - log_nd))
            best = log_n[loss.argmin()]
            assert abs(np.log(n[i]) - best) < 0.01, (
                f"N is {n[i]:.3g}, but {np.exp(best):.3g} has a lower loss"
            )


# %%
""" # BEGIN TEST CONFIG
points: 1
hidden: true
failure_message: "With few tokens, another N and D have a lower loss, or more tokens are read than there are, or the budget is not spent. A budget whose best size needs fewer tokens than there are must not be touched by the limit. Try three budgets at once."
"""  # END TEST CONFIG


def test_q3_few_tokens(best_size):
    seed = 0  # SECRET SEED
    # CANARY-HIDDEN-ex09-q3
    import numpy as np

    assert callable(best_size), "best_size is not a function"
    rng = np.random.default_rng(seed)
    alpha, beta = rng.uniform(0.25, 0.4, size=2)
    a, b = np.exp(rng.uniform(0, 1, size=2))
    # The best D of the middle budget is a third of the tokens; that of the last, many times as much.
    tokens = 10.0 ** rng.uniform(6, 7)
    middle = tokens / 3
    n_middle = (beta * b * middle**-beta / (alpha * a)) ** (-1 / alpha)
    budgets = 6 * n_middle * middle * np.array([1e-3, 1.0, 1e5])
    law = (rng.uniform(0.5, 2), a, alpha, b, beta)
    n, d = (np.asarray(part, float) for part in best_size(budgets, tokens, law))
    assert np.allclose(6 * n * d, budgets, rtol=1e-3), "6 N D is not the budget"
    assert (d <= tokens * 1.001).all(), "more tokens are read than there are"
    for i in range(3):
        log_d = np.linspace(np.log(tokens) - 30, np.log(tokens), 30_001)
        loss = a * np.exp(-alpha * (np.log(budgets[i] / 6) - log_d)) + b * np.exp(
            -beta * log_d
        )
        best = log_d[loss.argmin()]
        assert abs(np.log(d[i]) - best) < 0.01, (
            f"budget {i} of 3: D is {d[i]:.3g}, but {np.exp(best):.3g} has a lower loss"
        )


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
# **Model answer.** At $\tau = 0.1$ the text costs the fewest bits, so by that column it wins, and nearly all its words are real. But it uses few different words; it goes round in
# circles, since the likeliest letter follows the likeliest letter. At $\tau = 4$ nearly all words are different and most of them are none: the model is nearly
# guessing. Real text costs more bits than the texts of low temperature. So text that surprises a model less than real text does is not better but duller: low perplexity of *real* text says that the
# model is good, low perplexity of *its own* text says only that it plays safe. To choose $\tau$, hold quality (real words) and variety (different words) side by side against real text, and take the
# temperature at which both come near (here 1, or somewhat less); no single number does it.
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
# **a.** A model writes token after token, and keeps the keys and values of all tokens so far. What does this cache change?
#
# - A: Each token now costs the same, however many came before it.
# - B: No key is computed twice; but attention looks at all of them, so later tokens cost more than early ones.
# - C: The texts: without the cache, a token does not know what came before it.
# - D: The causal mask is no longer needed in training.
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
failure_message: "a. Write down, for token 1000, what is computed from the token alone and what is computed with every token before it. Which of the two does the cache spare?"
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
