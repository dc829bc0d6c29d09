"""A master with two questions of code and one of words, as small as they come."""

from pathlib import Path

MASTER = '''\
# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [raw]
# # ASSIGNMENT CONFIG
# name: ex99
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
# # Exercise 99: Twice

# %%
import math

# %% [raw]
# # BEGIN QUESTION
# name: q1
# points: 3

# %% [markdown]
# ## Question 1
#
# Double it.

# %% [raw]
# # BEGIN SOLUTION

# %%
def double(x):
    """Return twice x."""
    # BEGIN SOLUTION
    # CANARY-SOLUTION-ex99-q1
    return 2 * x
    # END SOLUTION

# %% [raw]
# # END SOLUTION

# %% [raw]
# # BEGIN TESTS

# %%
"""  # BEGIN TEST CONFIG
points: 1
failure_message: "Twice 2 is 4."
"""  # END TEST CONFIG
def test_q1_two(double):
    assert double(2) == 4  # a comment

# %%
"""  # BEGIN TEST CONFIG
points: 2
hidden: true
failure_message: "Another number is not doubled: you may not know the answers by heart."
"""  # END TEST CONFIG
def test_q1_hidden(double):
    seed = 0  # SECRET SEED
    # CANARY-HIDDEN-ex99-q1
    assert double(seed) == 2 * seed

# %% [raw]
# # END TESTS

# %% [raw]
# # END QUESTION

# %% [raw]
# # BEGIN QUESTION
# name: q2
# points: 1

# %% [markdown]
# ## Question 2
#
# Halve it.

# %% [raw]
# # BEGIN SOLUTION

# %%
def halve(x):
    """Return half of x."""
    # BEGIN SOLUTION
    return x / 2
    # END SOLUTION

# %% [raw]
# # END SOLUTION

# %% [raw]
# # BEGIN TESTS

# %%
"""  # BEGIN TEST CONFIG
points: 1
hidden: true
failure_message: "Some number is not halved."
"""  # END TEST CONFIG
def test_q2_hidden(halve):
    seed = 0  # SECRET SEED
    from math import isclose

    assert isclose(halve(seed), seed / 2)

# %% [raw]
# # END TESTS

# %% [raw]
# # END QUESTION

# %% [raw]
# # BEGIN QUESTION
# name: why
# points: 2
# manual: true

# %% [markdown]
# ## Question 3
#
# Why twice?

# %% [raw]
# # BEGIN SOLUTION

# %% [markdown]
# **A model answer.** Once is not enough. <!-- CANARY-SOLUTION-ex99-why -->

# %% [raw]
# # END SOLUTION

# %% [raw]
# # END QUESTION
'''


def write(folder: Path, text: str = MASTER) -> Path:
    path = folder / "ex99_tiny.py"
    path.write_text(text, "utf-8")
    return path
